"""What a page rests on: support, assumptions, warnings, where it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ... import dsl
from ...units import counted, format_duration
from .shell import safe

Document = Mapping[str, Any]

MOST_LABELS = 5
"""Configurations that are named one by one where they cannot be simulated."""
MOST_REASONS = 50
"""Different reasons that are told; all are in the table of all numbers."""
_KINDS = {
    "replay": "as in a calibration run",
    "interpolation": "between calibration runs",
    "extrapolation": "beyond the calibration runs",
}


def trust(model: dsl.PerformanceModel, plan: Document) -> str:
    """Return the section as HTML.

    Parameters
    ----------
    model
        The model.
    plan
        The document ``pertract/what-if/1``, or what stands for it.
    """
    points = [point for point in plan["points"] if point["error"] is None]
    parts = [
        _list("Support", _support(points)),
        _list("Warnings", _shared([point["warnings"] for point in points]), kind="warnings"),
        _list("Cannot be simulated", _refused(plan["points"])),
        _list("Assumptions", _assumptions(model, plan)),
        _list("Where it comes from", _origin(model, plan)),
    ]
    return f'<div class="trust">{"".join(parts)}</div>'


def _list(title: str, items: Sequence[str], *, kind: str = "") -> str:
    if not items:
        return ""
    inner = "".join(f"<li>{safe(item)}</li>" for item in items)
    return f'<div class="{kind or "facts"}"><h3>{title}</h3><ul>{inner}</ul></div>'


def _support(points: Sequence[Document]) -> list[str]:
    kinds = Counter(point["support"]["kind"] for point in points)
    if len(points) == 1:
        (point,) = points
        found = [f"{point['support']['kind']}: {_KINDS[point['support']['kind']]}", *point["support"]["why"]]
    else:
        found = [
            f"{kinds[kind]} of {len(points)}: {kind}, {text}" for kind, text in _KINDS.items() if kinds[kind]
        ]
        found.append("why, for the configuration that is shown, stands beside its numbers above")
    return [*found, "intervals widen with the distance from what was measured; docs/prediction.md says how"]


def _shared(warnings: Sequence[Sequence[str]]) -> list[str]:
    """Return each warning once, with how many configurations it holds for."""
    counts = Counter(text for each in warnings for text in each)
    all_of = len(warnings)
    return [f"{text}" + ("" if n == all_of else f" ({n} of {all_of})") for text, n in counts.items()]


def _refused(points: Sequence[Document]) -> list[str]:
    """Return each reason once, with the configurations it holds for or, if these are many, their number."""
    labels: dict[str, list[str]] = {}
    for point in points:
        if point["error"] is not None:
            labels.setdefault(point["error"]["message"], []).append(point["label"])
    return [
        f"{message} ({len(of)} configurations)" if len(of) > MOST_LABELS else f"{'; '.join(of)}: {message}"
        for message, of in list(labels.items())[:MOST_REASONS]
    ]


def _assumptions(model: dsl.PerformanceModel, plan: Document) -> list[str]:
    found = [
        "a new run meets the same cluster, load and data as the calibration run, but for what was asked",
        "the interval holds 90 % of new runs, which differ from each other also in one configuration",
    ]
    if fixed := plan.get("fixed_text"):
        found.append(f"for all alike: {fixed}")
    if base := plan.get("base"):
        found.append(f"speed-up and efficiency are relative to {base['text']}")
    tariff = plan["tariff"]
    if tariff["is_money"]:
        if any(point.get("cost") for point in plan["points"]):
            found.append(f"cost: nodes x price of a node x time, {tariff['text']}")
    else:
        found.append(f"no prices were given: cost is {tariff['unit']}, {tariff['text']}")
    if not plan["complete"]:
        found.append("the computation was interrupted: not all configurations are here")
    return [*found, *model.completeness.notes]


def _origin(model: dsl.PerformanceModel, plan: Document) -> list[str]:
    provenance = plan["provenance"]
    found = [
        f"{run.source} ({run.digest[:19]}): {counted(run.tasks, 'task')} in {counted(run.stages, 'stage')}, "
        f"{format_duration(run.response_time_s)} on {counted(run.slots, 'slot')}"
        for run in model.runs
    ]
    if model.replay is not None:
        found.append(
            f"the model repeats the calibration run in {format_duration(model.replay.response_time_s)} "
            f"({model.replay.error:+.1%})"
        )
    if model.completeness.ratio < 1 or model.completeness.missing:
        found += [f"the log holds {model.completeness.ratio:.1%} of the tasks", *model.completeness.missing]
    if (search := plan["search"]) is not None:
        found.append(
            f"searched: {search['screened']:,} of {search['configurations']:,} configurations screened, "
            f"{len(search['confirmed'])} predicted in full"
        )
    found.append(
        f"simulated by Pertract {provenance['version']}, {provenance['created']}, "
        f"{counted(provenance['replications'], 'replication')} of each with seed {provenance['seed']}"
    )
    return found
