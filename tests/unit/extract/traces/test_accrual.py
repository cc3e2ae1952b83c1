"""Amounts that accrue evenly."""

import numpy as np
import pytest

from pertract.extract.traces.accrual import accrued, spread


def test_amounts_come_evenly_and_overlap():
    at = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    found = accrued(np.array([0.0, 1.0]), np.array([2.0, 3.0]), np.array([2.0, 4.0]), at)
    assert found == pytest.approx([0, 1, 4, 6, 6])


def test_an_amount_without_length_comes_at_once():
    found = accrued(np.array([1.0]), np.array([1.0]), np.array([5.0]), np.array([0.9, 1.1]))
    assert found == pytest.approx([0, 5])


def test_nothing_accrues_of_nothing():
    none = np.empty(0)
    assert accrued(none, none, none, np.array([0.0, 1.0])) == pytest.approx([0, 0])


def test_those_that_run_share_evenly_and_nobody_gets_what_came_in_between():
    at = np.array([0.0, 1.0, 2.0, 3.0])
    begin, end = np.array([0.0, 1.0]), np.array([2.0, 2.0])
    busy = accrued(begin, end, end - begin, at)
    assert spread(np.array([0.0, 6.0, 12.0, 20.0]), at, busy, begin, end) == pytest.approx([9, 3])
