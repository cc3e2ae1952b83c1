"""Predict measured runs and compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from .. import dsl
from ..errors import PertractError
from ..fit.baselines import Baseline, Total, baselines
from ..simulate import Prediction, measured_parameters, predict
from ..sources.runs_table import MeasuredRun
from .roles import Case, calibration_of, data_reference, options_of

QUANTITIES = ("response_time_s", "job_span_s", "cpu_utilisation")
"""What is compared, by its name in tables, predictions and documents."""

Progress = Callable[[int, int], None]
"""Called with runs done and runs in all."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity of one run, in the unit of its name."""

    measured: float
    predicted: float
    interval90: tuple[float, float]
    """90 % prediction interval for one run."""

    @property
    def error(self) -> float:
        """(predicted - measured) / measured."""
        return (self.predicted - self.measured) / self.measured

    @property
    def inside(self) -> bool:
        """Whether the interval holds the measurement."""
        return self.interval90[0] <= self.measured <= self.interval90[1]


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one measured run."""

    run: MeasuredRun
    role: Literal["calibration", "prediction"]
    """Errors of calibration runs are those of a fit."""
    prediction: Prediction | None = None
    """None where the run could not be predicted."""
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)
    """By name of the quantity, of `QUANTITIES`; what was not measured is absent."""
    reason: str = ""
    """Why it could not be predicted."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Errors of several predictions; all but the bias of absolute values."""

    runs: int
    mean: float
    median: float
    p90: float
    """90th percentile."""
    max: float
    bias: float
    """Mean of signed errors."""
    coverage: float | None
    """Share of measurements inside their 90 % interval; None for baselines, which have none."""


@dataclass(frozen=True, slots=True)
class BaselineResult:
    """How well a baseline predicts the response times of the same runs."""

    name: str
    note: str
    summary: Summary | None
    """None where it could not be fitted."""


@dataclass(frozen=True, slots=True)
class Validation:
    """Predictions of measured runs, and how good they are."""

    model: dsl.PerformanceModel
    rows: tuple[Row, ...]
    summary: Mapping[str, Summary]
    """By quantity; over predicted runs only, never over calibration runs."""
    baselines: tuple[BaselineResult, ...]

    @property
    def predicted(self) -> tuple[Row, ...]:
        """The rows that count."""
        return tuple(row for row in self.rows if row.role == "prediction" and row.prediction)

    @property
    def failed(self) -> tuple[Row, ...]:
        """The rows that could not be predicted."""
        return tuple(row for row in self.rows if not row.prediction)


def validate(
    model: dsl.PerformanceModel,
    cases: Sequence[Case],
    *,
    replications: int = 20,
    seed: int = 1,
    progress: Progress | None = None,
) -> Validation:
    """Return predictions of measured runs, each in its own configuration.

    Of a run nothing is used for its prediction but cluster and amount of data.

    Parameters
    ----------
    model
        A checked model.
    cases
        Runs of the application that the model describes.
    replications, seed
        As for `simulate.predict`.
    progress
        Called after every run.
    """
    reference = data_reference(model, cases)
    known: dict[str, Prediction] = {}
    rows = []
    for case in cases:
        scale = reference.scale(case.run)
        rows.append(_row(model, case, scale, replications, seed, known))
        if progress:
            progress(len(rows), len(cases))
    counted = [row for row in rows if row.role == "prediction"]
    summary = {}
    for name in QUANTITIES:
        found = [row.comparisons[name] for row in counted if name in row.comparisons]
        if found:
            summary[name] = _summary([c.error for c in found], [c.inside for c in found])
    return Validation(model, tuple(rows), summary, _baselines(model, counted))


def _row(
    model: dsl.PerformanceModel,
    case: Case,
    scale: float | None,
    replications: int,
    seed: int,
    known: dict[str, Prediction],
) -> Row:
    """Return the row of a run; runs of the same configuration share a prediction."""
    run = case.run
    role: Literal["calibration", "prediction"] = (
        "calibration" if calibration_of(case, model) else "prediction"
    )
    if case.unusable:
        return Row(run, role, reason=case.unusable)
    if scale is None:
        return Row(
            run,
            role,
            reason=f"the model does not say how much data it stands for in the unit of '{run.data_column}'; "
            "add the calibration run to the table",
        )
    try:
        options = options_of(run, scale, measured_parameters(model))
        key = repr(options)
        if key not in known:
            known[key] = predict(model, options, replications=replications, seed=seed)
    except PertractError as error:
        return Row(run, role, reason=str(error))
    return Row(run, role, known[key], dict(_comparisons(run, known[key])))


def _comparisons(run: MeasuredRun, prediction: Prediction) -> Iterator[tuple[str, Comparison]]:
    """Yield what was measured and can be predicted, by name."""
    for name in QUANTITIES:
        measured, estimate = getattr(run, name), getattr(prediction, name)
        if measured and estimate.mean > 0:
            same = 1.0
            if name == "cpu_utilisation" and run.cpu_cores:
                same = prediction.configuration.worker_cores / run.cpu_cores
            low, high = estimate.interval90
            yield name, Comparison(measured, estimate.mean * same, (low * same, high * same))


def _summary(errors: Sequence[float], inside: Sequence[bool] | None = None) -> Summary:
    sizes = np.abs(errors)
    return Summary(
        runs=len(errors),
        mean=float(sizes.mean()),
        median=float(np.median(sizes)),
        p90=float(np.quantile(sizes, 0.9)),
        max=float(sizes.max()),
        bias=float(np.mean(errors)),
        coverage=None if inside is None else float(np.mean(inside)),
    )


def _baselines(model: dsl.PerformanceModel, rows: Sequence[Row]) -> tuple[BaselineResult, ...]:
    calibration = _calibration(model)
    asked = [
        (
            Total(p.configuration.slots, p.configuration.data_scale),
            row.comparisons["response_time_s"].measured,
        )
        for row in rows
        if (p := row.prediction) and "response_time_s" in row.comparisons
    ]
    if not calibration or not asked:
        return ()
    return tuple(_result(baseline, asked) for baseline in baselines(calibration))


def _result(baseline: Baseline, asked: Sequence[tuple[Total, float]]) -> BaselineResult:
    if (rule := baseline.rule) is None:
        return BaselineResult(baseline.name, baseline.note, None)
    errors = [rule(run) / measured - 1 for run, measured in asked]
    return BaselineResult(baseline.name, baseline.note, _summary(errors))


def _calibration(model: dsl.PerformanceModel) -> list[Total]:
    """Return what the model tells of its calibration runs, data relative to the first one."""
    runs = [run for run in model.runs if run.slots and run.response_time_s > 0]
    told = all(run.size for run in runs)
    amounts = [run.size if told else 1.0 for run in runs]
    return [
        Total(run.slots, amount / amounts[0], run.response_time_s)
        for run, amount in zip(runs, amounts, strict=True)
    ]
