"""``pertract fit``: a coarse model from a table of response times."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .errors import guarded
from .options import Debug, Format, FormatOption, Quiet, Workload


@guarded
def fit(
    table: Annotated[
        Path,
        typer.Argument(metavar="TABLE", help="A table of runs, CSV: docs/validation.md.", show_default=False),
    ],
    workload: Workload = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to write the model.", show_default=False),
    ] = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Fit a coarse model to response times, where there are no event logs.

    The table needs columns `nodes` or `executors`, and `response_time_s`; `cores_per_executor` or
    `node_cores`, `data_size`, `partitions` and `cpu_utilisation` make the model better. Three different
    clusters or data sizes are the least. The model works with predict, validate and show like any other.

    Example: `pertract fit runs.csv --workload LR -o model.yaml`
    """
    from .. import api
    from ..report.fitted import fit_report
    from ..report.summary import summary
    from . import output as out

    model = api.fit_table(table, workload=workload)
    if output is not None:
        api.save(model, output)
    if format is Format.json:
        quality = model.profiles.stages[0].demands[0].fit
        out.show_json(
            {
                "summary": summary(model),
                "model": output,
                "fit": quality.model_dump() if quality else None,
            }
        )
    elif not quiet:
        out.show(fit_report(model, output))


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(fit)
