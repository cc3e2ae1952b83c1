"""What executors do over time at the points of a plan, for those who want to look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..simulate import Options, median_replication
from .decisions import Decision
from .point import Point
from .sweep import Case, Sweep
from .workers import Traced

MOST_TIMELINES = 500
"""Points beyond which only the first ones have a timeline, those that decisions name before others."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Timelines:
    """Timelines (docs/json.md) of the replication of median response time."""

    of: Mapping[int, Document]
    """By the number of the point."""
    calibration: Document | None
    """The prediction for the cluster and the data of the calibration run, with its ``timeline``."""


def timelines(
    points: Sequence[Point],
    decisions: Sequence[Decision],
    case: Callable[[int], Case],
    sweep: Sweep,
    *,
    replications: int,
    first_free: int,
) -> Timelines:
    """Return the timelines of points, and the calibration run as the model repeats it.

    Parameters
    ----------
    points, decisions
        What was found.
    case
        Gives a configuration by its number.
    sweep
        How to predict.
    replications
        Of the prediction of the calibration run.
    first_free
        A number above those of all points.
    """
    measured = Case(first_free, {}, Options())
    predicted = {point.number: point.prediction for point in points if point.prediction is not None}
    replay = sweep.ask([measured], replications).get(first_free)
    numbers = list(dict.fromkeys([*_named(decisions), *predicted]))[:MOST_TIMELINES]
    wanted = [replace(case(number), traced=_median(predicted[number])) for number in numbers]
    if isinstance(replay, dict):
        wanted.append(replace(measured, traced=_median(replay)))
    found = {number: answer for number, answer in sweep.ask(wanted, 1).items() if isinstance(answer, dict)}
    calibration = None
    if isinstance(replay, dict):
        calibration = replay | {"timeline": found.pop(first_free, None)}
    return Timelines(found, calibration)


def _median(prediction: Document) -> Traced:
    times_s = prediction["replications_s"]
    return Traced(median_replication(times_s), len(times_s))


def _named(decisions: Sequence[Decision]) -> Iterator[int]:
    for decision in decisions:
        for choice in (decision.recommended, decision.cheapest, decision.fastest):
            if choice is not None:
                yield choice.point
    for decision in decisions:
        yield from (choice.point for choice in (*decision.pareto, *decision.misses))
