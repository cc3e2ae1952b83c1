"""Take out of measured durations what was waiting for a core in the calibration run.

Where tasks, compilation and the driver want more cores than a node has, tasks wait inside their
duration, and the log does not tell for what. A simulation that lets them compete again would count this
wait twice. So the calibration run is simulated on nodes of as many cores, and what its tasks wait there
for cores is taken from the part of their durations that is not CPU.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .engine import StageTrace, simulate
from .plan import Plan
from .stage import IS_CPU, StagePlan

ROUNDS = 3
"""Less waiting changes who competes with whom; after three rounds little changes any more."""


def without_waiting(stages: tuple[StagePlan, ...], calibration: Plan, seed: int = 1) -> tuple[StagePlan, ...]:
    """Return stages whose durations hold no wait for cores any more.

    Parameters
    ----------
    stages
        The stages to change.
    calibration
        The same stages as they were measured, on the calibration run's executors and nodes.
    seed
        Of the simulation of the calibration run.
    """
    waiting = np.zeros((len(stages), 2))
    for _ in range(ROUNDS):
        tried = replace(calibration, stages=_all_without(calibration.stages, waiting))
        trace = simulate(tried, np.random.default_rng(seed))
        if not trace.core_s:  # no node has fewer cores than are wanted
            return stages
        waiting = np.array([_waiting(stage, calibration.slots) for stage in trace.stages])
    return _all_without(stages, waiting)


def _waiting(stage: StageTrace, slots: int) -> tuple[float, float]:
    """Return the wait for a core, per CPU, of the first tasks on the slots and of later ones."""
    waited_s = stage.ends_s - stage.starts_s - stage.tasks.slot_s
    if stage.moved_s is not None:
        waited_s = waited_s - stage.moved_s.sum(axis=0)
    cpu_s = stage.tasks.cpu_s

    def ratio(part: slice) -> float:
        total = float(cpu_s[part].sum())
        return max(0.0, float(waited_s[part].sum())) / total if total > 0 else 0.0

    return ratio(slice(slots)), ratio(slice(slots, None))


def _all_without(stages: tuple[StagePlan, ...], waiting: NDArray[np.float64]) -> tuple[StagePlan, ...]:
    return tuple(_without(stage, *ratios) for stage, ratios in zip(stages, waiting.tolist(), strict=True))


def _without(stage: StagePlan, first: float, later: float) -> StagePlan:
    if not first and not later:
        return stage
    usual = later or first  # a stage of one wave has no later tasks
    rest_s = stage.causes_s[~IS_CPU].sum(axis=0)
    left_s = np.maximum(rest_s - usual * stage.cpu_s, 0.0)
    causes_s = stage.causes_s.copy()
    causes_s[~IS_CPU] *= np.divide(left_s, rest_s, out=np.ones_like(rest_s), where=rest_s > 0)
    mean_cpu_s = float(np.average(stage.cpu_s, weights=stage.weights))
    more_s = max(0.0, (first - usual) * mean_cpu_s) + first * stage.warm_up_cpu_s
    warm_up_s = max(stage.warm_up_cpu_s, stage.warm_up_s - more_s)
    return replace(stage, causes_s=causes_s, warm_up_s=warm_up_s)
