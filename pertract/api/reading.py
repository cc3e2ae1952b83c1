"""From a log, wherever it lies, to the records of a run."""

from __future__ import annotations

from pathlib import Path

from ..errors import EmptySource, SourceError, SourceNotFound, UnrecognisedSource, UsageError
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


def read_named(
    source: str | Path,
    *,
    application: str | None = None,
    attempt: str | None = None,
    keep_tasks: bool = False,
    jobs: int = 1,
    progress: spark.Progress | None = None,
) -> tuple[Run, str]:
    """Return the run at a source, and the name to remember it by: of Spark, or else of MapReduce."""
    address = str(source)
    if places.is_web(address) and (server := server_at(address, progress=progress)):
        if keep_tasks:
            raise UsageError(
                "samples are joined with the tasks of an event log, not with a server",
                hint="Download the event log first, and give its file.",
            )
        with server:
            if isinstance(server, mapreduce.JobServer):
                return mapreduce.ask(server, application), places.without_secrets(address)
            run = history_server.read(server, application, attempt, jobs=jobs, progress=progress)
        return run, places.without_secrets(address)
    try:
        log = spark.find(source, application=application, attempt=attempt)
    except (UnrecognisedSource, SourceNotFound) as error:
        return _of_mapreduce(source, application, error)
    return spark.read(log, jobs=jobs, keep_tasks=keep_tasks, progress=progress), log.place.name


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
