"""Fetches of shuffle blocks that share the links of the nodes max-min fairly.

A task fetches from all nodes that hold blocks at once, from each in proportion to what it holds. So one
fetch is one flow over the ingress link of its node and the egress links of the others, and fetches of one
node are alike: their rates follow from the number of fetches on each node. Blocks of the own node take
no link.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush

import simpy
from simpy.events import Event

from .servers import Key

_TIE = 1 + 1e-12
"""Links that are full at the same rate up to rounding are full together."""


def fair_rates(
    tasks: Sequence[int], shares: Sequence[float], ingress: Sequence[float], egress: Sequence[float]
) -> list[float]:
    """Return the max-min fair rate of a fetch on each node, bytes/s; 0 where none runs.

    Progressive filling (Bertsekas & Gallager, Data Networks, section 6.5.2): all rates grow together
    until a link is full, the flows over it keep their rate, and the others go on. A round looks once at
    every link and stops at least one node's flows.

    Parameters
    ----------
    tasks
        Number of fetches on each node.
    shares
        Share of the blocks that each node holds, below 1 where tasks fetch; the sum is 1.
    ingress, egress
        Capacity of the link of each node in each direction, bytes/s.
    """
    rates = [0.0] * len(tasks)
    growing = {node for node, count in enumerate(tasks) if count}
    # Of a byte fetched on a node, another one sends its share of what lies elsewhere.
    asked = {node: tasks[node] / (1 - shares[node]) for node in growing}
    settled = [0.0] * len(tasks)  # asked x rate of flows that grow no more
    while growing:
        rising, fixed = sum(asked[node] for node in growing), sum(settled)
        receivers = {node: ingress[node] / tasks[node] for node in growing}
        senders = {
            node: (egress[node] / share - fixed + settled[node]) / (rising - asked.get(node, 0.0))
            if node in growing
            else (egress[node] / share - fixed + settled[node]) / rising
            for node, share in enumerate(shares)
            if share and growing != {node}
        }
        level = max(0.0, min(*receivers.values(), *senders.values(), math.inf))
        stopped = {node for node, limit in receivers.items() if limit <= level * _TIE}
        for node, limit in senders.items():
            if limit <= level * _TIE:
                stopped |= growing - {node}
        for node in stopped:
            rates[node] = level
            settled[node] = asked[node] * level
        growing -= stopped
    return rates


def receivers_limit(shares: Sequence[float], receivers: Iterable[int]) -> bool:
    """Return whether alike links are full only where fetches end, however many fetches there are.

    A link that is full where fetches end carries its capacity, and a sender then sends of it what it holds
    of the blocks elsewhere. Where that, summed over all receivers, is no more than a link can carry, the
    fair rate of a fetch is the receiver's link divided by its fetches: no fetch depends on other nodes.
    So it is wherever blocks lie evenly on the n nodes that fetch, as each sends 1 / (n - 1) to n - 1 others.

    Parameters
    ----------
    shares
        Share of the blocks that each node holds.
    receivers
        Nodes whose tasks may fetch.
    """
    asked = {node: 1 / (1 - shares[node]) for node in receivers if shares[node] < 1}
    total = sum(asked.values())
    return all(share * (total - asked.get(node, 0.0)) <= _TIE for node, share in enumerate(shares))


class Network:
    """The links of all nodes, each with the same bandwidth in both directions.

    In virtual time, as `ProcessorSharing`: the fetches of a node have received the same number of bytes
    since they could have come first. O(nodes) per arrival and departure and link that is full.

    Parameters
    ----------
    env
        The simulation.
    shares
        Share of the blocks that each node holds.
    bytes_per_s
        Bandwidth of a link in each direction.
    done
        Called with the key of a fetch when it has its bytes.
    """

    __slots__ = (
        "_armed",
        "_done",
        "_env",
        "_heaps",
        "_links",
        "_next",
        "_rates",
        "_received",
        "_shares",
        "_since",
        "served_bytes",
    )

    def __init__(
        self,
        env: simpy.Environment,
        shares: Sequence[float],
        bytes_per_s: float,
        done: Callable[[Key], None],
    ) -> None:
        self._env = env
        self._shares = shares
        self._links = [bytes_per_s] * len(shares)
        self._done = done
        self._heaps: list[list[tuple[float, Key]]] = [[] for _ in shares]
        self._received = [0.0] * len(shares)
        self._rates = [0.0] * len(shares)
        self._since = env.now
        self._armed = 0
        self._next = 0  # node of the fetch that ends first
        self.served_bytes = 0.0
        """Bytes received by all nodes so far."""

    def add(self, key: Key, node: int, size_bytes: float) -> None:
        """Fetch bytes to a node from now on."""
        self._advance()
        heappush(self._heaps[node], (self._received[node] + size_bytes, key))
        self._arm()

    def remove(self, key: Key, node: int) -> float:
        """Give up a fetch and return the bytes it lacks; 0 if it is not here."""
        self._advance()
        heap = self._heaps[node]
        for position, (target_bytes, present) in enumerate(heap):
            if present == key:
                del heap[position]
                heapify(heap)
                self._arm()
                return target_bytes - self._received[node]
        return 0.0

    def _advance(self) -> None:
        elapsed_s = self._env.now - self._since
        self._since = self._env.now
        for node, heap in enumerate(self._heaps):
            if not heap:
                self._received[node] = 0.0  # numbers stay small, and so precise
            elif elapsed_s > 0:
                each = elapsed_s * self._rates[node]
                self._received[node] += each
                self.served_bytes += each * len(heap)

    def _arm(self) -> None:
        """Find the new rates and wait for the fetch that ends first."""
        self._armed += 1
        self._rates = fair_rates([len(h) for h in self._heaps], self._shares, self._links, self._links)
        waits = [
            (max(0.0, heap[0][0] - self._received[node]) / self._rates[node], node)
            for node, heap in enumerate(self._heaps)
            if heap
        ]
        if waits:
            wait_s, self._next = min(waits)
            self._env.timeout(wait_s, value=self._armed).callbacks.append(self._fire)

    def _fire(self, event: Event) -> None:
        if event.value == self._armed:
            self._advance()
            _, key = heappop(self._heaps[self._next])
            self._arm()
            self._done(key)
