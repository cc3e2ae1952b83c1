"""``pertract extract``: from event logs to models."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .errors import guarded
from .options import Application, Attempt, Debug, Format, FormatOption, Quiet


@guarded
def extract(
    source: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Event logs: files, folders, zip archives, patterns or URLs; or a History Server.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|FOLDER/",
            help="Where to write the model (.yaml or .json); a folder for a model of every application.",
        ),
    ] = "model.yaml",
    app: Application = None,
    attempt: Attempt = None,
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
    """Make a performance model from a Spark event log, or from many.

    A log may be plain, zstd, lz4, snappy, lzf, gzip, bzip2 or xz; one file, an `eventlog_v2_...` folder, or
    one of many in a folder, zip archive or History Server; of Spark 1.4 to 4.x. At the end the model is
    replayed in the log's own configuration: the replay error tells how well it repeats what was measured.

    Example: `pertract extract eventlogs/app-20261121025243-0018.zstd -o model.yaml`

    All of a folder: `pertract extract eventlogs/ -o models/`

    One of a folder or bucket: `pertract extract s3://bucket/logs/ --app application_1700000000000_0042`

    From a History Server: `pertract extract http://history:18080 --app application_1700000000000_0042`,
    signed in with PERTRACT_TOKEN, or PERTRACT_USER and PERTRACT_PASSWORD, in the
    environment.
    """
    from .. import api
    from ..report import documents, tables
    from ..report.summary import summary
    from . import output as out

    processes = jobs or os.cpu_count() or 1
    if output.endswith(("/", os.sep)) or Path(output).is_dir():
        if attempt is not None:
            raise UsageError(
                "--attempt is for one model, but a folder was given to write to",
                hint="Give a file, such as -o model.yaml.",
            )
        with out.progress("reading", quiet=quiet, as_bytes=True) as progress:
            results = list(
                api.extract_all(source, output, application=app, jobs=processes, progress=progress)
            )
        if format is Format.json:
            out.show_json(documents.extractions_document(results))
        elif not quiet:
            out.show(tables.extractions_report(results))
        if quiet:
            for result in results:
                if result.error and not result.is_other:
                    typer.secho(f"error: {result.error}", err=True, fg="red")
        if any(result.error and not result.is_other for result in results):
            raise typer.Exit(3)
        return
    if len(source) > 1:
        raise UsageError(
            f"one log makes one model, but {len(source)} were given",
            hint="Give a folder to write a model of each: -o models/",
        )
    with out.progress("reading", quiet=quiet, as_bytes=True) as progress:
        model = api.extract(source[0], application=app, attempt=attempt, jobs=processes, progress=progress)
    api.save(model, output)
    if format is Format.json:
        out.show_json({"summary": summary(model), "model": output})
    elif not quiet:
        out.show(tables.extraction_report(model, output))


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(extract)
