"""``pertract import``: a model from the format of another tool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .errors import guarded
from .options import Debug, Format, FormatOption, Quiet


@guarded
def pcm(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder with the files of a PCM 5.2 model.", show_default=False),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to write the model (.yaml or .json).",
            show_default=False,
        ),
    ],
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make a model from a Palladio Component Model, such as an export that was edited in Palladio.

    Example: `pertract import pcm palladio -o edited.yaml`, then `pertract predict edited.yaml`

    Slots, cores, rates, numbers of tasks, demands, delays, the size of the data and what waits for what are
    as they stand in the files. Models of others are read as far as their concepts exist here; what has no
    counterpart is named, and nothing is written.
    """
    from .. import api
    from ..report.importing import import_report
    from ..report.summary import summary
    from . import output as out

    model = api.import_pcm(folder)
    api.save(model, output)
    if format is Format.json:
        notes = list(model.completeness.notes)
        out.show_json({"summary": summary(model), "model": str(output), "notes": notes})
    elif not quiet:
        out.show(import_report(model, output))


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    group = typer.Typer(no_args_is_help=True, help="Make a model from the format of another tool.")
    group.command()(pcm)
    app.add_typer(group, name="import")
