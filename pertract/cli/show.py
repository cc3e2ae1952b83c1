"""``pertract show``: a model in readable form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .errors import guarded
from .options import Debug, Format, FormatOption, ModelPath, Quiet

_PARTS = ("graph", "profiles", "workload", "resources")


@guarded
def show(
    model: ModelPath,
    graph: Annotated[bool, typer.Option("--graph", help="Only the execution architecture.")] = False,
    profiles: Annotated[bool, typer.Option("--profiles", help="Only the resource profiles.")] = False,
    workload: Annotated[bool, typer.Option("--workload", help="Only the data workload.")] = False,
    resources: Annotated[bool, typer.Option("--resources", help="Only the resource architecture.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FILE.html",
            help="Also write a page with plots of the fitted demands.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE.svg",
            help="With --graph: draw the execution architecture instead of printing it.",
            show_default=False,
        ),
    ] = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show the four parts of a model: execution, profiles, workload, resources.

    Example: `pertract show model.yaml --profiles`

    A drawing of jobs, stages and what waits for what: `pertract show model.yaml --graph -o graph.svg`

    Plots of what several runs measured and what was fitted: `pertract show model.yaml --report fits.html`
    """
    from .. import api
    from ..report import documents
    from ..report.model import model_report
    from . import output as out

    if output is not None:
        _check_drawing(output, graph)
    loaded = api.load(model, note=None if quiet else out.note)
    if report is not None:
        from ..report.page.fits import fits_page

        api.write_whole(report, fits_page(loaded))
    if output is not None:
        from ..report.graph import graph_svg

        api.write_whole(output, graph_svg(loaded))
    if format is Format.json:
        out.show_json(documents.model_document(loaded))
        return
    if output is not None:
        graph = False
        if not quiet:
            out.write(f"graph drawn in {output}\n")
        if not (profiles or workload or resources):
            return
    chosen = [
        part for part, wanted in zip(_PARTS, (graph, profiles, workload, resources), strict=True) if wanted
    ]
    out.show(model_report(loaded, chosen or _PARTS))


def _check_drawing(output: Path, graph: bool) -> None:
    if not graph:
        raise UsageError(
            "--output draws the graph", hint=f"Add --graph: pertract show MODEL --graph -o {output}"
        )
    if output.suffix.lower() not in (".svg", ""):
        raise UsageError(
            f"{output}: a graph is drawn as SVG",
            hint="Give the file a name that ends in .svg; browsers open it.",
        )


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(show)
