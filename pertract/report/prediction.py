"""A prediction for the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from ..simulate import Estimate, Prediction
from ..units import counted, format_duration
from .layout import plain_table
from .parts import PART_NAMES

TOP_STAGES = 8


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
    if c.granted is not None and c.granted.executors < c.granted.grant.asked and c.allocation is None:
        executors = f"{c.granted.executors} of {counted(c.granted.grant.asked, 'executor')}"
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


def _breakdown(prediction: Prediction) -> RenderableType:
    total = sum(prediction.breakdown_s.values()) or 1.0
    rows = [
        (PART_NAMES[part], format_duration(seconds), f"{seconds / total:.0%}")
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
