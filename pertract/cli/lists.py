"""The options of a configuration, taking lists and ranges."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Annotated, Any, get_args

from typer import Option
from typer.models import OptionInfo

from ..errors import UsageError
from . import options as opt

_Text = str | None
_Texts = list[str] | None


def _list(single: Any, metavar: str = "LIST") -> OptionInfo:
    """Return an option like one of `options`, that takes a list."""
    info = next(part for part in get_args(single) if isinstance(part, OptionInfo))
    several = copy(info)
    several.metavar, several.show_default = metavar, False
    return several


Nodes = Annotated[_Text, _list(opt.Nodes)]
NodeCores = Annotated[_Text, _list(opt.NodeCores)]
NodeMemory = Annotated[_Text, _list(opt.NodeMemory)]
NodeType = Annotated[_Text, _list(opt.NodeType, "NAMES")]
Executors = Annotated[_Text, _list(opt.Executors)]
ExecutorCores = Annotated[_Text, _list(opt.ExecutorCores)]
ExecutorMemory = Annotated[_Text, _list(opt.ExecutorMemory)]
Settings = Annotated[_Texts, _list(opt.Settings, "KEY=LIST")]
LoseExecutor = Annotated[_Texts, _list(opt.LoseExecutor, "TIMES")]
DataSize = Annotated[_Text, _list(opt.DataSize)]
DataScale = Annotated[_Text, _list(opt.DataScale)]
Parameter = Annotated[_Texts, _list(opt.Parameter, "NAME=LIST")]
CpuRate = Annotated[_Text, _list(opt.CpuRate)]
DriveRate = Annotated[_Text, _list(opt.DriveRate)]
NetworkRate = Annotated[_Text, _list(opt.NetworkRate)]
DriveBandwidth = Annotated[_Text, _list(opt.DriveBandwidth)]
NetworkBandwidth = Annotated[_Text, _list(opt.NetworkBandwidth)]

_OTHERS = "Others on the cluster"
Copies = Annotated[
    _Text,
    Option(
        "--copies",
        metavar="LIST",
        help="Runs of the application that arrive at the same time and share the executors evenly.",
        rich_help_panel=_OTHERS,
        show_default=False,
    ),
]
Company = Annotated[
    _Texts,
    Option(
        "--with",
        metavar="MODEL",
        help="Another application that arrives at the same time; repeatable. See pertract share for more.",
        rich_help_panel=_OTHERS,
        show_default=False,
    ),
]


def configuration_lists(
    *,
    nodes: str | None,
    node_cores: str | None,
    node_memory: str | None,
    node_type: str | None,
    executors: str | None,
    executor_cores: str | None,
    executor_memory: str | None,
    data_size: str | None,
    data_scale: str | None,
    parameter: list[str] | None,
    cpu_rate: str | None,
    drive_rate: str | None,
    network_rate: str | None,
    drive_bandwidth: str | None,
    network_bandwidth: str | None,
    settings: list[str] | None,
    lose_executor: list[str] | None,
    copies: str | None,
    company: list[str] | None,
) -> dict[str, Any]:
    """Return the fields of `pertract.Options` that the command line gave, with lists for lists.

    Raises
    ------
    UsageError
        If a list, a range or one of its values cannot be read.
    """
    found: dict[str, Any] = {}
    for field, option, text, read in (
        ("nodes", "--nodes", nodes, _whole),
        ("node_type", "--node-type", node_type, _name),
        ("node_cores", "--node-cores", node_cores, _whole),
        ("node_memory_bytes", "--node-memory", node_memory, opt.memory),
        ("executors", "--executors", executors, _whole),
        ("executor_cores", "--executor-cores", executor_cores, _whole),
        ("executor_memory_bytes", "--executor-memory", executor_memory, opt.memory),
        ("data_bytes", "--data-size", data_size, opt.size),
        ("data_scale", "--data-scale", data_scale, _number),
        ("cpu_rate", "--cpu-rate", cpu_rate, _number),
        ("drive_rate", "--drive-rate", drive_rate, _number),
        ("network_rate", "--network-rate", network_rate, _number),
        ("drive_bytes_per_s", "--drive-bandwidth", drive_bandwidth, opt.size),
        ("network_bytes_per_s", "--network-bandwidth", network_bandwidth, opt.size),
        ("copies", "--copies", copies, _whole),
    ):
        if text is not None:
            found[field] = _values(option, text, read)
    if settings:
        pairs = _once("--set", [opt.pair(text) for text in settings])
        found["settings"] = {
            key: _values(f"--set {key}", value, _name, whole=True, words=True) for key, value in pairs.items()
        }
    if parameter:
        named = _once("--parameter", [_named_list(text) for text in parameter])
        found["parameters"] = {key: _values("--parameter", value, _number) for key, value in named.items()}
    if lose_executor:
        found["lose_executor_s"] = _losses(lose_executor)
    if company:
        found["company"] = tuple(company)
    return found


def _values(
    option: str, text: str, read: Callable[[str, str], Any], *, whole: bool = False, words: bool = False
) -> Any:
    """Return the value that was given, or a list where there are several."""
    from ..plan.ranges import expand

    parts = expand(text, option=option, whole=whole or read is _whole, words=words)
    values = [read(option, part) for part in parts]
    return values if len(values) > 1 else values[0]


def _losses(texts: list[str]) -> Any:
    """Return when executors die: options given together happen together, a list is alternatives."""
    from ..plan.ranges import expand

    found: list[tuple[float, ...]] = [()]
    for text in texts:
        times = [opt.loss(part) for part in expand(text, option="--lose-executor")]
        found = [(*before, time_s) for before in found for time_s in times]
    return found if len(found) > 1 else found[0]


def _named_list(text: str) -> tuple[str, str]:
    name, equals, values = text.partition("=")
    if not equals:
        raise UsageError(
            f"--parameter: '{text}' is not a name and numbers", hint="Write --parameter iterations=10,20."
        )
    return name.strip(), values


def _once(option: str, pairs: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in pairs:
        if key in found:
            raise UsageError(
                f"{option} {key} is given twice", hint=f"Write {option} {key}={found[key]},{value} for both."
            )
        found[key] = value
    return found


def _whole(option: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise UsageError(
            f"{option}: '{text}' is not a whole number", hint="Write, for example, 8 or 4,8,16 or 2..32*2."
        ) from error


def _number(option: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(
            f"{option}: '{text}' is not a number", hint="Write, for example, 2 or 0.5,1,2 or 1..8*2."
        ) from error


def _name(option: str, text: str) -> str:
    return text


def prices(text: str | None) -> float | dict[str, float] | None:
    """Return the price of a node, or of each node type in ``TYPE=PRICE,TYPE=PRICE``.

    Raises
    ------
    UsageError
        If it is neither.
    """
    if text is None:
        return None
    if "=" not in text:
        return _price(text)
    parts = (part.partition("=") for part in text.split(","))
    return {name.strip(): _price(value) for name, _, value in parts}


def _price(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(
            f"--price: '{text}' is not a price", hint="Write 0.19, or m5.xlarge=0.19,r5.xlarge=0.25."
        ) from error
