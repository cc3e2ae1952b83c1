"""The memory of executors: what a slot may use of it, and how many executors a node has room for."""

from __future__ import annotations

from ..units import MIB, parse_memory

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
