"""The cluster and data to predict for: what was asked, completed by what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from statistics import mode

from .. import dsl
from ..dsl.execution import most_at_once
from ..errors import UsageError
from ..units import parse_memory
from .policies import Allocation, LocalityWaits, Speculation, allocated, locality_waits, speculation
from .settings import check_known, truth, whole

RESERVED_MEMORY_BYTES = 300 * 1024**2
"""Heap that Spark keeps for itself."""
MEMORY_FRACTION = 0.6
"""Share of the rest that executions and cached data may use (``spark.memory.fraction``)."""
MOST_SLOTS = 1_000_000
"""Most task slots that can be asked for."""


@dataclass(frozen=True, slots=True)
class Options:
    """A what-if question; everything that is None stays as in the calibration run."""

    nodes: int | None = None
    """Worker nodes."""
    node_cores: int | None = None
    """Cores of a worker node."""
    executors: int | None = None
    """Executors in all."""
    executor_cores: int | None = None
    """Cores, and so task slots, of an executor."""
    executor_memory_bytes: int | None = None
    """Heap of an executor, bytes."""
    data_bytes: float | None = None
    """Volume read from storage, bytes; not together with ``data_scale``."""
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
    settings: Mapping[str, str] = field(default_factory=dict)
    """Spark properties to change."""
    pools: tuple[dsl.SchedulerPool, ...] | None = None
    """Scheduler pools, as an allocation file describes them."""
    lose_executor_s: tuple[float, ...] = ()
    """When an executor dies, seconds after application start; one time for each."""


@dataclass(frozen=True, slots=True)
class ExecutorPlan:
    """One executor of the simulated cluster."""

    slots: int
    node: int
    """Position of its node."""
    registered_s: float
    removed_s: float | None


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything the simulation needs to know about cluster, data and settings."""

    executors: tuple[ExecutorPlan, ...]
    node_cores: tuple[int, ...]
    """Cores of each node."""
    nodes_known: bool
    """Whether ``node_cores`` are cores of machines, and not just slots of executors."""
    executor_cores: int
    """Cores of an executor; the most common number where they differ."""
    executor_memory_bytes: int | None
    slot_memory_bytes: float | None
    """Execution memory of a slot when all are busy; None where the heap is unknown."""
    measured_slot_memory_bytes: float | None
    """The same in the calibration run."""
    hosts: int
    """Nodes that carry executors."""
    measured_hosts: int
    """The same in the calibration run."""
    data_bytes: float
    data_scale: float
    cpu_rate: float
    """Speed of a core relative to the calibration run; so are the other rates."""
    drive_rate: float
    """Speed of reading from drives."""
    drive_write_rate: float
    """Speed of writing to drives."""
    network_rate: float
    drive_read_bytes_per_s: tuple[float, ...] | None
    """What the drives of each node can read; None where measured times are used."""
    drive_write_bytes_per_s: tuple[float, ...] | None
    """What they can write."""
    network_bytes_per_s: float | None
    """What a node's link carries in each direction; None where measured times are used."""
    task_cpus: int
    adaptive: dsl.AdaptiveExecution | None
    default_parallelism: int | None
    shuffle_partitions: int | None
    fair: bool
    """Whether scheduler pools share the slots (``spark.scheduler.mode=FAIR``)."""
    pools: tuple[dsl.SchedulerPool, ...]
    """The pools, if they do."""
    allocation: Allocation | None
    """How executors come and go; then ``executors`` are the most there can be. None: as they say."""
    speculation: Speculation | None
    """When slow tasks are copied; None for never."""
    locality: LocalityWaits
    """How long tasks wait for a slot near data whose place is known."""
    anywhere: bool
    """Whether tasks do not wait as measured either, where the place of the data is unknown."""
    losses_s: tuple[float, ...]
    """When executors die."""
    shuffle_service: bool
    """Whether shuffle output outlives its executor."""
    executor_start_s: float
    """Time from asking for an executor to its registration."""
    slots: int
    """Most task slots available at one time."""
    measured_slots: int
    """The same in the calibration run."""
    executors_as_measured: bool
    """Whether there are as many executors with as many slots as in the calibration run."""
    as_measured: bool
    """Whether this is the configuration of the calibration run."""
    warnings: tuple[str, ...]
    """What the answer leaves out or assumes, one sentence each."""

    @property
    def worker_cores(self) -> int:
        """Cores that utilisation is relative to: of the nodes, or the slots where nodes are unknown."""
        return sum(self.node_cores) if self.nodes_known else self.slots * self.task_cpus


def resolve(model: dsl.PerformanceModel, options: Options) -> Configuration:
    """Return the configuration that the options and the model's calibration run describe.

    Raises
    ------
    UsageError
        If options contradict each other or cannot have an effect.
    """
    options = _with_settings(options)
    _check(options)
    measured = model.execution.configuration
    warnings: list[str] = []
    task_cpus = whole(options.settings, "spark.task.cpus") or measured.task_cpus
    static = any(v is not None for v in (options.nodes, options.executors, options.executor_cores))
    static = static or task_cpus != measured.task_cpus
    static = static or truth(options.settings, "spark.dynamicAllocation.enabled") is False
    dynamic = allocated(measured, options.settings)
    allocation = None
    first_s = min(group.registered_s for group in measured.executors)
    start_s = first_s if measured.executor_start_s is None else measured.executor_start_s
    if dynamic is not None:
        executors, cores_per_executor = _limit(model, options, dynamic, task_cpus, warnings)
        least = min(dynamic.minimum_executors, len(executors))
        allocation = Allocation(
            slots=executors[0].slots,
            limit=len(executors),
            initial=min(len(executors), max(least, dynamic.initial_executors, options.executors or 0)),
            least=least,
            backlog_s=dynamic.backlog_timeout_s,
            sustained_s=dynamic.sustained_backlog_timeout_s,
            idle_s=dynamic.idle_timeout_s,
            ratio=dynamic.allocation_ratio,
            tracking=dynamic.shuffle_tracking,
            tracking_timeout_s=dynamic.shuffle_tracking_timeout_s,
            first_s=first_s,
            start_s=start_s,
        )
    elif static:
        executors, cores_per_executor = _static_executors(model, options, task_cpus, warnings)
    else:
        executors = _measured_executors(model)
        cores_per_executor = mode(e.slots for e in executors) * task_cpus
    node_cores, nodes_known = _nodes(model, options, executors, task_cpus)
    data_bytes = model.workload.size_bytes
    scale = options.data_scale if options.data_scale is not None else 1.0
    if options.data_bytes is not None:
        if not data_bytes:
            raise UsageError(
                "the data size cannot be set: the log tells of no input from storage",
                hint="Use --data-scale to say how much more data there is.",
            )
        scale = options.data_bytes / data_bytes
    memory = options.executor_memory_bytes
    measured_memory = measured.executors[0].memory_bytes
    if memory is not None and memory != measured_memory:
        warnings.append("how other executor memory changes garbage collection and spilling is not predicted")
    slots = _most_slots(executors)
    workers = model.resources.workers
    fair, pools = _pools(model, options)
    service = truth(options.settings, "spark.shuffle.service.enabled")
    waits = locality_waits(measured.locality, options.settings)
    resolved = Configuration(
        executors=executors,
        node_cores=node_cores,
        nodes_known=nodes_known,
        executor_cores=cores_per_executor,
        executor_memory_bytes=memory if memory is not None else measured_memory,
        slot_memory_bytes=_slot_memory(memory or measured_memory, cores_per_executor // task_cpus),
        measured_slot_memory_bytes=_slot_memory(measured_memory, measured.executors[0].slots),
        hosts=len({executor.node for executor in executors}),
        measured_hosts=sum(group.count for group in workers),
        data_bytes=data_bytes * scale,
        data_scale=scale,
        cpu_rate=options.cpu_rate * _mean_rate(workers, lambda group: group.processing_rate),
        drive_rate=options.drive_rate * _mean_rate(workers, lambda group: group.drives.read_rate),
        drive_write_rate=options.drive_rate * _mean_rate(workers, lambda group: group.drives.write_rate),
        network_rate=options.network_rate * model.resources.network.rate,
        drive_read_bytes_per_s=_drives(
            workers, len(node_cores), options, lambda drives: drives.read_bytes_per_s
        ),
        drive_write_bytes_per_s=_drives(
            workers, len(node_cores), options, lambda drives: drives.write_bytes_per_s
        ),
        network_bytes_per_s=_link(model.resources.network, options),
        task_cpus=task_cpus,
        adaptive=measured.adaptive,
        default_parallelism=whole(options.settings, "spark.default.parallelism")
        or measured.default_parallelism,
        shuffle_partitions=whole(options.settings, "spark.sql.shuffle.partitions")
        or measured.shuffle_partitions,
        fair=fair,
        pools=pools,
        allocation=allocation,
        speculation=speculation(options.settings, model.execution.framework_version),
        locality=waits,
        anywhere=_anywhere(model, options, waits, warnings),
        losses_s=tuple(sorted(options.lose_executor_s)),
        shuffle_service=measured.shuffle_service if service is None else service,
        executor_start_s=start_s,
        slots=slots,
        measured_slots=max(1, measured.most_slots),
        executors_as_measured=allocation is None
        and [e.slots for e in executors] == [e.slots for e in _measured_executors(model)],
        as_measured=True,
        warnings=tuple(warnings),
    )
    if options == Options():
        return resolved
    usual = resolve(model, Options())
    return replace(resolved, as_measured=replace(resolved, warnings=usual.warnings) == usual)


def _anywhere(
    model: dsl.PerformanceModel, options: Options, waits: LocalityWaits, warnings: list[str]
) -> bool:
    """Return whether tasks are not to wait for data whose place is unknown; other waits stay as measured."""
    if not any(key.startswith("spark.locality.wait") for key in options.settings):
        return False
    limited = sum(profile.usable_slots_ratio < 1 for profile in model.profiles.stages)
    if limited and not waits.none:
        warnings.append(
            f"the tasks of {limited} of {len(model.profiles.stages)} stages waited for slots near data of "
            "which the log does not tell the place; they are predicted to wait as measured"
        )
    return waits.none


def _slot_memory(heap_bytes: int | None, slots: int) -> float | None:
    """Return the memory Spark lets a task use while all slots are busy, bytes.

    ``org.apache.spark.memory.UnifiedMemoryManager`` with the default ``spark.memory.fraction``.
    """
    if heap_bytes is None:
        return None
    return max(0.0, heap_bytes - RESERVED_MEMORY_BYTES) * MEMORY_FRACTION / max(1, slots)


def _with_settings(options: Options) -> Options:
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
    for name, value in changes.items():
        if getattr(options, name) not in (None, value):
            raise UsageError(
                f"--set gives another number than --{name.replace('_bytes', '').replace('_', '-')}",
                hint="Give it once.",
            )
    return replace(options, **changes)  # type: ignore[arg-type]


def _pools(model: dsl.PerformanceModel, options: Options) -> tuple[bool, tuple[dsl.SchedulerPool, ...]]:
    """Return whether pools share the slots, and the pools, as ``FairSchedulableBuilder`` makes them."""
    measured = model.execution.configuration
    mode = options.settings.get("spark.scheduler.mode", measured.scheduler_mode).strip().upper()
    if mode not in ("FIFO", "FAIR"):
        raise UsageError(f"the setting spark.scheduler.mode is '{mode}'", hint="Write FIFO or FAIR.")
    if "spark.scheduler.allocation.file" in options.settings and options.pools is None:
        raise UsageError("the allocation file was not read", hint="Give its pools as Options.pools.")
    if mode == "FIFO":
        if options.pools is not None:
            raise UsageError("pools have no effect in FIFO mode", hint="Add --set spark.scheduler.mode=FAIR.")
        return False, ()
    if options.pools is not None:
        return True, options.pools
    if any(pool.name == "default" for pool in measured.pools):
        return True, measured.pools
    # Without an allocation file the default pool takes the mode of the scheduler since Spark 3.0.
    major = (model.execution.framework_version or "").partition(".")[0]
    old = major.isdecimal() and int(major) < 3
    default = dsl.SchedulerPool(name="default", mode="FIFO" if old else "FAIR")
    return True, (*measured.pools, default)


def _check(options: Options) -> None:
    if options.data_bytes is not None and options.data_scale is not None:
        raise UsageError("--data-size and --data-scale exclude each other", hint="Give one of them.")
    numbers = {
        "--nodes": options.nodes,
        "--node-cores": options.node_cores,
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
    for name, value in numbers.items():
        if value is not None and not 0 < value < float("inf"):
            raise UsageError(f"{name} must be above zero, not {value:g}", hint="Correct the number.")


def _measured_executors(model: dsl.PerformanceModel) -> tuple[ExecutorPlan, ...]:
    """Return the executors of the calibration run on as many nodes as it had."""
    nodes = sum(group.count for group in model.resources.workers)
    executors: list[ExecutorPlan] = []
    for group in model.execution.configuration.executors:
        for _ in range(group.count):
            node = len(executors) % nodes if group.node is None else group.node
            executors.append(ExecutorPlan(group.slots, node, group.registered_s, group.removed_s))
    return tuple(executors)


def _static_executors(
    model: dsl.PerformanceModel, options: Options, task_cpus: int, warnings: list[str]
) -> tuple[tuple[ExecutorPlan, ...], int]:
    """Return executors that stay for the whole application, and the cores of each."""
    measured = _measured_executors(model)
    configuration = model.execution.configuration
    dynamic = configuration.dynamic_allocation is not None
    if dynamic and "spark.dynamicAllocation.enabled" not in options.settings:
        warnings.append(
            "the application used dynamic allocation; a fixed number of executors is predicted "
            "(--set spark.dynamicAllocation.enabled=true predicts the allocation)"
        )
    measured_nodes = len({e.node for e in measured})
    per_node = max(1, round(_most_executors(measured) / measured_nodes))
    count = options.executors
    if count is None:
        count = options.nodes * per_node if options.nodes is not None else _most_executors(measured)
    cores = options.executor_cores or mode(e.slots for e in measured) * configuration.task_cpus
    slots = cores // task_cpus
    if slots < 1:
        raise UsageError(
            f"a task needs {task_cpus} cores, but an executor has only {cores}",
            hint="Give more executor cores or a smaller spark.task.cpus.",
        )
    if count * slots > MOST_SLOTS:
        raise UsageError(
            f"{count} executors with {slots} slots are more than can be simulated",
            hint=f"Ask for at most {MOST_SLOTS:,} slots in all.",
        )
    nodes = options.nodes or max(1, -(-count // per_node))
    registered = _registration_times(measured, count, dynamic)
    return tuple(ExecutorPlan(slots, i % nodes, registered[i], None) for i in range(count)), cores


def _limit(
    model: dsl.PerformanceModel,
    options: Options,
    dynamic: dsl.DynamicAllocation,
    task_cpus: int,
    warnings: list[str],
) -> tuple[tuple[ExecutorPlan, ...], int]:
    """Return the most executors that dynamic allocation can have, and the cores of each.

    The cluster holds what ``--nodes`` gives place to; without it what ``maxExecutors`` allows, and
    without that what the measured cluster held at one time.
    """
    measured = _measured_executors(model)
    per_node = max(1, round(_most_executors(measured) / len({e.node for e in measured})))
    most = dynamic.maximum_executors
    if options.nodes is not None:
        most = min(most or MOST_SLOTS, options.nodes * per_node)
    if most is None:
        most = max(_most_executors(measured), options.executors or 0, dynamic.minimum_executors)
        warnings.append(
            f"dynamic allocation is limited to {most} executors, as many as the measured cluster held "
            "(--set spark.dynamicAllocation.maxExecutors or --nodes says otherwise)"
        )
    if dynamic.minimum_executors > most:
        raise UsageError(
            f"at least {dynamic.minimum_executors} executors are asked for, but at most {most} are allowed",
            hint="Correct spark.dynamicAllocation.minExecutors or maxExecutors.",
        )
    fixed = {**options.settings, "spark.dynamicAllocation.enabled": "true"}
    return _static_executors(model, replace(options, executors=most, settings=fixed), task_cpus, warnings)


def _registration_times(measured: tuple[ExecutorPlan, ...], count: int, dynamic: bool) -> list[float]:
    """Return when each of ``count`` executors registers, from when the measured ones did."""
    times = sorted(e.registered_s for e in measured)
    if dynamic:  # later ones came for the load, not because starting took so long
        return [times[0]] * count
    if count <= len(times):
        return times[:count]
    return sorted(times[i * len(times) // count] for i in range(count))


def _nodes(
    model: dsl.PerformanceModel, options: Options, executors: tuple[ExecutorPlan, ...], task_cpus: int
) -> tuple[tuple[int, ...], bool]:
    """Return the cores of each node and whether they are cores of machines."""
    count = max(e.node for e in executors) + 1
    if options.nodes is not None:
        count = options.nodes
    if options.node_cores is not None:
        return (options.node_cores,) * count, True
    workers = model.resources.workers
    known = all(group.cores_known for group in workers)
    if known:
        cores = [group.cores for group in workers for _ in range(group.count)]
        return tuple(cores[i % len(cores)] for i in range(count)), True
    occupied = [0] * count
    for executor in executors:
        occupied[executor.node] += executor.slots * task_cpus
    return tuple(max(1, cores) for cores in occupied), False


def _mean_rate(groups: tuple[dsl.NodeGroup, ...], rate: Callable[[dsl.NodeGroup], float]) -> float:
    """Return the mean of a rate over all nodes: where tasks run is not decided here."""
    return sum(group.count * rate(group) for group in groups) / sum(group.count for group in groups)


def _drives(
    groups: tuple[dsl.NodeGroup, ...],
    nodes: int,
    options: Options,
    bandwidth: Callable[[dsl.Drives], float | None],
) -> tuple[float, ...] | None:
    """Return the bandwidth of the drives of each node, or None unless all groups have one, bytes/s."""
    if options.drive_bytes_per_s is not None:
        return (options.drive_bytes_per_s,) * nodes
    found: list[float] = []
    for group in groups:
        if (value := bandwidth(group.drives)) is None:
            return None
        found += [value * options.drive_rate] * group.count
    return tuple(found[node % len(found)] for node in range(nodes))


def _link(network: dsl.NetworkChannel, options: Options) -> float | None:
    """Return the bandwidth of a node's link, or None where it is unknown, bytes/s."""
    if options.network_bytes_per_s is not None:
        return options.network_bytes_per_s
    value = network.bandwidth_bytes_per_s
    return None if value is None else value * options.network_rate


def _most_slots(executors: tuple[ExecutorPlan, ...]) -> int:
    return max(1, most_at_once((e.slots, e.registered_s, e.removed_s) for e in executors))


def _most_executors(executors: tuple[ExecutorPlan, ...]) -> int:
    return max(1, most_at_once((1, e.registered_s, e.removed_s) for e in executors))
