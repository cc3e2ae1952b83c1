"""Waits for slots near cached data, against schedules worked out by hand."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np
import pytest

from pertract import dsl
from pertract.simulate import Trace, simulate
from pertract.simulate.attempts import Worker
from pertract.simulate.locality import DelayScheduling, Level, Preferences, Wish
from pertract.simulate.policies import LocalityWaits
from tests.property.strategies_plan import executor, plan, stage

REVIVE_S = 0.01
"""So short that a wait ends almost when it is over."""


def worker(index: int, node: int) -> Worker:
    return Worker(index, slots=1, node=node, registered_s=0.0)


HERE, BESIDE, ELSEWHERE = worker(0, 0), worker(1, 0), worker(2, 1)


def waiting(
    tasks: dict[int, Worker | None],
    *,
    present: tuple[Worker, ...] = (HERE, BESIDE, ELSEWHERE),
    **waits: object,
) -> tuple[DelayScheduling, deque[int]]:
    prefer, pending = Preferences(), deque(tasks)
    for task, where in tasks.items():
        prefer.add(task, Wish(where, (where.node,)) if where is not None else Wish())
    return DelayScheduling(LocalityWaits(**waits), prefer, pending, list(present), 0.0), pending  # type: ignore[arg-type]


# -- one stage, offer by offer ---------------------------------------------------------------------


def test_the_levels_are_those_at_which_tasks_find_a_place() -> None:
    assert waiting({0: HERE})[0].levels == (Level.PROCESS, Level.NODE, Level.ANY)
    assert waiting({0: None})[0].levels == (Level.ANYWHERE_ALIKE, Level.ANY)
    assert waiting({0: HERE}, present=(ELSEWHERE,))[0].levels == (Level.ANY,)
    assert waiting({0: HERE}, present=(BESIDE,))[0].levels == (Level.NODE, Level.ANY)


def test_a_task_goes_one_level_further_with_every_wait() -> None:
    stage_, _ = waiting({0: HERE, 1: HERE}, process_s=3.0, node_s=2.0)
    assert stage_.take(BESIDE, Level.ANY, 2.9) is None
    assert stage_.take(BESIDE, Level.ANY, 3.0) == (0, Level.NODE)
    assert stage_.take(ELSEWHERE, Level.ANY, 4.9) is None
    assert stage_.take(ELSEWHERE, Level.NODE, 5.1) is None  # not asked for any
    assert stage_.take(ELSEWHERE, Level.ANY, 5.1) == (0, Level.ANY)  # pending is the owner's


def test_nobody_waits_for_an_executor_that_no_task_prefers_any_more() -> None:
    stage_, pending = waiting({0: HERE, 1: None})
    assert stage_.take(HERE, Level.ANY, 0.0) == (0, Level.PROCESS)
    pending.remove(0)
    assert stage_.take(ELSEWHERE, Level.ANY, 0.0) == (1, Level.PROCESS)  # Spark calls it local


def test_tasks_without_a_preference_are_not_kept_waiting_by_others() -> None:
    stage_, _ = waiting({0: HERE, 1: None})
    assert stage_.take(ELSEWHERE, Level.PROCESS, 0.0) is None
    assert stage_.take(ELSEWHERE, Level.ANYWHERE_ALIKE, 0.0) == (1, Level.PROCESS)


def test_a_launch_begins_the_wait_anew_only_if_no_slot_was_refused() -> None:
    stage_, _ = waiting(dict.fromkeys(range(9), HERE), process_s=3.0)
    stage_.offered(Level.PROCESS, refused=False, everything=False, now=1.0)
    assert stage_.take(BESIDE, Level.NODE, 3.9) is None
    stage_.offered(None, refused=True, everything=False, now=3.9)
    stage_.offered(Level.PROCESS, refused=False, everything=False, now=3.95)  # too late
    assert stage_.take(BESIDE, Level.NODE, 4.0) == (0, Level.NODE)
    stage_.offered(Level.NODE, refused=False, everything=True, now=4.0)  # all slots were taken
    assert stage_.take(BESIDE, Level.NODE, 4.0) is not None
    stage_.offered(Level.PROCESS, refused=False, everything=False, now=5.0)
    assert stage_.take(BESIDE, Level.NODE, 7.9) is None


def test_before_spark_3_1_every_launch_begins_the_wait_anew() -> None:
    stage_, _ = waiting(dict.fromkeys(range(9), HERE), every_launch_resets=True)
    for now in (0.0, 2.0, 4.0, 6.0):
        assert stage_.take(HERE, Level.ANY, now) is not None
        stage_.offered(Level.PROCESS, refused=True, everything=False, now=now)
        assert stage_.take(BESIDE, Level.ANY, now + 1.9) is None
    assert stage_.take(BESIDE, Level.ANY, 9.0) is not None


def test_an_executor_that_comes_with_its_data_makes_tasks_wait_for_it() -> None:
    present = [ELSEWHERE]
    prefer = Preferences()
    prefer.add(0, Wish(HERE, (HERE.node,)))
    stage_ = DelayScheduling(LocalityWaits(), prefer, deque([0]), present, 0.0)
    present.append(HERE)
    stage_.executors_changed()
    assert stage_.levels[0] is Level.PROCESS
    assert stage_.take(ELSEWHERE, Level.ANY, 1.0) is None


def test_a_task_that_runs_again_prefers_what_it_preferred() -> None:
    stage_, _ = waiting({0: HERE, 1: HERE})
    assert stage_.take(HERE, Level.PROCESS, 0.0) == (0, Level.PROCESS)
    stage_.again([0])
    assert stage_.take(HERE, Level.PROCESS, 0.0) == (0, Level.PROCESS)


# -- whole schedules -------------------------------------------------------------------------------


def read_again(
    nodes: tuple[int, int], *, tasks: int = 10, cached_on: tuple[float, ...] = (1.0,), **waits: object
) -> Trace:
    """Simulate one task that caches everything, then tasks of a second on two executors with a slot."""
    cached = stage([1.0] * tasks, cached_on=cached_on)
    reading = stage([1.0] * tasks, locality=dsl.Locality(cached_by="stage-0"))
    made = plan([(cached, []), (reading, [0])], [executor(1, node=node) for node in nodes])
    made = replace(made, locality=LocalityWaits(revive_s=REVIVE_S, **waits))  # type: ignore[arg-type]
    return simulate(made, np.random.default_rng(1))


def starts_s(trace: Trace, number: int) -> list[float]:
    """Return when the second stage launched tasks on an executor, from its submission."""
    reading = trace.stages[1]
    return (reading.starts_s[reading.executors == number] - reading.submitted_s).tolist()


def test_another_node_gets_a_task_after_both_waits_and_then_they_begin_again() -> None:
    # 0, 1, .. 6 on the first executor; after 3 s + 3 s one on the other; 7 and 8 begin the wait again.
    trace = read_again((0, 1))
    assert starts_s(trace, 0) == pytest.approx(range(9))
    assert starts_s(trace, 1) == pytest.approx([6.0], abs=2 * REVIVE_S)
    assert trace.stages[1].ended_s - trace.stages[1].submitted_s == pytest.approx(9.0)


def test_the_same_node_waits_for_the_executor_only() -> None:
    # At 3 s one on the other executor; a launch on the first at 4 s begins the wait again, until 7 s.
    trace = read_again((0, 0))
    assert starts_s(trace, 0) == pytest.approx(range(8))
    assert starts_s(trace, 1) == pytest.approx([3.0, 7.0], abs=2 * REVIVE_S)


def test_before_spark_3_1_other_executors_stay_idle_while_tasks_are_shorter_than_the_wait() -> None:
    assert starts_s(read_again((0, 1), every_launch_resets=True), 1) == []


def test_no_wait_uses_all_slots() -> None:
    trace = read_again((0, 1), process_s=0.0, node_s=0.0)
    assert trace.stages[1].ended_s - trace.stages[1].submitted_s == pytest.approx(5.0)


def test_cached_data_lie_where_the_simulated_tasks_ran_unless_their_shares_are_given() -> None:
    trace = read_again((0, 1), cached_on=())
    assert [len(starts_s(trace, number)) for number in (0, 1)] == [5, 5]
    # Two of ten on the second executor: it runs these, then waits.
    shared = read_again((0, 1), tasks=5, cached_on=(0.8, 0.2))
    assert starts_s(shared, 1) == [0.0]


def test_waits_end_with_the_regular_offers_of_the_driver() -> None:
    cached = stage([1.0] * 10, cached_on=(1.0,))
    reading = stage([1.0] * 10, locality=dsl.Locality(cached_by="stage-0"))
    made = plan([(cached, []), (reading, [0])], [executor(1), executor(1, node=1)])
    made = replace(made, locality=LocalityWaits(process_s=1.0, node_s=0.5, revive_s=1.0))
    moments = []
    for seed in range(30):
        trace = simulate(made, np.random.default_rng(seed))
        moments.append(starts_s(trace, 1)[0])
    assert min(moments) >= 1.5
    assert max(moments) <= 2.5
    assert np.ptp(moments) > 0.5
