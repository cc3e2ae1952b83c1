"""Put the parts together into one document."""

from __future__ import annotations

from .. import dsl
from ..dsl.resolve import check
from ..errors import NoUsableRun
from ..sources.hdfs import Listing
from ..sources.spark import SparkRun
from .execution import build_execution
from .profiles import build_profiles
from .resources import build_resources
from .workload import build_workload

_MOST_NOTES = 5
_YEAR_S = 366 * 86400


def build_model(
    run: SparkRun,
    *,
    source: str,
    provenance: dsl.Provenance | None = None,
    listing: Listing | None = None,
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
    listing
        Files of the file system that the run read from, if they are known.

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
    workload, reads = build_workload(run, listing)
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
        resources=build_resources(run, listing),
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
        completeness=_completeness(run, workload, listing),
        provenance=provenance,
    )
    return check(model)


def _completeness(run: SparkRun, workload: dsl.DataWorkload, listing: Listing | None) -> dsl.Completeness:
    complete = [s for s in run.stages if not s.failed and s.tasks]
    notes = list(run.notes)
    if run.stages and not any(s.summary and s.summary.cpu_recorded for s in run.stages):
        notes.append("Spark recorded no CPU time; run time that is not known to be waiting counts as CPU")
    if listing is not None:
        notes += listing.notes[:_MOST_NOTES]
        if len(listing.notes) > _MOST_NOTES:
            notes.append(f"the listing of files has {len(listing.notes) - _MOST_NOTES} more notes")
        files = [data for data in workload.data if isinstance(data, dsl.FileData)]
        if files and not any(data.storage for data in files):
            notes.append("no file that the run read is among those listed; give its folder with --hdfs")
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
