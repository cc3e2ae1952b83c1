"""Resource profiles for the terminal: demands of tasks, and how they follow data and cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from rich.console import Group, RenderableType
from rich.text import Text

from .. import dsl
from ..dsl.law import evaluate
from ..dsl.profile import Cause, Variable
from ..units import counted, format_duration, format_size
from .layout import plain_table

_COLUMNS = ("CPU", "GC", "drive", "network", "wait", "data in", "warm-up", "grows with")
_COLUMN_OF: Mapping[Cause, str] = {
    "cpu": "CPU",
    "python": "CPU",
    "gc": "GC",
    "drive": "drive",
    "network": "network",
    "scheduling": "wait",
    "other": "wait",
}
_USE = {
    "shuffle_serialisation": "shuffle+ser.",
    "gc": "GC",
    "jit": "JIT",
    "task": "tasks",
    "user": "user code",
}
_SMALL = 0.01
"""Demands below this share of all task time are not worth a line of their own."""


def profiles_view(model: dsl.PerformanceModel) -> RenderableType:
    """Return the mean demands of a task of every stage."""
    executors = sum(group.count for group in model.execution.configuration.executors)
    rows = [
        (profile.id, f"{profile.attempts:.0f}", *_demand_cells(profile, executors))
        for profile in model.profiles.stages
    ]
    columns = [(name, "left" if name == "stage" else "right") for name in ("stage", "attempts", *_COLUMNS)]
    executor = model.profiles.executor
    always = f", and {executor.per_second_cores:g} cores all the time" if executor.per_second_cores else ""
    note = Text(
        f"executors also use {executor.start_core_seconds:g} core-s at their start, "
        f"{executor.warm_up_core_seconds:g} for compiling and "
        f"{executor.per_task_core_second:g} per core-s of their tasks{always} ({executor.basis})",
        style="dim",
    )
    parts: list[RenderableType] = [
        plain_table(columns, rows, title="Resource profiles (mean of one task)"),
        note,
    ]
    if any(profile.cpu_shares for profile in model.profiles.stages):
        parts += [Text(), _cpu_shares(model)]
    if any(demand.fit for profile in model.profiles.stages for demand in profile.demands):
        parts += [Text(), _functions(model, executors)]
    return Group(*parts)


def _cpu_shares(model: dsl.PerformanceModel) -> RenderableType:
    """Return what the CPU of executors was used for while each stage ran, of those with samples."""
    sampled = [profile for profile in model.profiles.stages if profile.cpu_shares]
    used = [name for name in get_args(dsl.CpuUse) if any(name in p.cpu_shares for p in sampled)]
    rows = [(p.id, *(f"{p.cpu_shares[n]:.0%}" if n in p.cpu_shares else "-" for n in used)) for p in sampled]
    columns = [("stage", "left"), *((_USE.get(name, name), "right") for name in used)]
    return plain_table(columns, rows, title="CPU of executors while stages ran, as sampled")


def _demand_cells(profile: dsl.StageProfile, executors: int) -> tuple[str, ...]:
    variables = profile.measured_variables(executors)
    task_bytes = variables["task_bytes"]
    means = dict.fromkeys(_COLUMNS[:5], 0.0)
    for demand in profile.demands:
        if demand.cause is not None:
            means[_COLUMN_OF[demand.cause]] += evaluate(demand.mean, variables)
    grows = sorted({name for d in profile.demands for name in d.mean if name != "constant"})
    return (
        *(format_duration(seconds) if seconds else "-" for seconds in means.values()),
        format_size(task_bytes) if task_bytes else "-",
        format_duration(profile.warm_up_s) if profile.warm_up_s else "-",
        ", ".join(grows).replace("_", " ") or "nothing",
    )


def _functions(model: dsl.PerformanceModel, executors: int) -> RenderableType:
    """Return the demands as functions, with how well the runs support them; the largest ones first."""
    found = sorted(
        (
            (
                profile.attempts * evaluate(demand.mean, profile.measured_variables(executors)),
                profile.id,
                demand,
            )
            for profile in model.profiles.stages
            for demand in profile.demands
            if demand.unit != "bytes"
        ),
        key=lambda entry: -entry[0],
    )
    total = sum(share for share, _, _ in found)
    shown = [entry for entry in found if entry[0] >= _SMALL * total]
    rows = [
        (
            stage,
            demand.activity.replace("_", " "),
            f"{share / total:.0%}",
            function(demand),
            *_quality(demand),
        )
        for share, stage, demand in shown
    ]
    columns = [
        ("stage", "left"),
        ("demand", "left"),
        ("of all", "right"),
        ("mean of one task", "left"),
        ("runs", "right"),
        ("points", "right"),
        ("error", "right"),
    ]
    title = f"Demands as functions, fitted to {counted(len(model.runs), 'run')}"
    table = plain_table(columns, rows, title=title)
    if hidden := len(found) - len(shown):
        return Group(table, Text(f"and {counted(hidden, 'demand')} below {_SMALL:.0%} of all", style="dim"))
    return table


def _quality(demand: dsl.Demand) -> tuple[str, str, str]:
    fit = demand.fit
    return (f"{fit.runs}", f"{fit.points}", f"{fit.error:.0%}") if fit else ("1", "1", "assumed")


_PER: dict[Variable, tuple[float, str]] = {
    "task_bytes": (1024**2, "per MiB of the task"),
    "task_records": (1000, "per 1,000 records of the task"),
    "task_records_log": (1000, "per 1,000 (records x log2 records)"),
    "task_data": (1, "x data of the task"),
    "data": (1, "x data"),
    "partitions": (1, "per task of the stage"),
    "executors": (1, "per executor"),
    "log_executors": (1, "x ln(executors)"),
}
"""How a coefficient is shown: times what, and in which words."""


def function(demand: dsl.Demand) -> str:
    """Return the mean of a demand as a sum in words, such as ``40 ms + 1.2 s per MiB of the task``."""
    return " + ".join(_terms(demand.mean)) or "none"


def _terms(mean: Mapping[Variable, float]) -> Iterator[str]:
    for variable, coefficient in mean.items():
        factor, words = _PER.get(variable, (1, ""))
        if coefficient:
            yield f"{format_duration(coefficient * factor)} {words}".strip()
