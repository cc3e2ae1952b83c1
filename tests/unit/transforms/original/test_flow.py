"""Splits and data of nodes by the rules of the original's tools."""

from __future__ import annotations

import pytest

from pertract.transforms.original import flow
from pertract.transforms.original.metamodel import (
    DataWorkloadArchitecture,
    DirectedEdge,
    ExecutionNode,
    FileDataModel,
    FileSpecification,
)


def files(*sizes: int, split: int = 128) -> FileDataModel:
    return FileDataModel(files=tuple(FileSpecification(size=s) for s in sizes), partition_size=split)


@pytest.mark.parametrize(
    ("data", "splits", "full"),
    [
        (files(256), 2, 1.0),
        (files(257), 3, 0.6666),
        (files(100, 100), 2, 0.0),
        (files(0, 128), 1, 1.0),
        (files(), 0, 1.0),
        (files(10, 20, split=0), 2, 1.0),
        (files(-5), 0, 1.0),
    ],
)
def test_splits_end_with_their_file(data: FileDataModel, splits: int, full: float) -> None:
    assert flow.splits(data) == splits
    assert flow.full_ratio(data) == full


@pytest.mark.parametrize(
    ("node", "tasks"),
    [
        (ExecutionNode(spout=True), 3),
        (ExecutionNode(spout=True, parallelism=7), 3),
        (ExecutionNode(parallelism=7), 7),
        (ExecutionNode(), 1),
    ],
)
def test_a_spout_has_a_task_for_each_split(node: ExecutionNode, tasks: int) -> None:
    assert flow.forks(node, DataWorkloadArchitecture(data_models=(files(300),))) == tasks


def place(*numbers: int) -> str:
    return flow.TOP + "".join(f"/@children.{n}" for n in numbers)


def edge(tail: str, head: str, factor: float) -> DirectedEdge:
    return DirectedEdge(tail=tail, head=head, data_transmission_factor=factor)


def test_data_are_multiplied_by_the_factors_of_all_nodes_before() -> None:
    job = ExecutionNode(
        children=(ExecutionNode(), ExecutionNode(), ExecutionNode()),
        edges_of_children=(
            edge(place(1, 0), place(1, 1), 0.5),
            edge(place(1, 1), place(1, 2), 0.1),
        ),
    )
    top = ExecutionNode(children=(ExecutionNode(), job), edges_of_children=(edge(place(0), place(1), 2.0),))
    assert dict(flow.shares(top)) == {
        place(0): 1.0,
        place(1, 0): 2.0,
        place(1, 1): 1.0,
        place(1, 2): pytest.approx(0.1),
    }


def test_children_run_in_the_order_in_which_edges_name_them() -> None:
    node = ExecutionNode(
        children=tuple(ExecutionNode() for _ in range(4)),
        edges_of_children=(edge(place(2), place(0), 0.5), edge(place(0), place(1), 3.0)),
    )
    assert flow.visits(node, flow.TOP) == [(2, 1.0), (0, 0.5), (1, 1.5), (3, 1.0)]


@pytest.mark.parametrize("factor", [float("nan"), float("inf"), -2.0])
def test_what_is_no_factor_changes_nothing(factor: float) -> None:
    node = ExecutionNode(
        children=(ExecutionNode(), ExecutionNode()), edges_of_children=(edge(place(0), place(1), factor),)
    )
    assert dict(flow.shares(node)) == {place(0): 1.0, place(1): 1.0}
