"""Numbers of tasks: which rule explains those of all runs."""

from __future__ import annotations

from .. import dsl
from ..dsl.execution import PartitionRule
from ..dsl.law import LawVariable
from ..dsl.workload import parallelism
from .observations import Observed, observations
from .regression import choose

_FORMS: tuple[tuple[LawVariable, ...], ...] = (
    ("constant",),
    ("data",),
    ("slots",),
    ("constant", "data"),
    ("constant", "slots"),
    ("data", "slots"),
)
_BY_SETTING = ("shuffle_partitions", "default_parallelism", "adaptive")
"""Rules that the log shows to be Spark's own."""
_TOLERANCE = 0.05
"""Relative difference that a rule may have from a measured number."""
_ROUNDING = 0.5
"""Tasks that it may differ in any case."""


def fitted_partitions(runs: list[Observed], stage: dsl.Stage) -> dsl.Partitions:
    """Return the number of tasks of a stage with the rule that explains it in all runs.

    The rule of the single run stays where it does. Otherwise the other simple rules are tried; where none
    holds, a law is fitted.

    Parameters
    ----------
    runs
        All runs, the reference run first.
    stage
        A stage of the reference run.
    """
    partitions = stage.partitions
    found = [(run, other) for run, other in observations(runs, stage)]
    if len(found) < 2 or partitions.rule in _BY_SETTING or _cut_by_rule(runs[0].model, stage):
        return partitions
    rules: list[PartitionRule] = ["fixed", "input_splits", "total_slots"]
    rules.sort(key=lambda rule: rule != partitions.rule)
    if len({other.partitions.count for _, other in found}) == 1 and _several([run.data for run, _ in found]):
        rules = ["fixed"]  # data differed, and the number did not
    for rule in rules:
        if all(_holds(rule, runs[0], stage, run, other) for run, other in found):
            return dsl.Partitions(count=partitions.count, rule=rule)
    law = choose(_FORMS, [run.law_variables for run, _ in found], [o.partitions.count for _, o in found])
    rounded = {name: float(f"{c:.6g}") for name, c in law.coefficients.items()}
    return dsl.Partitions(count=partitions.count, rule="law", law=rounded)


def _cut_by_rule(model: dsl.PerformanceModel, stage: dsl.Stage) -> bool:
    """Return whether Spark SQL's rule for scans of files explains the number of tasks."""
    read = [d for d in model.workload.data if isinstance(d, dsl.FileData) and d.id in stage.reads]
    configuration = model.execution.configuration
    usual = parallelism(configuration.default_parallelism, configuration.most_slots)
    return (
        stage.partitions.rule == "input_splits"
        and len(read) == 1
        and read[0].explains(stage.partitions.count, usual)
    )


def _holds(
    rule: PartitionRule, reference: Observed, stage: dsl.Stage, run: Observed, other: dsl.Stage
) -> bool:
    expected = float(stage.partitions.count)
    if rule == "input_splits":
        before = reference.profile(stage).volumes.input_bytes
        if not before:
            return False
        expected *= run.profile(other).volumes.input_bytes / before
    elif rule == "total_slots":
        expected *= run.law_variables["slots"] / reference.law_variables["slots"]
    measured = other.partitions.count
    return abs(measured - expected) <= max(_ROUNDING, _TOLERANCE * measured)


def _several(values: list[float]) -> bool:
    return max(values) > 1.2 * min(values)
