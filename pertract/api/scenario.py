"""What the simulation of a configuration would run, for those who export it."""

from __future__ import annotations

from .. import dsl
from ..dsl.graph import flatten
from ..simulate.configuration import Configuration
from ..simulate.dataflow import DataFlow, StageData
from ..simulate.plan import Plan
from ..simulate.stage import StagePlan
from ..transforms.pcm import NodePool, Scenario, StageLoad
from ..transforms.pcm.scenario import USUAL_NETWORK_BYTES_PER_S


def scenario_of(
    model: dsl.PerformanceModel, configuration: Configuration, plan: Plan, *, join_nodes: bool = False
) -> Scenario:
    """Return the tasks, delays and nodes of a plan.

    Parameters
    ----------
    model, configuration
        What the plan was compiled from.
    plan
        Without anything that PCM cannot say (`transforms.pcm.limits`).
    join_nodes
        Whether all nodes are one pool. They always are where their cores are not known: then groups only tell
        how many slots there were.
    """
    flow = DataFlow(model, flatten(model.execution), configuration)
    stages = {stage.id: stage for stage in model.execution.stages}
    return Scenario(
        stages={
            stage.id: _load(stage, plan.driver_launch_s, flow.of(stages[stage.id])) for stage in plan.stages
        },
        delays_s={
            id: delay_s
            for id, delay_s, stage in zip(plan.ids, plan.delay_s, plan.stage_of, strict=True)
            if stage < 0
        },
        pools=_pools(model, configuration, joined=join_nodes or not configuration.nodes_known),
        data_bytes=configuration.data_bytes,
        data_scale=configuration.data_scale,
        cpu_rate=configuration.cpu_rate,
        fair=configuration.fair,
        fetches_follow_nodes=configuration.measured_hosts > 1,
        beside_core_s=plan.background.per_task_core_s,
        network_bytes_per_s=configuration.network_bytes_per_s or USUAL_NETWORK_BYTES_PER_S,
        latency_s=model.resources.network.latency_s,
    )


def _load(stage: StagePlan, launch_s: float, data: StageData) -> StageLoad:
    return StageLoad(
        tasks=stage.tasks,
        weights=tuple(stage.weights.tolist()),
        causes_s=tuple(tuple(row) for row in stage.causes_s.tolist()),
        launch_order=tuple(stage.launch_order.tolist()) if stage.launch_order is not None else (),
        warm_up_s=stage.warm_up_s,
        warm_up_cpu_s=stage.warm_up_cpu_s,
        dispatch_s=stage.dispatch_s,
        launch_s=max(launch_s, stage.launch_interval_s),
        handling_s=stage.handling_s,
        usable_slots=stage.usable_slots,
        entering_bytes=data.entering_bytes,
        entering_records=data.entering_records,
    )


def _pools(
    model: dsl.PerformanceModel, configuration: Configuration, *, joined: bool
) -> tuple[NodePool, ...]:
    """Return the nodes by group of the model and number of cores, or all as one pool."""
    names = [group.id for group in model.resources.workers for _ in range(group.count)]
    nodes: dict[tuple[str, int], list[int]] = {}
    for node, cores in enumerate(configuration.node_cores):
        key = ("workers", 0) if joined else (names[node % len(names)], cores)
        nodes.setdefault(key, []).append(node)
    groups = [name for name, _ in nodes]
    pools = []
    for (name, cores), members in nodes.items():
        there = [executor for executor in configuration.executors if executor.node in set(members)]
        times: dict[float, int] = {}
        for executor in there:
            times[executor.registered_s] = times.get(executor.registered_s, 0) + executor.slots
        pools.append(
            NodePool(
                name=f"{name} of {cores} cores" if groups.count(name) > 1 else name,
                nodes=len(members),
                cores=sum(configuration.node_cores[node] for node in members),
                executors=len(there),
                registrations=tuple(sorted(times.items())),
            )
        )
    return tuple(pools)
