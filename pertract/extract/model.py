"""Put the parts together into one document."""

from __future__ import annotations

from .. import dsl
from ..dsl.resolve import check
from ..errors import NoUsableRun
from ..sources.spark import SparkRun
from .execution import build_execution
from .hardware import Hardware
from .profiles import build_profiles
from .resources import build_resources
from .workload import build_workload

_YEAR_S = 366 * 86400


def build_model(
    run: SparkRun,
    *,
    source: str,
    provenance: dsl.Provenance | None = None,
    hardware: Hardware | None = None,
) -> dsl.PerformanceModel:
    """Return the performance model of one run, not yet replayed.

    Parameters
    ----------
    run
        The measured run; at least one of its jobs finished.
    source
        Name of the log.
    provenance
        Program and time, if they are to be recorded.
    hardware
        What is known of the machines, if anything.

    Raises
    ------
    NoUsableRun
        If no stage of the run executed a task.
    """
    if not any(stage.summary for stage in run.stages):
        raise NoUsableRun(
            f"{source}: its jobs executed no task that the log tells of, so there is nothing to predict",
            hint="Use the log of a run that completed at least one job.",
        )
    workload, reads = build_workload(run)
    execution = build_execution(run, reads)
    slots = execution.configuration.most_slots
    utilisation = None
    if run.task_cpu_s is not None and run.response_time_s > 0:
        utilisation = run.task_cpu_s / (slots * run.response_time_s)
    model = dsl.PerformanceModel(
        name=run.name,
        execution=execution,
        profiles=build_profiles(run),
        workload=workload,
        resources=build_resources(run, hardware),
        runs=(
            dsl.Run(
                application_id=run.application_id,
                source=source,
                digest=run.digest,
                jobs=sum(not job.imputed for job in run.jobs),
                stages=len(run.stages),
                tasks=run.events.get("SparkListenerTaskEnd", 0),
                response_time_s=round(run.response_time_s, 3),
                job_span_s=round(run.job_span_s, 3),
                task_cpu_utilisation=None if utilisation is None else round(utilisation, 6),
                executors=len(run.executors),
                slots=slots,
                data_bytes=workload.size_bytes,
            ),
        ),
        completeness=_completeness(run),
        provenance=provenance,
    )
    return check(model)


def _completeness(run: SparkRun) -> dsl.Completeness:
    complete = [s for s in run.stages if not s.failed and s.tasks]
    notes = list(run.notes)
    if run.stages and not any(s.summary and s.summary.cpu_recorded for s in run.stages):
        notes.append("Spark recorded no CPU time; run time that is not known to be waiting counts as CPU")
    if run.response_time_s > _YEAR_S:
        notes.append("the application seems to have run for more than a year; its clock may be wrong")
    return dsl.Completeness(
        events=dict(run.events),
        tasks_started=run.tasks_started,
        tasks_ended=run.tasks_ended,
        tasks_expected=sum(s.tasks for s in complete),
        tasks_seen=sum(
            min(s.tasks, s.summary.succeeded - s.summary.lost if s.summary else 0) for s in complete
        ),
        malformed_lines=run.malformed_lines,
        covered_s=(round(run.covered_s[0], 3), round(run.covered_s[1], 3)),
        missing=tuple(run.missing),
        notes=tuple(notes),
    )
