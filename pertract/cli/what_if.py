"""``pertract what-if``: compare configurations and say which one to take."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ..errors import UsageError
from ..units import parse_duration
from . import lists
from . import options as opt
from .errors import guarded
from .options import Debug, ModelPath, Quiet

EXIT_INTERRUPTED = 130
"""What shells say of a program that Ctrl-C has ended."""
_GOAL = "Decision (exit code 1 if no configuration qualifies)"
_HOW = "How it is computed"


class Output(StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"
    csv = "csv"


class BaseOption(StrEnum):
    """What speed-up and efficiency are relative to."""

    calibration = "calibration"
    first = "first"


@guarded
def what_if(
    model: ModelPath,
    nodes: lists.Nodes = None,
    node_type: lists.NodeType = None,
    node_cores: lists.NodeCores = None,
    node_memory: lists.NodeMemory = None,
    catalogue: opt.Catalogue = None,
    executors: lists.Executors = None,
    executor_cores: lists.ExecutorCores = None,
    executor_memory: lists.ExecutorMemory = None,
    settings: lists.Settings = None,
    lose_executor: lists.LoseExecutor = None,
    data_size: lists.DataSize = None,
    data_scale: lists.DataScale = None,
    parameter: lists.Parameter = None,
    cpu_rate: lists.CpuRate = None,
    drive_rate: lists.DriveRate = None,
    network_rate: lists.NetworkRate = None,
    drive_bandwidth: lists.DriveBandwidth = None,
    network_bandwidth: lists.NetworkBandwidth = None,
    copies: lists.Copies = None,
    company: lists.Company = None,
    deadline: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="When it must be done, such as 10min.",
            rich_help_panel=_GOAL,
            show_default=False,
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(metavar="COST", help="What a run may cost.", rich_help_panel=_GOAL, show_default=False),
    ] = None,
    confidence: Annotated[
        str, typer.Option(metavar="SHARE", help="Share of runs that must keep them.", rich_help_panel=_GOAL)
    ] = "95%",
    price: Annotated[
        str | None,
        typer.Option(
            metavar="PRICE",
            help="Price of a node per hour, or TYPE=PRICE,TYPE=PRICE; a node type has one.",
            rich_help_panel=_GOAL,
            show_default=False,
        ),
    ] = None,
    billing: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Begun units count in full: hour, 1min or, with a minimum, 1s:60s.",
            rich_help_panel=_GOAL,
            show_default=False,
        ),
    ] = None,
    base: Annotated[
        BaseOption,
        typer.Option(help="What speed-up is relative to, with the same data.", rich_help_panel=_HOW),
    ] = BaseOption.calibration,
    advise: Annotated[
        bool,
        typer.Option(
            "--advise",
            help="Settings for the best point, and what in the application costs time, with what they gain.",
            rich_help_panel=_GOAL,
        ),
    ] = False,
    search: Annotated[
        bool | None,
        typer.Option(
            "--search/--all",
            help="Search for the best, or predict all; a search if there are 1000 or more.",
            rich_help_panel=_HOW,
            show_default=False,
        ),
    ] = None,
    replications: Annotated[
        int,
        typer.Option("--replications", "-n", help="Simulated executions of each.", rich_help_panel=_HOW),
    ] = 20,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="The same seed gives the same answer.", rich_help_panel=_HOW)
    ] = 1,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            help="Processes to use; as many as there are processors.",
            rich_help_panel=_HOW,
            show_default=False,
        ),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Compute all anew and keep nothing.", rich_help_panel=_HOW)
    ] = False,
    report: opt.Report = None,
    format: Annotated[
        Output, typer.Option("--format", help="A table for people, JSON for programs, or CSV.")
    ] = Output.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Compare configurations: every combination of lists and ranges, and which one to take.

    Lists are 4,8,16; ranges 2..32, 2..32:2 in steps, 2..64*2 by factors, 4g..16g:4g with units.

    Examples: `pertract what-if model.yaml --nodes 2..64*2`

    `pertract what-if model.yaml --nodes 4..32:4 --node-type m5.xlarge,r5.xlarge --deadline 10min`

    `pertract what-if model.yaml --executors 8 --set spark.sql.shuffle.partitions=50..800*2`

    As a page with curves, timelines and sliders:
    `pertract what-if model.yaml --nodes 2..64*2 --report page.html`
    """
    from .. import api, plan
    from ..plan.table import csv_text
    from ..report.what_if import what_if_report
    from . import output as out

    chosen = lists.configuration_lists(
        nodes=nodes,
        node_cores=node_cores,
        node_memory=node_memory,
        node_type=node_type,
        executors=executors,
        executor_cores=executor_cores,
        executor_memory=executor_memory,
        data_size=data_size,
        data_scale=data_scale,
        parameter=parameter,
        cpu_rate=cpu_rate,
        drive_rate=drive_rate,
        network_rate=network_rate,
        drive_bandwidth=drive_bandwidth,
        network_bandwidth=network_bandwidth,
        settings=settings,
        lose_executor=lose_executor,
        copies=copies,
        company=company,
    )
    deadline_s = None if deadline is None else parse_duration(deadline)
    if deadline is not None and deadline_s is None:
        raise UsageError(
            f"--deadline: '{deadline}' is not a time", hint="Write, for example, 90s, 10min or 2h."
        )
    sure = opt.percentage("--confidence", confidence)
    loaded = api.load(model)
    with out.progress("simulating", quiet=quiet) as progress:
        result = api.what_if(
            loaded,
            deadline_s=deadline_s,
            budget=budget,
            confidence=0.95 if sure is None else sure,
            price=lists.prices(price),
            billing=billing,
            base=base.value,
            search=search,
            advise=advise,
            timelines=report is not None,
            replications=replications,
            seed=seed,
            jobs=jobs,
            cache=not no_cache,
            catalogue=catalogue,
            progress=progress,
            **chosen,
        )
    if report is not None:
        api.write_page(loaded, result, report)
    if format is Output.csv:
        out.write(csv_text(result))
    else:
        document = plan.what_if_document(result)
        if format is Output.json:
            out.show_json(document)
        else:
            out.show(what_if_report(document))
    if not result.complete:
        typer.secho(
            "interrupted: what was ready is shown and kept; the same command goes on from there",
            err=True,
            fg="yellow",
        )
        raise typer.Exit(EXIT_INTERRUPTED)
    if any(decision.met is False for decision in result.decisions):
        typer.secho("no configuration keeps what was asked for", err=True, fg="red")
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("what-if")(what_if)
