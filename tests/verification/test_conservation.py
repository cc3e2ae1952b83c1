"""What no schedule may create or lose: tasks, time in slots, and work of cores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pertract.simulate import Plan, Trace, simulate

from ..property.strategies_plan import examples, executor, plan, plans, slots_at_once, stage

Floats = NDArray[np.float64]

SEEDS = st.integers(0, 2**32 - 1)
EPSILON_S = 1e-9

anything = plans(late=True, leaving=True, limited=True, sharing="somewhere", extras=True)
alone = plans(late=True, leaving=True, limited=True, extras=True)


def simulated(plan: Plan, seed: int = 0) -> Trace:
    return simulate(plan, np.random.default_rng(seed))


def running(trace: Trace, now_s: Floats) -> Floats:
    """Return how many tasks hold a slot at each of the given times."""
    starts = np.sort(np.concatenate([s.starts_s for s in trace.stages] or [np.array([])]))
    ends = np.sort(np.concatenate([s.ends_s for s in trace.stages] or [np.array([])]))
    return np.asarray(np.searchsorted(starts, now_s) - np.searchsorted(ends, now_s), dtype=float)


def between_events(trace: Trace) -> tuple[Floats, Floats]:
    """Return the middles and lengths of the times between two starts or ends of tasks."""
    moments = [np.array([0.0, trace.response_time_s])]
    moments += [times for s in trace.stages for times in (s.starts_s, s.ends_s)]
    at = np.unique(np.concatenate(moments))
    return (at[:-1] + at[1:]) / 2, np.diff(at)


@examples(200)
@given(anything, SEEDS)
def test_no_task_is_lost_and_none_runs_twice(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    for number, times in enumerate(trace.stages):
        tasks = plan.stages[number].tasks
        assert tasks == len(times.starts_s) == len(times.ends_s) == len(times.tasks.slot_s)
        assert np.isfinite(times.starts_s).all()
        assert (times.starts_s >= times.submitted_s - EPSILON_S).all()
        assert (times.ends_s <= times.ended_s + EPSILON_S).all()
        assert (times.ends_s >= times.starts_s + times.tasks.slot_s - EPSILON_S).all()


@examples(150)
@given(anything, SEEDS)
def test_tasks_never_hold_more_slots_than_have_registered(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    middle_s, length_s = between_events(trace)
    middle_s = middle_s[length_s > EPSILON_S]  # not the rounding between an end and the next start
    registered = sum((middle_s > e.registered_s) * e.slots for e in plan.executors)
    assert (running(trace, middle_s) <= registered).all()


@examples(150)
@given(SEEDS, st.integers(1, 4), st.integers(1, 4), st.floats(0.5, 5.0), st.floats(0.0, 6.0))
def test_slots_that_left_take_no_task(
    seed: int, staying: int, leaving: int, removed_s: float, submitted_s: float
) -> None:
    """Whether they were busy when they left, or still waited for a stage."""
    durations_s = np.random.default_rng(seed).lognormal(0, 0.5, 40)
    executors = [executor(staying), executor(leaving, removed_s=removed_s)]
    nodes = [(submitted_s, []), (stage(durations_s), [0])]
    times = simulated(plan(nodes, executors)).stages[0]
    late = times.starts_s > removed_s + EPSILON_S
    starts_s, ends_s = times.starts_s[late], times.ends_s[late]
    at_once = [
        ((starts_s <= now_s) & (now_s < ends_s - EPSILON_S)).sum() for now_s in starts_s + EPSILON_S / 2
    ]
    assert max(at_once, default=0) <= staying


@examples(150)
@given(alone, SEEDS)
def test_busy_slots_over_time_are_the_time_of_all_tasks(plan: Plan, seed: int) -> None:
    """Utilisation law: mean busy slots = tasks per second x mean time in a slot."""
    trace = simulated(plan, seed)
    middle_s, length_s = between_events(trace)
    in_slots_s = sum(float(s.tasks.slot_s.sum()) for s in trace.stages)
    assert float(running(trace, middle_s) @ length_s) == pytest.approx(in_slots_s, abs=1e-6)


@examples(150)
@given(anything, SEEDS)
def test_shared_nodes_serve_what_their_tasks_need_and_no_faster_than_they_can(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    needed_s = 0.0
    for times in trace.stages:
        if times.shared is not None:
            needed_s += float(times.tasks.cpu_s[times.shared].sum())
    served_s = sum(history[-1][1] for history in trace.core_s)
    assert served_s == pytest.approx(needed_s, rel=1e-9, abs=1e-6)
    most = max(plan.node_cores[e.node] for e in plan.executors)
    for history in trace.core_s:
        at_s, work_s = np.array(history).T
        assert (np.diff(work_s) <= most * np.diff(at_s) + 1e-9).all()


@examples(150)
@given(SEEDS, st.integers(2, 8), st.integers(1, 7))
def test_cores_work_at_full_rate_while_there_are_tasks_for_them(seed: int, slots: int, cores: int) -> None:
    """Tasks that only compute: as many cores are busy as there are tasks, or all of them."""
    cores = min(cores, slots - 1)
    durations_s = np.random.default_rng(seed).lognormal(0, 0.7, 25)
    trace = simulated(plan([(stage(durations_s, cpu_s=durations_s), [])], slots_at_once(slots), [cores]))
    (history,) = trace.core_s
    at_s, work_s = np.array(history).T
    middle_s, length_s = (at_s[:-1] + at_s[1:]) / 2, np.diff(at_s)
    long = length_s > 1e-6
    rate = np.diff(work_s)[long] / length_s[long]
    assert rate == pytest.approx(np.minimum(running(trace, middle_s[long]), cores), abs=1e-4)


@examples(100)
@given(anything, SEEDS)
def test_the_record_of_tasks_changes_no_time(plan: Plan, seed: int) -> None:
    kept = simulate(plan, np.random.default_rng(seed))
    bare = simulate(plan, np.random.default_rng(seed), record=False)
    assert (kept.begin_s, kept.end_s, kept.trigger) == (bare.begin_s, bare.end_s, bare.trigger)
