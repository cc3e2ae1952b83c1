"""Demands of an original model as demands of the language.

Random parts of the original are independent, so that the task groups of a profile are all combinations of
their values. Where these are too many, some of them stand for all.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate, product
from typing import NamedTuple

from ... import dsl
from ...dsl.profile import UNIT_OF, Variable
from ...units import MIB
from .. import stoex
from ..stoex import ExpressionProblem
from .demands import TYPES, scale
from .terms import Terms

MOST_COMBINATIONS = 1024
"""More combinations of random values are not kept one by one."""
_SAMPLES = 256
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


class Part(NamedTuple):
    """A part of a demand with the same random factors."""

    kind: str
    """Of `TYPES`."""
    random: tuple[int, ...]
    """Positions of the random factors."""
    mean: dict[Variable, float]
    """Without the random factors, in units of the original."""


class ReadDemands(NamedTuple):
    """Demands of a profile."""

    weights: tuple[float, ...]
    """Of task groups, the shortest first; their sum is the number of tasks."""
    demands: tuple[dsl.Demand, ...]
    sampled: bool
    """Whether the random values have more combinations than there are groups."""


def read_demands(demands: Sequence[tuple[str, str]], tasks: int) -> ReadDemands:
    """Return demands of the language with a spread over task groups.

    Parameters
    ----------
    demands
        Processing types, of `TYPES`, with expressions.
    tasks
        Number of tasks.

    Raises
    ------
    ExpressionProblem
        If an expression is none, or has no form in the language; the message begins with the expression.
    """
    terms = Terms()
    parts: list[Part] = []
    for kind, text in demands:
        try:
            found = terms.of(stoex.parse(text))
        except ExpressionProblem as error:
            problem = str(error)
            raise ExpressionProblem(problem if text in problem else f"'{text}': {problem}") from error
        by_random: dict[tuple[int, ...], dict[Variable, float]] = {}
        for term in found:
            mean = by_random.setdefault(term.random, {})
            mean[term.variable] = mean.get(term.variable, 0.0) + term.coefficient
        parts += [Part(kind, random, mean) for random, mean in by_random.items()]
        if any(value < 0 for mean in by_random.values() for value in mean.values()):
            raise ExpressionProblem(f"'{text}': a part of it is negative")
    if any(value < 0 for values in terms.distributions for value, _ in values):
        raise ExpressionProblem("a random value of the demands is negative")
    return _spread(parts, terms, tasks)


_Groups = list[tuple[float, tuple[float, ...]]]  # probability, and a value of each distribution


def _combinations(distributions: Sequence[tuple[tuple[float, float], ...]]) -> _Groups:
    return [
        (math.prod(p for _, p in chosen), tuple(value for value, _ in chosen))
        for chosen in product(*distributions)
    ]


def _samples(distributions: Sequence[tuple[tuple[float, float], ...]]) -> _Groups:
    """Return combinations that cover those of independent values evenly (additive recurrence, Weyl 1916)."""
    columns = []
    for i, values in enumerate(distributions):
        bounds = list(accumulate(p for _, p in values))
        step = math.sqrt(_PRIMES[(i - 1) % len(_PRIMES)]) if i else 1 / _SAMPLES
        positions = ((0.5 / _SAMPLES + k * step) % 1.0 * bounds[-1] for k in range(_SAMPLES))
        columns.append([values[min(bisect(bounds, at), len(values) - 1)][0] for at in positions])
    return [(1 / _SAMPLES, chosen) for chosen in zip(*columns, strict=True)]


def _spread(parts: Sequence[Part], terms: Terms, tasks: int) -> ReadDemands:
    distributions = terms.distributions
    sampled = math.prod(map(len, distributions)) > MOST_COMBINATIONS
    groups = _samples(distributions) if sampled else _combinations(distributions)
    means = [math.fsum(v * p for v, p in values) for values in distributions]
    columns = []
    for part in parts:
        values = [math.prod(chosen[number] for number in part.random) for _, chosen in groups]
        middle = math.fsum(v * p for v, (p, _) in zip(values, groups, strict=True))
        spread = [value / middle for value in values] if middle else [1.0] * len(groups)
        columns.append((part, math.prod(means[number] for number in part.random), spread))
    order = sorted(range(len(groups)), key=lambda g: sum(spread[g] for _, _, spread in columns))
    return ReadDemands(
        tuple(tasks * groups[g][0] for g in order),
        tuple(_demand(part, factor, [spread[g] for g in order]) for part, factor, spread in columns),
        sampled,
    )


def _demand(part: Part, factor: float, spread: Sequence[float]) -> dsl.Demand:
    resource, activity = TYPES[part.kind]
    unit = scale(resource)
    per_byte: Mapping[str, float] = {"task_bytes": unit / MIB}
    return dsl.Demand(
        resource=resource,
        activity=activity,
        unit=UNIT_OF[resource],
        mean={name: value * factor * per_byte.get(name, unit) for name, value in part.mean.items()},
        spread=tuple(spread),
    )
