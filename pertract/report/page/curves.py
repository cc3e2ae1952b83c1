"""What the demands of a model are for other amounts of data, for plots of fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ... import dsl
from ...dsl.graph import flatten
from ...dsl.law import evaluate
from ...dsl.profile import task_variables
from ...simulate import Options, resolve
from ...simulate.dataflow import DataFlow

BEYOND = 1.5
"""How far plots go beyond the calibration runs."""
POINTS = 24


@dataclass(frozen=True, slots=True)
class Curve:
    """One demand of a stage over the amount of data, and what the runs measured."""

    stage: str
    demand: dsl.Demand
    share: float
    """Share of all task time of the first calibration run."""
    data: tuple[float, ...]
    """Amounts of data relative to the first run."""
    means: tuple[float, ...]
    """Mean demand of one task for each of them, on the cluster of the first run."""


def curves(model: dsl.PerformanceModel, *, smallest_share: float = 0.01) -> list[Curve]:
    """Return the fitted demands, the largest first.

    Parameters
    ----------
    model
        A model of several runs.
    smallest_share
        Demands below this share of all task time are left out.
    """
    if not model.runs:  # written by hand
        return []
    data = _amounts(model)
    stages = {stage.profile: stage for stage in reversed(model.execution.stages)}
    executors = sum(group.count for group in model.execution.configuration.executors)
    found, total = [], 0.0
    for profile in model.profiles.stages:
        variables = profile.measured_variables(executors)
        for demand in profile.demands:
            if demand.unit != "bytes":
                work = profile.attempts * evaluate(demand.mean, variables)
                total += work
                if demand.fit and profile.id in stages:
                    found.append((work, stages[profile.id], profile, demand))
    found = sorted((f for f in found if f[0] >= smallest_share * total), key=lambda f: -f[0])
    graph = flatten(model.execution)
    flows = [DataFlow(model, graph, resolve(model, Options(data_scale=amount))) for amount in data]
    return [
        Curve(
            stage.id,
            demand,
            work / total,
            tuple(data),
            tuple(
                _mean(demand, stage, profile, flow, amount, executors)
                for flow, amount in zip(flows, data, strict=True)
            ),
        )
        for work, stage, profile, demand in found
    ]


def _amounts(model: dsl.PerformanceModel) -> Sequence[float]:
    first = model.runs[0].size
    known = [run.size / first for run in model.runs] if first else [1.0]
    least, most = min(known) / BEYOND, max(known) * BEYOND
    return [least + (most - least) * i / (POINTS - 1) for i in range(POINTS)]


def _mean(
    demand: dsl.Demand,
    stage: dsl.Stage,
    profile: dsl.StageProfile,
    flow: DataFlow,
    amount: float,
    executors: int,
) -> float:
    entering = flow.of(stage)
    variables = task_variables(
        entering_bytes=entering.entering_bytes,
        entering_records=entering.entering_records,
        tasks=entering.tasks * profile.attempts_per_task,
        measured_tasks=profile.attempts,
        data=amount,
        executors=executors,
    )
    return evaluate(demand.mean, variables)
