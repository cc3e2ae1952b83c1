"""``pertract export sls``: a prediction as input of Hadoop's scheduler load simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import options as opt
from .errors import guarded
from .options import Debug, Format, FormatOption, ModelPath, Quiet


@guarded
def sls(
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
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a predicted execution as a trace for Hadoop's scheduler load simulator (SLS).

    Example: `pertract export sls model.yaml -o sls --nodes 8`, then in Hadoop: `slsrun.sh --tracetype=SLS
    --tracelocation=sls/sls-jobs.json --nodes=sls/sls-nodes.json --output-dir=out`

    Containers are the tasks of MapReduce, or the executors of Spark. The simulator asks a real scheduler for
    them, with its queues and other load.
    """
    from .. import api
    from ..report.exporting import sls_document, sls_report
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
    exported = api.export_sls(loaded, catalogue=catalogue, **chosen)
    api.write_folder(output, exported.files)
    if format is Format.json:
        out.show_json(sls_document(exported, output))
    elif not quiet:
        out.show(sls_report(exported, output))
