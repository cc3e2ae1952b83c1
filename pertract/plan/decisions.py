"""Which configuration to take: the cheapest that is quick enough, the fastest that is cheap enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import UsageError
from ..units import counted, format_duration
from .cost import Tariff
from .grid import WORKLOAD
from .labels import label
from .point import Point

MISSES_SHOWN = 3
"""Nearest misses that are told where nothing qualifies."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted of a run."""

    deadline_s: float | None = None
    """Longest response time."""
    budget: float | None = None
    """Highest cost, in the unit of the tariff."""
    confidence: float = 0.95
    """Probability with which one new run is to keep them."""

    def __post_init__(self) -> None:
        if not 0.5 <= self.confidence < 1:
            raise UsageError(
                f"--confidence must lie between 50% and 100%, not {self.confidence:.4g}",
                hint="95% is usual: one run in twenty may miss.",
            )
        for name, value in (("--deadline", self.deadline_s), ("--budget", self.budget)):
            if value is not None and not 0 < value < float("inf"):
                raise UsageError(f"{name} must be above zero, not {value:g}", hint="Correct the number.")

    @property
    def is_set(self) -> bool:
        """Whether anything can be missed."""
        return self.deadline_s is not None or self.budget is not None


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
        self.points = [point for point in points if point.prediction is not None]
        self.priced = [point for point in self.points if point.cost is not None]
        self.within_s = {point.number: point.within_s(goal.confidence) for point in self.points}
        self.able = [point for point in self.points if self._excess(point) <= 1]

    def decision(self, workload: Mapping[str, Any]) -> Decision:
        goal = self.goal
        cheapest = self._least([p for p in self.able if p.cost is not None], _cost, _time)
        fastest = self._least(self.able, _time, _cost)
        best = self._recommended(cheapest, fastest)
        return Decision(
            workload=workload,
            label=label(workload) if workload else "",
            met=bool(self.able) if goal.is_set else None,
            recommended=best,
            cheapest=self._choice(cheapest, self._why_cheapest),
            fastest=self._choice(fastest, self._why_fastest),
            pareto=self._pareto(),
            misses=self._misses() if goal.is_set and not self.able else (),
        )

    def _excess(self, point: Point) -> float:
        """Return by what factor a configuration misses the goal; 1 or less if it keeps it."""
        ratios = [0.0]
        if self.goal.deadline_s is not None:
            ratios.append(self.within_s[point.number] / self.goal.deadline_s)
        if self.goal.budget is not None:
            cost = self._cost_within(point)
            ratios.append(float("inf") if cost is None else cost / self.goal.budget)
        return max(ratios)

    def _cost_within(self, point: Point) -> float | None:
        """Return the cost below which a run stays with the confidence; it rises with the time."""
        assert point.prediction is not None
        per_hour = self.tariff.per_hour(point.prediction["configuration"])
        if per_hour is None:
            return None
        return self.tariff.billing.billed_s(self.within_s[point.number]) * per_hour / 3600

    @staticmethod
    def _least(points: Sequence[Point], *keys: Callable[[Point], float]) -> Point | None:
        return min(points, key=lambda p: (*(key(p) for key in keys), p.number), default=None)

    @staticmethod
    def _choice(point: Point | None, why: Callable[[Point], str]) -> Choice | None:
        return None if point is None else Choice(point.number, why(point))

    def _recommended(self, cheapest: Point | None, fastest: Point | None) -> Choice | None:
        if self.goal.deadline_s is not None and cheapest is not None:
            return self._choice(cheapest, self._why_cheapest)
        if self.goal.is_set or not self.priced:
            return self._choice(fastest, self._why_fastest)
        balanced = self._least(self.priced, lambda p: _time(p) * _cost(p), _time)
        if balanced is None:
            return None
        return Choice(
            balanced.number,
            f"{balanced.label}: neither deadline nor budget was given; of all, the product of time and cost "
            f"is least ({self._time_and_cost(balanced)})",
        )

    def _why_cheapest(self, point: Point) -> str:
        if self.goal.deadline_s is None:
            return f"{point.label}: no other costs less ({self._time_and_cost(point)})"
        reason = f"{point.label}: the cheapest of {self._able_text()} ({self._sure(point)})"
        cheaper = [p for p in self.priced if _cost(p) < _cost(point) and self._excess(p) > 1]
        nearest = self._least(cheaper, self._excess)
        if nearest is None:
            return f"{reason}; no other costs less"
        return f"{reason}; {nearest.label} would cost less, but needs {self._sure(nearest)}"

    def _why_fastest(self, point: Point) -> str:
        reason = (
            f"{point.label}: the fastest of {self._able_text()}"
            if self.goal.is_set
            else (f"{point.label}: no other is faster ({self._time_and_cost(point)})")
        )
        faster = self._least([p for p in self.points if _time(p) < _time(point)], self._excess)
        if faster is not None and (cost := self._cost_within(faster)) is not None:
            return f"{reason}; {faster.label} would be faster, but costs {self._amount(cost)}"
        larger = [p for p in self.points if _slots(p) > _slots(point)]
        more = self._least(larger, _slots)
        if more is not None and more.bottleneck is not None:
            return f"{reason}; {more.label} gains nothing: {more.bottleneck.text}"
        return f"{reason}; {point.bottleneck.text}" if point.bottleneck else reason

    def _sure(self, point: Point) -> str:
        return format_duration(self.within_s[point.number])

    def _able_text(self) -> str:
        """Return how many configurations keep the goal, in words."""
        goal, wanted = self.goal, []
        if goal.deadline_s is not None:
            wanted.append(f"end within {format_duration(goal.deadline_s)}")
        if goal.budget is not None:
            wanted.append(f"cost at most {self._amount(goal.budget)}")
        count = counted(len(self.able), "configuration")
        return f"{count} that {' and '.join(wanted)} in {100 * goal.confidence:.4g} % of runs"

    def _pareto(self) -> tuple[Choice, ...]:
        found: list[Choice] = []
        previous: Point | None = None
        for point in sorted(self.priced, key=lambda p: (_cost(p), _time(p), p.number)):
            if previous is not None and _time(point) >= _time(previous):
                continue
            if previous is None:
                reason = f"{point.label}: the least cost"
            else:
                less = 1 - _time(point) / _time(previous)
                more = _cost(point) / _cost(previous) - 1 if _cost(previous) else 0.0
                reason = f"{point.label}: {less:.1%} less time than {previous.label} for {more:.0%} more cost"
            limit = f"; {point.bottleneck.text}" if point.bottleneck else ""
            found.append(Choice(point.number, reason + limit))
            previous = point
        return tuple(found)

    def _misses(self) -> tuple[Choice, ...]:
        nearest = sorted(self.points, key=lambda p: (self._excess(p), p.number))[:MISSES_SHOWN]
        return tuple(Choice(point.number, self._why_missed(point)) for point in nearest)

    def _why_missed(self, point: Point) -> str:
        goal, said = self.goal, []
        share = f"{100 * goal.confidence:.4g} % of runs"
        within_s, mean_s = self.within_s[point.number], _time(point)
        if goal.deadline_s is not None and within_s > goal.deadline_s:
            over = within_s / goal.deadline_s - 1
            said.append(f"{share} end within {format_duration(within_s)}, {over:.0%} above the deadline")
            if mean_s <= goal.deadline_s:
                why = "; ".join(point.prediction["support"]["why"]) if point.prediction else ""
                said.append(
                    f"the mean of {format_duration(mean_s)} would do, but it is not sure enough: {why}"
                )
        cost = self._cost_within(point)
        if goal.budget is not None and cost is None:
            said.append("it has no price")
        elif goal.budget is not None and cost is not None and cost > goal.budget:
            over = cost / goal.budget - 1
            said.append(f"{share} cost up to {self._amount(cost)}, {over:.0%} above the budget")
        if point.bottleneck:
            said.append(f"what limits it: {point.bottleneck.text}")
        return f"{point.label}: {'; '.join(said)}"

    def _time_and_cost(self, point: Point) -> str:
        text = format_duration(_time(point))
        return text if point.cost is None else f"{text}, {self._amount(_cost(point))}"

    def _amount(self, cost: float) -> str:
        return f"{cost:.3g} {self.tariff.unit}"


def _time(point: Point) -> float:
    return point.response_time_s.mean if point.response_time_s else float("inf")


def _cost(point: Point) -> float:
    return point.cost.mean if point.cost else float("inf")


def _slots(point: Point) -> int:
    return int(point.prediction["configuration"]["slots"]) if point.prediction else 0
