"""Intervals from replications."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

FEWEST_DEGREES = 10
"""Degrees of freedom granted to few replications: most of the spread is not theirs."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A predicted quantity, in the unit of its name."""

    mean: float
    std: float
    """Standard deviation over replications."""
    ci95: tuple[float, float]
    """95 % confidence interval of the mean over replications."""
    interval90: tuple[float, float]
    """90 % prediction interval for one new run of the real application."""
    p50: float
    p95: float

    def within(
        self, confidence: float, *, replications: int, error_below: float, error_above: float
    ) -> float:
        """Return the bound below which one new run of the real application stays with a probability.

        The upper end of ``interval90`` is that of 95 %: 5 % of runs are expected above it.

        Parameters
        ----------
        confidence
            The probability, above 0 and below 1.
        replications
            How many the estimate rests on.
        error_below, error_above
            As for `estimate`.
        """
        error = error_above if confidence >= 0.5 else error_below
        relative = self.std / self.mean if self.mean > 0 else 0.0
        return self.mean * _new_run(confidence, relative, replications, error)

    def scaled(self, factor: float) -> Estimate:
        """Return the estimate of a quantity that is proportional to this one; the factor is not negative."""
        return Estimate(
            mean=self.mean * factor,
            std=self.std * factor,
            ci95=(self.ci95[0] * factor, self.ci95[1] * factor),
            interval90=(self.interval90[0] * factor, self.interval90[1] * factor),
            p50=self.p50 * factor,
            p95=self.p95 * factor,
        )


def t_quantile(probability: float, degrees: int) -> float:
    """Return the quantile of Student's t distribution."""
    from scipy.special import stdtrit  # scipy.stats would take two seconds to import

    return float(stdtrit(degrees, probability))


def estimate(
    values: ArrayLike, *, error_below: float = 0.0, error_above: float = 0.0, most: float = math.inf
) -> Estimate:
    """Return mean and intervals of independent replications.

    Parameters
    ----------
    values
        One value per replication, shape ``(n,)``.
    error_below, error_above
        Standard deviation of real runs below and above the model's mean, relative to it: run-to-run
        noise and what the model does not know. The prediction interval adds them to the spread of the
        replications.
    most
        What the quantity cannot exceed.

    Notes
    -----
    Errors are taken on a logarithmic scale, so that no bound is negative. With one replication there
    is no spread to estimate from: ``ci95`` is then the mean itself and the prediction interval rests
    on the errors alone.
    """
    data = np.asarray(values, dtype=float)
    n, mean = len(data), float(np.mean(data))
    std = float(np.std(data, ddof=1)) if n > 1 else 0.0
    half = t_quantile(0.975, n - 1) * std / math.sqrt(n) if n > 1 else 0.0
    relative = std / mean if mean > 0 else 0.0
    below = _new_run(0.05, relative, n, error_below)
    above = _new_run(0.95, relative, n, error_above)
    return Estimate(
        mean=mean,
        std=std,
        ci95=(max(0.0, mean - half), min(mean + half, max(mean, most))),
        interval90=(min(mean * below, most), min(mean * above, most)),
        p50=float(np.quantile(data, 0.5)),
        p95=float(np.quantile(data, 0.95)),
    )


def _new_run(probability: float, relative_std: float, replications: int, error: float) -> float:
    """Return the quantile of one new run, relative to the mean of the replications."""
    simulated = relative_std**2 * (1 + 1 / replications)
    quantile = t_quantile(probability, max(replications - 1, FEWEST_DEGREES))
    return math.exp(quantile * math.sqrt(simulated + error**2))
