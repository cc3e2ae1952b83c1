"""Expressions as sums of products.

A demand of the language is a mean, a sum of coefficient x variable, times a spread over groups of tasks.
Of an expression that is a sum of products, with at most one variable in each, this is an exact form: a
table of values becomes groups, and the middle stands for a box of a ``DoublePDF``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...dsl.profile import Variable
from .. import stoex
from ..stoex import Binary, Choice, Distribution, Expression, ExpressionProblem, Literal, Unary
from ..stoex.tree import Variable as Name
from ..stoex.tree import is_random, walk

_VARIABLES: dict[str, Variable] = {
    "dataSize.VALUE": "task_bytes",
    "dataSize.BYTESIZE": "task_bytes",
    "records.VALUE": "task_records",
    "records.BYTESIZE": "task_records",
    "executors.VALUE": "executors",
    "executors.BYTESIZE": "executors",
}


@dataclass(frozen=True, slots=True)
class Term:
    """Coefficient x variable x random values."""

    coefficient: float
    variable: Variable
    """``constant`` for none; ``task_bytes`` counts MB here."""
    random: tuple[int, ...] = ()
    """Positions among the distributions of `Terms`."""


@dataclass(slots=True)
class Terms:
    """Expressions as sums of products."""

    distributions: list[tuple[tuple[float, float], ...]] = field(default_factory=list)
    """Values with their probabilities, for every random value in any of the expressions."""

    def of(self, expression: Expression) -> list[Term]:
        """Return an expression as a sum of products.

        Raises
        ------
        ExpressionProblem
            If it is none.
        """
        if not any(isinstance(part, Name) for part in walk(expression)):
            return [self._without_variables(expression)]
        match expression:
            case Name(name) if name in _VARIABLES:
                return [Term(1.0, _VARIABLES[name])]
            case Name(name):
                raise ExpressionProblem(f"{name} is none of dataSize, executors and records")
            case Unary("-", operand):
                return _scaled(self.of(operand), -1.0)
            case Binary("+", left, right):
                return self.of(left) + self.of(right)
            case Binary("-", left, right):
                return self.of(left) + _scaled(self.of(right), -1.0)
            case Binary("*", left, right):
                return [_times(a, b) for a in self.of(left) for b in self.of(right)]
            case Binary("/", left, right) if not is_random(right) and (_double(left) or _double(right)):
                (divisor,) = self.of(right)
                if divisor.variable == "constant" and divisor.coefficient:
                    return _scaled(self.of(left), 1 / divisor.coefficient)
            case Choice(condition, then, otherwise) if not any(
                isinstance(part, Name) or is_random(part) for part in walk(condition)
            ):
                return self.of(then if stoex.evaluate(condition) is True else otherwise)
        raise ExpressionProblem("it is no sum of products with at most one variable in each")

    def _without_variables(self, expression: Expression) -> Term:
        """Return a constant, or a random value of which the values are known."""
        if not is_random(expression):
            return Term(stoex.mean(expression), "constant")
        if isinstance(expression, Distribution):
            try:
                return self._random(expression.groups)
            except TypeError as error:
                raise ExpressionProblem(str(error)) from error
        match expression:
            case Binary("*", left, right):
                return _times(self._without_variables(left), self._without_variables(right))
            case Unary("-", operand):
                return _scaled([self._without_variables(operand)], -1.0)[0]
        values = stoex.outcomes(expression)
        if any(isinstance(value, (bool, str)) for value in values):
            raise ExpressionProblem("its value is no number")
        return self._random(tuple((float(value), p) for value, p in values.items()))

    def _random(self, groups: Sequence[tuple[float, float]]) -> Term:
        self.distributions.append(tuple((value, p) for value, p in groups if p > 0))
        return Term(1.0, "constant", (len(self.distributions) - 1,))


def _scaled(terms: list[Term], factor: float) -> list[Term]:
    return [Term(term.coefficient * factor, term.variable, term.random) for term in terms]


def _times(a: Term, b: Term) -> Term:
    if "constant" not in (a.variable, b.variable):
        raise ExpressionProblem("a product of two variables is no demand of the language")
    variable = b.variable if a.variable == "constant" else a.variable
    return Term(a.coefficient * b.coefficient, variable, a.random + b.random)


def _double(expression: Expression) -> bool:
    """Return whether an expression is a DOUBLE, as the data size of a task always is."""
    return any(
        (isinstance(part, Literal) and isinstance(part.value, float))
        or (isinstance(part, Distribution) and part.kind.startswith("Double"))
        or (isinstance(part, Name) and part.name == "dataSize.VALUE")
        for part in walk(expression)
        if isinstance(part, (Literal, Distribution, Name))
    )
