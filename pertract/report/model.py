"""A model for the terminal: what identifies it, and its four parts."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from .. import dsl
from ..units import counted, format_duration, format_size
from .layout import facts, plain_table
from .profiles import profiles_view
from .summary import summary

_RAN = (("job", "job"), ("stage", "stage"), ("task", "task attempt"))


def model_summary(model: dsl.PerformanceModel) -> RenderableType:
    """Return the figures that identify a model."""
    s = summary(model)
    rows = [
        ("application", f"{s['application_id']}" if s["application_id"] else "-"),
        ("framework", f"{s['framework']} {s['framework_version'] or '(version unknown)'}"),
        ("ran", ", ".join(counted(s[f"{noun}s"], label) for noun, label in _RAN)),
        ("on", f"{counted(s['executors'], 'executor')}, {counted(s['slots'], 'slot')}"),
    ]
    if s["response_time_s"] is not None:
        rows.append(
            ("took", f"{format_duration(s['response_time_s'])} (jobs {format_duration(s['job_span_s'])})")
        )
    if s["data_bytes"]:
        rows.append(("read", format_size(s["data_bytes"])))
    return facts(rows, model.name)


def completeness_lines(model: dsl.PerformanceModel) -> list[RenderableType]:
    """Return a line for all that the log lacked and for every note, after a blank one."""
    completeness = model.completeness
    lines: list[RenderableType] = []
    if (missing := completeness.warning) is not None:
        lines.append(Text(f"warning: the log is not complete: {missing}", style="yellow"))
        said = missing.partition(", and ")[0]
        lines += [Text(f"missing: {text}", style="yellow") for text in completeness.missing if text != said]
    lines += [Text(f"note: {note}", style="yellow") for note in completeness.notes]
    return [Text(), *lines] if lines else []


def model_report(model: dsl.PerformanceModel, parts: Sequence[str]) -> RenderableType:
    """Return the named parts of a model, of ``graph``, ``profiles``, ``workload`` and ``resources``."""
    views = {
        "graph": execution_view,
        "profiles": profiles_view,
        "workload": workload_view,
        "resources": resources_view,
    }
    shown: list[RenderableType] = [model_summary(model)]
    for part in parts:
        shown += [Text(), views[part](model)]
    return Group(*shown, *completeness_lines(model))


def execution_view(model: dsl.PerformanceModel) -> RenderableType:
    """Return jobs, stages and delays with what each waits for."""
    execution = model.execution
    before: dict[str, list[str]] = {}
    for edge in (*execution.edges, *(e for job in execution.jobs for e in job.edges)):
        factor = edge.data_transmission_factor
        moved = f" x{factor:.3g}" if factor is not None and factor != 1 else ""
        before.setdefault(edge.head, []).append(edge.tail + moved)
    tree = Tree(Text("Execution architecture", style="bold"))
    for node in execution.nodes:
        branch = tree.add(_node_line(node, before))
        if isinstance(node, dsl.Job):
            for inner in node.nodes:
                branch.add(_node_line(inner, before))
    return tree


def _node_line(node: dsl.Job | dsl.Stage | dsl.Delay, before: dict[str, list[str]]) -> Text:
    line = Text(node.id)
    if isinstance(node, dsl.Delay):
        line.append(f"  {format_duration(node.delay_s)} of the driver", style="dim")
    elif isinstance(node, dsl.Stage):
        tasks, rule = counted(node.partitions.count, "task"), node.partitions.rule.replace("_", " ")
        line.append(f"  {tasks} ({rule})  {node.name}", style="dim")
    else:
        line.append(f"  {node.name}" + (f"  [group {node.group}]" if node.group else ""), style="dim")
    if node.id in before:
        line.append(f"  after {', '.join(before[node.id])}", style="cyan")
    return line


def workload_view(model: dsl.PerformanceModel) -> RenderableType:
    """Return the data models."""
    files: list[tuple[str, ...]] = [
        (
            item.id,
            format_size(item.size_bytes),
            f"{item.records}",
            f"{item.files}" if item.files else "-",
            f"{item.partitions}",
            format_size(item.split_bytes) if item.split_bytes else "-",
            item.format or "-",
            item.name or "-",
        )
        for item in model.workload.data
        if isinstance(item, dsl.FileData)
    ]
    records: list[tuple[str, ...]] = [
        (
            item.id,
            f"{item.source.arrival_rate_per_s:.4g}" if isinstance(item.source, dsl.OpenSource) else "-",
            format_duration(item.source.batch_interval_s)
            if isinstance(item.source, dsl.OpenSource) and item.source.batch_interval_s
            else "-",
            format_size(item.mean_record_bytes) if item.mean_record_bytes else "-",
            f"{item.partitions}",
            item.name or "-",
        )
        for item in model.workload.data
        if isinstance(item, dsl.RecordData)
    ]
    shown: list[RenderableType] = []
    if files:
        of_files = ("data", "read", "records", "files", "partitions", "split", "format", "name")
        shown.append(plain_table(_aligned(of_files), files, title="Data workload: files"))
    if stored := _stored(model):
        of_stored = ("data", "block", "replicas", "on nodes", "tasks elsewhere", "and then take")
        shown += [Text(), plain_table(_aligned(of_stored), stored, title="Where the files lie")]
    if records:
        of_records = ("data", "records per s", "batch every", "record", "partitions", "name")
        shown += [Text()] if files else []
        shown.append(plain_table(_aligned(of_records), records, title="Data workload: records"))
    if not shown:
        nothing = Text("no input from storage in the log", style="dim")
        return Group(Text("Data workload", style="bold"), nothing)
    return Group(*shown)


def _stored(model: dsl.PerformanceModel) -> list[tuple[str, ...]]:
    """Return how files are stored, those of which it is known."""
    found: list[tuple[str, ...]] = []
    for item in model.workload.data:
        if not isinstance(item, dsl.FileData) or item.placement is None:
            continue
        placement = item.placement
        block_bytes = item.storage.block_bytes if item.storage else None
        found.append(
            (
                item.id,
                format_size(block_bytes) if block_bytes else "-",
                f"{placement.replication}",
                f"{placement.data_nodes}" if placement.data_nodes else "-",
                f"{placement.remote_share:.0%}",
                f"{placement.remote_ratio:.2f} times as long",
            )
        )
    return found


def _aligned(headings: Sequence[str]) -> list[tuple[str, str]]:
    return [(heading, "left" if heading in ("data", "format", "name") else "right") for heading in headings]


def resources_view(model: dsl.PerformanceModel) -> RenderableType:
    """Return node groups and executors."""
    nodes = plain_table(
        [("nodes", "left"), ("count", "right"), ("cores", "right"), ("rate", "right"), ("memory", "right")],
        [
            (
                group.id,
                f"{group.count}",
                f"{group.cores}" + ("" if group.cores_known else " (slots)"),
                f"{group.processing_rate:g}",
                format_size(group.memory_bytes) if group.memory_bytes else "-",
            )
            for group in model.resources.nodes
        ],
        title="Resource architecture",
    )
    executors = plain_table(
        [
            ("executors", "right"),
            ("slots each", "right"),
            ("memory", "right"),
            ("from", "right"),
            ("to", "right"),
        ],
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
    return Group(nodes, Text(), executors)
