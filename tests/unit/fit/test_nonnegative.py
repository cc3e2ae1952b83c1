import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import nnls

from pertract.fit.nonnegative import fit_relative, solve

terms = st.lists(st.floats(0.1, 100.0), min_size=4, max_size=4)


@given(terms, st.floats(0.0, 50.0), st.floats(0.1, 50.0))
def test_exact_sums_are_found_again(values, constant, slope):
    matrix = np.array([[1.0, value] for value in (*values, 200.0)])
    times = matrix @ [constant, slope]
    fitted = matrix @ fit_relative(matrix, times)
    assert fitted == pytest.approx(times, rel=1e-6)


def test_no_coefficient_is_negative_and_errors_count_relative_to_the_time():
    matrix = np.array([[1.0, 1.0], [1.0, 2.0]])
    constant, slope = fit_relative(matrix, [2.0, 1.0])
    assert slope == 0
    # Minimises (c/2 - 1)^2 + (c/1 - 1)^2.
    assert constant == pytest.approx(1.2)


def test_terms_of_very_different_size_and_terms_that_are_zero():
    matrix = np.array([[1e-9, 1e9, 0.0], [2e-9, 1e9, 0.0], [3e-9, 2e9, 0.0]])
    times = matrix @ [1e9, 2e-9, 0.0]
    assert matrix @ fit_relative(matrix, times) == pytest.approx(times)


# Neither method is exact for numbers that differ by a hundred orders of magnitude.
entries = st.floats(-9, 9).map(lambda value: round(value, 6))


@given(st.integers(1, 2), st.lists(st.tuples(entries, entries, entries), min_size=1, max_size=6))
def test_one_or_two_terms_are_solved_as_by_lawson_and_hanson(count, rows):
    matrix = np.array([row[:count] for row in rows])
    wanted = np.array([row[2] for row in rows])
    ours = solve(matrix, wanted)
    assert (ours >= 0).all()
    least = nnls(matrix, wanted)[1]
    assert np.linalg.norm(matrix @ ours - wanted) == pytest.approx(least, rel=1e-6, abs=1e-6)
