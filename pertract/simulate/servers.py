"""Processor sharing: the cores of a node under more runnable tasks than cores."""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heapify, heappop, heappush

from .agenda import Agenda

Key = tuple[int, int, int]
"""Stage, task and executor; with a stage below zero, work that is no task's."""


_ROUNDING_S = 1e-9
"""Departures this close are now: sums of shares are not exact."""


class ProcessorSharing:
    """A node whose cores are shared evenly by all runnable tasks, at most one core per task.

    In virtual time: ``_served`` is the service every present task has received since it could have
    come first; a task leaves when it has grown by the task's demand. One call is valid at a time,
    calls that were overtaken are told by their number. O(log n) per arrival and departure.

    Parameters
    ----------
    agenda
        Where departures are noted.
    cores
        Number of cores.
    done
        Called with the key of a task when its demand is served.
    """

    __slots__ = (
        "_agenda",
        "_armed",
        "_cores",
        "_done",
        "_due_s",
        "_heap",
        "_noted_s",
        "_rate",
        "_served",
        "_since",
        "_tasks",
        "busy_core_s",
        "history",
    )

    def __init__(self, agenda: Agenda, cores: int, done: Callable[[Key], None]) -> None:
        self._agenda = agenda
        self._cores = cores
        self._done = done
        self._heap: list[tuple[float, Key]] = []
        self._served = 0.0
        self._since = self._noted_s = agenda.now_s
        self._armed = 0
        self._due_s = math.inf
        self._tasks = 0
        self._rate: float = 0.0
        self.busy_core_s = 0.0
        """Core seconds served to tasks until the last time in ``history``."""
        self.history: list[tuple[float, float]] = [(agenda.now_s, 0.0)]
        """Times when the number of busy cores changed, and core seconds served to tasks until then."""

    def add(self, key: Key, demand_s: float) -> None:
        """Serve ``demand_s`` core seconds for a task from now on."""
        now, heap = self._advance(), self._heap
        entry = (self._served + demand_s, key)
        heappush(heap, entry)
        self._tasks += key[0] >= 0
        if self._rate != self._cores or key[0] < 0:  # or all cores are busy, and stay so
            self._note(now)
        if heap[0] is entry:  # or the next departure is only delayed, see `_arm`
            self._arm(now)

    def remove(self, key: Key) -> float:
        """Stop serving a task and return the core seconds it lacks; 0 if it is not here."""
        now = self._advance()
        for position, (demand_s, present) in enumerate(self._heap):
            if present == key:
                self._tasks -= key[0] >= 0
                del self._heap[position]
                heapify(self._heap)
                self._note(now)
                self._arm(now)
                return demand_s - self._served
        return 0.0

    def _advance(self) -> float:
        """Serve until now, and return that."""
        now: float = self._agenda.now_s
        if now > self._since:
            present = len(self._heap)
            if present > self._cores:
                self._served += (now - self._since) * (self._cores / present)
            elif present:
                self._served += now - self._since
        self._since = now
        return now

    def _note(self, now: float) -> None:
        """Note how many cores are busy with tasks from now on, if that is something new."""
        present = len(self._heap)
        rate: float = self._tasks
        if present > self._cores:
            rate = self._cores if rate == present else rate * (self._cores / present)
        if rate != self._rate:
            if now > self._noted_s:
                self.busy_core_s += self._rate * (now - self._noted_s)
                self._noted_s = now
                self.history.append((now, self.busy_core_s))
            self._rate = rate

    def _arm(self, now: float) -> None:
        """Ask for a call not later than the next departure.

        An arrival only delays departures, so the call that was asked for often does: it comes early and is
        asked for again then, which costs less than one call for every arrival.
        """
        present = len(self._heap)
        if not present:
            self._due_s = math.inf
            self._armed += 1
            return
        wait_s = self._heap[0][0] - self._served
        if wait_s < 0:
            wait_s = 0.0
        elif present > self._cores:
            wait_s *= present / self._cores
        if now + wait_s < self._due_s:
            self._due_s = now + wait_s
            self._armed += 1
            self._agenda.after(wait_s, self._fire, self._armed)

    def _fire(self, armed: int) -> None:
        if armed != self._armed:
            return
        now, heap, cores = self._advance(), self._heap, self._cores
        self._due_s = -math.inf  # who comes meanwhile needs no call of its own
        while heap:
            demand_s, key = heap[0]
            left_s = demand_s - self._served
            if left_s > _ROUNDING_S or left_s * len(heap) > _ROUNDING_S * cores:
                break
            heappop(heap)
            self._tasks -= key[0] >= 0
            self._done(key)
        self._due_s = math.inf
        self._note(now)
        self._arm(now)
