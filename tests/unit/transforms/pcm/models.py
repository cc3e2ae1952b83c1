"""Small models for the tests of PCM."""

from __future__ import annotations

from collections.abc import Sequence

from pertract import dsl


def demand(seconds: float, *, resource: dsl.profile.Resource = "cpu", groups: int = 1) -> dsl.Demand:
    """Return a constant demand."""
    activity = {"cpu": "compute", "network": "shuffle_fetch", "delay": "other"}[resource]
    return dsl.Demand(
        resource=resource,
        activity=activity,  # type: ignore[arg-type]
        unit=dsl.profile.UNIT_OF[resource],
        mean={"constant": seconds},
        spread=(1.0,) * groups,
    )


def profile(id: str, *demands: dsl.Demand, tasks: float = 1.0, **fields: object) -> dsl.StageProfile:
    """Return a profile whose tasks are alike."""
    return dsl.StageProfile(id=id, weights=(tasks,), demands=demands, **fields)  # type: ignore[arg-type]


def stage(id: str, tasks: int, **fields: object) -> dsl.Stage:
    """Return a stage with a profile of its own name."""
    return dsl.Stage(
        id=id,
        profile=id,
        partitions=dsl.Partitions(count=tasks),
        **fields,  # type: ignore[arg-type]
    )


def job(id: str, *nodes: dsl.Stage | dsl.Delay, edges: Sequence[tuple[str, str]] = ()) -> dsl.Job:
    """Return a job."""
    return dsl.Job(id=id, nodes=nodes, edges=tuple(dsl.Edge(tail=a, head=b) for a, b in edges))


def model(
    *nodes: dsl.Job | dsl.Delay,
    profiles: Sequence[dsl.StageProfile],
    edges: Sequence[tuple[str, str]] = (),
    name: str = "small",
    slots: int = 4,
    executors: int = 1,
    nodes_of: Sequence[dsl.NodeGroup] | None = None,
    **configuration: object,
) -> dsl.PerformanceModel:
    """Return a model on executors that are there from the start."""
    groups = nodes_of or (dsl.NodeGroup(id="workers", count=executors, cores=slots),)
    return dsl.PerformanceModel(
        name=name,
        execution=dsl.ExecutionArchitecture(
            framework="Spark",
            configuration=dsl.ApplicationConfiguration(
                executors=(dsl.ExecutorGroup(count=executors, slots=slots),),
                **configuration,  # type: ignore[arg-type]
            ),
            nodes=nodes,
            edges=tuple(dsl.Edge(tail=a, head=b) for a, b in edges),
        ),
        profiles=dsl.ResourceProfiles(stages=tuple(profiles)),
        resources=dsl.ResourceArchitecture(nodes=tuple(groups)),
    )


def one_stage(tasks: int = 8, seconds: float = 2.0, **fields: object) -> dsl.PerformanceModel:
    """Return a model of one stage."""
    return model(
        job("job-0", stage("stage-0", tasks)),
        profiles=[profile("stage-0", demand(seconds), tasks=tasks)],
        **fields,  # type: ignore[arg-type]
    )
