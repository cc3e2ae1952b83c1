"""Turn the stream of events into the records of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ...units import MS, counted
from . import events as ev
from .executors import Executors
from .locality import CachedData
from .records import JobRecord, SparkRun, StageRecord
from .scans import Scans
from .segment import Counts
from .streams import Streams
from .tasks import TaskBatch, TaskCollector


class RunBuilder:
    """Receives decoded events in log order and builds the `SparkRun`.

    Tasks come in batches, each before the event that ends their stage.
    """

    def __init__(self) -> None:
        self.missing: list[str] = []
        self.notes: list[str] = []
        self.applications: set[str | None] = set()
        """Identifiers of the applications that began; one, unless logs were appended to each other."""
        self._application: ev.ApplicationStart | None = None
        self._version: str | None = None
        self._end_ms: int | None = None
        self._first_ms: int | None = None
        self._last_ms = 0
        self._environment = False
        self._properties: dict[str, str] = {}
        self._executors = Executors()
        self._cached = CachedData()
        self._scans = Scans()
        self._streams = Streams()
        self._jobs: dict[int, ev.JobStart] = {}
        self._job_ends: dict[int, ev.JobEnd] = {}
        self._active_jobs: dict[int, ev.JobStart] = {}
        self._rdd_of_stage: dict[int, int] = {}
        self._submitted: dict[tuple[int, int], tuple[ev.StageInfo, int | None]] = {}
        self._collectors: dict[tuple[int, int], TaskCollector] = {}
        self._stages: dict[tuple[int, int], tuple[StageRecord, int | None]] = {}
        self._pending: list[tuple[int, int]] = []
        self._counts: Counter[str] = Counter()
        self._task_cpu_ns = 0
        self._gc_ms = 0
        self.handlers: Mapping[str, Callable[[Any], None]] = {
            "SparkListenerLogStart": self._on_log_start,
            "SparkListenerApplicationStart": self._on_application_start,
            "SparkListenerApplicationEnd": self._on_application_end,
            "SparkListenerEnvironmentUpdate": self._on_environment,
            "SparkListenerExecutorAdded": self._on_executor_added,
            "SparkListenerExecutorRemoved": self._on_executor_removed,
            "SparkListenerBlockManagerAdded": self._on_block_manager,
            "SparkListenerJobStart": self._on_job_start,
            "SparkListenerJobEnd": self._on_job_end,
            "SparkListenerStageSubmitted": self._on_stage_submitted,
            "SparkListenerStageCompleted": self._on_stage_completed,
            "SparkListenerSQLExecutionStart": self._on_sql_execution_start,
            "SparkListenerSQLExecutionEnd": self._on_sql_execution_end,
            "SparkListenerSQLAdaptiveExecutionUpdate": self._scans.planned,
            "SparkListenerDriverAccumUpdates": self._scans.told,
            "StreamingQueryListener$QueryProgressEvent": self._streams.progressed,
        }

    # -- tasks -----------------------------------------------------------------------------------

    def on_tasks(self, batch: TaskBatch) -> None:
        """Collect task attempts that ended."""
        launch_ms = batch.column("launch_ms")
        self._last_ms = max(self._last_ms, int(batch.column("finish_ms").max()))
        for executor, tasks in Counter(batch.executors).items():
            first = batch.executors.index(executor)
            self._executors.tasks_ended(executor, batch.hosts[executor], tasks, int(launch_ms[first]))
        key = (batch.stage, batch.attempt)
        collector = self._collectors.get(key)
        if collector is None:
            if key in self._stages:  # straggling twins after the stage had ended
                self._counts["late"] += len(batch.executors)
                return
            collector = self._collectors[key] = TaskCollector()
        self._task_cpu_ns += int(batch.column("cpu_ns").sum() + batch.column("deserialise_cpu_ns").sum())
        self._gc_ms += int(batch.column("gc_ms").sum())
        self._counts["succeeded"] += batch.succeeded
        collector.add(batch)

    # -- application -----------------------------------------------------------------------------

    def _on_log_start(self, event: ev.LogStart) -> None:
        self._version = event.version or None

    def _on_application_start(self, event: ev.ApplicationStart) -> None:
        if self._application is None:
            self._application = event
        self.applications.add(event.id)
        self._seen(event.time_ms)

    def _on_application_end(self, event: ev.Timestamped) -> None:
        self._end_ms = event.time_ms
        self._seen(event.time_ms)

    def _on_environment(self, event: ev.EnvironmentUpdate) -> None:
        self._environment = True
        if not self._properties:
            self._properties = {k: str(v) for k, v in event.properties.items()}

    def _seen(self, time_ms: int | None) -> None:
        if time_ms:
            self._begun(time_ms)
            self._last_ms = max(self._last_ms, time_ms)

    def _begun(self, time_ms: int) -> None:
        if time_ms > 0 and (self._first_ms is None or time_ms < self._first_ms):
            self._first_ms = time_ms

    def _on_sql_execution_start(self, event: ev.SqlExecutionEvent) -> None:
        self._seen(event.time_ms)
        self._scans.planned(event)

    def _on_sql_execution_end(self, event: ev.SqlExecutionEvent) -> None:
        self._seen(event.time_ms)
        self._scans.ended(event)

    # -- executors -------------------------------------------------------------------------------

    def _on_executor_added(self, event: ev.ExecutorAdded) -> None:
        self._begun(event.time_ms)
        info = event.info
        self._executors.added(event.id, info.host, event.time_ms, info.cores, info.logs.values())

    def _on_executor_removed(self, event: ev.ExecutorRemoved) -> None:
        self._executors.removed(event.id, event.time_ms)

    def _on_block_manager(self, event: ev.BlockManagerAdded) -> None:
        self._begun(event.time_ms)
        self._executors.block_manager(event.id.executor, event.id.host, event.time_ms)

    # -- jobs and stages -------------------------------------------------------------------------

    def _on_job_start(self, event: ev.JobStart) -> None:
        self._seen(event.time_ms)
        for info in event.stages:
            if info.rdds:
                self._rdd_of_stage[info.id] = max(rdd.id for rdd in info.rdds)
        if event.stages:
            event.stage_ids = [info.id for info in event.stages]
            result = max(event.stages, key=lambda info: info.id)
            event.stages = [ev.StageInfo(id=result.id, name=result.name)]  # the rest is large
        self._jobs[event.id] = self._active_jobs[event.id] = event

    def _on_job_end(self, event: ev.JobEnd) -> None:
        self._seen(event.time_ms)
        self._job_ends[event.id] = event
        self._active_jobs.pop(event.id, None)

    def _on_stage_submitted(self, event: ev.StageEvent) -> None:
        info = event.info
        self._seen(info.submitted_ms)
        self._submitted[info.id, info.attempt] = (info, self._owner(info.id))
        if info.rdds:
            self._rdd_of_stage.setdefault(info.id, max(rdd.id for rdd in info.rdds))

    def _owner(self, stage_id: int) -> int | None:
        """Return the job a stage is run for: the first active one that lists it."""
        for jobs in (self._active_jobs, self._jobs):
            owners = [job_id for job_id, job in jobs.items() if stage_id in job.stage_ids]
            if owners:
                return min(owners)
        return None

    def _on_stage_completed(self, event: ev.StageEnd) -> None:
        info = event.info
        self._seen(info.completed_ms)
        key = (info.id, info.attempt)
        submitted, owner = self._submitted.pop(key, (info, self._owner(info.id)))
        if info.submitted_ms is None:
            info.submitted_ms = submitted.submitted_ms
        self._close(key, info, owner, self._scans.of(info.accumulables))

    def _close(
        self, key: tuple[int, int], info: ev.StageInfo, owner: int | None, tables: tuple[int, ...] = ()
    ) -> None:
        collector = self._collectors.pop(key, None)
        start_ms = self._start_ms()
        summary = locality = None
        if collector:
            self._executors.ran_at_once(collector.tasks_at_once())
            slots = self._executors.slots(self._task_cpus())
            summary = collector.summarise(start_ms, slots, cpu_recorded=self._task_cpu_ns > 0)
            locality = self._cached.follow(key, info.rdds, collector, gone=self._executors.removed_ids())
        if summary is None and collector is None and info.submitted_ms is None:
            return
        submitted_s = self._relative(info.submitted_ms, summary.first_launch_s if summary else 0.0)
        completed_s = self._relative(info.completed_ms, summary.last_finish_s if summary else submitted_s)
        # A stage that ended well ran all its tasks, whatever the log still holds of them.
        if summary and info.completed_ms and not info.failure and 0 < summary.succeeded < info.tasks:
            summary = summary.standing_for(info.tasks, completed_s)
            self._counts["lost"] += summary.lost
        record = StageRecord(
            id=info.id,
            attempt=info.attempt,
            name=info.name,
            tasks=max(0, info.tasks),
            parents=tuple(sorted(info.parents or ())),
            rdds=tuple((r.id, r.name, r.scope, r.call_site) for r in info.rdds),
            submitted_s=max(0.0, submitted_s),
            completed_s=max(0.0, submitted_s, completed_s),
            failed=info.failure is not None,
            summary=summary,
            barrier=any(rdd.barrier for rdd in info.rdds),
            locality=locality,
            tables=tables,
        )
        self._stages[key] = (record, owner)

    def _relative(self, time_ms: int | None, otherwise_s: float) -> float:
        return (time_ms - self._start_ms()) * MS if time_ms else otherwise_s

    def _start_ms(self) -> int:
        if self._application is not None:
            return self._application.time_ms
        return self._first_ms or 0

    def _task_cpus(self) -> int:
        text = self._properties.get("spark.task.cpus", "1")
        return max(1, int(text)) if text.isdecimal() else 1

    # -- the whole run ---------------------------------------------------------------------------

    def build(self, counts: Counts, *, digest: str = "") -> SparkRun:
        """Return the run, once all events were received.

        Parameters
        ----------
        counts
            What was counted on the way.
        digest
            SHA-256 of the source.
        """
        self._close_unfinished()
        start_ms = self._start_ms()
        end_ms = self._end_ms
        if self._application is None:
            self.missing.append("the application start is not in the log; the first event stands for it")
        if end_ms is None:
            self.missing.append("the application end is not in the log; the last event stands for it")
            end_ms = self._last_ms
        if not self._environment:
            self.missing.append("the environment is not in the log; the defaults of Spark stand for it")
        if unannounced := self._executors.unannounced():
            self.missing.append(
                f"{counted(unannounced, 'executor')} without a start in the log; the first task stands for it"
            )
        for stage, executors in self._cached.cached_on().items():
            self._stages[stage][0].cached_on = executors
        jobs = self._job_records()
        if self._counts["lost"]:
            self.missing.append(
                f"{counted(self._counts['lost'], 'task')} lost; the others of the same stages stand for them,"
                " which is too fast if the lost ones were slower"
            )
        if self._counts["late"]:
            self.notes.append(f"{self._counts['late']} task ends came after their stage; not used")
        application = self._application
        return SparkRun(
            application_id=(application and application.id)
            or self._properties.get("spark.app.id", "unknown"),
            name=(application and application.name) or self._properties.get("spark.app.name", "unnamed"),
            version=self._version,
            response_time_s=max(0, end_ms - start_ms) * MS,
            properties=self._properties,
            jobs=jobs,
            executors=self._executors.records(start_ms, self._task_cpus(), self._properties),
            driver_host=self._executors.driver_host(),
            started_s=start_ms * MS,
            tables=self._scans.tables,
            streams=self._streams.records(),
            skipped_stage_rdd=self._rdd_of_stage,
            tasks=self._counts["succeeded"],
            task_cpu_s=(self._task_cpu_ns * 1e-9 + self._gc_ms * MS) if self._task_cpu_ns else None,
            events=dict(counts.events),
            tasks_started=counts.events["SparkListenerTaskStart"],
            tasks_ended=counts.events["SparkListenerTaskEnd"] - counts.resubmitted,
            malformed_lines=counts.malformed,
            digest=digest,
            missing=self.missing,
            notes=self.notes,
            covered_s=(
                max(0, (self._first_ms or start_ms) - start_ms) * MS,
                max(0, self._last_ms - start_ms) * MS,
            ),
        )

    def _close_unfinished(self) -> None:
        open_stages = len(self._submitted)
        for key, (info, owner) in sorted(self._submitted.items()):
            self._close(key, info, owner)
        self._submitted.clear()
        for key in sorted(self._collectors):  # tasks of stages the log never announced
            self._close(key, ev.StageInfo(id=key[0], attempt=key[1]), self._owner(key[0]))
        if open_stages:
            self.missing.append(
                f"{counted(open_stages, 'stage')} without an end in the log; the last task stands for it"
            )

    def _job_records(self) -> list[JobRecord]:
        records = {job_id: self._job_record(job) for job_id, job in self._jobs.items()}
        homeless = []
        for record, owner in self._stages.values():
            if owner in records:
                records[owner].stages.append(record)
            else:
                homeless.append(record)
        if homeless:
            self._impute_jobs(records, homeless)
        for job in records.values():
            job.stages.sort(key=lambda s: (s.submitted_s, s.id, s.attempt))
            self._mend_times(job)
        unfinished = sum(not job.finished for job in records.values())
        if unfinished:
            self.missing.append(
                f"{counted(unfinished, 'job')} without an end in the log; the last stage stands for it"
            )
        return sorted(records.values(), key=lambda job: (job.submitted_s, job.id))

    def _impute_jobs(self, records: dict[int, JobRecord], homeless: list[StageRecord]) -> None:
        """Make jobs for stages whose job start is lost, from the job ends that have no start."""
        ends = sorted(
            (self._relative(e.time_ms, 0.0), i) for i, e in self._job_ends.items() if i not in records
        )
        lost = 0
        for stage in homeless:
            found = next(((end_s, i) for end_s, i in ends if end_s >= stage.completed_s), None)
            if found is None:
                lost += 1
                continue
            end_s, job_id = found
            if job_id not in records:
                succeeded = self._job_ends[job_id].result.result == "JobSucceeded"
                records[job_id] = JobRecord(
                    job_id,
                    _short(stage.name),
                    (),
                    stage.submitted_s,
                    end_s,
                    True,
                    succeeded,
                    None,
                    None,
                    imputed=True,
                )
            job = records[job_id]
            job.stages.append(stage)
            job.submitted_s = min(job.submitted_s, stage.submitted_s)
        if lost < len(homeless):
            self.missing.append(
                f"some job starts are lost; {len(homeless) - lost} of their stages were assigned by time"
            )
        if lost:
            self.missing.append(f"{counted(lost, 'stage')} of no job in the log; not used")

    def _job_record(self, job: ev.JobStart) -> JobRecord:
        end = self._job_ends.get(job.id)
        properties = job.properties or {}
        group = properties.get("spark.jobGroup.id")
        execution = properties.get("spark.sql.execution.id")
        if group is None and execution is not None:
            group = f"sql-{execution}"
        name = properties.get("spark.job.description") or (job.stages[0].name if job.stages else "")
        return JobRecord(
            id=job.id,
            name=_short(str(name)),
            stage_ids=tuple(job.stage_ids),
            submitted_s=self._relative(job.time_ms, -1.0),
            completed_s=self._relative(end.time_ms if end else None, -1.0),
            finished=end is not None,
            succeeded=end is not None and end.result.result == "JobSucceeded",
            group=None if group is None else str(group)[:120],
            pool=properties.get("spark.scheduler.pool"),
            batch=_batch(properties),
        )

    def _mend_times(self, job: JobRecord) -> None:
        """Take times that the log lacks from the job's stages (Spark before 1.4)."""
        if job.submitted_s < 0:
            job.submitted_s = min((s.submitted_s for s in job.stages), default=0.0)
        if job.completed_s < job.submitted_s:
            job.completed_s = max((s.completed_s for s in job.stages), default=job.submitted_s)
        job.completed_s = max(job.completed_s, job.submitted_s)


def _batch(properties: Mapping[str, Any]) -> int | None:
    """Return the micro-batch of a job (``org.apache.spark.sql.execution.streaming.MicroBatchExecution``)."""
    text = str(properties.get("streaming.sql.batchId", ""))
    return int(text) if text.isdecimal() else None


def _short(name: str) -> str:
    return " ".join(name.split())[:120]
