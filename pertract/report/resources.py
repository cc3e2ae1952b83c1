"""The resource architecture for the terminal: nodes, executors, and the cluster manager with its queues."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from .. import dsl
from ..units import counted, format_duration, format_size
from .layout import facts, plain_table

_SCHEDULERS = {"capacity": "capacity scheduler", "fair": "fair scheduler", "fifo": "FIFO scheduler"}
_COMPARED = {"memory": "memory alone", "dominant": "memory and vcores"}


def resources_view(model: dsl.PerformanceModel) -> RenderableType:
    """Return node groups, executors, and the cluster manager where there is one."""
    shown: list[RenderableType] = [_nodes(model), Text(), _executors(model)]
    manager = model.resources.manager
    if manager is not None:
        shown += [Text(), _manager(model, manager)]
        if manager.queues:
            shown += [Text(), _queues(manager)]
    return Group(*shown)


def _nodes(model: dsl.PerformanceModel) -> RenderableType:
    groups = model.resources.nodes
    columns = [
        ("nodes", "left"),
        ("count", "right"),
        ("cores", "right"),
        ("rate", "right"),
        ("memory", "right"),
    ]
    rows = [
        [
            group.id,
            f"{group.count}",
            _cores(group),
            f"{group.processing_rate:g}",
            format_size(group.memory_bytes) if group.memory_bytes else "-",
        ]
        for group in groups
    ]
    if any(group.vcores or group.container_memory_bytes for group in groups):
        columns += [("vcores", "right"), ("for containers", "right"), ("labels", "left")]
        for row, group in zip(rows, groups, strict=True):
            held = group.container_memory_bytes
            row += [
                f"{group.vcores}" if group.vcores else "-",
                format_size(held) if held else "-",
                ", ".join(group.labels) or "-",
            ]
    return plain_table(columns, [tuple(row) for row in rows], title="Resource architecture")


def _cores(group: dsl.NodeGroup) -> str:
    if group.cores_known:
        return f"{group.cores}"
    return f"{group.cores} (vcores)" if group.vcores == group.cores else f"{group.cores} (slots)"


def _executors(model: dsl.PerformanceModel) -> RenderableType:
    headings = ("executors", "slots each", "memory", "from", "to")
    return plain_table(
        [(heading, "right") for heading in headings],
        [
            (
                f"{group.count}",
                f"{group.slots}",
                format_size(group.memory_bytes) if group.memory_bytes else "-",
                format_duration(group.registered_s),
                format_duration(group.removed_s) if group.removed_s is not None else "end",
            )
            for group in model.execution.configuration.executors
        ],
    )


def _manager(model: dsl.PerformanceModel, manager: dsl.ClusterManager) -> RenderableType:
    rows = [
        ("scheduler", f"{_SCHEDULERS[manager.scheduler]}, compares {_COMPARED[manager.calculator]}"),
        ("containers", f"from {_size(manager.minimum)} to {_size(manager.maximum)}"),
        ("heartbeat", f"every {format_duration(manager.heartbeat_s)}"),
    ]
    for name, delays in (
        ("granted after", manager.allocation_delays_s),
        ("started in", manager.start_delays_s),
    ):
        if delays:
            median = delays[len(delays) // 2]
            rows.append((name, f"{format_duration(median)} (median of {counted(len(delays), 'container')})"))
    request = model.execution.configuration.containers
    if request is not None:
        asked = f" of {_size(request.executor)}" if request.executor is not None else ""
        count = counted(request.executors, "executor") if request.executors else "executors"
        rows.append(("asked for", f"{count}{asked} in queue {request.queue}, {request.deploy_mode} mode"))
    run = model.runs[0] if model.runs else None
    if run is not None and run.vcore_seconds is not None:
        memory = run.memory_byte_seconds
        held = f", {format_size(memory)} x seconds" if memory is not None else ""
        rows.append(("accounted", f"{run.vcore_seconds:,.0f} vcore-seconds{held}"))
    return facts(rows, f"YARN {manager.version or ''}".rstrip())


def _size(size: dsl.ContainerSize) -> str:
    memory = format_size(size.memory_bytes)
    return memory if size.vcores is None else f"{memory} and {counted(size.vcores, 'vcore')}"


def _queues(manager: dsl.ClusterManager) -> RenderableType:
    columns = [("queue", "left"), ("capacity", "right"), ("at most", "right"), ("order", "left")]
    weighted = manager.scheduler == "fair"
    columns += [("weight", "right")] if weighted else []
    columns += [("held by others", "right")]
    rows = []
    for queue in manager.queues:
        row = [queue.path, f"{queue.capacity:.1%}", f"{queue.maximum:.1%}", queue.ordering]
        row += [f"{queue.weight:g}"] if weighted else []
        rows.append((*row, _size(queue.used) if queue.used is not None else "-"))
    return plain_table(columns, rows)
