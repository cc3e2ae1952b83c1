"""Text of stochastic expressions (StoEx), free of their traps.

A number without a point is a 32-bit integer and a division of two integers drops the rest, so all numbers
that are not counts have a point; an exponent must have no leading zero and is written ``E-5``.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ..stoex import number as literal

MOST_BOXES = 24
"""Boxes of a density, unless fewer are asked for."""


def number(value: float) -> str:
    """Return a floating-point literal, rounded to ten digits."""
    return literal(float(f"{value:.10g}"))


def linear(coefficients: dict[str, float]) -> str:
    """Return a sum of coefficient x factor; the factor of a constant is empty."""
    terms = [
        number(value) if not factor else f"{number(value)} * {factor}"
        for factor, value in coefficients.items()
        if value
    ]
    return " + ".join(terms) or "0.0"


def discrete(values: Sequence[float], weights: Sequence[float], most: int = MOST_BOXES) -> str:
    """Return the density of values that occur with weights, as boxes between them.

    Neighbouring boxes meet halfway between their values. The boxes are shifted as one, so that the mean is
    that of the values, and the first ends where it begins: ``DoublePDF`` begins at 0.
    """
    merged = _boxes(_merged(values, weights), most)
    if len(merged) == 1:
        return number(values[0])
    points, masses = zip(*merged, strict=True)
    middles = [(a + b) / 2 for a, b in itertools.pairwise(points)]
    edges = [max(0.0, points[0] - (middles[0] - points[0])), *middles, points[-1]]
    total = sum(masses)
    mean = sum(point * mass for point, mass in merged) / total
    boxed = sum((a + b) / 2 * m for a, b, m in zip(edges, edges[1:], masses, strict=False)) / total
    scale = mean / boxed
    shares = _shares(masses)
    bounds = [literal(float(f"{edge * scale:.5g}")) for edge in edges]
    if len(set(bounds)) < len(bounds):  # a bound may not appear twice
        bounds = [number(edge * scale) for edge in edges]
    boxes = [f"({bounds[0]};0.0)"]
    boxes += [f"({bound};{share})" for bound, share in zip(bounds[1:], shares, strict=True)]
    return f"DoublePDF[{''.join(boxes)}]"


def _boxes(merged: list[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """Return about ``most`` values or fewer: the largest ones stay, the others are joined by weight."""
    if len(merged) <= most:
        return merged
    apart = most // 4
    joined: list[tuple[float, float]] = []
    limit = sum(weight for _, weight in merged[:-apart]) / (most - apart)
    for value, weight in merged[:-apart]:
        before = joined[-1] if joined else (0.0, limit)
        if before[1] + weight <= limit:
            total = before[1] + weight
            joined[-1] = (before[0] * before[1] + value * weight) / total, total
        else:
            joined.append((value, weight))
    return joined + merged[-apart:]


def _merged(values: Sequence[float], weights: Sequence[float]) -> list[tuple[float, float]]:
    """Return distinct values in ascending order with their weights."""
    found: dict[float, float] = {}
    for value, weight in sorted(zip(values, weights, strict=True)):
        rounded = float(f"{value:.6g}")
        if weight > 0:
            found[rounded] = found.get(rounded, 0.0) + weight
    return list(found.items())


def _shares(masses: Sequence[float]) -> list[str]:
    """Return shares that add up to one as written."""
    total, done, before = sum(masses), 0.0, 0
    shares = []
    for mass in masses:
        done += mass
        now = round(done / total * 100_000)
        shares.append(number((now - before) / 100_000))
        before = now
    return shares


def piecewise(variable: str, steps: Sequence[tuple[str, str]]) -> str:
    """Return the value of the first step whose bound the variable does not exceed.

    Parameters
    ----------
    variable
        Expression that is compared.
    steps
        Bounds in ascending order and the values up to them; the last bound does not count. They are nested as
        a balanced tree: 64 steps are six comparisons deep.
    """
    if len(steps) == 1:
        return steps[0][1]
    half = len(steps) // 2
    low, high = piecewise(variable, steps[:half]), piecewise(variable, steps[half:])
    return f"({variable} <= {steps[half - 1][0]} ? {low} : {high})"
