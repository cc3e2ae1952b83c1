"""Which nodes of a graph can run at the same time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import networkx as nx

from .flow import Job, Node

_Moment = tuple[int, bool]
"""Position of a node, and whether its end is meant."""


class Order:
    """What runs after what, directly or through others.

    Parameters
    ----------
    nodes
        The nodes of a flow.
    """

    def __init__(self, nodes: list[Node]) -> None:
        self._graph: nx.DiGraph[_Moment] = nx.DiGraph()
        for number, node in enumerate(nodes):
            self._graph.add_edge((number, False), (number, True))
            for tail in node.after:
                self._graph.add_edge((tail, True), (number, False))
            if node.job is not None:
                self._graph.add_edge((node.job, False), (number, False))
                self._graph.add_edge((number, True), (node.job, True))
        self._after: dict[int, set[_Moment]] = {}
        self._is_job = [isinstance(node.content, Job) for node in nodes]

    @property
    def is_possible(self) -> bool:
        """Whether nothing waits for itself."""
        return nx.is_directed_acyclic_graph(self._graph)

    def apart(self, one: int, other: int) -> bool:
        """Return whether one of two nodes waits for the other."""
        return (other, False) in self._later(one) or (one, False) in self._later(other)

    def side_by_side(self, nodes: Iterable[int]) -> set[int]:
        """Return those of some nodes that can run at the same time as another one of them."""
        found: set[int] = set()
        for one, other in itertools.combinations(sorted(nodes), 2):
            if not (one in found and other in found) and not self.apart(one, other):
                found |= {one, other}
        return found

    def is_chain(self) -> bool:
        """Return whether all stages and delays run one after the other."""
        leaves = [
            number
            for number, ended in nx.topological_sort(self._graph)
            if not ended and not self._is_job[number]
        ]
        return all(self.apart(one, other) for one, other in itertools.pairwise(leaves))

    def _later(self, node: int) -> set[_Moment]:
        if node not in self._after:
            self._after[node] = nx.descendants(self._graph, (node, True))
        return self._after[node]
