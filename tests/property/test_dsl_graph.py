"""Graph algorithms against brute force on small graphs."""

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from pertract import dsl
from pertract.dsl.graph import critical_path, flatten, transitive_reduction

STEADY = settings(derandomize=True, deadline=None, max_examples=150)


@st.composite
def acyclic_graphs(draw: st.DrawFn) -> nx.DiGraph:
    """Up to seven nodes whose order of insertion need not be topological."""
    n = draw(st.integers(1, 7))
    names = draw(st.permutations(range(n)))
    graph = nx.DiGraph()
    graph.add_nodes_from((node, {"element": f"element {node}"}) for node in range(n))
    for i in range(n):
        for j in range(i + 1, n):
            if draw(st.booleans()):
                graph.add_edge(names[i], names[j], factor=draw(st.none() | st.integers(0, 3)))
    return graph


@st.composite
def jobs(draw: st.DrawFn) -> dsl.Job:
    names = [f"n{i}" for i in range(draw(st.integers(0, 6)))]
    edges = [
        dsl.Edge(tail=tail, head=head)
        for i, tail in enumerate(names)
        for head in names[i + 1 :]
        if draw(st.booleans())
    ]
    return dsl.Job(id="job", nodes=tuple(dsl.Delay(id=n, delay_s=1) for n in names), edges=tuple(edges))


def all_paths(graph: nx.DiGraph):
    """Every path of the graph, single nodes included."""
    stack = [[node] for node in graph]
    while stack:
        path = stack.pop()
        yield path
        stack += [[*path, successor] for successor in graph.successors(path[-1])]


def reachable(graph: nx.DiGraph) -> set[tuple]:
    return {(a, b) for a in graph for b in nx.descendants(graph, a)}


@STEADY
@given(acyclic_graphs(), st.lists(st.integers(0, 9), min_size=7, max_size=7))
def test_critical_path_is_as_long_as_the_longest_of_all_paths(graph, seconds):
    duration_s = dict(zip(graph, map(float, seconds), strict=False))
    length, path = critical_path(graph, duration_s)
    assert length == max(sum(duration_s[node] for node in p) for p in all_paths(graph))
    assert sum(duration_s[node] for node in path) == length
    assert nx.is_path(graph, path)


@STEADY
@given(acyclic_graphs(), st.integers(0, 6))
def test_nodes_without_a_duration_take_no_time(graph, node):
    length, _ = critical_path(graph, {node: 3.0} if node in graph else {})
    assert length == (3.0 if node in graph else 0.0)


@STEADY
@given(acyclic_graphs())
def test_transitive_reduction_keeps_what_can_be_reached_and_nothing_needless(graph):
    reduced = transitive_reduction(graph)
    assert reachable(reduced) == reachable(graph)
    for tail, head in list(reduced.edges):
        without = nx.DiGraph(reduced)
        without.remove_edge(tail, head)
        assert not nx.has_path(without, tail, head)


@STEADY
@given(acyclic_graphs())
def test_transitive_reduction_keeps_attributes(graph):
    reduced = transitive_reduction(graph)
    assert dict(reduced.nodes(data=True)) == dict(graph.nodes(data=True))
    assert all(reduced.edges[edge] == graph.edges[edge] for edge in reduced.edges)


@STEADY
@given(jobs())
def test_a_job_lies_between_its_start_and_its_end(job):
    configuration = dsl.ApplicationConfiguration(executors=(dsl.ExecutorGroup(count=1, slots=1),))
    graph = flatten(dsl.ExecutionArchitecture(framework="Spark", configuration=configuration, nodes=(job,)))
    start, end = ("job", "start"), ("job", "end")
    assert nx.descendants(graph, start) == set(graph) - {start}
    assert nx.ancestors(graph, end) == set(graph) - {end}
    inner = graph.subgraph(node.id for node in job.nodes)
    assert set(inner.edges) == {(edge.tail, edge.head) for edge in job.edges}
