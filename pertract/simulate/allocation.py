"""Dynamic allocation: executors are asked for while tasks wait, and leave when they are idle."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from typing import TYPE_CHECKING

from .losses import readers
from .placement import ExecutorPlan

if TYPE_CHECKING:
    from .attempts import LiveStage, Worker
    from .policies import Allocation
    from .scheduler import TaskScheduler

ROUNDING = 1e-9


@dataclass(slots=True)
class _Request:
    """When to ask for more executors, and how many."""

    at_s: float | None = None
    add: int = 1
    number: int = 0
    asleep: bool = False
    """Whether no more can be asked for at ``at_s`` and all later times, as things are."""
    """Changes whenever `at_s` does, so that a timer that was set before is told from the valid one."""


class ExecutorAllocation:
    """Asks for executors and removes them as ``ExecutorAllocationManager`` does.

    While tasks wait for longer than the backlog timeout, one more executor is asked for, then two, four
    and so on after each sustained timeout, but never more than the running and waiting tasks can use.
    Executors without tasks leave after the idle timeout, down to the minimum and to the number asked for;
    with shuffle tracking not while a job that is still running may need what they wrote. Spark looks
    every 100 ms; here everything happens when it is due.

    Parameters
    ----------
    scheduler, policy
        Whose tasks need executors, and the limits and times.
    """

    def __init__(self, scheduler: TaskScheduler, policy: Allocation) -> None:
        self._scheduler, self._policy = scheduler, policy
        self._readers = readers(scheduler.plan)
        self._jobs_ended: set[str] = set()
        self._initial = True
        self._target = policy.initial
        self._request = _Request()
        self._start(policy.initial, policy.first_s)

    # -- more executors --------------------------------------------------------------------------

    def _start(self, count: int, registered_s: float) -> None:
        """Let executors start, each on the node that has the fewest of those with room."""
        if count <= 0:
            return
        on_node = Counter(worker.node for worker in self._alive())
        room = self._policy.room
        fewest = [
            (on_node[node], node)
            for node in range(len(self._scheduler.plan.node_cores))
            if room is None or on_node[node] < room[node]
        ]
        heapify(fewest)
        for _ in range(count):
            there, node = fewest[0]
            if room is not None and there + 1 == room[node]:
                heappop(fewest)
            else:
                heapreplace(fewest, (there + 1, node))
            self._scheduler.start_executor(ExecutorPlan(self._policy.slots, node, registered_s, None))

    def _alive(self) -> list[Worker]:
        return [worker for worker in self._scheduler.workers if worker.removed_s is None]

    def _needed(self) -> int:
        """Return the most executors that running and waiting tasks can use."""
        active = self._scheduler.active.values()
        tasks = sum(stage.running + len(stage.pending) + len(stage.copies) for stage in active)
        return math.ceil(tasks * self._policy.ratio / self._policy.slots - ROUNDING)

    def _lower_target(self) -> None:
        if not self._initial and self._needed() < self._target:
            self._target = max(self._needed(), self._policy.least)
            self._request.add = 1
            self._wake()
            self.remove_idle()

    def _ask(self) -> None:
        """Start as many executors as are asked for, but neither there nor starting."""
        now = self._scheduler.env.now
        there = len(self._scheduler.present) + self._scheduler.coming
        self._start(min(self._target, self._policy.limit) - there, now + self._policy.start_s)

    def backlog(self) -> None:
        """Note that tasks wait."""
        self._initial = False
        if self._request.at_s is None:
            self._wait(self._policy.backlog_s)
        self._wake()
        self._lower_target()

    def _wait(self, seconds: float) -> None:
        request = self._request
        request.at_s = self._scheduler.env.now + seconds
        request.number += 1
        number = request.number
        self._scheduler.at(request.at_s, lambda: self._grow(number))

    def _grow(self, number: int) -> None:
        if number != self._request.number or self._request.at_s is None:
            return
        needed, policy, request = self._needed(), self._policy, self._request
        self._lower_target()
        before = self._target
        if before < min(policy.limit, needed):
            # No time is lost on growing to what is there already.
            there = len(self._scheduler.present)
            self._target = max(min(max(before, there) + request.add, needed, policy.limit), policy.least)
            request.add = request.add * 2 if self._target - before == request.add else 1
            self._ask()
        else:
            request.add = 1
            request.asleep = True
            return
        self._wait(policy.sustained_s)

    def _wake(self) -> None:
        """Ask again after each sustained timeout, now that tasks came or executors are to leave."""
        request, now = self._request, self._scheduler.env.now
        if request.asleep and request.at_s is not None:
            request.asleep = False
            periods = math.floor((now - request.at_s) / self._policy.sustained_s) + 1
            self._wait(request.at_s + periods * self._policy.sustained_s - now)

    def launched(self) -> None:
        """Note that tasks were launched; when none waits any more, no executor is asked for."""
        if not any(stage.pending or stage.copies for stage in self._scheduler.active.values()):
            self._request.at_s = None
            self._request.asleep = False
            self._request.number += 1
            self._request.add = 1

    def executor_lost(self) -> None:
        """Ask for another executor, if it is still needed, and for the tasks that run again."""
        self.backlog()
        self._ask()

    # -- fewer executors -------------------------------------------------------------------------

    def task_ended(self, worker: Worker) -> None:
        """Note the end of a task."""
        self._lower_target()
        if not worker.running:
            self.became_idle()

    def became_idle(self) -> None:
        """Note that some executor runs nothing, as it also does at first."""
        for timeout_s in (self._policy.idle_s, self._policy.tracking_timeout_s):
            if timeout_s is not None:
                self._scheduler.at(self._scheduler.env.now + timeout_s, self.remove_idle)

    def job_ended(self, job: str) -> None:
        """Note that the output of a job's stages is needed no more."""
        self._jobs_ended.add(job)
        self.remove_idle()

    def _held_until_s(self, worker: Worker) -> float:
        """Return until when shuffle output keeps an executor.

        Infinity for as long as a job needs it. Output of ended jobs counts for the tracking timeout, for
        ever where there is none: Spark's cleaner only acts when the driver's garbage collector has got to
        it, which applications seldom live to see.
        """
        if not self._policy.tracking:
            return 0.0
        until_s = 0.0
        for stage in worker.outputs:
            if self._readers[stage.index]:
                if stage.plan.job not in self._jobs_ended or self._still_read(stage):
                    return math.inf
                if self._policy.tracking_timeout_s is None:
                    return math.inf
                until_s = worker.idle_since_s + self._policy.tracking_timeout_s
        return until_s

    def _still_read(self, stage: LiveStage) -> bool:
        """Return whether a stage of a later job is reading the output of a stage."""
        active = self._scheduler.active
        return any(reader in active for reader in self._readers[stage.index])

    def remove_idle(self) -> None:
        """Remove executors that have been idle for long enough, as far as no more are asked for."""
        if self._initial:
            return
        now, policy = self._scheduler.env.now, self._policy
        for worker in list(self._scheduler.present):
            if len(self._scheduler.present) - 1 < max(policy.least, self._target):
                return
            idle = not worker.running and worker.idle_since_s + policy.idle_s <= now + ROUNDING
            if idle and self._held_until_s(worker) <= now + ROUNDING:
                self._scheduler.remove(worker)
