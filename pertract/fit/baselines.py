"""What a prediction must beat: rules that know nothing but slots, amount of data and response times."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .nonnegative import fit_relative


@dataclass(frozen=True, slots=True)
class Total:
    """What a baseline knows of a run."""

    slots: float
    """Task slots."""
    data: float
    """Amount of data, in any unit that is the same for all."""
    response_time_s: float = math.nan
    """Measured; unknown for what is asked."""


Rule = Callable[[Total], float]
"""Returns the response time of a run, seconds."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A rule with what there is to say about it."""

    name: str
    rule: Rule | None
    """None where the calibration runs do not suffice."""
    note: str = ""
    """Why there is none, or how little it rests on."""


def baselines(calibration: Sequence[Total]) -> tuple[Baseline, ...]:
    """Return the usual baselines, fitted to calibration runs.

    *Same as measured* and *ideal scaling* start from the nearest calibration run (in slots and data, on
    logarithmic scales). *Amdahl* is a + b data/slots (Amdahl 1967, with the parallel work proportional to the
    data); *Ernest* a + b data/slots + c log(slots) + d slots (Venkataraman et al., NSDI 2016). Both are
    fitted with non-negative least squares of relative errors.

    Parameters
    ----------
    calibration
        At least one run.
    """

    def same(asked: Total) -> float:
        return _nearest(calibration, asked).response_time_s

    def ideal(asked: Total) -> float:
        base = _nearest(calibration, asked)
        return base.response_time_s * (asked.data / base.data) * (base.slots / asked.slots)

    return (
        Baseline("same as measured", same),
        Baseline("ideal scaling", ideal),
        _fitted("Amdahl", calibration, lambda run: (1.0, run.data / run.slots)),
        _fitted(
            "Ernest",
            calibration,
            lambda run: (1.0, run.data / run.slots, math.log(run.slots), run.slots),
        ),
    )


def _nearest(calibration: Sequence[Total], asked: Total) -> Total:
    def distance(run: Total) -> float:
        return abs(math.log(run.slots / asked.slots)) + abs(math.log(run.data / asked.data))

    return min(calibration, key=distance)


def _fitted(name: str, calibration: Sequence[Total], terms: Callable[[Total], tuple[float, ...]]) -> Baseline:
    matrix = np.array([terms(run) for run in calibration])
    count, different = matrix.shape[1], len(np.unique(matrix, axis=0))
    if different < 2:
        reason = f"needs two different calibration runs, and there is {different}"
        return Baseline(name, None, reason)
    coefficients = fit_relative(matrix, [run.response_time_s for run in calibration])
    few = different < count
    return Baseline(
        name,
        lambda asked: float(np.dot(terms(asked), coefficients)),
        f"{count} terms from only {different} different calibration runs" if few else "",
    )
