"""Random values as groups of numbers: the language has groups of tasks instead of densities.

A density is cut into parts of equal chance, and each part is said by its mean, so that the mean of the whole
stays and quantiles stay within a part. The last part of an unbounded density is cut again and again, because
the largest of many values decides when a stage ends.
"""

from __future__ import annotations

import itertools
import math
from statistics import NormalDist

from ...stoex import Call, Distribution, ExpressionProblem, Literal, Value, mean
from .quantities import Evaluation, number

PARTS = 64
"""Parts of a density, where there is one."""
FEWEST_PARTS = 16
"""Parts of each, where a stage has several."""
_INSIDE = 16
"""Points by which the mean of a part is found."""

Law = Distribution | Call


def groups(law: Law, at: Evaluation, tasks: int, parts: int = PARTS) -> list[tuple[Value, float]]:
    """Return the values of a law with their chances.

    Parameters
    ----------
    law
        What a value is drawn from.
    at
        Values of the arguments.
    tasks
        How many values are drawn about; decides how fine the upper end is.
    parts
        Parts of a density.

    Raises
    ------
    ExpressionProblem
        If the arguments do not make a distribution.
    """
    if isinstance(law, Distribution):
        return _of_table(law, parts)
    edges = [i / parts for i in range(parts)]
    while 1 - edges[-1] > 1.5 / max(tasks, parts):
        edges.append((edges[-1] + 1) / 2)
    edges.append(1.0)
    found: list[tuple[float, float]] = []
    for low, high in itertools.pairwise(edges):
        inside = [low + (high - low) * (i + 0.5) / _INSIDE for i in range(_INSIDE)]
        values = [number(quantile(law, at, u)) for u in inside]
        found.append((math.fsum(values) / _INSIDE, high - low))
    exact = mean(_with_values(law, at), {})
    about = math.fsum(value * chance for value, chance in found)
    scale = exact / about if about > 0 and exact > 0 else 1.0
    return [(value * scale, chance) for value, chance in found]


def _of_table(law: Distribution, parts: int) -> list[tuple[Value, float]]:
    if law.kind != "DoublePDF":
        return [(value, chance) for value, chance in law.samples if chance > 0]
    found: list[tuple[Value, float]] = []
    low = 0.0
    for high, chance in law.samples:
        assert not isinstance(high, (bool, str))  # the parser takes numbers only
        if chance > 0:
            count = max(1, round(chance * parts))
            width = (high - low) / count
            found += [(low + width * (i + 0.5), chance / count) for i in range(count)]
        low = float(high)
    return found


def quantile(law: Law, at: Evaluation, chance: float) -> Value:
    """Return the value that a law stays below with a chance between 0 and 1.

    Raises
    ------
    ExpressionProblem
        If the arguments do not make a distribution.
    """
    if isinstance(law, Distribution):
        return _table_quantile(law, chance)
    arguments = [number(at.value(argument)) for argument in law.arguments]
    try:
        found = _function_quantile(law.function, arguments, chance)
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise ExpressionProblem(f"{law.function} has no distribution with these arguments") from error
    if not math.isfinite(found):
        raise ExpressionProblem(f"{law.function} has no distribution with these arguments")
    return int(found) if law.function in ("Pois", "UniInt") else found


def _table_quantile(law: Distribution, chance: float) -> Value:
    below, low = 0.0, 0.0
    for value, part in law.samples:
        if part > 0 and chance < below + part:
            if law.kind == "DoublePDF":
                return low + (float(value) - low) * (chance - below) / part
            return value
        below += part
        low = float(value) if law.kind == "DoublePDF" else 0.0
    return law.samples[-1][0]


def _function_quantile(function: str, arguments: list[float], chance: float) -> float:
    match function, arguments:
        case "Exp", [rate]:
            return -math.log1p(-chance) / rate
        case "UniDouble", [low, high]:
            return low + (high - low) * chance
        case "UniInt", [low, high]:
            return low + math.floor((high - low + 1) * chance)
        case "Norm", [center, deviation]:
            return NormalDist(center, deviation).inv_cdf(chance)
        case "Lognorm", [mu, sigma]:
            return math.exp(NormalDist(mu, sigma).inv_cdf(chance))
        case "LognormMoments", [center, deviation]:
            square = math.log1p((deviation / center) ** 2)
            return math.exp(NormalDist(math.log(center) - square / 2, math.sqrt(square)).inv_cdf(chance))
    from scipy import stats

    match function, arguments:
        case "Gamma", [shape, scale]:
            return float(stats.gamma.ppf(chance, shape, scale=scale))
        case "GammaMoments", [center, deviation]:
            shape = (center / deviation) ** 2
            return float(stats.gamma.ppf(chance, shape, scale=center / shape))
        case "Pois", [center]:
            return float(stats.poisson.ppf(chance, center))
    raise ExpressionProblem(f"{function} cannot have {len(arguments)} arguments")


def _with_values(law: Call, at: Evaluation) -> Call:
    return Call(law.function, tuple(Literal(at.value(argument)) for argument in law.arguments))
