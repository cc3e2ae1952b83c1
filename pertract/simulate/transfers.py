"""Tasks that read, fetch and write bytes over drives and links they share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import simpy

from .agenda import EventAgenda
from .attempts import Attempt
from .network import Network
from .servers import Key, ProcessorSharing

Resource = Literal["drive_read", "network", "drive_write"]


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """What the drives and links of the nodes can move, bytes/s; None where measured times are used."""

    drive_read: tuple[float, ...] | None = None
    """Reading from all drives of each node."""
    drive_write: tuple[float, ...] | None = None
    """Writing to all drives of each node."""
    network: float | None = None
    """The link of a node, in each direction."""
    shares: tuple[float, ...] = ()
    """Share of the shuffle blocks that each node holds."""


@dataclass(slots=True)
class _Transfer:
    """What an attempt moves now, and what comes after it."""

    attempt: Attempt
    resource: Resource
    begun_s: float
    following: Iterator[tuple[Resource, float]]
    then: Callable[[], None]


class Transfers:
    """Drives and links of all nodes.

    The drives of a node are one server per direction, shared evenly by the tasks that use it; a single
    one may have all of it. So is the link on which a node receives, where links are apart; otherwise all
    links are those of a `Network`.

    Parameters
    ----------
    env
        The simulation.
    bandwidth
        What drives and links can move.
    apart
        Whether links are full only where they end (`receivers_limit`).
    """

    __slots__ = ("_env", "_moving", "_network", "_servers", "_speeds")

    def __init__(self, env: simpy.Environment, bandwidth: Bandwidth, *, apart: bool) -> None:
        self._env = env
        self._speeds: dict[Resource, Sequence[float]] = {
            "drive_read": bandwidth.drive_read or (),
            "drive_write": bandwidth.drive_write or (),
        }
        self._network = None
        if bandwidth.network is not None and apart:
            self._speeds["network"] = (bandwidth.network,) * len(bandwidth.shares)
        elif bandwidth.network is not None:
            self._network = Network(env, bandwidth.shares, bandwidth.network, self._done)
        agenda = EventAgenda(env)
        # A server whose work is the time that all of a node's bandwidth needs, and so one core is all of it.
        self._servers = {
            (resource, node): ProcessorSharing(agenda, 1, self._done)
            for resource, speeds in self._speeds.items()
            for node in range(len(speeds))
        }
        self._moving: dict[Key, _Transfer] = {}

    def read(self, attempt: Attempt, then: Callable[[], None]) -> None:
        """Let an attempt read its input and fetch its shuffle blocks, one after the other, then call back."""
        volumes = attempt.stage.plan.volumes
        fetched = volumes.network
        if volumes.remote_read and not attempt.stage.beside_blocks(attempt.task, attempt.worker):
            fetched = (fetched or 0.0) + volumes.remote_read
        self._move(attempt, [("drive_read", volumes.drive_read), ("network", fetched)], then)

    def write(self, attempt: Attempt, then: Callable[[], None]) -> None:
        """Let an attempt write what it writes, then call back."""
        self._move(attempt, [("drive_write", attempt.stage.plan.volumes.drive_write)], then)

    def stop(self, attempt: Attempt) -> None:
        """Give up what an attempt that is killed moves, if it does."""
        transfer = self._moving.pop(_key(attempt), None)
        if transfer is None:
            return
        if transfer.resource == "network" and self._network is not None:
            self._network.remove(_key(attempt), attempt.worker.node)
        else:
            self._servers[transfer.resource, attempt.worker.node].remove(_key(attempt))
        self._note(transfer)

    def _move(
        self, attempt: Attempt, steps: list[tuple[Resource, float | None]], then: Callable[[], None]
    ) -> None:
        following = iter([(resource, size) for resource, size in steps if size])
        self._next(attempt, following, then)

    def _next(
        self, attempt: Attempt, following: Iterator[tuple[Resource, float]], then: Callable[[], None]
    ) -> None:
        step = next(following, None)
        if step is None:
            then()
            return
        resource, size_bytes = step
        key, node = _key(attempt), attempt.worker.node
        self._moving[key] = _Transfer(attempt, resource, self._env.now, following, then)
        if resource == "network" and self._network is not None:
            self._network.add(key, node, size_bytes)
        else:
            self._servers[resource, node].add(key, size_bytes / self._speeds[resource][node])

    def _done(self, key: Key) -> None:
        transfer = self._moving.pop(key)
        self._note(transfer)
        self._next(transfer.attempt, transfer.following, transfer.then)

    def _note(self, transfer: _Transfer) -> None:
        stage, number = transfer.attempt.stage, transfer.attempt.number
        spent_s = stage.network_s if transfer.resource == "network" else stage.drive_s
        spent_s[number] += self._env.now - transfer.begun_s


def _key(attempt: Attempt) -> Key:
    return attempt.stage.index, attempt.number, attempt.worker.index
