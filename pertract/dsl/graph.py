"""The execution architecture as a flat networkx graph.

Every job becomes two zero-length nodes, ``(id, "start")`` and ``(id, "end")``, around its stages and
delays, so that an edge to or from a job means its first or last moment.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import networkx as nx

from ..errors import CyclicExecution
from .execution import Delay, ExecutionArchitecture, Job, Stage

Node = Hashable


def flatten(execution: ExecutionArchitecture) -> nx.DiGraph[Any]:
    """Return the directed acyclic graph of stages, delays and job boundaries.

    Node attributes: ``element`` (the `Stage` or `Delay`; None for job boundaries) and ``job`` (the
    identifier of the enclosing job, or None). Edge attributes: ``factor``, the data transmission
    factor or None, and ``law``, that of the volume or empty. Nodes and edges come in document order.

    Raises
    ------
    CyclicExecution
        If the edges form a cycle.
    """
    graph = _joined(execution)
    if not nx.is_directed_acyclic_graph(graph):
        through = ", ".join(list(_names(nx.find_cycle(graph)))[:5])
        raise CyclicExecution(
            f"the edges form a cycle through {through}, so that none of these can start",
            hint="Remove one of the edges between these nodes.",
        )
    return graph


def cycle(execution: ExecutionArchitecture) -> tuple[str, ...]:
    """Return the identifiers of the nodes on a cycle, empty if there is none."""
    try:
        return _names(nx.find_cycle(_joined(execution)))
    except nx.NetworkXNoCycle:
        return ()


def _names(edges: Iterable[Any]) -> tuple[str, ...]:
    """Return the identifiers of the tails of edges, each once."""
    tails = (edge[0] for edge in edges)
    return tuple(dict.fromkeys(tail if isinstance(tail, str) else tail[0] for tail in tails))


def _joined(execution: ExecutionArchitecture) -> nx.DiGraph[Any]:
    graph: nx.DiGraph[Any] = nx.DiGraph()
    job_ids = {job.id for job in execution.jobs}
    for node in execution.nodes:
        if isinstance(node, Delay):
            graph.add_node(node.id, element=node, job=None)
        else:
            _add_job(graph, node)
    for edge in execution.edges:
        tail = (edge.tail, "end") if edge.tail in job_ids else edge.tail
        head = (edge.head, "start") if edge.head in job_ids else edge.head
        graph.add_edge(tail, head, factor=edge.data_transmission_factor, law=edge.law)
    return graph


def _add_job(graph: nx.DiGraph[Any], job: Job) -> None:
    start, end = (job.id, "start"), (job.id, "end")
    graph.add_node(start, element=None, job=job.id)
    graph.add_node(end, element=None, job=job.id)
    for inner in job.nodes:
        graph.add_node(inner.id, element=inner, job=job.id)
    heads, tails = {e.head for e in job.edges}, {e.tail for e in job.edges}
    for edge in job.edges:
        graph.add_edge(edge.tail, edge.head, factor=edge.data_transmission_factor, law=edge.law)
    for inner in job.nodes:
        if inner.id not in heads:
            graph.add_edge(start, inner.id, factor=None, law={})
        if inner.id not in tails:
            graph.add_edge(inner.id, end, factor=None, law={})
    if not job.nodes:
        graph.add_edge(start, end, factor=None, law={})


def critical_path(graph: nx.DiGraph[Any], duration_s: Mapping[Node, float]) -> tuple[float, list[Node]]:
    """Return the length in seconds and the nodes of the longest path through an acyclic graph.

    Parameters
    ----------
    graph
        As returned by `flatten`.
    duration_s
        Seconds each node takes; nodes that are absent take none.
    """
    finish: dict[Node, float] = {}
    before: dict[Node, Node | None] = {}
    for node in nx.topological_sort(graph):
        last = max(graph.predecessors(node), key=finish.__getitem__, default=None)
        before[node] = last
        finish[node] = (finish[last] if last is not None else 0.0) + duration_s.get(node, 0.0)
    if not finish:
        return 0.0, []
    node = max(finish, key=finish.__getitem__)
    length, path = finish[node], [node]
    while (previous := before[path[-1]]) is not None:
        path.append(previous)
    return length, path[::-1]


def side_by_side(execution: ExecutionArchitecture) -> bool:
    """Return whether two stages can run at the same time: neither waits for the other."""
    graph = flatten(execution)
    stages = [node for node in nx.topological_sort(graph) if isinstance(graph.nodes[node]["element"], Stage)]
    # In a topological order of a chain, every stage leads to the next one.
    return any(not nx.has_path(graph, a, b) for a, b in itertools.pairwise(stages))


def transitive_reduction(graph: nx.DiGraph[Any]) -> nx.DiGraph[Any]:
    """Return the graph without edges that a longer path implies; attributes are kept."""
    reduced = nx.transitive_reduction(graph)
    reduced.add_nodes_from(graph.nodes(data=True))
    reduced.add_edges_from((u, v, graph.edges[u, v]) for u, v in reduced.edges)
    return reduced
