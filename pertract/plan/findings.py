"""What in the application itself costs time at a point, and what changing it would gain, by simulation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .. import dsl
from ..dsl.law import evaluate
from ..simulate import Options
from ..units import counted, format_duration
from .changes import Change
from .effects import Document, Effect, Experiments, Trial, effect
from .tuning import RULES

GROUPS = 5
"""Groups of stages that are looked at: those that take most of the critical path."""
LEAST_SHARE = 0.02
"""Share of the response time below which a group is not looked at."""
UNEVEN = 1.2
"""Longest task relative to the mean one from which on skew is looked at."""
FACTORS = (0.25, 0.5, 2.0, 4.0)
"""Times the present number of tasks that are tried, beside one and two for each slot."""
DIVISIBLE = 0.5
"""Least share of the work of tasks that must follow their data, so that other numbers can be predicted."""
FEWER = (0.75, 0.5, 0.25)
"""Shares of the cluster that are tried."""
SLOWER = 0.05
"""How much longer it may take on a smaller cluster for the larger one to count as idle."""

_FOLLOWING = {"task_bytes", "task_records", "task_records_log", "task_data"}
_WHERE = {
    "input_splits": " (spark.sql.files.maxPartitionBytes, or the splits of the input format)",
    "total_slots": " (repartition, or the number of slices in the program)",
    "fixed": " (in the program: repartition, or the number of partitions it gives)",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that costs time or money, and what it would gain to change it."""

    kind: str
    """``skew``, ``tasks``, ``driver`` or ``idle``."""
    stages: tuple[str, ...]
    """Which stages, if any."""
    text: str
    """One sentence."""
    effect: Effect


def findings(
    model: dsl.PerformanceModel, options: Options, found: Document, experiments: Experiments
) -> tuple[Finding, ...]:
    """Return what is worth changing in an application at a point, the largest gain first.

    Parameters
    ----------
    model
        The model.
    options
        The point.
    found
        Its prediction.
    experiments
        How to predict others.
    """
    found_ones = [
        *_of_stages(model, options, found, experiments),
        *_of_driver(options, found, experiments),
    ]
    gains = [finding for finding in found_ones if finding.effect.is_gain]
    gains.sort(key=lambda finding: finding.effect.change)
    return (*gains, *_idle(options, found, experiments))


@dataclass(frozen=True, slots=True)
class _Group:
    """Stages of the same name and number of tasks, such as those of an iteration."""

    name: str
    tasks: int
    stages: tuple[str, ...]
    critical_s: float
    mean_s: float
    max_s: float

    def __str__(self) -> str:
        if len(self.stages) == 1:
            return f"{self.stages[0]} ({self.name})" if self.name else self.stages[0]
        which = f"{self.stages[0]} to {self.stages[-1]}"
        return f"{len(self.stages)} stages {self.name or which}".strip()


def _groups(found: Document) -> list[_Group]:
    groups: dict[tuple[str, int], list[Document]] = {}
    for stage in found["stages"]:
        groups.setdefault((stage["name"] or stage["id"], stage["tasks"]), []).append(stage)
    made = [
        _Group(
            name=members[0]["name"],
            tasks=tasks,
            stages=tuple(stage["id"] for stage in members),
            critical_s=sum(stage["critical_s"] for stage in members),
            mean_s=sum(stage["task_s"]["mean"] for stage in members) / len(members),
            max_s=max(stage["task_s"]["max"] for stage in members),
        )
        for (_, tasks), members in groups.items()
    ]
    least_s = LEAST_SHARE * found["response_time_s"]["mean"]
    made = [group for group in made if group.critical_s >= least_s]
    return sorted(made, key=lambda group: -group.critical_s)[:GROUPS]


def _of_stages(
    model: dsl.PerformanceModel, options: Options, found: Document, experiments: Experiments
) -> Iterator[Finding]:
    """Yield what even tasks, and what other numbers of tasks, would gain in groups of stages."""
    stages = {stage.id: stage for stage in model.execution.stages}
    slots = found["configuration"]["slots"]
    groups = _groups(found)
    uneven = [group for group in groups if group.max_s > UNEVEN * group.mean_s]
    even = [Trial(options, Change("even_tasks", group.stages)) for group in uneven]
    for group, gain in zip(uneven, experiments.effects(found, even), strict=True):
        if gain is not None:
            longest, mean = format_duration(group.max_s), format_duration(group.mean_s)
            text = f"{group}: the longest task takes {longest}, the mean one {mean}; even tasks gain this"
            yield Finding("skew", group.stages, text, gain)
    if len(uneven) > 1:
        everywhere = tuple(stage for group in uneven for stage in group.stages)
        (gain,) = experiments.effects(found, [Trial(options, Change("even_tasks", everywhere))])
        if gain is not None:
            text = f"even tasks in all {len(everywhere)} of these stages gain this together"
            yield Finding("skew", everywhere, text, gain)
    for group in groups:
        stage = stages.get(group.stages[0])  # a further round of a loop is not among them
        if stage is None or not _can_be_cut(model, stage, found):
            continue
        numbers = {round(group.tasks * factor) for factor in FACTORS} | {slots, 2 * slots}
        changes = [Change("tasks", group.stages, n) for n in sorted(numbers - {0, group.tasks})]
        predictions = experiments.predict([Trial(options, change) for change in changes])
        gains = [
            (effect(found, prediction, experiments.tariff), change.tasks)
            for change, prediction in zip(changes, predictions, strict=True)
            if prediction is not None and not set(prediction["warnings"]) - set(found["warnings"])
        ]
        if gains:
            gain, tasks = min(gains, key=lambda found: found[0].change)
            where = _WHERE.get(stage.partitions.rule, "")
            yield Finding("tasks", group.stages, _cut_text(group, tasks, slots) + where, gain)


def _cut_text(group: _Group, tasks: int, slots: int) -> str:
    now = counted(group.tasks, "task")
    if tasks < group.tasks:
        why = f"tasks of {format_duration(group.mean_s)} are tiny"
    elif group.tasks < slots:
        why = f"{now} cannot use {slots} slots"
    else:
        why = "smaller tasks end closer together"
    return f"{group}: {why}; {counted(tasks, 'task')} instead of {group.tasks} gain this"


def _can_be_cut(model: dsl.PerformanceModel, stage: dsl.Stage, found: Document) -> bool:
    """Return whether no setting says the number of tasks, and what others would need can be predicted.

    That is so where most of their work follows their data.
    """
    if any(stage.partitions.rule in rules for rules in RULES.values()):
        return False
    profile = next(profile for profile in model.profiles.stages if profile.id == stage.profile)
    variables = profile.measured_variables(found["configuration"]["executors"])
    total = following = 0.0
    for demand in profile.demands:
        if demand.unit == "bytes":
            continue
        total += evaluate(demand.mean, variables)
        following += sum(
            coefficient * variables[variable]
            for variable, coefficient in demand.mean.items()
            if variable in _FOLLOWING
        )
    return total > 0 and following >= DIVISIBLE * total


def _of_driver(options: Options, found: Document, experiments: Experiments) -> Iterator[Finding]:
    """Yield what a driver would gain that needs no time."""
    parts = found["breakdown_s"]
    alone_s, share = parts["driver"], parts["driver"] / (sum(parts.values()) or 1.0)
    texts = {
        "no_driver_delays": (
            f"the driver works alone for {format_duration(alone_s)} ({share:.0%} of the time): starting, "
            "planning, its own program; doing all that in no time gains this"
        ),
        "free_launches": (
            "launching tasks keeps the driver busy while slots wait; fewer and larger tasks, or a faster "
            "driver, gain up to this"
        ),
    }
    changes = [Change("no_driver_delays"), Change("free_launches")]
    effects = experiments.effects(found, [Trial(options, change) for change in changes])
    for change, gain in zip(changes, effects, strict=True):
        if gain is not None:
            yield Finding("driver", (), texts[change.kind], gain)


def _idle(options: Options, found: Document, experiments: Experiments) -> Iterator[Finding]:
    """Yield the smallest cluster that is nearly as fast."""
    configuration = found["configuration"]
    nodes, executors = configuration["nodes"], configuration["executors"]
    by_nodes = options.nodes is not None
    now = nodes if by_nodes else executors
    sizes = sorted({round(now * share) for share in FEWER} - {0, now}, reverse=True)
    trials = [
        Trial(
            replace(options, nodes=size, executors=options.executors and max(1, executors * size // nodes))
            if by_nodes
            else replace(options, executors=size)
        )
        for size in sizes
    ]
    best: tuple[int, Effect] | None = None
    for size, change in zip(sizes, experiments.effects(found, trials), strict=True):
        if change is None or change.change > SLOWER:
            break
        best = size, change
    if best is not None:
        size, change = best
        unit = "node" if by_nodes else "executor"
        text = f"{counted(size, unit)} instead of {now} would do, and cost this much time"
        yield Finding("idle", (), text, change)
