"""The engine against slow formulations of the same model, on random plans."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.simulate import Plan, Trace, simulate
from pertract.simulate.plan import Pool

from ..property.strategies_plan import examples, executor, plan, plan_with_losses, plans, stage
from .oracles import Naive, Schedule, drawn, textbook

SEEDS = st.integers(0, 2**32 - 1)


def same(expected: Schedule, actual: Trace, tolerance_s: float = 1e-9) -> None:
    """Assert that tasks and nodes have the same times."""
    for number, trace in enumerate(actual.stages):
        assert trace.starts_s == pytest.approx(expected.starts_s[number], rel=0, abs=tolerance_s)
        assert trace.ends_s == pytest.approx(expected.ends_s[number], rel=0, abs=tolerance_s)
    assert expected.end_s == pytest.approx(actual.end_s, rel=0, abs=tolerance_s)


def simulated(plan: Plan, seed: int) -> Trace:
    return simulate(plan, np.random.default_rng(seed))


@examples(150)
@given(plans(boundaries=False, late=True, extras=True), SEEDS)
def test_textbook_simpy_model_has_the_same_schedule(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    same(textbook(plan, [s.tasks for s in trace.stages]), trace)


def naive_is_the_same(plan: Plan, seed: int) -> None:
    trace = simulated(plan, seed)
    expected = Naive(plan, drawn(plan, seed), trace.offers_seed).run()
    same(expected, trace)
    same(expected, simulate(plan, np.random.default_rng(seed), stepwise=True))


@examples(150)
@given(plans(late=True, extras=True), SEEDS)
def test_job_boundaries_take_no_time_and_stages_keep_their_order(plan: Plan, seed: int) -> None:
    naive_is_the_same(plan, seed)


@examples(150)
@given(plans(boundaries=False, late=True, leaving=True), SEEDS)
def test_leaving_executors_finish_their_tasks_and_take_no_more(plan: Plan, seed: int) -> None:
    naive_is_the_same(plan, seed)


@examples(150)
@given(plans(boundaries=False, late=True, limited=True, extras=True), SEEDS)
def test_limited_stages_hold_no_more_than_their_slots_after_the_first_wave(plan: Plan, seed: int) -> None:
    naive_is_the_same(plan, seed)


@examples(150)
@given(plans(boundaries=False, leaving=True, limited=True), SEEDS)
def test_limited_stages_go_on_when_executors_leave(plan: Plan, seed: int) -> None:
    naive_is_the_same(plan, seed)


@examples(150)
@given(plans(boundaries=False, late=True, sharing="everywhere", extras=True), SEEDS)
def test_nodes_with_too_few_cores_share_them_evenly(plan: Plan, seed: int) -> None:
    naive_is_the_same(plan, seed)


@examples(150)
@given(plans(boundaries=False, late=True, sharing="somewhere", extras=True), SEEDS)
def test_nodes_with_too_few_and_with_enough_cores_work_side_by_side(plan: Plan, seed: int) -> None:
    naive_is_the_same(plan, seed)


@examples(100)
@given(
    plans(boundaries=True, late=True, leaving=True, limited=True, sharing="somewhere", extras=True),
    SEEDS,
)
def test_all_mechanisms_together(plan: Plan, seed: int) -> None:
    naive_is_the_same(plan, seed)


@examples(150)
@given(plans(boundaries=False, late=True, leaving=True, limited=True), SEEDS, st.data())
def test_fair_shares_follow_the_running_tasks_of_pools(plan: Plan, seed: int, data: st.DataObject) -> None:
    names = st.sampled_from([None, "a", "b", "c"])
    stages = tuple(replace(stage, pool=data.draw(names)) for stage in plan.stages)
    pools = tuple(
        Pool(name, data.draw(st.booleans()), data.draw(st.integers(1, 3)), data.draw(st.integers(0, 4)))
        for name in ("default", "a", "b")
    )
    naive_is_the_same(replace(plan, stages=stages, fair=True, pools=pools), seed)


@examples(200)
@given(plans(boundaries=False, late=True, leaving=True, limited=True, extras=True, driver=True), SEEDS)
def test_a_driver_launches_one_task_after_the_other(plan: Plan, seed: int) -> None:
    naive_is_the_same(plan, seed)


@examples(150)
@given(plans(late=True, leaving=True, sharing="somewhere", extras=True, driver=True), SEEDS)
def test_a_driver_and_shared_cores_together(plan: Plan, seed: int) -> None:
    naive_is_the_same(plan, seed)


def test_lost_executors_take_their_tasks_and_output_with_them() -> None:
    fetches_failed = 0
    for seed in range(250):
        plan = plan_with_losses(seed)
        trace = simulated(plan, seed)
        lost = [i for i, e in enumerate(trace.plan.executors) if e.removed_s is not None]
        expected = Naive(trace.plan, drawn(plan, seed), trace.offers_seed, lost)
        recovered_as_in(expected.run(), trace)
        fetches_failed += expected.fetches_failed
    assert fetches_failed > 50  # or the examples say little


def recovered_as_in(expected: Schedule, trace: Trace) -> None:
    """Assert the same schedule, but for what is lost after the end, which is nobody's matter."""
    for simulated_stage, starts_s in zip(trace.stages, expected.starts_s, strict=True):
        before_end = simulated_stage.starts_s < trace.response_time_s
        expected_s = np.array(starts_s)[: before_end.sum()]
        assert simulated_stage.starts_s[before_end] == pytest.approx(expected_s, rel=0, abs=1e-8)
    assert expected.end_s == pytest.approx(trace.end_s, rel=0, abs=1e-8)


def test_the_two_oracles_agree_where_both_apply() -> None:
    """Guard against an oracle that follows the engine's mistakes."""
    rng = np.random.default_rng(5)
    nodes = [(stage(rng.lognormal(size=20)), [i - 1] if i % 3 else []) for i in range(6)]
    example = plan(nodes, [executor(2), executor(3, registered_s=1.5)])
    tasks = [s.tasks for s in simulated(example, 1).stages]
    assert textbook(example, tasks).end_s == pytest.approx(Naive(example, tasks).run().end_s, abs=1e-9)
