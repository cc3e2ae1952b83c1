"""``pertract check``: whether a file is a valid model."""

from __future__ import annotations

import typer

from .errors import guarded
from .options import Debug, Format, FormatOption, ModelPath, Quiet


@guarded
def check(
    model: ModelPath,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Check a model file; a mistake is named with its line and field.

    Example: `pertract check model.yaml`
    """
    from .. import api
    from ..report.summary import summary
    from ..units import counted
    from . import output as out

    loaded = api.load(model, note=None if quiet else out.note)
    if format is Format.json:
        out.show_json({"valid": True, "summary": summary(loaded)})
    elif not quiet:
        out.write(
            f"{model}: valid, {counted(len(loaded.execution.jobs), 'job')}, "
            f"{counted(len(loaded.execution.stages), 'stage')}\n"
        )


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(check)
