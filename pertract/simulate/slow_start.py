"""Tasks that start before the stage whose output they fetch has ended, as MapReduce's reduces do.

When they are launched is decided as by ``org.apache.hadoop.mapreduce.v2.app.rm.RMContainerAllocator``; what
fetching takes follows from a fluid model: output of the tail becomes available as its tasks end, each the same
share, and a task fetches what is available, at the most as fast as it would fetch all of it alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from ..dsl import SlowStart
from ..dsl.profile import CAUSES
from .attempts import Attempt, LiveStage

if TYPE_CHECKING:
    from .scheduler import TaskScheduler

_NETWORK, _SCHEDULING = CAUSES.index("network"), CAUSES.index("scheduling")


def fetched_s(start_s: float, fetch_s: float, ends_s: Sequence[float]) -> float:
    """Return when a task has fetched the output of all tasks of the stage before.

    From any moment u on it takes at least as long as fetching what was not available before u. When the
    k-th of n tasks ends that is (n - k + 1) / n of all; so the latest of these times counts, and that of a
    task that never waits.

    Parameters
    ----------
    start_s
        When it can begin to fetch.
    fetch_s
        How long fetching takes if all is there.
    ends_s
        When the tasks of the stage before ended, ascending.
    """
    count = len(ends_s)
    waits = (end_s + fetch_s * (count - k) / count for k, end_s in enumerate(ends_s) if end_s >= start_s)
    return max(start_s + fetch_s, max(waits, default=0.0))


def most_running(*, slots: int, ended: int, running: int, pending: int, rules: SlowStart) -> int | None:
    """Return how many tasks of the head may run while the tail runs; None for as many as there is room for.

    As ``scheduleReduces``: none until enough of the tail has ended; all when every task of the tail has a
    slot; before that the slots that the tail leaves, or, where it wants more than its share, a share that
    grows with what has ended up to a limit. So at least one slot is left to the tail.

    Parameters
    ----------
    slots
        Slots of the application.
    ended, running, pending
        Tasks of the tail.
    rules
        When and how far the head may start.
    """
    total = ended + running + pending
    if ended < math.ceil(rules.completed_ratio * total - 1e-9):
        return 0
    if not pending:
        return None
    share = min(ended / total, rules.slots_ratio) * slots
    wanted = running + pending
    return min(math.floor(slots - wanted if slots - share >= wanted else share), slots - 1)


class EarlyTasks:
    """The tasks of a stage that starts before another one has ended.

    Parameters
    ----------
    scheduler
        Whose tasks they are.
    head, tail
        The stage that fetches, and the one that it fetches from.
    rules
        When and how far the head may start.
    """

    def __init__(self, scheduler: TaskScheduler, head: LiveStage, tail: LiveStage, rules: SlowStart) -> None:
        self._scheduler, self._head, self._tail, self._rules = scheduler, head, tail, rules
        self._parked: list[Attempt] = []
        head.early = self
        self._ends_s: list[float] = []
        self._open = False

    @property
    def turn(self) -> float:
        """Priority while the tail runs: what may start at all comes just before the tail."""
        return self._head.priority if self._open else self._tail.priority - 0.5

    def may_launch(self) -> bool:
        """Return whether one more task may start."""
        if self._open:
            return True
        tail = self._tail
        most = most_running(
            slots=sum(worker.slots for worker in self._scheduler.present),
            ended=len(tail.where),
            running=tail.running,
            pending=len(tail.pending),
            rules=self._rules,
        )
        return most is None or self._head.running < most

    def begin(self, attempt: Attempt) -> None:
        """Let an attempt fetch; it goes on when the tail has ended."""
        if self._open:
            self._release(attempt)
        else:
            attempt.working_s = math.inf
            self._parked.append(attempt)

    def tail_ended(self, ends_s: Sequence[float]) -> None:
        """Let the attempts go on that have waited for the end of the tail."""
        self._open = True
        self._ends_s = sorted(ends_s)
        for attempt in self._parked:
            if attempt.alive:
                self._release(attempt)
        self._parked.clear()
        self._scheduler.offer_all()

    def _release(self, attempt: Attempt) -> None:
        group = attempt.stage.group[attempt.number]
        causes_s = attempt.stage.plan.causes_s[:, group]
        lead_s, fetch_s = float(causes_s[_SCHEDULING]), float(causes_s[_NETWORK])
        begin_s = attempt.start_s + lead_s
        done_s = max(fetched_s(begin_s, fetch_s, self._ends_s), begin_s)
        attempt.behind_s = lead_s + fetch_s
        self._scheduler.at(done_s, partial(self._go_on, attempt))

    def _go_on(self, attempt: Attempt) -> None:
        if attempt.alive:
            self._scheduler.compute(attempt)
