"""Laws: how quantities of the whole application follow data and cluster (parametric dependencies).

A law is a sum of coefficients times variables, none below zero. Laws come from several calibration runs;
a model of one run has none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, TypeVar

from .base import Element, NonNegative, PositiveCount

LawVariable = Literal["constant", "data", "slots", "executors", "log_executors"]
"""What a quantity of the application can depend on.

``constant`` is 1, ``data`` the size of the data relative to the calibration run, ``slots`` and
``executors`` their number, ``log_executors`` the natural logarithm of the number of executors.
"""
Law = dict[LawVariable, NonNegative]
"""Coefficients by variable; empty: no law."""


class Fit(Element):
    """How well calibration runs support a dependency."""

    runs: PositiveCount
    """Calibration runs it was fitted to."""
    points: PositiveCount
    """Different sizes of data and cluster among them."""
    error: NonNegative
    """Typical relative error for a run that was left out of the fit, or of the fit where runs are few."""
    observed: tuple[tuple[NonNegative, NonNegative], ...] = ()
    """Data size relative to the first run, and measured mean, of each run."""


_V = TypeVar("_V", bound=str)


def evaluate(coefficients: Mapping[_V, float], variables: Mapping[_V, float]) -> float:
    """Return the sum of coefficient x variable."""
    return sum(coefficient * variables[name] for name, coefficient in coefficients.items())


def law_variables(*, data: float, slots: float, executors: float) -> dict[LawVariable, float]:
    """Return the variables of a law.

    Parameters
    ----------
    data
        Size of the data relative to the calibration run.
    slots, executors
        Their number.
    """
    return {
        "constant": 1.0,
        "data": data,
        "slots": slots,
        "executors": executors,
        "log_executors": math.log(executors),
    }
