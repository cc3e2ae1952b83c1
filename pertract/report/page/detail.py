"""Stages and timelines of points, in as few bytes as a browser can read: most of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .shell import size_bytes

Document = Mapping[str, Any]
_Names = dict[tuple[str, str, str], int]
"""Identifier, job and name of stages, and where each is."""

MOST_STAGES = 120
"""Stages that are shown one by one: those that take most of the critical path, then the longest."""
LONGEST_NAME = 200
"""Letters of a stage's name that are kept."""
LEVELS = "0123456789abcdefghijklmnopqrstuvwxyz"
"""Busy shares from 0 to 1, a letter each."""


def details(
    points: Sequence[Document], numbers: Sequence[int], first: Sequence[int], *, room_bytes: int
) -> dict[str, Any]:
    """Return names of stages, and stages and timelines of as many points as fit.

    Where they do not fit with every task, tasks are left out; where they still do not fit, the points that
    come last have none.

    Parameters
    ----------
    points
        Predictions; one more than ``numbers``, if the last is that of the calibration run.
    numbers
        The numbers of the points.
    first
        Numbers of points that should have theirs, the most important ones first.
    room_bytes
        What there is room for.

    Returns
    -------
    ``stages``: columns of identifier, job and name. ``detail``: by the position of the point, as text, or
    ``calibration``; see `_detail` for the content.
    """
    position_of = {number: position for position, number in enumerate(numbers)}
    calibration = range(len(numbers), len(points))
    named = [position_of[number] for number in first]
    ordered = dict.fromkeys([*calibration, *named, *range(len(points))])
    names: _Names = {}
    kept: dict[str, Any] = {}
    for with_tasks in (True, False):
        names, kept, left = {}, {}, room_bytes
        for position in ordered:
            if points[position].get("error") is not None:
                continue
            known = len(names)
            detail = _detail(points[position], names, with_tasks=with_tasks)
            key = str(position) if position < len(numbers) else "calibration"
            left -= size_bytes({key: detail}) + size_bytes(list(names)[known:])
            if left < 0:
                names = dict(list(names.items())[:known])
                break
            kept[key] = detail
        else:
            break  # all fit
    columns = [list(column) for column in zip(*names, strict=True)] if names else [[], [], []]
    return {"stages": dict(zip(("id", "job", "name"), columns, strict=True)), "detail": kept}


def _detail(point: Document, names: _Names, *, with_tasks: bool) -> dict[str, Any]:
    """Return stages in columns, the utilisation over time, and the timeline."""
    stages = point["stages"]
    order = sorted(
        range(len(stages)),
        key=lambda i: (-stages[i]["critical_s"], stages[i]["start_s"] - stages[i]["end_s"]),
    )
    shown = sorted(order[:MOST_STAGES])
    place = {stage: position for position, stage in enumerate(shown)}
    others = [stages[i] for i in order[MOST_STAGES:]]
    series = point["cpu_utilisation"]["series"]
    return {
        "name": [
            names.setdefault(
                (stages[i]["id"], stages[i]["job"], stages[i]["name"][:LONGEST_NAME]), len(names)
            )
            for i in shown
        ],
        "tasks": [stages[i]["tasks"] for i in shown],
        **{key: [_short(stages[i][key]) for i in shown] for key in ("start_s", "end_s", "critical_s")},
        **{
            f"task_{key}_s": [_short(stages[i]["task_s"][key]) for i in shown]
            for key in ("mean", "p95", "max")
        },
        "others": {
            "stages": len(others),
            "tasks": sum(stage["tasks"] for stage in others),
            "spans_s": _merged([(stage["start_s"], stage["end_s"]) for stage in others]),
        },
        "cpu": {"step_s": _short(series[0][0]) if series else 0, "shares": [round(u, 3) for _, u in series]},
        "timeline": _timeline(point.get("timeline"), place, with_tasks=with_tasks),
    }


def _timeline(
    timeline: Document | None, place: Mapping[int, int], *, with_tasks: bool
) -> dict[str, Any] | None:
    if timeline is None:
        return None
    tasks = timeline["tasks"] if with_tasks else []
    if any(task[0] not in place for task in tasks):
        tasks = []  # some of many stages would look idle
    return {
        "response_time_s": _short(timeline["response_time_s"]),
        "rows": [[row["first"], row["last"], row["slots"]] for row in timeline["rows"]],
        "busy": ["".join(map(_level, row)) for row in timeline["busy"]],
        "tasks": {
            "stage": [place[task[0]] for task in tasks],
            "lane": [task[1] for task in tasks],
            "start_s": [_short(task[2]) for task in tasks],
            "end_s": [_short(task[3]) for task in tasks],
        }
        if tasks
        else None,
    }


def _level(share: float) -> str:
    """Return the letter of a share; those of nothing and of all are exact."""
    most = len(LEVELS) - 1
    if 0 < share < 1:
        return LEVELS[min(max(round(share * most), 1), most - 1)]
    return LEVELS[most if share else 0]


def _merged(spans: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Return the times in which at least one of the spans is, at most some dozen."""
    if not spans:
        return []
    merged: list[list[float]] = []
    end_s = max(end for _, end in spans)
    least_s = end_s / 200  # what nobody could see between two of them
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + least_s:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return [[_short(start), _short(end)] for start, end in merged]


def _short(seconds: float) -> float:
    """Return seconds in no more digits than a drawing needs."""
    rounded = float(f"{seconds:.5g}")
    rounded = round(rounded, 3)
    return int(rounded) if rounded.is_integer() else rounded
