"""``pertract share``: several applications on one cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from ..units import parse_duration
from . import options as opt
from .errors import guarded
from .options import Debug, Format, FormatOption, Quiet


@guarded
def share(
    workload: Annotated[
        Path,
        typer.Argument(
            metavar="WORKLOAD",
            help="A YAML file: the cluster, its applications and when they arrive.",
            show_default=False,
        ),
    ],
    deadline: Annotated[
        list[str] | None,
        typer.Option(
            "--deadline",
            metavar="NAME=TIME",
            help="When 95 % of an application's runs must have ended after their arrival; repeatable.",
            show_default=False,
        ),
    ] = None,
    catalogue: opt.Catalogue = None,
    replications: Annotated[
        int, typer.Option("--replications", "-n", help="Simulations of the whole workload.")
    ] = 10,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same answer.")] = 1,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Predict applications that share a cluster: response times, waits, and how busy the cluster is.

    Applications arrive at given times, at a rate, or one after the other, and get room for executors
    first come first served, fairly, or by YARN's capacity queues. With a deadline and arrivals at a rate, the
    largest rate that still keeps it is found. The exit code is 1 if a deadline is not kept.

    Example: `pertract share examples/shared-cluster.yaml --deadline nightly=3min`
    """
    from .. import api
    from ..plan.shared import sharing_document
    from ..report.sharing import sharing_report
    from . import output as out

    deadlines_s = dict(_deadline(text) for text in deadline or [])
    with out.progress("simulating", quiet=quiet) as progress:
        sharing = api.share(
            workload,
            deadlines_s=deadlines_s,
            replications=replications,
            seed=seed,
            catalogue=catalogue,
            progress=progress,
        )
    document = sharing_document(sharing)
    if format is Format.json:
        out.show_json(document)
    else:
        out.show(sharing_report(document))
    if not sharing.deadlines_met:
        typer.secho("not every deadline is kept", err=True, fg="red")
        raise typer.Exit(1)


def _deadline(text: str) -> tuple[str, float]:
    name, _, time = text.rpartition("=")
    seconds = parse_duration(time)
    if not name or seconds is None:
        raise UsageError(
            f"--deadline: '{text}' is not a name and a time", hint="Write --deadline nightly=10min."
        )
    return name, seconds


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(share)
