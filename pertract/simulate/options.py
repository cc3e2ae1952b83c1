"""The what-if question: what is to differ from the calibration run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .. import dsl
from ..errors import UsageError
from ..units import parse_memory
from .memory import OVERHEAD
from .settings import check_known, whole


@dataclass(frozen=True, slots=True)
class Options:
    """A what-if question; everything that is None stays as in the calibration run."""

    nodes: int | None = None
    """Worker nodes."""
    node_cores: int | None = None
    """Cores of a worker node."""
    node_memory_bytes: int | None = None
    """Memory of a worker node, bytes; where given, it and the cores say how many executors a node has."""
    executors: int | None = None
    """Executors in all."""
    executor_cores: int | None = None
    """Cores, and so task slots, of an executor."""
    executor_memory_bytes: int | None = None
    """Heap of an executor, bytes."""
    data_bytes: float | None = None
    """Amount of data, in the unit of the calibration runs; bytes read from storage if these have none.

    Not together with ``data_scale``.
    """
    data_scale: float | None = None
    """Volume relative to the calibration run."""
    cpu_rate: float = 1.0
    """Speed of a core relative to the model's resource architecture."""
    drive_rate: float = 1.0
    """Speed of the drives, likewise."""
    network_rate: float = 1.0
    """Speed of the network, likewise."""
    drive_bytes_per_s: float | None = None
    """Bandwidth of the drives of a node, for reading and for writing, bytes/s; not with ``drive_rate``."""
    network_bytes_per_s: float | None = None
    """Bandwidth of a node's link in each direction, bytes/s; not with ``network_rate``."""
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Values of parameters of the application that decide how often its loops repeat."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Spark properties to change."""
    pools: tuple[dsl.SchedulerPool, ...] | None = None
    """Scheduler pools, as an allocation file describes them."""
    price_per_node_hour: float | None = None
    """Price of a worker node per hour, in any currency; it changes nothing but the cost."""
    node_type: str | None = None
    """What the nodes are called in a catalogue, whose figures are in the fields above."""
    lose_executor_s: tuple[float, ...] = ()
    """When an executor dies, seconds after application start; one time for each."""


def with_settings(options: Options) -> Options:
    """Let ``spark.executor.*`` settings stand for the options of the same meaning."""
    check_known(options.settings)
    changes: dict[str, int] = {}
    for key, name in (("spark.executor.instances", "executors"), ("spark.executor.cores", "executor_cores")):
        if (value := whole(options.settings, key)) is not None:
            changes[name] = value
    if (memory := options.settings.get("spark.executor.memory")) is not None:
        parsed = parse_memory(memory)
        if parsed is None:
            raise UsageError(f"'{memory}' is not a memory size", hint="Write, for example, 4g or 512m.")
        changes["executor_memory_bytes"] = parsed
    overhead = options.settings.get(OVERHEAD)
    if overhead is not None and parse_memory(overhead) is None:
        raise UsageError(f"'{overhead}' is not a memory size", hint="Write, for example, 1g or 512m.")
    for name, value in changes.items():
        if getattr(options, name) not in (None, value):
            raise UsageError(
                f"--set gives another number than --{name.replace('_bytes', '').replace('_', '-')}",
                hint="Give it once.",
            )
    return replace(options, **changes)  # type: ignore[arg-type]


def check(options: Options) -> None:
    """Raise UsageError if a number is out of its range, or two options exclude each other."""
    if options.data_bytes is not None and options.data_scale is not None:
        raise UsageError("--data-size and --data-scale exclude each other", hint="Give one of them.")
    numbers = {
        "--nodes": options.nodes,
        "--node-cores": options.node_cores,
        "--node-memory": options.node_memory_bytes,
        "--executors": options.executors,
        "--executor-cores": options.executor_cores,
        "--executor-memory": options.executor_memory_bytes,
        "--data-size": options.data_bytes,
        "--data-scale": options.data_scale,
        "--cpu-rate": options.cpu_rate,
        "--drive-rate": options.drive_rate,
        "--network-rate": options.network_rate,
        "--drive-bandwidth": options.drive_bytes_per_s,
        "--network-bandwidth": options.network_bytes_per_s,
    }
    for name, rate, bandwidth in (
        ("drive", options.drive_rate, options.drive_bytes_per_s),
        ("network", options.network_rate, options.network_bytes_per_s),
    ):
        if rate != 1.0 and bandwidth is not None:
            raise UsageError(
                f"--{name}-rate and --{name}-bandwidth exclude each other", hint="Give one of them."
            )
    for time_s in options.lose_executor_s:
        if not 0 <= time_s < float("inf"):
            raise UsageError(
                f"--lose-executor must be a time, not {time_s:g}", hint="Write, for example, 30s."
            )
    if options.price_per_node_hour is not None and not 0 <= options.price_per_node_hour < float("inf"):
        raise UsageError(
            f"--price must not be below zero, not {options.price_per_node_hour:g}", hint="Correct the number."
        )
    for name, value in numbers.items():
        if value is not None and not 0 < value < float("inf"):
            raise UsageError(f"{name} must be above zero, not {value:g}", hint="Correct the number.")
