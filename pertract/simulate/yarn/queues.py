"""How much a queue and a user may have."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from ... import dsl
from ...units import MIB, counted, format_size
from .cluster import used_of
from .sizes import MANY, UNLIMITED, Size, counts_vcores, size_of


class Limit(NamedTuple):
    """Most executors, and what allows no more."""

    executors: int
    why: str
    """Empty where nothing limits."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What an application wants to have of a cluster."""

    total: Size
    """All that the cluster offers."""
    master: Size
    executor: Size
    asked: int
    """Executors asked for."""


def queue_limit(manager: dsl.ClusterManager, path: str, demand: Demand) -> Limit:
    """Return how many executors a queue and those above it have room for.

    A container must fit into what the limit leaves (``RegularContainerAllocator.checkHeadroom``,
    ``FSQueue.fitsInMaxShare``), by the resources that count.
    """
    found = Limit(demand.asked, "")
    if manager.scheduler == "fifo":
        return found
    vcores = counts_vcores(manager)
    for queue in manager.lineage(path):
        most, said = _most(queue, demand.total)
        if not said:
            continue
        used = used_of(manager, queue)
        room = most.minus(used).minus(demand.master).holds(demand.executor, vcores=vcores)
        if room < found.executors:
            others = " and others use a part of it" if used.memory_mib else ""
            found = Limit(room, f"the queue {queue.path} may use {said}{others}")
    return found


def _most(queue: dsl.Queue, total: Size) -> tuple[Size, str]:
    """Return the most that a queue may use, and that in words; no words for all of the cluster."""
    most, said = total, ""
    if queue.maximum < 1:
        most, said = share_of(total, queue.maximum), f"{100 * queue.maximum:.3g} % of the cluster"
    if queue.maximum_size is not None:
        given = size_of(queue.maximum_size)
        if given.memory_mib < most.memory_mib or given.vcores < most.vcores:
            said += (" and " if said else "") + format_size(given.memory_mib * MIB)
            said += "" if given.vcores == UNLIMITED else f" and {counted(given.vcores, 'vcore')}"
        most = Size(min(most.memory_mib, given.memory_mib), min(most.vcores, given.vcores))
    return most, said


def share_of(total: Size, ratio: float) -> Size:
    """Return a part of a size, rounded down as ``Resources.multiply`` does.

    YARN holds capacities in single precision, so that 70 % of 40 GiB are a MiB less than they should be.
    """
    (single,) = struct.unpack("f", struct.pack("f", ratio))
    vcores = total.vcores if total.vcores >= MANY else int(total.vcores * single)
    return Size(int(total.memory_mib * single), vcores)


def user_limit(manager: dsl.ClusterManager, path: str, demand: Demand) -> Limit:
    """Return how many executors the limit of a user allows (``UsersManager.computeUserLimit``).

    The limit is compared with what the user has before the next container, so that it can be exceeded by
    one container.
    """
    queue = manager.queue(path)
    found = Limit(demand.asked, "")
    if queue is None or manager.scheduler != "capacity":
        return found
    limits = _UserLimits(manager, queue, demand)
    if limits.never:
        return found
    count, mine = 0, demand.master
    while count < demand.asked and not limits.reached(mine):
        count += 1
        mine = mine.plus(demand.executor)
    if count == demand.asked:
        return found
    return Limit(count, limits.why(mine))


class _UserLimits:
    """The limit of a user of a queue, which follows what the users have."""

    def __init__(self, manager: dsl.ClusterManager, queue: dsl.Queue, demand: Demand) -> None:
        self._queue, self._total = queue, demand.total
        self._vcores = counts_vcores(manager)
        self._least = size_of(manager.minimum)
        self._others = used_of(manager, queue)
        capacity = share_of(demand.total, queue.capacity)
        self._capacity = max(capacity, self._least, key=self._share)
        factor = queue.user_limit_factor
        self._most = share_of(self._capacity, factor) if factor is not None and queue.capacity else None

    @property
    def never(self) -> bool:
        """Whether no such limit can matter: there is one user, and no factor."""
        return self._most is None and self._queue.active_users == 1

    def _share(self, size: Size) -> tuple[float, ...]:
        """Return what sizes are compared by: the larger share of the cluster, then the smaller one."""
        shares = [size.memory_mib / max(1, self._total.memory_mib)]
        if self._vcores:
            shares.append(size.vcores / max(1, self._total.vcores))
        return tuple(sorted(shares, reverse=True))

    def _limit(self, mine: Size) -> tuple[Size, bool]:
        """Return the limit when a user has so much, and whether it comes from the factor."""
        queue = self._queue
        users = queue.active_users
        consumed = self._others.plus(mine)
        below = self._share(consumed) < self._share(self._capacity)
        current = self._capacity if below else consumed.plus(self._least)
        active = (consumed if users > 1 else mine).plus(self._least)
        even = Size(-(-active.memory_mib // users), -(-active.vcores // users))
        limit = max(even, share_of(current, queue.minimum_user_share), key=self._share)
        capped = self._most is not None and self._share(self._most) < self._share(limit)
        if capped and self._most is not None:
            limit = self._most
        step = Size(max(1, self._least.memory_mib), max(1, self._least.vcores))
        memory_mib, vcores = (-(-value // by) * by for value, by in zip(limit, step, strict=True))
        return Size(memory_mib, vcores), capped

    def reached(self, mine: Size) -> bool:
        """Return whether a user who has so much gets no more."""
        return self._share(mine) > self._share(self._limit(mine)[0])

    def why(self, mine: Size) -> str:
        """Return what limits the user, in words."""
        queue = self._queue
        if self._limit(mine)[1]:
            return (
                f"one user of the queue {queue.path} may use {queue.user_limit_factor:g} times its capacity, "
                f"which is {100 * queue.capacity:.3g} % of the cluster"
            )
        return f"{queue.active_users} users share the queue {queue.path}"
