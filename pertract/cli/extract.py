"""``pertract extract``: from an event log to a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .errors import guarded
from .options import Debug, Format, FormatOption, Quiet


@guarded
def extract(
    source: Annotated[
        list[Path],
        typer.Argument(
            metavar="LOG", help="A Spark event log: a file or a rolled folder.", show_default=False
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Where to write the model (.yaml or .json)."),
    ] = Path("model.yaml"),
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make a performance model from one Spark event log.

    The log may be plain, zstd, lz4, snappy, lzf or gzip, one file or an `eventlog_v2_...` folder, of
    Spark 1.4 to 4.x. At the end the model is replayed in the log's own configuration: the replay error
    tells how well it repeats what was measured.

    Example: `pertract extract eventlogs/app-20261121025243-0018.zstd -o model.yaml`
    """
    from .. import api
    from ..report import documents, tables
    from . import output as out

    if len(source) > 1:
        raise UsageError(
            f"one log makes one model, but {len(source)} were given",
            hint="Extract each log to its own model.",
        )
    with out.progress("reading", quiet=quiet, as_bytes=True) as progress:
        model = api.extract(source[0], progress=progress)
    api.save(model, output)
    if format is Format.json:
        out.show_json({"summary": documents.summary(model), "model": str(output)})
    elif not quiet:
        out.show(tables.extraction_report(model, str(output)))


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(extract)
