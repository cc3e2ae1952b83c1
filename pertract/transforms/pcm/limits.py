"""What PCM cannot say, and the same model without it.

Each limit is a change of the model, so its effect can be predicted: the model with and without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ... import dsl
from ...dsl.graph import side_by_side
from .exported import Omission
from .scenario import Scenario
from .sizes import KEPT
from .stages import Form


@dataclass(frozen=True, slots=True)
class Limit:
    """Something of the language that PCM has no construct for."""

    name: str
    """Short name."""
    instead: str
    """What the exported model says, one sentence."""
    without: Callable[[dsl.PerformanceModel], dsl.PerformanceModel]
    """Returns a model without it; the same model where it has none."""


def _configured(model: dsl.PerformanceModel, **changes: object) -> dsl.PerformanceModel:
    configuration = model.execution.configuration.model_copy(update=changes)
    return model.model_copy(
        update={"execution": model.execution.model_copy(update={"configuration": configuration})}
    )


def _with_profiles(model: dsl.PerformanceModel, **changes: object) -> dsl.PerformanceModel:
    return model.model_copy(update={"profiles": model.profiles.model_copy(update=changes)})


def _with_stages(
    model: dsl.PerformanceModel, change: Callable[[dsl.Stage], dsl.Stage]
) -> dsl.PerformanceModel:
    def changed(node: dsl.Stage | dsl.Delay) -> dsl.Stage | dsl.Delay:
        return change(node) if isinstance(node, dsl.Stage) else node

    nodes = tuple(
        node.model_copy(update={"nodes": tuple(changed(inner) for inner in node.nodes)})
        if isinstance(node, dsl.Job)
        else node
        for node in model.execution.nodes
    )
    if nodes == model.execution.nodes:
        return model
    return model.model_copy(update={"execution": model.execution.model_copy(update={"nodes": nodes})})


def _anywhere(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    return _with_stages(
        model,
        lambda stage: (
            stage
            if stage.locality is None and not stage.cached_on
            else stage.model_copy(update={"locality": None, "cached_on": ()})
        ),
    )


def _apart(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    return _with_stages(
        model, lambda stage: stage.model_copy(update={"barrier": False}) if stage.barrier else stage
    )


def _fixed(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    configuration = model.execution.configuration
    if configuration.dynamic_allocation is None:
        return model
    return _configured(model, dynamic_allocation=None)


def _staying(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    """Keep the most slots there were at a time: executors that take the place of others do not count."""
    configuration = model.execution.configuration
    if all(group.removed_s is None for group in configuration.executors):
        return model
    most, kept, slots = configuration.most_slots, [], 0
    for group in sorted(configuration.executors, key=lambda g: (g.registered_s, g.removed_s is not None)):
        if slots < most:
            count = min(group.count, -(-(most - slots) // group.slots))
            kept.append(group.model_copy(update={"removed_s": None, "count": count}))
            slots += count * group.slots
    return _configured(model, executors=tuple(kept))


def _equal(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    configuration = model.execution.configuration
    if not configuration.pools:
        return model
    return _configured(model, pools=())


def _as_measured_times(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    workers = [group for group in model.resources.nodes if group.drives.read_bytes_per_s is not None]
    network = model.resources.network
    if not workers and network.bandwidth_bytes_per_s is None:
        return model
    drives = {"read_bytes_per_s": None, "write_bytes_per_s": None}
    nodes = tuple(
        group.model_copy(update={"drives": group.drives.model_copy(update=drives)})
        for group in model.resources.nodes
    )
    changed = {"nodes": nodes, "network": network.model_copy(update={"bandwidth_bytes_per_s": None})}
    return model.model_copy(update={"resources": model.resources.model_copy(update=changed)})


def _only_tasks(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    executor, driver = model.profiles.executor, model.profiles.driver
    nothing = {"start_core_seconds": 0.0, "warm_up_core_seconds": 0.0, "per_second_cores": 0.0}
    if not all(group.cores_known for group in model.resources.workers):
        # Cores that stand for slots are all busy with tasks: whatever else ran on them would slow these down.
        nothing |= {"per_task_core_second": 0.0, "per_allocated_gb_core_seconds": 0.0}
    alone = {"start_core_seconds": 0.0, "per_stage_core_seconds": 0.0, "per_delay_core_seconds": 0.0}
    changed = {"executor": executor.model_copy(update=nothing), "driver": driver.model_copy(update=alone)}
    if changed == {"executor": executor, "driver": driver}:
        return model
    return _with_profiles(model, **changed)


def _warm(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    executor = model.profiles.executor
    if not executor.cold_s and not executor.cold_core_seconds:
        return model
    return _with_profiles(
        model, executor=executor.model_copy(update={"cold_s": 0.0, "cold_core_seconds": 0.0})
    )


def _without_memory(model: dsl.PerformanceModel) -> dsl.PerformanceModel:
    stages = tuple(
        profile.model_copy(
            update={"demands": tuple(demand for demand in profile.demands if demand.cause is not None)}
        )
        for profile in model.profiles.stages
    )
    return model if stages == model.profiles.stages else _with_profiles(model, stages=stages)


LIMITS = (
    Limit(
        "memory",
        "Tasks need no memory; predictions warn of too little, and take no time for it.",
        _without_memory,
    ),
    Limit("locality", "Tasks run on any slot; none waits for one near its cached data.", _anywhere),
    Limit("barrier stages", "Tasks that must start together start as slots become free.", _apart),
    Limit("dynamic allocation", "Executors are those of the calibration run.", _fixed),
    Limit("executors that leave", "As many executors as there were at one time stay to the end.", _staying),
    Limit(
        "scheduler pools", "Concurrent stages take slots in turn, without weights or minimum shares.", _equal
    ),
    Limit(
        "bandwidth of drives and network",
        "Moving data takes the measured times, whoever else moves data.",
        _as_measured_times,
    ),
    Limit(
        "CPU outside tasks",
        "CPU to start and to compile and that of the driver are left out; what executors use beside their "
        "tasks is in proportion to these, where the cores of the nodes are known.",
        _only_tasks,
    ),
    Limit(
        "cold executors", "Only the first tasks of each stage are slower, not those of a new executor.", _warm
    ),
)
"""What PCM cannot say, in the order in which it is taken out."""


def approximations(model: dsl.PerformanceModel, scenario: Scenario, form: Form) -> list[Omission]:
    """Return what an export says in a simpler way, of which no model without it can be predicted."""
    found = []
    if form == "slots":
        found.append(
            Omission(
                "free slots", "Every slot has its share of the tasks beforehand; sizes are drawn at random."
            )
        )
    elif len(scenario.working) > 1:
        found.append(
            Omission(
                "free slots of other nodes",
                "Every node group has its share of the tasks beforehand (--join-nodes makes one pool).",
            )
        )
    if any(pool.nodes > 1 and pool.slots > pool.cores for pool in scenario.working):
        found.append(
            Omission(
                "cores of each node",
                "The cores of a node group serve all of its tasks, on whichever of its nodes these run.",
            )
        )
    if form == "tokens" and not scenario.fair and side_by_side(model.execution):
        found.append(
            Omission(
                "overtaking", "An earlier job waits where a later one is launching the tasks of a stage."
            )
        )
    if any(load.tasks > KEPT for load in scenario.stages.values()):
        found.append(
            Omission(
                "which task is large", f"In stages of more than {KEPT} tasks most sizes are drawn at random."
            )
        )
    return found
