"""What a Spark run was, as records in seconds after application start and in bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PARTS = (
    "scheduling",
    "deserialisation",
    "cpu",
    "gc",
    "shuffle_fetch",
    "shuffle_write",
    "result",
    "other",
)
"""The disjoint parts of the time a task holds its slot; they add up to its duration."""

VOLUMES = (
    "input_bytes",
    "input_records",
    "shuffle_read_local_bytes",
    "shuffle_read_remote_bytes",
    "shuffle_read_records",
    "shuffle_write_bytes",
    "output_bytes",
    "memory_spilled_bytes",
    "disk_spilled_bytes",
)
"""Volumes summed over the tasks of a stage."""


@dataclass(frozen=True, slots=True)
class Launches:
    """How fast a stage launched tasks once it had come to its pace, and what tasks did around their work."""

    per_s: float
    """Launches in a second."""
    inside_s: float
    """Mean time a task spent in its executor."""
    outside_s: float
    """Mean rest of its duration: sent by the driver, and noted by it."""
    least_outside_s: float
    """What this rest was where nothing else kept the driver busy (the first decile)."""


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """The task attempts of one stage attempt, in groups of similar duration.

    All arrays have shape ``(n_groups,)`` and hold means over the group, shortest tasks first.
    """

    succeeded: int
    """Number of successful attempts."""
    weights: Floats
    """Task attempts in each group, failed and killed ones included."""
    launch_order: Floats
    """Mean position in the order of launch, 0 first to 1 last."""
    duration_s: Floats
    """Time from launch to end, seconds."""
    parts_s: Mapping[str, Floats]
    """The duration split by `PARTS`, seconds; the bulk of ``cpu`` and ``gc`` is CPU work."""
    peak_memory_bytes: Floats
    """Peak execution memory."""
    volumes: Mapping[str, float]
    """Totals by `VOLUMES`."""
    cpu_recorded: bool
    """Whether Spark recorded CPU times; before Spark 2.1 it did not."""
    first_wave: int
    """Tasks that were the first of the stage on their slot."""
    warm_up_s: float
    """How much longer these took, seconds."""
    warm_up_cpu_s: float
    """The CPU in it, seconds."""
    busy_slots: int
    """Slots of the executors that were kept busy while tasks waited; others held none of its data."""
    gap_s: float
    """Median time from the logged end of a task to the launch of the next on its slot, seconds.

    Negative where the driver needs longer to note an end than to launch the next task.
    """
    launch_interval_s: float
    """Mean time between two launches after the first wave, seconds."""
    first_launch_s: float
    """Launch of the first task."""
    last_launch_s: float
    """Launch of the last task."""
    last_finish_s: float
    """End of the last task."""
    launches: Launches | None = None
    """None for stages with few tasks."""
    lost: int = 0
    """Tasks among the successful ones that are not in the log; the others stand for them."""

    def standing_for(self, tasks: int, completed_s: float) -> TaskSummary:
        """Return the summary of a stage of so many tasks, of which the log lost some.

        The gaps on the slots are not to be believed then, because lost tasks filled them; nor is the
        last end, for which the end of the stage stands.
        """
        factor = tasks / self.succeeded
        return replace(
            self,
            succeeded=tasks,
            weights=self.weights * factor,
            volumes={name: volume * factor for name, volume in self.volumes.items()},
            gap_s=0.0,
            launch_interval_s=self.launch_interval_s / factor,
            last_finish_s=max(self.last_finish_s, completed_s),
            lost=tasks - self.succeeded,
        )


@dataclass(frozen=True, slots=True)
class LocalityRecord:
    """Cached data that the tasks of a stage preferred to be near."""

    cached_by: tuple[int, int]
    """Stage and attempt that cached them, each partition on the executor of its task."""
    ratio: float
    """Tasks that preferred the executor of their partition / all tasks."""


@dataclass(slots=True)
class StageRecord:
    """One executed stage attempt."""

    id: int
    attempt: int
    name: str
    tasks: int
    """Tasks the attempt was to run."""
    parents: tuple[int, ...]
    """Identifiers of the stages it reads from."""
    rdds: tuple[tuple[int, str, str | None, str | None], ...]
    """Its data sets: identifier, name, operator scope, call site."""
    submitted_s: float
    completed_s: float
    failed: bool
    summary: TaskSummary | None
    """None when the log holds no task of the attempt."""
    barrier: bool = False
    """Whether all its tasks had to start together (``RDD.barrier``)."""
    locality: LocalityRecord | None = None
    """Cached data near which its tasks preferred to run; None for none."""
    cached_on: Mapping[str, int] = field(default_factory=dict)
    """Tasks by executor, if they cached data that were read later."""
    tables: tuple[int, ...] = ()
    """Positions in `SparkRun.tables` of what it scans."""


@dataclass(slots=True)
class TableRecord:
    """Files that plans scan: a table, or what lies at a path."""

    name: str
    """Name of the table, else the path; Spark shortens long ones."""
    format: str
    """Such as ``parquet``; empty where the plan does not tell."""
    files: int = 0
    """Most files that a scan of it read; 0 where the log does not tell."""
    size_bytes: int = 0
    """Size of these files, likewise."""


@dataclass(slots=True)
class StreamRecord:
    """What a streaming query reads from one source."""

    query: str
    """Run of the query, which is also the group of its jobs."""
    name: str
    """Name of the query; may be empty."""
    source: str
    """What Spark says of the source."""
    rows: int
    """Rows of all batches."""
    batches: int
    """Batches with rows."""
    rate_per_s: float
    """Rows that arrived in a second."""
    interval_s: float | None
    """Median time from the start of a batch to that of the next one; None where there was one batch."""
    batch_s: float | None
    """Median duration of a batch, from its trigger to its end."""


@dataclass(slots=True)
class JobRecord:
    """One job."""

    id: int
    name: str
    stage_ids: tuple[int, ...]
    """All stages the job lists, skipped ones included."""
    submitted_s: float
    completed_s: float
    finished: bool
    """Whether the log tells its end."""
    succeeded: bool
    group: str | None
    pool: str | None
    batch: int | None = None
    """Number of the micro-batch it belongs to; None outside of streaming queries."""
    imputed: bool = False
    """Whether the log lost the job's start, so that its stages were assigned by time."""
    stages: list[StageRecord] = field(default_factory=list)
    """The stage attempts executed for this job, by submission."""


@dataclass(slots=True)
class ExecutorRecord:
    """One executor, or the driver where it runs tasks itself."""

    id: str
    host: str
    slots: int
    """Tasks it can run at the same time."""
    added_s: float
    removed_s: float | None
    tasks: int = 0
    """Task attempts that ended on it."""
    container: str | None = None
    """Its container of YARN; None where the log does not tell."""


@dataclass(slots=True)
class SparkRun:
    """Everything the model needs to know about one application."""

    application_id: str
    name: str
    version: str | None
    response_time_s: float
    """From application start to application end."""
    properties: Mapping[str, str]
    """Spark properties of the application."""
    jobs: list[JobRecord]
    """In order of submission."""
    executors: list[ExecutorRecord]
    """In order of registration."""
    skipped_stage_rdd: Mapping[int, int]
    """For every stage a job listed: the identifier of its last data set."""
    tasks: int
    """Successful task attempts."""
    task_cpu_s: float | None
    """CPU of all task attempts, garbage collection included; None where Spark did not record it."""
    events: Mapping[str, int]
    """Lines by event class."""
    tasks_started: int
    tasks_ended: int
    malformed_lines: int
    tables: list[TableRecord] = field(default_factory=list)
    """What plans scan."""
    streams: list[StreamRecord] = field(default_factory=list)
    """What streaming queries read."""
    missing: list[str] = field(default_factory=list)
    """What the log lacks, one sentence each."""
    notes: list[str] = field(default_factory=list)
    """What else is unusual or was assumed, one sentence each."""
    covered_s: tuple[float, float] = (0.0, 0.0)
    """First and last moment of which the log tells, seconds after application start."""
    driver_host: str | None = None
    """Where the driver ran; None where the log does not tell."""
    started_s: float = 0.0
    """Start of the application, seconds since 1970."""
    digest: str = ""
    """SHA-256 of the log as stored, shortened; empty where there is no file."""

    @property
    def stages(self) -> list[StageRecord]:
        """The executed stage attempts of all jobs."""
        return [stage for job in self.jobs for stage in job.stages]

    @property
    def job_span_s(self) -> float:
        """First job submission to last job end, seconds."""
        if not self.jobs:
            return 0.0
        return max(j.completed_s for j in self.jobs) - min(j.submitted_s for j in self.jobs)
