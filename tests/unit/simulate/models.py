"""A small model of two jobs, and ways to vary it."""

from __future__ import annotations

from collections.abc import Sequence

from pertract import dsl

GIB = 2**30

RESOURCE = {
    "compute": "cpu",
    "garbage_collection": "cpu",
    "input": "drive_read",
    "shuffle_write": "drive_write",
    "shuffle_fetch": "network",
}
"""What activities usually occupy; others only the slot."""


def demand(
    activity: str = "compute",
    mean: dict[str, float] | None = None,
    *,
    spread: Sequence[float] = (0.5, 1.0, 1.5),
    resource: str | None = None,
) -> dsl.Demand:
    resource = resource or RESOURCE.get(activity, "delay")
    return dsl.Demand.model_validate(
        {
            "resource": resource,
            "activity": activity,
            "unit": {"cpu": "core_seconds", "memory": "bytes"}.get(resource, "seconds"),
            "mean": mean if mean is not None else {"constant": 2.0},
            "spread": tuple(spread),
        }
    )


def profile(identifier: str = "p", **fields: object) -> dsl.StageProfile:
    return dsl.StageProfile.model_validate(
        {"id": identifier, "weights": (1.0, 1.0, 1.0), "demands": (demand(),)} | fields
    )


def stage(identifier: str = "s", count: int = 3, rule: str = "fixed", **fields: object) -> dsl.Stage:
    partitions = {"count": count, "rule": rule}
    return dsl.Stage.model_validate({"id": identifier, "profile": "p", "partitions": partitions} | fields)


def group(count: int = 2, slots: int = 4, **fields: object) -> dsl.ExecutorGroup:
    return dsl.ExecutorGroup.model_validate({"count": count, "slots": slots, "memory_bytes": GIB} | fields)


def workers(count: int = 2, cores: int = 4, **fields: object) -> dsl.NodeGroup:
    return dsl.NodeGroup.model_validate({"id": "workers", "count": count, "cores": cores} | fields)


def model(
    *,
    nodes: Sequence[dsl.Job | dsl.Delay] | None = None,
    edges: Sequence[tuple[str, str]] = (),
    profiles: Sequence[dsl.StageProfile] | None = None,
    executors: Sequence[dsl.ExecutorGroup] | None = None,
    cluster: Sequence[dsl.NodeGroup] | None = None,
    input_bytes: int = 0,
    executor_profile: dsl.ExecutorProfile | None = None,
    replay: dsl.Replay | None = None,
    completeness: dsl.Completeness | None = None,
    **configuration: object,
) -> dsl.PerformanceModel:
    """Return a model: 2 executors of 4 slots on 2 nodes of 4 cores, one stage of 3 tasks after 1 s."""
    if nodes is None:
        nodes = (dsl.Delay(id="d", delay_s=1.0), dsl.Job(id="j", nodes=(stage(),)))
        edges = edges or (("d", "j"),)
    data = (dsl.FileData(id="f", size_bytes=input_bytes),) if input_bytes else ()
    return dsl.PerformanceModel(
        name="application",
        execution=dsl.ExecutionArchitecture(
            framework="Spark",
            configuration=dsl.ApplicationConfiguration.model_validate(
                {"executors": tuple(executors or (group(),))} | configuration
            ),
            nodes=tuple(nodes),
            edges=tuple(dsl.Edge(tail=tail, head=head) for tail, head in edges),
        ),
        profiles=dsl.ResourceProfiles(
            executor=executor_profile or dsl.ExecutorProfile(), stages=tuple(profiles or (profile(),))
        ),
        workload=dsl.DataWorkload(data=data),
        resources=dsl.ResourceArchitecture(nodes=tuple(cluster or (workers(),))),
        replay=replay,
        completeness=completeness or dsl.Completeness(),
    )
