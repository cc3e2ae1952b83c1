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


def t_quantile(probability: float, degrees: int) -> float:
    """Return the quantile of Student's t distribution."""
    from scipy.special import stdtrit  # scipy.stats would take two seconds to import

    return float(stdtrit(degrees, probability))


def estimate(values: ArrayLike, *, model_error: float = 0.0) -> Estimate:
    """Return mean and intervals of independent replications.

    Parameters
    ----------
    values
        One value per replication, shape ``(n,)``.
    model_error
        Standard deviation of the real run relative to the model's mean: run-to-run noise and what the
        model does not know. The prediction interval adds it to the spread of the replications.

    Notes
    -----
    The prediction interval is symmetric on a logarithmic scale: a run twice as long is as likely as
    one half as long, and no bound is negative. With one replication there is no spread to estimate
    from: ``ci95`` is then the mean itself and the prediction interval rests on the model error alone.
    """
    data = np.asarray(values, dtype=float)
    n, mean = len(data), float(np.mean(data))
    std = float(np.std(data, ddof=1)) if n > 1 else 0.0
    half = t_quantile(0.975, n - 1) * std / math.sqrt(n) if n > 1 else 0.0
    relative = std / mean if mean > 0 else 0.0
    spread = math.sqrt(relative**2 * (1 + 1 / n) + model_error**2)
    factor = math.exp(t_quantile(0.95, max(n - 1, FEWEST_DEGREES)) * spread)
    return Estimate(
        mean=mean,
        std=std,
        ci95=(mean - half, mean + half),
        interval90=(mean / factor, mean * factor),
        p50=float(np.quantile(data, 0.5)),
        p95=float(np.quantile(data, 0.95)),
    )
