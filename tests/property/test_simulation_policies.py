"""What holds for every schedule in which executors come and go, or tasks are copied or wait for data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.simulate import Plan, Trace, simulate
from pertract.simulate.engine import _Execution
from pertract.simulate.outcome import breakdown, busy_core_s, executor_core_s
from pertract.simulate.policies import Allocation, LocalityWaits, Speculation
from pertract.simulate.scheduler import TaskScheduler

from .strategies_plan import (
    eventful_plans,
    examples,
    executor,
    plan_with_losses,
    plan_with_losses_of_cached_data,
    plans,
    with_locality,
)

SEEDS = st.integers(0, 2**32 - 1)
EPSILON_S = 1e-9


def simulated(plan: Plan, seed: int) -> Trace:
    return simulate(plan, np.random.default_rng(seed))


def attempts_on(trace: Trace, number: int) -> np.ndarray:
    """Return start and end of each attempt on an executor that took time, shape ``(n, 2)``."""
    rows = [
        np.column_stack([s.starts_s, s.ends_s])[(s.executors == number) & (s.ends_s > s.starts_s)]
        for s in trace.stages
    ]
    return np.concatenate([np.empty((0, 2)), *rows])


STORMS = range(100)
"""Seeds of plans that lose output which is needed."""


@examples(300)
@given(
    eventful_plans()
    | st.sampled_from(STORMS).map(plan_with_losses)
    | st.sampled_from(STORMS).map(plan_with_losses_of_cached_data),
    SEEDS,
)
def test_every_task_succeeds_in_the_end_and_nothing_is_left_running(plan: Plan, seed: int) -> None:
    execution = _Execution(plan, np.random.default_rng(seed), record=True, stepwise=True)
    trace = execution.run()
    assert isinstance(execution.pool, TaskScheduler)
    assert len(execution.pool.stages) == len(plan.stages)
    for number, stage in execution.pool.stages.items():
        tasks = plan.stages[number].tasks
        assert stage.ended
        assert len(stage.where) + len(stage.lost) + len(stage.pending) + stage.running >= tasks
        assert not stage.lost & set(stage.where)
        assert len(stage.starts_s) >= tasks
        if not plan.losses_s:
            assert len(stage.where) == tasks
            assert not stage.running
    last_s = [trace.stages[plan.stage_of[n]].ended_s for n in range(len(plan.ids)) if plan.stage_of[n] >= 0]
    assert trace.response_time_s >= max(last_s, default=0.0) - EPSILON_S


@examples(200)
@given(eventful_plans() | st.sampled_from(STORMS).map(plan_with_losses), SEEDS)
def test_executors_run_no_more_tasks_than_they_have_slots_and_only_while_they_are_there(
    plan: Plan, seed: int
) -> None:
    trace = simulated(plan, seed)
    for number, there in enumerate(trace.plan.executors):
        held = attempts_on(trace, number)
        if not len(held):
            continue
        assert held[:, 0].min() >= there.registered_s - EPSILON_S
        if there.removed_s is not None:
            assert held[:, 1].max() <= there.removed_s + EPSILON_S
        moments_s = np.unique(held)
        for now in (moments_s[:-1] + np.diff(moments_s) / 2)[np.diff(moments_s) > EPSILON_S]:
            assert ((held[:, 0] < now) & (now < held[:, 1])).sum() <= there.slots


@examples(150)
@given(eventful_plans(), SEEDS)
def test_stages_begin_when_what_they_wait_for_has_ended(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    for tail, heads in enumerate(plan.successors):
        for head in heads:
            assert trace.begin_s[head] >= trace.end_s[tail]
    for stage in trace.stages:
        assert stage.starts_s.min() >= stage.submitted_s - EPSILON_S


@examples(150)
@given(eventful_plans(), SEEDS)
def test_cpu_and_parts_of_the_time_add_up(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    assert trace.response_time_s == pytest.approx(sum(breakdown(trace).values()), abs=1e-9)
    end_s = max([trace.response_time_s, *(s.ends_s.max() for s in trace.stages)])
    assert busy_core_s(trace, np.array([end_s]))[0] <= executor_core_s(trace) + 1e-6


@examples(100)
@given(eventful_plans(), SEEDS)
def test_the_same_seed_gives_the_same_trace(plan: Plan, seed: int) -> None:
    one, other = simulated(plan, seed), simulated(plan, seed)
    assert one.end_s == other.end_s
    for mine, yours in zip(one.stages, other.stages, strict=True):
        assert mine.starts_s.tobytes() == yours.starts_s.tobytes()
        assert mine.executors.tobytes() == yours.executors.tobytes()


@examples(150)
@given(plans(late=False, extras=True, driver=True), SEEDS)
def test_policies_that_never_act_change_nothing(plan: Plan, seed: int) -> None:
    expected = simulated(plan, seed).end_s
    idle = Speculation(multiplier=1e9)
    assert simulated(replace(plan, speculation=idle), seed).end_s == pytest.approx(expected, abs=EPSILON_S)
    assert simulated(replace(plan, losses_s=(1e9,)), seed).end_s == pytest.approx(expected, abs=EPSILON_S)


@examples(150)
@given(plans(late=False, extras=True, driver=True), SEEDS)
def test_with_one_executor_it_does_not_matter_where_data_are(plan: Plan, seed: int) -> None:
    alone = replace(plan, executors=plan.executors[:1], slots=plan.executors[0].slots)
    local = with_locality(alone, np.random.default_rng(seed))
    local = replace(local, stages=tuple(replace(s, cached_on=()) for s in local.stages))
    whole = [s.locality and s.locality.model_copy(update={"ratio": 1.0}) for s in local.stages]
    stages = [replace(s, locality=w) for s, w in zip(local.stages, whole, strict=True)]
    expected = simulate(alone, np.random.default_rng(seed), stepwise=True).end_s
    assert simulated(replace(local, stages=tuple(stages)), seed).end_s == pytest.approx(expected, abs=1e-9)


@examples(100)
@given(plans(late=False, extras=True, driver=True), st.integers(1, 5), st.integers(1, 3), SEEDS)
def test_as_many_executors_at_least_as_at_most_are_a_fixed_number(
    plan: Plan, count: int, slots: int, seed: int
) -> None:
    fixed = replace(
        plan, executors=tuple(executor(slots, node=i % 3) for i in range(count)), slots=count * slots
    )
    policy = Allocation(slots=slots, limit=count, initial=count, least=count, idle_s=0.5)
    allocated = simulated(replace(fixed, executors=(), allocation=policy), seed)
    assert allocated.end_s == pytest.approx(simulated(fixed, seed).end_s, abs=EPSILON_S)
    assert len(allocated.plan.executors) == count


@examples(150)
@given(eventful_plans(), SEEDS)
def test_no_slot_is_idle_while_a_task_waits(plan: Plan, seed: int) -> None:
    """Without copies, lost output, limits and a slow driver, which are reasons for a task to wait."""
    stages = tuple(replace(s, usable_slots=None, launch_interval_s=0.0) for s in plan.stages)
    plan = replace(plan, stages=stages, speculation=None, shuffle_service=True, driver_launch_s=0.0)
    if plan.locality:  # without a wait, tasks that prefer a place run anywhere
        plan = replace(plan, locality=LocalityWaits(process_s=0.0, node_s=0.0))
    trace = simulate(plan, np.random.default_rng(seed), stepwise=True)
    events = [t for s in trace.stages for t in (s.submitted_s, *s.starts_s, *s.ends_s)]
    for there in trace.plan.executors:
        events += [there.registered_s, there.removed_s or 0.0]
    moments_s = np.unique([t for t in events if t <= trace.response_time_s])
    for now in (moments_s[:-1] + np.diff(moments_s) / 2)[np.diff(moments_s) > EPSILON_S]:
        slots = sum(
            e.slots
            for e in trace.plan.executors
            if e.registered_s < now and (e.removed_s is None or now < e.removed_s)
        )
        running = sum(int(((s.starts_s < now) & (now < s.ends_s)).sum()) for s in trace.stages)
        waiting = sum(int((s.starts_s > now).sum()) for s in trace.stages if s.submitted_s < now)
        again = plan.losses_s and now < plan.losses_s[-1]  # later attempts may be for later losses
        assert running <= slots
        assert running == slots or not waiting or again
