"""The cluster and data to predict for: what was asked, completed by what was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from .. import dsl
from ..errors import UsageError
from .granted import Granted, check_manager, limits, matters
from .memory import not_predicted, slot_memory
from .options import MOST_TIMES, Options, check, check_range, with_settings
from .placement import (
    ExecutorPlan,
    allocation_limit,
    as_measured,
    measured_executors,
    most_slots,
    node_cores_of,
    static_executors,
)
from .policies import LOOK_S, Allocation, LocalityWaits, Speculation, allocated, locality_waits, speculation
from .rounds import measured_parameters
from .settings import RAMP_UP, REDUCES, SLOW_START, check_framework, share, truth, whole


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
    node_type: str | None
    """What the nodes are called in a catalogue; None for as measured, or as described."""
    price_per_node_hour: float | None
    """Price of a node per hour; None where none was given."""
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
    parameters: dict[str, float]
    """Values of the parameters that loops follow."""
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
    """``spark.sql.shuffle.partitions``, or the reduces of MapReduce (``mapreduce.job.reduces``)."""
    completed_ratio: float | None
    """Share of the maps of MapReduce after which reduces start; None for as measured."""
    ramp_up_ratio: float | None
    """Most slots these take before the last map is launched; None for as measured."""
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
    granted: Granted | None
    """What a cluster manager says to the executors; None where there is none that is known."""
    warnings: tuple[str, ...]
    """What the answer leaves out or assumes, one sentence each."""
    copies: int = 1
    """Runs of the application that arrive at the same moment."""
    company: tuple[str, ...] = ()
    """Names of other applications that arrive with it."""

    def slow_start(self, measured: dsl.SlowStart) -> dsl.SlowStart:
        """Return when tasks start before the stage has ended that they fetch from."""
        completed, ramp_up = self.completed_ratio, self.ramp_up_ratio
        return dsl.SlowStart(
            completed_ratio=measured.completed_ratio if completed is None else completed,
            slots_ratio=measured.slots_ratio if ramp_up is None else ramp_up,
        )

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
    options = with_settings(options)
    check(options)
    check_framework(options.settings, model.execution.framework)
    measured = model.execution.configuration
    warnings: list[str] = []
    task_cpus = whole(options.settings, "spark.task.cpus") or measured.task_cpus
    static = any(
        v is not None
        for v in (options.nodes, options.executors, options.executor_cores, options.node_memory_bytes)
    )
    static = static or task_cpus != measured.task_cpus
    static = static or (limits(model, options) and matters(options))
    check_manager(model, options)
    static = static or truth(options.settings, "spark.dynamicAllocation.enabled") is False
    dynamic = allocated(measured, options.settings)
    allocation = None
    first_s = min(group.registered_s for group in measured.executors)
    start_s = first_s if measured.executor_start_s is None else measured.executor_start_s
    if dynamic is not None:
        placed = allocation_limit(model, options, dynamic, task_cpus, warnings)
        executors = placed.executors
        least = min(dynamic.minimum_executors, len(executors))
        allocation = Allocation(
            slots=executors[0].slots,
            limit=len(executors),
            initial=min(len(executors), max(least, dynamic.initial_executors, options.executors or 0)),
            least=least,
            backlog_s=max(LOOK_S, dynamic.backlog_timeout_s),
            sustained_s=max(LOOK_S, dynamic.sustained_backlog_timeout_s),
            idle_s=dynamic.idle_timeout_s,
            ratio=dynamic.allocation_ratio,
            tracking=dynamic.shuffle_tracking,
            tracking_timeout_s=dynamic.shuffle_tracking_timeout_s,
            first_s=first_s,
            start_s=start_s,
            room=placed.granted.grant.room if placed.granted else None,
        )
    elif static:
        placed = static_executors(model, options, task_cpus, warnings)
    else:
        placed = as_measured(model, options, task_cpus, warnings)
    executors, cores_per_executor = placed.executors, placed.cores
    node_cores, nodes_known = node_cores_of(model, options, executors, task_cpus)
    data_bytes = model.workload.size_bytes
    scale = options.data_scale if options.data_scale is not None else 1.0
    if options.data_bytes is not None:
        known = (model.runs[0].data_size if model.runs else None) or data_bytes
        if not known:
            raise UsageError(
                "the data size cannot be set: the log tells of no input from storage",
                hint="Use --data-scale to say how much more data there is.",
            )
        scale = options.data_bytes / known
        check_range("--data-size, relative to the calibration run,", scale, 1 / MOST_TIMES, MOST_TIMES)
    memory = options.executor_memory_bytes
    measured_memory = measured.executors[0].memory_bytes
    if memory is not None:
        warnings += not_predicted(model, measured_memory, memory)
    warnings += _of_node_type(options, measured_memory)
    slots = most_slots(executors)
    workers = model.resources.workers
    fair, pools = _pools(model, options)
    service = truth(options.settings, "spark.shuffle.service.enabled")
    waits = locality_waits(measured.locality, options.settings)
    resolved = Configuration(
        executors=executors,
        node_cores=node_cores,
        nodes_known=nodes_known,
        executor_cores=cores_per_executor,
        node_type=options.node_type,
        price_per_node_hour=options.price_per_node_hour,
        executor_memory_bytes=memory if memory is not None else measured_memory,
        slot_memory_bytes=slot_memory(memory or measured_memory, cores_per_executor // task_cpus),
        measured_slot_memory_bytes=slot_memory(measured_memory, measured.executors[0].slots),
        hosts=len({executor.node for executor in executors}),
        measured_hosts=sum(group.count for group in workers),
        data_bytes=data_bytes * scale,
        data_scale=scale,
        parameters={**measured_parameters(model), **options.parameters},
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
        or whole(options.settings, REDUCES)
        or measured.shuffle_partitions,
        completed_ratio=share(options.settings, SLOW_START),
        ramp_up_ratio=share(options.settings, RAMP_UP),
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
        and [e.slots for e in executors] == [e.slots for e in measured_executors(model)],
        as_measured=True,
        granted=placed.granted,
        warnings=tuple(warnings),
        copies=options.copies,
        company=tuple(companion.name for companion in options.company),
    )
    if options == Options():
        return resolved
    usual = resolve(model, Options())
    nameless = replace(resolved, warnings=usual.warnings, node_type=None, price_per_node_hour=None)
    return replace(resolved, as_measured=nameless == usual)


def _of_node_type(options: Options, measured_memory: int | None) -> list[str]:
    """Return what could not be said of a node type or of the executors on it, one sentence each."""
    found = []
    if options.node_memory_bytes is not None and not (options.executor_memory_bytes or measured_memory):
        found.append(
            "the memory of executors is unknown and does not limit how many a node has "
            "(--executor-memory tells it)"
        )
    if options.node_type is None:
        return found
    if options.cpu_rate == 1.0:
        found.append(
            f"a core of {options.node_type} is taken to be as fast as a measured one "
            "(--cpu-rate says otherwise)"
        )
    if options.network_bytes_per_s is None and options.network_rate == 1.0:
        found.append(
            f"the network bandwidth of {options.node_type} is unknown; the network stays as measured"
        )
    return found


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
