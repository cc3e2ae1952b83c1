"""Measured runs, completed by their logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..sources.runs_table import MeasuredRun, read_table, select
from ..sources.spark import SparkRun
from .reading import read_run


def measured_runs(
    table: str | Path | Sequence[MeasuredRun], workload: str | None = None
) -> tuple[MeasuredRun, ...]:
    """Return the runs of one workload in a table; runs that are already read are passed on.

    Raises
    ------
    SourceError
        If the table cannot be read; the message names line and column.
    UsageError
        If it holds several workloads and none is chosen.
    """
    return select(read_table(table) if isinstance(table, str | Path) else table, workload)


def completed(run: MeasuredRun) -> MeasuredRun:
    """Return a run with the times that only its log tells.

    Raises
    ------
    SourceError
        If the log is needed and cannot be read.
    """
    if run.response_time_s is not None or run.log is None:
        return run
    log = read_run(run.log)
    executors = len(log.executors) if isinstance(log, SparkRun) else 0
    return replace(
        run,
        response_time_s=log.response_time_s,
        job_span_s=log.job_span_s if run.job_span_s is None else run.job_span_s,
        executors=run.executors or executors or None,
    )
