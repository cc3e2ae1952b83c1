"""``pertract validate``: predictions next to measurements, as a report or a gate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options as opt
from .errors import guarded
from .options import Debug, Format, FormatOption, ModelPath, Quiet, Workload

_GATES = "Gates (exit code 1 if one is not met; for predicted response times)"


@guarded
def validate(
    model: ModelPath,
    runs: Annotated[
        Path,
        typer.Option(
            "--runs", metavar="TABLE", help="Measured runs, CSV: docs/validation.md.", show_default=False
        ),
    ],
    workload: Workload = None,
    max_mean_error: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE", help="Most on average, such as 8%.", rich_help_panel=_GATES, show_default=False
        ),
    ] = None,
    max_error: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE", help="Most for any run, such as 15%.", rich_help_panel=_GATES, show_default=False
        ),
    ] = None,
    min_coverage: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE",
            help="Least share of runs inside their 90 % interval, such as 80%.",
            rich_help_panel=_GATES,
            show_default=False,
        ),
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FILE", help="Write a JUnit report as well.", show_default=False),
    ] = None,
    replications: Annotated[
        int, typer.Option("--replications", "-n", help="Simulated executions of each run.")
    ] = 20,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same answer.")] = 1,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Predict measured runs and compare: errors, intervals, and baselines that a prediction must beat.

    Runs that the model was calibrated on are shown apart and never counted.

    Example: `pertract validate model.yaml --runs measured.csv --workload kmeans`

    In continuous integration: `pertract validate model.yaml --runs measured.csv --max-mean-error 8%
    --max-error 15% --min-coverage 80% --junit report.xml`
    """
    from .. import api, evaluate
    from ..report.validation import validation_report
    from . import output as out

    limits = evaluate.Gates(
        max_mean_error=opt.percentage("--max-mean-error", max_mean_error),
        max_error=opt.percentage("--max-error", max_error),
        min_coverage=opt.percentage("--min-coverage", min_coverage),
    )
    loaded = api.load(model, note=None if quiet else out.note)
    with out.progress("predicting", quiet=quiet) as progress:
        validation = api.validate(
            loaded, runs, workload=workload, replications=replications, seed=seed, progress=progress
        )
    gates = limits.check(validation)
    if junit is not None:
        api.write_whole(junit, evaluate.junit_xml(validation, gates, max_error=limits.max_error))
    document = evaluate.validation_document(validation, gates)
    if format is Format.json:
        out.show_json(document)
    else:
        out.show(validation_report(document))
    missed = [gate for gate in gates if not gate.met]
    for gate in missed:
        typer.secho(f"gate not met: {gate}", err=True, fg="red")
    if missed:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(validate)
