"""Execution architecture: what runs after what, as nested directed graphs.

Application > jobs > stages > operations (Kroß & Krcmar 2019, section 3.1.1). Edges are the true
dependencies of the run: parallel branches stay parallel, and work of the driver between jobs and
stages appears as delay nodes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import accumulate
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .base import (
    Count,
    Element,
    Identifier,
    Inconsistent,
    LimitedCount,
    NonEmpty,
    NonNegative,
    Positive,
    PositiveCount,
    PositiveShare,
    RefersTo,
    SchedulingMode,
    Share,
)
from .containers import ContainerRequest
from .law import Law

PartitionRule = Literal[
    "fixed", "input_splits", "total_slots", "shuffle_partitions", "default_parallelism", "adaptive", "law"
]
"""What decides the number of tasks of a stage.

``fixed``: a number in the program or configuration. ``input_splits``: grows with the input, the
size of a partition stays. ``total_slots``: all task slots of the application, which is Spark's
default where no parallelism is set.
``shuffle_partitions``, ``default_parallelism``: the setting of that name. ``adaptive``: Spark joins small
shuffle partitions until they have the size of `AdaptiveExecution`. ``law``: none of these explains the
numbers of several calibration runs; the number follows `Partitions.law`.
"""


EdgeVariable = Literal["constant", "tail_bytes", "tail_partitions", "data"]
"""What a volume between stages can depend on.

``constant`` is 1, ``tail_bytes`` the data volume entering the tail, ``tail_partitions`` its number of tasks:
each may send a partial result of constant size, as aggregations do. ``data`` is the size of all data relative
to the calibration run, for stages that make data and read none.
"""
EdgeLaw = dict[EdgeVariable, NonNegative]
"""Coefficients by variable; empty: no law."""


class Operation(Element):
    """One operator of a stage, such as ``map`` or ``Exchange``."""

    name: str
    """Name of the operator or of the data set it makes."""
    call_site: str | None = None
    """Where the program called it, such as ``count at Main.scala:12``."""


class Partitions(Element):
    """Into how many tasks the work of a stage is cut, and by which rule."""

    count: PositiveCount
    """Number of tasks in the calibration run."""
    rule: PartitionRule = "fixed"
    """How the number follows the configuration."""
    law: Law = Field(default_factory=dict)
    """Number of tasks by data and cluster, for the rule ``law``."""

    @model_validator(mode="after")
    def _has_law(self) -> Partitions:
        if self.rule == "law" and not self.law:
            raise Inconsistent(
                ("rule",), "the rule 'law' needs a law", "Add the field law, or choose another rule."
            )
        if self.law and self.rule != "law":
            message = f"a law has no effect with the rule '{self.rule}'"
            raise Inconsistent(("law",), message, "Write rule: law, or leave the law out.")
        return self


class Delay(Element):
    """Time that passes without using a task slot: the driver computes, plans or waits."""

    kind: Literal["delay"] = "delay"
    id: Identifier
    """Identifier, unique among its kind."""
    delay_s: NonNegative
    """Length of the delay, seconds."""
    law: Law = Field(default_factory=dict)
    """Length by data and cluster, seconds, where several calibration runs tell; else it stays."""


class Locality(Element):
    """Cached data near which the tasks of a stage prefer to run."""

    cached_by: Annotated[Identifier, RefersTo("Stage")]
    """The stage that cached the data: a task prefers the executor of its task of the same number."""
    ratio: PositiveShare = 1.0
    """Share of the tasks that find their data there; the others run anywhere."""


class Stage(Element):
    """A set of tasks without dependencies among each other (one executed stage attempt)."""

    kind: Literal["stage"] = "stage"
    id: Identifier
    """Identifier, unique among its kind; ``stage-4`` or ``stage-4.1`` for a second attempt."""
    name: str = ""
    """Name of the stage as the framework logs it."""
    profile: Annotated[Identifier, RefersTo("StageProfile")]
    """Identifier of the resource profile of its tasks."""
    partitions: Partitions
    """Number of tasks and the rule behind it."""
    reads: tuple[Annotated[Identifier, RefersTo("DataModel")], ...] = ()
    """Identifiers of the data models read from storage."""
    operations: tuple[Operation, ...] = ()
    """Operators of the stage, first to last."""
    barrier: bool = False
    """Whether all tasks must start together (Spark's barrier execution mode)."""
    locality: Locality | None = None
    """Cached data near which its tasks prefer to run; absent for none."""
    cached_on: tuple[Share, ...] = ()
    """Share of the data it cached on each executor of the calibration run; the last ones may be left out."""


class SlowStart(Element):
    """How the tasks of a stage start before the stage whose output they fetch has ended.

    They fetch what there is, and have fetched all only some time after its last task has ended. As
    MapReduce's reduces do (``RMContainerAllocator``).
    """

    completed_ratio: Share = 0.05
    """Share of the tail's tasks that must have ended before (``reduce.slowstart.completedmaps``)."""
    slots_ratio: Share = 0.5
    """Most slots they take while tasks of the tail wait for some (``reduce.rampup.limit``)."""


class Edge(Element):
    """``head`` starts when every node with an edge to it has ended."""

    tail: Annotated[Identifier, RefersTo("Node")]
    """The node that ends first."""
    head: Annotated[Identifier, RefersTo("Node")]
    """The node that waits."""
    data_transmission_factor: NonNegative | None = None
    """Data volume entering the head through this edge / data volume entering the tail.

    Absent where no data moves, or where no volume was measured at the tail.
    """
    law: EdgeLaw = Field(default_factory=dict)
    """Data volume entering the head through this edge, bytes, where several calibration runs tell.

    Otherwise the factor stays.
    """
    slow_start: SlowStart | None = None
    """How tasks of the head start before the tail has ended; absent if none does. Both are stages then."""


class Job(Element):
    """A graph of stages that the driver submits at once."""

    kind: Literal["job"] = "job"
    id: Identifier
    """Identifier, unique among its kind."""
    name: str = ""
    """Description or call site of the action that submitted the job."""
    group: str | None = None
    """Job group (``spark.jobGroup.id``) or SQL execution the job belongs to."""
    pool: str | None = None
    """Scheduler pool (``spark.scheduler.pool``)."""
    batch: Count | None = None
    """Number of the micro-batch of its group that it belongs to; absent outside of streams."""
    nodes: tuple[Annotated[Stage | Delay, Field(discriminator="kind")], ...] = ()
    """Stages and driver delays of the job."""
    edges: tuple[Edge, ...] = ()
    """Dependencies between the nodes of this job."""


class LocalityWaits(Element):
    """How long tasks wait for a slot near their data (``spark.locality.wait``)."""

    wait_s: NonNegative = 3.0
    """The wait at each level of nearness that has none of its own."""
    process_s: NonNegative | None = None
    """Wait for the executor that holds the data; absent: ``wait_s``."""
    node_s: NonNegative | None = None
    """Wait for its node after that; absent: ``wait_s``."""
    every_launch_resets: bool = False
    """Whether every launch begins the wait anew (before Spark 3.1; ``legacyResetOnTaskLaunch``)."""
    revive_s: Positive = 1.0
    """Time between two offers of all free slots (``spark.scheduler.revive.interval``)."""


class ExecutorGroup(Element):
    """Executors that are alike and were available over the same time."""

    count: LimitedCount
    """Number of executors."""
    slots: LimitedCount
    """Tasks that one executor runs at the same time."""
    memory_bytes: Count | None = None
    """Heap of one executor, bytes; absent where unknown."""
    registered_s: NonNegative = 0.0
    """When they became usable, seconds after application start."""
    removed_s: NonNegative | None = None
    """When they stopped taking tasks, seconds after application start; absent if they stayed."""
    node: Count | None = None
    """Number of the node they ran on, from 0; absent: the executors in order go round the nodes."""
    allocated_s: NonNegative | None = None
    """When the cluster manager granted their containers, seconds after application start."""
    released_s: NonNegative | None = None
    """When it got them back, likewise."""

    @model_validator(mode="after")
    def _in_order(self) -> ExecutorGroup:
        if self.removed_s is not None and self.removed_s < self.registered_s:
            raise Inconsistent(
                ("removed_s",),
                f"must not be before registered_s, which is {self.registered_s:g}, found {self.removed_s:g}",
                "Correct one of the two times.",
            )
        return self


def most_at_once(presences: Iterable[tuple[int, float, float | None]]) -> int:
    """Return the largest sum of sizes that were present at one time.

    Parameters
    ----------
    presences
        Size, begin and end in seconds of each; an end of None means that it stayed. What ends at a
        moment has left before what begins at that moment.
    """
    changes: list[tuple[float, int]] = []
    for size, begin_s, end_s in presences:
        changes.append((begin_s, size))
        if end_s is not None:
            changes.append((end_s, -size))
    return max(accumulate((change for _, change in sorted(changes)), initial=0))


class AdaptiveExecution(Element):
    """How Spark SQL joins small shuffle partitions (``spark.sql.adaptive.*``).

    As ``ShufflePartitionsUtil.coalescePartitions``: partitions get the advisory size, or less where
    that would make fewer than one per slot and parallelism comes first, but not less than the smallest size.
    """

    advisory_bytes: PositiveCount = 64 * 1024**2
    """Size to aim for (``advisoryPartitionSizeInBytes``)."""
    smallest_bytes: PositiveCount = 1024**2
    """Size below which parallelism does not matter (``coalescePartitions.minPartitionSize``)."""
    parallelism_first: bool = True
    """Whether one partition per slot counts more than the size (``coalescePartitions.parallelismFirst``)."""

    def partitions(self, shuffle_bytes: float, slots: int, most: int) -> int:
        """Return the number of partitions.

        Parameters
        ----------
        shuffle_bytes
            All that is read.
        slots
            Task slots of the application, or its default parallelism.
        most
            Partitions before joining (``spark.sql.shuffle.partitions``).
        """
        share = math.ceil(shuffle_bytes / slots) if self.parallelism_first else self.advisory_bytes
        target = max(min(share, self.advisory_bytes), self.smallest_bytes)
        return max(1, min(most, math.ceil(shuffle_bytes / target)))


class SchedulerPool(Element):
    """A pool of jobs in the FAIR scheduler, as in Spark's allocation file (``fairscheduler.xml``)."""

    name: Identifier
    """Name of the pool; ``default`` holds the jobs that name none."""
    mode: SchedulingMode = "FIFO"
    """How the stages inside share what the pool gets."""
    weight: PositiveCount = 1
    """Share of the slots relative to other pools."""
    minimum_share: Count = 0
    """Slots the pool gets before weights count."""


class DynamicAllocation(Element):
    """How executors come and go with the load (``spark.dynamicAllocation.*``)."""

    initial_executors: Count = 0
    """Executors at the start."""
    minimum_executors: Count = 0
    """Executors that stay, however idle."""
    maximum_executors: PositiveCount | None = None
    """Most executors at one time; absent where only the cluster limits them."""
    backlog_timeout_s: NonNegative = 1.0
    """Time that tasks must wait before an executor is asked for."""
    sustained_backlog_timeout_s: NonNegative = 1.0
    """Time after which more are asked for, if tasks still wait."""
    idle_timeout_s: NonNegative = 60.0
    """Time without tasks after which an executor leaves."""
    allocation_ratio: PositiveShare = 1.0
    """Executors asked for relative to those that would run all tasks at once."""
    shuffle_tracking: bool = True
    """Whether executors stay while a running job may need their shuffle output."""
    shuffle_tracking_timeout_s: NonNegative | None = None
    """How long output of ended jobs keeps an idle executor; absent if it does not."""


class ApplicationConfiguration(Element):
    """How the framework ran the application in the calibration run."""

    executors: NonEmpty[ExecutorGroup]
    """The executors, grouped."""
    task_cpus: PositiveCount = 1
    """Cores one task occupies (``spark.task.cpus``)."""
    default_parallelism: Count | None = None
    """``spark.default.parallelism`` where it was set."""
    shuffle_partitions: Count | None = None
    """``spark.sql.shuffle.partitions`` where it was set."""
    adaptive: AdaptiveExecution | None = None
    """How small shuffle partitions are joined; absent where they are not."""
    dynamic_allocation: DynamicAllocation | None = None
    """How executors came and went with the load; absent if they did not."""
    executor_start_s: NonNegative | None = None
    """Time from asking for an executor to its registration; absent: that of the first one."""
    shuffle_service: bool = False
    """Whether shuffle files outlive their executor (``spark.shuffle.service.enabled``)."""
    scheduler_mode: SchedulingMode = "FIFO"
    """Order in which concurrent jobs get slots (``spark.scheduler.mode``)."""
    pools: tuple[SchedulerPool, ...] = ()
    """Pools of the FAIR scheduler; one that is not listed is FIFO inside, has weight 1 and no minimum."""
    locality: LocalityWaits = LocalityWaits()
    """How long tasks wait for a slot near their data."""
    containers: ContainerRequest | None = None
    """What it asked its cluster manager for; absent where it had none, or where that is unknown."""

    @property
    def most_slots(self) -> int:
        """The most task slots that were available at one time."""
        return most_at_once((g.count * g.slots, g.registered_s, g.removed_s) for g in self.executors)


class Loop(Element):
    """Jobs that repeat as often as a parameter of the application says."""

    parameter: Identifier
    """Name of the parameter, such as ``iterations``."""
    value: NonNegative
    """Its value in the calibration run."""
    rounds: NonEmpty[NonEmpty[Annotated[Identifier, RefersTo("ApplicationNode")]]]
    """Jobs and delays of each round of the calibration run, in order."""
    rounds_per_unit: Positive = 1.0
    """Rounds that the parameter adds for each unit above its value."""

    def rounds_for(self, value: float) -> int:
        """Return the number of rounds for a value of the parameter, at least one."""
        return max(1, round(len(self.rounds) + self.rounds_per_unit * (value - self.value)))


class ExecutionArchitecture(Element):
    """The application as a graph of jobs and driver delays."""

    framework: str
    """Framework that ran the application, such as ``Spark``."""
    framework_version: str | None = None
    """Its version."""
    configuration: ApplicationConfiguration
    """Executors and settings of the calibration run."""
    nodes: NonEmpty[Annotated[Job | Delay, Field(discriminator="kind")]]
    """Jobs in order of submission, and driver delays."""
    edges: tuple[Edge, ...] = ()
    """Dependencies between jobs and delays; also between stages of different jobs."""
    loops: tuple[Loop, ...] = ()
    """Jobs that repeat, where calibration runs tell what decides how often."""

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs, without the delays between them."""
        return tuple(node for node in self.nodes if isinstance(node, Job))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of all jobs."""
        return tuple(n for job in self.jobs for n in job.nodes if isinstance(n, Stage))
