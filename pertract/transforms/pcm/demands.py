"""What a task demands, as expressions over its parameters.

The causes of a task's time stay apart, one action for each; demands of the same cause are added up. A cause
is size x (sum of coefficient x variable), so the parametric dependencies of the model can be read and changed
in the files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ... import dsl
from ...dsl.law import evaluate
from ...dsl.profile import CAUSES, CPU_CAUSES, Variable, task_variables
from . import expressions
from .dependence import DATA, EULER
from .scenario import Scenario, StageLoad
from .xml import CPU, DELAY, DOUBLE, INT

FACTORS: dict[Variable, str] = {
    "constant": "",
    "task_bytes": "taskBytes.VALUE",
    "task_records": "taskRecords.VALUE",
    "task_records_log": "taskRecords.VALUE * Log(2.0, 1.0 + taskRecords.VALUE)",
    "task_data": "taskData.VALUE",
    "data": DATA,
    "partitions": "tasks.VALUE",
    "executors": "executors.VALUE",
    "log_executors": f"Log({EULER}, executors.VALUE)",
}
"""Variables of the language as expressions over the parameters of a task."""

PARAMETERS = {
    "size": DOUBLE,
    "first": INT,
    "taskBytes": DOUBLE,
    "taskRecords": DOUBLE,
    "taskData": DOUBLE,
    "data": DOUBLE,
    "tasks": INT,
    "executors": INT,
    "nodes": INT,
}
"""Parameters of a task in the order of its signature, and their types.

``size`` is the time of the task relative to the mean, ``first`` 1 if it is the first on its slot.
"""

NAMES = {
    "scheduling": "scheduling",
    "cpu": "compute",
    "gc": "garbage collection",
    "python": "Python worker",
    "drive": "drive",
    "network": "network",
    "other": "other waits",
}
"""What the action of a cause is called."""


@dataclass(frozen=True, slots=True)
class TaskDemand:
    """One demand of a task."""

    name: str
    resource: str
    """Identifier of the resource type."""
    expression: str


def task_demands(
    stage: dsl.Stage, profile: dsl.StageProfile, load: StageLoad, scenario: Scenario
) -> list[TaskDemand]:
    """Return the demands of a task: those of cores, in core seconds, then the others, in seconds."""
    variables = task_variables(
        entering_bytes=load.entering_bytes,
        entering_records=load.entering_records,
        tasks=load.tasks,
        measured_tasks=round(stage.partitions.count * profile.attempts_per_task),
        data=scenario.data_scale,
        executors=max(1, scenario.executors),
    )
    means = dict(zip(CAUSES, np.average(load.causes_s, axis=1, weights=load.weights), strict=True))
    sums = {cause: _sum(profile, cause, float(mean), variables) for cause, mean in means.items() if mean > 0}
    if "network" in sums and scenario.fetches_follow_nodes and scenario.nodes > 1:
        sums["network"] = _from_other_nodes(sums["network"], scenario.nodes)
    waits = [cause for cause in sums if cause not in CPU_CAUSES]
    longest = max(waits, key=means.__getitem__, default=None)
    warm = next((cause for cause in CPU_CAUSES if cause in sums), "cpu")
    first = {warm: _first_core(load, scenario), "scheduling": _first_wait(load)}
    found = []
    for cause in (*CPU_CAUSES, *(c for c in CAUSES if c not in CPU_CAUSES)):
        on_core = cause in CPU_CAUSES
        terms = []
        if cause in sums:
            terms.append(_sized(sums[cause], scenario.cpu_rate if on_core else 1.0))
        if cause == longest and load.handling_s:
            terms = [f"Max(0.0, {terms[0]} - {expressions.number(load.handling_s)})"]
        terms += first.get(cause, [])
        if terms:
            found.append(TaskDemand(NAMES[cause], CPU if on_core else DELAY, " + ".join(terms)))
    return found


def _from_other_nodes(total: dict[str, float], nodes: int) -> dict[str, float]:
    """Return a sum that follows the share of the nodes that are others."""
    others = "(1.0 - 1.0 / nodes.VALUE)"
    return {
        f"{others} * {factor}" if factor else others: value / (1 - 1 / nodes)
        for factor, value in total.items()
    }


def _first_core(load: StageLoad, scenario: Scenario) -> list[str]:
    """Return the CPU that the first task on a slot needs more."""
    core_s = load.warm_up_cpu_s * scenario.cpu_rate
    return [f"first.VALUE * {expressions.number(core_s)}"] if core_s else []


def _first_wait(load: StageLoad) -> list[str]:
    """Return how long the first task on a slot waits for what is cold, and the others for the driver."""
    cold_s = load.warm_up_s - load.warm_up_cpu_s
    terms = [f"first.VALUE * {expressions.number(cold_s)}"] if cold_s > 0 else []
    if load.dispatch_s:
        terms.append(f"(1 - first.VALUE) * {expressions.number(load.dispatch_s)}")
    return terms


def parameters(demands: list[TaskDemand]) -> list[str]:
    """Return the parameters that demands use, in order."""
    text = " ".join(demand.expression for demand in demands)
    return [name for name in PARAMETERS if f"{name}.VALUE" in text]


def _sized(total: dict[str, float], rate: float) -> str:
    text = expressions.linear({factor: value * rate for factor, value in total.items()})
    return f"size.VALUE * {text}" if len(total) == 1 else f"size.VALUE * ({text})"


def _sum(
    profile: dsl.StageProfile, cause: str, mean_s: float, variables: dict[Variable, float]
) -> dict[str, float]:
    """Return coefficients by factor that give a mean in the exported configuration."""
    sums: dict[str, float] = {}
    known = 0.0
    for demand in profile.demands:
        if demand.cause == cause:
            known += evaluate(demand.mean, variables)
            for name, coefficient in demand.mean.items():
                factor = FACTORS[name]
                # Of the data, a task knows the size relative to the exported configuration.
                relative = name in ("data", "task_data")
                value = coefficient * (variables[name] if relative else 1.0)
                sums[factor] = sums.get(factor, 0.0) + value
    if not known:
        return {"": mean_s}
    return {factor: value * mean_s / known for factor, value in sums.items() if value}
