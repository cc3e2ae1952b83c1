"""Parts of a parsed expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Value = int | float | bool | str
"""INT (32 bit), DOUBLE, BOOL or ENUM (text)."""

INT_MOST = 2**31 - 1
"""Largest INT."""
CHARACTERISATIONS = ("VALUE", "BYTESIZE", "NUMBER_OF_ELEMENTS", "TYPE", "STRUCTURE")
"""What an expression can ask of a variable; BYTESIZE and NUMBER_OF_ELEMENTS are INT."""
DISTRIBUTIONS = ("IntPMF", "DoublePMF", "BoolPMF", "EnumPMF", "DoublePDF")
"""Distributions that are written as a table."""
RANDOM_FUNCTIONS = (
    "Norm",
    "Exp",
    "Pois",
    "UniDouble",
    "UniInt",
    "Lognorm",
    "LognormMoments",
    "Gamma",
    "GammaMoments",
)
"""Functions that draw a random number at every call."""


class ExpressionProblem(ValueError):
    """Text that is no expression, or an expression without a value.

    Readers of models say it together with file and place.
    """


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: Value
    """Its value; an `int` is an INT, a `float` a DOUBLE."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A characterisation of a variable, such as ``dataSize.VALUE``."""

    name: str
    """Name with the characterisation."""


@dataclass(frozen=True, slots=True)
class Unary:
    """``-`` or ``NOT``."""

    operator: str
    """The operator."""
    operand: Expression
    """What it is applied to."""


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands."""

    operator: str
    """One of ``+ - * / % ^ < > <= >= == <> AND OR XOR``."""
    left: Expression
    """Left operand."""
    right: Expression
    """Right operand."""


@dataclass(frozen=True, slots=True)
class Choice:
    """``condition ? then : otherwise``."""

    condition: Expression
    """What decides."""
    then: Expression
    """Value if the condition holds."""
    otherwise: Expression
    """Value if it does not."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    function: str
    """Name of the function."""
    arguments: tuple[Expression, ...]
    """Its arguments."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A random value whose distribution is written as a table."""

    kind: str
    """One of `DISTRIBUTIONS`."""
    samples: tuple[tuple[Value, float], ...]
    """Values with their probabilities.

    Of a ``DoublePDF``, the upper ends of boxes with the mass in them: the mass is spread evenly from the
    value before, and for the first from 0. They are in ascending order.
    """

    @property
    def groups(self) -> tuple[tuple[float, float], ...]:
        """Numbers with their probabilities that have the same mean; the middle stands for a box.

        Raises
        ------
        TypeError
            If the values are no numbers.
        """
        numbers = [(float(value), p) for value, p in self.samples if not isinstance(value, (bool, str))]
        if len(numbers) < len(self.samples):
            raise TypeError(f"the values of {self.kind} are no numbers")
        if self.kind != "DoublePDF":
            return tuple(numbers)
        lows = (0.0, *(value for value, _ in numbers))
        return tuple(((low + high) / 2, p) for low, (high, p) in zip(lows, numbers, strict=False))


Expression = Literal | Variable | Unary | Binary | Choice | Call | Distribution


def parts(expression: Expression) -> tuple[Expression, ...]:
    """Return the operands or arguments of an expression."""
    match expression:
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Choice(condition, then, otherwise):
            return (condition, then, otherwise)
        case Call(_, arguments):
            return arguments
    return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and everything in it."""
    waiting = [expression]
    while waiting:
        yield (found := waiting.pop())
        waiting.extend(reversed(parts(found)))


def is_random(expression: Expression) -> bool:
    """Return whether an expression gives another value every time."""
    return any(
        isinstance(part, Distribution) or (isinstance(part, Call) and part.function in RANDOM_FUNCTIONS)
        for part in walk(expression)
    )
