"""What is changed in a model is written into the original files it was read from."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pertract import dsl
from pertract.errors import TransformError
from pertract.transforms import original
from pertract.transforms.original import File, Trio
from pertract.transforms.original import trio as files
from pertract.transforms.original.metamodel import ExecutionNode, ResourceDemand

EXAMPLE = Path(__file__).parents[4] / "transforms" / "original" / "example"


def read(trio: Trio) -> dsl.PerformanceModel:
    written = files.write(trio, "emfjson", "m")
    return original.read({name[-3:]: File(name, text.encode()) for name, text in written.items()})


@pytest.fixture(scope="module")
def example() -> Trio:
    return files.read({path.suffix[1:]: File(path.name, path.read_bytes()) for path in EXAMPLE.iterdir()})


def with_first_stage(trio: Trio, **changes: object) -> Trio:
    """The example with a changed first stage."""
    top = trio.application.top_node
    job = top.children[0]
    stage = dataclasses.replace(job.children[0], **changes)
    job = dataclasses.replace(job, children=(stage, *job.children[1:]))
    top = dataclasses.replace(top, children=(job, *top.children[1:]))
    return dataclasses.replace(trio, application=dataclasses.replace(trio.application, top_node=top))


def first_stage(trio: Trio) -> ExecutionNode:
    return trio.application.top_node.children[0].children[0]


def with_foreign_demands(trio: Trio) -> Trio:
    profile = first_stage(trio).resource_profile
    gpu, fpga = (ResourceDemand(processing_type=kind, random_variable="7") for kind in ("GPU", "FPGA"))
    first, *others = profile.resource_demands
    demands = (gpu, first, fpga, *others)
    return with_first_stage(trio, resource_profile=dataclasses.replace(profile, resource_demands=demands))


def slower(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    """The first demand of the first stage twice as large."""
    first, *others = model.profiles.stages
    demand = first.demands[0]
    twice = demand.model_copy(update={"mean": {name: 2 * c for name, c in demand.mean.items()}})
    first = first.model_copy(update={"demands": (twice, *first.demands[1:])})
    profiles = model.profiles.model_copy(update={"stages": (first, *others)})
    return model.model_copy(update={"profiles": profiles})


def test_demands_of_other_types_stay_where_they_are(example: Trio) -> None:
    trio = with_foreign_demands(example)
    model = read(trio)
    assert original.trio_of(model) == trio
    assert any("'GPU', which predictions leave out" in note for note in model.completeness.notes)
    demands = first_stage(trio).resource_profile.resource_demands
    changed = first_stage(original.trio_of(slower(model))).resource_profile.resource_demands
    assert changed == (
        demands[0],
        dataclasses.replace(demands[1], random_variable="dataSize.VALUE * 104"),
        *demands[2:],
    )


def test_a_new_job_moves_the_references_of_those_behind_it(example: Trio) -> None:
    model = read(example)
    nodes = (dsl.Delay(id="new", delay_s=2.5), *model.execution.nodes)
    execution = model.execution.model_copy(update={"nodes": nodes})
    top = original.trio_of(model.model_copy(update={"execution": execution})).application.top_node
    assert [child.name for child in top.children] == ["new", "job0", "job1", "jobDelay2", "job2"]
    assert top.children[1].children[0].parent == "//@topNode/@children.1"
    assert top.children[1].edges_of_children[0].head == "//@topNode/@children.1/@children.1"
    assert [(e.tail[-1], e.head[-1]) for e in top.edges_of_children] == [("1", "2"), ("1", "3"), ("3", "4")]


def test_a_job_that_is_gone_takes_its_edges_along(example: Trio) -> None:
    model = read(example)
    nodes = model.execution.nodes[:-1]
    edges = tuple(e for e in model.execution.edges if e.head != "job2")
    execution = model.execution.model_copy(update={"nodes": nodes, "edges": edges})
    top = original.trio_of(model.model_copy(update={"execution": execution})).application.top_node
    before = example.application.top_node
    assert top == dataclasses.replace(
        before, children=before.children[:-1], edges_of_children=before.edges_of_children[:-1]
    )


def test_new_nodes_of_the_cluster_stand_beside_the_old_ones(example: Trio) -> None:
    model = read(example)
    (group,) = model.resources.nodes
    resources = model.resources.model_copy(update={"nodes": (group.model_copy(update={"count": 6}),)})
    nodes = original.trio_of(model.model_copy(update={"resources": resources})).resources.resource_nodes
    assert nodes[:5] == example.resources.resource_nodes
    assert [node.name for node in nodes[5:]] == ["workers-5", "workers-6"]


def test_files_in_a_document_that_were_edited_by_hand_are_checked(example: Trio) -> None:
    model = read(with_foreign_demands(example))
    broken = model.original.model_copy(update={"application": "{"})
    with pytest.raises(TransformError, match=r"the field original\.application of the model"):
        original.trio_of(model.model_copy(update={"original": broken}))
