"""A PerTract-DSL model of an application at another host count, from the stages of runs and a fitted law."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from laws import SLOTS_PER_HOST, Blend, Points
from polimi_runs import Job, Run, Stage

from pertract import dsl
from pertract.simulate import Options, compile_plan, resolve, simulate

GB = 10**9

DEMANDS: dict[str, tuple[str, str]] = {
    "waves": ("delay", "scheduling"),
    "volume": ("cpu", "compute"),
    "growth": ("cpu", "garbage_collection"),
    "exchange": ("network", "shuffle_fetch"),
    "overflow": ("drive_read", "input"),
    "overflow_exchange": ("network", "input"),
}
"""Resource and activity of what a task spends on a term.

The tables only tell how long stages took. The names say what each term is thought to be; nothing in these
predictions depends on them, because all rates stay as measured.
"""
ONCE = ("start", "coordination")
"""Terms that a stage pays once and not per task: the first task on every slot does."""


def target_points(runs: Sequence[Run], data_gb: float, hosts: int) -> Points:
    """Return where the stages will run, with the tasks of the measured run of the most similar data."""
    nearest = min(runs, key=lambda run: abs(np.log(run.data_gb / data_gb)))
    tasks = np.array([[float(stage.tasks) for stage in nearest.stages]])
    return Points(np.array([[data_gb]]), np.array([[float(hosts)]]), tasks)


def model(runs: Sequence[Run], laws: Blend, data_gb: float, hosts: int) -> dsl.PerformanceModel:
    """Return the model of the application with this much data on this many hosts."""
    points = target_points(runs, data_gb, hosts)
    parts_s = laws.parts_s(points)
    ids = [stage.id for stage in runs[0].stages]
    profiles = [
        _profile(
            stage,
            {name: float(part[0, i]) for name, part in parts_s.items()},
            int(points.tasks[0, i]),
            float(points.waves[0, i]),
        )
        for i, stage in enumerate(ids)
    ]
    tasks = dict(zip(ids, points.tasks[0].astype(int).tolist(), strict=True))
    nodes: list[dsl.Job | dsl.Delay] = []
    for number in range(len(runs[0].jobs)):
        nodes += [_delay(f"before-job-{number}", _gaps_s(runs, number)), _job(runs, number, tasks)]
    nodes.append(_delay("after-all", [run.application_s - run.jobs[-1].end_s for run in runs]))
    return dsl.PerformanceModel(
        name=runs[0].workload,
        execution=dsl.ExecutionArchitecture(
            framework="Spark",
            configuration=dsl.ApplicationConfiguration(
                executors=(dsl.ExecutorGroup(count=hosts, slots=SLOTS_PER_HOST),)
            ),
            nodes=tuple(nodes),
            edges=tuple(dsl.Edge(tail=a.id, head=b.id) for a, b in pairwise(nodes)),
        ),
        profiles=dsl.ResourceProfiles(stages=tuple(profiles)),
        workload=dsl.DataWorkload(data=(dsl.FileData(id="input", size_bytes=round(data_gb * GB)),)),
        resources=dsl.ResourceArchitecture(
            nodes=(dsl.NodeGroup(id="workers", count=hosts, cores=SLOTS_PER_HOST, cores_known=False),)
        ),
    )


def simulated(model: dsl.PerformanceModel) -> tuple[float, float]:
    """Return simulated application time and sum of job durations, seconds.

    All tasks of a stage are alike, so one replication says all.
    """
    plan, _ = compile_plan(model, resolve(model, Options()))
    trace = simulate(plan, np.random.default_rng(1), record=False)
    jobs_s = sum(
        trace.end_s[end] - trace.begin_s[begin]
        for begin, end in zip(plan.job_starts, plan.job_ends, strict=True)
    )
    return trace.response_time_s, jobs_s


def _profile(stage: int, parts_s: dict[str, float], tasks: int, waves: float) -> dsl.StageProfile:
    """Return what a task demands, from the seconds that its stage spends on each term."""
    demands = []
    for name, (resource, activity) in DEMANDS.items():
        if parts_s.get(name):
            unit = "core_seconds" if resource == "cpu" else "seconds"
            demand = {"resource": resource, "activity": activity, "unit": unit, "spread": (1.0,)}
            demands.append(dsl.Demand.model_validate({**demand, "mean": {"constant": parts_s[name] / waves}}))
    return dsl.StageProfile(
        id=f"stage-{stage}",
        weights=(float(tasks),),
        demands=tuple(demands),
        warm_up_s=sum(parts_s.get(name, 0.0) for name in ONCE),
    )


def _gaps_s(runs: Sequence[Run], number: int) -> list[float]:
    """Return the time of the driver before a job, of each run."""
    if not number:
        return [run.jobs[0].begin_s for run in runs]
    return [run.jobs[number].begin_s - run.jobs[number - 1].end_s for run in runs]


def _delay(identifier: str, measured_s: Sequence[float]) -> dsl.Delay:
    return dsl.Delay(id=identifier, delay_s=max(0.0, float(np.median(measured_s))))


def _job(runs: Sequence[Run], number: int, tasks: dict[int, int]) -> dsl.Job:
    """Return a job: each stage after a delay of the driver, and one delay at the end."""
    jobs = [run.jobs[number] for run in runs]
    nodes: list[dsl.Stage | dsl.Delay] = []
    edges: list[dsl.Edge] = []
    for position, stage in enumerate(jobs[0].stages):
        waited_for = _waited_for(jobs, position)
        launch = _delay(f"before-stage-{stage.id}", [_launch_s(job, position, waited_for) for job in jobs])
        nodes.append(launch)
        edges += [dsl.Edge(tail=f"stage-{tail}", head=launch.id) for tail in waited_for]
        partitions = dsl.Partitions(count=tasks[stage.id])
        identifier = f"stage-{stage.id}"
        nodes.append(dsl.Stage(id=identifier, name=stage.name, profile=identifier, partitions=partitions))
        edges.append(dsl.Edge(tail=launch.id, head=identifier))
    last = _delay(f"after-job-{number}", [job.end_s - max(s.end_s for s in job.stages) for job in jobs])
    edges += [dsl.Edge(tail=f"stage-{stage.id}", head=last.id) for stage in jobs[0].stages]
    return dsl.Job(id=f"job-{jobs[0].id}", nodes=(*nodes, last), edges=tuple(edges))


def _waited_for(jobs: Sequence[Job], position: int) -> tuple[int, ...]:
    """Return the stages of the job that a stage waited for: the same in most runs."""
    return Counter(_before(job.stages, job.stages[position]) for job in jobs).most_common(1)[0][0]


def _before(stages: Sequence[Stage], stage: Stage) -> tuple[int, ...]:
    """Return executed parents; a skipped one stands for the stage that ended last before this one began."""
    here = {s.id: s for s in stages}
    found = {parent for parent in stage.parents if parent in here}
    ended = [s for s in stages if s.end_s <= stage.begin_s]
    if len(found) < len(stage.parents) and ended:
        found.add(max(ended, key=lambda s: s.end_s).id)
    return tuple(sorted(found))


def _launch_s(job: Job, position: int, waited_for: tuple[int, ...]) -> float:
    """Return the time from what a stage waited for to its submission."""
    ends_s = [stage.end_s for stage in job.stages if stage.id in waited_for]
    return max(0.0, job.stages[position].begin_s - max([job.begin_s, *ends_s]))
