"""Room for executors, and whose turn it is to get some."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

ROUNDING = 1e-9
Scheduling = Literal["fifo", "fair", "capacity"]


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of YARN's capacity scheduler."""

    name: str
    share: float
    """Part of the cluster that is its own."""
    most: float = 1.0
    """Part that it can have while others leave it free."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """How much room there is, and how it is shared."""

    room: tuple[int, ...]
    """Room on each node: cores, or places for executors."""
    scheduling: Scheduling = "fifo"
    queues: tuple[Queue, ...] = ()
    """With ``capacity``: the queues; every application is in one."""

    @property
    def total(self) -> int:
        """Room of all nodes."""
        return sum(self.room)


class Asking(Protocol):
    """A run that wants more executors."""

    @property
    def needs(self) -> int:
        """Room that its next executor takes."""

    @property
    def held(self) -> int:
        """Room that it has."""

    @property
    def weight(self) -> float:
        """Its share relative to other runs."""

    @property
    def queue(self) -> str:
        """The queue it is in."""


@dataclass(slots=True)
class Room:
    """Room that is free, and who is next to get some."""

    cluster: Cluster
    free: list[int] = field(init=False)
    used: dict[str, int] = field(init=False)
    """Room that the applications of each queue have."""

    def __post_init__(self) -> None:
        self.free = list(self.cluster.room)
        self.used = {queue.name: 0 for queue in self.cluster.queues}

    def next(self, asking: Iterable[Asking]) -> int | None:
        """Return the position of the run that gets the next executor, or None if there is room for none.

        FIFO: the first one. FAIR: the one with the least room relative to its weight. Capacity: the first
        one of the queue that has the least relative to its own share, as YARN's CapacityScheduler does. A
        run whose executor fits on no node is passed over.

        Parameters
        ----------
        asking
            Runs that want more, in order of arrival.
        """
        largest = max(self.free)
        if not largest:
            return None
        found = ((i, run) for i, run in enumerate(asking) if run.needs <= largest)
        match self.cluster.scheduling:
            case "fifo":
                best = next(found, None)
            case "fair":
                best = min(found, key=lambda item: item[1].held / item[1].weight, default=None)
            case "capacity":
                within = (item for item in found if self._within(item[1].queue, item[1].needs))
                best = min(within, key=lambda item: self._ratio(item[1].queue), default=None)
        return None if best is None else best[0]

    def _queue(self, name: str) -> Queue:
        return next(queue for queue in self.cluster.queues if queue.name == name)

    def _within(self, queue: str, needs: int) -> bool:
        """Return whether a queue can have that much more."""
        return self.used[queue] + needs <= self._queue(queue).most * self.cluster.total + ROUNDING

    def _ratio(self, queue: str) -> float:
        """Return what a queue has, relative to what is its own."""
        own = self._queue(queue).share * self.cluster.total
        return self.used[queue] / own if own else math.inf

    def take(self, run: Asking) -> int:
        """Give a run room for an executor on the node with the most that is free; return the node."""
        node = max(range(len(self.free)), key=self.free.__getitem__)
        self.free[node] -= run.needs
        if run.queue in self.used:
            self.used[run.queue] += run.needs
        return node

    def give_back(self, run: Asking, nodes: Iterable[int]) -> None:
        """Free the room of a run's executors."""
        for node in nodes:
            self.free[node] += run.needs
            if run.queue in self.used:
                self.used[run.queue] -= run.needs
