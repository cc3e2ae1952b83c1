"""Tasks drawn from a profile: systematic sampling, order of launch, first wave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.simulate.draw import draw

from .strategies_plan import examples, stage

SEEDS = st.integers(0, 2**32 - 1)
DURATIONS = st.lists(st.floats(0.01, 100), min_size=1, max_size=20)
GROUPS = st.lists(st.tuples(st.integers(1, 9), st.floats(0.01, 100)), min_size=1, max_size=12)
PLACES = st.lists(st.floats(0, 1), min_size=1, max_size=20, unique=True)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@examples(200)
@given(GROUPS, SEEDS)
def test_the_measured_number_of_tasks_gives_exactly_the_measured_tasks(
    groups: list[tuple[int, float]], seed: int
) -> None:
    counts, durations_s = zip(*groups, strict=True)
    measured = stage(durations_s, weights=np.array(counts, dtype=float), tasks=sum(counts))
    tasks = draw(measured, rng(seed))
    assert list(counts) == np.bincount(tasks.group, minlength=len(counts)).tolist()
    assert sorted(tasks.slot_s) == pytest.approx(sorted(np.repeat(durations_s, counts)), rel=1e-12)


@examples(200)
@given(GROUPS, st.integers(1, 50), SEEDS)
def test_any_number_of_tasks_holds_each_group_in_proportion(
    groups: list[tuple[int, float]], tasks: int, seed: int
) -> None:
    """Systematic sampling is off by less than one task per group."""
    counts, durations_s = zip(*groups, strict=True)
    drawn = draw(stage(durations_s, weights=np.array(counts, dtype=float), tasks=tasks), rng(seed)).group
    assert tasks == len(drawn)
    expected = np.array(counts) * tasks / sum(counts)
    assert (abs(np.bincount(drawn, minlength=len(counts)) - expected) < 1 + 1e-9).all()


@examples(30)
@given(GROUPS, st.integers(1, 12))
def test_the_mean_over_many_draws_is_the_mean_of_the_profile(
    groups: list[tuple[int, float]], tasks: int
) -> None:
    """An unbiased start makes every rank equally likely; a stratified start shows it without noise."""
    counts, durations_s = zip(*groups, strict=True)
    profile = stage(durations_s, weights=np.array(counts, dtype=float), tasks=tasks)
    starts = 400
    means = []
    for i in range(starts):

        class Start:
            """Gives the first number as the start of the ranks, the rest as noise."""

            def random(self, size: int | None = None, start: float = (i + 0.5) / starts) -> object:
                return start if size is None else np.zeros(size)

        means.append(draw(profile, Start()).slot_s.mean())  # type: ignore[arg-type]
    expected_s = np.average(durations_s, weights=counts)
    worst_s = max(durations_s) * (2 * len(counts) + 2) / starts
    assert np.mean(means) == pytest.approx(expected_s, abs=worst_s)


@examples(100)
@given(PLACES, SEEDS)
def test_single_tasks_keep_their_place_in_the_order_of_launch(places: list[float], seed: int) -> None:
    profile = stage(np.arange(1.0, len(places) + 1), launch_order=np.array(places))
    assert np.argsort(places).tolist() == draw(profile, rng(seed)).group.tolist()


@examples(60)
@given(SEEDS)
def test_tasks_of_a_large_group_spread_evenly_around_its_place(seed: int) -> None:
    """Places 1/4 and 3/4 are the middles of the two halves, which the groups fill and do not leave."""
    groups = stage([1.0, 2.0], weights=np.array([200.0] * 2), tasks=400, launch_order=np.array([0.25, 0.75]))
    assert draw(groups, rng(seed)).group.tolist() == [0] * 200 + [1] * 200


@examples(60)
@given(SEEDS)
def test_tasks_of_two_large_groups_of_one_place_mix(seed: int) -> None:
    groups = stage([1.0, 2.0], weights=np.array([200.0] * 2), tasks=400, launch_order=np.array([0.5, 0.5]))
    first_half = draw(groups, rng(seed)).group[:200]
    assert 50 < first_half.sum() < 150  # ten standard deviations around 100


@examples(60)
@given(SEEDS)
def test_without_a_known_order_every_task_may_come_first(seed: int) -> None:
    profile = stage(np.arange(1.0, 41.0), launch_order=None)
    group = draw(profile, rng(seed)).group
    assert list(range(40)) == sorted(group.tolist())
    assert list(range(40)) != group.tolist()


@examples(100)
@given(DURATIONS, SEEDS)
def test_all_tasks_pay_the_dispatch_and_none_the_warm_up(durations_s: list[float], seed: int) -> None:
    """Where tasks run decides who pays the warm-up, and that is not known when they are drawn."""
    plain = stage(durations_s, cpu_s=[d / 2 for d in durations_s])
    extras = replace(plain, warm_up_s=3.0, warm_up_cpu_s=2.0, dispatch_s=0.25)
    before, after = draw(plain, rng(seed)), draw(extras, rng(seed))
    assert after.slot_s - before.slot_s == pytest.approx(np.full(len(durations_s), 0.25), abs=1e-9)
    assert after.cpu_s.tolist() == before.cpu_s.tolist()


@examples(100)
@given(DURATIONS, st.floats(0.01, 5), SEEDS)
def test_handling_shortens_the_slot_time_but_never_below_the_cpu(
    durations_s: list[float], handling_s: float, seed: int
) -> None:
    tasks = draw(stage(durations_s, cpu_s=[d / 2 for d in durations_s], handling_s=handling_s), rng(seed))
    expected_s = [max(d - handling_s, d / 2) for d in durations_s]
    assert tasks.slot_s.tolist() == pytest.approx(expected_s, rel=1e-12)


@examples(60)
@given(DURATIONS, SEEDS)
def test_drawing_leaves_the_profile_as_it_was(durations_s: list[float], seed: int) -> None:
    profile = stage(durations_s, warm_up_s=1.0, dispatch_s=1.0, handling_s=0.5)
    before = profile.causes_s.copy()
    draw(profile, rng(seed))
    assert before.tolist() == profile.causes_s.tolist()
