"""The engine where the answer can be written down."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pertract.simulate import Plan, simulate

from ..property.strategies_plan import executor, plan, slots_at_once, stage


def response_time_s(plan: Plan) -> float:
    return simulate(plan, np.random.default_rng(0)).response_time_s


@pytest.mark.parametrize("slots", [1, 2, 3, 7, 10, 11])
@pytest.mark.parametrize("tasks", [1, 2, 9, 10, 100])
def test_equal_tasks_run_in_waves(tasks: int, slots: int) -> None:
    waves = math.ceil(tasks / slots)
    assert waves * 1.5 == response_time_s(plan([(stage([1.5] * tasks), [])], slots_at_once(slots)))


def test_waves_do_not_depend_on_how_slots_are_spread_over_executors() -> None:
    nodes = [(stage([1.5] * 10), [])]
    assert response_time_s(plan(nodes, [executor(1), executor(3, node=1)])) == 4.5


def test_fork_and_join_with_slots_for_all_takes_the_longer_branch() -> None:
    nodes = [(0.0, []), (stage([3, 3]), [0]), (stage([5, 5]), [0]), (0.0, [1, 2])]
    assert response_time_s(plan(nodes, slots_at_once(4))) == 5


def test_fork_and_join_with_one_slot_takes_the_sum() -> None:
    nodes = [(0.0, []), (stage([3, 3]), [0]), (stage([5, 5]), [0]), (0.0, [1, 2])]
    assert response_time_s(plan(nodes, slots_at_once(1))) == 16


def test_a_chain_takes_the_sum_of_its_stages() -> None:
    nodes = [(stage([2]), []), (stage([3, 3]), [0]), (stage([4]), [1])]
    assert response_time_s(plan(nodes, slots_at_once(2))) == 9


def test_delays_of_the_driver_add_to_a_chain() -> None:
    nodes = [(1.25, []), (stage([2]), [0]), (0.5, [1]), (stage([3]), [2]), (0.25, [3])]
    assert response_time_s(plan(nodes, slots_at_once(1))) == 7


def test_a_delay_beside_a_stage_costs_nothing_if_it_is_shorter() -> None:
    nodes = [(stage([4]), []), (3.0, []), (stage([1]), [0, 1])]
    assert response_time_s(plan(nodes, slots_at_once(1))) == 5


def test_work_starts_when_the_executor_registers() -> None:
    assert response_time_s(plan([(stage([5]), [])], [executor(1, registered_s=2.0)])) == 7


def test_a_late_executor_takes_over_part_of_the_work() -> None:
    """One slot does 4 tasks until 4, two slots do the other 6 in 3 s."""
    executors = [executor(1), executor(1, registered_s=4.0)]
    assert response_time_s(plan([(stage([1] * 10), [])], executors)) == 7


def test_an_executor_that_leaves_finishes_its_task() -> None:
    """Both do 2 tasks until 2 and begin the next; from 3 on one slot does the other 4."""
    executors = [executor(1), executor(1, removed_s=2.5)]
    assert response_time_s(plan([(stage([1] * 10), [])], executors)) == 7


def test_warm_up_is_paid_once_per_slot_and_dispatch_by_all_others() -> None:
    """Two slots, five tasks of 1 s: 1 + 0.5, then 1.25, then 1.25 on one of them."""
    nodes = [(stage([1] * 5, warm_up_s=0.5, dispatch_s=0.25), [])]
    assert response_time_s(plan(nodes, slots_at_once(2))) == 4


def test_handling_frees_the_slot_early_but_ends_the_stage_late() -> None:
    """Four tasks of 1 s, of which 0.25 s are handling, on one slot: four times 0.75 s, and 0.25 s."""
    nodes = [(stage([1] * 4, handling_s=0.25), [])]
    assert response_time_s(plan(nodes, slots_at_once(1))) == 3.25


def test_a_limited_stage_goes_on_with_its_slots_after_the_first_wave() -> None:
    """Four slots, a limit of two: 4 tasks until 1, then two at a time."""
    nodes = [(stage([1] * 10, usable_slots=2), [])]
    assert response_time_s(plan(nodes, slots_at_once(4))) == 4


def test_slots_that_a_limited_stage_leaves_go_to_the_next_stage() -> None:
    nodes = [(stage([1] * 10, usable_slots=2), []), (stage([1] * 6), [])]
    trace = simulate(plan(nodes, slots_at_once(4)), np.random.default_rng(0))
    assert trace.end_s == [4, 4]
    assert trace.stages[1].starts_s.tolist() == [1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(("cores", "expected_s"), [(1, 8.0), (2, 4.0), (4, 2.0), (9, 2.0)])
def test_tasks_that_only_compute_share_the_cores(cores: int, expected_s: float) -> None:
    nodes = [(stage([2] * 4, cpu_s=[2] * 4), [])]
    assert response_time_s(plan(nodes, slots_at_once(4), [cores])) == pytest.approx(expected_s, rel=1e-12)


def test_waiting_for_data_needs_no_core() -> None:
    """Two tasks compute 1 s each on one core in turn, 2 s in all, and then both wait 3 s."""
    nodes = [(stage([4, 4], cpu_s=[1, 1]), [])]
    assert response_time_s(plan(nodes, slots_at_once(2), [1])) == pytest.approx(5, rel=1e-12)


def test_each_node_shares_its_own_cores() -> None:
    """Tasks go to the executors in turn: two on the single core, two on a core each."""
    nodes = [(stage([1] * 4, cpu_s=[1] * 4), [])]
    trace = simulate(plan(nodes, [executor(2), executor(2, node=1)], [1, 2]), np.random.default_rng(0))
    assert sorted(trace.stages[0].ends_s) == pytest.approx([1, 1, 2, 2], rel=1e-12)


def test_a_driver_that_launches_slowly_decides_over_the_time() -> None:
    """Ten tasks of 1 s on ten slots, launched at 0, 0.5, ..., 4.5."""
    launching = replace(plan([(stage([1] * 10), [])], slots_at_once(10)), driver_launch_s=0.5)
    assert response_time_s(launching) == 5.5


def test_the_driver_launches_for_all_stages_in_turn() -> None:
    """Two stages at once: eight launches one after the other, not four and four side by side."""
    nodes = [(stage([1] * 4), []), (stage([1] * 4), [])]
    launching = replace(plan(nodes, slots_at_once(8)), driver_launch_s=0.25)
    trace = simulate(launching, np.random.default_rng(0))
    starts_s = np.concatenate([s.starts_s for s in trace.stages])
    assert starts_s.tolist() == (np.arange(8) * 0.25).tolist()


def test_a_cold_executor_is_paid_once_per_slot_of_the_application() -> None:
    """Two slots, two stages of four tasks: 1.5, 1, 1, 1 on each slot."""
    nodes = [(stage([1] * 4), []), (stage([1] * 4), [0])]
    assert response_time_s(replace(plan(nodes, slots_at_once(2)), cold_s=0.5)) == 4.5


def test_a_stage_warms_up_on_every_executor_it_reaches() -> None:
    """The second executor comes late, and the task launched there pays although it is not among the first."""
    nodes = [(stage([1] * 3, warm_up_s=0.5), [])]
    trace = simulate(plan(nodes, [executor(1), executor(1, registered_s=1.0)]), np.random.default_rng(0))
    assert (trace.stages[0].ends_s - trace.stages[0].starts_s).tolist() == [1.5, 1.5, 1]
    assert trace.stages[0].executors.tolist() == [0, 1, 0]


def test_free_slots_are_taken_one_per_executor_and_round() -> None:
    trace = simulate(
        plan([(stage([1] * 4), [])], [executor(3), executor(3), executor(1)]), np.random.default_rng(0)
    )
    first, second = trace.stages[0].executors[:3].tolist(), trace.stages[0].executors[3]
    assert sorted(first) == [0, 1, 2]
    assert second in (0, 1)
