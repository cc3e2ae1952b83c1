"""Drives and links that tasks share, where the answer can be written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pertract.simulate import Plan, Trace, simulate
from pertract.simulate.background import BackgroundWork
from pertract.simulate.contention import waiting, without_waiting
from pertract.simulate.outcome import breakdown, task_core_s
from pertract.simulate.placement import ExecutorPlan
from pertract.simulate.plan import without
from pertract.simulate.policies import Speculation
from pertract.simulate.stage import StagePlan
from pertract.simulate.transfers import Bandwidth
from pertract.simulate.volumes import TaskVolumes

from ..property.strategies_plan import executor, plan, slots_at_once, stage

B = 100.0
"""Bandwidth of every drive and link, bytes/s."""


def moving(tasks: int, work_s: float = 0.0, cpu_s: float = 0.0, **volumes: float) -> StagePlan:
    """Return a stage whose tasks all move these bytes and work this long."""
    return stage([work_s] * tasks, cpu_s=[cpu_s] * tasks, volumes=TaskVolumes(**volumes))


def shared(
    stages: StagePlan | Sequence[StagePlan],
    executors: Sequence[ExecutorPlan],
    node_cores: Sequence[int] | None = None,
    **changes: Any,
) -> Plan:
    """Return a plan of stages that run side by side on nodes with drives and links of bandwidth B."""
    made = plan(
        [(s, []) for s in ([stages] if isinstance(stages, StagePlan) else stages)], executors, node_cores
    )
    nodes = len(made.node_cores)
    bandwidth = Bandwidth((B,) * nodes, (B,) * nodes, B, (1 / nodes,) * nodes)
    return replace(made, **({"bandwidth": bandwidth} | changes))


def simulated(made: Plan, seed: int = 0) -> Trace:
    return simulate(made, np.random.default_rng(seed))


def nodes(count: int, slots: int) -> list[ExecutorPlan]:
    return [executor(slots, node=node) for node in range(count)]


@pytest.mark.parametrize("tasks", [1, 2, 7])
@pytest.mark.parametrize("resource", ["drive_read", "drive_write"])
def test_k_tasks_at_one_drive_take_k_times_as_long(tasks: int, resource: str) -> None:
    trace = simulated(shared(moving(tasks, **{resource: 500.0}), slots_at_once(tasks)))
    assert trace.response_time_s == pytest.approx(tasks * 500 / B)


def test_reading_and_writing_do_not_disturb_each_other() -> None:
    trace = simulated(shared([moving(1, drive_read=500.0), moving(1, drive_write=500.0)], slots_at_once(2)))
    assert trace.response_time_s == pytest.approx(5)


def test_drives_of_other_nodes_are_not_shared() -> None:
    trace = simulated(shared(moving(6, drive_read=500.0), nodes(3, 2)))
    assert trace.response_time_s == pytest.approx(10)


def test_a_task_reads_fetches_works_and_writes_one_after_the_other() -> None:
    made = shared(moving(1, 2.0, 1.0, drive_read=300.0, network=400.0, drive_write=100.0), nodes(2, 1))
    trace = simulated(made)
    assert trace.response_time_s == pytest.approx(3 + 4 + 2 + 1)
    parts = breakdown(trace)
    assert (parts["drive"], parts["network"], parts["cpu"], parts["other"]) == pytest.approx((4, 4, 1, 1))
    assert sum(parts.values()) == pytest.approx(trace.response_time_s)


@pytest.mark.parametrize(("count", "slots"), [(2, 1), (2, 3), (4, 2), (9, 1)])
def test_an_all_to_all_shuffle_lasts_as_long_as_the_links_need(count: int, slots: int) -> None:
    trace = simulated(shared(moving(count * slots, network=200.0), nodes(count, slots)))
    assert trace.response_time_s == pytest.approx(slots * 200 / B)


def test_senders_that_are_too_few_limit_receivers() -> None:
    """Two nodes hold all blocks and send 2 B in all, to three others that could receive 3 B."""
    executors = [executor(2, node=node) for node in (2, 3, 4)]
    links = Bandwidth(network=B, shares=(0.5, 0.5, 0.0, 0.0, 0.0))
    made = shared(moving(6, network=200.0), executors, bandwidth=links)
    assert made.stepwise
    assert simulated(made).response_time_s == pytest.approx(6 * 200 / (2 * B))


def test_more_tasks_than_slots_take_as_long_as_the_bytes() -> None:
    """Links and drives of every node are busy all the time: bytes by bandwidth."""
    trace = simulated(shared(moving(40, network=70.0), nodes(4, 2)))
    assert trace.response_time_s == pytest.approx(40 * 70 / 4 / B)
    trace = simulated(shared(moving(40, drive_read=70.0), nodes(4, 2)))
    assert trace.response_time_s == pytest.approx(40 * 70 / 4 / B)


def test_waits_count_as_drive_and_network_and_not_as_cpu() -> None:
    """Two tasks on one core: reading 10 s side by side, computing 6 s side by side."""
    trace = simulated(shared(moving(2, 3.0, 3.0, drive_read=500.0), slots_at_once(2), [1]))
    assert trace.response_time_s == pytest.approx(16)
    assert breakdown(trace)["drive"] == pytest.approx(10)
    assert breakdown(trace)["cpu"] == pytest.approx(6)
    assert task_core_s(trace) == pytest.approx(6)


def test_tasks_that_read_leave_the_core_to_others() -> None:
    """The second task reads while the first computes, and both end later by their own part only."""
    made = shared([moving(1, 5.0, 5.0), moving(1, 5.0, 5.0, drive_read=500.0)], slots_at_once(2), [1])
    assert simulated(made).response_time_s == pytest.approx(10)


def test_waits_for_drives_are_not_taken_for_waits_for_cores() -> None:
    """Nobody waits for the core: one task computes until 5 s, the other reads until then."""
    stages = [moving(1, 7.0, 5.0), moving(1, 7.0, 5.0, drive_read=500.0)]
    made = shared(stages, slots_at_once(2), [1])
    for before, after in zip(made.stages, without_waiting(made.stages, waiting(made)), strict=True):
        assert after.causes_s == pytest.approx(before.causes_s)


def test_the_driver_works_for_stages_beside_tasks() -> None:
    """Reading until 1 s; then the driver's 2 s, begun alone, and the task's 3 s share the core."""
    work = BackgroundWork(driver_node=0, driver_per_stage_core_s=2.0)
    made = shared(
        moving(1, 3.0, 3.0, drive_read=100.0), slots_at_once(1), [1], background=work, cores_known=True
    )
    assert simulated(made).response_time_s == pytest.approx(5)
    usual = plan([(stage([3.0], cpu_s=[3.0]), [])], slots_at_once(1), [1])
    usual = replace(usual, background=work, cores_known=True)
    same = replace(usual, bandwidth=Bandwidth(drive_read=(B,)))
    assert simulated(usual).response_time_s == pytest.approx(5)
    assert simulated(same).response_time_s == pytest.approx(5)


def test_without_bytes_nothing_is_shared() -> None:
    made = plan([(stage([3.0, 2.0, 1.0], cpu_s=[1.0, 1.0, 1.0]), [])], slots_at_once(2))
    usual = simulated(made)
    same = simulated(shared(made.stages[0], slots_at_once(2)))
    assert usual.stages[0].ends_s.tolist() == same.stages[0].ends_s.tolist()
    assert breakdown(usual) == breakdown(same)


def test_a_copy_fetches_again_and_the_beaten_attempt_leaves_the_drive() -> None:
    """One node is slow to read because three tasks read there; copies on the other one win."""
    slow = moving(4, 1.0, 1.0, drive_read=1000.0)
    executors = [executor(3, node=0), executor(4, node=1)]
    made = shared(slow, executors, speculation=Speculation(0.1, 1.2, 0.2, 0.1))
    trace = simulated(made)
    beaten = len(trace.stages[0].starts_s) - 4
    assert beaten >= 0
    assert trace.response_time_s <= 41
    for held_s, cpu_s in zip(trace.stages[0].tasks.slot_s, trace.stages[0].tasks.cpu_s, strict=True):
        assert 0 <= cpu_s <= held_s + 1e-9


def test_executors_that_die_while_tasks_read() -> None:
    """The only task reads 3 of 5 s, its executor dies, and another one reads it all again."""
    made = shared(
        moving(1, 1.0, 1.0, drive_read=500.0), slots_at_once(1), losses_s=(3.0,), executor_start_s=2.0
    )
    trace = simulated(made)
    assert trace.response_time_s == pytest.approx(3 + 2 + 5 + 1)
    assert trace.stages[0].tasks.cpu_s.tolist() == [0.0, 1.0]
    assert trace.stages[0].moved_s is not None
    assert trace.stages[0].moved_s.tolist() == [[3.0, 5.0], [0.0, 0.0]]


def test_executors_that_die_while_tasks_write() -> None:
    """The CPU of a task that writes has all been used."""
    made = shared(moving(1, 1.0, 1.0, drive_write=500.0), slots_at_once(1), losses_s=(3.0,))
    assert simulated(made).stages[0].tasks.cpu_s.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("part", "left_s"), [("drive", 6), ("network", 6), ("skew", 10)])
def test_what_it_costs_can_be_taken_away(part: str, left_s: float) -> None:
    made = shared(moving(1, 2.0, 2.0, drive_read=300.0, drive_write=100.0, network=400.0), nodes(2, 1))
    assert simulated(without(made, part)).response_time_s == pytest.approx(left_s)
