"""What is known of the cluster besides the log: by YARN, and by people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from .. import dsl
from ..errors import UsageError
from ..extract.hardware import SCHEMA_VERSION, Hardware
from ..sources import spark


def on_yarn(
    model: dsl.PerformanceModel,
    run: spark.SparkRun,
    sources: Sequence[str | Path],
    hardware: Hardware | None,
    problem: Callable[[str], None] | None,
) -> dsl.PerformanceModel:
    """Return the model of a run with what YARN tells of its cluster.

    Parameters
    ----------
    model, run
        Model of a run, and the run.
    sources
        What tells of YARN, as for `pertract.extract`.
    hardware
        What is known of the machines besides.
    problem
        Called with a sentence for what could not be told.

    Raises
    ------
    UsageError
        If the application did not run on YARN.
    """
    from ..extract.yarn import with_cluster
    from ..sources import yarn

    if not run.application_id.startswith("application_"):
        raise UsageError(
            f"--yarn: the log is of {run.application_id}, which did not run on YARN",
            hint="Leave --yarn out; --hardware tells of machines.",
        )
    snapshot = yarn.read(sources, application=run.application_id, ended_s=run.started_s + run.response_time_s)
    found, problems = with_cluster(model, run, snapshot, hardware)
    if problem is not None:
        for sentence in problems:
            problem(sentence)
    return found


def noted(model: dsl.PerformanceModel, notes: Sequence[str]) -> dsl.PerformanceModel:
    """Return a model with more notes."""
    if not notes:
        return model
    completeness = model.completeness
    more = completeness.model_copy(update={"notes": (*completeness.notes, *notes)})
    return model.model_copy(update={"completeness": more})


def read_hardware(path: str | Path) -> Hardware:
    """Return what a hardware file says.

    Raises
    ------
    SourceNotFound, UnreadableSource
        If it cannot be read.
    UsageError
        If it is none; the message names file, line and field.
    """
    from ..catalogue import documents

    return documents.read(
        Path(path),
        Hardware,
        schema=SCHEMA_VERSION,
        what="a hardware file",
        option="--hardware",
        shown_in="docs/yarn.md",
    )
