"""What happens to tasks later: as events of SimPy, or played between two of these at a third of the cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Any, Protocol

import simpy
from simpy.events import Event


class Agenda(Protocol):
    """Calls back at later times, in the order of these times; at the same time in the order of asking."""

    @property
    def now_s(self) -> float:
        """Time of what happens now."""

    def after(self, wait_s: float, call: Callable[[Any], None], argument: object) -> None:
        """Call with an argument after a time."""

    def in_simulation(self, callback: Callable[[], None]) -> None:
        """Call back now, as part of an event of the simulation, where graph and stages may change."""


class EventAgenda:
    """Every call is an event of SimPy.

    Parameters
    ----------
    env
        The simulation.
    """

    __slots__ = ("_env",)

    def __init__(self, env: simpy.Environment) -> None:
        self._env = env

    @property
    def now_s(self) -> float:
        """Time of what happens now."""
        return float(self._env.now)

    def after(self, wait_s: float, call: Callable[[Any], None], argument: object) -> None:
        """Call with an argument after a time."""
        self._env.timeout(wait_s).callbacks.append(lambda _: call(argument))

    def in_simulation(self, callback: Callable[[], None]) -> None:
        """Call back now."""
        callback()


class TaskAgenda:
    """Calls are played between two events of SimPy.

    Whoever handles an event of SimPy must call `begin` at the end, and then `play` as long as that tells.

    Parameters
    ----------
    env
        The simulation.
    """

    __slots__ = ("_asked", "_env", "_heap", "now_s", "until_s")

    def __init__(self, env: simpy.Environment) -> None:
        self._env = env
        self._heap: list[tuple[float, int, Callable[[Any], None], object]] = []
        self._asked = 0
        self.now_s: float = env.now
        """Time of the call that is played, or of the event of SimPy that is handled."""
        self.until_s = math.inf
        """Time of the next event of SimPy."""

    def after(self, wait_s: float, call: Callable[[Any], None], argument: object) -> None:
        """Call with an argument after a time."""
        self._asked += 1
        heappush(self._heap, (self.now_s + wait_s, self._asked, call, argument))

    def at(self, time_s: float, call: Callable[[Any], None], argument: object) -> None:
        """Call with an argument at a time."""
        self._asked += 1
        heappush(self._heap, (time_s, self._asked, call, argument))

    def in_simulation(self, callback: Callable[[], None]) -> None:
        """Call back in an event of SimPy at the time of what happens now."""
        self.simulate_at(self.now_s, lambda _: callback())

    def simulate_at(self, time_s: float, callback: Callable[[Event], None]) -> None:
        """Call back in an event of SimPy; what was asked for until then is played before."""
        self.until_s = min(self.until_s, time_s)
        self._env.timeout(max(0.0, time_s - self._env.now)).callbacks.append(callback)

    def begin(self) -> None:
        """Note when the next event of SimPy is, before which calls can be played."""
        self.until_s = self._env.peek()

    @property
    def horizon_s(self) -> float:
        """Time until which nothing happens that is known here."""
        return min(self.until_s, self._heap[0][0]) if self._heap else self.until_s

    def play(self, others: Sequence[tuple[float, int, int, int]]) -> bool:
        """Play calls until something else comes first, and return whether that is one of the others.

        Parameters
        ----------
        others
            A heap of other things to play, by time; they go first where times are equal.
        """
        heap = self._heap
        while heap:
            time_s = heap[0][0]
            if time_s > self.until_s or (others and others[0][0] <= time_s):
                break
            self.now_s, _, call, argument = heappop(heap)
            call(argument)
        if others and others[0][0] <= self.until_s:
            return True
        self.now_s = self._env.peek()
        return False
