"""What extractions found, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from .. import dsl
from ..simulate import LARGE_REPLAY_ERROR
from ..units import counted, format_duration
from .layout import plain_table
from .model import completeness_lines, model_summary
from .summary import RUN_COLUMNS, Extraction, run_cells


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
    parts += completeness_lines(model)
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
