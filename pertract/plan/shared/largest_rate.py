"""How often an application can run, if enough of its runs are to be in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...simulate.shared import Open
from .company import Company

ENOUGH = 0.95
"""Share of runs that must keep a deadline."""
TOLERANCE = 0.02
"""How far the rate that is found may be below one that is too high, relative to it."""
MOST_TIMES = 64.0
"""How far from the rate of the workload another one is looked for."""
MOST_TRIED = 20_000
"""Runs in one replication, above which no rate is tried."""
FEWEST = 20
"""Runs in all replications, below which a share of them says nothing."""


@dataclass(frozen=True, slots=True)
class LargestRate:
    """The answer."""

    per_hour: float | None
    """None if there is none, or it cannot be told."""
    why: str
    """What stands behind it, one sentence."""


def largest_rate(
    company: Company,
    number: int,
    deadline_s: float,
    *,
    replications: int,
    tried: Callable[[], None] = lambda: None,
) -> LargestRate:
    """Return the largest rate at which enough runs of an application keep a deadline; others stay.

    Rates are halved or doubled until one is low and another high enough, then bisected. All of them share
    their random numbers, so that a higher rate only pushes the same arrivals together.

    Parameters
    ----------
    company, number
        The workload, and which application of it.
    deadline_s
        When a run must have ended, seconds after its arrival.
    replications
        Simulations of each rate.
    tried
        Called after every rate.
    """

    def kept(rate_per_s: float) -> bool | None:
        answer = _kept(company, number, deadline_s, rate_per_s, replications)
        tried()
        return answer

    given = company.members[number].rate_per_s
    assert given is not None
    low, high = 0.0, given
    answer = kept(high)
    if answer is None:
        return _too_few()
    while answer:
        if high >= MOST_TIMES * given or _most_runs(company, number, high * 2) > MOST_TRIED:
            return LargestRate(None, f"even {high / given:g} times the rate of the workload is kept")
        low, high = high, high * 2
        answer = kept(high)
    while not low:
        if (answer := kept(high / 2)) is None:
            return _too_few()
        if answer:
            low = high / 2
        elif (high := high / 2) <= given / MOST_TIMES:
            return LargestRate(None, f"not even a rate {MOST_TIMES:g} times lower is kept")
    while high > (1 + TOLERANCE) * low:
        middle = (low * high) ** 0.5
        low, high = (middle, high) if kept(middle) else (low, middle)
    return LargestRate(low * 3600, f"found to {TOLERANCE:.0%}: {high * 3600:.4g} per hour are too many")


def _too_few() -> LargestRate:
    return LargestRate(None, f"fewer than {FEWEST} runs count; a longer duration or more replications tell")


def _most_runs(company: Company, number: int, rate_per_s: float) -> int:
    arrivals = company.arrivals(number, 0, rate_per_s)
    assert isinstance(arrivals, Open)
    return len(arrivals.times_s)


def _kept(
    company: Company, number: int, deadline_s: float, rate_per_s: float, replications: int
) -> bool | None:
    """Return whether enough runs keep the deadline at a rate; None with too few of them to tell."""
    total = 0
    for replication in range(replications):
        arrivals = company.arrivals(number, replication, rate_per_s)
        assert isinstance(arrivals, Open)
        total += sum(time_s >= company.workload.warm_up for time_s in arrivals.times_s)
    if total < FEWEST:
        return None
    late = 0
    for replication in range(replications):
        runs = company.runs(replication, {number: rate_per_s})
        late += sum(
            run.response_s > deadline_s for run in runs if run.application == number and company.counts(run)
        )
        if late > (1 - ENOUGH) * total:  # whatever the other replications would say
            return False
    return True
