"""Whether micro-batches end before the next one begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from .. import dsl


@dataclass(frozen=True, slots=True)
class StreamEstimate:
    """What is predicted for a stream that is read in micro-batches."""

    id: str
    """Identifier of its data model."""
    name: str
    arrival_rate_per_s: float
    """Records that arrive in a second."""
    batches: int
    """Batches of the calibration run."""
    batch_s: float
    """Median time of a batch, from its trigger to its end."""
    batch_interval_s: float | None
    """Time from a batch to the next; None where each begins when the one before has ended."""

    @property
    def late(self) -> bool:
        """Whether batches take longer than the time until the next one."""
        return self.batch_interval_s is not None and self.batch_s > self.batch_interval_s


def streams(
    model: dsl.PerformanceModel, times_s: Mapping[str, tuple[float, float]], data_scale: float
) -> tuple[StreamEstimate, ...]:
    """Return what is predicted for the streams of a model.

    Parameters
    ----------
    model
        A checked model.
    times_s
        Begin and end of jobs by identifier.
    data_scale
        Records that arrive, relative to the calibration run.
    """
    found = []
    for data in model.workload.data:
        if not isinstance(data, dsl.RecordData) or not isinstance(data.source, dsl.OpenSource):
            continue
        spans = _spans(model.execution.jobs, data.query, times_s)
        if not spans:
            continue
        found.append(
            StreamEstimate(
                id=data.id,
                name=data.name,
                arrival_rate_per_s=data.source.arrival_rate_per_s * data_scale,
                batches=len(spans),
                batch_s=median(spans) + data.source.batch_driver_s,
                batch_interval_s=data.source.batch_interval_s,
            )
        )
    return tuple(found)


def _spans(jobs: Iterable[dsl.Job], query: str, times_s: Mapping[str, tuple[float, float]]) -> list[float]:
    """Return the time of the jobs of each batch of a query."""
    batches: dict[int, list[tuple[float, float]]] = {}
    for job in jobs:
        if job.batch is not None and job.group == query:
            batches.setdefault(job.batch, []).append(times_s[job.id])
    return [
        max(end_s for _, end_s in times) - min(begin_s for begin_s, _ in times) for times in batches.values()
    ]
