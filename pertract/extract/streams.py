"""Streams that are read in micro-batches, as record data models."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from .. import dsl
from ..sources.spark import SparkRun, StageRecord, StreamRecord
from .execution import stage_id

BUSY = 0.95
"""Share of the interval from which on batches are taken to follow each other without waiting."""


def stream_stages(run: SparkRun) -> dict[str, tuple[str, StageRecord]]:
    """Return the stages of micro-batches, by identifier, with the query that they are of."""
    queries = {stream.query for stream in run.streams}
    return {
        stage_id(stage): (job.group, stage)
        for job in run.jobs
        if job.batch is not None and job.group in queries
        for stage in job.stages
    }


def build_streams(
    run: SparkRun, stages: Mapping[str, tuple[str, StageRecord]]
) -> tuple[list[dsl.RecordData], dict[str, tuple[str, ...]]]:
    """Return the streams of a run, and which stage reads which.

    Of a query that reads several streams, or also files, the log tells only the sum of what its stages read;
    so each of its reading stages reads all of its streams.

    Parameters
    ----------
    run
        The measured run.
    stages
        From `stream_stages`.
    """
    readers: dict[str, list[StageRecord]] = {}
    for query, stage in stages.values():
        volumes = stage.summary.volumes if stage.summary else {}
        if volumes.get("input_records") or volumes.get("input_bytes"):
            readers.setdefault(query, []).append(stage)
    models: list[dsl.RecordData] = []
    reads: dict[str, tuple[str, ...]] = {}
    for number, stream in enumerate(run.streams):
        reading = readers.get(stream.query, [])
        rows = sum(s.rows for s in run.streams if s.query == stream.query)
        read_bytes = sum(stage.summary.volumes["input_bytes"] for stage in reading if stage.summary)
        models.append(
            dsl.RecordData(
                id=f"stream-{number}",
                name=stream.name or stream.source,
                mean_record_bytes=round(read_bytes / rows, 3),
                partitions=max((stage.tasks for stage in reading), default=1) or 1,
                query=stream.query,
                source=_arrival(stream, run),
            )
        )
        for stage in reading:
            reads[stage_id(stage)] = (*reads.get(stage_id(stage), ()), models[-1].id)
    return models, reads


def _arrival(stream: StreamRecord, run: SparkRun) -> dsl.OpenSource:
    spans: dict[int, tuple[float, float]] = {}
    for job in run.jobs:
        if job.batch is not None and job.group == stream.query:
            begin_s, end_s = spans.get(job.batch, (job.submitted_s, job.completed_s))
            spans[job.batch] = min(begin_s, job.submitted_s), max(end_s, job.completed_s)
    batch_s, interval_s = stream.batch_s, stream.interval_s
    jobs_s = median(end_s - begin_s for begin_s, end_s in spans.values()) if spans else None
    waits = interval_s and (batch_s is None or batch_s < BUSY * interval_s)
    return dsl.OpenSource(
        arrival_rate_per_s=float(f"{stream.rate_per_s:.6g}"),
        batch_interval_s=round(interval_s, 3) if interval_s and waits else None,
        batch_driver_s=round(max(0.0, batch_s - jobs_s), 3) if batch_s and jobs_s is not None else 0.0,
    )
