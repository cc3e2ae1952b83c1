"""Delay scheduling: tasks wait for a slot near their data, level by level."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .attempts import LiveStage, Worker
from .policies import LocalityWaits

if TYPE_CHECKING:
    from .scheduler import TaskScheduler


_ROUNDING_S = 1e-9


class Level(IntEnum):
    """How near to its data a task runs, nearest first (``TaskLocality``)."""

    PROCESS = 0
    """On the executor that holds the data."""
    NODE = 1
    """On its node, or one with the blocks that the task reads."""
    ANYWHERE_ALIKE = 2
    """Anywhere, because the task prefers no place (``NO_PREF``)."""
    RACK = 3
    """On the rack of such a node."""
    ANY = 4
    """Anywhere, because it has waited for long enough."""


class Wish(NamedTuple):
    """What a task prefers."""

    worker: Worker | None = None
    """The executor that holds its data in memory."""
    nodes: tuple[int, ...] = ()
    racks: tuple[str, ...] = ()
    stored: bool = False
    """Whether its data lie in a file system: if on no node of the cluster, it is still not without a wish."""


@dataclass(slots=True)
class Preferences:
    """Tasks of a stage by the places that they prefer, next one first."""

    on_worker: dict[Worker, deque[int]] = field(default_factory=dict)
    on_node: dict[int, deque[int]] = field(default_factory=dict)
    on_rack: dict[str, deque[int]] = field(default_factory=dict)
    nowhere: deque[int] = field(default_factory=deque)
    """Tasks that prefer no place."""
    of: dict[int, Wish] = field(default_factory=dict)
    """What each task prefers."""

    def add(self, task: int, wish: Wish, *, first: bool = False) -> None:
        """Add a task that prefers some places, or none; behind all others or before them."""
        self.of[task] = wish
        lists: list[deque[int]] = []
        if wish.worker is not None:
            lists.append(self.on_worker.setdefault(wish.worker, deque()))
        lists += [self.on_node.setdefault(node, deque()) for node in wish.nodes]
        lists += [self.on_rack.setdefault(rack, deque()) for rack in wish.racks]
        if not (lists or wish.stored):
            lists.append(self.nowhere)
        for tasks in lists:
            if first:
                tasks.appendleft(task)
            else:
                tasks.append(task)


def preferences(
    stage: LiveStage, source: LiveStage | None, workers: Sequence[Worker], present: Collection[Worker]
) -> Preferences:
    """Return where the tasks of a stage that are to be launched find their data.

    A task prefers the executor on which the task of the same number ran in the stage that cached the data,
    and the node of that executor, if the executor is still there; else the nodes with the blocks it reads.

    Parameters
    ----------
    stage
        The stage.
    source
        The one that cached the data; None for none.
    workers
        All executors there ever were.
    present
        Those that are there.
    """
    ratio = 0.0
    holders: Mapping[int, Worker] = {}
    if source is not None and stage.plan.locality is not None:
        ratio, holders = stage.plan.locality.ratio, source.where
    if source is not None and source.plan.cached_on:
        holders = _as_measured(source.plan.cached_on, len(source.tasks.slot_s), workers)
    found = Preferences()
    for task in stage.pending:
        # The tasks that prefer a place are spread evenly among all.
        preferring = int((task + 1) * ratio + _ROUNDING_S) > int(task * ratio + _ROUNDING_S)
        worker = holders.get(task) if preferring else None
        if worker is not None and worker in present:
            found.add(task, Wish(worker, (worker.node,)))
        elif stage.places:
            found.add(task, Wish(None, *stage.places[task], stored=True))
        else:
            found.add(task, Wish())
    return found


def _as_measured(shares: Sequence[float], tasks: int, workers: Sequence[Worker]) -> dict[int, Worker]:
    """Return the executor of each task so that they have given shares of the tasks, evenly mixed."""
    bounds = np.rint(np.cumsum(shares) / sum(shares) * tasks).astype(int)
    counts = np.diff(bounds, prepend=0)
    position = np.concatenate([(np.arange(count) + 0.5) / count for count in counts if count])
    mixed = np.repeat(np.arange(len(counts)), counts)[np.argsort(position, kind="stable")]
    return {task: workers[number] for task, number in enumerate(mixed.tolist()) if number < len(workers)}


class DelayScheduling:
    """The waits of one stage, as Spark's ``TaskSetManager`` keeps them.

    A stage begins at the nearest level at which some of its tasks find a place. It goes one level further
    when its wait there is over, or at once when no task is left for this level. The wait begins anew with a
    launch, and the level with it goes back to that of the launch; but (since Spark 3.1) not while the stage
    refuses slots: only if no slot was refused since all were last offered.

    Parameters
    ----------
    waits
        How long to wait.
    prefer
        Where tasks find their data.
    pending
        Tasks that are still to be launched; kept up to date by the owner.
    present
        Executors that are there; kept up to date by the owner.
    now
        When the stage is submitted, seconds.
    racks
        Rack of each node; empty where unknown.
    """

    def __init__(
        self,
        waits: LocalityWaits,
        prefer: Preferences,
        pending: Collection[int],
        present: Collection[Worker],
        now: float,
        *,
        racks: Sequence[str] = (),
    ) -> None:
        self._prefer, self._pending, self._present = prefer, pending, present
        self._racks = racks
        self._wait_s = {
            Level.PROCESS: waits.process_s,
            Level.NODE: waits.node_s,
            Level.RACK: waits.rack_s,
        }
        self._every_launch_resets = waits.every_launch_resets
        self._waiting = set(pending)
        self._since_s = now
        self._none_refused = True
        self._level = 0
        self.levels: tuple[Level, ...] = ()
        """Levels at which a task may find a place, nearest first."""
        self.levels = self._valid()

    def _valid(self) -> tuple[Level, ...]:
        prefer = self._prefer
        found = []
        if any(worker in self._present for worker in prefer.on_worker):
            found.append(Level.PROCESS)
        if any(worker.node in prefer.on_node for worker in self._present):
            found.append(Level.NODE)
        if prefer.nowhere:
            found.append(Level.ANYWHERE_ALIKE)
        if self._racks and any(self._racks[worker.node] in prefer.on_rack for worker in self._present):
            found.append(Level.RACK)
        return (*found, Level.ANY)

    def executors_changed(self) -> None:
        """Find the levels anew, because an executor came or left (``recomputeLocality``)."""
        level, before, position = self.levels[self._level], self.levels, self._level
        self.levels = self._valid()
        self._level = self._position(level)
        if self._level > position:  # there is a nearer level that was not there before
            self._level = self.levels.index(next(new for new in self.levels if new not in before))

    def _position(self, level: Level) -> int:
        return next(i for i, valid in enumerate(self.levels) if valid >= level)

    def again(self, tasks: Sequence[int]) -> None:
        """Put tasks back that must run again; they prefer what they preferred before, if that is known."""
        for task in reversed(tasks):
            self._waiting.add(task)
            self._prefer.add(task, self._prefer.of.get(task, Wish()), first=True)

    def take(self, worker: Worker, furthest: Level, now: float) -> tuple[int, Level] | None:
        """Return the next task for a slot and how near it is to its data, or None if all are to wait."""
        allowed = furthest
        if furthest is not Level.ANYWHERE_ALIKE:
            allowed = min(self._allowed(now), furthest)
        prefer = self._prefer
        choices = (
            (Level.PROCESS, Level.PROCESS, prefer.on_worker.get(worker)),
            (Level.NODE, Level.NODE, prefer.on_node.get(worker.node)),
            (Level.ANYWHERE_ALIKE, Level.PROCESS, prefer.nowhere),  # Spark calls these local
            (Level.RACK, Level.RACK, prefer.on_rack.get(self._rack(worker))),
            (Level.ANY, Level.ANY, self._pending),
        )
        for least, level, tasks in choices:
            if least <= allowed and tasks and (task := self._next(tasks)) is not None:
                self._waiting.discard(task)
                if self._every_launch_resets and furthest is not Level.ANYWHERE_ALIKE:
                    self._reset(level, now)
                return task, level
        return None

    def _rack(self, worker: Worker) -> str:
        return self._racks[worker.node] if self._racks else ""

    def _next(self, tasks: Collection[int]) -> int | None:
        """Return the first of some tasks that is still waiting, and forget those before it."""
        if tasks is self._pending:
            return next(iter(tasks), None)
        assert isinstance(tasks, deque)
        while tasks and tasks[0] not in self._waiting:
            tasks.popleft()
        return tasks.popleft() if tasks else None

    def offered(self, nearest: Level | None, *, refused: bool, everything: bool, now: float) -> None:
        """Note the end of an offer (``TaskSchedulerImpl.resourceOffers``).

        Parameters
        ----------
        nearest
            How near to its data the nearest task was that was launched; None if none was.
        refused
            Whether a slot stayed free although tasks wait.
        everything
            Whether all free slots were offered, and not just those of one executor.
        now
            The time, seconds.
        """
        if self._every_launch_resets:
            return
        if refused:
            self._none_refused = False
        elif nearest is not None and (everything or self._none_refused):
            self._reset(nearest, now)
            self._none_refused = True

    def _reset(self, level: Level, now: float) -> None:
        self._since_s = now
        self._level = self._position(level)

    def _allowed(self, now: float) -> Level:
        """Return the furthest level that the waits allow (``getAllowedLocalityLevel``)."""
        while self._level < len(self.levels) - 1:
            level = self.levels[self._level]
            wait_s = self._wait_s.get(level, 0.0)
            if not self._left(level):
                self._since_s = now
            elif now - self._since_s >= wait_s - _ROUNDING_S:
                self._since_s += wait_s
            else:
                break
            self._level += 1
        return self.levels[self._level]

    def _left(self, level: Level) -> bool:
        """Return whether a task is left that would find a place at a level."""
        match level:
            case Level.PROCESS:
                lists: Iterable[deque[int]] = self._prefer.on_worker.values()
            case Level.NODE:
                lists = self._prefer.on_node.values()
            case Level.RACK:
                lists = self._prefer.on_rack.values()
            case _:
                lists = (self._prefer.nowhere,)
        return any(self._some(tasks) for tasks in lists)

    def _some(self, tasks: deque[int]) -> bool:
        while tasks and tasks[0] not in self._waiting:
            tasks.popleft()
        return bool(tasks)


class Revival:
    """Offers all free slots at regular times, as ``CoarseGrainedSchedulerBackend`` does.

    Only with these, and with slots that become free, a wait can end. Offers that would launch nothing are
    left out: those while no stage refuses slots.

    Parameters
    ----------
    scheduler
        Whose slots are offered.
    waits
        Time between two offers.
    random
        Of the time of the first offer: when the driver's scheduler starts is not known.
    """

    def __init__(self, scheduler: TaskScheduler, waits: LocalityWaits, random: Random) -> None:
        self._scheduler = scheduler
        self._every_s = waits.revive_s
        self._first_s = random.random() * waits.revive_s
        self._armed = False

    def arm(self) -> None:
        """Offer all free slots the next time."""
        if self._armed:
            return
        self._armed = True
        now = self._scheduler.env.now
        number = math.floor((now - self._first_s) / self._every_s)
        while (next_s := self._first_s + number * self._every_s) <= now:  # once or twice, for rounding
            number += 1
        self._scheduler.at(next_s, self._offer)

    def _offer(self) -> None:
        self._armed = False
        self._scheduler.offer_all()
