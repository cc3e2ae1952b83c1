"""When runs of an application arrive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Open:
    """Runs that arrive whatever the others do."""

    times_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """Users who wait for the end of their run, think, and start the next one."""

    copies: int
    """Users, who all start at time 0."""
    think_s: float
    runs: int
    """Runs of each user."""


Arrivals = Open | Closed


def poisson_times(
    rate_per_s: float, rng: np.random.Generator, *, count: int | None, until_s: float
) -> tuple[float, ...]:
    """Return the times of a Poisson process, seconds; with the same random state, rates only stretch them.

    Parameters
    ----------
    rate_per_s
        Mean number of arrivals per second.
    rng
        Source of randomness.
    count, until_s
        The number of arrivals, and the time after which there are none; whichever comes first.
    """
    found: list[float] = []
    passed = 0.0
    while count is None or len(found) < count:
        for gap in rng.exponential(size=_BLOCK):  # in units of the mean, so that rates share them
            passed += float(gap)
            time_s = passed / rate_per_s
            if time_s > until_s or len(found) == count:
                return tuple(found)
            found.append(time_s)
    return tuple(found)
