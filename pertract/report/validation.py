"""A validation as tables for the terminal, from its JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from ..units import counted
from .layout import plain_table

Document = Mapping[str, Any]

_QUANTITIES = (("response_time_s", "response time"), ("job_span_s", "jobs only"), ("cpu_utilisation", "CPU"))
_RIGHT = ("slots", "data", "measured", "predicted", "error", "90 % interval")
_ERRORS = ("runs", "mean", "median", "90th percentile", "maximum", "bias", "inside interval")


def validation_report(document: Document) -> RenderableType:
    """Return what people want to know of a validation.

    Parameters
    ----------
    document
        ``pertract/validation/1``, see docs/json.md.
    """
    predicted = [row for row in document["rows"] if row["role"] == "prediction" and row["configuration"]]
    fitted = [row for row in document["rows"] if row["role"] == "calibration" and row["configuration"]]
    failed = [row for row in document["rows"] if not row["configuration"]]
    name, runs = document["model"]["name"], counted(document["model"]["runs"], "run")
    parts: list[RenderableType] = [Text(f"{name}, calibrated on {runs}", style="bold")]
    if predicted:
        parts += [Text(), _runs(predicted, "Predicted")]
    if fitted:
        parts += [Text(), _runs(fitted, "Calibration runs (fits, not counted below)")]
    if failed:
        parts += [Text(), Text("Not predicted", style="bold")]
        parts += [Text(f"{_label(row)}: {row['reason']}", style="yellow") for row in failed]
    if any(document["summary"].values()):
        parts += [Text(), _summary(document)]
    else:
        parts += [Text(), Text("no run was predicted, so there is nothing to sum up", style="yellow")]
    for baseline in document["baselines"]:
        if baseline["note"]:
            parts.append(Text(f"{baseline['name']}: {baseline['note']}", style="dim"))
    return Group(*parts)


def _runs(rows: Sequence[Document], title: str) -> RenderableType:
    cells = []
    for row in rows:
        for i, (key, name) in enumerate(item for item in _QUANTITIES if row[item[0]]):
            where = ("", "", "") if i else (_label(row), *_where(row))
            cells.append((*where, name, *_compared(row[key], key)))
    columns = [("run", "left"), ("slots", "right"), ("data", "right"), ("", "left")]
    columns += [(heading, "right") for heading in _RIGHT[2:]]
    return plain_table([*columns, ("", "left")], cells, title=title)


def _label(row: Document) -> str:
    return str(row["label"])


def _where(row: Document) -> tuple[str, str]:
    configuration = row["configuration"]
    return f"{configuration['slots']}", f"x{configuration['data_scale']:.3g}"


def _compared(value: Document, key: str) -> tuple[str, ...]:
    low, high = value["interval90"]
    numbers = [_number(n, key) for n in (value["measured"], value["predicted"], low, high)]
    inside = "" if value["inside_interval"] else "outside"
    return numbers[0], numbers[1], f"{value['error']:+.1%}", f"{numbers[2]} to {numbers[3]}", inside


def _number(value: float, key: str) -> str:
    return f"{value:.1%}" if key == "cpu_utilisation" else f"{value:.1f} s"


def _summary(document: Document) -> RenderableType:
    rows = [
        (name, *_errors(document["summary"][key])) for key, name in _QUANTITIES if document["summary"][key]
    ]
    for baseline in document["baselines"]:
        name = f"response time, {baseline['name']}"
        errors = _errors(baseline["response_time_s"]) if baseline["response_time_s"] else ("-",) * 7
        rows.append((name, *errors))
    columns = [("", "left"), *((heading, "right") for heading in _ERRORS)]
    return plain_table(columns, rows, title="Errors of the predictions (of absolute values, except bias)")


def _errors(summary: Document) -> tuple[str, ...]:
    coverage = summary["coverage"]
    return (
        str(summary["runs"]),
        *(f"{summary[key]:.1%}" for key in ("mean", "median", "p90", "max")),
        f"{summary['bias']:+.1%}",
        "" if coverage is None else f"{coverage:.0%}",
    )
