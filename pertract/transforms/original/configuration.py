"""Executors and settings of an application, both ways."""

from __future__ import annotations

from ... import dsl
from ...dsl.execution import most_at_once
from ...units import MIB
from .metamodel import (
    ApplicationConfiguration,
    BatchConfiguration,
    MiniBatchConfiguration,
    ResourceArchitecture,
)
from .resources import cores, is_master
from .values import INT_MOST

_MOST = 10**6  # executors, and slots of one


def read_configuration(
    found: ApplicationConfiguration | None, resources: ResourceArchitecture
) -> dsl.ApplicationConfiguration:
    """Return the executors; where it is not set, each worker has one with as many slots as it has cores."""
    workers = [node for node in resources.resource_nodes if not is_master(node)]
    configuration = found or BatchConfiguration()
    slots = configuration.task_slots_per_executor or min(map(cores, workers), default=1)
    group = dsl.ExecutorGroup(
        count=max(1, min(configuration.executors or len(workers), _MOST)),
        slots=max(1, min(slots, _MOST)),
        memory_bytes=max(0, configuration.memory_per_executor) * MIB or None,
    )
    return dsl.ApplicationConfiguration(
        executors=(group,), default_parallelism=max(0, configuration.default_parallelism) or None
    )


def write_configuration(model: dsl.PerformanceModel) -> ApplicationConfiguration:
    """Return executors that are all alike: as many as there were at most, with the slots there were."""
    configuration = model.execution.configuration
    groups = configuration.executors
    count = most_at_once((g.count, g.registered_s, g.removed_s) for g in groups)
    slots = max(1, round(configuration.most_slots / max(1, count)))
    memory = min((g.memory_bytes for g in groups if g.memory_bytes is not None), default=0) // MIB
    common = {
        "default_parallelism": min(configuration.default_parallelism or 0, INT_MOST),
        "executors": min(count, INT_MOST),
        "memory_per_executor": min(memory, INT_MOST),
        "task_slots_per_executor": min(slots, INT_MOST),
        "memory_per_task_slot": min(memory // slots, INT_MOST),
    }
    streams = [d.source for d in model.workload.data if isinstance(d.source, dsl.OpenSource)]
    if not streams:
        return BatchConfiguration(**common)
    interval_s = streams[0].batch_interval_s
    whole_s = 0 if interval_s is None else max(1, min(round(interval_s), INT_MOST))
    return MiniBatchConfiguration(**common, mini_batch_interval=whole_s)
