"""Runs of the same configuration next to their one prediction: how much of the error is noise between runs.

The root mean square error is that of the published evaluation of PerTract (Kroß & Krcmar 2019, section 6):
over measured runs against the mean of the simulation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .validation import QUANTITIES, Comparison, Row, Validation


@dataclass(frozen=True, slots=True)
class Repeats:
    """One quantity of several runs of a configuration, in the unit of its name."""

    runs: int
    measured: float
    """Mean of the runs."""
    predicted: float
    """The prediction."""
    rmse: float
    """Root of the mean square difference between a run and the prediction."""

    @property
    def error(self) -> float:
        """(predicted - measured) / measured, of the means."""
        return (self.predicted - self.measured) / self.measured

    @property
    def run_to_run(self) -> float:
        """Standard deviation of the runs: the part of the root mean square error that is no bias."""
        return math.sqrt(max(0.0, self.rmse**2 - (self.predicted - self.measured) ** 2))


@dataclass(frozen=True, slots=True)
class RepeatedConfiguration:
    """A configuration that was measured several times."""

    rows: tuple[Row, ...]
    quantities: Mapping[str, Repeats]
    """By name of the quantity; only what several of the runs measured."""


def compare(comparisons: Sequence[Comparison]) -> Repeats:
    """Return one quantity of several runs next to their prediction."""
    count = len(comparisons)
    return Repeats(
        runs=count,
        measured=math.fsum(c.measured for c in comparisons) / count,
        predicted=math.fsum(c.predicted for c in comparisons) / count,
        rmse=math.sqrt(math.fsum((c.measured - c.predicted) ** 2 for c in comparisons) / count),
    )


def repeated(validation: Validation) -> tuple[RepeatedConfiguration, ...]:
    """Return the configurations that several predicted runs have, in the order of the table."""
    by_prediction: dict[int, list[Row]] = {}
    for row in validation.predicted:
        by_prediction.setdefault(id(row.prediction), []).append(row)
    found = []
    for rows in by_prediction.values():
        quantities = {}
        for name in QUANTITIES:
            measured = [row.comparisons[name] for row in rows if name in row.comparisons]
            if len(measured) > 1:
                quantities[name] = compare(measured)
        if quantities:
            found.append(RepeatedConfiguration(tuple(rows), quantities))
    return tuple(found)
