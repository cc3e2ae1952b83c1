from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from pertract.transforms.pcm.lanes import lanes


@st.composite
def graphs(draw: st.DrawFn) -> nx.DiGraph:
    size = draw(st.integers(1, 12))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(size))
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size)]
    graph.add_edges_from(draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else [])
    return graph


def test_a_chain_is_one_lane_without_tokens():
    found = lanes(nx.DiGraph([("a", "b"), ("b", "c"), ("a", "c")]))
    assert [lane.nodes for lane in found.lanes] == [("a", "b", "c")]
    assert found.tokens == ()


def test_a_graph_that_no_nesting_can_say_is_said_with_tokens():
    graph = nx.DiGraph([("a", "c"), ("a", "d"), ("b", "d")])  # the shape of an N
    found = lanes(graph)
    assert sum(len(lane.nodes) for lane in found.lanes) == 4
    assert len(found.tokens) == 1


@given(graphs())
def test_lanes_and_tokens_say_the_order_of_the_graph_and_nothing_more(graph):
    found = lanes(graph)
    said = nx.DiGraph()
    said.add_nodes_from(graph)
    for lane in found.lanes:
        nx.add_path(said, lane.nodes)
    said.add_edges_from(found.tokens)
    assert sorted(node for lane in found.lanes for node in lane.nodes) == sorted(graph)
    closure = nx.transitive_closure(graph)
    assert set(nx.transitive_closure(said).edges) == set(closure.edges)
