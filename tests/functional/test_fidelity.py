"""Predictions of real runs on other clusters stay as good as docs/accuracy.md says they are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "benchmarks" / "fidelity" / "runs.py"
RUNS = ROOT.parent / "shared" / "data" / "spark-runs"

spec = importlib.util.spec_from_file_location("fidelity_runs", SCRIPT)
assert spec is not None
assert spec.loader is not None
runs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(runs)


@pytest.fixture(scope="module")
def mean_errors():
    if not RUNS.is_dir():
        pytest.skip("the measured runs beside the project (../shared/data/spark-runs) are absent")
    runs.REPLICATIONS = 3
    return {family: runs.run_table(RUNS / family / "runs.csv").means() for family in ("cpu", "sleep")}


@pytest.mark.parametrize(
    ("family", "quantity", "most"),
    [
        ("cpu", "cluster, job_span_s", 0.15),
        ("cpu", "cluster, response_time_s", 0.15),
        ("cpu", "cluster, executor CPU seconds", 0.15),
        ("cpu", "data, job_span_s", 0.10),
        ("sleep", "cluster, job_span_s", 0.12),
        ("sleep", "cluster, clean sections", 0.08),
    ],
)
def test_mean_errors_of_predictions(mean_errors, family, quantity, most):
    assert mean_errors[family][quantity] < most


def test_a_prediction_beats_both_baselines(mean_errors):
    for errors in mean_errors.values():
        baselines = [errors[f"cluster, baseline {name}, job span"] for name in ("same", "ideal")]
        assert errors["cluster, job_span_s"] < min(baselines)
