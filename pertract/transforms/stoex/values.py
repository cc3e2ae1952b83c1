"""Values of expressions without random parts, with Java's arithmetic as in the generated simulations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from .tree import (
    Binary,
    Call,
    Choice,
    Distribution,
    Expression,
    ExpressionProblem,
    Literal,
    Unary,
    Value,
    Variable,
    is_random,
)


def evaluate(expression: Expression, variables: Mapping[str, Value] | None = None) -> Value:
    """Return the value of an expression.

    INT with INT gives INT, also in a division, which drops the fraction; what exceeds 32 bit wraps. With a
    DOUBLE the result is a DOUBLE, and a power always is one.

    Parameters
    ----------
    expression
        A parsed expression without random parts.
    variables
        Values by name with characterisation, such as ``dataSize.VALUE``.

    Raises
    ------
    ExpressionProblem
        If a variable has no value, types do not fit, or the result is not a finite number.
    """
    match expression:
        case Literal(value):
            return value
        case Variable(name):
            if variables is None or name not in variables:
                raise ExpressionProblem(f"the variable {name} has no value")
            return variables[name]
        case Unary(operator, operand):
            return apply(operator, [evaluate(operand, variables)])
        case Binary(operator, left, right):
            return apply(operator, [evaluate(left, variables), evaluate(right, variables)])
        case Choice(condition, then, otherwise):
            return evaluate(then if truth(evaluate(condition, variables)) else otherwise, variables)
        case Call(function, arguments) if not is_random(expression):
            return apply(function, [evaluate(argument, variables) for argument in arguments])
        case Distribution(kind, _) | Call(kind, _):
            raise ExpressionProblem(f"{kind} is random and has no single value")


def truth(value: Value) -> bool:
    """Return a BOOL.

    Raises
    ------
    ExpressionProblem
        If the value is none.
    """
    if not isinstance(value, bool):
        raise ExpressionProblem(f"{_shown(value)} is neither true nor false")
    return value


def apply(name: str, values: Sequence[Value]) -> Value:
    """Return what an operator or function gives for values.

    Raises
    ------
    ExpressionProblem
        If there is none of this name, types or number of the values do not fit it, or the result is not
        a finite number.
    """
    if name in ("==", "<>"):
        return (values[0] == values[1]) == (name == "==")
    if name in _LOGIC:
        return _LOGIC[name](*(truth(value) for value in values))
    if name not in _FUNCTIONS:
        raise ExpressionProblem(f"there is no function {name}")
    count, function = _FUNCTIONS[name]
    if len(values) not in count:
        raise ExpressionProblem(f"{name} cannot have {len(values)} arguments")
    numbers = [_numeric(value) for value in values]
    try:
        result = function(*numbers)
    except ZeroDivisionError as error:
        raise ExpressionProblem("division by zero") from error
    except (OverflowError, ValueError) as error:
        raise ExpressionProblem(f"{name} of {', '.join(map(_shown, values))} is no number") from error
    if isinstance(result, float) and not math.isfinite(result):
        raise ExpressionProblem(f"{name} of {', '.join(map(_shown, values))} is not finite")
    return result if isinstance(result, (bool, float)) else _wrapped(result)


def _numeric(value: Value) -> int | float:
    if isinstance(value, (bool, str)):
        raise ExpressionProblem(f"{_shown(value)} is no number")
    return value


def _shown(value: Value) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower()


def _wrapped(value: int) -> int:
    return (value + 2**31) % 2**32 - 2**31


def _quotient(a: float, b: float) -> float:
    if isinstance(a, int) and isinstance(b, int):
        whole = abs(a) // abs(b)
        return whole if (a < 0) == (b < 0) else -whole
    return a / b


def _remainder(a: float, b: float) -> float:
    """Return the rest, with the sign of the dividend."""
    if isinstance(a, int) and isinstance(b, int):
        return a - b * int(_quotient(a, b))
    if b == 0:
        raise ZeroDivisionError
    return math.fmod(a, b)


_LOGIC: dict[str, Callable[..., bool]] = {
    "AND": lambda a, b: a and b,
    "OR": lambda a, b: a or b,
    "XOR": lambda a, b: a != b,
    "NOT": lambda a: not a,
}
_FUNCTIONS: dict[str, tuple[tuple[int, ...], Callable[..., int | float | bool]]] = {
    "+": ((2,), lambda a, b: a + b),
    "-": ((1, 2), lambda a, *b: a - b[0] if b else -a),
    "*": ((2,), lambda a, b: a * b),
    "/": ((2,), _quotient),
    "%": ((2,), _remainder),
    "^": ((2,), math.pow),
    "<": ((2,), lambda a, b: a < b),
    ">": ((2,), lambda a, b: a > b),
    "<=": ((2,), lambda a, b: a <= b),
    ">=": ((2,), lambda a, b: a >= b),
    "Trunc": ((1,), math.floor),
    "Round": ((1,), lambda a: math.floor(a + 0.5)),
    "Ceil": ((1,), math.ceil),
    "Log": ((2,), lambda base, a: math.log(a, base)),
    "Sqrt": ((1,), math.sqrt),
    "Min": ((2,), min),
    "Max": ((2,), max),
}
