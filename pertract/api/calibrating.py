"""From the logs of several runs of one application to one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from .. import dsl
from ..errors import UsageError
from ..sources import runs_table, spark
from ..sources.processes import in_order
from .clusters import surroundings
from .evidence import Evidence, Problem
from .extracting import replayed, unreplayed
from .reading import read_named


def extract_runs(
    sources: Sequence[str | Path],
    *,
    data_sizes: Sequence[float | None] | None = None,
    labels: Sequence[Mapping[str, str]] | None = None,
    samples: Sequence[Sequence[str | Path]] | None = None,
    user_packages: Sequence[str] = (),
    hdfs: str | Path | None = None,
    yarn: Sequence[str | Path] = (),
    hardware: str | Path | None = None,
    problem: Problem | None = None,
    jobs: int = 1,
    progress: spark.Progress | None = None,
) -> dsl.PerformanceModel:
    """Return one performance model of several runs of an application.

    Demands become functions of data and cluster where the runs differ in these. With one run this is
    `extract`.

    Parameters
    ----------
    sources
        An event log for each run, as for `extract`.
    data_sizes
        Amount of work of each run, in any unit; the volume it read from storage if not given.
    labels
        What else is known of each run, kept in ``model.runs``.
    samples
        What profilers recorded during each run, as for `extract`; empty for none.
    user_packages, hdfs, yarn, hardware, problem
        As for `extract`, for all runs.
    jobs
        Processes to use, each for one log at a time.
    progress
        Called with steps done and steps in all: reading is the first half, fitting the second.

    Raises
    ------
    SourceError
        If a log cannot be used.
    FitError
        If the runs are not of one application.
    """
    from ..fit.runs import CalibrationRun, fit_runs

    if not sources:
        raise UsageError("there is no run to make a model of", hint="Give at least one event log.")
    names = list(map(str, sources))
    sizes = data_sizes or [None] * len(names)
    described = labels or [{}] * len(names)
    around = surroundings(yarn, hardware)
    besides = [
        Evidence(
            samples=tuple(map(str, each)),
            user_packages=tuple(user_packages),
            hdfs=hdfs,
            around=around,
            strict=problem is None,
        )
        for each in samples or [()] * len(names)
    ]
    models = []
    for _, (model, problems) in in_order(
        partial(_model, 1 if len(names) > 1 else jobs),
        list(zip(names, besides, strict=True)),
        jobs=min(jobs, len(names)),
    ):
        if problem is not None:
            for sentence in problems:
                problem(sentence)
        models.append(model)
        if progress:
            progress(len(models), 2 * len(names))
    if len(models) == 1 and sizes[0] is None and not described[0]:
        return replayed(models[0])
    runs = [CalibrationRun(*parts) for parts in zip(models, sizes, described, strict=True)]

    def fitted(done: int, total: int) -> None:
        if progress:
            progress(round(len(names) * (1 + done / total)), 2 * len(names))

    return replayed(fit_runs(runs, progress=fitted))


def extract_table(
    table: str | Path,
    *,
    workload: str | None = None,
    user_packages: Sequence[str] = (),
    hdfs: str | Path | None = None,
    yarn: Sequence[str | Path] = (),
    hardware: str | Path | None = None,
    problem: Problem | None = None,
    jobs: int = 1,
    progress: spark.Progress | None = None,
) -> dsl.PerformanceModel:
    """Return one performance model of the runs in a table.

    Parameters
    ----------
    table
        CSV file with a row per run (`pertract.sources.runs_table`); the column ``log`` is needed.
    workload
        Which application, where the table has several.
    user_packages, hdfs, yarn, hardware, problem, jobs, progress
        As for `extract_runs`.

    Raises
    ------
    UsageError
        If the workload must be chosen.
    SourceError
        If the table or a log cannot be used.
    FitError
        If the runs are not of one application.
    """
    runs = runs_table.select(runs_table.read_table(table), workload)
    for run in runs:
        if run.log is None:
            raise UsageError(
                f"{table}, line {run.row}: no log is given for the run '{run.label}'",
                hint="Put the path of its event log into the column 'log'; `pertract fit` needs none.",
            )
    return extract_runs(
        [run.log for run in runs if run.log is not None],
        data_sizes=[run.data_size for run in runs],
        labels=[_labels(run) for run in runs],
        samples=[run.samples for run in runs],
        user_packages=user_packages,
        hdfs=hdfs,
        yarn=yarn,
        hardware=hardware,
        problem=problem,
        jobs=jobs,
        progress=progress,
    )


def _labels(run: runs_table.MeasuredRun) -> dict[str, str]:
    return {"label": run.label, **run.labels}


def _model(jobs: int, source: tuple[str, Evidence]) -> tuple[dsl.PerformanceModel, list[str]]:
    log, evidence = source
    run, name = read_named(log, keep_tasks=bool(evidence.samples), jobs=jobs)
    return unreplayed(run, name, evidence)
