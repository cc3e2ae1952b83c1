"""What a change does to time and cost, from two predictions with the same random numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np

from ..simulate import Options
from ..simulate.document import estimate_of
from ..simulate.intervals import t_quantile
from .changes import Change
from .cost import Tariff
from .sweep import Case, Sweep

GAIN = 0.01
"""Least change of the mean response time that is worth telling."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Effect:
    """What the predicted response time and cost are without and with something."""

    without_s: float
    """Mean response time without it."""
    with_s: float
    """Mean response time with it."""
    change: float
    """The difference relative to the time without it; below zero is a gain."""
    ci95: tuple[float, float]
    """95 % confidence interval of the change over replications, which are compared one by one."""
    cost_change: float | None
    """Change of the mean cost relative to that without it; None without a price."""

    @property
    def is_gain(self) -> bool:
        """Whether it is faster by more than chance, and by enough to tell."""
        return self.change <= -GAIN and self.ci95[1] < 0


def effect(without: Document, with_it: Document, tariff: Tariff) -> Effect:
    """Return the effect of what differs between two predictions of the same seed and replications."""
    before, after = np.array(without["replications_s"]), np.array(with_it["replications_s"])
    difference, mean_s = after - before, float(before.mean())
    n = len(difference)
    half = t_quantile(0.975, n - 1) * float(difference.std(ddof=1)) / math.sqrt(n) if n > 1 else 0.0
    scale = 1 / mean_s if mean_s > 0 else 0.0
    change = float(difference.mean()) * scale
    costs = [tariff.cost(d, estimate_of(d["response_time_s"])) for d in (without, with_it)]
    cost_change = None
    if costs[0] is not None and costs[1] is not None and costs[0].mean > 0:
        cost_change = costs[1].mean / costs[0].mean - 1
    bounds = (change - half * scale, change + half * scale)
    return Effect(mean_s, float(after.mean()), change, bounds, cost_change)


@dataclass(frozen=True, slots=True)
class Trial:
    """Something to try at a point."""

    options: Options
    change: Change | None = None


class Experiments:
    """Predictions at and around one point.

    Parameters
    ----------
    sweep
        How to predict.
    tariff
        What time costs.
    replications
        Simulated executions of each.
    """

    def __init__(self, sweep: Sweep, tariff: Tariff, replications: int) -> None:
        self._sweep, self.tariff, self._replications = sweep, tariff, replications
        self._numbers = count()

    def predict(self, trials: Sequence[Trial]) -> list[Document | None]:
        """Return a prediction for each trial, or None where it cannot be made."""
        cases = [Case(next(self._numbers), {}, trial.options, change=trial.change) for trial in trials]
        answers = self._sweep.ask(cases, self._replications)
        found = [answers.get(case.number) for case in cases]
        return [answer if isinstance(answer, dict) else None for answer in found]

    def effects(self, without: Document, trials: Sequence[Trial]) -> list[Effect | None]:
        """Return the effect of each trial on a prediction, or None where it cannot be made."""
        predictions = self.predict(trials)
        return [None if p is None else effect(without, p, self.tariff) for p in predictions]


def with_setting(options: Options, key: str, value: str | None) -> Options:
    """Return options with another value of a Spark property; None leaves it as in the calibration run."""
    settings = {name: text for name, text in options.settings.items() if name != key}
    return replace(options, settings=settings if value is None else {**settings, key: value})
