"""A graph of dependencies as lanes: chains of nodes that run one after the other, side by side.

Any directed acyclic graph can be said this way, not only nested sequences and forks. A node begins when the
one before it in its lane has ended. Where it waits for nodes of other lanes, these leave a token for each
such dependency, which it takes.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

import networkx as nx

_N = TypeVar("_N", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Lane(Generic[_N]):
    """Nodes that run one after the other."""

    nodes: tuple[_N, ...]


@dataclass(frozen=True, slots=True)
class Lanes(Generic[_N]):
    """The lanes of a graph, and the dependencies that need a token."""

    lanes: tuple[Lane[_N], ...]
    tokens: tuple[tuple[_N, _N], ...]
    """Pairs of nodes in different lanes, of which the second waits for the first."""


def lanes(graph: nx.DiGraph[_N]) -> Lanes[_N]:
    """Return the lanes of an acyclic graph, without tokens for what longer paths imply."""
    reduced = nx.transitive_reduction(graph)
    last: dict[_N, int] = {}  # the node at the end of each lane
    chains: list[list[_N]] = []
    place = {node: i for i, node in enumerate(graph)}
    follows: set[tuple[_N, _N]] = set()
    for node in nx.lexicographical_topological_sort(reduced, key=place.__getitem__):
        before = [tail for tail in reduced.predecessors(node) if tail in last]
        if before:
            tail = max(before, key=lambda n: len(chains[last[n]]))
            lane = last.pop(tail)
            chains[lane].append(node)
            follows.add((tail, node))
        else:
            lane = len(chains)
            chains.append([node])
        last[node] = lane
    order = sorted(reduced.edges, key=lambda edge: (place[edge[0]], place[edge[1]]))
    return Lanes(
        lanes=tuple(Lane(tuple(chain)) for chain in chains),
        tokens=tuple(edge for edge in order if edge not in follows),
    )
