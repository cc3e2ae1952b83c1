"""Predictions as traces for Hadoop's scheduler load simulator."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from .. import dsl
from ..dsl.profile import CAUSES
from ..simulate.configuration import Configuration
from ..simulate.engine import Trace, simulate
from ..simulate.memory import process_bytes
from ..simulate.preparation import prepare
from ..simulate.settings import MAPREDUCE
from ..simulate.timeline import median_replication
from ..transforms import sls
from ..units import MIB
from .questions import Asking

REPLICATIONS = 5
"""Simulated executions, of which that of median response time is written."""
_USUAL_BYTES = 1024 * MIB
_SCHEDULING = CAUSES.index("scheduling")


def export_sls(
    model: dsl.PerformanceModel, *, seed: int = 1, catalogue: str | Path | None = None, **options: Any
) -> sls.SlsExport:
    """Return a predicted execution as input of Hadoop's scheduler load simulator (SLS).

    Of several simulated executions that of median response time is written: its containers, which are tasks
    of MapReduce or executors of Spark, with the time that each was held; and the nodes.

    Parameters
    ----------
    model
        From `extract` or `load`.
    seed
        Of the simulated executions.
    catalogue
        A file of node types, as in `predict`.
    **options
        What differs from the calibration run, as in `predict`.

    Raises
    ------
    UsageError
        If options are unknown or contradict each other.
    SimulationError
        If the configuration cannot run the application.
    """
    asked = Asking(catalogue).options(options)
    model, configuration, plan, assumed = prepare(model, asked)
    streams = np.random.SeedSequence(seed).spawn(REPLICATIONS)
    traces = [simulate(plan, np.random.default_rng(stream)) for stream in streams]
    trace = traces[median_replication([trace.response_time_s for trace in traces])]
    size = _size(model, configuration)
    tasks = model.execution.framework == MAPREDUCE
    containers = _tasks(trace, size) if tasks else _executors(trace, size, configuration.executor_cores)
    request = model.execution.configuration.containers
    warnings = [*configuration.warnings, *assumed]
    if size == _USUAL_BYTES and (request is None or request.executor is None):
        warnings.append("the size of containers is not known; 1 GiB is written")
    files = {
        sls.JOBS_FILE: sls.jobs_file(
            model.runs[0].application_id if model.runs else model.name,
            containers,
            end_s=trace.response_time_s,
            queue=request.queue.removeprefix("root.") if request else "default",
            master_bytes=request.master.memory_bytes if request and request.master else None,
        ),
        sls.NODES_FILE: sls.nodes_file(_nodes(configuration, containers, asked.node_memory_bytes)),
    }
    nodes = len(configuration.node_cores)
    return sls.SlsExport(files, len(containers), nodes, trace.response_time_s, tuple(warnings))


def _size(model: dsl.PerformanceModel, configuration: Configuration) -> int:
    """Return the memory of a container, bytes: as was asked for, or by the heap."""
    request = model.execution.configuration.containers
    heap = configuration.executor_memory_bytes
    measured = model.execution.configuration.executors[0].memory_bytes
    if request and request.executor and heap == measured:
        return request.executor.memory_bytes
    if heap is None:
        return _USUAL_BYTES
    return heap if model.execution.framework == MAPREDUCE else round(process_bytes(heap))


def _tasks(trace: Trace, size: int) -> list[sls.SimulatedContainer]:
    """Return a container for every task; the wait for it is the simulator's to find."""
    found = []
    for stage, plan in zip(trace.stages, trace.plan.stages, strict=True):
        kind = "reduce" if plan.id == "reduce" else "map"
        waits_s = plan.causes_s[_SCHEDULING][stage.tasks.group]
        for start_s, end_s, executor, wait_s in zip(
            stage.starts_s, stage.ends_s, stage.executors, waits_s, strict=True
        ):
            node = trace.plan.executors[executor].node
            found.append(
                sls.SimulatedContainer(node, float(start_s + wait_s), float(end_s), kind, memory_bytes=size)
            )
    return found


def _executors(trace: Trace, size: int, cores: int) -> list[sls.SimulatedContainer]:
    """Return a container for every executor."""
    end_s = trace.response_time_s
    return [
        sls.SimulatedContainer(
            e.node, e.registered_s, min(end_s, e.removed_s or end_s), memory_bytes=size, vcores=cores
        )
        for e in trace.plan.executors
        if e.registered_s < end_s
    ]


def _nodes(
    configuration: Configuration, containers: list[sls.SimulatedContainer], memory_bytes: int | None
) -> list[sls.SimulatedNode]:
    """Return the nodes: of the memory that is known, or that the containers at one time need.

    One more container is for the application master, which no prediction places.
    """
    most = Counter[int]()
    for node, group in _by_node(containers).items():
        most[node] = dsl.execution.most_at_once((c.memory_bytes, c.start_s, c.end_s) for c in group)
    largest = max(c.memory_bytes for c in containers)
    return [
        sls.SimulatedNode(memory_bytes or most[node] + largest, cores + 1)
        for node, cores in enumerate(configuration.node_cores)
    ]


def _by_node(containers: list[sls.SimulatedContainer]) -> dict[int, list[sls.SimulatedContainer]]:
    found: dict[int, list[sls.SimulatedContainer]] = {}
    for container in containers:
        found.setdefault(container.node, []).append(container)
    return found
