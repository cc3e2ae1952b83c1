"""Expressions and numbers as text that every version of the grammar reads."""

from __future__ import annotations

import math

from .tree import (
    INT_MOST,
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
)


def number(value: float) -> str:
    """Return a number as text that reads back as the same number.

    An `int` beyond 32 bit becomes a DOUBLE; exponents have no leading zeros.

    Raises
    ------
    ExpressionProblem
        If it is not finite.

    Examples
    --------
    >>> number(3), number(3.0), number(2**32), number(1e-5)
    ('3', '3.0', '4294967296.0', '1.0E-5')
    """
    if isinstance(value, int) and abs(value) <= INT_MOST:
        return str(value)
    value = float(value)
    if not math.isfinite(value):
        raise ExpressionProblem(f"{value} cannot be written as a number")
    mantissa, e, exponent = repr(value).partition("e")
    if not e:
        return mantissa
    return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}E{int(exponent)}"


def write(expression: Expression) -> str:
    """Return an expression as text, with parentheses wherever operators meet.

    Original PerTract reads only one ``+`` or ``-``, and one ``?:``, without parentheses.
    """
    match expression:
        case Literal(value):
            return _literal(value)
        case Variable(name):
            return name
        case Unary(operator, operand):
            return f"{operator}{' ' if operator == 'NOT' else ''}{_operand(operand)}"
        case Binary("*", left, right):  # products may be long and are read from left to right
            inner = write(left) if isinstance(left, Binary) and left.operator == "*" else _operand(left)
            return f"{inner} * {_operand(right)}"
        case Binary(operator, left, right):
            return f"{_operand(left)} {operator} {_operand(right)}"
        case Choice(condition, then, otherwise):
            return f"{_operand(condition)} ? {_operand(then)} : {_operand(otherwise)}"
        case Call(function, arguments):
            return f"{function}({', '.join(map(_argument, arguments))})"
        case Distribution(kind, samples):
            return f"{kind}[{''.join(f'({_literal(v)};{number(p)})' for v, p in samples)}]"


def _operand(expression: Expression) -> str:
    atom = isinstance(expression, (Literal, Variable, Call, Distribution))
    return write(expression) if atom else f"({write(expression)})"


def _argument(expression: Expression) -> str:
    return f"({write(expression)})" if isinstance(expression, Choice) else write(expression)


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return number(value)
