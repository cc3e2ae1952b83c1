"""The answers of the REST API as the events of a log, in the order of a log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..spark import events as ev
from ..spark.segment import Item
from ..spark.tasks import TaskBatch
from . import answers
from .answers import millis

# What comes first at the same millisecond: what ends, then what begins, then what ends at once.
_STAGE_ENDED, _JOB_ENDED, _OTHER, _JOB_BEGUN, _STAGE_BEGUN, _STAGE_ENDED_AT_ONCE, _JOB_ENDED_AT_ONCE = range(
    7
)
_TASK_REASONS = {"SUCCESS": "Success", "KILLED": "TaskKilled", "FAILED": "ExceptionFailure"}
_USUAL_POOL = "default"


@dataclass(slots=True)
class Told:
    """Everything a server tells of an application but its tasks."""

    application: answers.Application
    attempt: answers.Attempt
    properties: dict[str, str] = field(default_factory=dict)
    executors: list[answers.Executor] = field(default_factory=list)
    jobs: list[answers.Job] = field(default_factory=list)
    stages: list[answers.Stage] = field(default_factory=list)
    executions: list[answers.SqlExecution] = field(default_factory=list)
    rdds: Mapping[int, list[ev.RddInfo]] = field(default_factory=dict)
    """The data sets of stages, where their pages tell them."""
    parents: Mapping[int, list[int]] = field(default_factory=dict)
    """The parents of stages."""


Moment = tuple[int, int, str, Any]
"""Time, order at that time, class of the event, and the event."""


def events(told: Told) -> Iterator[tuple[str, Any]]:
    """Yield the events of an application without its tasks, in the order of a log."""
    attempt = told.attempt
    yield "SparkListenerLogStart", ev.LogStart(version=attempt.app_spark_version or "")
    start_ms = attempt.start_ms
    if start_ms:
        application = told.application
        yield (
            "SparkListenerApplicationStart",
            ev.ApplicationStart(start_ms, application.name, application.id, attempt.attempt_id),
        )
    yield "SparkListenerEnvironmentUpdate", ev.EnvironmentUpdate(dict(told.properties))
    moments = [*_executors(told), *_executions(told), *_jobs(told), *_stages(told)]
    for _, _, name, event in sorted(moments, key=lambda moment: moment[:2]):
        yield name, event
    if attempt.end_ms:
        yield "SparkListenerApplicationEnd", ev.Timestamped(attempt.end_ms)


def _executors(told: Told) -> Iterator[Moment]:
    for executor in told.executors:
        added_ms, removed_ms = millis(executor.add_time), millis(executor.remove_time)
        if added_ms is not None and executor.total_cores > 0:
            info = ev.ExecutorInfo(executor.host, executor.total_cores, dict(executor.executor_logs))
            yield (
                added_ms,
                _OTHER,
                "SparkListenerExecutorAdded",
                ev.ExecutorAdded(added_ms, executor.id, info),
            )
        elif added_ms is not None:
            identity = ev.BlockManagerId(executor.id, executor.host)
            yield added_ms, _OTHER, "SparkListenerBlockManagerAdded", ev.BlockManagerAdded(identity, added_ms)
        if removed_ms is not None:
            removed = ev.ExecutorRemoved(removed_ms, executor.id)
            yield removed_ms, _OTHER, "SparkListenerExecutorRemoved", removed


def _executions(told: Told) -> Iterator[Moment]:
    for execution in told.executions:
        begun_ms = millis(execution.submission_time)
        if begun_ms is None:
            continue
        yield begun_ms, _OTHER, "SparkListenerSQLExecutionStart", ev.SqlExecutionEvent(begun_ms, execution.id)
        if execution.status != "RUNNING":
            ended_ms = begun_ms + max(0, execution.duration)
            yield (
                ended_ms,
                _OTHER,
                "SparkListenerSQLExecutionEnd",
                ev.SqlExecutionEvent(ended_ms, execution.id),
            )


def _jobs(told: Told) -> Iterator[Moment]:
    execution_of = {
        job: execution.id
        for execution in told.executions
        for job in (*execution.running_job_ids, *execution.success_job_ids, *execution.failed_job_ids)
    }
    stages = {stage.stage_id: stage for stage in told.stages}
    for job in sorted(told.jobs, key=lambda job: job.job_id):
        begun_ms, ended_ms = millis(job.submission_time), millis(job.completion_time)
        known = [stages[number] for number in job.stage_ids if number in stages]
        first_ms = min((ms for stage in known if (ms := millis(stage.submission_time))), default=0)
        last_ms = max((ms for stage in known if (ms := millis(stage.completion_time))), default=first_ms)
        rdd_ids = {stage.stage_id: stage.rdd_ids for stage in known}
        result = max(job.stage_ids, default=-1)
        infos = [
            ev.StageInfo(
                number,
                name=job.name if number == result else "",
                rdds=_rdds(told, number, rdd_ids.get(number, ())),
            )
            for number in job.stage_ids
        ]
        properties = _properties(job, execution_of, known)
        start = ev.JobStart(job.job_id, begun_ms, list(job.stage_ids), infos, properties)
        yield begun_ms or first_ms, _JOB_BEGUN, "SparkListenerJobStart", start
        if ended_ms is not None or job.status in ("SUCCEEDED", "FAILED"):  # before 1.4 without times
            result_text = "JobSucceeded" if job.status == "SUCCEEDED" else "JobFailed"
            end = ev.JobEnd(job.job_id, ended_ms, ev.JobResult(result_text))
            at_once = ended_ms in (begun_ms, *(millis(stage.submission_time) for stage in known))
            yield (
                ended_ms or last_ms,
                _JOB_ENDED_AT_ONCE if at_once else _JOB_ENDED,
                "SparkListenerJobEnd",
                end,
            )


def _properties(
    job: answers.Job, execution_of: Mapping[int, int], stages: Iterable[answers.Stage]
) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    if job.description:
        properties["spark.job.description"] = job.description
    if job.job_group is not None:
        properties["spark.jobGroup.id"] = job.job_group
    if job.job_id in execution_of:
        properties["spark.sql.execution.id"] = str(execution_of[job.job_id])
    pools = {stage.scheduling_pool for stage in stages if stage.submission_time} - {"", _USUAL_POOL}
    if len(pools) == 1:
        properties["spark.scheduler.pool"] = pools.pop()
    return properties


def _stages(told: Told) -> Iterator[Moment]:
    for stage in sorted(told.stages, key=lambda stage: (stage.stage_id, stage.attempt_id)):
        begun_ms, ended_ms = millis(stage.submission_time), millis(stage.completion_time)
        if begun_ms is None or stage.status in ("SKIPPED", "PENDING"):
            continue
        submitted = ev.StageEvent(_info(told, stage, begun_ms, None))
        yield begun_ms, _STAGE_BEGUN, "SparkListenerStageSubmitted", submitted
        if ended_ms is not None and stage.status != "ACTIVE":
            completed = ev.StageEnd(_info(told, stage, begun_ms, ended_ms))
            order = _STAGE_ENDED_AT_ONCE if ended_ms == begun_ms else _STAGE_ENDED
            yield ended_ms, order, "SparkListenerStageCompleted", completed


def _info(told: Told, stage: answers.Stage, begun_ms: int, ended_ms: int | None) -> ev.EndedStageInfo:
    failure = stage.failure_reason or ("unknown" if stage.status == "FAILED" else None)
    return ev.EndedStageInfo(
        stage.stage_id,
        stage.attempt_id,
        stage.name,
        stage.num_tasks,
        _rdds(told, stage.stage_id, stage.rdd_ids),
        told.parents.get(stage.stage_id, []),
        begun_ms,
        ended_ms,
        failure,
    )


def _rdds(told: Told, stage: int, numbers: Iterable[int]) -> list[ev.RddInfo]:
    return list(told.rdds.get(stage) or (ev.RddInfo(number) for number in numbers))


def task_end(stage: answers.Stage, task: answers.Task) -> ev.TaskEnd | None:
    """Return the end of a task, or None if it has not ended."""
    launch_ms = millis(task.launch_time)
    if launch_ms is None or task.duration is None or task.status not in _TASK_REASONS:
        return None
    finish_ms = launch_ms + task.duration
    result_ms = millis(task.result_fetch_start)
    if result_ms is None:  # here a duration, in the log a moment
        result_ms = finish_ms - task.getting_result_time if task.getting_result_time > 0 else 0
    info = ev.TaskInfo(
        launch_ms,
        finish_ms,
        task.executor_id,
        task.host,
        result_ms,
        task.index,
        failed=task.status == "FAILED",
        killed=task.status == "KILLED",
    )
    reason = ev.TaskEndReason(_TASK_REASONS[task.status])
    return ev.TaskEnd(stage.stage_id, info, stage.attempt_id, reason, _metrics(task.task_metrics))


def _metrics(told: answers.TaskMetrics | None) -> ev.TaskMetrics | None:
    if told is None:
        return None
    read = told.shuffle_read_metrics or answers.ShuffleReadMetrics()
    write = told.shuffle_write_metrics or answers.ShuffleWriteMetrics()
    input_ = told.input_metrics or answers.InputMetrics()
    output = told.output_metrics or answers.OutputMetrics()
    return ev.TaskMetrics(
        run_ms=told.executor_run_time,
        cpu_ns=told.executor_cpu_time,
        deserialise_ms=told.executor_deserialize_time,
        deserialise_cpu_ns=told.executor_deserialize_cpu_time,
        gc_ms=told.jvm_gc_time,
        serialise_ms=told.result_serialization_time,
        memory_spilled_bytes=told.memory_bytes_spilled,
        disk_spilled_bytes=told.disk_bytes_spilled,
        peak_memory_bytes=told.peak_execution_memory,
        shuffle_read=ev.ShuffleRead(
            read.remote_bytes_read, read.local_bytes_read, read.fetch_wait_time, read.records_read
        ),
        shuffle_write=ev.ShuffleWrite(write.bytes_written, write.write_time),
        input=ev.InputRead(input_.bytes_read, input_.records_read),
        output=ev.OutputWritten(output.bytes_written),
    )


def batch(tasks: Iterable[ev.TaskEnd]) -> Item | None:
    """Return tasks of one stage attempt as the log has them: in the order in which they ended."""
    ordered = sorted(tasks, key=lambda task: task.info.finish_ms)
    return TaskBatch.of(ordered) if ordered else None
