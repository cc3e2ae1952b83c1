"""The memory of executors: what a slot may use of it, and how many executors a node has room for."""

from __future__ import annotations

from .. import dsl
from ..dsl.law import evaluate
from ..units import MIB, counted, parse_memory

RESERVED_BYTES = 300 * MIB
"""Heap that Spark keeps for itself."""
MEMORY_FRACTION = 0.6
"""Share of the rest that executions and cached data may use (``spark.memory.fraction``)."""
LEAST_OVERHEAD_BYTES = 384 * MIB
"""Least memory of an executor's process beside its heap (``spark.executor.minMemoryOverhead``)."""
OVERHEAD_FACTOR = 0.1
"""The same relative to the heap (``spark.executor.memoryOverheadFactor``)."""
SYSTEM_BYTES = 1024 * MIB
"""Memory of a node that is left to its operating system.

``org.apache.spark.deploy.worker.WorkerArguments.inferDefaultMemory``.
"""
OVERHEAD = "spark.executor.memoryOverhead"
"""The property that sets the overhead; a bare number is in MiB."""


def slot_memory(heap_bytes: int | None, slots: int) -> float | None:
    """Return the memory Spark lets a task use while all slots are busy, bytes; None where it is unknown.

    ``org.apache.spark.memory.UnifiedMemoryManager`` with the default ``spark.memory.fraction``.
    """
    if heap_bytes is None:
        return None
    return max(0.0, heap_bytes - RESERVED_BYTES) * MEMORY_FRACTION / max(1, slots)


def process_bytes(heap_bytes: int, overhead: str | None = None) -> float:
    """Return what a cluster manager reserves for an executor: its heap and the overhead, bytes.

    ``org.apache.spark.resource.ResourceProfile``, as YARN and Kubernetes use it.

    Parameters
    ----------
    heap_bytes
        Heap of the executor.
    overhead
        The setting ``spark.executor.memoryOverhead``, if there is one.
    """
    given = parse_memory(overhead) if overhead is not None else None
    if given is None:
        given = max(LEAST_OVERHEAD_BYTES, round(OVERHEAD_FACTOR * heap_bytes))
    return heap_bytes + given


def room(
    *, node_cores: int | None, node_bytes: int, executor_cores: int, executor_bytes: float | None
) -> int:
    """Return how many executors a node has cores and memory for.

    Parameters
    ----------
    node_cores, node_bytes
        Of the node; None where its cores are unknown and so do not limit.
    executor_cores, executor_bytes
        Of an executor; None where its memory is unknown and so does not limit.
    """
    limits = []
    if node_cores is not None:
        limits.append(node_cores // executor_cores)
    if executor_bytes is not None:
        limits.append(int(max(0, node_bytes - SYSTEM_BYTES) // executor_bytes))
    return min(limits, default=1)


def not_predicted(model: dsl.PerformanceModel, measured_bytes: int | None, heap_bytes: int) -> list[str]:
    """Return what another heap changes that is not predicted, with its measured size, one sentence each.

    Logs tell when tasks spilled and collected garbage, but neither how long spilling took nor how much of
    the heap was alive: peaks of the heap contain garbage and grow with the heap (docs/prediction.md).

    Parameters
    ----------
    model
        A checked model.
    measured_bytes, heap_bytes
        Heap of an executor in the calibration run, None where unknown, and the one asked for.
    """
    if heap_bytes == measured_bytes:
        return []
    other = "other" if measured_bytes is None else "more" if heap_bytes > measured_bytes else "less"
    found = [
        f"garbage collection took {_collecting(model):.1%} of the time of tasks; how {other} executor memory "
        "changes that is not predicted"
    ]
    spilling = sum(profile.volumes.disk_spilled_bytes > 0 for profile in model.profiles.stages)
    if spilling:
        found.append(
            f"{counted(spilling, 'stage')} spilled in the calibration run; how {other} executor memory "
            "changes that is not predicted"
        )
    return found


def _collecting(model: dsl.PerformanceModel) -> float:
    """Return the share of garbage collection in the measured time of tasks."""
    executors = sum(group.count for group in model.execution.configuration.executors)
    collecting_s = all_s = 0.0
    for profile in model.profiles.stages:
        variables = profile.measured_variables(executors)
        for demand in profile.demands:
            if demand.unit == "bytes":
                continue
            demanded_s = profile.attempts * evaluate(demand.mean, variables)
            all_s += demanded_s
            collecting_s += demanded_s * (demand.activity == "garbage_collection")
    return collecting_s / all_s if all_s else 0.0
