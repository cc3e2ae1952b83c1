"""Slots of executors that come and go, limits of stages, and mixed clusters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pertract import dsl
from pertract.errors import Deadlock
from pertract.simulate import Options, Plan, Trace, compile_plan, resolve, simulate
from pertract.simulate.plan import Pool

from ...property.strategies_plan import executor, plan, slots_at_once, stage
from . import models


def simulated(plan: Plan) -> Trace:
    return simulate(plan, np.random.default_rng(0))


# -- executors that leave ------------------------------------------------------------------------


def test_the_last_executor_stays_although_the_log_says_it_left() -> None:
    """Removal times are those of the measured schedule; a slower one needs somebody to finish it."""
    trace = simulated(plan([(stage([1] * 5), [])], [executor(1, removed_s=3.0)]))
    assert trace.response_time_s == 5


def test_of_several_executors_the_one_that_leaves_last_stays() -> None:
    executors = [executor(2, removed_s=2.5), executor(1, removed_s=1.5)]
    trace = simulated(plan([(stage([1] * 12), [])], executors))
    assert trace.stages[0].starts_s.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4]


def test_an_executor_leaves_if_another_one_registers_later() -> None:
    executors = [executor(1, removed_s=1.5), executor(1, registered_s=5.0)]
    trace = simulated(plan([(stage([1] * 3), [])], executors))
    assert trace.stages[0].starts_s.tolist() == [0, 1, 5]


def test_an_executor_leaves_if_another_one_registers_at_that_moment() -> None:
    executors = [executor(1, removed_s=1.5), executor(1, registered_s=1.5)]
    trace = simulated(plan([(stage([1] * 5), [])], executors))
    assert trace.stages[0].starts_s.tolist() == [0, 1, 1.5, 2.5, 3.5]


def test_free_slots_of_an_executor_go_with_it() -> None:
    nodes = [(2.0, []), (stage([1] * 4), [0])]
    trace = simulated(plan(nodes, [executor(3, removed_s=1.0), executor(1)]))
    assert trace.response_time_s == 6


def test_a_limited_stage_goes_on_elsewhere_when_its_executor_leaves() -> None:
    """The third task ends on an executor that is gone; the two free slots are on the other one."""
    nodes = [(stage([1, 2, 5, 1, 1], usable_slots=1), [])]
    trace = simulated(plan(nodes, [executor(2), executor(1, removed_s=3.0)]))
    assert trace.stages[0].starts_s.tolist() == [0, 0, 0, 5, 6]


def test_tasks_without_any_executor_are_a_deadlock_that_names_the_stage() -> None:
    with pytest.raises(Deadlock, match="stage-0") as error:
        simulated(plan([(stage([1]), [])], []))
    assert "--executors" in error.value.hint


# -- priority ------------------------------------------------------------------------------------


def test_jobs_released_at_one_moment_get_slots_in_order() -> None:
    jobs = tuple(dsl.Job(id=name, nodes=(models.stage(name.upper(), 8),)) for name in ("a", "b"))
    described = models.model(
        nodes=(dsl.Delay(id="d", delay_s=1.0), *jobs),
        edges=(("d", "a"), ("d", "b")),
        executors=(models.group(1, 4),),
    )
    trace = simulated(compile_plan(described, resolve(described, Options()))[0])
    first, second = (s.starts_s for s in trace.stages)
    assert first.min() == 1.0
    assert first.max() <= second.min()


def test_stages_ready_from_the_start_get_slots_in_order() -> None:
    """A node of no length leads to the second stage, and comes before the first one in the graph."""
    nodes = [(0.0, []), (stage([1]), []), (stage([1]), [0])]
    trace = simulated(plan(nodes, slots_at_once(1)))
    assert [s.starts_s[0] for s in trace.stages] == [0, 1]


def test_a_later_stage_gets_what_an_earlier_one_leaves() -> None:
    nodes = [(0.0, []), (stage([2] * 3), [0]), (stage([2] * 3), [0])]
    trace = simulated(plan(nodes, slots_at_once(4)))
    assert trace.stages[0].starts_s.tolist() == [0, 0, 0]
    assert trace.stages[1].starts_s.tolist() == [0, 2, 2]


def test_an_earlier_stage_that_is_ready_later_goes_first_from_then_on() -> None:
    nodes = [(1.5, []), (stage([1] * 2), [0]), (stage([1] * 4), [])]
    trace = simulated(plan(nodes, slots_at_once(1)))
    assert trace.stages[0].starts_s.tolist() == [2, 3]
    assert trace.stages[1].starts_s.tolist() == [0, 1, 4, 5]


# -- limits --------------------------------------------------------------------------------------


def test_the_first_wave_may_exceed_the_limit() -> None:
    nodes = [(stage([1, 2, 3, 4, 1, 1], usable_slots=2), [])]
    trace = simulated(plan(nodes, slots_at_once(4)))
    assert trace.stages[0].starts_s.tolist() == [0, 0, 0, 0, 3, 4]


def test_a_limit_that_is_no_smaller_than_the_stage_does_nothing() -> None:
    nodes = [(stage([1] * 5, usable_slots=5), [])]
    assert simulated(plan(nodes, slots_at_once(4))).response_time_s == 2


def test_a_stage_that_never_had_the_first_wave_to_itself_launches_it_as_slots_come() -> None:
    nodes = [(stage([3] * 2), []), (stage([1] * 4, usable_slots=1), [])]
    trace = simulated(plan(nodes, slots_at_once(3)))
    assert trace.stages[1].starts_s.tolist() == [0, 1, 2, 3]


# -- nodes with too few cores beside nodes with enough -------------------------------------------


def test_slots_of_roomy_nodes_are_taken_in_time_while_others_share_cores() -> None:
    """The node without contention finishes a task every second, whatever happens beside it."""
    crowded, roomy = executor(2, node=0), executor(1, node=1)
    long = [50.0, 50.0]
    tasks = stage([long[0], 1, long[1], *[1] * 9], cpu_s=[20, 0, 30, *[0] * 9])
    trace = simulated(plan([(tasks, [])], [crowded, roomy], [1, 1]))
    assert trace.stages[0].starts_s == pytest.approx([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], abs=1e-9)


def test_no_task_starts_before_its_stage_is_submitted() -> None:
    """One node shares its core, and the other one works by itself until the second stage comes."""
    first = stage([30, 5, 40, 5, 5, 5], cpu_s=[10, 0, 2, 0, 0, 0])
    nodes = [(12.5, []), (stage([1] * 3), [0]), (first, [])]
    trace = simulated(plan(nodes, [executor(2, node=0), executor(1, node=1)], [1, 1]))
    assert trace.stages[0].starts_s.min() >= 12.5
    assert trace.stages[0].submitted_s == 12.5
    assert trace.stages[0].starts_s.min() == pytest.approx(15.0)


def test_slots_are_offered_round_the_executors_where_cores_are_shared() -> None:
    """Two tasks on two nodes of one core: each gets a core of its own."""
    nodes = [(stage([2, 2], cpu_s=[2, 2]), [])]
    trace = simulated(plan(nodes, [executor(2, node=0), executor(2, node=1)], [1, 1]))
    assert trace.response_time_s == pytest.approx(2)


# -- fair shares ---------------------------------------------------------------------------------


def fairly(*stages: tuple[int, str | None], slots: int = 2) -> list[list[float]]:
    """Return the launches of stages of one-second tasks that compete for the slots after one second.

    A blocker holds all slots first, so that all stages wait when they become free.
    """
    nodes = [(stage([1] * slots), [])] + [(stage([1] * tasks, pool=pool), []) for tasks, pool in stages]
    pools = (
        Pool("default", fair=True),
        Pool("shared", fair=True),
        Pool("heavy", weight=2),
        Pool("sure", minimum_share=2),
    )
    trace = simulated(replace(plan(nodes, slots_at_once(slots)), fair=True, pools=pools))
    return [s.starts_s.tolist() for s in trace.stages[1:]]


def test_stages_outside_pools_share_the_slots_of_the_default_pool() -> None:
    assert fairly((4, None), (4, None)) == [[1, 2, 3, 4], [1, 2, 3, 4]]


def test_stages_outside_pools_are_one_pool_beside_named_ones() -> None:
    """Two slots of four for the named pool, and one for each of the two stages of the default pool."""
    assert fairly((2, None), (2, None), (4, "a"), slots=4) == [[1, 2], [1, 2], [1, 1, 2, 2]]


def test_stages_of_a_fair_pool_share_what_the_pool_gets() -> None:
    assert fairly((2, "shared"), (2, "shared"), (4, "a"), slots=4) == [[1, 2], [1, 2], [1, 1, 2, 2]]


def test_stages_of_another_pool_go_one_after_the_other() -> None:
    assert fairly((2, "b"), (2, "b"), (4, "a"), slots=4) == [[1, 1], [2, 2], [1, 1, 2, 2]]


def test_a_pool_of_twice_the_weight_gets_twice_the_slots() -> None:
    assert fairly((3, "a"), (6, "heavy"), slots=3) == [[1, 2, 3], [1, 1, 2, 2, 3, 3]]


def test_a_pool_below_its_minimum_share_goes_before_all_others() -> None:
    assert fairly((2, "heavy"), (4, "sure"), slots=2) == [[3, 3], [1, 1, 2, 2]]


def test_stages_of_one_pool_go_one_after_the_other_beside_another_pool() -> None:
    assert fairly((2, "a"), (2, "a"), (4, "b")) == [[1, 2], [3, 4], [1, 2, 3, 4]]


def test_what_a_pool_does_not_need_goes_to_the_others() -> None:
    assert fairly((1, "a"), (5, "b")) == [[1], [1, 2, 2, 3, 3]]
