"""Amounts that accrue evenly over intervals, as functions of time."""

from __future__ import annotations

import numpy as np

from ...sources.spark.records import Floats

_SHORTEST_S = 1e-6


def accrued(begin_s: Floats, end_s: Floats, amount: Floats, at_s: Floats) -> Floats:
    """Return how much has accrued until given times if each amount comes evenly over its interval.

    Parameters
    ----------
    begin_s, end_s, amount
        Intervals, which may overlap, shape ``(n,)``.
    at_s
        Ascending times, shape ``(m,)``.

    Returns
    -------
    Amounts, shape ``(m,)``.
    """
    if not len(amount):
        return np.zeros(len(at_s))
    length = np.maximum(end_s - begin_s, _SHORTEST_S)
    at = np.concatenate([begin_s, begin_s + length])
    change = np.concatenate([amount / length, -amount / length])
    order = np.argsort(at, kind="stable")
    at, rate = at[order], np.cumsum(change[order])
    total = np.concatenate([[0.0], np.cumsum(rate[:-1] * np.diff(at))])
    # What rounding leaves after many intervals must not grow: the end is the sum.
    if total[-1] > 0:
        total *= amount.sum() / total[-1]
    return np.asarray(np.interp(at_s, at, total))


def spread(cumulative: Floats, at_s: Floats, busy_s: Floats, begin_s: Floats, end_s: Floats) -> Floats:
    """Return what each of some activities gets of an amount that is shared evenly among those that run.

    Parameters
    ----------
    cumulative
        The amount until each time, shape ``(m,)``, ascending.
    at_s
        The times, shape ``(m,)``.
    busy_s
        Activity until each time, summed over all activities, shape ``(m,)``; of these it is made of:
    begin_s, end_s
        The activities, shape ``(n,)``.

    Returns
    -------
    Amounts, shape ``(n,)``. What came when nothing ran is nobody's: the sum may be less than the amount.
    """
    grown, busy, length = np.diff(cumulative), np.diff(busy_s), np.diff(at_s)
    rate = np.divide(grown, busy, out=np.zeros_like(grown), where=busy > _SHORTEST_S)
    level = np.concatenate([[0.0], np.cumsum(rate * length)])
    return np.asarray(np.interp(end_s, at_s, level) - np.interp(begin_s, at_s, level))
