"""What the tasks of stages do, and how much data flows between stages, in the calibration run."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ... import dsl
from ...dsl.execution import EdgeVariable
from ...dsl.law import evaluate
from ...dsl.profile import Cause

_MOST = 1e300
"""Numbers stay finite, whatever a document says."""
KINDS = ("cpu", "gc", "drive", "network", "waiting")
"""What tasks do."""
_KIND: Mapping[Cause, str] = {"python": "cpu", "scheduling": "waiting", "other": "waiting"}
"""Which kind a cause is, where it has another name."""


class Work:
    """Times and volumes of a model in its calibration run.

    Parameters
    ----------
    model
        A checked model.
    """

    def __init__(self, model: dsl.PerformanceModel) -> None:
        configuration = model.execution.configuration
        self._executors = sum(group.count for group in configuration.executors)
        self._profiles = {profile.id: profile for profile in model.profiles.stages}
        self._task_s = {profile.id: self._mean_task_s(profile) for profile in model.profiles.stages}
        stages = model.execution.stages
        self.total_s = sum(sum(self.of(stage).values()) for stage in stages)
        """Time of all tasks, seconds."""
        delays = [node for node in model.execution.nodes if isinstance(node, dsl.Delay)]
        delays += [n for job in model.execution.jobs for n in job.nodes if isinstance(n, dsl.Delay)]
        estimate_s = self.total_s / max(1, configuration.most_slots) + sum(delay.delay_s for delay in delays)
        self.response_time_s = model.runs[0].response_time_s if model.runs else min(estimate_s, _MOST)
        """Response time as measured, or else about what slots and delays let expect, seconds."""

    def _mean_task_s(self, profile: dsl.StageProfile) -> Mapping[str, float]:
        variables = profile.measured_variables(self._executors)
        found = dict.fromkeys(KINDS, 0.0)
        for demand in profile.demands:
            if demand.cause is not None:
                found[_KIND.get(demand.cause, demand.cause)] += evaluate(demand.mean, variables)
        return {kind: min(time_s, _MOST) for kind, time_s in found.items()}

    def of(self, stage: dsl.Stage) -> Mapping[str, float]:
        """Return what all tasks of a stage spend their time on, seconds by kind."""
        attempts = stage.partitions.count * self._profiles[stage.profile].attempts_per_task
        return {kind: attempts * time_s for kind, time_s in self._task_s[stage.profile].items()}

    def task_s(self, stage: dsl.Stage) -> float:
        """Return the mean time of a task of a stage, seconds."""
        return sum(self._task_s[stage.profile].values())

    def share(self, time_s: float) -> float | None:
        """Return the share of a time in the time of all tasks, None where that cannot be said."""
        share = time_s / self.total_s if self.total_s else math.nan
        return share if math.isfinite(share) else None

    def volume(self, edge: dsl.Edge, tail: dsl.Stage) -> float | None:
        """Return the bytes that flow along an edge, None where that is unknown."""
        entering = self._profiles[tail.profile].volumes.entering_bytes
        if edge.law:
            variables: dict[EdgeVariable, float] = {
                "constant": 1.0,
                "tail_bytes": float(entering),
                "tail_partitions": float(tail.partitions.count),
                "data": 1.0,
            }
            return min(evaluate(edge.law, variables), _MOST)
        if edge.data_transmission_factor is None or not entering:
            return None
        return min(edge.data_transmission_factor * entering, _MOST)
