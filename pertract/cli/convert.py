"""``pertract convert``: the same model in another notation."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .errors import guarded
from .options import Debug, ModelPath, Quiet


class Target(StrEnum):
    """Notations a model can be written in."""

    yaml = "yaml"
    json = "json"


@guarded
def convert(
    model: ModelPath,
    to: Annotated[Target, typer.Option("--to", help="Notation to write.", show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write.", show_default=False)
    ],
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a model as YAML or as JSON.

    Example: `pertract convert model.yaml --to json -o model.json`
    """
    from .. import api
    from ..dsl import text
    from . import output as out

    loaded = api.load(model, note=None if quiet else out.note)
    api.write_whole(output, text.to_json(loaded) if to is Target.json else text.to_yaml(loaded))
    if not quiet:
        out.write(f"model written to {output}\n")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(convert)
