"""Queues from the answer to ``/ws/v1/cluster/scheduler``: capacity, fair and FIFO schedulers."""

from __future__ import annotations

from typing import Any

from .records import Queue, Scheduler
from .tree import Fields, items

ROOT = "root"


def read(answer: Any) -> Scheduler | None:
    """Return the scheduler in the answer (``schedulerInfo``), or None if it is none."""
    info = Fields(answer)
    kind = _kind(info)
    if kind is None:
        return None
    scheduler = Scheduler(kind)
    scheduler.limit(info.size("minimumAllocation"), info.size("maximumAllocation"))
    if kind == "capacity":
        _allocations(info, scheduler)
        _capacity(info, ROOT, None, scheduler.queues)
    elif kind == "fair":
        _fair(info.inner("rootQueue"), scheduler.queues)
    else:
        _fifo(info, scheduler)
    return scheduler


def _kind(info: Fields) -> str | None:
    named = (info.text("type") or "").lower()
    if "rootQueue" in info or named.startswith("fair"):
        return "fair"
    if named.startswith("fifo"):
        return "fifo"
    if named.startswith("capacity") or ("queueName" in info and "queues" in info):
        return "capacity"
    return None


def _partition(info: Fields) -> Fields:
    """Return what a queue is told of nodes without a label."""
    parts = info.inner("capacities").items("queueCapacitiesByPartition")
    return next((part for part in parts if not part.text("partitionName")), Fields(None))


def _allocations(info: Fields, scheduler: Scheduler) -> None:
    """Note the smallest and largest container, which Hadoop 3 tells beside the root's capacities."""
    listed = _partition(info).inner("configuredMinResource").inner("resourceInformations")
    for resource in listed.items("resourceInformation"):
        least, most = resource.count("minimumAllocation"), resource.count("maximumAllocation")
        if resource.text("name") == "memory-mb" and most:
            scheduler.minimum_memory_bytes = resource.mebibytes("minimumAllocation")
            scheduler.maximum_memory_bytes = resource.mebibytes("maximumAllocation")
        elif resource.text("name") == "vcores" and most:
            scheduler.minimum_vcores, scheduler.maximum_vcores = least, most


def _share(info: Fields, name: str) -> float | None:
    """Return a share from 0 to 1 of a percentage."""
    percent = info.number(name)
    return None if percent is None or percent < 0 else round(min(percent, 100.0) / 100, 6)


def _capacity(info: Fields, path: str, above: float | None, into: list[Queue]) -> None:
    inner = info.inner("queues").items("queue")
    absolute = _share(info, "absoluteCapacity")
    capacity = _share(info, "capacity")
    if path == ROOT:
        capacity = absolute = 1.0
    elif absolute is None and None not in (capacity, above):
        absolute = round((capacity or 0.0) * (above or 0.0), 6)
    weight = info.number("weight")
    factor, masters = info.number("userLimitFactor"), _share(_partition(info), "maxAMLimitPercentage")
    queue = Queue(
        path,
        leaf=not inner,
        capacity_ratio=capacity,
        maximum_ratio=_share(info, "maxCapacity"),
        absolute_ratio=absolute,
        absolute_maximum_ratio=1.0 if path == ROOT else _share(info, "absoluteMaxCapacity"),
        weight=weight if weight is not None and weight > 0 else None,
        minimum=info.size("effectiveMinResource"),
        used=info.size("resourcesUsed", "usedResources"),
        containers=info.count("numContainers"),
        applications=info.count("numApplications"),
        policy=_ordering(info),
        state=info.text("state"),
        user_limit_ratio=_share(info, "userLimit"),
        user_limit_factor=factor if factor is not None and factor >= 0 else None,
        master_ratio=masters,
        labels=info.texts("nodeLabels") or (),
    )
    if preemption := info.truth("preemptionDisabled"):
        queue.preemptable = not preemption
    into.append(queue)
    for child in inner:
        name = child.text("queueName") or "?"
        # Since 3.3 the name may be a path already.
        full = child.text("queuePath") or (name if name.startswith(f"{path}.") else f"{path}.{name}")
        _capacity(child, full, absolute, into)


def _ordering(info: Fields) -> str | None:
    policy = info.raw("orderingPolicyInfo") or info.inner("orderingPolicy").raw("value")
    if isinstance(policy, str) and policy.strip():
        return "fair" if "fair" in policy.lower() else "fifo" if "fifo" in policy.lower() else None
    return None


def _fair(info: Fields, into: list[Queue]) -> None:
    children = info.raw("childQueues")
    below = Fields(children)
    # Hadoop 2 had the list itself here, 3 has it under ``queue``.
    inner = below.items("queue") if "queue" in below else items(children)
    into.append(
        Queue(
            info.text("queueName") or ROOT,
            leaf=not inner,
            weight=info.number("weight"),
            minimum=info.size("minResources"),
            maximum=info.size("maxResources"),
            fair_share=info.size("steadyFairResources"),
            used=info.size("usedResources"),
            containers=info.count("allocatedContainers"),
            applications=info.count("numActiveApps"),
            policy=_fair_policy(info.text("schedulingPolicy")),
            preemptable=info.truth("preemptable"),
        )
    )
    for child in inner:
        _fair(child, into)


def _fair_policy(name: str | None) -> str | None:
    known = {"fair": "fair", "fairshare": "fair", "fifo": "fifo", "drf": "drf"}
    return known.get((name or "").lower().removesuffix("policy"))


def _fifo(info: Fields, scheduler: Scheduler) -> None:
    """Add the one queue; its capacities are shares already, not percentages."""
    scheduler.minimum_memory_bytes = info.mebibytes("minQueueMemoryCapacity")
    scheduler.maximum_memory_bytes = info.mebibytes("maxQueueMemoryCapacity")
    for path in (ROOT, f"{ROOT}.default"):
        queue = Queue(path, leaf=path != ROOT, policy="fifo", state=info.text("qstate"))
        queue.capacity_ratio = queue.maximum_ratio = 1.0
        queue.absolute_ratio = queue.absolute_maximum_ratio = 1.0
        queue.containers = info.count("numContainers")
        scheduler.queues.append(queue)
