"""What the runs of several simulations say together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...simulate import Estimate
from ...simulate.intervals import estimate
from ...simulate.shared import Run

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity of the runs of an application."""

    mean: float
    """Mean of the means of the replications."""
    ci95: tuple[float, float]
    """95 % confidence interval of the mean over replications."""
    p50: float
    """Median of all runs of all replications; so are the other quantiles."""
    p90: float
    p95: float
    p99: float


def figure(replications: Sequence[Sequence[Run]], quantity: Callable[[Run], float]) -> Figure | None:
    """Return a quantity of runs; None if there are none.

    Parameters
    ----------
    replications
        The runs of each replication.
    quantity
        What is asked of a run.
    """
    values = [[quantity(run) for run in runs] for runs in replications if runs]
    if not values:
        return None
    means = estimate([float(np.mean(each)) for each in values])
    p50, p90, p95, p99 = np.quantile(np.concatenate(values), (0.5, 0.9, 0.95, 0.99))
    return Figure(means.mean, means.ci95, float(p50), float(p90), float(p95), float(p99))


@dataclass(frozen=True, slots=True)
class Usage:
    """How busy the cluster is."""

    room: Estimate
    """Share of the room that executors hold."""
    cpu: Estimate | None
    """Share of the cores that work; None where the cluster has places and no cores."""
    throughput_per_hour: Estimate
    """Runs that end."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time over which the cluster is looked at, seconds; without an end until the last run ends."""

    begin_s: float
    end_s: float | None


def usage(replications: Sequence[Sequence[Run]], *, room: int, cores: int | None, window: Window) -> Usage:
    """Return how busy the cluster is, from all runs.

    Parameters
    ----------
    replications
        The runs of each replication, those that do not count included.
    room, cores
        Of the whole cluster; None where cores are unknown.
    window
        When to look. A run is taken to use its CPU evenly from its first executor to its end.
    """
    held, used, ended = [], [], []
    for runs in replications:
        begin_s = window.begin_s
        last_s = max((run.end_s for run in runs), default=0.0) if window.end_s is None else window.end_s
        length_s = max(last_s - begin_s, 1e-9)
        held.append(
            sum(
                run.needs * _overlap(granted_s, run.end_s, begin_s, last_s)
                for run in runs
                for granted_s in run.granted_s
            )
            / (room * length_s)
        )
        used.append(sum(_core_s(run, begin_s, last_s) for run in runs) / ((cores or 1) * length_s))
        ended.append(sum(begin_s <= run.end_s <= last_s for run in runs) / length_s * HOUR_S)
    return Usage(estimate(held, most=1.0), estimate(used) if cores else None, estimate(ended))


def _overlap(from_s: float, to_s: float, begin_s: float, end_s: float) -> float:
    return max(0.0, min(to_s, end_s) - max(from_s, begin_s))


def _core_s(run: Run, begin_s: float, end_s: float) -> float:
    lasts_s = run.end_s - run.granted_s[0]
    return run.core_s * _overlap(run.granted_s[0], run.end_s, begin_s, end_s) / lasts_s if lasts_s else 0.0
