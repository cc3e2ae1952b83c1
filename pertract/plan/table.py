"""Points as rows of plain values, for CSV files and data frames."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .result import WhatIf


def rows(result: WhatIf) -> list[dict[str, Any]]:
    """Return one row for each point; all have the same columns.

    The values that vary come first; then what is predicted, in seconds, ratios and the unit of the cost.
    """
    best = {d.recommended.point for d in result.decisions if d.recommended}
    pareto = {choice.point for d in result.decisions for choice in d.pareto}
    found = []
    for point in result.points:
        row: dict[str, Any] = {"point": point.number}
        for axis in result.axes:
            row[axis.name] = axis.of(point.asked)
        configuration = point.prediction["configuration"] if point.prediction else {}
        for name in ("nodes", "executors", "executor_cores", "slots"):
            row.setdefault(name, configuration.get(name))
        time, cpu, cost = point.response_time_s, point.cpu_utilisation, point.cost
        limit = point.bottleneck
        row |= {
            "response_time_s": time and time.mean,
            "response_time_low_s": time and time.interval90[0],
            "response_time_high_s": time and time.interval90[1],
            "within_s": point.standing and point.standing.within_s,
            "cpu_utilisation": cpu and cpu.mean,
            "cost": cost and cost.mean,
            "cost_unit": result.tariff.unit,
            "speed_up": point.speed_up,
            "efficiency": point.efficiency,
            "bottleneck": limit and limit.kind,
            "idle_slots": limit and limit.idle_slots,
            "pareto": point.number in pareto,
            "recommended": point.number in best,
            "error": point.refusal and point.refusal.message,
        }
        found.append(row)
    return found


def csv_text(result: WhatIf) -> str:
    """Return the rows as CSV with a line of names."""
    table = rows(result)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(table[0]) if table else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue()
