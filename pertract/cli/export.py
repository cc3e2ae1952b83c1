"""``pertract export``: a model in the format of another tool."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from . import options as opt
from .errors import guarded
from .export_sls import sls
from .options import Debug, Format, FormatOption, ModelPath, Quiet


class TaskForm(StrEnum):
    """How tasks share the slots in a PCM model."""

    tokens = "tokens"
    slots = "slots"
    tree = "tree"


class Profile(StrEnum):
    """Versions of PCM."""

    standard = "standard"
    pertract = "pertract"


@guarded
def pcm(
    model: ModelPath,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="DIR", help="Folder to write to.", show_default=False),
    ],
    nodes: opt.Nodes = None,
    node_cores: opt.NodeCores = None,
    node_memory: opt.NodeMemory = None,
    node_type: opt.NodeType = None,
    catalogue: opt.Catalogue = None,
    executors: opt.Executors = None,
    executor_cores: opt.ExecutorCores = None,
    executor_memory: opt.ExecutorMemory = None,
    settings: opt.Settings = None,
    lose_executor: opt.LoseExecutor = None,
    data_size: opt.DataSize = None,
    data_scale: opt.DataScale = None,
    parameter: opt.Parameter = None,
    cpu_rate: opt.CpuRate = 1.0,
    drive_rate: opt.DriveRate = 1.0,
    network_rate: opt.NetworkRate = 1.0,
    drive_bandwidth: opt.DriveBandwidth = None,
    network_bandwidth: opt.NetworkBandwidth = None,
    profile: Annotated[
        Profile,
        typer.Option(
            "--profile",
            help="standard: PCM 5.2, for the stock Palladio. pertract: PCM 5.0 with the extension of the "
            "original PerTract, for its simulator.",
        ),
    ] = Profile.standard,
    form: Annotated[
        TaskForm,
        typer.Option(
            "--form",
            help="How tasks share slots: tokens (small; SimuLizar, SimuCom), slots (a branch for each slot; "
            "all simulators), tree (overlapping runs).",
        ),
    ] = TaskForm.tokens,
    join_nodes: Annotated[
        bool,
        typer.Option(
            "--join-nodes",
            help="One container for all node groups: tasks take the first free slot of any of them.",
        ),
    ] = False,
    effects: Annotated[
        bool | None,
        typer.Option(
            "--effects/--no-effects",
            help="Simulate what leaving out costs; without either, up to 200,000 tasks.",
            show_default=False,
        ),
    ] = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a model in a configuration as Palladio Component Model 5.2, for the stock Palladio Bench.

    Example: `pertract export pcm model.yaml -o palladio --nodes 8`

    What PCM cannot say is listed, with its effect on the predicted time. With `--profile pertract`, the files
    are those of the original PerTract's generator, `default.repository` and so on.
    """
    from .. import api
    from ..report import documents
    from ..report.exporting import export_report
    from . import output as out

    loaded = api.load(model, note=None if quiet else out.note)
    chosen = opt.configuration_options(
        nodes=nodes,
        node_cores=node_cores,
        node_memory=node_memory,
        node_type=node_type,
        price=None,
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
    )
    if profile is Profile.pertract:
        if form is not TaskForm.tokens or join_nodes or effects is not None:
            raise UsageError(
                "--form, --join-nodes and --effects are of the standard profile", hint="Leave them out."
            )
        exported = api.export_extended_pcm(loaded, catalogue=catalogue, **chosen)
    else:
        with out.progress("simulating", quiet=quiet) as progress:
            exported = api.export_pcm(
                loaded,
                form=form.value,
                join_nodes=join_nodes,
                effects=effects,
                progress=progress,
                catalogue=catalogue,
                **chosen,
            )
    api.write_folder(output, exported.files)
    if format is Format.json:
        out.show_json(documents.export_document(exported, output))
    elif not quiet:
        out.show(export_report(exported, output))


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    group = typer.Typer(no_args_is_help=True, help="Write a model in the format of another tool.")
    group.command()(pcm)
    group.command()(sls)
    app.add_typer(group, name="export")
