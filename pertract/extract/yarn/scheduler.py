"""The cluster manager: which scheduler, what it compares, and the sizes of containers it allows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ... import dsl
from ...dsl.containers import Calculator, Scheduler
from ...sources import yarn
from ...sources.spark import ExecutorRecord
from ...sources.yarn import Container, Node, Size, Snapshot
from ...sources.yarn.configuration import number, value
from ...units import MIB, MS
from .queues import queues

_HEARTBEAT = "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms"
_CAPACITY = "yarn.scheduler.capacity.per-node-heartbeat."
_FAIR = "yarn.scheduler.fair."
_INCREMENTS = (
    ("yarn.resource-types.memory-mb.increment-allocation", "yarn.scheduler.increment-allocation-mb", 1024),
    ("yarn.resource-types.vcores.increment-allocation", "yarn.scheduler.increment-allocation-vcores", 1),
)


def manager(
    snapshot: Snapshot,
    total: Size | None,
    pairs: Sequence[tuple[ExecutorRecord, Container]],
    task_cpus: int,
    notes: list[str],
) -> dsl.ClusterManager | None:
    """Return the cluster manager; None where no source tells of its scheduler.

    Parameters
    ----------
    snapshot
        What is known of the cluster.
    total
        Its memory and vcores.
    pairs
        Executors and their containers, which show how vcores are counted.
    task_cpus
        Cores of a slot.
    notes
        Gets what had to be assumed.
    """
    found = snapshot.scheduler
    if found is None:
        return None
    properties = snapshot.configuration
    usual = dsl.ClusterManager()
    unknown: list[str] = []
    calculator = _calculator(found, pairs, task_cpus, snapshot.running_nodes(), notes, unknown)
    least = _limit(found.minimum_memory_bytes, found.minimum_vcores, usual.minimum, "smallest", unknown)
    most = _limit(found.maximum_memory_bytes, found.maximum_vcores, usual.maximum, "largest", unknown)
    largest = max((c.memory_bytes or 0 for c in snapshot.containers.values()), default=0)
    if largest > most.memory_bytes:
        most = most.model_copy(update={"memory_bytes": largest})
    heartbeat_ms = number(properties, _HEARTBEAT)
    if unknown:
        notes.append(f"nothing tells {', '.join(unknown)}; Hadoop's defaults stand for that")
    return dsl.ClusterManager(
        version=snapshot.info.version if snapshot.info is not None else None,
        scheduler=_kind(found.kind),
        calculator=calculator,
        minimum=least.model_copy(update={"memory_bytes": min(least.memory_bytes, most.memory_bytes)}),
        maximum=most,
        increment=_increment(properties) if found.kind == "fair" else None,
        heartbeat_s=heartbeat_ms * MS if heartbeat_ms else usual.heartbeat_s,
        containers_per_heartbeat=_per_heartbeat(found.kind, properties),
        queues=queues(found, total),
    )


def _kind(kind: str) -> Scheduler:
    return "fair" if kind == "fair" else "fifo" if kind == "fifo" else "capacity"


def _limit(
    memory: int | None, vcores: int | None, usual: dsl.ContainerSize, which: str, unknown: list[str]
) -> dsl.ContainerSize:
    if memory is None:
        unknown.append(f"the {which} container")
    return dsl.ContainerSize(
        memory_bytes=usual.memory_bytes if memory is None else memory,
        vcores=usual.vcores if vcores is None else vcores,
    )


def _calculator(
    found: yarn.Scheduler,
    pairs: Sequence[tuple[ExecutorRecord, Container]],
    task_cpus: int,
    nodes: Sequence[Node],
    notes: list[str],
    unknown: list[str],
) -> Calculator:
    """Return what sizes are compared by: as told, or as the vcores of containers show."""
    if found.kind == "fair":
        return "dominant" if any(queue.policy == "drf" for queue in found.queues) else "memory"
    if found.kind == "fifo":
        return "memory"
    if found.calculator is not None:
        return "dominant" if found.calculator.startswith("Dominant") else "memory"
    counts = {
        container.vcores == 1
        for executor, container in pairs
        if executor.slots * task_cpus > 1 and container.vcores
    }
    if counts == {True}:
        notes.append(
            "containers of executors with several cores count as one vcore, so it compares memory alone "
            "(DefaultResourceCalculator)"
        )
        return "memory"
    if counts == {False}:
        notes.append(
            "containers of executors count as many vcores as they asked for, so it compares vcores too "
            "(DominantResourceCalculator)"
        )
        return "dominant"
    if any((node.used_vcores or 0) > (node.vcores or math.inf) for node in nodes):
        notes.append(
            "a node gives more vcores than it has, so it compares memory alone (DefaultResourceCalculator)"
        )
        return "memory"
    unknown.append("its resource calculator")
    return "memory"


def _increment(properties: Mapping[str, str]) -> dsl.ContainerSize:
    """Return what the fair scheduler rounds sizes up to multiples of."""
    amounts = []
    for new, old, usual in _INCREMENTS:
        text = (value(properties, new) or value(properties, old) or "").lower().removesuffix("mi").strip()
        amounts.append(int(text) if text.isdecimal() and int(text) > 0 else usual)
    return dsl.ContainerSize(memory_bytes=amounts[0] * MIB, vcores=amounts[1])


def _per_heartbeat(kind: str, properties: Mapping[str, str]) -> int | None:
    """Return how many containers without a place of their own a node gets at a heartbeat."""
    if kind == "fifo":
        return None
    if kind == "fair":
        if value(properties, f"{_FAIR}assignmultiple") != "true":
            return 1
        most = number(properties, f"{_FAIR}max.assign")
        return int(most) if most else None
    most = number(properties, f"{_CAPACITY}maximum-offswitch-assignments")
    return int(most) if most else 1
