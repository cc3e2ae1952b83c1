"""Processor sharing: the cores of a node under more runnable tasks than cores."""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heapify, heappop, heappush

import simpy
from simpy.events import Event

Key = tuple[int, int, int]
"""Stage, task and executor; with a stage below zero, work that is no task's."""


_ROUNDING_S = 1e-9
"""Departures this close are now: sums of shares are not exact."""


class ProcessorSharing:
    """A node whose cores are shared evenly by all runnable tasks, at most one core per task.

    In virtual time: ``_served`` is the service every present task has received since it could have
    come first; a task leaves when it has grown by the task's demand. One event is armed at a time,
    events that were overtaken are told by their number. O(log n) per arrival and departure.

    Parameters
    ----------
    env
        The simulation.
    cores
        Number of cores.
    done
        Called with the key of a task when its demand is served.
    after_event
        Called at the end of every event of the server, also of one that was overtaken.
    """

    __slots__ = (
        "_after_event",
        "_armed",
        "_cores",
        "_done",
        "_due_s",
        "_env",
        "_heap",
        "_served",
        "_since",
        "_tasks",
        "busy_core_s",
        "history",
    )

    def __init__(
        self,
        env: simpy.Environment,
        cores: int,
        done: Callable[[Key], None],
        after_event: Callable[[], None] = lambda: None,
    ) -> None:
        self._env = env
        self._cores = cores
        self._done = done
        self._after_event = after_event
        self._heap: list[tuple[float, Key]] = []
        self._served = 0.0
        self._since = env.now
        self._armed = 0
        self._due_s = math.inf
        self._tasks = 0
        self.busy_core_s = 0.0
        """Core seconds served to tasks so far."""
        self.history: list[tuple[float, float]] = [(env.now, 0.0)]
        """Time and core seconds served to tasks until then; linear in between."""

    def add(self, key: Key, demand_s: float) -> None:
        """Serve ``demand_s`` core seconds for a task from now on."""
        self._advance()
        self._tasks += key[0] >= 0
        heappush(self._heap, (self._served + demand_s, key))
        self._arm()

    def remove(self, key: Key) -> float:
        """Stop serving a task and return the core seconds it lacks; 0 if it is not here."""
        self._advance()
        for position, (demand_s, present) in enumerate(self._heap):
            if present == key:
                self._tasks -= key[0] >= 0
                del self._heap[position]
                heapify(self._heap)
                self._arm()
                return demand_s - self._served
        return 0.0

    def _advance(self) -> None:
        now, present = self._env.now, len(self._heap)
        if present and now > self._since:
            elapsed = now - self._since
            each = elapsed * min(1.0, self._cores / present)
            self._served += each
            self.busy_core_s += each * self._tasks
        if now > self._since:
            self.history.append((now, self.busy_core_s))
        self._since = now

    def _arm(self) -> None:
        """Have an event not later than the next departure.

        An arrival only delays departures, so the event that is there often does: it comes early and is
        armed again then, which costs less than one event for every arrival.
        """
        if not self._heap:
            self._due_s = math.inf
            self._armed += 1
            return
        left = max(0.0, self._heap[0][0] - self._served)
        wait = left * max(1.0, len(self._heap) / self._cores)
        due_s = self._env.now + wait
        if due_s < self._due_s:
            self._due_s = due_s
            self._armed += 1
            self._env.timeout(wait, value=self._armed).callbacks.append(self._fire)

    def _fire(self, event: Event) -> None:
        if event.value == self._armed:
            self._due_s = math.inf
            self._advance()
            demand_s, key = self._heap[0]
            if (demand_s - self._served) * max(1.0, len(self._heap) / self._cores) <= _ROUNDING_S:
                heappop(self._heap)
                self._tasks -= key[0] >= 0
                self._arm()
                self._done(key)
            else:
                self._arm()
        self._after_event()
