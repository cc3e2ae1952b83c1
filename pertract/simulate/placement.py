"""The executors of the simulated cluster, and the nodes they are on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import mode

from .. import dsl
from ..dsl.execution import most_at_once
from ..errors import UsageError
from .options import Options

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
            node = len(executors) % nodes
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
