"""Stochastic expressions: grammar, values, means and text."""

from __future__ import annotations

import pytest

from pertract.transforms import stoex


def value(text: str, **variables: stoex.Value) -> stoex.Value:
    return stoex.evaluate(stoex.parse(text), {f"{name}.VALUE": v for name, v in variables.items()})


def mean(text: str, **variables: stoex.Value) -> float:
    return stoex.mean(stoex.parse(text), {f"{name}.VALUE": v for name, v in variables.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("1.", 1.0),
        ("2.67E+9", 2.67e9),
        ("1e5", 1e5),
        ("1.0E-5", 1e-5),
        ("2 - -1", 3),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("8 - 2 - 1", 5),
        ("5 + 5*6 > 7*7 AND 6*6 < 7", False),
        ("1 /* one */ + 2 // two", 3),
        ("true ? 1 : 2", 1),
        ("NOT 1 > 2", TypeError),
        ("NOT (1 > 2)", True),
        ("true XOR true", False),
        ('"a" == "a"', True),
        ('"a\\"b" <> "a"', True),
        ("Max(2, 3.5)", 3.5),
        ("Min(2, 3)", 2),
        ("Trunc(2.7) + Ceil(2.1) + Round(2.5)", 8),
        ("Sqrt(16)", 4.0),
        ("Log(2, 8)", 3.0),
        ("2 ^ 3", 8.0),
    ],
)
def test_values(text: str, expected: object) -> None:
    if expected is TypeError:
        with pytest.raises(stoex.ExpressionProblem, match="neither true nor false"):
            value(text)
        return
    found = value(text)
    assert found == pytest.approx(expected) if isinstance(expected, float) else found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"expected a number, a variable or '\(', found the end at character 1"),
        ("1 +", "found the end at character 4"),
        ("2 + + 3", r"found '\+' at character 5"),
        ("x", r"expected '.', found the end"),
        ("x.FOO", "expected '.', found the end"),
        ("VALUE.VALUE", "expected a number, a variable"),
        ("1e-05", "an exponent with leading zeros, write 1e-5"),
        ("007", "not written as"),
        (".5", "expected a number, a variable"),
        ("1 2", "expected an operator or the end, found '2' at character 3"),
        ("4294967296", r"whole numbers have 32 bit, write 4294967296.0"),
        ("1e999", "too large"),
        ("a$b", r"'\$' has no meaning at character 2"),
        ("1 < 2 < 3", "parentheses around one '<'"),
        ("2 ^ 3 ^ 2", "parentheses"),
        ("IntPMF[]", r"expected '\('"),
        ("IntPMF[(1.0;1)]", "a whole number"),
        ("IntPMF[(1;0.5)(2;0.4)]", "do not sum to 1"),
        ("DoublePDF[(1;0.5)(1.0;0.5)]", "appears twice"),
        ("NaN", "expected '.'"),
        ("1_000", "found '_000'"),
        ("'abc", "has no meaning"),
        ("(" * 5000, "nested too deeply"),
    ],
)
def test_what_is_no_expression_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(stoex.ExpressionProblem, match=message):
        stoex.parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 / 0", "division by zero"),
        ("1.0 % 0", "division by zero"),
        ("true + 1", "true is no number"),
        ('"a" * 2', "'a' is no number"),
        ("Foo(1)", "no function Foo"),
        ("Min(1)", "Min cannot have 1 arguments"),
        ("Sqrt(-1)", "is no number"),
        ("1E300 * 1E300", "not finite"),
        ("10.0 ^ 400", "is no number"),
        ("Exp(2)", "Exp is random"),
        ("x.VALUE", "the variable x.VALUE has no value"),
    ],
)
def test_what_has_no_value_is_an_error(text: str, message: str) -> None:
    with pytest.raises(stoex.ExpressionProblem, match=message):
        value(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Norm(3, 1) + Exp(0.5)", 5.0),
        ("Pois(4) * UniDouble(0, 3)", 6.0),
        ("UniInt(1, 4) - Gamma(2, 3)", -3.5),
        ("LognormMoments(7, 2) / 2", 3.5),
        ("GammaMoments(7, 2)", 7.0),
        ("Lognorm(0, 1)", 1.6487212707001282),
        ("DoublePMF[(16850000000;0.5)(-1.5;0.5)]", 8424999999.25),
        ("IntPMF[(3;0.5)(4;0.5)] / 2", 1.5),  # of whole numbers: 1 or 2
        ("IntPMF[(3;0.5)(4;0.5)] / 2.0", 1.75),
        ("DoublePDF[(2;1)] / x.VALUE", 0.25),
        ("DoublePMF[(3;1)] / 2", 1.5),
        ("BoolPMF[(true;0.25)(false;0.75)] ? Exp(0.5) : 6", 5.0),
        ("Max(IntPMF[(0;0.5)(2;0.5)], IntPMF[(0;0.5)(2;0.5)])", 1.5),
        ("-IntPMF[(1;1)] ^ 2", 1.0),
        ('EnumPMF(ordered)[("a";0.25)("b";0.75)] == "b" ? 4 : 0', 3.0),
        ("x.VALUE", 4.0),
    ],
)
def test_means(text: str, expected: float) -> None:
    assert mean(text, x=4) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Max(DoublePDF[(2;1)], 1)", "continuous"),
        ("1 / Exp(2)", "continuous"),
        ("UniInt(1, 4) / 2", "continuous"),
        ('EnumPMF[("a";1)]', "no mean"),
        ("BoolPMF[(true;1)]", "no mean|no number"),
        ("Exp(0)", "no mean"),
        ("Norm(1)", "cannot have 1"),
        ("true", "no number"),
    ],
)
def test_means_that_are_not_known_exactly_are_errors(text: str, message: str) -> None:
    with pytest.raises(stoex.ExpressionProblem, match=message):
        mean(text)


def test_outcomes_are_bounded() -> None:
    many = "IntPMF[" + "".join(f"({i};0.001)" for i in range(1000)) + "]"
    with pytest.raises(stoex.ExpressionProblem, match="more than 100,000 outcomes"):
        stoex.outcomes(stoex.parse(f"{many} + {many}"))


def test_written_sums_have_parentheses_for_the_grammar_of_the_original() -> None:
    assert stoex.write(stoex.parse("1 + 2 - x.VALUE * 3 * 4")) == "(1 + 2) - (x.VALUE * 3 * 4)"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0.0"),
        (1e-05, "1.0E-5"),
        (1.25e-300, "1.25E-300"),
        (1e16, "1.0E16"),
        (2**31 - 1, "2147483647"),
        (2**31, "2147483648.0"),
        (-3, "-3"),
    ],
)
def test_numbers_are_written_as_the_grammar_reads_them(number: float, text: str) -> None:
    assert stoex.number(number) == text
    assert value(text) == number


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_not_finite_cannot_be_written(number: float) -> None:
    with pytest.raises(stoex.ExpressionProblem, match="cannot be written"):
        stoex.number(number)
