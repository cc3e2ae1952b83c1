"""From a model and measured runs to how good its predictions are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import dsl, evaluate
from ..errors import SourceError
from ..evaluate.roles import may_be
from ..evaluate.validation import Progress
from ..sources.runs_table import MeasuredRun
from .measured import completed, measured_runs
from .reading import read_run


def validate(
    model: dsl.PerformanceModel,
    runs: str | Path | Sequence[MeasuredRun],
    *,
    workload: str | None = None,
    replications: int = 20,
    seed: int = 1,
    progress: Progress | None = None,
) -> evaluate.Validation:
    """Return predictions of measured runs next to the measurements and to baselines.

    Parameters
    ----------
    model
        From `extract`, `fit_table` or `load`.
    runs
        A CSV file (docs/validation.md has its columns), or runs already read.
    workload
        Which one, where the table has several.
    replications, seed
        As for `predict`.
    progress
        Called with runs done and runs in all.

    Raises
    ------
    SourceError
        If the table cannot be read; a log that cannot be read makes only its own run unusable.
    UsageError
        If the table holds several workloads and none is chosen.
    """
    cases = [_case(run, model) for run in measured_runs(runs, workload)]
    return evaluate.validate(model, cases, replications=replications, seed=seed, progress=progress)


def _case(run: MeasuredRun, model: dsl.PerformanceModel) -> evaluate.Case:
    """Return a run with its times, and with the digest of its log if it may be a calibration run."""
    try:
        full = completed(run)
    except SourceError as error:
        return evaluate.Case(run, unusable=f"its log cannot be used: {error}")
    if full.response_time_s is None:
        return evaluate.Case(run, unusable="the table has neither its response time nor its log")
    if full.log is None or not any(may_be(full, known) for known in model.runs):
        return evaluate.Case(full)
    try:
        return evaluate.Case(full, digest=read_run(full.log).digest)
    except SourceError:  # the log is not needed otherwise
        return evaluate.Case(full)
