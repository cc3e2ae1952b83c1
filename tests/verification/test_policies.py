"""Dynamic allocation, speculation and lost executors where the answer can be written down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pertract.simulate import Plan, Trace, simulate
from pertract.simulate.policies import Allocation, Speculation

from ..property.strategies_plan import executor, plan, slots_at_once, stage

QUICK = Allocation(slots=1, limit=100, idle_s=1000.0)


def simulated(plan: Plan, seed: int = 0, **changes: Any) -> Trace:
    return simulate(replace(plan, **changes), np.random.default_rng(seed))


def elastic(nodes: list[Any], policy: Allocation, **changes: Any) -> Trace:
    made = plan(nodes, [], [10**6])
    return simulated(made, slots=policy.limit * policy.slots, allocation=policy, **changes)


def registrations(trace: Trace) -> list[float]:
    return [e.registered_s for e in trace.plan.executors]


def removals(trace: Trace) -> list[float | None]:
    return [e.removed_s for e in trace.plan.executors]


# -- dynamic allocation --------------------------------------------------------------------------


def test_executors_asked_for_double_from_backlog_to_backlog() -> None:
    """One after 1 s, two after 2 s, four after 3 s, and of the next eight the three that tasks need."""
    trace = elastic([(stage([100] * 10), [])], QUICK)
    assert registrations(trace) == [1, 2, 2, 3, 3, 3, 3, 4, 4, 4]
    assert trace.response_time_s == 104


def test_executors_need_time_to_start() -> None:
    trace = elastic([(stage([100] * 3), [])], replace(QUICK, start_s=5.0))
    assert registrations(trace) == [6, 7, 7]


def test_no_more_executors_than_allowed() -> None:
    trace = elastic([(stage([10] * 6), [])], replace(QUICK, limit=2))
    assert registrations(trace) == [1, 2]
    assert trace.response_time_s == 32


def test_nothing_happens_while_no_more_executors_can_be_asked_for() -> None:
    """Two slots for tasks of 1e9 s: to ask a thousand times a second would never end."""
    trace = elastic([(stage([1e9] * 4), [])], replace(QUICK, limit=2, sustained_s=1e-3))
    assert registrations(trace) == [1, 1.001]
    assert trace.response_time_s == pytest.approx(2e9 + 1)


def test_the_rhythm_of_asking_goes_on_after_a_rest() -> None:
    """One executor for two tasks is all from 1 s on; with two more at 2.5 s another is asked for at 2.6 s."""
    nodes = [(stage([9.9] * 2), []), (2.5, []), (stage([9.9] * 2), [1])]
    trace = elastic(nodes, replace(QUICK, sustained_s=0.4, ratio=0.5))
    assert registrations(trace) == pytest.approx([1, 2.6])


def test_no_more_executors_than_tasks_have_slots_for() -> None:
    trace = elastic([(stage([10] * 6), [])], replace(QUICK, slots=4))
    assert registrations(trace) == [1, 2]


def test_a_ratio_asks_for_fewer_executors() -> None:
    trace = elastic([(stage([100] * 10), [])], replace(QUICK, ratio=0.5))
    assert len(registrations(trace)) == 5


def test_executors_at_the_start_are_there_with_the_first() -> None:
    trace = elastic([(stage([10] * 6), [])], replace(QUICK, initial=6, first_s=2.0))
    assert registrations(trace) == [2] * 6
    assert trace.response_time_s == 12


def test_nothing_is_asked_for_when_the_tasks_start_before_the_timeout() -> None:
    """Two slots, tasks of 0.2 s: the last one starts after 0.8 s."""
    trace = elastic([(stage([0.2] * 10), [])], replace(QUICK, initial=2, least=2))
    assert len(registrations(trace)) == 2


def test_the_backlog_starts_anew_with_the_next_stage() -> None:
    nodes = [(stage([10] * 2), []), (3.0, [0]), (stage([10] * 4), [1])]
    trace = elastic(nodes, replace(QUICK, initial=2, least=2))
    assert registrations(trace) == [0, 0, 14, 15]


def test_idle_executors_leave_down_to_the_minimum() -> None:
    nodes = [(stage([10] * 4), []), (20.0, [0]), (stage([1]), [1])]
    trace = elastic(nodes, replace(QUICK, initial=4, least=1, idle_s=5.0, tracking=False))
    assert sorted(t for t in removals(trace) if t is not None) == [15, 15, 15]


def test_shuffle_output_keeps_executors_for_the_tracking_timeout() -> None:
    """The first stage is read by the second one, and the job ends at 14; the delay after it takes 20 s."""
    nodes = [(stage([10] * 4), []), (stage([4]), [0]), (0.0, [1]), (20.0, [2])]
    policy = replace(QUICK, initial=4, idle_s=2.0)
    held = elastic(nodes, policy, job_ends=(2,), ids=("s", "t", "job:end", "d"))
    assert [t for t in removals(held) if t is not None] == []
    longer = elastic(
        nodes,
        replace(policy, tracking_timeout_s=6.0),
        job_ends=(2,),
        ids=("s", "t", "job:end", "d"),
    )
    assert sorted(t for t in removals(longer) if t is not None) == [16, 16, 16, 20]
    free = elastic(nodes, replace(policy, tracking=False), job_ends=(2,), ids=("s", "t", "job:end", "d"))
    assert sorted(t for t in removals(free) if t is not None) == [12, 12, 12, 16]


# -- speculation ---------------------------------------------------------------------------------

SLOW_ONE = [1.0] * 9 + [100.0]


def copied(nodes: int, seed: int = 0, **policy: float) -> Trace:
    made = plan([(stage(SLOW_ONE), [])], [executor(10, node=n) for n in range(nodes)])
    return simulated(made, seed, speculation=Speculation(**policy))


def test_the_copy_of_a_slow_task_starts_after_three_medians_and_wins() -> None:
    """Nine of ten tasks end at 1; the check at 3.1 finds the tenth; its copy takes 1 s nine times of ten."""
    times = [copied(2, seed).response_time_s for seed in range(40)]
    assert set(np.round(times, 9)) == {4.1, 100.0}
    assert 28 <= np.isclose(times, 4.1).sum() <= 40


def test_the_beaten_attempt_is_killed_and_its_cpu_counts_as_far_as_it_came() -> None:
    made = plan([(stage(SLOW_ONE, cpu_s=SLOW_ONE), [])], [executor(10), executor(10, node=1)])
    trace = next(
        t for t in (simulated(made, n, speculation=Speculation()) for n in range(9)) if t.response_time_s < 9
    )
    attempts = trace.stages[0]
    assert len(attempts.starts_s) == 11
    assert attempts.ends_s[9] == pytest.approx(4.1)
    assert attempts.tasks.cpu_s.sum() == pytest.approx(9 + 4.1 + 1)
    assert attempts.executors[9] != attempts.executors[10]


def test_copies_need_another_node() -> None:
    assert copied(1).response_time_s == 100
    assert len(copied(1).stages[0].starts_s) == 10


def test_earlier_versions_copy_sooner() -> None:
    assert min(
        copied(2, seed, multiplier=1.5, quantile=0.75).response_time_s for seed in range(5)
    ) == pytest.approx(2.6)


def test_no_task_is_slow_before_the_least_runtime() -> None:
    assert min(copied(2, seed, least_runtime_s=20).response_time_s for seed in range(5)) == pytest.approx(
        21.1
    )


def test_a_stage_of_one_task_is_not_copied() -> None:
    made = plan([(stage([50.0]), [])], [executor(2), executor(2, node=1)])
    assert len(simulated(made, speculation=Speculation()).stages[0].starts_s) == 1


# -- lost executors ------------------------------------------------------------------------------


def test_tasks_of_a_lost_executor_run_again_before_all_others() -> None:
    """Two executors; at 1.5 one dies with task 2 or 3, and another one takes its place at 2.5."""
    made = plan([(stage([1] * 6), [])], [executor(1), executor(1)])
    trace = simulated(made, losses_s=(1.5,), executor_start_s=1.0)
    assert trace.stages[0].starts_s.tolist() == [0, 0, 1, 1, 2, 2.5, 3]
    assert sorted(trace.stages[0].ends_s[2:4].tolist()) == [1.5, 2]
    assert trace.response_time_s == 4
    assert registrations(trace)[2] == 2.5


def test_an_executor_lost_after_the_end_changes_nothing() -> None:
    made = plan([(stage([1] * 6), [])], slots_at_once(2))
    assert simulated(made, losses_s=(50.0,)).end_s == simulated(made).end_s


CHAIN = [(stage([1] * 4), []), (stage([2] * 4), [0]), (stage([1] * 4), [1])]
"""On two executors of two slots: until 1, 3 and 4."""
TWO = [executor(2), executor(2)]


def test_output_of_a_running_stage_is_made_again_by_itself() -> None:
    """At 2.5 four tasks of the second stage run; two are killed, as is the output of two first tasks.

    Both executors get full: the other one goes on until 3. Then a fetch fails at 2.5 on the new one.
    """
    trace = simulated(plan(CHAIN, TWO), losses_s=(2.5,), executor_start_s=0.0)
    first, second, third = trace.stages
    assert first.starts_s.tolist() == [0, 0, 0, 0, 2.7, 2.7]
    assert second.starts_s.tolist() == [1, 1, 1, 1, 3.7, 3.7]
    assert third.starts_s.tolist() == pytest.approx([5.7] * 4)
    assert trace.response_time_s == pytest.approx(6.7)


def test_an_external_shuffle_service_keeps_the_output() -> None:
    trace = simulated(plan(CHAIN, TWO), losses_s=(2.5,), executor_start_s=0.0, shuffle_service=True)
    assert [len(s.starts_s) for s in trace.stages] == [4, 6, 4]
    assert trace.response_time_s == pytest.approx(5.5)


def test_a_stage_submitted_later_waits_for_lost_output_without_a_failed_fetch() -> None:
    nodes = [(stage([1] * 4), []), (5.0, [0]), (stage([1] * 4), [1])]
    trace = simulated(plan(nodes, TWO), losses_s=(3.0,), executor_start_s=0.0)
    assert trace.stages[0].starts_s.tolist() == [0, 0, 0, 0, 6, 6]
    assert trace.stages[1].starts_s.tolist() == [7] * 4


def test_lost_output_is_made_again_back_to_the_first_stage() -> None:
    """The third stage needs the second, which needs the first: of each, what the lost executor had."""
    nodes = [*CHAIN[:2], (5.0, [1]), (stage([1] * 4), [2])]
    trace = simulated(plan(nodes, TWO), losses_s=(4.0,), executor_start_s=0.0)
    first, second, third = trace.stages
    assert first.starts_s.tolist() == [0] * 4 + [8] * 2
    assert second.starts_s.tolist() == [1] * 4 + [9] * 2
    assert third.starts_s.tolist() == [11] * 4


def test_output_that_nobody_needs_is_not_made_again() -> None:
    nodes = [(stage([1] * 4), []), (stage([2] * 4), [0]), (10.0, [1])]
    trace = simulated(plan(nodes, TWO), losses_s=(5.0,))
    assert [len(s.starts_s) for s in trace.stages] == [4, 4]


def test_successful_tasks_of_the_running_stage_run_again_if_their_output_was_on_the_executor() -> None:
    """At 1.5 one of two executors dies with a finished and a running task, which run again."""
    nodes = [(stage([1] * 4), []), (stage([1] * 2), [0])]
    trace = simulated(plan(nodes, [executor(1), executor(1)]), losses_s=(1.5,), executor_start_s=0.0)
    assert len(trace.stages[0].starts_s) == 6
    assert trace.stages[0].starts_s.tolist() == [0, 0, 1, 1, 1.5, 2]
    assert trace.stages[1].starts_s.tolist() == [3, 3]


def test_dynamic_allocation_replaces_lost_executors() -> None:
    policy = replace(QUICK, initial=2, least=2)
    trace = elastic([(stage([10] * 2), [])], replace(policy, start_s=3.0), losses_s=(5.0,))
    assert registrations(trace) == [0, 0, 8]
    assert trace.response_time_s == 18


def test_tasks_on_shared_cores_can_be_killed() -> None:
    """Two tasks of 4 s on one core each node; the copy of what was lost runs after what is left."""
    nodes = [(stage([4.0] * 4, cpu_s=[4.0] * 4), [])]
    made = plan(nodes, [executor(2), executor(2, node=1)], [1, 1])
    trace = simulated(made, losses_s=(2.0,), executor_start_s=0.0)
    assert trace.response_time_s == pytest.approx(10.0)
    used = trace.stages[0].tasks.cpu_s
    assert used.sum() == pytest.approx(16 + 2)
    assert trace.core_s[0][-1][1] + trace.core_s[1][-1][1] == pytest.approx(18)


# -- barrier stages ------------------------------------------------------------------------------


def test_a_barrier_stage_waits_for_slots_for_all_its_tasks() -> None:
    """Three slots, held until 1, 2 and 3; a later stage takes the free ones meanwhile."""
    nodes = [(stage([1, 2, 3]), []), (stage([1] * 3, barrier=True), []), (stage([0.5] * 2), [])]
    trace = simulated(plan(nodes, [executor(2), executor(1)]))
    assert trace.stages[1].starts_s.tolist() == [3, 3, 3]
    assert trace.stages[2].starts_s.tolist() == [1, 1.5]


def test_a_barrier_stage_with_free_slots_starts_at_once() -> None:
    nodes = [(2.0, []), (stage([1] * 3, barrier=True), [0])]
    assert simulated(plan(nodes, [executor(2), executor(2)])).stages[0].starts_s.tolist() == [2, 2, 2]
