"""Hand-made records of runs; all times in seconds after application start."""

import pytest

from pertract.sources.spark import ExecutorRecord, JobRecord, SparkRun, StageRecord
from pertract.sources.spark.events import (
    InputRead,
    ShuffleRead,
    ShuffleWrite,
    TaskEnd,
    TaskEndReason,
    TaskInfo,
    TaskMetrics,
)
from pertract.sources.spark.tasks import TaskBatch, TaskCollector


class Records:
    """Makes single records with as little to say as possible."""

    @staticmethod
    def summary(
        tasks, *, slots=None, succeeded=True, read=0, local=0, remote=0, written=0, cpu_recorded=True
    ):
        """Summarise tasks, (launch, finish) or (launch, finish, executor); bytes are per task."""
        ends = []
        for launch, finish, *executor in tasks:
            run_ms = round(1000 * (finish - launch))
            metrics = TaskMetrics(
                run_ms=run_ms,
                cpu_ns=run_ms * 500_000 * cpu_recorded,
                input=InputRead(bytes=read, records=read // 10),
                shuffle_read=ShuffleRead(local_bytes=local, remote_bytes=remote),
                shuffle_write=ShuffleWrite(bytes=written),
            )
            info = TaskInfo(round(1000 * launch), round(1000 * finish), *executor or ["1"])
            reason = TaskEndReason("Success" if succeeded else "ExceptionFailure")
            ends.append(TaskEnd(stage=0, info=info, reason=reason, metrics=metrics))
        collector = TaskCollector()
        collector.add(TaskBatch.of(ends))
        return collector.summarise(0, slots or {"1": 4}, cpu_recorded=cpu_recorded)

    @classmethod
    def stage(
        cls,
        stage,
        tasks=(),
        *,
        parents=(),
        attempt=0,
        submitted=None,
        completed=None,
        failed=False,
        count=None,
        rdds=(),
        **summary,
    ):
        begin = min((task[0] for task in tasks), default=0.0)
        end = max((task[1] for task in tasks), default=0.0)
        return StageRecord(
            id=stage,
            attempt=attempt,
            name=f"count at Main.scala:{stage}",
            tasks=len(tasks) if count is None else count,
            parents=tuple(parents),
            rdds=tuple(rdds),
            submitted_s=begin if submitted is None else submitted,
            completed_s=end if completed is None else completed,
            failed=failed,
            summary=cls.summary(tasks, **summary) if tasks else None,
        )

    @staticmethod
    def job(job, begin, end, stages=(), *, group=None, stage_ids=None, finished=True, imputed=False):
        return JobRecord(
            id=job,
            name="",
            stage_ids=tuple(stage_ids or (s.id for s in stages)),
            submitted_s=float(begin),
            completed_s=float(end),
            finished=finished,
            succeeded=finished,
            group=group,
            pool=None,
            imputed=imputed,
            stages=list(stages),
        )

    @staticmethod
    def executor(name="1", slots=4, *, host="host-1", added=0.0, removed=None, tasks=1):
        return ExecutorRecord(name, host, slots, added, removed, tasks)

    @classmethod
    def run(cls, jobs, response, *, executors=None, rdd_of=None, notes=(), cpu=1.0, **properties):
        counted = sum(float(s.summary.weights.sum()) for j in jobs for s in j.stages if s.summary)
        return SparkRun(
            application_id="app-1",
            name="wordcount",
            version="3.5.1",
            response_time_s=float(response),
            properties={name.replace("__", "."): value for name, value in properties.items()},
            jobs=list(jobs),
            executors=[cls.executor()] if executors is None else executors,
            skipped_stage_rdd=rdd_of or {},
            tasks=round(counted),
            task_cpu_s=cpu,
            events={"SparkListenerTaskEnd": round(counted)},
            tasks_started=round(counted),
            tasks_ended=round(counted),
            malformed_lines=0,
            notes=list(notes),
        )


@pytest.fixture
def records():
    """Return the maker of records."""
    return Records
