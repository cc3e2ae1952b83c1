"""What holds for every schedule: conservation, bounds, reproducibility."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.simulate import Plan, Trace, simulate

from .strategies_plan import examples, executor, plan, plans, slots_at_once, stage

SEEDS = st.integers(0, 2**32 - 1)
EPSILON_S = 1e-9
DURATIONS = st.lists(st.floats(0.01, 10), min_size=1, max_size=30)


def simulated(plan: Plan, seed: int = 0) -> Trace:
    return simulate(plan, np.random.default_rng(seed))


def work_s(trace: Trace) -> float:
    return sum(float(s.tasks.slot_s.sum()) for s in trace.stages)


def critical_path_s(trace: Trace) -> float:
    """Return the longest path if every task had a slot at once."""
    plan = trace.plan
    finish_s = [0.0] * len(plan.ids)
    for node in range(len(plan.ids)):  # predecessors come first
        length_s = plan.delay_s[node]
        if plan.stage_of[node] >= 0:
            number = plan.stage_of[node]
            length_s = float(trace.stages[number].tasks.slot_s.max()) + plan.stages[number].handling_s
        before = [finish_s[p] for p, heads in enumerate(plan.successors) if node in heads]
        finish_s[node] = max(before, default=0.0) + length_s
    return max(finish_s)


def moments_s(trace: Trace) -> np.ndarray:
    """Return a moment inside each interval between two events."""
    events = [0.0, *trace.end_s, *(e.registered_s for e in trace.plan.executors)]
    for times in trace.stages:
        events += [times.submitted_s, *times.starts_s, *times.ends_s]
    events_s = np.unique(events)
    gaps = np.diff(events_s) > EPSILON_S  # not the rounding between an end and the next start
    return (events_s[:-1] + np.diff(events_s) / 2)[gaps]


@examples(150)
@given(plans(late=True, leaving=True, limited=True, extras=True), SEEDS)
def test_every_task_holds_its_slot_for_its_time(plan: Plan, seed: int) -> None:
    for times in simulated(plan, seed).stages:
        assert times.ends_s - times.starts_s == pytest.approx(times.tasks.slot_s, abs=EPSILON_S)


@examples(150)
@given(plans(late=True, leaving=True, limited=True, sharing="somewhere", extras=True), SEEDS)
def test_nodes_of_the_graph_follow_their_edges(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    for tail, heads in enumerate(plan.successors):
        for head in heads:
            assert trace.begin_s[head] >= trace.end_s[tail]
    for node, number in enumerate(plan.stage_of):
        if number < 0:
            assert trace.end_s[node] - trace.begin_s[node] == pytest.approx(plan.delay_s[node], abs=EPSILON_S)
            continue
        times = trace.stages[number]
        assert trace.begin_s[node] == times.submitted_s
        assert times.ended_s == pytest.approx(trace.end_s[node], abs=EPSILON_S)
        assert times.starts_s.min() >= times.submitted_s - EPSILON_S
        last_s = float(times.ends_s.max())
        assert last_s == pytest.approx(times.ends_s[times.last], abs=EPSILON_S)
        assert trace.end_s[node] == pytest.approx(last_s + plan.stages[number].handling_s, abs=EPSILON_S)


@examples(150)
@given(plans(late=True, leaving=True, limited=True, sharing="somewhere", extras=True), SEEDS)
def test_tasks_of_a_stage_launch_in_order(plan: Plan, seed: int) -> None:
    for times in simulated(plan, seed).stages:
        assert (np.diff(times.starts_s) >= -EPSILON_S).all()


@examples(150)
@given(plans(late=True, sharing="somewhere", extras=True), SEEDS)
def test_no_slot_is_idle_while_a_task_waits_and_none_runs_two_tasks(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    for now in moments_s(trace):
        slots = sum(e.slots for e in plan.executors if e.registered_s < now)
        running = sum(int(((s.starts_s < now) & (now < s.ends_s)).sum()) for s in trace.stages)
        waiting = sum(int((s.starts_s > now).sum()) for s in trace.stages if s.submitted_s < now)
        assert running <= slots
        assert running == slots or not waiting


@examples(150)
@given(plans(late=True, extras=True), SEEDS)
def test_later_stages_wait_until_earlier_ones_have_launched_all_tasks(plan: Plan, seed: int) -> None:
    """First in, first out by priority: no launch while a task of a submitted, smaller priority waits."""
    stages = simulated(plan, seed).stages
    for number, later in enumerate(stages):
        for earlier in stages[:number]:
            overtakes = later.starts_s[later.starts_s > earlier.submitted_s + EPSILON_S]
            assert not (overtakes < earlier.starts_s.max() - EPSILON_S).any()


@examples(200)
@given(plans(extras=True), SEEDS)
def test_the_makespan_lies_between_the_bounds_of_graham(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    path_s, share_s = critical_path_s(trace), work_s(trace) / plan.slots
    makespan_s = trace.response_time_s
    assert makespan_s >= path_s - EPSILON_S
    assert makespan_s >= share_s - EPSILON_S
    assert makespan_s <= path_s + share_s + EPSILON_S


@examples(100)
@given(plans(late=True, extras=True))
def test_slots_for_all_tasks_make_the_makespan_the_critical_path(plan: Plan) -> None:
    enough = replace(plan, executors=(executor(1000),), slots=1000)
    trace = simulated(enough)
    assert trace.response_time_s == pytest.approx(critical_path_s(trace), abs=EPSILON_S)


@examples(200)
@given(DURATIONS, st.integers(1, 12))
def test_one_more_slot_never_delays_independent_tasks(durations_s: list[float], slots: int) -> None:
    nodes = [(stage(durations_s), [])]
    fewer, more = (simulated(plan(nodes, slots_at_once(n))).response_time_s for n in (slots, slots + 1))
    assert more <= fewer + EPSILON_S


@examples(100)
@given(DURATIONS, st.integers(2, 8), st.integers(1, 7))
def test_a_limit_never_helps_independent_tasks(durations_s: list[float], slots: int, usable: int) -> None:
    free, limited = (
        simulated(plan([(stage(durations_s, usable_slots=n), [])], slots_at_once(slots))).response_time_s
        for n in (None, usable)
    )
    assert free <= limited + EPSILON_S


@examples(100)
@given(DURATIONS, st.integers(1, 6), st.integers(1, 6))
def test_shared_cores_never_help_and_never_cost_more_than_all_work_in_turn(
    durations_s: list[float], slots: int, cores: int
) -> None:
    nodes = [(stage(durations_s, cpu_s=durations_s), [])]
    alone, shared = (
        simulated(plan(nodes, slots_at_once(slots), [n])).response_time_s for n in (slots, min(cores, slots))
    )
    assert alone <= shared + 1e-6
    assert shared >= sum(durations_s) / min(cores, slots) - 1e-6
    assert shared <= sum(durations_s) + 1e-6


@examples(60)
@given(plans(late=True, leaving=True, limited=True, sharing="somewhere", extras=True), SEEDS)
def test_the_same_seed_gives_the_same_trace_to_the_last_bit(plan: Plan, seed: int) -> None:
    one, other = simulated(plan, seed), simulated(plan, seed)
    assert (one.begin_s, one.end_s, one.trigger) == (other.begin_s, other.end_s, other.trigger)
    assert one.core_s == other.core_s
    for mine, yours in zip(one.stages, other.stages, strict=True):
        assert mine.starts_s.tobytes() == yours.starts_s.tobytes()
        assert mine.ends_s.tobytes() == yours.ends_s.tobytes()


@examples(100)
@given(plans(), SEEDS, st.integers(1, 20))
def test_the_same_seed_draws_the_same_tasks_for_other_slots(plan: Plan, seed: int, slots: int) -> None:
    fewer_groups = tuple(replace(s, tasks=s.tasks + 3) for s in plan.stages)  # so that drawing is random
    plan = replace(plan, stages=fewer_groups)
    other = replace(plan, executors=(executor(slots),), slots=slots)
    for mine, yours in zip(simulated(plan, seed).stages, simulated(other, seed).stages, strict=True):
        assert mine.tasks.slot_s.tolist() == yours.tasks.slot_s.tolist()
        assert mine.tasks.cpu_s.tolist() == yours.tasks.cpu_s.tolist()


@examples(60)
@given(plans(late=True, sharing="everywhere"), SEEDS, st.sampled_from([0.5, 4.0]))
def test_all_times_in_another_unit_give_the_same_schedule(plan: Plan, seed: int, unit: float) -> None:
    """No hidden constant: a schedule scales with the times that go in."""
    scaled = replace(
        plan,
        delay_s=tuple(d * unit for d in plan.delay_s),
        stages=tuple(replace(s, causes_s=s.causes_s * unit) for s in plan.stages),
        executors=tuple(replace(e, registered_s=e.registered_s * unit) for e in plan.executors),
    )
    expected_s = np.array(simulated(plan, seed).end_s) * unit
    assert np.array(simulated(scaled, seed).end_s) == pytest.approx(expected_s, rel=1e-9)
    assert math.isfinite(expected_s.sum())
