"""What a coarse fit found, for the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from .. import dsl
from ..dsl.law import evaluate
from ..units import counted, format_duration
from .layout import plain_table

_NAMES = {
    "constant": "serial: constant",
    "data": "serial: grows with the data",
    "log_executors": "communication: grows with the logarithm of the executors",
    "executors": "communication: grows with the executors",
}


def fit_report(model: dsl.PerformanceModel, output: str | None) -> RenderableType:
    """Return the parts of the response time, and how well they agree with the table.

    Parameters
    ----------
    model
        From `api.fit_table`.
    output
        Where it was written, if it was.
    """
    run, stage = model.runs[0], model.profiles.stages[0]
    executors = sum(group.count for group in model.execution.configuration.executors)
    delays = [n for job in model.execution.jobs for n in job.nodes if isinstance(n, dsl.Delay)]
    delays += [node for node in model.execution.nodes if isinstance(node, dsl.Delay)]
    variables = stage.measured_variables(executors)
    rows = []
    for delay in delays:
        for name, value in delay.law.items():
            rows.append((_NAMES[name], value * variables[name]))  # type: ignore[index]
        if not delay.law:
            rows.append(("outside jobs", delay.delay_s))
    tasks = model.execution.stages[0].partitions
    waves = -(-tasks.count // run.slots)
    task_s = sum(evaluate(demand.mean, variables) for demand in stage.demands)
    form = f"{counted(tasks.count, 'task')} on {counted(run.slots, 'slot')}"
    parallel = (
        "parallel: data per slot" if tasks.rule == "total_slots" and waves == 1 else f"parallel: {form}"
    )
    rows.append((parallel, waves * task_s))
    total_s = sum(seconds for _, seconds in rows)
    columns = [("", "left"), ("time", "right"), ("share", "right")]
    cells = [(name, format_duration(s), f"{s / total_s:.0%}") for name, s in rows]
    data = f", data {run.data_size:g}" if run.data_size is not None else ""
    title = f"{model.name}: response time with {counted(run.slots, 'slot')}{data}"
    lines: list[RenderableType] = [plain_table(columns, cells, title=title), Text()]
    if fit := stage.demands[0].fit:
        said = f"fitted to {counted(fit.runs, 'run')} in {counted(fit.points, 'setting')}"
        lines.append(
            Text(f"{said}; a setting that is left out is predicted with an error of {fit.error:.1%}")
        )
    lines += [Text(f"note: {text}", style="yellow") for text in model.completeness.missing]
    if output:
        lines.append(Text(f"model written to {output}"))
    return Group(*lines)
