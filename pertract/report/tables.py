"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from .. import dsl
from ..simulate import LARGE_REPLAY_ERROR, Estimate, Prediction
from ..units import counted, format_duration, format_size
from .layout import plain_table
from .profiles import profiles_view
from .summary import RUN_COLUMNS, Extraction, run_cells, summary

TOP_STAGES = 8


def _facts(rows: Iterable[tuple[str, str]], title: str) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, Text(value))
    return Group(Text(title, style="bold"), table)


# -- prediction ------------------------------------------------------------------------------------


def prediction_report(prediction: Prediction) -> RenderableType:
    """Return what people want to know of a prediction, the answer first."""
    parts: list[RenderableType] = [_answer(prediction), Text(), _breakdown(prediction), Text()]
    if prediction.without_s:
        parts += [_without(prediction), Text()]
    if prediction.streams:
        parts += [_streams(prediction), Text()]
    parts.append(_longest_stages(prediction))
    notes = [f"{prediction.support.kind}: {', '.join(prediction.support.why)}"]
    parts += [Text(), *(Text(note, style="dim") for note in notes)]
    parts += [Text(f"warning: {warning}", style="yellow") for warning in prediction.warnings]
    return Group(*parts)


def _answer(prediction: Prediction) -> RenderableType:
    c = prediction.configuration
    executors, cores = counted(len(c.executors), "executor"), counted(c.executor_cores, "core")
    where = f"{executors} with {cores} ({counted(c.slots, 'slot')})"
    if c.nodes_known:
        where += f" on {counted(len(c.node_cores), 'node')}" + (f" {c.node_type}" if c.node_type else "")
    if c.data_scale != 1:
        where += f", {c.data_scale:.3g} times the data"
    where += "".join(f", {name} {value:g}" for name, value in c.parameters.items())
    return plain_table(
        [("", "left"), ("mean", "right"), ("90 % of runs lie within", "right"), ("mean known to", "right")],
        [
            ("response time", *_time_cells(prediction.response_time_s)),
            ("jobs only", *_time_cells(prediction.job_span_s)),
            ("CPU utilisation", *_ratio_cells(prediction.cpu_utilisation)),
            ("  of tasks", *_ratio_cells(prediction.task_cpu_utilisation)),
            *(() if prediction.cost is None else (("cost", *_cost_cells(prediction.cost)),)),
        ],
        title=f"{prediction.model.name} on {where}",
    )


def _time_cells(value: Estimate) -> tuple[str, str, str]:
    low, high = value.interval90
    half = value.ci95[1] - value.mean
    return (
        format_duration(value.mean),
        f"{format_duration(low)} to {format_duration(high)}",
        f"±{half / value.mean:.1%}" if value.mean else "",
    )


def _cost_cells(value: Estimate) -> tuple[str, str, str]:
    low, high = value.interval90
    half = value.ci95[1] - value.mean
    return f"{value.mean:.3g}", f"{low:.3g} to {high:.3g}", f"±{half / value.mean:.1%}" if value.mean else ""


def _ratio_cells(value: Estimate) -> tuple[str, str, str]:
    low, high = value.interval90
    half = value.ci95[1] - value.mean
    relative = f"±{half / value.mean:.1%}" if value.mean else ""
    return f"{value.mean:.1%}", f"{low:.1%} to {high:.1%}", relative


_PART_NAMES = {
    "driver": "driver and waits between jobs",
    "scheduling": "scheduling of tasks",
    "slot_wait": "waiting for a slot",
    "cpu": "CPU",
    "gc": "garbage collection",
    "drive": "drives",
    "network": "network",
    "other": "other waits in tasks",
    "skew": "skew between tasks of a stage",
}


def _breakdown(prediction: Prediction) -> RenderableType:
    total = sum(prediction.breakdown_s.values()) or 1.0
    rows = [
        (_PART_NAMES[part], format_duration(seconds), f"{seconds / total:.0%}")
        for part, seconds in sorted(prediction.breakdown_s.items(), key=lambda item: -item[1])
        if seconds / total >= 0.005
    ]
    return plain_table(
        [("", "left"), ("time", "right"), ("share", "right")],
        rows,
        title="Where the time goes (critical path)",
    )


def _without(prediction: Prediction) -> RenderableType:
    usual = prediction.response_time_s.mean
    rows = [
        (f"without {part}", format_duration(seconds), f"{(seconds - usual) / usual:+.1%}" if usual else "")
        for part, seconds in prediction.without_s.items()
    ]
    return plain_table(
        [("", "left"), ("response time", "right"), ("change", "right")], rows, title="If it cost nothing"
    )


def _streams(prediction: Prediction) -> RenderableType:
    rows = [
        (
            stream.name,
            f"{stream.arrival_rate_per_s:.4g}",
            format_duration(stream.batch_s),
            "-" if stream.batch_interval_s is None else format_duration(stream.batch_interval_s),
        )
        for stream in prediction.streams
    ]
    columns = [("stream", "left"), ("records per s", "right"), ("batch takes", "right"), ("every", "right")]
    return plain_table(columns, rows, title="Micro-batches")


def _longest_stages(prediction: Prediction) -> RenderableType:
    stages = sorted(prediction.stages, key=lambda s: s.start_s - s.end_s)[:TOP_STAGES]
    rows = [
        (
            s.id,
            s.job,
            f"{s.tasks}",
            format_duration(s.start_s),
            format_duration(s.end_s - s.start_s),
            format_duration(s.task_mean_s),
            format_duration(s.task_max_s),
            s.name,
        )
        for s in stages
    ]
    columns = [
        ("stage", "left"),
        ("job", "left"),
        ("tasks", "right"),
        ("starts at", "right"),
        ("takes", "right"),
        ("task mean", "right"),
        ("task max", "right"),
        ("name", "left"),
    ]
    count = len(prediction.stages)
    title = f"Longest stages ({len(stages)} of {count})" if count > len(stages) else "Stages, longest first"
    return plain_table(columns, rows, title=title)


# -- extraction ------------------------------------------------------------------------------------


def extraction_report(model: dsl.PerformanceModel, output: str) -> RenderableType:
    """Return what an extraction found and how far its model can be trusted."""
    parts: list[RenderableType] = [model_summary(model)]
    if len(model.runs) > 1:
        parts += [Text(), _runs(model.runs)]
    elif model.replay and model.runs:
        parts += [Text(), _replay(model.replay, model.runs[0])]
        if abs(model.replay.error) > LARGE_REPLAY_ERROR:
            text = (
                "warning: the model does not repeat its own run; times in the log may contradict each other"
            )
            parts.append(Text(text, style="yellow"))
    parts += _completeness_lines(model)
    parts += [Text(), Text(f"model written to {output}")]
    return Group(*parts)


def extractions_report(results: Sequence[Extraction]) -> RenderableType:
    """Return what became of each of many logs: a row for each, then the logs without a model."""
    rows = [
        (
            str(result.path),
            s["application"],
            *(str(s[key]) for key in ("jobs", "stages", "tasks")),
            format_duration(s["response_time_s"]),
            "yes" if s["complete"] else "no",
            f"{s['replay_error']:+.2%}",
        )
        for result in results
        if (s := result.summary) is not None
    ]
    right = ("jobs", "stages", "tasks", "took", "complete", "replay error")
    columns = [("model", "left"), ("application", "left"), *((name, "right") for name in right)]
    refused = [result for result in results if result.error is not None and not result.is_other]
    others = sum(result.is_other for result in results)
    parts: list[RenderableType] = [plain_table(columns, rows)] if rows else []
    parts += [Text(f"error: {result.error}", style="red") for result in refused]
    said = f"{counted(len(rows), 'model')} written"
    said += f", {counted(len(refused), 'log')} not usable" if refused else ""
    said += f", {counted(others, 'other file')} left alone" if others else ""
    parts += [Text(), Text(said)]
    return Group(*parts)


def _replay(replay: dsl.Replay, run: dsl.Run) -> RenderableType:
    rows = [
        (name, format_duration(measured), format_duration(simulated), f"{error:+.2%}")
        for name, measured, simulated, error in (
            ("response time", run.response_time_s, replay.response_time_s, replay.error),
            ("jobs only", run.job_span_s, replay.job_span_s, replay.job_span_error),
        )
    ]
    return plain_table(
        [("", "left"), ("measured", "right"), ("simulated", "right"), ("replay error", "right")],
        rows,
        title="Replay of the log's own configuration",
    )


def _runs(runs: Sequence[dsl.Run]) -> RenderableType:
    """Return the calibration runs and how well the model repeats each."""
    columns = [(name, "left" if name == "run" else "right") for name in RUN_COLUMNS]
    title = f"Calibrated on {len(runs)} runs; structure of the first"
    return plain_table(columns, map(run_cells, runs), title=title)


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
    return _facts(rows, model.name)


def _completeness_lines(model: dsl.PerformanceModel) -> list[RenderableType]:
    completeness = model.completeness
    lines: list[RenderableType] = []
    if (missing := completeness.warning) is not None:
        lines.append(Text(f"warning: the log is not complete: {missing}", style="yellow"))
        said = missing.partition(", and ")[0]
        lines += [Text(f"missing: {text}", style="yellow") for text in completeness.missing if text != said]
    lines += [Text(f"note: {note}", style="yellow") for note in completeness.notes]
    return [Text(), *lines] if lines else []


# -- the four parts of a model ---------------------------------------------------------------------


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
    return Group(*shown, *_completeness_lines(model))


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
    if records:
        of_records = ("data", "records per s", "batch every", "record", "partitions", "name")
        shown += [Text()] if files else []
        shown.append(plain_table(_aligned(of_records), records, title="Data workload: records"))
    if not shown:
        nothing = Text("no input from storage in the log", style="dim")
        return Group(Text("Data workload", style="bold"), nothing)
    return Group(*shown)


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
