"""What identifies a model, in a few figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import dsl
from ..errors import PertractError, UnrecognisedSource
from ..units import format_amount, format_duration, format_size


@dataclass(frozen=True, slots=True)
class Extraction:
    """What became of one of many logs."""

    source: str
    """Where the log lies."""
    path: Path | None = None
    """Where its model was written."""
    summary: dict[str, Any] | None = None
    """The figures of the model, see `summary`."""
    error: PertractError | None = None
    """Why there is no model."""

    @property
    def is_other(self) -> bool:
        """Whether the file is no event log at all."""
        return isinstance(self.error, UnrecognisedSource)


def summary(model: dsl.PerformanceModel) -> dict[str, Any]:
    """Return the figures of the calibration run that identify a model."""
    run = model.runs[0] if model.runs else None
    execution = model.execution
    groups = execution.configuration.executors
    return {
        "application": model.name,
        "application_id": run.application_id if run else None,
        "framework": execution.framework,
        "framework_version": execution.framework_version,
        "jobs": run.jobs if run else len(execution.jobs),
        "stages": run.stages if run else len(execution.stages),
        "tasks": run.tasks if run else sum(s.partitions.count for s in execution.stages),
        "response_time_s": run.response_time_s if run else None,
        "job_span_s": run.job_span_s if run else None,
        "task_cpu_utilisation": run.task_cpu_utilisation if run else None,
        "executors": run.executors if run else sum(group.count for group in groups),
        "slots": run.slots if run else sum(group.count * group.slots for group in groups),
        "data_bytes": model.workload.size_bytes,
        "completeness": model.completeness.ratio,
        "complete": model.completeness.warning is None,
        "replay_error": model.replay.error if model.replay else None,
    }


RUN_COLUMNS = ("run", "data", "executors", "slots", "took", "fit error")
"""Headings of what `run_cells` returns."""


def run_cells(run: dsl.Run) -> tuple[str, ...]:
    """Return what identifies a calibration run, and how well the model of several runs repeats it."""
    return (
        run.labels.get("label") or run.source,
        format_amount(run.data_size) if run.data_size is not None else format_size(run.data_bytes),
        f"{run.executors}",
        f"{run.slots}",
        format_duration(run.response_time_s),
        f"{run.replay_error:+.1%}" if run.replay_error is not None else "-",
    )
