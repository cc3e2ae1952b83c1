"""The answers of Spark's REST API (``org.apache.spark.status.api.v1``) that Pertract reads.

Only the fields in use are declared. Fields have defaults wherever some server from Spark 2.1 to 4.x
leaves them out. Units are Spark's: milliseconds, nanoseconds for CPU and shuffle write times, bytes.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Attempt(Struct, rename="camel"):
    """One attempt of an application."""

    attempt_id: str | None = None
    """Missing where the cluster manager does not count attempts."""
    start_time: str | None = None
    end_time: str | None = None
    start_time_epoch: int | None = None
    end_time_epoch: int | None = None
    completed: bool = True
    app_spark_version: str | None = None

    @property
    def start_ms(self) -> int | None:
        """When it began, epoch milliseconds."""
        return self.start_time_epoch or millis(self.start_time)

    @property
    def end_ms(self) -> int | None:
        """When it ended, or None if that is not known."""
        end = millis(self.end_time) if self.end_time_epoch is None else self.end_time_epoch
        return end if end and end > 0 else None


class Application(Struct, rename="camel"):
    """``/applications`` and ``/applications/{id}``."""

    id: str
    name: str = ""
    attempts: list[Attempt] = []


class Environment(Struct, rename="camel"):
    """``/environment``."""

    spark_properties: list[tuple[str, str]] = []


class Executor(Struct, rename="camel"):
    """``/allexecutors``."""

    id: str
    host_port: str = ""
    total_cores: int = 0
    add_time: str | None = None
    remove_time: str | None = None
    executor_logs: dict[str, str] = {}
    """Addresses of its output by kind."""

    @property
    def host(self) -> str:
        """The host, without the port that follows where the executor has announced one."""
        name, colon, port = self.host_port.rpartition(":")
        return name if colon and port.isdecimal() and (":" not in name or "]" in name) else self.host_port


class Job(Struct, rename="camel"):
    """``/jobs``."""

    job_id: int
    name: str = ""
    description: str | None = None
    submission_time: str | None = None
    completion_time: str | None = None
    stage_ids: list[int] = []
    job_group: str | None = None
    status: str = ""


class Stage(Struct, rename="camel"):
    """``/stages``."""

    stage_id: int
    attempt_id: int = 0
    status: str = ""
    name: str = ""
    num_tasks: int = 0
    num_complete_tasks: int = 0
    num_failed_tasks: int = 0
    num_killed_tasks: int = 0
    submission_time: str | None = None
    completion_time: str | None = None
    failure_reason: str | None = None
    shuffle_read_bytes: int = 0
    shuffle_read_records: int = 0
    shuffle_write_bytes: int = 0
    shuffle_write_records: int = 0
    scheduling_pool: str = ""
    rdd_ids: list[int] = []


class InputMetrics(Struct, rename="camel"):
    """Part of `TaskMetrics`."""

    bytes_read: int = 0
    records_read: int = 0


class OutputMetrics(Struct, rename="camel"):
    """Part of `TaskMetrics`."""

    bytes_written: int = 0


class ShuffleReadMetrics(Struct, rename="camel"):
    """Part of `TaskMetrics`."""

    fetch_wait_time: int = 0
    remote_bytes_read: int = 0
    local_bytes_read: int = 0
    records_read: int = 0


class ShuffleWriteMetrics(Struct, rename="camel"):
    """Part of `TaskMetrics`."""

    bytes_written: int = 0
    write_time: int = 0


class TaskMetrics(Struct, rename="camel"):
    """Part of `Task`."""

    executor_deserialize_time: int = 0
    executor_deserialize_cpu_time: int = 0
    executor_run_time: int = 0
    executor_cpu_time: int = 0
    jvm_gc_time: int = 0
    result_serialization_time: int = 0
    memory_bytes_spilled: int = 0
    disk_bytes_spilled: int = 0
    peak_execution_memory: int = 0
    input_metrics: InputMetrics | None = None
    output_metrics: OutputMetrics | None = None
    shuffle_read_metrics: ShuffleReadMetrics | None = None
    shuffle_write_metrics: ShuffleWriteMetrics | None = None


class Task(Struct, rename="camel"):
    """``/stages/{id}/{attempt}/taskList``."""

    index: int = 0
    launch_time: str | None = None
    result_fetch_start: str | None = None
    duration: int | None = None
    executor_id: str = ""
    host: str = ""
    status: str | None = None
    """None before Spark 2.2, which does not tell the duration either."""
    getting_result_time: int = 0
    task_metrics: TaskMetrics | None = None


class SqlExecution(Struct, rename="camel"):
    """``/sql``, since Spark 3.0."""

    id: int
    status: str = ""
    submission_time: str | None = None
    duration: int = 0
    running_job_ids: list[int] = []
    success_job_ids: list[int] = []
    failed_job_ids: list[int] = []


def millis(text: str | None) -> int | None:
    """Return a date of the API as epoch milliseconds, or None where there is none.

    Examples
    --------
    >>> millis("2015-02-03T16:43:05.829GMT")
    1422981785829
    """
    if not text:
        return None
    try:
        date = datetime.fromisoformat(text.removesuffix("GMT").removesuffix("Z") + "+00:00")
    except ValueError:
        return None
    return int(date.timestamp()) * 1000 + date.microsecond // 1000
