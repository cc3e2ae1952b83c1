"""``pertract extract``: from event logs to models."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .errors import guarded
from .options import Application, Attempt, Debug, Format, FormatOption, Quiet, Workload


@guarded
def extract(
    source: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE...",
            help="Event logs: files, folders, zip archives, patterns or URLs; or a History Server.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|FOLDER/",
            help="Where to write the model (.yaml or .json); a folder for a model of every application.",
        ),
    ] = "model.yaml",
    runs: Annotated[
        Path | None,
        typer.Option(
            "--runs",
            metavar="TABLE",
            help="CSV file with the logs of several runs of one application and their data sizes.",
            show_default=False,
        ),
    ] = None,
    workload: Workload = None,
    app: Application = None,
    attempt: Attempt = None,
    hdfs: Annotated[
        str | None,
        typer.Option(
            "--hdfs",
            metavar="URL|PATH",
            help="Where to look up the files that were read: a NameNode (WebHDFS), or a saved listing.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            help="Processes to use; as many as there are processors.",
            show_default=False,
        ),
    ] = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make a performance model from a Spark event log, or from several.

    A log may be plain, zstd, lz4, snappy, lzf, gzip, bzip2 or xz; one file, an `eventlog_v2_...` folder, or
    one of many in a folder, zip archive or History Server; of Spark 1.4 to 4.x. At the end the model is
    replayed in the log's own configuration: the replay error tells how well it repeats what was measured.

    Example: `pertract extract eventlogs/app-20261121025243-0018.zstd -o model.yaml`

    Several runs of one application, with other data or clusters, make a model that predicts better:
    `pertract extract small.zstd medium.zstd large.zstd -o model.yaml`; with the amount of data of each
    in a table, `pertract extract --runs runs.csv -o model.yaml`

    A model of each in a folder: `pertract extract eventlogs/ -o models/`

    One of a folder or bucket: `pertract extract s3://bucket/logs/ --app application_1700000000000_0042`

    With the files that the run read, their blocks and where these lie, from a NameNode, or from saved
    answers of WebHDFS or output of `hdfs oiv`, `hdfs fsck` or `hdfs dfs -ls -R`:
    `pertract extract app.zstd --hdfs http://namenode:9870`, where Kerberos is used with a token in
    PERTRACT_DELEGATION_TOKEN.

    From a History Server: `pertract extract http://history:18080 --app application_1700000000000_0042`,
    signed in with PERTRACT_TOKEN, or PERTRACT_USER and PERTRACT_PASSWORD, in the
    environment.
    """
    source = source or []
    into_folder = runs is None and (output.endswith(("/", os.sep)) or Path(output).is_dir())
    _check(source, runs, workload, app=app, attempt=attempt, into_folder=into_folder)
    if hdfs is not None and into_folder:
        raise UsageError(
            "--hdfs is for one application, but models of several were asked for",
            hint="Give a file to write to, such as -o model.yaml.",
        )
    processes = jobs or os.cpu_count() or 1
    if into_folder:
        _models(source, output, app=app, jobs=processes, format=format, quiet=quiet)
        return
    from .. import api
    from ..report.extraction import extraction_report
    from ..report.summary import summary
    from . import output as out

    problems: list[str] = []
    if runs is not None:
        with out.progress("reading", quiet=quiet) as progress:
            model = api.extract_table(runs, workload=workload, hdfs=hdfs, jobs=processes, progress=progress)
    elif len(source) > 1:
        with out.progress("reading", quiet=quiet) as progress:
            model = api.extract_runs(source, hdfs=hdfs, jobs=processes, progress=progress)
    else:
        with out.progress("reading", quiet=quiet, as_bytes=True) as progress:
            model = api.extract(
                source[0],
                application=app,
                attempt=attempt,
                hdfs=hdfs,
                problem=problems.append,
                jobs=processes,
                progress=progress,
            )
    api.save(model, output)
    if format is Format.json:
        out.show_json({"summary": summary(model), "model": output})
    elif not quiet:
        out.show(extraction_report(model, output))
    for sentence in problems:
        typer.secho(f"error: {sentence}", err=True, fg="red")
    if problems:
        raise typer.Exit(3)


def _models(
    source: list[str], folder: str, *, app: str | None, jobs: int, format: Format, quiet: bool
) -> None:
    """Write a model of every application into a folder."""
    from .. import api
    from ..report import documents
    from ..report.extraction import extractions_report
    from . import output as out

    with out.progress("reading", quiet=quiet, as_bytes=True) as progress:
        results = list(api.extract_all(source, folder, application=app, jobs=jobs, progress=progress))
    if format is Format.json:
        out.show_json(documents.extractions_document(results))
    elif not quiet:
        out.show(extractions_report(results))
    refused = [result.error for result in results if result.error and not result.is_other]
    if quiet:
        for error in refused:
            typer.secho(f"error: {error}", err=True, fg="red")
    if refused:
        raise typer.Exit(3)


def _check(
    source: list[str],
    runs: Path | None,
    workload: str | None,
    *,
    app: str | None,
    attempt: str | None,
    into_folder: bool,
) -> None:
    if bool(source) == (runs is not None):
        raise UsageError(
            "event logs and a table of runs exclude each other" if source else "there is nothing to read",
            hint="Give event logs, or a table that names them with --runs.",
        )
    if workload is not None and runs is None:
        raise UsageError("--workload is for a table of runs", hint="Give the table with --runs.")
    if into_folder and attempt is not None:
        raise UsageError(
            "--attempt is for one model, but a folder was given to write to",
            hint="Give a file, such as -o model.yaml.",
        )
    if (app or attempt) and not into_folder and len(source) != 1:
        raise UsageError(
            "--app and --attempt choose from one source, but several runs were given",
            hint="Name the log of each run itself.",
        )


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(extract)
