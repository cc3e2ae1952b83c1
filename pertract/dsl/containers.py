"""Cluster manager: who grants containers, by which rules, and what the application asked it for.

Words and defaults are those of Hadoop YARN 3 (``yarn-default.xml``, ``capacity-scheduler.xml``,
``fair-scheduler.xml``). Shares are of the whole cluster, not of the queue above.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from ..units import MIB
from .base import (
    Count,
    Element,
    Identifier,
    Inconsistent,
    NonNegative,
    Positive,
    PositiveCount,
    PositiveShare,
    Share,
)

Scheduler = Literal["capacity", "fair", "fifo"]
"""The scheduler of the cluster manager (``yarn.resourcemanager.scheduler.class``)."""
Calculator = Literal["memory", "dominant"]
"""What sizes are compared by: memory alone, or whichever of memory and vcores is scarcer.

``DefaultResourceCalculator`` (then every container counts as one vcore) and ``DominantResourceCalculator``.
"""
Ordering = Literal["fifo", "fair"]
"""Which application of a queue is served first."""
DeployMode = Literal["client", "cluster"]
"""Where the driver runs: beside the cluster, or in the container of the application master."""


class ContainerSize(Element):
    """Memory and virtual cores of a container, or of several together."""

    memory_bytes: Count
    """Memory, bytes."""
    vcores: Count | None = None
    """Virtual cores; absent where unknown, or where they do not limit."""


class Queue(Element):
    """A queue of the cluster manager, with what others used of it."""

    path: Identifier
    """Its name with those above it, such as ``root.etl``."""
    capacity: Share = 1.0
    """Share of the cluster that is guaranteed to it (``absoluteCapacity``; steady fair share)."""
    maximum: PositiveShare = 1.0
    """Share of the cluster that it may use when the rest is idle (``absoluteMaxCapacity``)."""
    maximum_size: ContainerSize | None = None
    """The same as memory and vcores (``maxResources``); absent: the share alone limits."""
    weight: Positive = 1.0
    """Share relative to the queues beside it (fair scheduler)."""
    minimum_user_share: PositiveShare = 1.0
    """Share of the queue that each of several users gets at least (``minimum-user-limit-percent``)."""
    user_limit_factor: Positive | None = None
    """How many times the capacity of the queue one user may use (YARN's default: 1); absent: no limit."""
    active_users: PositiveCount = 1
    """Users who asked for containers at the time, the one of the application among them."""
    application_master_ratio: PositiveShare | None = None
    """Share of the queue for application masters; absent: no limit."""
    ordering: Ordering = "fifo"
    """Which application of the queue is served first."""
    used: ContainerSize | None = None
    """What other applications held of it when the application asked; absent: nothing, or unknown."""


class ClusterManager(Element):
    """Who grants containers to executors, and how."""

    kind: Literal["yarn"] = "yarn"
    """Which cluster manager."""
    version: str | None = None
    """Its version."""
    scheduler: Scheduler = "capacity"
    """Which scheduler."""
    calculator: Calculator = "memory"
    """What sizes are compared by."""
    minimum: ContainerSize = ContainerSize(memory_bytes=1024 * MIB, vcores=1)
    """Smallest container (``yarn.scheduler.minimum-allocation-*``)."""
    maximum: ContainerSize = ContainerSize(memory_bytes=8192 * MIB, vcores=4)
    """Largest container (``yarn.scheduler.maximum-allocation-*``); what is larger is refused."""
    increment: ContainerSize | None = None
    """Sizes are rounded up to multiples of it; absent: of the smallest container."""
    heartbeat_s: Positive = 1.0
    """Time between two messages of a node, at which it is given containers."""
    containers_per_heartbeat: PositiveCount | None = None
    """Most containers that a node is given at one of them (YARN's default: 1); absent: as many as fit."""
    queues: tuple[Queue, ...] = ()
    """Queues, those above others too; a queue that is not listed may use the whole cluster."""
    allocation_delays_s: tuple[NonNegative, ...] = ()
    """From asking for an executor to its container, seconds: of the calibration run, or quantiles, rising."""
    start_delays_s: tuple[NonNegative, ...] = ()
    """From there to the registration of the executor, likewise."""

    def queue(self, path: str) -> Queue | None:
        """Return the queue of that path, or None where it is not listed."""
        return next((queue for queue in self.queues if queue.path == path), None)

    def lineage(self, path: str) -> tuple[Queue, ...]:
        """Return the listed queues on the way to a queue, itself first and the root last."""
        parts = path.split(".")
        above = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        return tuple(queue for name in above if (queue := self.queue(name)) is not None)

    @model_validator(mode="after")
    def _in_order(self) -> ClusterManager:
        if self.minimum.memory_bytes > self.maximum.memory_bytes:
            raise Inconsistent(
                ("minimum", "memory_bytes"),
                f"must not exceed that of the largest container, {self.maximum.memory_bytes}, "
                f"found {self.minimum.memory_bytes}",
                "Correct one of the two sizes.",
            )
        return self


class ContainerRequest(Element):
    """What the application asked its cluster manager for."""

    queue: Identifier = "root.default"
    """Path of its queue."""
    deploy_mode: DeployMode = "client"
    """Where its driver ran."""
    node_label: str | None = None
    """Label that the nodes of its executors must have; absent: nodes without a label."""
    executors: PositiveCount | None = None
    """Executors it asked for; absent where unknown."""
    executor: ContainerSize | None = None
    """Size it asked for per executor: heap and all that is beside it; vcores are the cores."""
    master: ContainerSize | None = None
    """Size it asked for its application master; absent where unknown."""
    master_node: Count | None = None
    """Number of the node the application master ran on, from 0; absent where unknown."""
    requested_s: NonNegative | None = None
    """When it asked for its first executors, seconds after application start; absent where unknown."""
    overhead_bytes: Count | None = None
    """``spark.executor.memoryOverhead`` where it was set; absent: by the two fields below."""
    overhead_ratio: NonNegative = 0.1
    """Overhead relative to the heap (``spark.executor.memoryOverheadFactor``)."""
    least_overhead_bytes: Count = 384 * MIB
    """Least overhead (``spark.executor.minMemoryOverhead``)."""
    off_heap_bytes: Count = 0
    """``spark.memory.offHeap.size`` where off-heap memory is on and is asked for (Spark 3.0 and later)."""
    pyspark_bytes: Count = 0
    """``spark.executor.pyspark.memory`` of Python applications."""
