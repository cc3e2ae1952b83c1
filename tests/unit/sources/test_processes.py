"""Working in several processes."""

import os

import pytest

from pertract.sources.processes import in_order


def test_one_job_stays_in_this_process():
    assert list(in_order(lambda n: (n, os.getpid()), [1, 2], jobs=1)) == [
        (1, (1, os.getpid())),
        (2, (2, os.getpid())),
    ]


def test_results_come_in_order_from_other_processes():
    numbers = [str(n) for n in range(20)]
    assert list(in_order(int, numbers, jobs=2)) == [(n, int(n)) for n in numbers]


def test_what_goes_wrong_is_raised_at_its_turn():
    found = in_order(int, ["1", "x", "3"], jobs=2)
    assert next(found) == ("1", 1)
    with pytest.raises(ValueError, match="invalid literal"):
        next(found)
