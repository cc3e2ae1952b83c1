"""A plan as the document ``pertract/what-if/1``; keys are stable, more may be added."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .. import dsl, provenance
from ..simulate.document import model_entry
from .comparison import BASE_KINDS
from .decisions import NOTHING, Choice, Decision
from .grid import WORKLOAD
from .labels import heading, label, title, value_text
from .point import Point
from .result import WhatIf


def what_if_document(result: WhatIf) -> dict[str, Any]:
    """Return the document; seconds, bytes, ratios, and cost in the unit of the tariff."""
    goal, billing = result.goal, result.tariff.billing
    fixed = {
        field: value
        for field, value in result.fixed.items()
        if value not in (None, {}, ()) and field != "pools"
    }
    return {
        "schema": "pertract/what-if/1",
        "model": model_entry(result.model),
        "measured": _measured(result.model),
        "axes": [
            {
                "field": axis.field,
                "key": axis.key,
                "heading": heading(axis),
                "title": title(axis),
                "values": list(axis.values),
                "texts": [value_text(axis, value) for value in axis.values],
                "is_workload": axis.field in WORKLOAD,
            }
            for axis in result.axes
        ],
        "fixed": fixed,
        "fixed_text": label(fixed) if fixed else "",
        "goal": asdict(goal),
        "tariff": {
            "unit": result.tariff.unit,
            "is_money": result.tariff.is_money,
            "billing": asdict(billing),
            "text": str(billing),
        },
        "base": {
            "kind": result.base_kind,
            "text": BASE_KINDS[result.base_kind],
            "workloads": [asdict(base) for base in result.bases],
        },
        "points": [_point(point, result) for point in result.points],
        "best": _best(result),
        "advice": None if result.advice is None else asdict(result.advice),
        "search": None if result.searched is None else asdict(result.searched),
        "calibration": None if result.timelines is None else result.timelines.calibration,
        "complete": result.complete,
        "provenance": {
            "tool": "pertract",
            "version": provenance.tool_version(),
            "created": provenance.now(),
            "replications": result.replications,
            "seed": result.seed,
            "simulated": result.simulated,
            "from_cache": result.known,
            "sources": [run.source for run in result.model.runs],
        },
    }


def _measured(model: dsl.PerformanceModel) -> list[dict[str, Any]]:
    """Return the calibration runs as points to compare with."""
    first = model.runs[0].size if model.runs else 0.0
    return [
        {
            "source": run.source,
            "executors": run.executors,
            "slots": run.slots,
            "data_scale": run.size / first if first else 1.0,
            "response_time_s": run.response_time_s,
            "job_span_s": run.job_span_s,
            "task_cpu_utilisation": run.task_cpu_utilisation,
            "labels": dict(run.labels),
        }
        for run in model.runs
    ]


def _point(point: Point, result: WhatIf) -> dict[str, Any]:
    """Return a prediction with what only a comparison can say of it."""
    entry: dict[str, Any] = {
        "point": point.number,
        "label": point.label,
        "asked": dict(point.asked),
        "texts": [value_text(axis, axis.of(point.asked)) for axis in result.axes],
        "error": None if point.refusal is None else asdict(point.refusal),
    }
    if point.prediction is None or point.standing is None:
        return entry
    return entry | {
        **point.prediction,
        "within_s": point.standing.within_s,
        "cost_within": point.standing.cost_within,
        "meets": point.standing.excess(result.goal) <= 1 if result.goal.is_set else None,
        "speed_up": point.speed_up,
        "efficiency": point.efficiency,
        "bottleneck": None if point.bottleneck is None else asdict(point.bottleneck),
        "timeline": None if result.timelines is None else result.timelines.of.get(point.number),
    }


def _best(result: WhatIf) -> dict[str, Any]:
    """Return the decision; where data or parameters vary, the first one and all of them."""
    decisions = [_decision(decision) for decision in result.decisions]
    first = decisions[0] if decisions else _decision(NOTHING)
    return first | {"workloads": decisions}


def _decision(decision: Decision) -> dict[str, Any]:
    chosen = _choice(decision.recommended)
    return {
        "workload": dict(decision.workload),
        "label": decision.label,
        "met": decision.met,
        "point": chosen["point"] if chosen else None,
        "reason": chosen["reason"] if chosen else None,
        "cheapest": _choice(decision.cheapest),
        "fastest": _choice(decision.fastest),
        "pareto": [asdict(choice) for choice in decision.pareto],
        "misses": [asdict(choice) for choice in decision.misses],
    }


def _choice(choice: Choice | None) -> dict[str, Any] | None:
    return None if choice is None else asdict(choice)
