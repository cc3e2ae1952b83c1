"""What a page shows, as columns of numbers: the document ``pertract/page/1`` (docs/json.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ... import dsl
from ..parts import PART_NAMES
from .detail import details
from .shell import size_bytes

Document = Mapping[str, Any]


class Texts:
    """Sentences that many points share, each kept once."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return where a sentence is."""
        return self._number.setdefault(text, len(self._number))

    def all(self) -> list[str]:
        """Return the sentences in their order."""
        return list(self._number)


def short(value: float | None) -> float | int | None:
    """Return a number in as few digits as anyone reads: five that count.

    Examples
    --------
    >>> short(41.0810035762595), short(16.0), short(None)
    (41.081, 16, None)
    """
    if value is None:
        return None
    rounded = float(f"{value:.5g}")
    return int(rounded) if rounded.is_integer() else rounded


def page_data(model: dsl.PerformanceModel, plan: Document, *, room_bytes: int) -> dict[str, Any]:
    """Return the data of a page.

    Parameters
    ----------
    model
        The model.
    plan
        The document ``pertract/what-if/1``, or what `planner.prediction_page` makes of a prediction.
    room_bytes
        Most that the data may take; stages and timelines for which there is no room are left out.
    """
    texts = Texts()
    points = plan["points"]
    calibration = plan["calibration"]
    decisions = plan["best"]["workloads"]
    predicted = [*points, calibration] if calibration else list(points)
    places = [_place(point["point"], plan["axes"]) for point in points]
    values = [sorted(set(column)) for column in zip(*places, strict=True)]  # a search leaves some out
    data: dict[str, Any] = {
        "schema": "pertract/page/1",
        "model": {
            **plan["model"],
            "framework": model.execution.framework,
            "framework_version": model.execution.framework_version,
        },
        "axes": [_axis(axis, used) for axis, used in zip(plan["axes"], values, strict=True)],
        "places": [[used.index(i) for i, used in zip(place, values, strict=True)] for place in places],
        "goal": plan["goal"],
        "tariff": plan["tariff"],
        "decisions": [_decision(decision) for decision in decisions],
        "parts": list(PART_NAMES.items()),
        "columns": _columns(points, texts),
        "measured": _measured(model, plan["axes"], calibration),
        "calibration": _columns([calibration], texts) if calibration else None,
        "provenance": plan["provenance"],
    }
    data["texts"] = texts.all()
    numbers = [point["point"] for point in points]
    room_bytes -= size_bytes(data)
    return data | details(predicted, numbers, _named(decisions), room_bytes=room_bytes)


def _place(number: int, axes: Sequence[Document]) -> list[int]:
    """Return the position on each axis; numbers count combinations, the last axis changing fastest."""
    place = []
    for axis in reversed(axes):
        number, position = divmod(number, len(axis["texts"]))
        place.append(position)
    return place[::-1]


def _axis(axis: Document, used: Sequence[int]) -> dict[str, Any]:
    numbers = [_number(axis["values"][i]) for i in used]
    return {
        "name": axis["key"] or axis["field"],
        "title": axis["title"],
        "texts": [axis["texts"][i] for i in used],
        "numbers": numbers if None not in numbers and len(set(numbers)) == len(numbers) else None,
        "is_workload": axis["is_workload"],
    }


def _number(value: object) -> float | None:
    """Return the number that a value is, also one in the text of a setting."""
    try:
        return short(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def _decision(decision: Document) -> dict[str, Any]:
    def point(name: str) -> int | None:
        return decision[name]["point"] if decision[name] else None

    return {
        "label": decision["label"],
        "met": decision["met"],
        "best": decision["point"],
        "cheapest": point("cheapest"),
        "fastest": point("fastest"),
        "nearest": decision["misses"][0]["point"] if decision["misses"] else None,
        "pareto": [choice["point"] for choice in decision["pareto"]],
        "reasons": [[choice["point"], choice["reason"]] for choice in _choices(decision)],
    }


def _choices(decision: Document) -> Iterator[Document]:
    """Yield choices with a reason, each point once; what is recommended has the first word."""
    named = [decision, decision["cheapest"], decision["fastest"], *decision["pareto"], *decision["misses"]]
    told = set()
    for choice in named:
        if choice and choice["point"] is not None and choice["point"] not in told:
            told.add(choice["point"])
            yield choice


def _named(decisions: Sequence[Document]) -> list[int]:
    """Return the points that decisions name, the most important ones first."""
    found = [decision["point"] for decision in decisions]
    for name in ("cheapest", "fastest"):
        found += [decision[name]["point"] for decision in decisions if decision[name]]
    for name in ("pareto", "misses"):
        found += [choice["point"] for decision in decisions for choice in decision[name]]
    return list(dict.fromkeys(number for number in found if number is not None))


def _columns(points: Sequence[Document], texts: Texts) -> dict[str, Any]:
    """Return what is predicted for points, a list for each quantity; None where one cannot be simulated."""

    def column(of: Callable[[Document], Any]) -> list[Any]:
        return [None if point.get("error") else of(point) for point in points]

    def numbers(of: Callable[[Document], float | None]) -> list[Any]:
        return column(lambda point: short(of(point)))

    found: dict[str, Any] = {
        "point": [point.get("point") for point in points],
        "label": [point.get("label") for point in points],
        "error": [point["error"]["message"] if point.get("error") else None for point in points],
    }
    for name in ("nodes", "node_type", "executors", "executor_cores", "slots", "worker_cores", "copies"):
        found[name] = column(lambda point, name=name: point["configuration"][name])  # type: ignore[misc]
    found["together_with"] = column(lambda point: ", ".join(point["configuration"]["company"]))
    found["data_scale"] = numbers(lambda point: point["configuration"]["data_scale"])
    for name, key in (
        ("response_time_s", "response_time_s"),
        ("job_span_s", "job_span_s"),
        ("cpu_utilisation", "cpu_utilisation"),
        ("task_cpu_utilisation", "task_cpu_utilisation"),
        ("cost", "cost"),
    ):
        for part, of in _PARTS.items():
            found[f"{name}{part}"] = numbers(
                lambda point, key=key, of=of: None if point[key] is None else of(point[key])  # type: ignore[misc]
            )
    for name in ("within_s", "cost_within", "speed_up", "efficiency"):
        found[name] = numbers(lambda point, name=name: point.get(name))  # type: ignore[misc]
    found["meets"] = column(lambda point: point.get("meets"))
    for part in PART_NAMES:
        found[f"breakdown_{part}_s"] = numbers(lambda point, part=part: point["breakdown_s"][part])  # type: ignore[misc]
    found["limit"] = column(lambda p: texts.number(p["bottleneck"]["text"]) if p.get("bottleneck") else None)
    found["idle_slots"] = numbers(lambda p: p["bottleneck"]["idle_slots"] if p.get("bottleneck") else None)
    found["support"] = column(lambda point: point["support"]["kind"])
    found["why"] = column(lambda point: [texts.number(text) for text in point["support"]["why"]])
    found["warnings"] = column(lambda point: [texts.number(text) for text in point["warnings"]])
    return found


_PARTS: dict[str, Callable[[Document], float]] = {
    "": lambda estimate: float(estimate["mean"]),
    "_low": lambda estimate: float(estimate["interval90"][0]),
    "_high": lambda estimate: float(estimate["interval90"][1]),
}


def _measured(
    model: dsl.PerformanceModel, axes: Sequence[Document], calibration: Document | None
) -> list[dict[str, Any]]:
    """Return the calibration runs, with the value that each had on every axis, where that is known."""
    found = []
    for number, run in enumerate(model.runs):
        configuration = calibration["configuration"] if calibration and number == 0 else {}
        scale = run.size / model.runs[0].size if model.runs[0].size else 1.0
        cpu = run.task_cpu_utilisation
        if cpu is not None and configuration:  # of the slots as Spark tells it; of the cores in predictions
            cpu *= run.slots / configuration["worker_cores"]
        known = {
            "nodes": configuration.get("nodes"),
            "node_cores": (configuration.get("node_cores") or [None])[0],
            "executors": run.executors,
            "executor_cores": configuration.get("executor_cores"),
            "executor_memory_bytes": configuration.get("executor_memory_bytes"),
            "data_scale": scale,
            "data_bytes": run.size,
            "copies": 1,
            **dict.fromkeys(("cpu_rate", "drive_rate", "network_rate"), 1.0),
            **{name: _number(value) for name, value in run.labels.items()},
            **(configuration.get("parameters") or {}),
        }
        found.append(
            {
                "label": run.labels.get("label") or run.source,
                "executors": run.executors,
                "slots": run.slots,
                "data_scale": short(scale),
                "response_time_s": short(run.response_time_s),
                "task_cpu_utilisation": short(cpu),
                "at": [short(_number(known.get(axis["key"] or axis["field"]))) for axis in axes],
            }
        )
    return found
