"""Resource profiles: what the tasks of a stage demand, and how that follows data and cluster.

A demand has a *mean* per task, a sum of coefficients times variables (the parametric dependency
of Kroß & Krcmar 2019, section 3.1.2), and a *spread*, the relative size of the demand in groups of
tasks. The groups are the same for all demands of a profile and ordered by task duration, so that
demands which occur together stay together when tasks are drawn.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from pydantic import Field, model_validator

from ..units import counted
from .base import (
    Count,
    Element,
    Identifier,
    Inconsistent,
    NonEmpty,
    NonNegative,
    Positive,
    PositiveShare,
    Share,
)
from .law import Fit

Resource = Literal["cpu", "drive_read", "drive_write", "network", "memory", "delay"]
"""What a demand occupies; ``delay`` occupies only the task slot."""
Activity = Literal[
    "scheduling",
    "compute",
    "python",
    "garbage_collection",
    "deserialisation",
    "input",
    "shuffle_fetch",
    "shuffle_write",
    "sort",
    "output",
    "result",
    "other",
    "peak_execution",
]
"""What the task does meanwhile, in the decomposition of Spark's task metrics.

``python`` is the work of a Python worker, for which the task's own thread waits.
"""
Unit = Literal["core_seconds", "seconds", "bytes"]
"""Unit of a demand: work of a core, time blocked on a resource of the calibration run, or bytes."""
UNIT_OF: dict[Resource, Unit] = {
    "cpu": "core_seconds",
    "drive_read": "seconds",
    "drive_write": "seconds",
    "network": "seconds",
    "memory": "bytes",
    "delay": "seconds",
}
"""The unit that goes with each resource."""
Cause = Literal["scheduling", "cpu", "gc", "python", "drive", "network", "other"]
"""What a task spends its time on; Python workers count as CPU in the breakdown of the response time."""
CAUSES: tuple[Cause, ...] = get_args(Cause)
CPU_CAUSES: tuple[Cause, ...] = ("cpu", "gc", "python")
"""The causes that occupy a core."""
_SCHEDULING = ("scheduling", "deserialisation", "result")

Variable = Literal[
    "constant",
    "task_bytes",
    "task_records",
    "task_records_log",
    "task_data",
    "data",
    "partitions",
    "executors",
    "log_executors",
]
"""What a demand can depend on.

``constant`` is 1, ``task_bytes`` and ``task_records`` the mean data volume and number of records entering
a task of the stage, ``task_records_log`` the records times their binary logarithm, as in sorting,
``data`` the size of all data relative to the calibration run, ``task_data`` the same per task, 1 in the
calibration run, ``partitions`` the number of tasks of the stage, ``executors`` the number of executors,
``log_executors`` its natural logarithm.
"""
Basis = Literal["prior", "measured"]
"""Where a figure comes from: from measurements of this application, or known from other applications."""


CpuUse = Literal[
    "user",
    "operators",
    "shuffle_serialisation",
    "task",
    "gc",
    "jit",
    "network",
    "python",
    "other",
]
"""What the CPU of executors is used for, as samples tell.

In threads of tasks: code of the user, Spark's operators, shuffling and serialisation; ``task`` where no
stacks tell more. Outside of them: garbage collection, just-in-time compilation, network, Python workers, and
all else.
"""


class Demand(Element):
    """What one task of a stage needs of one resource."""

    resource: Resource
    """The resource."""
    activity: Activity
    """What the task does with it."""
    unit: Unit
    """Unit of the mean."""
    mean: dict[Variable, NonNegative]
    """Mean demand of one task: the sum of coefficient x variable."""
    spread: tuple[NonNegative, ...]
    """Demand of each task group relative to the mean; the weighted mean of these is 1."""
    fit: Fit | None = None
    """How well several calibration runs support the mean; absent where there was one."""

    @model_validator(mode="after")
    def _consistent(self) -> Demand:
        if self.unit != UNIT_OF[self.resource]:
            unit = UNIT_OF[self.resource]
            message = f"must be '{unit}' for the resource {self.resource}, found '{self.unit}'"
            raise Inconsistent(("unit",), message, f"Write unit: {unit}, and the mean in it.")
        return self

    @property
    def cause(self) -> Cause | None:
        """Where the demand counts among `CAUSES`; None for memory, which takes no time."""
        match self.resource:
            case "cpu":
                other: dict[Activity, Cause] = {"garbage_collection": "gc", "python": "python"}
                return other.get(self.activity, "cpu")
            case "drive_read" | "drive_write":
                return "drive"
            case "network":
                return "network"
            case "memory":
                return None
        return "scheduling" if self.activity in _SCHEDULING else "other"


def task_variables(
    *,
    entering_bytes: float,
    entering_records: float,
    tasks: float,
    measured_tasks: float,
    data: float,
    executors: float,
) -> dict[Variable, float]:
    """Return the variables of the demands of a stage.

    Parameters
    ----------
    entering_bytes, entering_records
        Volume entering the stage.
    tasks, measured_tasks
        Number of task attempts of the stage, and the same in the calibration run.
    data
        Size of the data relative to the calibration run.
    executors
        Number of executors.
    """
    records = entering_records / tasks
    return {
        "constant": 1.0,
        "task_bytes": entering_bytes / tasks,
        "task_records": records,
        "task_records_log": records * math.log2(1 + records),
        "data": data,
        "task_data": data * measured_tasks / tasks,
        "partitions": tasks,
        "executors": executors,
        "log_executors": math.log(executors),
    }


class Volumes(Element):
    """Data moved by all tasks of a stage in the calibration run."""

    input_bytes: Count = 0
    """Read from storage or cache."""
    input_records: Count = 0
    """Records read from storage or cache."""
    shuffle_read_local_bytes: Count = 0
    """Shuffle blocks read on the same node."""
    shuffle_read_remote_bytes: Count = 0
    """Shuffle blocks fetched from other nodes."""
    shuffle_read_records: Count = 0
    """Records read from shuffle blocks."""
    shuffle_write_bytes: Count = 0
    """Shuffle blocks written."""
    output_bytes: Count = 0
    """Written to storage."""
    memory_spilled_bytes: Count = 0
    """Size in memory of what was spilled."""
    disk_spilled_bytes: Count = 0
    """Size on disk of what was spilled."""
    allocated_bytes: Count = 0
    """Allocated on the Java heap while its tasks ran; known from samples only."""

    @property
    def shuffle_read_bytes(self) -> int:
        """Shuffle blocks read, wherever they lay."""
        return self.shuffle_read_local_bytes + self.shuffle_read_remote_bytes

    @property
    def entering_bytes(self) -> int:
        """Data volume entering the stage: storage input plus shuffle input, bytes."""
        return self.input_bytes + self.shuffle_read_bytes

    @property
    def entering_records(self) -> int:
        """Records entering the stage: from storage and from shuffle blocks."""
        return self.input_records + self.shuffle_read_records


class StageProfile(Element):
    """Resource profile of the tasks of one stage."""

    id: Identifier
    """Identifier, unique among its kind."""
    weights: NonEmpty[Positive]
    """Number of calibration task attempts in each group, shortest first."""
    launch_order: tuple[Share, ...] = ()
    """Mean position of each group in the order of launch, 0 first to 1 last; random if absent."""
    demands: tuple[Demand, ...]
    """Demands of a task; those in seconds and core seconds add up to the time in a slot."""
    volumes: Volumes = Volumes()
    """Data moved by the stage."""
    warm_up_s: NonNegative = 0.0
    """Extra time of the stage's first task on each slot: class loading, compilation, connections."""
    warm_up_core_seconds: NonNegative = 0.0
    """The CPU in the warm-up."""
    usable_slots_ratio: PositiveShare = 1.0
    """Share of all slots that the stage can use after its first wave.

    Below 1 where tasks wait for slots near their data (``spark.locality.wait``).
    """
    dispatch_s: NonNegative = 0.0
    """Time a slot stays empty between two tasks of this stage."""
    launch_interval_s: NonNegative = 0.0
    """Time that a launch keeps the driver busy, where launching was what the stage waited for."""
    handling_s: NonNegative = 0.0
    """Time from a slot becoming free until the driver notes the end of its task."""
    attempts_per_task: Positive = 1.0
    """Task attempts per task: above 1 where attempts failed or were beaten by a speculative twin."""
    cpu_shares: dict[CpuUse, Share] = Field(default_factory=dict)
    """What the CPU of executors was used for while the stage ran, as samples tell; empty without samples.

    Shares of all of it; what is nothing is left out. For people: the demands say what is simulated.
    """

    @property
    def attempts(self) -> float:
        """Task attempts in the calibration run."""
        return sum(self.weights)

    def measured_variables(self, executors: float) -> dict[Variable, float]:
        """Return the variables of the demands in the calibration run, on so many executors."""
        return task_variables(
            entering_bytes=self.volumes.entering_bytes,
            entering_records=self.volumes.entering_records,
            tasks=self.attempts,
            measured_tasks=self.attempts,
            data=1.0,
            executors=executors,
        )

    @model_validator(mode="after")
    def _aligned(self) -> StageProfile:
        if self.launch_order:
            self._has_one_for_each_weight(("launch_order",), self.launch_order)
        for number, demand in enumerate(self.demands):
            self._has_one_for_each_weight(("demands", number, "spread"), demand.spread)
        return self

    def _has_one_for_each_weight(self, field: tuple[str | int, ...], values: tuple[float, ...]) -> None:
        if len(values) != len(self.weights):
            found, needed = counted(len(values), "value"), counted(len(self.weights), "weight")
            message = f"has {found}, but the profile has {needed}"
            raise Inconsistent(field, message, "Give one value for each weight.")


class ExecutorProfile(Element):
    """CPU that an executor uses outside the threads of its tasks."""

    start_core_seconds: NonNegative = 0.0
    """Once per executor, until it registers: start of the JVM, class loading."""
    warm_up_core_seconds: NonNegative = 0.0
    """Once per executor, beside its first tasks: just-in-time compilation of the application's code."""
    warm_up_task_core_seconds: Positive = 1.0
    """Task CPU on an executor after which 63 % of the warm-up is done, an exponential approach."""
    per_task_core_second: NonNegative = 0.0
    """Per core second of task CPU: further compilation, shuffle serving, heartbeats."""
    per_second_cores: NonNegative = 0.0
    """Cores used all the time from registration on: heartbeats, metrics, profilers."""
    per_allocated_gb_core_seconds: NonNegative = 0.0
    """Per 10^9 bytes that tasks allocate: garbage collection beyond the pauses that tasks count as theirs."""
    cold_s: NonNegative = 0.0
    """Extra time of the first task on each slot of a new executor, beside the stage's warm-up."""
    cold_core_seconds: NonNegative = 0.0
    """The CPU in it."""
    basis: Basis = "prior"
    """Whether these come from measurements of the application or from other applications."""


class DriverProfile(Element):
    """What the driver needs: time to launch tasks, and CPU where it competes with executors for cores."""

    launch_s: NonNegative = 0.0
    """Time that launching one task keeps the driver busy; tasks are launched one at a time."""
    beside_executors: bool = False
    """Whether the driver ran on a host that also ran executors."""
    start_core_seconds: NonNegative = 0.0
    """From the start of the application until it submits the first job."""
    per_stage_core_seconds: NonNegative = 0.0
    """For every stage, while its tasks run: launching tasks, taking their results."""
    per_delay_core_seconds: NonNegative = 0.0
    """Of other threads, compilation above all, per second in which the main thread works alone."""
    basis: Basis = "prior"
    """Whether these come from measurements of the application or from other applications."""


class ResourceProfiles(Element):
    """All resource profiles of an application."""

    executor: ExecutorProfile = ExecutorProfile()
    """Work of executors outside tasks."""
    driver: DriverProfile = DriverProfile()
    """Work of the driver."""
    stages: tuple[StageProfile, ...] = ()
    """One profile per stage."""
    includes_core_waits: bool = False
    """Whether demands in seconds also hold what tasks waited for a core in the calibration run."""
