"""Short delays become part of what they come before, so that what takes time stands out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from ... import dsl

Inner = dsl.Job | dsl.Stage | dsl.Delay


@dataclass(slots=True)
class Folded:
    """The graph of an application or job without its short delays."""

    graph: nx.DiGraph[Any]
    """Identifiers in the order of the document."""
    elements: dict[str, Inner]
    """What has each identifier, short delays included."""
    before_s: dict[str, float] = field(default_factory=dict)
    """Length of the delays that became part of a node, before it."""
    after_s: dict[str, float] = field(default_factory=dict)
    """The same after it."""
    end_s: float = 0.0
    """The same after all nodes."""
    into: dict[str, str | None] = field(default_factory=dict)
    """The node that a delay became part of; None where it is the end of all."""


def fold(
    nodes: Iterable[Inner], edges: Iterable[dsl.Edge], short_s: float, *, keep: Collection[str] = ()
) -> Folded:
    """Return the graph of an application or job without its short delays.

    A delay becomes part of the one node that waits for it, if this waits for nothing else; or of the node
    that it waits for, if nothing waits for it.

    Parameters
    ----------
    nodes, edges
        Of the application or of a job.
    short_s
        Delays up to this length, in seconds, are short.
    keep
        Nodes that wait for something outside of the graph.
    """
    elements = {node.id: node for node in nodes}
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from(elements)
    graph.add_edges_from(
        (edge.tail, edge.head) for edge in edges if edge.tail in graph and edge.head in graph
    )
    found = Folded(graph, elements)
    for name, delay in elements.items():
        if not isinstance(delay, dsl.Delay):
            continue
        before, after = list(graph.pred[name]), list(graph.succ[name])
        if delay.delay_s > short_s or len(graph) == 1:
            continue
        length_s = delay.delay_s + found.before_s.get(name, 0.0)
        if len(after) == 1 and after[0] not in keep and {*graph.pred[after[0]]} <= {name, *before}:
            found.into[name] = after[0]
            found.before_s[after[0]] = found.before_s.get(after[0], 0.0) + length_s
            graph.add_edges_from((tail, after[0]) for tail in before)
        elif not after and all(graph.succ[other] for other in graph if other != name):
            found.into[name] = None
            found.end_s += length_s
        elif not after and len(before) == 1:
            found.into[name] = before[0]
            found.after_s[before[0]] = found.after_s.get(before[0], 0.0) + length_s
        else:
            continue
        graph.remove_node(name)
    return found
