"""The Spark listener events Pertract reads, as written by ``org.apache.spark.util.JsonProtocol``.

Only the fields in use are declared; msgspec skips the rest at almost the speed of a line scan.
Fields have defaults wherever some Spark version from 1.2 to 4.x leaves them out. Units are Spark's:
milliseconds for times, nanoseconds for ``Executor CPU Time`` and ``Shuffle Write Time``, bytes.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct, field


class LogStart(Struct, gc=False):
    """``SparkListenerLogStart``: first line since Spark 1.3."""

    version: str = field(name="Spark Version", default="")


class ApplicationStart(Struct, gc=False):
    """``SparkListenerApplicationStart``."""

    time_ms: int = field(name="Timestamp")
    name: str = field(name="App Name", default="")
    id: str | None = field(name="App ID", default=None)
    attempt: str | None = field(name="App Attempt ID", default=None)


class Timestamped(Struct, gc=False):
    """``SparkListenerApplicationEnd`` and others of which only the time is used."""

    time_ms: int = field(name="Timestamp", default=0)


class SqlExecutionEvent(Struct, gc=False):
    """``SparkListenerSQLExecutionStart``, ``End`` and ``SparkListenerSQLAdaptiveExecutionUpdate``.

    The driver was at work at this time; updates have another plan and no time.
    """

    time_ms: int = field(name="time", default=0)
    id: int = field(name="executionId", default=-1)
    plan: Raw = field(name="sparkPlanInfo", default=Raw(b""))
    """A `PlanInfo`, which is decoded only where it scans files."""


class PlanMetric(Struct, gc=False):
    """``SQLMetricInfo``: one metric of an operator."""

    name: str = ""
    id: int = field(name="accumulatorId", default=-1)


class PlanInfo(Struct, gc=False):
    """``SparkPlanInfo``: an operator of a plan and what it reads from."""

    node_name: str = field(name="nodeName", default="")
    children: list[PlanInfo] = []
    metadata: dict[str, str] = {}
    metrics: list[PlanMetric] = []


class DriverValues(Struct, gc=False):
    """``SparkListenerDriverAccumUpdates``: values of metrics that the driver sets."""

    execution: int = field(name="executionId", default=-1)
    values: list[tuple[int, int]] = field(name="accumUpdates", default_factory=list)


class SourceProgress(Struct, gc=False):
    """``SourceProgress``: one source of a streaming query in one batch."""

    description: str = ""
    rows: int | None = field(name="numInputRows", default=None)
    rate_per_s: float | None = field(name="inputRowsPerSecond", default=None)


class Progress(Struct, gc=False):
    """``StreamingQueryProgress``: one micro-batch."""

    time: str = field(name="timestamp")
    run_id: str = field(name="runId", default="")
    name: str | None = None
    batch: int = field(name="batchId", default=0)
    duration_ms: int | None = field(name="batchDuration", default=None)
    durations_ms: dict[str, int] = field(name="durationMs", default_factory=dict)
    sources: list[SourceProgress] = field(default_factory=list)


class QueryProgress(Struct, gc=False):
    """``StreamingQueryListener.QueryProgressEvent``."""

    progress: Progress


class EnvironmentUpdate(Struct, gc=False):
    """``SparkListenerEnvironmentUpdate``: the effective configuration."""

    properties: dict[str, Any] = field(name="Spark Properties", default_factory=dict)


class ExecutorInfo(Struct, gc=False):
    """Part of `ExecutorAdded`."""

    host: str = field(name="Host", default="")
    cores: int = field(name="Total Cores", default=0)
    logs: dict[str, Any] = field(name="Log Urls", default_factory=dict)
    """Addresses of its output by kind; on YARN they name its container."""


class ExecutorAdded(Struct, gc=False):
    """``SparkListenerExecutorAdded``, since Spark 1.3."""

    time_ms: int = field(name="Timestamp")
    id: str = field(name="Executor ID")
    info: ExecutorInfo = field(name="Executor Info", default_factory=ExecutorInfo)


class ExecutorRemoved(Struct, gc=False):
    """``SparkListenerExecutorRemoved``."""

    time_ms: int = field(name="Timestamp")
    id: str = field(name="Executor ID")
    reason: str = field(name="Removed Reason", default="")


class BlockManagerId(Struct, gc=False):
    """Part of `BlockManagerAdded`."""

    executor: str = field(name="Executor ID")
    host: str = field(name="Host", default="")


class BlockManagerAdded(Struct, gc=False):
    """``SparkListenerBlockManagerAdded``: announces executors in logs before Spark 1.3."""

    id: BlockManagerId = field(name="Block Manager ID")
    time_ms: int = field(name="Timestamp", default=0)


class StorageLevel(Struct, gc=False):
    """Part of `RddInfo`."""

    disk: bool = field(name="Use Disk", default=False)
    memory: bool = field(name="Use Memory", default=False)


class RddInfo(Struct, gc=False):
    """One data set of a stage."""

    id: int = field(name="RDD ID")
    name: str = field(name="Name", default="")
    scope: str | None = field(name="Scope", default=None)
    call_site: str | None = field(name="Callsite", default=None)
    parents: list[int] = field(name="Parent IDs", default_factory=list)
    barrier: bool = field(name="Barrier", default=False)
    storage: StorageLevel = field(name="Storage Level", default_factory=StorageLevel)


class StageInfo(Struct, gc=False):
    """``StageInfo``, as in job starts and stage events."""

    id: int = field(name="Stage ID")
    attempt: int = field(name="Stage Attempt ID", default=0)
    name: str = field(name="Stage Name", default="")
    tasks: int = field(name="Number of Tasks", default=0)
    rdds: list[RddInfo] = field(name="RDD Info", default_factory=list)
    parents: list[int] | None = field(name="Parent IDs", default=None)
    submitted_ms: int | None = field(name="Submission Time", default=None)
    completed_ms: int | None = field(name="Completion Time", default=None)
    failure: str | None = field(name="Failure Reason", default=None)


class StageEvent(Struct, gc=False):
    """``SparkListenerStageSubmitted``."""

    info: StageInfo = field(name="Stage Info")


class EndedStageInfo(StageInfo, gc=False):
    """``StageInfo`` of a stage that ended."""

    accumulables: Raw = field(name="Accumulables", default=Raw(b""))
    """Accumulators that its tasks have changed."""


class StageEnd(StageEvent, gc=False):
    """``SparkListenerStageCompleted``."""

    info: EndedStageInfo = field(name="Stage Info")


class JobStart(Struct, gc=False):
    """``SparkListenerJobStart``."""

    id: int = field(name="Job ID")
    time_ms: int | None = field(name="Submission Time", default=None)
    stage_ids: list[int] = field(name="Stage IDs", default_factory=list)
    stages: list[StageInfo] = field(name="Stage Infos", default_factory=list)
    properties: dict[str, Any] | None = field(name="Properties", default=None)


class JobResult(Struct, gc=False):
    """Part of `JobEnd`."""

    result: str = field(name="Result", default="")


class JobEnd(Struct, gc=False):
    """``SparkListenerJobEnd``."""

    id: int = field(name="Job ID")
    time_ms: int | None = field(name="Completion Time", default=None)
    result: JobResult = field(name="Job Result", default_factory=JobResult)


class ShuffleRead(Struct, gc=False):
    """``ShuffleReadMetrics`` of a task."""

    remote_bytes: int = field(name="Remote Bytes Read", default=0)
    local_bytes: int = field(name="Local Bytes Read", default=0)
    wait_ms: int = field(name="Fetch Wait Time", default=0)
    records: int = field(name="Total Records Read", default=0)


class ShuffleWrite(Struct, gc=False):
    """``ShuffleWriteMetrics`` of a task."""

    bytes: int = field(name="Shuffle Bytes Written", default=0)
    time_ns: int = field(name="Shuffle Write Time", default=0)


class InputRead(Struct, gc=False):
    """``InputMetrics`` of a task."""

    bytes: int = field(name="Bytes Read", default=0)
    records: int = field(name="Records Read", default=0)


class OutputWritten(Struct, gc=False):
    """``OutputMetrics`` of a task."""

    bytes: int = field(name="Bytes Written", default=0)


class TaskMetrics(Struct, gc=False):
    """``TaskMetrics``."""

    run_ms: int = field(name="Executor Run Time", default=0)
    cpu_ns: int = field(name="Executor CPU Time", default=0)
    deserialise_ms: int = field(name="Executor Deserialize Time", default=0)
    deserialise_cpu_ns: int = field(name="Executor Deserialize CPU Time", default=0)
    gc_ms: int = field(name="JVM GC Time", default=0)
    serialise_ms: int = field(name="Result Serialization Time", default=0)
    memory_spilled_bytes: int = field(name="Memory Bytes Spilled", default=0)
    disk_spilled_bytes: int = field(name="Disk Bytes Spilled", default=0)
    peak_memory_bytes: int = field(name="Peak Execution Memory", default=0)
    shuffle_read: ShuffleRead = field(name="Shuffle Read Metrics", default_factory=ShuffleRead)
    shuffle_write: ShuffleWrite = field(name="Shuffle Write Metrics", default_factory=ShuffleWrite)
    input: InputRead = field(name="Input Metrics", default_factory=InputRead)
    output: OutputWritten = field(name="Output Metrics", default_factory=OutputWritten)


class TaskInfo(Struct, gc=False):
    """``TaskInfo``."""

    launch_ms: int = field(name="Launch Time")
    finish_ms: int = field(name="Finish Time", default=0)
    executor: str = field(name="Executor ID", default="driver")
    host: str = field(name="Host", default="")
    result_ms: int = field(name="Getting Result Time", default=0)
    index: int = field(name="Index", default=0)
    failed: bool = field(name="Failed", default=False)
    killed: bool = field(name="Killed", default=False)
    locality: str = field(name="Locality", default="")


class TaskEndReason(Struct, gc=False):
    """Why a task attempt ended; ``Success`` if it did its work."""

    reason: str = field(name="Reason", default="Success")


class TaskStart(Struct, gc=False):
    """``SparkListenerTaskStart``."""

    stage: int = field(name="Stage ID")
    info: TaskInfo = field(name="Task Info")


class TaskEnd(Struct, gc=False):
    """``SparkListenerTaskEnd``: most of a log's bytes."""

    stage: int = field(name="Stage ID")
    info: TaskInfo = field(name="Task Info")
    attempt: int = field(name="Stage Attempt ID", default=0)
    reason: TaskEndReason = field(name="Task End Reason", default_factory=TaskEndReason)
    metrics: TaskMetrics | None = field(name="Task Metrics", default=None)


class Tag(Struct, gc=False):
    """Just the class of an event, for lines that do not begin with it."""

    event: str = field(name="Event")


EVENTS: dict[str, type[Struct]] = {
    "SparkListenerLogStart": LogStart,
    "SparkListenerApplicationStart": ApplicationStart,
    "SparkListenerApplicationEnd": Timestamped,
    "SparkListenerEnvironmentUpdate": EnvironmentUpdate,
    "SparkListenerExecutorAdded": ExecutorAdded,
    "SparkListenerExecutorRemoved": ExecutorRemoved,
    "SparkListenerBlockManagerAdded": BlockManagerAdded,
    "SparkListenerJobStart": JobStart,
    "SparkListenerJobEnd": JobEnd,
    "SparkListenerStageSubmitted": StageEvent,
    "SparkListenerStageCompleted": StageEnd,
    "SparkListenerSQLExecutionStart": SqlExecutionEvent,
    "SparkListenerSQLExecutionEnd": SqlExecutionEvent,
    "SparkListenerSQLAdaptiveExecutionUpdate": SqlExecutionEvent,
    "SparkListenerDriverAccumUpdates": DriverValues,
    "StreamingQueryListener$QueryProgressEvent": QueryProgress,
    "SparkListenerTaskStart": TaskStart,
    "SparkListenerTaskEnd": TaskEnd,
}
"""Events that are decoded, by class name; all others are counted and skipped."""

ADDITIONAL = frozenset(
    [
        "SparkListenerDriverAccumUpdates",
        "SparkListenerSQLAdaptiveExecutionUpdate",
        "StreamingQueryListener$QueryProgressEvent",
    ]
)
"""Events that a model can do without; one of another form is counted and skipped."""


def decoders() -> dict[str, msgspec.json.Decoder[Any]]:
    """Return a decoder for every event class in `EVENTS`."""
    return {name: msgspec.json.Decoder(type_) for name, type_ in EVENTS.items()}
