"""Which configuration to take: the cheapest that is quick enough, the fastest that is cheap enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from ..units import counted, format_duration
from .cost import Tariff
from .grid import WORKLOAD
from .labels import label
from .point import Point
from .standing import Goal

MISSES_SHOWN = 3
"""Nearest misses that are told where nothing qualifies."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A configuration and why it is named."""

    point: int
    """Its number."""
    reason: str
    """One sentence."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to take for one workload."""

    workload: Mapping[str, Any]
    """The values of data and parameters, if they vary."""
    label: str
    """The same in words; empty if they do not."""
    met: bool | None
    """Whether a configuration keeps deadline and budget; None if there are none."""
    recommended: Choice | None
    cheapest: Choice | None
    """The one of least mean cost, of those that keep deadline and budget; None if none does."""
    fastest: Choice | None
    """The one of least mean response time, likewise."""
    pareto: tuple[Choice, ...]
    """Those of which none is both cheaper and faster in the mean, the cheapest first."""
    misses: tuple[Choice, ...]
    """Where nothing qualifies: the nearest, with what limits them."""


NOTHING = Decision({}, "", None, None, None, None, (), ())
"""The decision between no configurations."""


def decide(points: Sequence[Point], goal: Goal, tariff: Tariff) -> tuple[Decision, ...]:
    """Return a decision for each workload, in the order of the points."""
    workloads: dict[str, tuple[dict[str, Any], list[Point]]] = {}
    for point in points:
        workload = {field: point.asked[field] for field in WORKLOAD if field in point.asked}
        workloads.setdefault(repr(workload), (workload, []))[1].append(point)
    return tuple(_Chooser(members, goal, tariff).decision(asked) for asked, members in workloads.values())


class _Chooser:
    """The configurations for one workload."""

    def __init__(self, points: Sequence[Point], goal: Goal, tariff: Tariff) -> None:
        self.goal, self.tariff = goal, tariff
        self.points = [_Judged(point, goal) for point in points if point.standing is not None]
        self.priced = [p for p in self.points if p.cost < inf]
        self.able = [p for p in self.points if p.excess <= 1]

    def decision(self, workload: Mapping[str, Any]) -> Decision:
        goal = self.goal
        cheapest = _least([p for p in self.able if p.cost < inf], lambda p: (p.cost, p.time_s))
        fastest = _least(self.able, lambda p: (p.time_s, p.cost))
        return Decision(
            workload=workload,
            label=label(workload) if workload else "",
            met=bool(self.able) if goal.is_set else None,
            recommended=self._recommended(cheapest, fastest),
            cheapest=_choice(cheapest, self._why_cheapest),
            fastest=_choice(fastest, self._why_fastest),
            pareto=self._pareto(),
            misses=self._misses() if goal.is_set and not self.able else (),
        )

    def _recommended(self, cheapest: _Judged | None, fastest: _Judged | None) -> Choice | None:
        if self.goal.deadline_s is not None and cheapest is not None:
            return _choice(cheapest, self._why_cheapest)
        if self.goal.is_set or not self.priced:
            return _choice(fastest, self._why_fastest)
        return _choice(_least(self.priced, lambda p: (p.cost * p.time_s, p.time_s)), self._why_balanced)

    def _why_balanced(self, point: _Judged) -> str:
        return (
            f"{point.name}: neither deadline nor budget was given, and here the product of time and cost is "
            f"least ({self._time_and_cost(point)}); {point.limit}"
        )

    def _why_cheapest(self, point: _Judged) -> str:
        if not self.goal.is_set:
            return f"{point.name}: no other costs less ({self._time_and_cost(point)})"
        reason = f"{point.name}: the cheapest of {self._able_text()} ({self._sure(point)})"
        cheaper = [p for p in self.priced if p.cost < point.cost and p.excess > 1]
        nearest = _least(cheaper, lambda p: (p.excess,))
        if nearest is None:
            return f"{reason}; no other costs less"
        return f"{reason}; {nearest.name} would cost less, but needs {self._sure(nearest)}"

    def _why_fastest(self, point: _Judged) -> str:
        reason = f"{point.name}: no other is faster ({self._time_and_cost(point)})"
        if self.goal.is_set:
            reason = f"{point.name}: the fastest of {self._able_text()} ({self._sure(point)})"
        faster = _least([p for p in self.points if p.time_s < point.time_s], lambda p: (p.excess,))
        if faster is not None:
            return f"{reason}; {faster.name} would be faster, but needs {self._sure(faster)}"
        larger = _least([p for p in self.points if p.slots > point.slots], lambda p: (p.slots,))
        if larger is not None:
            return f"{reason}; {larger.name} gains nothing: {larger.limit}"
        return f"{reason}; {point.limit}"

    def _sure(self, point: _Judged) -> str:
        """Return what of a configuration the goal is about, with the confidence."""
        parts = [format_duration(point.standing.within_s)]
        if self.goal.budget is not None and point.standing.cost_within is not None:
            parts.append(self._amount(point.standing.cost_within))
        return " and ".join(parts)

    def _able_text(self) -> str:
        """Return how many configurations keep the goal, in words."""
        goal, wanted = self.goal, []
        if goal.deadline_s is not None:
            wanted.append(f"end within {format_duration(goal.deadline_s)}")
        if goal.budget is not None:
            wanted.append(f"cost at most {self._amount(goal.budget)}")
        count = counted(len(self.able), "configuration")
        return f"{count} that {' and '.join(wanted)} in {_share(goal.confidence)} of runs"

    def _pareto(self) -> tuple[Choice, ...]:
        found: list[Choice] = []
        previous: _Judged | None = None
        for point in sorted(self.priced, key=lambda p: (p.cost, p.time_s, p.number)):
            if previous is None:
                reason = f"{point.name}: the least cost"
            elif point.time_s >= previous.time_s:
                continue
            else:
                less = 1 - point.time_s / previous.time_s
                more = f"{point.cost / previous.cost - 1:.1%} more cost" if previous.cost else "a price"
                reason = f"{point.name}: {less:.1%} less time than {previous.name} for {more}"
            found.append(Choice(point.number, f"{reason}; {point.limit}"))
            previous = point
        return tuple(found)

    def _misses(self) -> tuple[Choice, ...]:
        nearest = sorted(self.points, key=lambda p: (p.excess, p.number))[:MISSES_SHOWN]
        return tuple(Choice(point.number, self._why_missed(point)) for point in nearest)

    def _why_missed(self, point: _Judged) -> str:
        goal, stands, said = self.goal, point.standing, []
        share = f"{_share(goal.confidence)} of runs"
        if goal.deadline_s is not None and stands.within_s > goal.deadline_s:
            over = stands.within_s / goal.deadline_s - 1
            said.append(
                f"{share} end within {format_duration(stands.within_s)}, {over:.0%} above the deadline"
            )
            if point.time_s <= goal.deadline_s:
                said.append(f"the mean of {format_duration(point.time_s)} would do, but is not sure enough")
                said.append("; ".join(point.why))
        if goal.budget is not None and stands.cost_within is None:
            said.append("it has no price")
        elif goal.budget is not None and stands.cost_within is not None and stands.cost_within > goal.budget:
            over = stands.cost_within / goal.budget - 1
            said.append(f"{share} cost up to {self._amount(stands.cost_within)}, {over:.0%} above the budget")
        return f"{point.name}: {'; '.join([*said, point.limit])}"

    def _time_and_cost(self, point: _Judged) -> str:
        text = format_duration(point.time_s)
        return text if point.cost == inf else f"{text}, {self._amount(point.cost)}"

    def _amount(self, cost: float) -> str:
        return f"{cost:.3g} {self.tariff.unit}".rstrip()


class _Judged:
    """A point that can be simulated, with what sentences say of it."""

    def __init__(self, point: Point, goal: Goal) -> None:
        assert point.standing is not None
        assert point.prediction is not None
        assert point.bottleneck is not None
        self.number, self.standing = point.number, point.standing
        cluster = {field: value for field, value in point.asked.items() if field not in WORKLOAD}
        self.name = label(cluster) if cluster else point.label
        self.time_s = point.standing.time_s
        self.cost = inf if point.standing.cost is None else point.standing.cost
        self.excess = point.standing.excess(goal)
        self.slots = int(point.prediction["configuration"]["slots"])
        self.limit = point.bottleneck.text
        self.why: list[str] = point.prediction["support"]["why"]


def _least(points: Sequence[_Judged], key: Callable[[_Judged], tuple[float, ...]]) -> _Judged | None:
    return min(points, key=lambda p: (*key(p), p.number), default=None)


def _choice(point: _Judged | None, why: Callable[[_Judged], str]) -> Choice | None:
    return None if point is None else Choice(point.number, why(point))


def _share(ratio: float) -> str:
    return f"{100 * ratio:.4g} %"
