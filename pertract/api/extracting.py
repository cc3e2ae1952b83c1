"""From a log, and what is known besides, to a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import dsl, provenance
from ..extract.mapreduce import build_mapreduce_model
from ..simulate import replay, replay_runs
from ..sources import mapreduce, spark
from .clusters import surroundings
from .evidence import Evidence, Problem
from .reading import Run, read_named

NOTHING_BESIDES = Evidence()


def extract(
    source: str | Path,
    *,
    application: str | None = None,
    attempt: str | None = None,
    samples: Sequence[str | Path] = (),
    user_packages: Sequence[str] = (),
    containers: Sequence[str | Path] = (),
    hdfs: str | Path | None = None,
    yarn: Sequence[str | Path] = (),
    hardware: str | Path | None = None,
    problem: Problem | None = None,
    jobs: int = 1,
    progress: spark.Progress | None = None,
) -> dsl.PerformanceModel:
    """Return the performance model of the run in a Spark event log, or of a MapReduce job.

    The model is replayed once in the log's own configuration; ``model.replay`` tells how well it
    repeats what was measured.

    Parameters
    ----------
    source, application, attempt, jobs, progress
        As for `read_run`.
    samples
        What profilers recorded during the run: files and folders of any format of `sources.profilers`. CPU
        outside tasks is then measured and not a prior.
    user_packages
        Beginnings of class names that count as the user's code in samples, beside all that the rules know.
    containers
        Logs of its containers on YARN, as `pertract.sources.containers` reads them, for what the event log
        lacks: containers of executors and their times, garbage collection, exceptions.
    hdfs
        Where to look up the files that the run read: a NameNode, or what `pertract.sources.hdfs` reads.
    yarn
        What tells of the cluster: addresses of a ResourceManager or Timeline service, or paths of their
        saved answers, logs and configuration files. They complete each other.
    hardware
        A file that tells what nodes are made of.
    problem
        Called with a sentence for what YARN or the file system could not tell; the model has it among its
        notes. Without it, a file system that cannot be asked is an error.

    Raises
    ------
    SourceError
        If there is no event log, it cannot be read, or no job in it finished; or if what is given besides
        cannot be read, or is of another application.
    UsageError
        If the hardware file is none, or the application did not run on YARN.
    """
    evidence = Evidence(
        samples=samples,
        user_packages=user_packages,
        containers=containers,
        hdfs=hdfs,
        around=surroundings(yarn, hardware),
        strict=problem is None,
    )
    run, name = read_named(
        source,
        application=application,
        attempt=attempt,
        keep_tasks=bool(samples),
        jobs=jobs,
        progress=progress,
    )
    model, problems = unreplayed(run, name, evidence)
    if problem is not None:
        for sentence in problems:
            problem(sentence)
    return replayed(model)


def model_of(run: Run, name: str) -> dsl.PerformanceModel:
    """Return the model of a run, replayed, with the name to remember its log by."""
    return replayed(unreplayed(run, name)[0])


def unreplayed(
    run: Run, name: str, evidence: Evidence = NOTHING_BESIDES
) -> tuple[dsl.PerformanceModel, list[str]]:
    """Return the model of a run that was not yet replayed, and a sentence for what could not be told."""
    origin = dsl.Provenance(version=provenance.tool_version(), created=provenance.now())
    if isinstance(run, mapreduce.MapReduceRun):
        evidence.refuse(name)
        return build_mapreduce_model(run, source=name, provenance=origin), []
    return evidence.model(run, name, origin)


def replayed(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    """Return a model that tells how well it repeats its calibration runs."""
    runs = model.runs
    if len(runs) > 1:
        runs = tuple(
            run.model_copy(update={"replay_error": round(_relative(time_s, run.response_time_s), 6)})
            for run, time_s in zip(runs, replay_runs(model), strict=True)
        )
    return model.model_copy(update={"replay": _replay(model), "runs": runs})


def _replay(model: dsl.PerformanceModel) -> dsl.Replay:
    run = model.runs[0]
    response_s, span_s = replay(model)
    return dsl.Replay(
        response_time_s=round(response_s, 3),
        error=round(_relative(response_s, run.response_time_s), 6),
        job_span_s=round(span_s, 3),
        job_span_error=round(_relative(span_s, run.job_span_s), 6),
    )


def _relative(simulated: float, measured: float) -> float:
    return (simulated - measured) / measured if measured > 0 else 0.0
