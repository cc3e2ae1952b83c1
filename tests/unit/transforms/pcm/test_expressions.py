from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.transforms import stoex
from pertract.transforms.pcm import expressions

VALUES = st.floats(1e-9, 1e12)


@given(st.floats(-1e300, 1e300, allow_subnormal=False))
def test_a_number_is_a_floating_point_literal_that_palladio_reads(value):
    text = expressions.number(value)
    assert "." in text
    assert not re.search(r"E[+]|E-?0", text)
    assert stoex.evaluate(stoex.parse(text), {}) == pytest.approx(value, rel=1e-9, abs=1e-300)


def test_small_and_large_numbers_have_exponents_without_zeros():
    assert expressions.number(1e-5) == "1.0E-5"
    assert expressions.number(4294967296.0) == "4294967296.0"
    assert expressions.number(0.1 + 0.2) == "0.3"


@given(st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.1, 1000)), min_size=1, max_size=80))
def test_a_density_has_the_mean_of_its_values_and_shares_of_one(groups):
    values, weights = zip(*groups, strict=True)
    text = expressions.discrete(values, weights)
    tree = stoex.parse(text)
    mean = sum(v * w for v, w in groups) / sum(weights)
    assert float(stoex.mean(tree, {})) == pytest.approx(mean, rel=1e-3)
    if isinstance(tree, stoex.Distribution):
        bounds = [bound for bound, _ in tree.samples]
        assert bounds == sorted(set(bounds))
        assert sum(share for _, share in tree.samples) == pytest.approx(1.0, abs=1e-9)
        assert tree.samples[0][1] == 0.0
        assert len(tree.samples) <= expressions.MOST_BOXES * 2


def test_values_that_hardly_differ_have_bounds_of_their_own():
    tree = stoex.parse(expressions.discrete([0.448341, 0.448342, 0.448343, 1.0], [1, 1, 1, 1]))
    assert isinstance(tree, stoex.Distribution)
    assert len({bound for bound, _ in tree.samples}) == 5


def test_values_that_are_one_are_a_number():
    assert expressions.discrete([1.5, 1.5], [2, 3]) == "1.5"


@given(st.lists(VALUES, min_size=1, max_size=70), st.integers(1, 200))
def test_steps_give_the_value_of_the_first_bound_that_is_not_exceeded(values, index):
    steps = [(expressions.number(i + 1.5), expressions.number(value)) for i, value in enumerate(values)]
    text = expressions.piecewise("i.VALUE", steps)
    expected = values[min(index, len(values)) - 1]
    assert stoex.evaluate(stoex.parse(text), {"i.VALUE": index}) == pytest.approx(expected)


def test_steps_are_nested_as_a_tree():
    steps = [(str(i), "1.0") for i in range(64)]
    deepest = depth = 0
    for character in expressions.piecewise("i.VALUE", steps):
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)
    assert deepest == math.log2(64)


def test_a_sum_leaves_out_what_is_zero():
    assert expressions.linear({"": 0.5, "data.VALUE": 2.0, "slots.VALUE": 0.0}) == "0.5 + 2.0 * data.VALUE"
    assert expressions.linear({}) == "0.0"
