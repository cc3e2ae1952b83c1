"""The rules for stochastic expressions that original PerTract models rely on."""

from __future__ import annotations

import pytest

from pertract.transforms import stoex


def value(text: str, **variables: stoex.Value) -> stoex.Value:
    return stoex.evaluate(stoex.parse(text), {f"{name}.VALUE": v for name, v in variables.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("7 / 2.0", 3.5),
        ("7.0 / 2", 3.5),
        ("7 % 4", 3),
        ("-7 % 4", -3),
        ("7.5 % 4", 3.5),
        ("100 / 7 / 2", 7),
        ("100 / 8 * 8", 96),
        ("100 * 8 / 8", 100),
    ],
)
def test_int_by_int_is_int_and_any_double_makes_it_floating(text: str, expected: float) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


def test_a_variable_has_the_type_of_what_was_passed() -> None:
    assert value("dataSize.VALUE / 3", dataSize=128) == 42
    assert value("dataSize.VALUE / 3", dataSize=128.0) == pytest.approx(128 / 3)


def test_and_binds_weaker_than_or() -> None:
    # With the usual precedence these were: false, true.
    assert value("true OR true AND false") is False
    assert value("(true OR true) AND false") is False
    assert value("true OR (true AND false)") is True
    assert stoex.parse("true OR true AND false") == stoex.parse("(true OR true) AND false")


def test_a_sign_binds_stronger_than_a_power() -> None:
    assert value("-2 ^ 2") == 4.0


def test_whole_numbers_wrap_at_32_bit() -> None:
    assert value("4 * 1024 * 1024 * 1024") == 0
    assert value("2147483647 + 1") == -(2**31)
    assert value("4.0 * 1024 * 1024 * 1024") == 2.0**32


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1 + NaN"])
def test_nan_and_infinity_are_no_numbers(text: str) -> None:
    with pytest.raises(stoex.ExpressionProblem):
        stoex.parse(text)


def test_the_mean_of_a_boxed_distribution_takes_the_middle_of_boxes_that_begin_at_zero() -> None:
    """Demands that the original derived from five quantiles have a lower mean than the quantile table."""
    text = "DoublePDF[(10;0.05)(20;0.25)(30;0.25)(40;0.25)(90;0.20)]"
    boxes = 0.05 * 5 + 0.25 * 15 + 0.25 * 25 + 0.25 * 35 + 0.20 * 65
    table = 0.05 * 10 + 0.25 * 20 + 0.25 * 30 + 0.25 * 40 + 0.20 * 90
    assert stoex.mean(stoex.parse(text)) == pytest.approx(boxes)
    assert boxes < table


def test_values_of_a_boxed_distribution_are_sorted_and_unique() -> None:
    mixed, sorted_ = "DoublePDF[(4;0.25)(2;0.75)]", "DoublePDF[(2;0.75)(4;0.25)]"
    assert stoex.parse(mixed) == stoex.parse(sorted_)
    with pytest.raises(stoex.ExpressionProblem, match="twice"):
        stoex.parse("DoublePDF[(4;0.25)(4;0.75)]")


def test_probabilities_sum_to_1() -> None:
    with pytest.raises(stoex.ExpressionProblem, match="sum to 1"):
        stoex.parse("BoolPMF[(true;0.5)(false;0.4)]")


def test_the_demands_of_an_extracted_stage_have_the_means_of_their_formula() -> None:
    variables: dict[str, stoex.Value] = {"dataSize.VALUE": 128, "executors.BYTESIZE": 4}
    demands = {
        "dataSize.VALUE * 12": 1536.0,
        "3": 3.0,
        "DoublePDF[(2;0.05)(5;0.5)(9;0.45)] * executors.BYTESIZE": 4 * (0.05 * 1 + 0.5 * 3.5 + 0.45 * 7),
        "15": 15.0,
    }
    for text, expected in demands.items():
        assert stoex.mean(stoex.parse(text), variables) == pytest.approx(expected)
