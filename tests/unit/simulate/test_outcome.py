"""CPU use and the parts of the response time, in cases worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pertract.simulate import Plan, Trace, simulate
from pertract.simulate.background import BackgroundWork
from pertract.simulate.outcome import breakdown, busy_core_s, executor_core_s, task_core_s
from pertract.simulate.stage import CAUSES

from ...property.strategies_plan import executor, plan, slots_at_once, stage


def simulated(plan: Plan) -> Trace:
    return simulate(plan, np.random.default_rng(0))


def parts(plan: Plan) -> dict[str, float]:
    """Return the parts of the response time that are not zero."""
    return {name: pytest.approx(seconds) for name, seconds in breakdown(simulated(plan)).items() if seconds}


def causes(**seconds: float) -> np.ndarray:
    return np.array([[seconds.get(cause, 0.0)] for cause in CAUSES])


def test_a_task_uses_its_cpu_evenly() -> None:
    """Half a core from 1 to 3, and half a core again from 3 to 5."""
    trace = simulated(plan([(1.0, []), (stage([2, 2], cpu_s=[1, 1]), [0])], slots_at_once(1)))
    assert busy_core_s(trace, np.array([0, 1, 2, 3, 5, 9])) == pytest.approx([0, 0, 0.5, 1, 2, 2])
    assert task_core_s(trace) == 2


def test_shared_and_roomy_nodes_add_up_and_no_task_counts_twice() -> None:
    """The crowded node has one task at a time, so that it looks as if it had a core to itself."""
    nodes = [(stage([2], cpu_s=[2]), []), (stage([3], cpu_s=[3]), [0])]
    executors = [executor(2, node=0), executor(1, node=1, registered_s=100.0)]
    trace = simulated(plan(nodes, executors, [1, 1]))
    assert busy_core_s(trace, np.array([0.0, 1, 2, 4, 5])) == pytest.approx([0, 1, 2, 4, 5])


def test_executors_use_cpu_beside_their_tasks_if_they_were_there() -> None:
    nodes = [(stage([2, 2], cpu_s=[1, 2]), [])]
    executors = [executor(1), executor(1), executor(1, registered_s=50.0)]
    described = replace(
        plan(nodes, executors), background=BackgroundWork(start_core_s=5.0, per_task_core_s=0.5)
    )
    assert executor_core_s(simulated(described)) == 3 * 1.5 + 2 * 5


def test_delays_are_the_drivers() -> None:
    assert parts(plan([(3.0, []), (stage([2]), [0])], slots_at_once(1))) == {"driver": 3.0, "other": 2.0}


def test_the_last_task_tells_what_the_time_of_its_stage_was() -> None:
    seconds = {"scheduling": 0.5, "cpu": 3.0, "gc": 0.25, "drive": 2.0, "network": 1.0, "other": 0.125}
    described = stage([0.0], causes_s=causes(**seconds))
    assert seconds == parts(plan([(described, [])], slots_at_once(1)))


def test_the_time_until_the_last_task_gets_its_slot_is_waiting() -> None:
    assert parts(plan([(stage([1] * 3), [])], slots_at_once(1))) == {"slot_wait": 2.0, "other": 1.0}


def test_waiting_for_an_executor_is_waiting_for_a_slot() -> None:
    assert parts(plan([(stage([1]), [])], [executor(1, registered_s=4.0)])) == {
        "slot_wait": 4.0,
        "other": 1.0,
    }


def test_waiting_for_a_core_counts_as_cpu() -> None:
    """Two tasks of 2 s CPU and 1 s other on one core: 4 s and 1 s."""
    nodes = [(stage([3, 3], cpu_s=[2, 2]), [])]
    assert parts(plan(nodes, slots_at_once(2), [1])) == {"cpu": 4.0, "other": 1.0}


def test_warm_up_is_cpu_and_scheduling() -> None:
    nodes = [(stage([3], cpu_s=[1], warm_up_s=2.0, warm_up_cpu_s=1.5), [])]
    assert parts(plan(nodes, slots_at_once(1))) == {"cpu": 2.5, "scheduling": 0.5, "other": 2.0}


def test_dispatch_and_handling_are_scheduling() -> None:
    """The second task: after 0.75 s of the first, 0.125 s dispatch, 0.75 s, and 0.25 s handling."""
    seconds = {"scheduling": 0.375 + 0.25, "cpu": 0.5}
    described = stage(
        [0.0] * 2,
        causes_s=np.repeat(causes(scheduling=0.5, cpu=0.5), 2, axis=1),
        dispatch_s=0.125,
        handling_s=0.25,
    )
    expected = {"slot_wait": 0.75} | seconds
    assert expected == parts(plan([(described, [])], slots_at_once(1)))


def test_only_the_branch_that_ended_last_counts() -> None:
    nodes = [(0.0, []), (stage([3], cpu_s=[3]), [0]), (stage([5]), [0]), (1.0, [1, 2])]
    assert parts(plan(nodes, slots_at_once(2))) == {"other": 5.0, "driver": 1.0}
