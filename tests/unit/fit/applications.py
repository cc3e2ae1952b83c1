"""Models of made-up runs of one application whose laws are known."""

from __future__ import annotations

import itertools

from pertract import dsl
from pertract.fit.runs import CalibrationRun

GIB = 1024**3
CPU_PER_BYTE = 2e-8
CPU_CONSTANT = 0.3
HANDED_PER_TASK = 1_000_000


def stage(name: str, tasks: int, rule: str = "fixed", *, reads: tuple[str, ...] = ()) -> dsl.Stage:
    return dsl.Stage(
        id=name,
        name=f"{name.rstrip('0123456789')} at App.scala:7",
        profile=name,
        partitions=dsl.Partitions(count=tasks, rule=rule),
        reads=reads,
        operations=(dsl.Operation(name="map", call_site="map at App.scala:3"),),
    )


def profile(name: str, tasks: int, cpu_s: float, *, entering: int = 0, written: int = 0) -> dsl.StageProfile:
    """As extraction makes it: one coefficient per byte, or a constant where there are no bytes."""
    mean = {"task_bytes": cpu_s / (entering / tasks)} if entering else {"constant": cpu_s}
    return dsl.StageProfile(
        id=name,
        weights=(tasks,),
        demands=(
            dsl.Demand(resource="cpu", activity="compute", unit="core_seconds", mean=mean, spread=(1.0,)),
        ),
        volumes=dsl.Volumes(input_bytes=entering, shuffle_write_bytes=written)
        if name.startswith("read")
        else dsl.Volumes(shuffle_read_remote_bytes=entering, shuffle_write_bytes=written),
    )


def run(data: float, *, rounds: int = 2, executors: int = 2, name: str = "") -> dsl.PerformanceModel:
    """A job that reads and combines, then rounds of a job without bytes whose tasks follow the data."""
    total = round(data * GIB)
    splits = round(8 * data)
    read_cpu_s = CPU_CONSTANT + CPU_PER_BYTE * total / splits
    handed = HANDED_PER_TASK * splits
    jobs = [
        dsl.Job(
            id="job-0",
            name="load at App.scala:5",
            nodes=(stage("read0", splits, "input_splits", reads=("data",)), stage("combine1", 4)),
            edges=(dsl.Edge(tail="read0", head="combine1", data_transmission_factor=handed / total),),
        )
    ]
    profiles = [
        profile("read0", splits, read_cpu_s, entering=total, written=handed),
        profile("combine1", 4, CPU_PER_BYTE * handed / 4, entering=handed),
    ]
    for number in range(2, 2 + rounds):
        jobs.append(
            dsl.Job(id=f"job-{number}", name="train at App.scala:9", nodes=(stage(f"train{number}", 6),))
        )
        profiles.append(profile(f"train{number}", 6, 0.5 * data))
    edges = [dsl.Edge(tail="driver-start", head="job-0")]
    edges += [dsl.Edge(tail=a.id, head=b.id) for a, b in itertools.pairwise(jobs)]
    return dsl.PerformanceModel(
        name="made up",
        execution=dsl.ExecutionArchitecture(
            framework="Spark",
            configuration=dsl.ApplicationConfiguration(
                executors=(dsl.ExecutorGroup(count=executors, slots=2),)
            ),
            nodes=(dsl.Delay(id="driver-start", delay_s=1.0 + 2.0 * data), *jobs),
            edges=tuple(edges),
        ),
        profiles=dsl.ResourceProfiles(stages=tuple(profiles)),
        workload=dsl.DataWorkload(data=(dsl.FileData(id="data", size_bytes=total, partitions=splits),)),
        resources=dsl.ResourceArchitecture(nodes=(dsl.NodeGroup(id="n", count=executors, cores=2),)),
        runs=(
            dsl.Run(
                application_id=name or f"app-{data:g}-{rounds}-{executors}",
                source=name or f"app-{data:g}-{rounds}-{executors}",
                digest=name or f"{data:g}-{rounds}-{executors}",
                jobs=len(jobs),
                stages=len(profiles),
                tasks=sum(round(sum(p.weights)) for p in profiles),
                response_time_s=10.0 * data,
                job_span_s=9.0 * data,
                executors=executors,
                slots=2 * executors,
                data_bytes=total,
            ),
        ),
    )


def calibration(*sizes: float) -> list[CalibrationRun]:
    return [CalibrationRun(run(size)) for size in sizes]
