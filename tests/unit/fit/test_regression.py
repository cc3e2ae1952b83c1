"""The form of a dependency is chosen by what it predicts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pertract.fit.regression import choose

FORMS = (("x",), ("c",), ("c", "x"))


def points(*xs: float) -> list[dict[str, float]]:
    return [{"c": 1.0, "x": float(x)} for x in xs]


def test_one_point_gives_the_most_plausible_form() -> None:
    assert choose(FORMS, points(2, 2, 2), [4.0, 4.2, 3.8]).coefficients == pytest.approx({"x": 2.0}, rel=0.02)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0, 6.0], {"x": 3.0}),
        ([5.0, 5.0], {"c": 5.0}),
        ([5.0, 8.0], {"c": 2.0, "x": 3.0}),
        ([5.0, 5.1], {"c": 5.05}),
        ([0.0, 0.0], {}),
    ],
)
def test_two_points_give_the_simplest_form_that_passes_both(
    values: list[float], expected: dict[str, float]
) -> None:
    assert choose(FORMS, points(1, 2), values).coefficients == pytest.approx(expected, rel=0.01)


def test_two_points_are_noise_where_dependencies_are_not_expected() -> None:
    assert set(choose((("c",), ("c", "x")), points(1, 2), [1.0, 1.9], noise=1.0).coefficients) == {"c"}


def test_several_points_are_judged_by_what_was_left_out() -> None:
    xs = (1, 2, 4, 8)
    law = choose(FORMS, points(*xs), [2 + 3 * x for x in xs])
    assert law.coefficients == pytest.approx({"c": 2.0, "x": 3.0}, rel=1e-3)
    assert law.points == 4
    assert law.error < 1e-6


def test_variables_that_never_differ_cannot_be_told_apart() -> None:
    assert set(choose(FORMS, points(3, 3.01, 3), [1.0, 2.0, 3.0]).coefficients) == {"x"}


def test_variables_that_are_nought_everywhere_are_not_used() -> None:
    assert choose(FORMS, points(0, 0), [2.0, 2.0]).coefficients == {"c": 2.0}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("forms", [FORMS, (("c",), ("c", "x"))])
def test_a_variable_may_be_nought_in_all_points_but_one(forms: tuple[tuple[str, ...], ...]) -> None:
    law = choose(forms, points(0, 0, 5, 0), [1.0, 1.02, 3.0, 0.98])
    assert law.coefficients
    assert np.isfinite([*law.coefficients.values(), law.error]).all()
    several = [{"c": 1.0, "x": x, "y": y} for x, y in ((0.0, 1.0), (0.0, 2.0), (7.0, 3.0), (0.0, 4.0))]
    known = choose((("y",), ("c", "y"), ("x", "y")), several, [2.0, 4.0, 6.0, 8.0])
    assert known.coefficients == pytest.approx({"y": 2.0})


def test_an_odd_run_counts_little() -> None:
    xs = [1, 1, 1, 2, 2, 2, 4, 4, 4]
    values = [3.0 * x for x in xs]
    values[4] = 60.0
    assert choose(FORMS, points(*xs), values).coefficients["x"] == pytest.approx(3.0, rel=0.1)


def test_repetitions_are_averaged_not_drawn_to_the_low_ones() -> None:
    values = [1.0, 3.0, 2.0, 6.0]
    assert choose((("x",),), points(1, 1, 2, 2), values).coefficients["x"] == pytest.approx(2.0, rel=0.02)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(
    st.lists(st.floats(0.01, 1e9), min_size=1, max_size=6),
    st.lists(st.floats(0, 1e6), min_size=6, max_size=6),
)
def test_nothing_is_negative_or_infinite(xs: list[float], values: list[float]) -> None:
    law = choose(FORMS, points(*xs), values[: len(xs)])
    assert all(np.isfinite(c) and c > 0 for c in law.coefficients.values())
    assert np.isfinite(law.error)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(
    st.floats(0, 100),
    st.floats(0.1, 100),
    st.lists(st.sampled_from([1.0, 2.0, 3.0, 5.0, 8.0]), min_size=3, max_size=6),
)
def test_what_was_measured_without_noise_is_repeated(constant: float, slope: float, xs: list[float]) -> None:
    values = [constant + slope * x for x in xs]
    law = choose(FORMS, points(*xs), values)
    predicted = [sum(c * p[name] for name, c in law.coefficients.items()) for p in points(*xs)]
    assert predicted == pytest.approx(values, rel=0.06)
