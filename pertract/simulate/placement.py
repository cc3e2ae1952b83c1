"""The executors of the simulated cluster, and the nodes they are on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import mode

from .. import dsl
from ..dsl.execution import most_at_once
from ..errors import UsageError
from ..units import counted, format_size
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


def measured_executors(model: dsl.PerformanceModel) -> tuple[ExecutorPlan, ...]:
    """Return the executors of the calibration run on as many nodes as it had."""
    nodes = sum(group.count for group in model.resources.workers)
    executors: list[ExecutorPlan] = []
    for group in model.execution.configuration.executors:
        for _ in range(group.count):
            node = len(executors) % nodes if group.node is None else group.node
            executors.append(ExecutorPlan(group.slots, node, group.registered_s, group.removed_s))
    return tuple(executors)


def static_executors(
    model: dsl.PerformanceModel, options: Options, task_cpus: int, warnings: list[str]
) -> tuple[tuple[ExecutorPlan, ...], int]:
    """Return executors that stay for the whole application, and the cores of each."""
    measured = measured_executors(model)
    configuration = model.execution.configuration
    dynamic = configuration.dynamic_allocation is not None
    if dynamic and "spark.dynamicAllocation.enabled" not in options.settings:
        warnings.append(
            "the application used dynamic allocation; a fixed number of executors is predicted "
            "(--set spark.dynamicAllocation.enabled=true predicts the allocation)"
        )
    cores = _executor_cores(model, options)
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
    nodes = options.nodes or max(1, -(-count // per_node))
    registered = _registration_times(measured, count, dynamic)
    return tuple(ExecutorPlan(slots, i % nodes, registered[i], None) for i in range(count)), cores


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
) -> tuple[tuple[ExecutorPlan, ...], int]:
    """Return the most executors that dynamic allocation can have, and the cores of each.

    The cluster holds what ``--nodes`` gives place to; without it what ``maxExecutors`` allows, and
    without that what the measured cluster held at one time.
    """
    measured = measured_executors(model)
    most = dynamic.maximum_executors
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
