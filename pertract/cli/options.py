"""Options that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from ..errors import UsageError
from ..units import parse_duration, parse_memory, parse_size

T = TypeVar("T")


class Format(StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"


ModelPath = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL",
        help="A model file, YAML or JSON; or original PerTract files: their folder or one of them.",
        show_default=False,
    ),
]
Application = Annotated[
    str | None,
    typer.Option(
        "--app", metavar="ID", help="Which application, where there are several.", show_default=False
    ),
]
Attempt = Annotated[
    str | None,
    typer.Option("--attempt", metavar="ID", help="Which attempt of it; else the last.", show_default=False),
]
Workload = Annotated[
    str | None,
    typer.Option(
        "--workload",
        metavar="NAME",
        help="Which application of the table, if it has several.",
        show_default=False,
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="A table for people or JSON for programs.")]
Report = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE.html",
        help="Also write a page with drawings and all numbers, to open in a browser.",
        show_default=False,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only what was asked for; no progress.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")]

_CLUSTER, _DATA = "Cluster (as measured unless given)", "Data and hardware (as measured unless given)"
_Number = int | None

Nodes = Annotated[
    _Number, typer.Option("--nodes", help="Worker nodes.", rich_help_panel=_CLUSTER, show_default=False)
]
NodeCores = Annotated[
    _Number,
    typer.Option(
        "--node-cores", help="Cores of a worker node.", rich_help_panel=_CLUSTER, show_default=False
    ),
]
NodeMemory = Annotated[
    str | None,
    typer.Option(
        "--node-memory",
        help="Memory of a worker node, such as 32g; with it, a node has the executors it has room for.",
        rich_help_panel=_CLUSTER,
        show_default=False,
    ),
]
NodeType = Annotated[
    str | None,
    typer.Option(
        "--node-type",
        metavar="NAME",
        help="A machine of the catalogue: its cores, memory, bandwidth and price. See pertract catalogue.",
        rich_help_panel=_CLUSTER,
        show_default=False,
    ),
]
Catalogue = Annotated[
    Path | None,
    typer.Option(
        "--catalogue",
        metavar="FILE",
        help="Your own node types, beside the built-in ones.",
        rich_help_panel=_CLUSTER,
        show_default=False,
    ),
]
Price = Annotated[
    float | None,
    typer.Option(
        "--price",
        help="Price of a worker node per hour; a node type has one.",
        rich_help_panel=_CLUSTER,
        show_default=False,
    ),
]
Executors = Annotated[
    _Number,
    typer.Option("--executors", help="Executors in all.", rich_help_panel=_CLUSTER, show_default=False),
]
ExecutorCores = Annotated[
    _Number,
    typer.Option(
        "--executor-cores", help="Cores of an executor.", rich_help_panel=_CLUSTER, show_default=False
    ),
]
ExecutorMemory = Annotated[
    str | None,
    typer.Option(
        "--executor-memory",
        help="Heap of an executor, such as 4g; on YARN it decides how many fit.",
        rich_help_panel=_CLUSTER,
        show_default=False,
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A Spark property to change; repeatable.",
        rich_help_panel=_CLUSTER,
        show_default=False,
    ),
]
LoseExecutor = Annotated[
    list[str] | None,
    typer.Option(
        "--lose-executor",
        metavar="TIME",
        help="When an executor dies, such as 30s; repeatable.",
        rich_help_panel=_CLUSTER,
        show_default=False,
    ),
]
DataSize = Annotated[
    str | None,
    typer.Option(
        "--data-size",
        help="Volume read from storage, such as 15GB; or a number in the unit of the calibration runs.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
DataScale = Annotated[
    float | None,
    typer.Option(
        "--data-scale", help="Volume relative to the measured one.", rich_help_panel=_DATA, show_default=False
    ),
]
Parameter = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter",
        metavar="NAME=NUMBER",
        help="A parameter of the application that its loops follow, such as iterations=20; repeatable.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
CpuRate = Annotated[
    float,
    typer.Option("--cpu-rate", help="Speed of a core relative to the measured one.", rich_help_panel=_DATA),
]
DriveRate = Annotated[
    float, typer.Option("--drive-rate", help="Speed of the drives, likewise.", rich_help_panel=_DATA)
]
NetworkRate = Annotated[
    float, typer.Option("--network-rate", help="Speed of the network, likewise.", rich_help_panel=_DATA)
]

DriveBandwidth = Annotated[
    str | None,
    typer.Option(
        "--drive-bandwidth",
        help="What the drives of a node read or write per second, such as 200MB; tasks share it.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
NetworkBandwidth = Annotated[
    str | None,
    typer.Option(
        "--network-bandwidth",
        help="What the link of a node carries per second, such as 1.25GB; shuffles share it.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]


def configuration_options(
    *,
    nodes: int | None,
    node_cores: int | None,
    node_memory: str | None,
    node_type: str | None,
    price: float | None,
    executors: int | None,
    executor_cores: int | None,
    executor_memory: str | None,
    data_size: str | None,
    data_scale: float | None,
    parameter: list[str] | None,
    cpu_rate: float,
    drive_rate: float,
    network_rate: float,
    drive_bandwidth: str | None,
    network_bandwidth: str | None,
    settings: list[str] | None,
    lose_executor: list[str] | None,
) -> dict[str, Any]:
    """Return the fields of `pertract.Options` that the command line gave.

    Raises
    ------
    UsageError
        If a size or setting cannot be read.
    """
    return {
        "nodes": nodes,
        "node_cores": node_cores,
        "node_memory_bytes": _given(memory, "--node-memory", node_memory),
        "node_type": node_type,
        "price_per_node_hour": price,
        "executors": executors,
        "executor_cores": executor_cores,
        "executor_memory_bytes": _given(memory, "--executor-memory", executor_memory),
        "data_bytes": _given(size, "--data-size", data_size),
        "data_scale": data_scale,
        "parameters": dict(_parameter(text) for text in parameter or []),
        "cpu_rate": cpu_rate,
        "drive_rate": drive_rate,
        "network_rate": network_rate,
        "drive_bytes_per_s": _given(size, "--drive-bandwidth", drive_bandwidth),
        "network_bytes_per_s": _given(size, "--network-bandwidth", network_bandwidth),
        "settings": dict(pair(text) for text in settings or []),
        "lose_executor_s": tuple(loss(text) for text in lose_executor or []),
    }


def _given(read: Callable[[str, str], T], option: str, text: str | None) -> T | None:
    return None if text is None else read(option, text)


def memory(option: str, text: str) -> int:
    """Return a size of memory in bytes, as Spark reads it; raises UsageError if it is none."""
    found = parse_memory(text)
    if found is None:
        raise UsageError(f"{option}: '{text}' is not a size", hint="Write, for example, 4g or 512m.")
    return found


_INSTEAD = {
    "--data-size": "--data-scale",
    "--drive-bandwidth": "--drive-rate",
    "--network-bandwidth": "--network-rate",
}


def size(option: str, text: str) -> float:
    """Return a number of bytes, or of bytes per second; raises UsageError if it is none."""
    try:
        return parse_size(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}", hint=f"Or use {_INSTEAD[option]}.") from error


def pair(text: str) -> tuple[str, str]:
    """Return key and value of a setting; raises UsageError if it is none."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(
            f"--set: '{text}' is not a setting", hint="Write --set spark.sql.shuffle.partitions=400."
        )
    return key.strip(), value.strip()


def _parameter(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError as error:
        raise UsageError(
            f"--parameter: '{text}' is not a name and a number", hint="Write --parameter iterations=20."
        ) from error


def loss(text: str) -> float:
    """Return when an executor is lost, seconds; raises UsageError if it is no time."""
    if (seconds := parse_duration(text)) is None:
        raise UsageError(f"--lose-executor: '{text}' is not a time", hint="Write, for example, 30s or 2min.")
    return seconds


def percentage(option: str, text: str | None) -> float | None:
    """Return the ratio in ``1%`` or ``0.01``, or None where the option is not given.

    Raises
    ------
    UsageError
        If it is neither.
    """
    if text is None:
        return None
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise UsageError(f"{option}: '{text}' is not a share", hint="Write, for example, 1% or 0.01.")
    return value
