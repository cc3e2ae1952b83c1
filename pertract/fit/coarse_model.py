"""A coarse model as a document of the language: a serial delay, then one stage."""

from __future__ import annotations

from .. import dsl
from ..dsl.resolve import check
from ..sources.runs_table import MeasuredRun
from .coarse import CoarseFit
from .cpu import CpuShare, cpu_share
from .totals import Setting

_START, _SERIAL, _STAGE, _JOB, _DATA = "outside-jobs", "serial", "parallel", "job-0", "input"


def coarse_model(
    fit: CoarseFit, *, name: str, source: str, digest: str, provenance: dsl.Provenance | None = None
) -> dsl.PerformanceModel:
    """Return the model whose simulated response time is the fitted one, not yet replayed.

    Parameters
    ----------
    fit
        From `coarse.fit_totals`.
    name
        Of the application.
    source, digest
        Name of the table and digest of its content.
    provenance
        Program and time, if they are to be recorded.
    """
    reference = fit.reference
    cpu = cpu_share(fit)
    in_bytes = reference.runs[0].data_column == "data_bytes"
    size = round(reference.data) if in_bytes else 0
    data = (dsl.FileData(id=_DATA, size_bytes=size, partitions=fit.tasks),) if in_bytes else ()
    outside_s = min(_outside_jobs_s(fit), fit.serial_s["constant"])
    inside = dict(fit.serial_s) | {"constant": fit.serial_s["constant"] - outside_s}
    reference_s = fit.response_time_s(
        executors=reference.executors, slots=reference.slots, data=reference.data
    )
    inside_s = reference_s - outside_s - fit.task_s * -(-fit.tasks // reference.slots)
    start = (dsl.Delay(id=_START, delay_s=outside_s),) if outside_s else ()
    stage = dsl.Stage(
        id=_STAGE,
        name="all parallel work",
        profile=_STAGE,
        partitions=dsl.Partitions(count=fit.tasks, rule=fit.rule),
        reads=tuple(d.id for d in data),
    )
    job = dsl.Job(
        id=_JOB,
        name="all jobs",
        nodes=(
            dsl.Delay(
                id=_SERIAL,
                delay_s=max(0.0, inside_s),
                law={name: value for name, value in inside.items() if value > 0},
            ),
            stage,
        ),
        edges=(dsl.Edge(tail=_SERIAL, head=_STAGE),),
    )
    model = dsl.PerformanceModel(
        name=name,
        execution=dsl.ExecutionArchitecture(
            framework="Spark",
            configuration=dsl.ApplicationConfiguration(
                executors=(dsl.ExecutorGroup(count=reference.executors, slots=reference.slots_per_executor),)
            ),
            nodes=(*start, job),
            edges=tuple(dsl.Edge(tail=delay.id, head=_JOB) for delay in start),
        ),
        profiles=_profiles(fit, cpu),
        workload=dsl.DataWorkload(data=data),
        resources=dsl.ResourceArchitecture(nodes=(_nodes(reference),)),
        runs=tuple(
            _run(run, setting, fit, source=source, digest=digest)
            for setting in (reference, *(s for s in fit.settings if s is not reference))
            for run in setting.runs
        ),
        completeness=dsl.Completeness(missing=() if cpu else (_NO_CPU,), notes=(_COARSE,)),
        provenance=provenance,
    )
    return check(model)


_NO_CPU = (
    "the table does not tell how busy the cores were (column cpu_utilisation, with no more slots than "
    "cores); CPU utilisation is predicted as 0"
)
_COARSE = "fitted to response times alone: nothing is known of jobs, stages and tasks"


def _outside_jobs_s(fit: CoarseFit) -> float:
    """Return the mean time before the first and after the last job; 0 where the table lacks job spans."""
    times = [
        run.response_time_s - run.job_span_s
        for setting in fit.settings
        for run in setting.runs
        if run.response_time_s is not None and run.job_span_s is not None
    ]
    return max(0.0, sum(times) / len(times)) if times else 0.0


def _profiles(fit: CoarseFit, cpu: CpuShare | None) -> dsl.ResourceProfiles:
    settings = len(fit.settings)
    quality = dsl.Fit(runs=sum(len(s.runs) for s in fit.settings), points=settings, error=round(fit.error, 6))
    in_tasks = min(1.0, cpu.per_slot_second) if cpu else 0.0
    demands = []
    if in_tasks > 0:
        demands.append(_demand("cpu", "compute", "core_seconds", fit.task_s * in_tasks, quality))
    if in_tasks < 1:
        demands.append(_demand("delay", "other", "seconds", fit.task_s * (1 - in_tasks), quality))
    executor = dsl.ExecutorProfile()
    if cpu:
        executor = dsl.ExecutorProfile(
            start_core_seconds=cpu.per_executor_core_s,
            per_task_core_second=max(0.0, cpu.per_slot_second - 1.0),
            basis="measured",
        )
    return dsl.ResourceProfiles(
        executor=executor,
        stages=(dsl.StageProfile(id=_STAGE, weights=(float(fit.tasks),), demands=tuple(demands)),),
        includes_core_waits=cpu is not None,
    )


def _demand(
    resource: dsl.profile.Resource,
    activity: dsl.profile.Activity,
    unit: dsl.profile.Unit,
    mean_s: float,
    quality: dsl.Fit,
) -> dsl.Demand:
    # Data per task is 1 in the reference, so the coefficient is the mean there.
    return dsl.Demand(
        resource=resource,
        activity=activity,
        unit=unit,
        mean={"task_data": mean_s},
        spread=(1.0,),
        fit=quality,
    )


def _nodes(reference: Setting) -> dsl.NodeGroup:
    slots_of_node = max(1, reference.slots // reference.nodes)
    return dsl.NodeGroup(
        id="workers",
        count=reference.nodes,
        cores=reference.node_cores or slots_of_node,
        cores_known=reference.node_cores is not None,
    )


def _run(run: MeasuredRun, setting: Setting, fit: CoarseFit, *, source: str, digest: str) -> dsl.Run:
    time_s = run.response_time_s or 0.0
    fitted_s = fit.response_time_s(executors=setting.executors, slots=setting.slots, data=setting.data)
    return dsl.Run(
        application_id=run.label,
        source=source,
        digest=digest,
        jobs=0,
        stages=0,
        tasks=setting.partitions or 0,
        response_time_s=time_s,
        job_span_s=run.job_span_s or time_s,
        executors=setting.executors,
        slots=setting.slots,
        data_bytes=round(setting.data) if run.data_column == "data_bytes" else 0,
        data_size=run.data_size,
        labels=dict(run.labels),
        replay_error=round(fitted_s / time_s - 1, 6) if time_s else None,
    )
