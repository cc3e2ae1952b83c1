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
    calls that were overtaken are told by their time. O(log n) per arrival and departure.

    Parameters
    ----------
    agenda
        Where departures are noted.
    cores
        Number of cores.
    done
        Called with the key of a task when its demand is served.
    recorded
        Whether ``history`` is kept.
    """

    __slots__ = (
        "_agenda",
        "_cores",
        "_done",
        "_due_s",
        "_heap",
        "_noted_s",
        "_rate",
        "_recorded",
        "_served",
        "_since",
        "_tasks",
        "busy_core_s",
        "history",
    )

    def __init__(
        self, agenda: Agenda, cores: int, done: Callable[[Key], None], *, recorded: bool = False
    ) -> None:
        self._agenda = agenda
        self._cores = cores
        self._done = done
        self._recorded = recorded
        self._heap: list[tuple[float, Key]] = []
        self._served = 0.0
        self._since = self._noted_s = agenda.now_s
        self._due_s = math.inf
        self._tasks = 0
        self._rate: float = 0.0
        self.busy_core_s = 0.0
        """Core seconds served to tasks until the last time in ``history``."""
        self.history: list[tuple[float, float]] = [(agenda.now_s, 0.0)]
        """Times when the number of busy cores changed, and core seconds served to tasks until then."""

    def add(self, key: Key, demand_s: float) -> None:
        """Serve ``demand_s`` core seconds for a task from now on."""
        self._advance()
        entry = (self._served + demand_s, key)
        heappush(self._heap, entry)
        self._tasks += key[0] >= 0
        if self._recorded and (self._rate != self._cores or key[0] < 0):  # or all are busy, and stay so
            self._note()
        if self._heap[0] is entry:  # or the next departure is only delayed, see `_arm`
            self._arm()

    def remove(self, key: Key) -> float:
        """Stop serving a task and return the core seconds it lacks; 0 if it is not here."""
        self._advance()
        for position, (demand_s, present) in enumerate(self._heap):
            if present == key:
                self._tasks -= key[0] >= 0
                del self._heap[position]
                heapify(self._heap)
                if self._recorded:
                    self._note()
                self._arm()
                return demand_s - self._served
        return 0.0

    def _advance(self) -> None:
        """Serve until now."""
        now = self._agenda.now_s
        if now > self._since:
            present = len(self._heap)
            if present > self._cores:
                self._served += (now - self._since) * (self._cores / present)
            elif present:
                self._served += now - self._since
        self._since = now

    def _note(self) -> None:
        """Note how many cores are busy with tasks from now on, if that is something new."""
        present, now = len(self._heap), self._since
        rate: float = self._tasks
        if present > self._cores:
            rate = self._cores if rate == present else rate * (self._cores / present)
        if rate != self._rate:
            if now > self._noted_s:
                self.busy_core_s += self._rate * (now - self._noted_s)
                self._noted_s = now
                self.history.append((now, self.busy_core_s))
            self._rate = rate

    def _arm(self) -> None:
        """Ask for a call not later than the next departure.

        An arrival only delays departures, so the call that was asked for often does: it comes early and is
        asked for again then, which costs less than one call for every arrival.
        """
        present = len(self._heap)
        if not present:
            self._due_s = math.inf
            return
        wait_s = self._heap[0][0] - self._served
        if wait_s < 0:
            wait_s = 0.0
        elif present > self._cores:
            wait_s *= present / self._cores
        due_s = self._since + wait_s
        if due_s < self._due_s:
            self._due_s = due_s
            self._agenda.after(wait_s, self._fire, due_s)

    def _fire(self, due_s: float) -> None:
        if due_s != self._due_s:
            return
        self._advance()
        self._due_s = -math.inf  # who comes meanwhile needs no call of its own
        heap, cores, served, now = self._heap, self._cores, self._served, self._since
        while heap:
            left_s, key = heap[0][0] - served, heap[0][1]
            later = left_s > _ROUNDING_S or left_s * len(heap) > _ROUNDING_S * cores
            if later and now + left_s * max(1.0, len(heap) / cores) > now:  # times of days on are coarse
                break
            heappop(heap)
            self._tasks -= key[0] >= 0
            self._done(key)
        if self._recorded:
            self._note()
        self._due_s = math.inf
        self._arm()
