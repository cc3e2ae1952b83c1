"""Streams that a run reads in micro-batches, from the progress that their queries report."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from . import events as ev
from .records import StreamRecord

_MOST_BATCHES = 1 << 14  # of which times are kept


@dataclass(slots=True)
class _Query:
    """One run of a streaming query."""

    name: str
    rows: dict[str, int] = field(default_factory=dict)
    """Rows by source."""
    first_rows: dict[str, int] = field(default_factory=dict)
    """Rows of the first batch, which arrived at a time that is not known."""
    logged_rate: dict[str, float] = field(default_factory=dict)
    """What Spark says of the latest batch, rows per second."""
    starts_s: dict[int, float] = field(default_factory=dict)
    """Start of batches by number."""
    durations_s: list[float] = field(default_factory=list)
    batches: int = 0


class Streams:
    """Receives the progress of streaming queries."""

    def __init__(self) -> None:
        self._queries: dict[str, _Query] = {}

    def progressed(self, event: ev.QueryProgress) -> None:
        """Take what a query says of a batch; batches without rows say nothing of the stream."""
        progress = event.progress
        rows = sum(source.rows or 0 for source in progress.sources)
        start_s = _seconds(progress.time)
        if not rows or not progress.run_id or start_s is None:
            return
        query = self._queries.setdefault(progress.run_id, _Query(progress.name or ""))
        first = not query.batches
        query.batches += 1
        for source in progress.sources:
            query.rows[source.description] = query.rows.get(source.description, 0) + (source.rows or 0)
            if first:
                query.first_rows[source.description] = source.rows or 0
            if source.rate_per_s is not None and math.isfinite(source.rate_per_s):
                query.logged_rate[source.description] = source.rate_per_s
        duration_ms = progress.durations_ms.get("triggerExecution", progress.duration_ms)
        if len(query.starts_s) < _MOST_BATCHES:
            query.starts_s[progress.batch] = start_s
            if duration_ms is not None:
                query.durations_s.append(max(0, duration_ms) * 1e-3)

    def records(self) -> list[StreamRecord]:
        """Return the streams of the run, one for each source of each query."""
        found = []
        for run_id, query in self._queries.items():
            starts_s = sorted(query.starts_s.values())
            steps_s = [
                query.starts_s[batch + 1] - start_s
                for batch, start_s in query.starts_s.items()
                if batch + 1 in query.starts_s
            ]
            span_s = starts_s[-1] - starts_s[0]
            for source, rows in query.rows.items():
                # A batch holds what arrived since the one before it began.
                rate = (
                    (rows - query.first_rows[source]) / span_s
                    if span_s > 0 and query.batches <= _MOST_BATCHES
                    else None
                )
                found.append(
                    StreamRecord(
                        query=run_id,
                        name=query.name,
                        source=" ".join(source.split())[:200],
                        rows=rows,
                        batches=query.batches,
                        rate_per_s=rate if rate is not None else query.logged_rate.get(source, 0.0),
                        interval_s=median(steps_s) if steps_s else None,
                        batch_s=median(query.durations_s) if query.durations_s else None,
                    )
                )
        return found


def _seconds(time: str) -> float | None:
    """Return a moment in ISO 8601 as seconds, or None where it cannot be read."""
    try:
        return datetime.fromisoformat(time).timestamp()
    except (ValueError, OverflowError):
        return None
