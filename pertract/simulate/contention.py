"""Take out of measured durations what was waiting for a core in the calibration run.

Where tasks, compilation and the driver want more cores than a node has, tasks wait inside their
duration, and the log does not tell for what. A simulation that lets them compete again would count this
wait twice. So the calibration run is simulated on nodes of as many cores, and what its tasks wait there
for cores is taken from the part of their durations that is not CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .. import dsl
from .configuration import resolve
from .engine import StageTrace, simulate
from .options import Options
from .plan import Plan, compile_plan
from .stage import IS_CPU, StagePlan

Floats = NDArray[np.float64]

ROUNDS = 3
"""Less waiting changes who competes with whom; after three rounds little changes any more."""


class Calibration:
    """How long tasks of the calibration run waited for cores; found once for all predictions of a model.

    Parameters
    ----------
    seed
        Of the simulation of the calibration run.
    """

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self._waiting: dict[tuple[object, ...], Floats] = {}

    def waiting(
        self, model: dsl.PerformanceModel, *, node_cores: int | None, parameters: Mapping[str, float]
    ) -> Floats:
        """Return the waits on nodes of so many cores, as `waiting` does.

        Parameters
        ----------
        model
            The model, with the rounds that ``parameters`` give.
        node_cores
            Cores of the nodes of the calibration run; None for those of the model.
        parameters
            By which models of the same application differ.
        """
        key = (node_cores, *sorted(parameters.items()))
        if key not in self._waiting:
            plan, _ = compile_plan(model, resolve(model, Options(node_cores=node_cores)))
            self._waiting[key] = waiting(plan, self._seed)
        return self._waiting[key]


def waiting(calibration: Plan, seed: int = 1) -> Floats:
    """Return how long tasks waited for a core, per CPU, in the calibration run.

    Parameters
    ----------
    calibration
        The stages as they were measured, on the calibration run's executors and nodes.
    seed
        Of the simulation.

    Returns
    -------
    Waits of the first tasks on the slots and of later ones, shape ``(n_stages, 2)``.
    """
    waits = np.zeros((len(calibration.stages), 2))
    for _ in range(ROUNDS):
        tried = replace(calibration, stages=without_waiting(calibration.stages, waits))
        trace = simulate(tried, np.random.default_rng(seed))
        if not trace.core_s:  # no node has fewer cores than are wanted
            return np.zeros_like(waits)
        waits = np.array([_waiting(stage, calibration.slots) for stage in trace.stages])
    return waits


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


def without_waiting(stages: tuple[StagePlan, ...], waits: Floats) -> tuple[StagePlan, ...]:
    """Return stages whose durations hold none of these waits for cores any more."""
    return tuple(_without(stage, *ratios) for stage, ratios in zip(stages, waits.tolist(), strict=True))


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
