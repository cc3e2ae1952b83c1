"""The executors of the simulated cluster, and the nodes they are on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import mode

from .. import dsl
from ..dsl.execution import most_at_once
from ..errors import UsageError
from ..units import counted, format_size
from .granted import Granted, asked_executors, granted, limits, registered_s
from .memory import OVERHEAD, SYSTEM_BYTES, process_bytes, room
from .options import MOST_MACHINES, Options

MOST_SLOTS = 1_000_000
"""Most task slots that can be asked for."""


@dataclass(frozen=True, slots=True)
class ExecutorPlan:
    """One executor of the simulated cluster."""

    slots: int
    node: int
    """Position of its node."""
    registered_s: float
    removed_s: float | None


@dataclass(frozen=True, slots=True)
class Placement:
    """Executors of the simulated cluster, and how they came there."""

    executors: tuple[ExecutorPlan, ...]
    cores: int
    """Cores of an executor; the most common number where they differ."""
    granted: Granted | None = None
    """What a cluster manager says to it; None where there is none that is known."""


def measured_executors(model: dsl.PerformanceModel) -> tuple[ExecutorPlan, ...]:
    """Return the executors of the calibration run on as many nodes as it had."""
    nodes = sum(group.count for group in model.resources.workers)
    executors: list[ExecutorPlan] = []
    for group in model.execution.configuration.executors:
        for _ in range(group.count):
            node = len(executors) % nodes if group.node is None else group.node
            executors.append(ExecutorPlan(group.slots, node, group.registered_s, group.removed_s))
    return tuple(executors)


def as_measured(
    model: dsl.PerformanceModel, options: Options, task_cpus: int, warnings: list[str]
) -> Placement:
    """Return the executors of the calibration run.

    Where the application asked for more than it got, a warning says why as far as the cluster manager is
    known, and also if that would have granted another number.
    """
    executors = measured_executors(model)
    cores = mode(executor.slots for executor in executors) * task_cpus
    asked = asked_executors(model, options, 0)
    had = _most_executors(executors)
    if asked <= had or not limits(model, options):
        return Placement(executors, cores)
    try:
        found = granted(model, options, cores=cores, asked=asked)
    except UsageError as error:  # it ran, so that the model must be wrong about YARN
        warnings.append(f"the application had {had} executors, but YARN as the model knows it: {error}")
        return Placement(executors, cores)
    if found.executors == had:
        warnings.append(found.reason)
        return Placement(executors, cores, found)
    warnings.append(
        f"the application asked for {asked} executors and had {had}, but YARN as the model knows it grants "
        f"{found.executors}: {found.why}"
    )
    return Placement(executors, cores)


def static_executors(
    model: dsl.PerformanceModel, options: Options, task_cpus: int, warnings: list[str]
) -> Placement:
    """Return executors that stay for the whole application."""
    measured = measured_executors(model)
    configuration = model.execution.configuration
    dynamic = configuration.dynamic_allocation is not None
    if dynamic and "spark.dynamicAllocation.enabled" not in options.settings:
        warnings.append(
            "the application used dynamic allocation; a fixed number of executors is predicted "
            "(--set spark.dynamicAllocation.enabled=true predicts the allocation)"
        )
    cores = _executor_cores(model, options)
    if limits(model, options):
        asked = asked_executors(model, options, _most_executors(measured))
        return _granted(model, options, cores, task_cpus, asked, warnings)
    per_node = _executors_per_node(model, options)
    count = options.executors
    if count is None:
        count = options.nodes * per_node if options.nodes is not None else _most_executors(measured)
    elif options.node_memory_bytes and options.nodes and count > options.nodes * per_node:
        raise UsageError(
            f"{count} executors do not fit on {counted(options.nodes, 'node')}: "
            f"a node has room for {per_node}",
            hint="Give more nodes, larger ones, or smaller executors.",
        )
    slots = _slots(cores, task_cpus, count)
    nodes = options.nodes or max(1, -(-count // per_node))
    registered = _registration_times(measured, count, dynamic)
    executors = tuple(ExecutorPlan(slots, i % nodes, registered[i], None) for i in range(count))
    return Placement(executors, cores)


def _granted(
    model: dsl.PerformanceModel,
    options: Options,
    cores: int,
    task_cpus: int,
    asked: int,
    warnings: list[str],
) -> Placement:
    """Return the executors that the cluster manager grants of those asked for."""
    slots = _slots(cores, task_cpus, 1)
    found = granted(model, options, cores=cores, asked=asked)
    _slots(cores, task_cpus, found.executors)
    if found.executors < asked:
        warnings.append(found.reason)
    warnings += found.assumed
    times = registered_s(model, found.grant)
    executors = (
        ExecutorPlan(slots, node, time, None) for node, time in zip(found.grant.nodes, times, strict=True)
    )
    return Placement(tuple(executors), cores, found)


def _slots(cores: int, task_cpus: int, count: int) -> int:
    """Return the task slots of an executor; raise UsageError if it has none, or there are too many."""
    slots = cores // task_cpus
    if slots < 1:
        raise UsageError(
            f"a task needs {task_cpus} cores, but an executor has only {cores}",
            hint="Give more executor cores or a smaller spark.task.cpus.",
        )
    if count > MOST_MACHINES or count * slots > MOST_SLOTS:
        raise UsageError(
            f"{count} executors with {counted(slots, 'slot')} are more than can be simulated",
            hint=f"Ask for at most {MOST_MACHINES:,} executors and {MOST_SLOTS:,} slots in all.",
        )
    return slots


def _executor_cores(model: dsl.PerformanceModel, options: Options) -> int:
    """Return the cores of an executor; the most common number where measured ones differ."""
    slots = mode(executor.slots for executor in measured_executors(model))
    return options.executor_cores or slots * model.execution.configuration.task_cpus


def _executors_per_node(model: dsl.PerformanceModel, options: Options) -> int:
    """Return how many executors a node carries.

    As many as in the calibration run; where the memory of a node is given, as many as it has cores and
    memory for.

    Raises
    ------
    UsageError
        If there is no room for one.
    """
    if options.node_memory_bytes is None:
        measured = measured_executors(model)
        return max(1, round(_most_executors(measured) / len({e.node for e in measured})))
    heap_bytes = options.executor_memory_bytes or model.execution.configuration.executors[0].memory_bytes
    needed = process_bytes(heap_bytes, options.settings.get(OVERHEAD)) if heap_bytes else None
    cores = _executor_cores(model, options)
    node_cores = options.node_cores or _known_cores(model)
    found = room(
        node_cores=node_cores,
        node_bytes=options.node_memory_bytes,
        executor_cores=cores,
        executor_bytes=needed,
    )
    if not found:
        executor = counted(cores, "core") + (f" and {format_size(needed)}" if needed else "")
        has = (f"{counted(node_cores, 'core')} and " if node_cores else "") + format_size(
            options.node_memory_bytes
        )
        raise UsageError(
            f"an executor with {executor} of memory, overhead included, does not fit on a node with {has}, "
            f"{format_size(SYSTEM_BYTES)} of which is left to the system",
            hint="Give --executor-cores, --executor-memory or a larger node type.",
        )
    return found


def _known_cores(model: dsl.PerformanceModel) -> int | None:
    """Return the least cores of a node of the calibration run, or None where they are unknown."""
    workers = model.resources.workers
    return min(group.cores for group in workers) if all(group.cores_known for group in workers) else None


def allocation_limit(
    model: dsl.PerformanceModel,
    options: Options,
    dynamic: dsl.DynamicAllocation,
    task_cpus: int,
    warnings: list[str],
) -> Placement:
    """Return the most executors that dynamic allocation can have.

    The cluster holds what its manager grants, or what ``--nodes`` gives place to; without these what
    ``maxExecutors`` allows, and without that what the measured cluster held at one time.
    """
    measured = measured_executors(model)
    most = dynamic.maximum_executors
    if limits(model, options):
        cores = _executor_cores(model, options)
        placed = _granted(model, options, cores, task_cpus, most or MOST_MACHINES, [])
        assert placed.granted is not None
        count = placed.granted.executors
        if most is None or count < most:
            limited = f"dynamic allocation is limited to {counted(count, 'executor')}: {placed.granted.why}"
            warnings.append(limited)
        warnings += placed.granted.assumed
        return placed
    if options.nodes is not None:
        most = min(most or MOST_MACHINES, options.nodes * _executors_per_node(model, options))
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
    return static_executors(model, replace(options, executors=most, settings=fixed), task_cpus, warnings)


def _registration_times(measured: tuple[ExecutorPlan, ...], count: int, dynamic: bool) -> list[float]:
    """Return when each of ``count`` executors registers, from when the measured ones did."""
    times = sorted(e.registered_s for e in measured)
    if dynamic:  # later ones came for the load, not because starting took so long
        return [times[0]] * count
    if count <= len(times):
        return times[:count]
    return sorted(times[i * len(times) // count] for i in range(count))


def node_cores_of(
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


def most_slots(executors: tuple[ExecutorPlan, ...]) -> int:
    """Return the most task slots there are at one time, at least 1."""
    return max(1, most_at_once((e.slots, e.registered_s, e.removed_s) for e in executors))


def _most_executors(executors: tuple[ExecutorPlan, ...]) -> int:
    return max(1, most_at_once((1, e.registered_s, e.removed_s) for e in executors))
