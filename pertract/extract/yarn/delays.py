"""How long YARN needed to grant containers, and executors to start in them."""

from __future__ import annotations

from collections.abc import Sequence

from ...sources.spark import ExecutorRecord, SparkRun
from ...sources.yarn import Container, Snapshot

MOST = 101
"""More delays are kept as so many quantiles."""


def asked_s(run: SparkRun, snapshot: Snapshot) -> float | None:
    """Return when the application asked for its first executors, seconds since 1970; None where unknown.

    Its master asks for all of them as soon as it has come to the ResourceManager.
    """
    attempts = [a for a in snapshot.attempts_of(run.application_id) if a.registered_s is not None]
    return attempts[-1].registered_s if attempts else None


def allocation_delays_s(
    pairs: Sequence[tuple[ExecutorRecord, Container]], asked: float | None, *, dynamic: bool
) -> tuple[float, ...]:
    """Return the times from asking for executors to their containers.

    With dynamic allocation nobody knows when later ones were asked for, so only those count that were
    granted before the first executor registered.
    """
    if asked is None:
        return ()
    granted = [container.allocated_s for _, container in pairs if container.allocated_s is not None]
    delays = [time_s - asked for time_s in granted]
    if dynamic:
        at_once = [c.allocated_s for e, c in pairs if c.allocated_s is not None]
        first = min(at_once, default=0.0)
        delays = [time_s - asked for time_s in at_once if time_s - first <= 1.0]
    return _kept([delay for delay in delays if delay >= 0])


def start_delays_s(run: SparkRun, pairs: Sequence[tuple[ExecutorRecord, Container]]) -> tuple[float, ...]:
    """Return the times from containers to the registration of the executors in them."""
    delays = [
        run.started_s + executor.added_s - container.allocated_s
        for executor, container in pairs
        if container.allocated_s is not None
    ]
    return _kept([delay for delay in delays if delay >= 0])


def _kept(delays: list[float]) -> tuple[float, ...]:
    """Return delays in rising order, as quantiles where there are many."""
    rising = sorted(delays)
    if len(rising) > MOST:
        rising = [rising[round(i * (len(rising) - 1) / (MOST - 1))] for i in range(MOST)]
    return tuple(round(delay, 3) for delay in rising)
