"""Compared configurations for the terminal, from their JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from ..units import counted, short_duration
from .layout import plain_table

Document = Mapping[str, Any]

MOST_ROWS = 200
"""Rows above which only those on the Pareto fronts are shown."""
MOST_REASONS = 8
"""Reasons for refusals that are shown."""
_LIMITS = {
    "driver": "driver",
    "scheduling": "scheduling",
    "few_tasks": "too few tasks",
    "skew": "skew",
    "cpu": "CPU",
    "gc": "garbage collection",
    "drive": "drives",
    "network": "network",
    "other": "other waits",
}


def what_if_report(document: Document) -> RenderableType:
    """Return what people want to know of a plan, the answer first.

    Parameters
    ----------
    document
        ``pertract/what-if/1``, see docs/json.md.
    """
    predicted = [point for point in document["points"] if point["error"] is None]
    parts: list[RenderableType] = [*_answers(document), _table(document, predicted)]
    refused = [point for point in document["points"] if point["error"] is not None]
    if refused:
        parts += [Text(), *_refusals(refused)]
    if document["advice"] is not None:
        parts += _advice(document["advice"])
    return Group(*parts, Text(), *_notes(document, predicted))


def _answers(document: Document) -> list[RenderableType]:
    """Return what to take, for each workload; nothing where there is nothing to choose from."""
    decisions = _decisions(document)
    parts: list[RenderableType] = []
    if document["goal"]["deadline_s"] is None and document["goal"]["budget"] is None:
        decisions = decisions if len(document["points"]) > len(decisions) else []
    for decision in decisions:
        title = f" with {decision['label']}" if decision["label"] else ""
        parts.append(Text(f"{document['model']['name']}{title}", style="bold"))
        if decision["reason"]:
            parts.append(Text(f"take {decision['reason']}"))
            for name in ("cheapest", "fastest"):
                other = decision[name]
                if other and other["point"] != decision["point"]:
                    parts.append(Text(f"{name}: {other['reason']}"))
        else:
            parts.append(Text("no configuration qualifies; the nearest:", style="yellow"))
            parts += [Text(f"  {miss['reason']}") for miss in decision["misses"]]
        parts.append(Text())
    return parts


def _table(document: Document, points: Sequence[Document]) -> RenderableType:
    front = {choice["point"] for decision in _decisions(document) for choice in decision["pareto"]}
    chosen = {decision["point"] for decision in _decisions(document)}
    shown = points
    if len(points) > MOST_ROWS:
        shown = [point for point in points if point["point"] in front | chosen]
    unit, confidence = document["tariff"]["unit"], document["goal"]["confidence"]
    surer = document["goal"]["deadline_s"] is not None and confidence != 0.95
    columns = [("", "left"), *((axis["heading"], "right") for axis in document["axes"])]
    columns += [("slots", "right"), ("time", "right"), ("90 % of runs", "right")]
    columns += [(f"{100 * confidence:.4g} % within", "right")] if surer else []
    columns += [("CPU", "right"), (unit or "cost", "right"), ("speed-up", "right"), ("eff.", "right")]
    columns += [("limited by", "left")]
    rows = []
    for point in shown:
        time, cost = point["response_time_s"], point["cost"]
        low, high = time["interval90"]
        mark = ">" if point["point"] in chosen else "*" if point["point"] in front else ""
        rows.append(
            (
                mark,
                *point["texts"],
                f"{point['configuration']['slots']}",
                short_duration(time["mean"]),
                f"{short_duration(low)}-{short_duration(high)}",
                *((short_duration(point["within_s"]),) if surer else ()),
                f"{point['cpu_utilisation']['mean']:.0%}",
                "-" if cost is None else f"{cost['mean']:.3g}",
                "-" if point["speed_up"] is None else f"{point['speed_up']:.2f}",
                "-" if point["efficiency"] is None else f"{point['efficiency']:.0%}",
                _LIMITS[point["bottleneck"]["kind"]],
            )
        )
    title = counted(len(points), "configuration")
    if len(shown) < len(points):
        title += f", of which the {len(shown)} best are shown (all: --format csv)"
    return plain_table(columns, rows, title=title)


def _refusals(points: Sequence[Document]) -> list[RenderableType]:
    """Return why configurations cannot be simulated, each reason once."""
    reasons: dict[str, list[str]] = {}
    for point in points:
        reasons.setdefault(point["error"]["message"], []).append(point["label"])
    lines = [
        f"{labels[0]}{f' and {len(labels) - 1} more' if len(labels) > 1 else ''}: {message}"
        for message, labels in reasons.items()
    ]
    more = [f"and {len(lines) - MOST_REASONS} other reasons"] if len(lines) > MOST_REASONS else []
    title = f"{counted(len(points), 'configuration')} cannot be simulated"
    return [
        Text(title, style="bold"),
        *(Text(line, style="yellow") for line in [*lines[:MOST_REASONS], *more]),
    ]


def _decisions(document: Document) -> list[Document]:
    return list(document["best"]["workloads"])


def _notes(document: Document, points: Sequence[Document]) -> list[RenderableType]:
    """Return what holds for many points, said once, with how many it holds for."""
    tariff, provenance = document["tariff"], document["provenance"]
    unit = tariff["unit"]
    cost = f"no prices were given: cost is {unit}"
    if tariff["is_money"]:
        cost = f"cost is nodes x price{f' in {unit}' if unit else ''}"
    lines = [
        "> recommended, * neither cheaper nor faster exists (Pareto front)",
        f"speed-up and efficiency (eff.): relative to {document['base']['text']}",
        f"{cost}, {tariff['text']}",
    ]
    lines.append(
        f"{counted(provenance['replications'], 'replication')} each, the same random numbers everywhere; "
        f"{counted(provenance['from_cache'], 'prediction')} known from before"
    )
    if (search := document["search"]) is not None:
        lines.append(
            f"search: {search['screened']:,} of {search['configurations']:,} configurations screened, "
            f"{len(search['confirmed'])} predicted in full, with {search['share']:.1%} of the simulations "
            "that all would take"
        )
    warnings: dict[str, int] = {}
    for point in points:
        for warning in point["warnings"]:
            warnings[warning] = warnings.get(warning, 0) + 1
    return [
        *(Text(line, style="dim") for line in lines),
        *(
            Text(
                f"warning: {warning}" + ("" if count == len(points) else f" ({count} of {len(points)})"),
                style="yellow",
            )
            for warning, count in warnings.items()
        ),
    ]


def _advice(advice: Document) -> list[RenderableType]:
    """Return settings and findings with their effects."""
    rows = [
        (
            setting["key"],
            setting["value"],
            "" if setting["effect"] is None else f"{setting['effect']['change']:+.1%}",
            "found by simulation" if setting["tuned"] else "",
            setting["note"],
        )
        for setting in (*advice["settings"], *advice["elastic"])
    ]
    columns = [("setting", "left"), ("value", "right"), ("time", "right"), ("", "left"), ("", "left")]
    title = f"Settings for {advice['label']} (time: against the setting of the calibration run)"
    parts: list[RenderableType] = [Text(), plain_table(columns, rows, title=title)]
    if (gain := advice["gain"]) is not None:
        parts.append(Text(f"what simulation found gains {-gain['change']:.1%} together"))
    if advice["findings"]:
        parts += [Text(), Text("What costs time, and what changing it gains", style="bold")]
        lines = [(finding["effect"]["change"], finding["text"]) for finding in advice["findings"]]
        parts += [Text(f"  {change:+6.1%}  {text}") for change, text in lines]
    parts += [Text(), Text("spark-defaults.conf", style="bold"), Text(advice["defaults"].rstrip("\n"))]
    return [*parts, Text(), Text(advice["submit"])]
