"""A coarse model and measured runs for tests; slots are executors of one core."""

from __future__ import annotations

from pertract import dsl
from pertract.evaluate import Case
from pertract.fit.coarse import fit_totals
from pertract.fit.coarse_model import coarse_model
from pertract.fit.totals import settings_of
from pertract.sources.runs_table import MeasuredRun

CALIBRATION = ((1, 1.0), (2, 1.0), (4, 1.0), (4, 2.0))


def time_s(executors: int, data: float) -> float:
    return 10 + 90 * data / executors


def run(executors: int, data: float | None = 1.0, **fields: object) -> MeasuredRun:
    given = {
        "row": 2,
        "label": f"{executors}x{data}",
        "executors": executors,
        "cores_per_executor": 1,
        "data_size": data,
        "data_column": None if data is None else "data_size",
        "response_time_s": time_s(executors, data or 1.0),
    }
    return MeasuredRun(**(given | fields))


def case(executors: int, data: float | None = 1.0, **fields: object) -> Case:
    return Case(run(executors, data, **fields))


def model() -> dsl.PerformanceModel:
    runs = [run(*setting) for setting in CALIBRATION]
    return coarse_model(fit_totals(settings_of(runs)), name="app", source="runs.csv", digest="sha256:0")
