"""The flat graph of an execution architecture."""

import networkx as nx
import pytest

from pertract import dsl
from pertract.dsl.graph import critical_path, flatten, transitive_reduction
from pertract.errors import CyclicExecution


def execution(nodes, edges=()):
    return dsl.ExecutionArchitecture(
        framework="Spark",
        configuration=dsl.ApplicationConfiguration(executors=(dsl.ExecutorGroup(count=1, slots=1),)),
        nodes=nodes,
        edges=[dsl.Edge(tail=tail, head=head) for tail, head in edges],
    )


def delay(name: str) -> dsl.Delay:
    return dsl.Delay(id=name, delay_s=1)


def test_nodes_come_in_document_order_with_the_boundaries_of_a_job_first(valid_model):
    graph = flatten(valid_model("diamond").execution)
    assert list(graph) == [
        ("job-0", "start"),
        ("job-0", "end"),
        "orders",
        "customers",
        "plan-the-join",
        "join",
    ]


def test_first_nodes_follow_the_start_of_their_job_and_last_ones_lead_to_its_end(valid_model):
    graph = flatten(valid_model("diamond").execution)
    assert set(graph.successors(("job-0", "start"))) == {"orders", "customers"}
    assert set(graph.predecessors(("job-0", "end"))) == {"join"}


def test_parallel_branches_do_not_wait_for_each_other(valid_model):
    graph = flatten(valid_model("diamond").execution)
    assert not nx.has_path(graph, "orders", "customers")
    assert not nx.has_path(graph, "customers", "orders")
    assert set(graph.predecessors("join")) == {"plan-the-join", "orders", "customers"}


def test_edges_of_jobs_go_from_their_end_and_to_their_start():
    jobs = (dsl.Job(id="a", nodes=(delay("x"),)), dsl.Job(id="b", nodes=(delay("y"),)))
    graph = flatten(execution(jobs, [("a", "b")]))
    assert graph.has_edge(("a", "end"), ("b", "start"))
    assert nx.has_path(graph, "x", "y")


def test_an_edge_between_stages_of_two_jobs_does_not_join_the_jobs(valid_model):
    graph = flatten(valid_model("concurrent-jobs").execution)
    assert set(graph.predecessors("export")) == {("job-1", "start"), "write"}
    assert not nx.has_path(graph, ("job-0", "end"), ("job-1", "start"))


def test_nodes_know_their_element_and_job(valid_model):
    model = valid_model("concurrent-jobs")
    nodes = flatten(model.execution).nodes
    assert nodes["export"] == {"element": model.execution.stages[2], "job": "job-1"}
    assert nodes["driver-end"]["job"] is None
    assert nodes[("job-1", "end")] == {"element": None, "job": "job-1"}


def test_edges_carry_the_data_transmission_factor(minimal):
    graph = flatten(minimal.execution)
    assert graph.edges["read", "combine"]["factor"] == 0.25
    assert graph.edges["driver-start", ("job-0", "start")]["factor"] is None


def test_a_job_without_nodes_still_joins_its_start_and_end():
    graph = flatten(
        execution(
            (delay("before"), dsl.Job(id="empty"), delay("after")), [("before", "empty"), ("empty", "after")]
        )
    )
    assert nx.has_path(graph, "before", "after")


def test_topological_order_keeps_every_dependency(valid_model):
    graph = flatten(valid_model("concurrent-jobs").execution)
    order = {node: i for i, node in enumerate(nx.topological_sort(graph))}
    assert all(order[tail] < order[head] for tail, head in graph.edges)


def test_a_cycle_is_refused_with_its_nodes():
    with pytest.raises(CyclicExecution, match="a, b") as caught:
        flatten(execution((delay("a"), delay("b")), [("a", "b"), ("b", "a")]))
    assert caught.value.hint


def test_a_cycle_through_a_job_is_told_by_the_identifier_of_the_job():
    job = dsl.Job(id="job-0", nodes=(delay("x"),))
    with pytest.raises(CyclicExecution) as caught:
        flatten(execution((job, delay("d")), [("job-0", "d"), ("d", "job-0")]))
    assert "job-0" in str(caught.value)
    assert "(" not in str(caught.value)


def test_critical_path_takes_the_longer_branch(valid_model):
    graph = flatten(valid_model("diamond").execution)
    length, path = critical_path(graph, {"orders": 2.0, "customers": 5.0, "plan-the-join": 0.25, "join": 1.0})
    assert length == 6.25
    assert [node for node in path if isinstance(node, str)] == ["customers", "plan-the-join", "join"]


def test_critical_path_of_an_empty_graph_is_empty():
    assert critical_path(nx.DiGraph(), {}) == (0.0, [])


def test_transitive_reduction_drops_edges_that_a_longer_path_implies(valid_model):
    graph = flatten(valid_model("diamond").execution)
    reduced = transitive_reduction(graph)
    assert set(graph.edges) - set(reduced.edges) == {("orders", "join"), ("customers", "join")}
    assert graph.number_of_edges() == 8  # the argument is left as it was
