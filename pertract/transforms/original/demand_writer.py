"""Demands of the language as expressions of an original model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ... import dsl
from ...dsl.law import evaluate
from ...dsl.profile import Variable
from .. import stoex
from ..stoex import Binary, Distribution, Expression, ExpressionProblem, Literal
from ..stoex.tree import INT_MOST
from ..stoex.tree import Variable as Name
from .demands import FOLLOW_TASK_DATA, WRITTEN_AS, scale


def joined(profile: dsl.StageProfile, variables: Mapping[Variable, float]) -> list[dsl.Demand]:
    """Return the demands of a profile with those of one type that vary as one.

    The original draws every random value on its own; so at least what is of one kind stays together.

    Parameters
    ----------
    profile
        A profile of the language.
    variables
        Values of the variables of demands in the calibration run.
    """
    found: list[dsl.Demand] = []
    varying: dict[str, int] = {}  # positions by type
    for demand in profile.demands:
        kind = WRITTEN_AS[demand.resource]
        if len(set(demand.spread)) == 1:
            found.append(demand)
        elif kind not in varying:
            varying[kind] = len(found)
            found.append(demand)
        else:
            found[varying[kind]] = _together(found[varying[kind]], demand, variables)
    return found


def _together(first: dsl.Demand, second: dsl.Demand, variables: Mapping[Variable, float]) -> dsl.Demand:
    means = evaluate(first.mean, variables), evaluate(second.mean, variables)
    total = sum(means)
    spread = tuple(
        (a * means[0] + b * means[1]) / total if total else 1.0
        for a, b in zip(first.spread, second.spread, strict=True)
    )
    names = dict.fromkeys((*first.mean, *second.mean))
    mean = {name: first.mean.get(name, 0.0) + second.mean.get(name, 0.0) for name in names}
    return first.model_copy(update={"mean": mean, "spread": spread})


def write_demand(
    demand: dsl.Demand,
    weights: Sequence[float],
    variables: Mapping[Variable, float],
    task_megabytes: float,
) -> tuple[str, str | None]:
    """Return a demand as an expression, with the name of the variable it depends on most.

    Parameters
    ----------
    demand
        A demand of the language.
    weights
        Of the task groups of its profile.
    variables
        Values of the variables of demands in the calibration run.
    task_megabytes
        Data of a task as the original counts them; where there are none, demands are constant.

    Raises
    ------
    ExpressionProblem
        If a number is not finite.
    """
    unit = 1 / scale(demand.resource)
    per_data = constant = executors = 0.0
    for name, coefficient in demand.mean.items():
        if name in FOLLOW_TASK_DATA and task_megabytes > 0:
            per_data += coefficient * variables[name] / task_megabytes
        elif name == "executors":
            executors += coefficient
        else:
            constant += coefficient * variables[name]
    summands: list[Expression] = []
    for value, variable in (
        (constant, None),
        (per_data, "dataSize.VALUE"),
        (executors, "executors.BYTESIZE"),
    ):
        if value:
            number = Literal(whole(value * unit))
            summands.append(number if variable is None else Binary("*", Name(variable), number))
    mean: Expression = Literal(0)
    for i, summand in enumerate(summands):
        mean = Binary("+", mean, summand) if i else summand
    names = [("dataSize.VALUE", per_data), ("executors.BYTESIZE", executors)]
    return stoex.write(_spread(mean, demand.spread, weights)), next((n for n, v in names if v), None)


def _spread(mean: Expression, spread: Sequence[float], weights: Sequence[float]) -> Expression:
    most = max(weights)
    chances: dict[float, float] = {}
    for value, weight in zip(spread, weights, strict=True):
        chances[value] = chances.get(value, 0.0) + weight / most
    total = math.fsum(chances.values())
    if mean == Literal(0) or (len(chances) == 1 and 1.0 in chances):
        return mean
    if len(chances) == 1:
        return Binary("*", mean, Literal(next(iter(chances))))
    samples = tuple((value, p / total) for value, p in sorted(chances.items()))
    return Binary("*", Distribution("DoublePMF", samples), mean)


def whole(value: float) -> int | float:
    """Return a number with 15 digits, as an INT where it is one.

    Raises
    ------
    ExpressionProblem
        If it is not finite.
    """
    if not math.isfinite(value):
        raise ExpressionProblem(f"{value} cannot be written as a number")
    value = float(f"{value:.15g}")
    return round(value) if value.is_integer() and abs(value) <= INT_MOST else value
