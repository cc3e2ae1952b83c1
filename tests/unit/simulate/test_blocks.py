"""Where blocks lie, and tasks that prefer to be there, against schedules worked out by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import pertract
from pertract import dsl
from pertract.simulate import Trace, simulate
from pertract.simulate.blocks import BlockPlaces, block_places
from pertract.simulate.policies import LocalityWaits
from tests.property.strategies_plan import executor, plan, stage

REVIVE_S = 0.01


def places(nodes: int, *, measured: int = 3, racks: tuple[str, ...] = (), **placement: object) -> BlockPlaces:
    data = dsl.FileData(id="d", size_bytes=1, placement=dsl.Placement(**placement))
    groups = [dsl.NodeGroup(id="w", count=measured, cores=1, racks=racks)]
    found = block_places([data], groups, nodes=nodes, measured_nodes=measured, network_known=False)
    assert found is not None
    return found


def shares(found: BlockPlaces, tasks: int = 4000) -> list[float]:
    counts = Counter(node for place in found.draw(tasks, np.random.default_rng(1)) for node in place.nodes)
    return [counts[node] / tasks for node in range(len(found.on_node))]


# -- where ---------------------------------------------------------------------------------------------


def test_blocks_lie_as_measured_on_as_many_nodes() -> None:
    found = places(3, on_node=(1.0, 0.5), replication=2, data_nodes=2)
    assert found.on_node == (1.0, 0.5, 0.0)
    assert shares(found) == pytest.approx([1.0, 0.5, 0.0], abs=0.03)


def test_on_other_clusters_they_lie_on_random_nodes() -> None:
    assert places(6, on_node=(1.0, 1.0, 1.0), data_nodes=3).on_node == (0.5,) * 6
    assert places(2, on_node=(1.0, 1.0, 1.0), data_nodes=3).on_node == (1.0, 1.0)
    assert sum(places(6, on_node=(1.0, 1.0), data_nodes=2, replication=2).on_node) == 2  # on two thirds
    assert places(6, on_node=(0.0, 0.0, 0.0), data_nodes=5).on_node == (0.0,) * 6


def test_of_a_larger_file_system_the_cluster_holds_its_part() -> None:
    found = places(5, on_node=(0.3, 0.3, 0.3), data_nodes=10)
    assert found.on_node == pytest.approx((0.3,) * 10)
    assert shares(found) == pytest.approx([0.3] * 10, abs=0.03)
    assert places(20, data_nodes=10).on_node.count(0.3) == 10  # no more nodes hold blocks than there are


def test_no_task_prefers_a_node_twice_and_all_as_many() -> None:
    for place in places(8, data_nodes=3, measured=3).draw(200, np.random.default_rng(3)):
        assert len(place.nodes) == len(set(place.nodes)) == 3


def test_tasks_without_a_node_have_racks_only() -> None:
    found = places(
        2, measured=2, racks=("/a", "/b"), on_node=(0.25, 0.25), preferring_share=0.25,
        replication=2, data_nodes=2,
        on_rack=(dsl.RackShare(rack="/a", share=1.0), dsl.RackShare(rack="/b", share=0.5)),
    )  # fmt: skip
    drawn = found.draw(4000, np.random.default_rng(0))
    assert Counter(place.nodes == (-1,) for place in drawn)[True] / 4000 == pytest.approx(0.75, abs=0.03)
    assert all("/a" in place.racks for place in drawn)
    assert sum("/b" in place.racks for place in drawn) / 4000 == pytest.approx(0.5, abs=0.03)


def test_tasks_take_longer_elsewhere_so_that_the_mean_is_as_measured() -> None:
    found = places(3, remote_share=0.25, remote_ratio=2.0)
    assert 0.75 * found.near_ratio + 0.25 * found.far_ratio == pytest.approx(1.0)
    assert found.far_ratio / found.near_ratio == 2.0


# -- schedules -----------------------------------------------------------------------------------------


def run(blocks: BlockPlaces, executors: int, tasks: int = 6, **waits: object) -> Trace:
    reading = stage([1.0] * tasks, blocks=blocks)
    made = plan([(reading, [])], [executor(1, node=node) for node in range(executors)])
    made = replace(made, locality=LocalityWaits(revive_s=REVIVE_S, **waits))  # type: ignore[arg-type]
    return simulate(made, np.random.default_rng(1))


def on(trace: Trace, number: int) -> list[float]:
    (reading,) = trace.stages
    return reading.starts_s[reading.executors == number].tolist()


def test_an_executor_without_blocks_waits_until_a_launch_elsewhere_begins_the_wait_again() -> None:
    trace = run(BlockPlaces((1.0, 0.0)), 2, tasks=9, node_s=2.5, rack_s=0.0)
    assert on(trace, 0) == pytest.approx(range(7))
    assert on(trace, 1) == pytest.approx([2.5, 5.5], abs=2 * REVIVE_S)


def test_blocks_on_both_nodes_use_both_at_once() -> None:
    assert run(BlockPlaces((1.0, 1.0)), 2).response_time_s == pytest.approx(3.0)


def test_without_waits_tasks_still_go_to_their_blocks_first() -> None:
    trace = run(BlockPlaces((1.0, 0.0)), 2, node_s=0.0, process_s=0.0, rack_s=0.0)
    assert trace.response_time_s == pytest.approx(3.0, abs=0.1)


def test_blocks_on_nodes_without_executors_keep_tasks_waiting_as_spark_does() -> None:
    # A task that prefers a node where no executor is still counts as one that may find its node.
    half = BlockPlaces((0.5, 0.0), preferring_share=0.5)
    trace = run(half, 2, tasks=12, node_s=2.5, rack_s=0.0)
    assert min(on(trace, 1)) == pytest.approx(2.5, abs=2 * REVIVE_S)


def test_racks_are_a_level_with_a_wait_of_its_own() -> None:
    blocks = BlockPlaces((1.0, 0.0, 0.0), racks=("/a", "/a", "/b"), on_rack={"/a": 1.0, "/b": 0.0})
    trace = run(blocks, 3, tasks=30, node_s=1.5, rack_s=2.0, every_launch_resets=False)
    assert on(trace, 1)[0] == pytest.approx(1.5, abs=2 * REVIVE_S)
    assert on(trace, 2)[0] == pytest.approx(3.5, abs=2 * REVIVE_S)


def test_a_task_elsewhere_takes_longer() -> None:
    blocks = BlockPlaces((1.0, 0.0), near_ratio=1.0, far_ratio=3.0)
    trace = run(blocks, 2, node_s=2.5, rack_s=0.0)
    (reading,) = trace.stages
    lasted = reading.ends_s - reading.starts_s
    assert lasted[reading.executors == 0] == pytest.approx(1.0)
    assert lasted[reading.executors == 1] == pytest.approx(3.0)


# -- models ----------------------------------------------------------------------------------------------


def test_a_known_network_carries_the_input_of_tasks_elsewhere() -> None:
    model = pertract.load("dsl/valid/hdfs.yaml")
    slow, fast = (
        pertract.predict(model, network_bytes_per_s=rate, replications=3).response_time_s.mean
        for rate in (1e6, 1e12)
    )
    assert slow > 10 * fast
