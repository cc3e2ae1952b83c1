"""A model as it would be if it had been measured in another configuration."""

from __future__ import annotations

from collections import Counter

from .. import dsl
from ..dsl.graph import flatten
from ..dsl.law import evaluate
from ..dsl.profile import Variable
from ..simulate.configuration import Configuration
from ..simulate.dataflow import DataFlow, StageData


def configured(model: dsl.PerformanceModel, configuration: Configuration) -> dsl.PerformanceModel:
    """Return a model whose measured configuration is the one asked for.

    Executors, nodes, data, tasks, volumes, delays and rates are those of the configuration, so that tools
    which know only one configuration of a model get the right one. Identifiers stay.

    Parameters
    ----------
    model
        A checked model.
    configuration
        Of the same model.
    """
    if configuration.as_measured:
        return model
    flow = DataFlow(model, flatten(model.execution), configuration)
    execution = model.execution
    nodes = tuple(_node(node, flow) for node in execution.nodes)
    changes = {
        "nodes": nodes,
        "edges": tuple(map(_edge, execution.edges)),
        "configuration": _executors(execution.configuration, configuration),
        "loops": (),
    }
    profiles = {profile.id: profile for profile in model.profiles.stages}
    stages = tuple(
        _profile(profiles[stage.profile], stage, flow.of(stage), configuration) for stage in execution.stages
    )
    return model.model_copy(
        update={
            "execution": execution.model_copy(update=changes),
            "profiles": model.profiles.model_copy(update={"stages": stages}),
            "workload": _workload(model, flow, configuration),
            "resources": _resources(model.resources, configuration),
        }
    )


def _node(node: dsl.Job | dsl.Delay, flow: DataFlow) -> dsl.Job | dsl.Delay:
    if isinstance(node, dsl.Delay):
        return _delay(node, flow)
    inside = tuple(_delay(n, flow) if isinstance(n, dsl.Delay) else _stage(n, flow) for n in node.nodes)
    return node.model_copy(update={"nodes": inside, "edges": tuple(map(_edge, node.edges))})


def _delay(delay: dsl.Delay, flow: DataFlow) -> dsl.Delay:
    if not delay.law:
        return delay
    return dsl.Delay(id=delay.id, delay_s=evaluate(delay.law, flow.variables))


def _stage(stage: dsl.Stage, flow: DataFlow) -> dsl.Stage:
    rule = "fixed" if stage.partitions.rule == "law" else stage.partitions.rule
    partitions = dsl.Partitions(count=flow.of(stage).tasks, rule=rule)
    return stage.model_copy(update={"partitions": partitions, "profile": stage.id})


def _edge(edge: dsl.Edge) -> dsl.Edge:
    """Return an edge without a law: the volumes tell what flows now."""
    return dsl.Edge(tail=edge.tail, head=edge.head) if edge.law else edge


def _executors(
    measured: dsl.ApplicationConfiguration, configuration: Configuration
) -> dsl.ApplicationConfiguration:
    memory = configuration.executor_memory_bytes
    groups = Counter((e.slots, e.registered_s, e.removed_s) for e in configuration.executors)
    executors = tuple(
        dsl.ExecutorGroup(
            count=count, slots=slots, memory_bytes=memory, registered_s=registered_s, removed_s=removed_s
        )
        for (slots, registered_s, removed_s), count in groups.items()
    )
    return measured.model_copy(
        update={
            "executors": executors,
            "default_parallelism": configuration.default_parallelism,
            "shuffle_partitions": configuration.shuffle_partitions,
            "dynamic_allocation": None,
        }
    )


def _profile(
    profile: dsl.StageProfile, stage: dsl.Stage, data: StageData, configuration: Configuration
) -> dsl.StageProfile:
    attempts = data.tasks * profile.attempts_per_task
    more = attempts / profile.attempts
    volumes = profile.volumes
    scaled = {name: round(getattr(volumes, name) * _ratio(name, data)) for name in type(volumes).model_fields}
    relative: dict[Variable, float] = {
        "data": configuration.data_scale,
        "task_data": configuration.data_scale / more,
    }
    rates = {"network": configuration.network_rate, "drive_read": configuration.drive_rate}
    rates["drive_write"] = configuration.drive_write_rate
    demands = tuple(
        demand.model_copy(
            update={
                "mean": {
                    name: value * relative.get(name, 1.0) / rates.get(demand.resource, 1.0)
                    for name, value in demand.mean.items()
                }
            }
        )
        for demand in profile.demands
    )
    return profile.model_copy(
        update={
            "id": stage.id,
            "weights": tuple(weight * more for weight in profile.weights),
            "demands": demands,
            "volumes": dsl.Volumes(**scaled),
        }
    )


def _ratio(volume: str, data: StageData) -> float:
    if volume.startswith("input"):
        return data.input_ratio
    return data.shuffle_ratio if volume.startswith("shuffle_read") else data.ratio


def _workload(model: dsl.PerformanceModel, flow: DataFlow, configuration: Configuration) -> dsl.DataWorkload:
    scale = configuration.data_scale
    readers: dict[str, dsl.Stage] = {}
    for stage in model.execution.stages:
        if stage.partitions.rule == "input_splits":
            readers.setdefault("".join(stage.reads[:1]), stage)
    found: list[dsl.FileData | dsl.RecordData] = []
    for data in model.workload.data:
        if isinstance(data, dsl.RecordData):
            found.append(data)
            continue
        size = evaluate(data.law, flow.variables) if data.law else data.size_bytes * scale
        grown = size / data.size_bytes if data.size_bytes else 1.0
        reader = readers.get(data.id)
        splits = flow.of(reader).tasks / reader.partitions.count if reader else grown
        changes = {
            "size_bytes": round(size),
            "records": round(data.records * grown),
            "partitions": max(1, round(data.partitions * splits)),
            "files": round(data.files * grown) or min(1, data.files),
            "files_bytes": round(data.files_bytes * grown),
            "law": {},
        }
        found.append(data.model_copy(update=changes))
    return dsl.DataWorkload(data=tuple(found))


def _resources(resources: dsl.ResourceArchitecture, configuration: Configuration) -> dsl.ResourceArchitecture:
    first = resources.workers[0]
    measured = tuple(group.cores for group in resources.workers for _ in range(group.count))
    if tuple(configuration.node_cores) != measured:
        kinds = Counter(configuration.node_cores)
        workers = [
            first.model_copy(
                update={
                    "id": first.id if len(kinds) == 1 else f"{first.id}-{cores}-cores",
                    "count": count,
                    "cores": cores,
                }
            )
            for cores, count in sorted(kinds.items(), reverse=True)
        ]
    else:
        workers = list(resources.workers)
    usual = {"read_rate": 1.0, "write_rate": 1.0}  # the demands have them
    rated = [
        group.model_copy(
            update={
                "processing_rate": configuration.cpu_rate,
                "drives": group.drives.model_copy(update=usual),
            }
        )
        for group in workers
    ]
    masters = [group for group in resources.nodes if group.role == "master"]
    network = resources.network.model_copy(update={"rate": 1.0})
    return dsl.ResourceArchitecture(nodes=(*masters, *rated), network=network)
