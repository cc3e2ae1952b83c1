"""CPU use over time and the parts of the response time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.simulate import Plan, Trace, simulate
from pertract.simulate.outcome import BREAKDOWN, breakdown, busy_core_s, executor_core_s, task_core_s

from ..verification.oracles import Naive, drawn
from .strategies_plan import examples, plans

SEEDS = st.integers(0, 2**32 - 1)

anything = plans(late=True, leaving=True, limited=True, sharing="somewhere", extras=True)
busy = plans(boundaries=False, late=True, sharing="somewhere", extras=True)


def simulated(plan: Plan, seed: int) -> Trace:
    return simulate(plan, np.random.default_rng(seed))


@examples(150)
@given(anything, SEEDS)
def test_the_parts_of_the_response_time_add_up_to_it(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    parts = breakdown(trace)
    assert tuple(parts) == BREAKDOWN
    assert trace.response_time_s == pytest.approx(sum(parts.values()), abs=1e-9)


@examples(150)
@given(anything, SEEDS)
def test_no_part_of_the_response_time_is_negative(plan: Plan, seed: int) -> None:
    assert min(breakdown(simulated(plan, seed)).values()) >= -1e-9


@examples(100)
@given(anything, SEEDS)
def test_cpu_used_grows_from_nothing_to_the_cpu_of_all_tasks(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    used = busy_core_s(trace, np.linspace(0, trace.response_time_s, 101))
    assert used[0] == pytest.approx(0, abs=1e-9)
    assert (np.diff(used) >= -1e-9).all()
    assert used[-1] == pytest.approx(executor_core_s(trace), rel=1e-9, abs=1e-9)


@examples(100)
@given(busy, SEEDS)
def test_cpu_used_is_what_step_by_step_integration_gives(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    at_s, used = np.array(Naive(plan, drawn(plan, seed), trace.offers_seed).run().used).T
    times_s = np.linspace(0, trace.response_time_s, 57)
    assert busy_core_s(trace, times_s) == pytest.approx(np.interp(times_s, at_s, used), rel=0, abs=1e-8)


@examples(60)
@given(busy, SEEDS)
def test_no_more_cores_are_busy_than_slots_hold_tasks(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    times_s = np.linspace(0, trace.response_time_s, 41)
    cores = np.diff(busy_core_s(trace, times_s)) / np.diff(times_s)
    assert (cores <= plan.slots + 1e-6).all()


@examples(60)
@given(anything, SEEDS)
def test_executors_use_the_cpu_of_tasks_and_python_workers_if_there_is_nothing_beside(
    plan: Plan, seed: int
) -> None:
    trace = simulated(plan, seed)
    stages = zip(trace.stages, plan.stages, strict=True)
    python_s = sum(float(planned.python_s[stage.tasks.group].sum()) for stage, planned in stages)
    assert task_core_s(trace) + python_s == pytest.approx(executor_core_s(trace))
