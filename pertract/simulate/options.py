"""The what-if question: what is to differ from the calibration run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from .. import dsl
from ..errors import UsageError
from ..units import MIB
from .memory import OVERHEAD
from .settings import CONTAINER_MB, check_known, memory, whole

MOST_TIMES = 1e9
"""Most that the data can be relative to the measured ones; the inverse is the least."""
MOST_FASTER = 1e6
"""The same of the rates of machines."""
MOST_PRICE = 1e9
"""Highest price of a node per hour."""
MOST_BYTES = 1e18
"""Most bytes, or bytes/s, that can be asked for."""
MOST_MACHINES = 10_000
"""Most nodes, and most executors, that can be asked for."""
MOST_CORES = 1_000_000
"""Most cores of a node or executor."""


MOST_COPIES = 1_000
"""Most runs of the application that can arrive at the same moment."""


@dataclass(frozen=True, slots=True)
class Companion:
    """Another application that shares the cluster."""

    name: str
    """Its file."""
    model: dsl.PerformanceModel
    digest: str = field(init=False)
    """Of the model: equal for equal ones."""

    def __post_init__(self) -> None:
        digest = sha256(self.model.model_dump_json().encode()).hexdigest()
        object.__setattr__(self, "digest", digest)


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
    copies: int = 1
    """Runs of the application that arrive at the same moment and share the executors; one is predicted."""
    company: tuple[Companion, ...] = ()
    """Other applications that arrive with it, likewise."""


def with_settings(options: Options) -> Options:
    """Let ``spark.executor.*`` settings stand for the options of the same meaning."""
    check_known(options.settings)
    changes: dict[str, tuple[str, int]] = {}
    for key, name in (("spark.executor.instances", "executors"), ("spark.executor.cores", "executor_cores")):
        if (value := whole(options.settings, key)) is not None:
            changes[name] = key, value
    if (heap := memory(options.settings, "spark.executor.memory")) is not None:
        changes["executor_memory_bytes"] = "spark.executor.memory", heap
    memory(options.settings, OVERHEAD, least=0)
    if (container := whole(options.settings, CONTAINER_MB)) is not None:
        changes["executor_memory_bytes"] = CONTAINER_MB, container * MIB
    for name, (key, value) in changes.items():
        if getattr(options, name) not in (None, value):
            option = f"--{name.removesuffix('_bytes').replace('_', '-')}"
            raise UsageError(f"--set {key} gives another number than {option}", hint="Give it once.")
    values = {name: value for name, (_, value) in changes.items()}
    return replace(options, **values)  # type: ignore[arg-type]


def check(options: Options) -> None:
    """Raise UsageError if a number is out of its range, or two options exclude each other."""
    if options.data_bytes is not None and options.data_scale is not None:
        raise UsageError("--data-size and --data-scale exclude each other", hint="Give one of them.")
    check_range("--nodes", options.nodes, 1, MOST_MACHINES)
    check_range("--node-cores", options.node_cores, 1, MOST_CORES)
    check_range("--node-memory", options.node_memory_bytes, 1, MOST_BYTES)
    check_range("--executors", options.executors, 1, MOST_MACHINES)
    check_range("--executor-cores", options.executor_cores, 1, MOST_CORES)
    check_range("--copies", options.copies, 1, MOST_COPIES)
    check_range("--executor-memory", options.executor_memory_bytes, 1, MOST_BYTES)
    check_range("--data-size", options.data_bytes, 0, MOST_BYTES)
    check_range("--data-scale", options.data_scale, 1 / MOST_TIMES, MOST_TIMES)
    check_range("--cpu-rate", options.cpu_rate, 1 / MOST_FASTER, MOST_FASTER)
    check_range("--drive-rate", options.drive_rate, 1 / MOST_FASTER, MOST_FASTER)
    check_range("--network-rate", options.network_rate, 1 / MOST_FASTER, MOST_FASTER)
    check_range("--drive-bandwidth", options.drive_bytes_per_s, 1, MOST_BYTES)
    check_range("--network-bandwidth", options.network_bytes_per_s, 1, MOST_BYTES)
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
    price = options.price_per_node_hour
    if price is not None and not 0 <= price <= MOST_PRICE:
        raise UsageError(
            f"--price must be a number from 0 to {MOST_PRICE:,g}, not {price:g}", hint="Correct the number."
        )


def check_range(name: str, value: float | None, least: float, most: float) -> None:
    """Raise UsageError if a number is given that is not above zero, or one that nobody can mean.

    The simulation would lose what it adds to such times, or take for ever.
    """
    if value is None or (value > 0 and least <= value <= most):
        return
    if not value > 0:
        raise UsageError(f"{name} must be above zero, not {value}", hint="Correct the number.")
    raise UsageError(f"{name} must lie between {least:,g} and {most:,g}", hint="Correct the number.")
