"""Loss of executors: their tasks run again, and so do tasks whose shuffle output went with them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from .attempts import LiveStage, Worker
from .placement import ExecutorPlan
from .plan import Plan

if TYPE_CHECKING:
    from .scheduler import TaskScheduler

RESUBMIT_S = 0.2
"""Time between a failed fetch and the resubmission of stages (``DAGScheduler.RESUBMIT_TIMEOUT``)."""


def readers(plan: Plan) -> list[set[int]]:
    """Return, for every stage, the stages that read its output.

    These are the stages that follow it in the graph, directly or after a delay; beyond the end of a job
    only where the model says so by an edge between the stages.
    """
    boundaries = {*plan.job_starts, *plan.job_ends}
    found: list[set[int]] = [set() for _ in plan.stages]

    def following(node: int) -> Iterator[int]:
        for successor in plan.successors[node]:
            if plan.stage_of[successor] >= 0:
                yield plan.stage_of[successor]
            elif successor not in boundaries:
                yield from following(successor)

    for node, stage in enumerate(plan.stage_of):
        if stage >= 0:
            found[stage].update(following(node))
    return found


class Losses:
    """Kills executors at given times, and finds out what must run again.

    As in ``DAGScheduler`` and ``TaskSetManager``: running tasks of the executor run again, before all
    others. Without an external shuffle service the shuffle output on it is lost. A running stage runs
    the tasks that made it again. Of a stage that has ended, they run again when somebody needs them: a
    stage that is submitted later waits for them at once; a running one finds out when it launches its
    next task, which fails to fetch, and after 200 ms the lost tasks are submitted. Tasks that run at
    the time of the loss have fetched what they need. Another executor takes the place of the lost one
    after the usual time an executor needs to start.

    Parameters
    ----------
    scheduler, plan
        Whose executors are lost, and when.
    """

    def __init__(self, scheduler: TaskScheduler, plan: Plan) -> None:
        self._scheduler, self._plan = scheduler, plan
        self._readers = readers(plan)
        self._parents: list[list[int]] = [[] for _ in plan.stages]
        for parent, heads in enumerate(self._readers):
            for head in heads:
                self._parents[head].append(parent)
        for time_s in plan.losses_s:
            scheduler.at(time_s, self._lose_one)

    def _lose_one(self) -> None:
        present = list(self._scheduler.present)
        if present:
            self._lose(present[self._scheduler.rng.integers(len(present))])

    def _lose(self, worker: Worker) -> None:
        scheduler = self._scheduler
        scheduler.remove(worker)
        if not self._plan.shuffle_service:
            for stage in scheduler.stages.values():
                self._forget_output(stage, worker)
        for attempt in list(worker.running):
            stage = attempt.stage
            scheduler.kill(attempt)
            if attempt.task not in stage.where and not stage.current.get(attempt.task):
                if attempt.task in stage.copies:
                    stage.copies.remove(attempt.task)
                stage.again([attempt.task])
        if scheduler.allocation:
            scheduler.allocation.executor_lost()
        else:
            start_s = scheduler.env.now + self._plan.executor_start_s
            scheduler.start_executor(ExecutorPlan(worker.slots, worker.node, start_s, None))
        scheduler.offer_all()

    def _forget_output(self, stage: LiveStage, worker: Worker) -> None:
        if not self._readers[stage.index]:
            return
        gone = sorted(task for task, where in stage.where.items() if where is worker)
        for task in gone:
            del stage.where[task]
        if stage.active:
            stage.again(gone)
        else:
            stage.lost.update(gone)

    def _missing(self, stage: LiveStage) -> list[LiveStage]:
        """Return the stages whose output a stage needs, and which is not there."""
        known = self._scheduler.stages
        parents = [known[parent] for parent in self._parents[stage.index] if parent in known]
        return [parent for parent in parents if parent.left]

    def before(self, stage: LiveStage) -> None:
        """Make a stage that is submitted wait for output that was lost before."""
        if missing := self._missing(stage):
            stage.blocked = True
            for parent in missing:
                self._resubmit(parent)

    def fetch_fails(self, stage: LiveStage) -> bool:
        """Return whether the next task of a stage would find output missing; then it is made again."""
        if not self._missing(stage):
            return False
        stage.blocked = True
        self._scheduler.at(self._scheduler.env.now + RESUBMIT_S, partial(self._resubmitted, stage))
        return True

    def _resubmitted(self, stage: LiveStage) -> None:
        for parent in self._missing(stage):
            self._resubmit(parent)
        self._release()

    def _resubmit(self, stage: LiveStage) -> None:
        if not stage.active:
            stage.pending.extend(sorted(stage.lost))
            stage.lost.clear()
            self._scheduler.activate(stage)

    def made_again(self, _: LiveStage) -> None:
        """Let stages go on that waited for a stage which has run its lost tasks again."""
        self._release()

    def _release(self) -> None:
        for stage in list(self._scheduler.active.values()):
            if stage.blocked:
                missing = self._missing(stage)
                stage.blocked = bool(missing)
                for parent in missing:
                    self._resubmit(parent)
        self._scheduler.offer_all()
