"""``pertract predict``: response time and CPU use in another configuration."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import UsageError
from . import options as opt
from .errors import guarded
from .options import Debug, Format, FormatOption, ModelPath, Quiet


@guarded
def predict(
    model: ModelPath,
    nodes: opt.Nodes = None,
    node_cores: opt.NodeCores = None,
    node_memory: opt.NodeMemory = None,
    node_type: opt.NodeType = None,
    catalogue: opt.Catalogue = None,
    price: opt.Price = None,
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
    replications: Annotated[
        int | None,
        typer.Option(
            "--replications", "-n", help="Simulated executions; 20 if not given.", show_default=False
        ),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            "--precision",
            metavar="SHARE",
            help="Simulate until the mean is known to this, such as 1%.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same answer.")] = 1,
    blocked_time: Annotated[
        bool, typer.Option("--blocked-time", help="Tell what drives, network and skew cost.")
    ] = False,
    report: opt.Report = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Predict response time and CPU utilisation on another cluster or with other data.

    Example: `pertract predict model.yaml --executors 8 --executor-cores 2 --data-scale 3`

    On other machines: `pertract predict model.yaml --nodes 8 --node-type m5.2xlarge`

    As many executors as YARN would grant: `pertract predict model.yaml --executors 20 --executor-memory 8g`

    As a page, beside what was measured: `pertract predict model.yaml --executors 8 --report page.html`
    """
    from .. import api
    from ..report.prediction import prediction_report
    from ..simulate.document import prediction_document
    from . import output as out

    if replications is not None and precision is not None:
        raise UsageError(
            "--replications and --precision exclude each other",
            hint="Give one of them: a precision decides how many executions are simulated.",
        )
    loaded = api.load(model, note=None if quiet else out.note)
    chosen = opt.configuration_options(
        nodes=nodes,
        node_cores=node_cores,
        node_memory=node_memory,
        node_type=node_type,
        price=price,
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
    with out.progress("simulating", quiet=quiet) as progress:
        prediction = api.predict(
            loaded,
            replications=20 if replications is None else replications,
            precision=opt.percentage("--precision", precision),
            seed=seed,
            blocked_time=blocked_time,
            progress=progress,
            catalogue=catalogue,
            **chosen,
        )
    if report is not None:
        api.write_page(loaded, prediction, report)
    if format is Format.json:
        out.show_json(prediction_document(prediction))
    else:
        out.show(prediction_report(prediction))


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(predict)
