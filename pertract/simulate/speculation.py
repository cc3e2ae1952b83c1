"""Speculative execution: slow tasks run a second time on another node, and the first one to end wins."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .attempts import LiveStage
    from .policies import Speculation
    from .scheduler import TaskScheduler


class Speculator:
    """Finds slow tasks as ``TaskSetManager.checkSpeculatableTasks`` does.

    Checks take place at multiples of the interval, but only when a task can have become slow. Not known
    here: the efficiency of tasks by their records (``spark.speculation.efficiency.*``).

    Parameters
    ----------
    scheduler, policy
        Whose tasks are watched, and when they are slow.
    """

    def __init__(self, scheduler: TaskScheduler, policy: Speculation) -> None:
        self._scheduler, self._policy = scheduler, policy
        self._armed_s = math.inf

    def succeeded(self, stage: LiveStage) -> None:
        """Note the success of a task, after which others of its stage may count as slow."""
        if self._watched(stage):
            self._arm(self._due_s(stage))

    def _watched(self, stage: LiveStage) -> bool:
        tasks = len(stage.tasks.slot_s)
        enough = max(math.floor(self._policy.quantile * tasks), 1)
        return stage.active and tasks > 1 and not stage.plan.barrier and len(stage.where) >= enough

    def _threshold_s(self, stage: LiveStage) -> float:
        ordered = stage.durations_s
        median_s = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        return max(self._policy.multiplier * median_s, self._policy.least_runtime_s)

    def _due_s(self, stage: LiveStage) -> float:
        """Return when the next task of a stage becomes slow."""
        starts = [
            attempts[0].start_s
            for task, attempts in stage.current.items()
            if len(attempts) == 1 and task not in stage.copies
        ]
        return min(starts, default=math.inf) + self._threshold_s(stage)

    def _arm(self, due_s: float) -> None:
        """Check at the first multiple of the interval after a task has become slow."""
        if due_s == math.inf:
            return
        interval_s, now = self._policy.interval_s, self._scheduler.env.now
        check_s = (math.floor(max(due_s, now) / interval_s) + 1) * interval_s
        if check_s < self._armed_s:
            self._armed_s = check_s
            self._scheduler.at(check_s, lambda: self._check(check_s))

    def _check(self, armed_s: float) -> None:
        if armed_s != self._armed_s:
            return
        self._armed_s = math.inf
        found, now = False, self._scheduler.env.now
        watched = [stage for stage in self._scheduler.active.values() if self._watched(stage)]
        for stage in watched:
            threshold_s = self._threshold_s(stage)
            for task, attempts in stage.current.items():
                slow = len(attempts) == 1 and now - attempts[0].start_s > threshold_s
                if slow and task not in stage.copies and task not in stage.where:
                    stage.copies.append(task)
                    found = True
        if found:
            if self._scheduler.allocation:
                self._scheduler.allocation.backlog()
            self._scheduler.offer_all()
        for stage in watched:
            if stage.active:
                self._arm(self._due_s(stage))
