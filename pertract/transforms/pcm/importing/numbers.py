"""Values of expressions where the files must have a number, with their place in errors."""

from __future__ import annotations

from ...stoex import Expression, ExpressionProblem
from .objects import refusal
from .quantities import Evaluation, number


def count_of(expression: Expression, at: Evaluation, where: str) -> int:
    """Return a number of rounds, tasks or slots.

    Raises
    ------
    TransformError
        If it is none.
    """
    try:
        value = at.value(expression)
    except ExpressionProblem as problem:
        raise refusal(where, str(problem), "Enter an expression that has one value.") from problem
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise refusal(
            where,
            f"a number of rounds or a capacity must be a whole number that is not negative, found {value}",
            "Use Round, Trunc or Ceil.",
        )
    return value


def amount_of(expression: Expression, at: Evaluation, where: str) -> float:
    """Return a demand or a time; below zero where it is random.

    Raises
    ------
    TransformError
        If it is none.
    """
    try:
        return number(at.value(expression))
    except ExpressionProblem as problem:
        raise refusal(where, str(problem), "Correct the expression in Palladio.") from problem
