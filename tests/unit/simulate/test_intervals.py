"""Estimates, with quantiles from printed tables of Student's t."""

from __future__ import annotations

import math
import statistics

import pytest

from pertract.simulate.intervals import estimate, t_quantile

VALUES = [9.0, 10.0, 11.0, 10.5, 12.0]
T975_4 = 2.776445
T95_10, T95_19 = 1.812461, 1.729133


@pytest.mark.parametrize(
    ("probability", "degrees", "expected"),
    [(0.975, 1, 12.706205), (0.975, 4, T975_4), (0.95, 10, T95_10), (0.95, 19, T95_19), (0.5, 7, 0.0)],
)
def test_quantiles_are_those_of_the_tables(probability: float, degrees: int, expected: float) -> None:
    assert t_quantile(probability, degrees) == pytest.approx(expected, abs=1e-6)


def test_mean_and_standard_deviation_are_those_of_a_sample() -> None:
    known = estimate(VALUES)
    assert known.mean == pytest.approx(statistics.mean(VALUES))
    assert known.std == pytest.approx(statistics.stdev(VALUES))


def test_quantiles_are_those_of_the_replications() -> None:
    known = estimate(VALUES)
    assert statistics.median(VALUES) == known.p50
    assert known.p95 == pytest.approx(11.8)  # 0.8 of the way from 11 to 12


def test_confidence_interval_of_the_mean_is_students() -> None:
    half = T975_4 * statistics.stdev(VALUES) / math.sqrt(5)
    assert estimate(VALUES).ci95 == pytest.approx((10.5 - half, 10.5 + half), rel=1e-6)


def test_more_replications_narrow_the_confidence_interval_as_their_root() -> None:
    few, many = estimate(VALUES * 20), estimate(VALUES * 80)
    ratio = (few.ci95[1] - few.ci95[0]) / (many.ci95[1] - many.ci95[0])
    assert ratio == pytest.approx(2, rel=0.02)


def test_one_replication_has_no_spread() -> None:
    known = estimate([7.0])
    assert (known.mean, known.std, known.ci95, known.interval90) == (7.0, 0.0, (7.0, 7.0), (7.0, 7.0))
    assert (known.p50, known.p95) == (7.0, 7.0)


def test_errors_widen_the_prediction_interval_of_one_replication_on_a_logarithmic_scale() -> None:
    low, high = estimate([100.0], error_below=0.1, error_above=0.2).interval90
    assert low == pytest.approx(100 * math.exp(-T95_10 * 0.1), rel=1e-6)
    assert high == pytest.approx(100 * math.exp(T95_10 * 0.2), rel=1e-6)


def test_errors_and_replications_add_up_as_independent() -> None:
    relative = statistics.stdev(VALUES) / 10.5
    spread = math.sqrt(relative**2 * (1 + 1 / 5) + 0.1**2)
    low, high = estimate(VALUES, error_below=0.1, error_above=0.1).interval90
    assert low == pytest.approx(10.5 * math.exp(-T95_10 * spread), rel=1e-6)
    assert high == pytest.approx(10.5 * math.exp(T95_10 * spread), rel=1e-6)


def test_twenty_replications_have_nineteen_degrees_of_freedom() -> None:
    values = VALUES * 4
    spread = statistics.stdev(values) / 10.5 * math.sqrt(1 + 1 / 20)
    assert estimate(values).interval90[1] == pytest.approx(10.5 * math.exp(T95_19 * spread), rel=1e-6)


def test_errors_do_not_touch_the_confidence_interval() -> None:
    assert estimate(VALUES).ci95 == estimate(VALUES, error_below=0.5, error_above=0.5).ci95


def test_no_bound_is_negative_however_large_the_error() -> None:
    assert estimate([1.0, 5.0], error_below=3.0).interval90[0] > 0


def test_nothing_at_all_is_certain() -> None:
    known = estimate([0.0, 0.0], error_below=0.1, error_above=0.1)
    assert (known.mean, known.ci95, known.interval90) == (0.0, (0.0, 0.0), (0.0, 0.0))


def test_no_bound_exceeds_what_is_possible() -> None:
    assert estimate([0.8, 0.8], error_below=0.5, error_above=0.5, most=1.0).interval90[1] == 1.0


def test_a_proportional_quantity_has_proportional_intervals() -> None:
    known = estimate([1.0, 2.0, 4.0], error_below=0.1, error_above=0.2)
    tripled = estimate([3.0, 6.0, 12.0], error_below=0.1, error_above=0.2)
    assert known.scaled(3.0).interval90 == pytest.approx(tripled.interval90)
    assert known.scaled(3.0).ci95 == pytest.approx(tripled.ci95)
    assert known.scaled(3.0).std == pytest.approx(tripled.std)


def test_intervals_stop_where_the_quantity_does() -> None:
    known = estimate([0.01, 1.0], most=1.0)
    assert known.ci95 == (0.0, 1.0)
    assert estimate([0.01, 1.0]).ci95[1] > 1.0
