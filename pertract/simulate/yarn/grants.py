"""Which containers an application gets, on which nodes, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ... import dsl
from .cluster import Nodes, used_by_others
from .queues import Demand, Limit, queue_limit, user_limit
from .sizes import ContainerSizes, Size, counts_vcores

Limiting = Literal["nodes", "queue", "user"]


@dataclass(frozen=True, slots=True)
class Grant:
    """The containers of executors that were granted."""

    asked: int
    """Executors asked for."""
    nodes: tuple[int, ...]
    """Position of the node of each executor, in the order of their containers."""
    allocated_s: tuple[float, ...]
    """When each container was granted, seconds after it was asked for."""
    sizes: ContainerSizes
    room: tuple[int, ...]
    """How many executors each node has room for."""
    limited_by: Limiting | None
    """What allows no more; None where all were granted."""
    limit: str
    """The same in words, of a queue or user."""


def grant(manager: dsl.ClusterManager, queue: str, nodes: Nodes, sizes: ContainerSizes, asked: int) -> Grant:
    """Return the executors that are granted to an application that is alone to ask.

    What others hold of the cluster and of queues they keep. Nodes send their heartbeats evenly spread over
    the time between two of them, and are given containers then, in turn.

    Parameters
    ----------
    manager
        The cluster manager.
    queue
        Path of the application's queue.
    nodes, sizes
        What the nodes offer, and how large containers are.
    asked
        Executors asked for.
    """
    demand = Demand(nodes.total, sizes.master, sizes.executor, asked)
    room = _room(manager, nodes, sizes)
    limits: list[tuple[Limit, Limiting]] = [
        (Limit(sum(room), ""), "nodes"),
        (queue_limit(manager, queue, demand), "queue"),
        (user_limit(manager, queue, demand), "user"),
    ]
    (most, why), limited_by = min(limits, key=lambda each: each[0].executors)
    count = min(asked, most)
    where, when_s = _heartbeats(
        room, count, heartbeat_s=manager.heartbeat_s, at_once=manager.containers_per_heartbeat
    )
    return Grant(asked, where, when_s, sizes, room, limited_by if count < asked else None, why)


def _room(manager: dsl.ClusterManager, nodes: Nodes, sizes: ContainerSizes) -> tuple[int, ...]:
    """Return how many executors each node has memory, and where they count vcores, for."""
    vcores = counts_vcores(manager)
    free = nodes.free(sizes.master, used_by_others(manager))
    rooms: dict[Size, int] = {}
    for size in free:
        if size not in rooms:
            rooms[size] = size.holds(sizes.executor, vcores=vcores)
    return tuple(rooms[size] for size in free)


def _heartbeats(
    room: Sequence[int], count: int, *, heartbeat_s: float, at_once: int | None
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return the node of each container and when it is granted, in order."""
    where: list[int] = []
    when_s: list[float] = []
    open_nodes = [(node, left) for node, left in enumerate(room) if left]
    spread = heartbeat_s / (len(open_nodes) + 1)
    # The heartbeats of the nodes after the request; the same nodes send the next ones in the same order.
    beats = [(node, left, spread * (i + 1)) for i, (node, left) in enumerate(open_nodes)]
    while beats and len(where) < count:
        following = []
        for node, left, at_s in beats:
            given = min(left if at_once is None else min(at_once, left), count - len(where))
            where += [node] * given
            when_s += [at_s] * given
            if left > given:
                following.append((node, left - given, at_s + heartbeat_s))
        beats = following
    return tuple(where), tuple(when_s)
