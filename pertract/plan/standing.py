"""What a configuration is judged by: time and cost, in the mean and for sure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import UsageError
from ..simulate.document import estimate_of
from .cost import HOUR_S, Tariff


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
                f"--confidence must be 50% or more and below 100%, not {100 * self.confidence:.6g}%",
                hint="95% is usual: one run in twenty may miss.",
            )
        for name, value in (("--deadline", self.deadline_s), ("--budget", self.budget)):
            if value is not None and not 0 < value < math.inf:
                raise UsageError(f"{name} must be above zero, not {value:g}", hint="Correct the number.")

    @property
    def is_set(self) -> bool:
        """Whether anything can be missed."""
        return self.deadline_s is not None or self.budget is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a configuration stands."""

    time_s: float
    """Mean response time."""
    within_s: float
    """Time within which one new run ends with the confidence of the goal."""
    cost: float | None
    """Mean cost; None without a price."""
    cost_within: float | None
    """Cost above which one new run does not come, with the same confidence."""
    spread: float = 0.0
    """Standard deviation of the response time over replications, relative to the mean."""

    def excess(self, goal: Goal) -> float:
        """Return by what factor it misses the goal; 1 or less if it keeps it."""
        ratios = [0.0]
        if goal.deadline_s is not None:
            ratios.append(self.within_s / goal.deadline_s)
        if goal.budget is not None:
            ratios.append(math.inf if self.cost_within is None else self.cost_within / goal.budget)
        return max(ratios)


def standing(
    prediction: Mapping[str, Any], goal: Goal, tariff: Tariff, *, replications: int | None = None
) -> Standing:
    """Return how a prediction stands.

    Parameters
    ----------
    prediction
        The document ``pertract/prediction/1``.
    goal, tariff
        What is wanted, and what time costs.
    replications
        How many the bounds are to rest on; those of the prediction if not given.
    """
    time_s, support = estimate_of(prediction["response_time_s"]), prediction["support"]
    within_s = time_s.within(
        goal.confidence,
        replications=replications or len(prediction["replications_s"]),
        error_below=support["error_below"],
        error_above=support["error_above"],
    )
    cost = tariff.cost(prediction, time_s)
    per_hour = tariff.per_hour(prediction["configuration"])
    most = None if per_hour is None else tariff.billing.billed_s(within_s) * per_hour / HOUR_S
    spread = time_s.std / time_s.mean if time_s.mean > 0 else 0.0
    return Standing(time_s.mean, within_s, None if cost is None else cost.mean, most, spread)
