"""From a log, wherever it lies, to a run and a model."""

from __future__ import annotations

from pathlib import Path

from .. import dsl, provenance
from ..errors import EmptySource, SourceError, SourceNotFound, UnrecognisedSource
from ..extract import build_model
from ..extract.mapreduce import build_mapreduce_model
from ..simulate import replay, replay_runs
from ..sources import history_server, mapreduce, places, spark

Run = spark.SparkRun | mapreduce.MapReduceRun
"""What is known of one execution."""


def read_run(
    source: str | Path,
    *,
    application: str | None = None,
    attempt: str | None = None,
    jobs: int = 1,
    progress: spark.Progress | None = None,
) -> Run:
    """Return the records of the run in a Spark event log, or of a MapReduce job.

    Parameters
    ----------
    source
        An event log: a file in any compression Spark or Hadoop writes, the folder of a rolled log, a
        folder, zip archive or pattern that holds it, as path or URL (``s3://``, ``hdfs://`` ...); or the
        address of a History Server.
    application, attempt
        Which application, where the source holds several, and which attempt of it; the last one if not
        given.
    jobs
        Processes to use for the parts of a large rolled log. Programs that ask for more than one need
        the usual ``if __name__ == "__main__":`` guard.
    progress
        Called with stored bytes read and, where known, in all.

    Raises
    ------
    SourceError
        If there is no event log, it cannot be read, or no job in it finished.
    """
    return read_named(source, application=application, attempt=attempt, jobs=jobs, progress=progress)[0]


def extract(
    source: str | Path,
    *,
    application: str | None = None,
    attempt: str | None = None,
    jobs: int = 1,
    progress: spark.Progress | None = None,
) -> dsl.PerformanceModel:
    """Return the performance model of the run in a Spark event log.

    The model is replayed once in the log's own configuration; ``model.replay`` tells how well it
    repeats what was measured.

    Parameters
    ----------
    source, application, attempt, jobs, progress
        As for `read_run`.

    Raises
    ------
    SourceError
        If there is no event log, it cannot be read, or no job in it finished.
    """
    return model_of(
        *read_named(source, application=application, attempt=attempt, jobs=jobs, progress=progress)
    )


def read_named(
    source: str | Path,
    *,
    application: str | None = None,
    attempt: str | None = None,
    jobs: int = 1,
    progress: spark.Progress | None = None,
) -> tuple[Run, str]:
    """Return the run at a source, and the name to remember it by: of Spark, or else of MapReduce."""
    address = str(source)
    if places.is_web(address) and (server := server_at(address, progress=progress)):
        with server:
            if isinstance(server, mapreduce.JobServer):
                return mapreduce.ask(server, application), places.without_secrets(address)
            run = history_server.read(server, application, attempt, jobs=jobs, progress=progress)
        return run, places.without_secrets(address)
    try:
        log = spark.find(source, application=application, attempt=attempt)
    except (UnrecognisedSource, SourceNotFound) as error:
        return _of_mapreduce(source, application, error)
    return spark.read(log, jobs=jobs, progress=progress), log.place.name


def server_at(
    url: str, *, progress: spark.Progress | None = None
) -> history_server.Server | mapreduce.JobServer | None:
    """Return the server of Spark or MapReduce at an http or https URL, or None where there is another one.

    Raises
    ------
    SourceError
        If there is probably one, but it cannot be reached, refuses, or wants a login.
    """
    if (jobs := mapreduce.probe(url, progress=progress)) is not None:
        return jobs
    try:
        server = history_server.probe(url, progress=progress)
    except SourceError:
        if (jobs := mapreduce.probe(url, anywhere=True, progress=progress)) is None:
            raise
        return jobs
    return server or mapreduce.probe(url, anywhere=True, progress=progress)


def _of_mapreduce(
    source: str | Path, application: str | None, otherwise: SourceError
) -> tuple[mapreduce.MapReduceRun, str]:
    """Return the MapReduce job at a source; what is no such source is what was said of it before."""
    if isinstance(otherwise, EmptySource):
        raise otherwise
    try:
        files = mapreduce.find(source)
    except SourceNotFound:
        raise otherwise from None
    if not files:
        raise otherwise
    name = files[0].place.name if len(files) == 1 else Path(str(source).rstrip("/")).name
    return mapreduce.read(files, application=application), name


def model_of(run: Run, name: str) -> dsl.PerformanceModel:
    """Return the model of a run, replayed, with the name to remember its log by."""
    return replayed(unreplayed(run, name))


def unreplayed(run: Run, name: str) -> dsl.PerformanceModel:
    """Return the model of a run that was not yet replayed."""
    origin = dsl.Provenance(version=provenance.tool_version(), created=provenance.now())
    if isinstance(run, mapreduce.MapReduceRun):
        return build_mapreduce_model(run, source=name, provenance=origin)
    return build_model(run, source=name, provenance=origin)


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
