"""A coarse model where only totals are known: response time as a sum of a few terms.

A response time is taken to consist of a serial part (constant, or growing with the data), a parallel part
(data per slot, or waves of tasks), and communication (the logarithm of the number of executors, as in
trees, and their number). None of these can be negative.

A handful of runs cannot tell so many terms apart, and picking the best ones by cross validation picked
wrongly more often than not on published tables. So all terms stay, held by a prior on the *share* each has
in the response time of the largest cluster measured, and cross validation chooses only between the two forms
of the parallel part. Where runs are many, they outweigh the prior.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..errors import FitError
from .nonnegative import Floats, solve
from .totals import SAME_SIZE, Setting

FEWEST_SETTINGS = 3
"""Different clusters or data sizes that a fit needs."""
NOISE = 0.06
"""Run-to-run standard deviation of response times, relative; published repetitions have 2 to 9 %."""

Serial = Literal["constant", "data", "log_executors", "executors"]
"""Terms beside the parallel part; they are variables of the language (`dsl.law.LawVariable`)."""
PRIOR: Mapping[Serial, tuple[float, float]] = {
    "constant": (0.15, 0.1),
    "data": (0.15, 0.1),
    "log_executors": (0.1, 0.1),
    "executors": (0.0, 0.05),
}
"""Mean and standard deviation of the share of each term in the response time of the largest cluster.

How sensitive predictions are to these is in benchmarks/hibench/tables/README.md.
"""
TaskRule = Literal["fixed", "input_splits", "total_slots"]


@dataclass(frozen=True, slots=True)
class CoarseFit:
    """Response time by cluster and data."""

    reference: Setting
    """The largest cluster, with the most data there; data is relative to it."""
    settings: tuple[Setting, ...]
    """What was fitted to."""
    serial_s: Mapping[Serial, float]
    """Coefficients of the terms beside the parallel part, seconds; none for what the settings do not vary."""
    task_s: float
    """Time of a task of the reference, seconds."""
    tasks: int
    """Tasks of the parallel part of the reference."""
    rule: TaskRule
    """How their number follows data and slots; ``total_slots`` where there are no waves."""
    error: float
    """Typical relative error for a setting that was left out."""
    fit_error: float
    """Mean relative error for the settings fitted to; this is no prediction."""

    def scale(self, data: float) -> float:
        """Return an amount of data relative to the reference."""
        return data / self.reference.data

    def response_time_s(self, *, executors: int, slots: int, data: float) -> float:
        """Return the response time.

        Parameters
        ----------
        executors, slots
            Their number; slots of all executors together.
        data
            Amount in the unit of the table.
        """
        form = _Form(self.rule, self.tasks, self.reference)
        serial = _serial_terms(executors, self.scale(data))
        outside = math.fsum(self.serial_s[name] * serial[name] for name in self.serial_s)
        return outside + self.task_s * form.term(slots, self.scale(data))


def fit_totals(settings: Sequence[Setting]) -> CoarseFit:
    """Return the coarse model of settings of one workload.

    Parameters
    ----------
    settings
        From `totals.settings_of`, in order of slots and data.

    Raises
    ------
    FitError
        If there are fewer than three settings.
    """
    if len(settings) < FEWEST_SETTINGS:
        raise FitError(
            f"a coarse model needs runs on at least {FEWEST_SETTINGS} different clusters or data sizes, "
            f"and the table has {len(settings)}",
            hint="Add runs; a model of one run is made from its log: pertract extract LOG -o model.yaml",
        )
    names = _varying(settings)
    reference = settings[-1]
    forms = [_Form("total_slots", reference.slots, reference)]
    if (waves := _waves(settings)) is not None:
        forms.append(waves)
    errors = [_left_out(settings, names, form) for form in forms]
    best = errors.index(min(errors))
    form = forms[best]
    coefficients = _coefficients(settings, names, form)
    fitted = _terms(settings, names, form) @ coefficients
    times = np.array([s.response_time_s for s in settings])
    return CoarseFit(
        reference=reference,
        settings=tuple(settings),
        serial_s={name: float(value) for name, value in zip(names, coefficients[1:], strict=True)},
        task_s=float(coefficients[0]),
        tasks=form.tasks,
        rule=form.rule,
        error=errors[best],
        fit_error=float(np.mean(np.abs(fitted / times - 1))),
    )


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of the parallel part: tasks of a number that follows a rule, in waves on the slots."""

    rule: TaskRule
    tasks: int
    """Of the reference."""
    reference: Setting

    def count(self, slots: int, scale: float) -> int:
        """Return the number of tasks, as the simulation does."""
        match self.rule:
            case "input_splits":
                return max(1, round(self.tasks * scale))
            case "total_slots":
                return max(1, round(self.tasks * slots / self.reference.slots))
        return self.tasks

    def term(self, slots: int, scale: float) -> float:
        """Return the time of all waves relative to that of a task of the reference."""
        count = self.count(slots, scale)
        return math.ceil(count / slots) * scale * self.tasks / count


def _waves(settings: Sequence[Setting]) -> _Form | None:
    """Return the form with waves, if the table tells partitions that follow a rule."""
    reference = settings[-1]
    if reference.partitions is None:
        return None
    rules: tuple[TaskRule, ...] = ("fixed", "input_splits", "total_slots")
    for rule in rules:
        form = _Form(rule, reference.partitions, reference)
        counts = [(form.count(s.slots, s.data / reference.data), s.partitions) for s in settings]
        if all(told is not None and abs(count / told - 1) <= SAME_SIZE for count, told in counts):
            return form
    return None


def _serial_terms(executors: int, scale: float) -> dict[Serial, float]:
    return {
        "constant": 1.0,
        "data": scale,
        "log_executors": math.log(executors),
        "executors": float(executors),
    }


def _varying(settings: Sequence[Setting]) -> list[Serial]:
    """Return the terms that the settings can tell from a constant."""
    names: list[Serial] = ["constant"]
    if len({s.data for s in settings}) > 1:
        names.append("data")
    if len({s.executors for s in settings}) > 1:
        names += ["log_executors", "executors"]
    return names


def _terms(settings: Sequence[Setting], names: Sequence[Serial], form: _Form) -> Floats:
    """Return the value of each term, the parallel part first, shape ``(n_settings, 1 + n_names)``."""
    rows = []
    for setting in settings:
        scale = setting.data / form.reference.data
        serial = _serial_terms(setting.executors, scale)
        rows.append([form.term(setting.slots, scale), *(serial[name] for name in names)])
    return np.array(rows)


def _coefficients(settings: Sequence[Setting], names: Sequence[Serial], form: _Form) -> Floats:
    """Return the most probable coefficients given measurements and prior."""
    terms = _terms(settings, names, form)
    times = np.array([s.response_time_s for s in settings])
    measured = terms / times[:, None] / NOISE
    largest = max(range(len(settings)), key=lambda i: (settings[i].slots, settings[i].data))
    means, spreads = np.array([PRIOR[name] for name in names]).T
    shares = np.zeros((len(names), terms.shape[1]))
    shares[:, 1:] = np.diag(terms[largest, 1:] / times[largest] / spreads)
    known = np.full(len(settings), 1 / NOISE)
    return solve(np.vstack([measured, shares]), np.concatenate([known, means / spreads]))


def _left_out(settings: Sequence[Setting], names: Sequence[Serial], form: _Form) -> float:
    """Return the root mean square of relative errors for settings that were left out, one by one."""
    errors = []
    for i, setting in enumerate(settings):
        others = [*settings[:i], *settings[i + 1 :]]
        predicted = _terms([setting], names, form) @ _coefficients(others, names, form)
        errors.append(float(predicted[0]) / setting.response_time_s - 1)
    return math.sqrt(math.fsum(error**2 for error in errors) / len(errors))
