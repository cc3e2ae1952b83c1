"""Find what repeats in a graph, so that it needs to be drawn only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx

LEAST = 3
"""Times that something must repeat one after the other."""
LEAST_PARALLEL = 6
"""Times that something must stand side by side: of few branches it matters what each of them is."""
LONGEST = 12
"""Nodes of the longest pattern that is looked for."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One node, or nodes that repeat."""

    rounds: tuple[tuple[str, ...], ...]
    """Nodes of each repetition; those at the same position are alike."""
    parallel: bool = False
    """Whether the repetitions stand side by side, and not one after the other."""

    @property
    def count(self) -> int:
        """How often the pattern occurs."""
        return len(self.rounds)


def patterns(graph: nx.DiGraph[Any], looks: Mapping[str, Hashable]) -> list[Pattern]:
    """Return the nodes of a graph, each in one pattern, in the order of the graph.

    In a chain every node follows one other and is followed by one other. Chains that look alike and have the
    same neighbours stand side by side; in other chains sequences that look alike follow each other.

    Parameters
    ----------
    graph
        An acyclic graph.
    looks
        What has to be equal of alike nodes.
    """
    side_by_side: dict[Hashable, list[tuple[str, ...]]] = defaultdict(list)
    for chain in _chains(graph):
        neighbours = frozenset(graph.pred[chain[0]]), frozenset(graph.succ[chain[-1]])
        side_by_side[tuple(looks[node] for node in chain), neighbours].append(tuple(chain))
    alike = {chains[0]: chains for chains in side_by_side.values() if len(chains) >= LEAST_PARALLEL}
    found = {chain[0]: Pattern(tuple(chains), parallel=True) for chain, chains in alike.items()}
    rest = graph.copy()
    rest.remove_nodes_from([node for chains in alike.values() for chain in chains for node in chain])
    for chain in _chains(rest):
        for begin, length, count in _tandems([looks[node] for node in chain]):
            rounds = (
                chain[begin + number * length : begin + (number + 1) * length] for number in range(count)
            )
            found[chain[begin]] = Pattern(tuple(map(tuple, rounds)))
    return [found[node] for node in graph if node in found]


def _chains(graph: nx.DiGraph[Any]) -> list[list[str]]:
    """Return all nodes in longest chains, in which each has one follower that follows nothing else."""
    following = {}
    for node in graph:
        if len(graph.succ[node]) == 1:
            (after,) = graph.succ[node]
            if len(graph.pred[after]) == 1:
                following[node] = after
    inner = set(following.values())
    chains = []
    for node in graph:
        if node not in inner:
            chain = [node]
            while chain[-1] in following:
                chain.append(following[chain[-1]])
            chains.append(chain)
    return chains


def _tandems(looks: list[Hashable]) -> list[tuple[int, int, int]]:
    """Return begin, length and count of repetitions that cover a sequence; what repeats not has count 1."""
    found = []
    begin = 0
    while begin < len(looks):
        length, count = 1, 1
        for longer in range(1, min(LONGEST, (len(looks) - begin) // LEAST) + 1):
            times = _times(looks, begin, longer)
            if times >= LEAST and (times - 1) * longer > (count - 1) * length:
                length, count = longer, times
        found.append((begin, length, count))
        begin += length * count
    return found


def _times(looks: list[Hashable], begin: int, length: int) -> int:
    """Return how often the sequence that begins there stands in a row."""
    times = 1
    pattern = looks[begin : begin + length]
    while looks[begin + times * length : begin + (times + 1) * length] == pattern:
        times += 1
    return times
