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
    emfjson = "emfjson"
    xmi = "xmi"


@guarded
def convert(
    model: ModelPath,
    to: Annotated[
        Target,
        typer.Option(
            "--to",
            help="Notation to write; emfjson and xmi are the three files of the original PerTract.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="File to write; of the original PerTract, folder to write to.",
            show_default=False,
        ),
    ],
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a model as YAML or JSON, or as files of the original PerTract.

    Example: `pertract convert model.yaml --to json -o model.json`

    Example: `pertract convert model.yaml --to emfjson -o original` and back:
    `pertract convert original --to yaml -o model.yaml`
    """
    from .. import api
    from ..dsl import text
    from . import output as out

    loaded = api.load(model, note=None if quiet else out.note)
    if to in (Target.emfjson, Target.xmi):
        saved = api.save_original(loaded, output, "emfjson" if to is Target.emfjson else "xmi")
        written, lost = ", ".join(map(str, saved.files)), saved.left_out
    else:
        api.write_whole(output, text.to_json(loaded) if to is Target.json else text.to_yaml(loaded))
        written, lost = str(output), loaded.completeness.notes if loaded.original else ()
    if not quiet:
        for sentence in lost:
            out.warn(sentence)
        out.write(f"model written to {written}\n")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(convert)
