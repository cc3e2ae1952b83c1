"""Checks across elements, for models that were built by a program."""

import pytest

from pertract import dsl
from pertract.dsl.resolve import check, problems
from pertract.errors import CyclicExecution, DanglingReference, MalformedModel


def with_edges(model: dsl.PerformanceModel, *edges: tuple[str, str]) -> dsl.PerformanceModel:
    added = tuple(dsl.Edge(tail=tail, head=head) for tail, head in edges)
    execution = model.execution.model_copy(update={"edges": model.execution.edges + added})
    return model.model_copy(update={"execution": execution})


def test_a_model_without_problems_is_returned_unchanged(minimal):
    assert check(minimal) is minimal


def test_a_dangling_edge_is_named(minimal):
    with pytest.raises(DanglingReference, match=r"execution\.edges\.1\.head: .*'nowhere'"):
        check(with_edges(minimal, ("job-0", "nowhere")))


def test_a_cycle_is_found(minimal):
    with pytest.raises(CyclicExecution, match="cycle"):
        check(with_edges(minimal, ("job-0", "driver-start")))


def test_a_job_cannot_wait_for_its_own_stage(minimal):
    with pytest.raises(CyclicExecution):
        check(with_edges(minimal, ("read", "job-0")))


def test_an_application_edge_may_join_stages_of_different_jobs(valid_model):
    model = valid_model("concurrent-jobs")
    assert not list(problems(model))
    assert dsl.Edge(tail="write", head="export") in model.execution.edges


def test_a_job_edge_may_not_leave_the_job(valid_model):
    model = valid_model("concurrent-jobs")
    start, job, *rest = model.execution.nodes
    job = job.model_copy(update={"edges": (dsl.Edge(tail="write", head="export"),)})
    execution = model.execution.model_copy(update={"nodes": (start, job, *rest)})
    with pytest.raises(DanglingReference, match=r"execution\.nodes\.1\.edges\.0\.head"):
        check(model.model_copy(update={"execution": execution}))


def test_cached_data_come_from_a_stage_of_the_model(minimal):
    start, job, *rest = minimal.execution.nodes
    stage = job.nodes[0].model_copy(update={"locality": dsl.Locality(cached_by="nowhere")})
    job = job.model_copy(update={"nodes": (stage, *job.nodes[1:])})
    execution = minimal.execution.model_copy(update={"nodes": (start, job, *rest)})
    with pytest.raises(DanglingReference, match=r"nodes\.0\.locality\.cached_by: .*'nowhere'"):
        check(minimal.model_copy(update={"execution": execution}))


def test_executors_run_on_nodes_that_there_are(minimal):
    configuration = minimal.execution.configuration
    group = configuration.executors[0].model_copy(update={"node": 2})
    configuration = configuration.model_copy(update={"executors": (group,)})
    execution = minimal.execution.model_copy(update={"configuration": configuration})
    with pytest.raises(DanglingReference, match="there is no node 2: the 2 workers are numbered from 0"):
        check(minimal.model_copy(update={"execution": execution}))


def test_all_problems_are_listed(minimal):
    found = list(problems(with_edges(minimal, ("a", "b"), ("c", "job-0"))))
    assert [problem.path for problem in found] == [
        ("execution", "edges", 1, "tail"),
        ("execution", "edges", 1, "head"),
        ("execution", "edges", 2, "tail"),
    ]


def test_node_groups_have_different_identifiers(minimal):
    group = minimal.resources.nodes[0]
    resources = minimal.resources.model_copy(update={"nodes": (group, group)})
    with pytest.raises(MalformedModel, match="'workers' is used twice"):
        check(minimal.model_copy(update={"resources": resources}))
