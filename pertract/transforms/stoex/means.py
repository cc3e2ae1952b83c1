"""What expressions with random parts give: exact means, and all outcomes where these are finitely many.

Every random part of an expression is drawn on its own, so that different parts are independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import product

from .tree import (
    Binary,
    Call,
    Choice,
    Distribution,
    Expression,
    ExpressionProblem,
    Unary,
    Value,
    is_random,
    parts,
)
from .values import apply, evaluate, truth

_MOST_OUTCOMES = 100_000

Variables = Mapping[str, Value]


def mean(expression: Expression, variables: Variables | None = None) -> float:
    """Return the exact mean of an expression.

    Parameters
    ----------
    expression
        A parsed expression.
    variables
        Values by name with characterisation, such as ``dataSize.VALUE``.

    Raises
    ------
    ExpressionProblem
        If the value is no number, or the mean is not known exactly: where something else than a sum,
        difference, product or floating division is done to a continuous distribution.
    """
    known = variables or {}
    if not is_random(expression):
        return _number(evaluate(expression, known))
    match expression:
        case Distribution(kind, _):
            try:
                return math.fsum(value * p for value, p in expression.groups)
            except TypeError as error:
                raise ExpressionProblem(f"{kind} has no mean") from error
        case Unary("-", operand):
            return -mean(operand, known)
        case Binary("+" | "-" as sign, left, right):
            return mean(left, known) + (1 if sign == "+" else -1) * mean(right, known)
        case Binary("*", left, right):
            return mean(left, known) * mean(right, known)
        case Binary("/", left, right) if not is_random(right):
            divisor = evaluate(right, known)
            if isinstance(divisor, float) or _is_double(left, known):
                return _number(apply("/", [mean(left, known), divisor]))
        case Choice(condition, then, otherwise):
            chances = outcomes(condition, known)
            holds = math.fsum(p for value, p in chances.items() if truth(value))
            return holds * mean(then, known) + (1 - holds) * mean(otherwise, known)
        case Call(function, arguments) if function in _MEANS and not any(map(is_random, arguments)):
            return _function_mean(function, [_number(evaluate(a, known)) for a in arguments])
    return math.fsum(_number(value) * p for value, p in outcomes(expression, known).items())


def outcomes(expression: Expression, variables: Variables | None = None) -> dict[Value, float]:
    """Return every value an expression can have, with its probability.

    Raises
    ------
    ExpressionProblem
        If they are not finitely many, or more than 100,000.
    """
    known = variables or {}
    if not is_random(expression):
        return {evaluate(expression, known): 1.0}
    match expression:
        case Distribution("IntPMF" | "DoublePMF" | "BoolPMF" | "EnumPMF", samples):
            return dict(samples)
        case Unary(name, _) | Binary(name, _, _) | Call(name, _) if name not in _MEANS:
            return _combined(name, [outcomes(part, known) for part in parts(expression)])
        case Choice(condition, then, otherwise):
            found: dict[Value, float] = {}
            for value, p in outcomes(condition, known).items():
                branch = outcomes(then if truth(value) else otherwise, known)
                _add(found, {result: p * q for result, q in branch.items()})
            return found
        case Distribution(name, _) | Call(name, _):
            raise ExpressionProblem(f"{name} is continuous, so what is done to it here has no exact result")
    raise AssertionError(expression)


def _combined(name: str, operands: list[dict[Value, float]]) -> dict[Value, float]:
    if math.prod(map(len, operands)) > _MOST_OUTCOMES:
        raise ExpressionProblem(f"{name} has more than {_MOST_OUTCOMES:,} outcomes")
    found: dict[Value, float] = {}
    for chosen in product(*(operand.items() for operand in operands)):
        _add(found, {apply(name, [value for value, _ in chosen]): math.prod(p for _, p in chosen)})
    return found


def _add(found: dict[Value, float], more: dict[Value, float]) -> None:
    for value, p in more.items():
        found[value] = found.get(value, 0.0) + p


def _is_double(expression: Expression, variables: Variables) -> bool:
    """Return whether an expression is certainly a DOUBLE."""
    match expression:
        case Distribution(kind, _):
            return kind in ("DoublePDF", "DoublePMF")
        case Unary("-", operand):
            return _is_double(operand, variables)
        case Binary("+" | "-" | "*" | "/" | "%", left, right):
            return _is_double(left, variables) or _is_double(right, variables)
        case Binary("^", _, _):
            return True
        case Call(function, _) if function in _MEANS:
            return function not in ("Pois", "UniInt")
    return not is_random(expression) and isinstance(evaluate(expression, variables), float)


def _number(value: Value) -> float:
    if isinstance(value, (bool, str)):
        raise ExpressionProblem(f"{value} is no number")
    return float(value)


def _function_mean(function: str, arguments: list[float]) -> float:
    count, formula = _MEANS[function]
    if len(arguments) != count:
        raise ExpressionProblem(f"{function} cannot have {len(arguments)} arguments")
    try:
        found = formula(*arguments)
    except (ZeroDivisionError, OverflowError) as error:
        raise ExpressionProblem(f"{function} has no mean with these arguments") from error
    return found


_MEANS: dict[str, tuple[int, Callable[..., float]]] = {
    "Norm": (2, lambda mean, _: mean),
    "Exp": (1, lambda rate: 1 / rate),
    "Pois": (1, lambda mean: mean),
    "UniDouble": (2, lambda low, high: (low + high) / 2),
    "UniInt": (2, lambda low, high: (low + high) / 2),
    "Lognorm": (2, lambda mu, sigma: math.exp(mu + sigma**2 / 2)),
    "LognormMoments": (2, lambda mean, _: mean),
    "Gamma": (2, lambda shape, scale: shape * scale),
    "GammaMoments": (2, lambda mean, _: mean),
}
