"""Predicted schedules against recorded runs of real Spark, as `pertract predict` makes them.

The limits hold what benchmarks/fidelity/scheduling.py prints; a run of each scenario is enough to notice
when the simulation no longer schedules as Spark does.
"""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pertract.cli import app

RECORDED = Path(__file__).resolve().parents[2] / "benchmarks" / "fidelity" / "recorded"
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="benchmarks are not part of a source package")


@pytest.fixture(scope="module")
def rows():
    with (RECORDED / "runs.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def model_of(rows, tmp_path_factory):
    """Return a function from a workload to the model of its calibration run."""
    folder, made = tmp_path_factory.mktemp("models"), {}

    def model_of(workload):
        if workload not in made:
            plain = next(r for r in rows if (r["scenario"], r["workload"]) == ("calibration", workload))
            made[workload] = folder / f"{workload}.yaml"
            words = ["extract", "-q", str(RECORDED / plain["log"]), "-o", str(made[workload])]
            assert CliRunner().invoke(app, words).exit_code == 0
        return str(made[workload])

    return model_of


@pytest.mark.parametrize(
    ("label", "most"),
    [
        ("diamond-4x2", 0.06),
        ("chain-6x2", 0.10),
        ("chain-2x4-cpus2", 0.04),
        ("pools-2x2-fair", 0.03),
        ("pools-4x2-fair-file", 0.05),
        ("stragglers-2x2-usual", 0.03),
        ("chain-2x2-lost-in-first", 0.06),
        ("chain-2x2-lost-in-second", 0.06),
        ("bursts-1to4", 0.10),
        ("brief-4x2", 0.08),
        ("cached-2+2x2-wait1s", 0.06),
    ],
)
def test_the_job_span_of_a_recorded_run(rows, model_of, monkeypatch, label, most):
    row = next(r for r in rows if r["label"] == label)
    predicted = predict(row, model_of, monkeypatch)["job_span_s"]["mean"]
    assert abs(predicted / float(row["job_span_s"]) - 1) < most


@pytest.mark.parametrize("wait", ["0s", "1s", "3s"])
def test_jobs_that_read_cached_data(rows, model_of, monkeypatch, wait):
    """Without the pause before them, in which the application waits for more executors."""
    repetitions = [r for r in rows if r["label"] == f"cached-2+2x2-wait{wait}"]
    measured_s = sum(sum(map(float, r["jobs_s"].split()[1:])) for r in repetitions) / len(repetitions)
    stages = predict(repetitions[-1], model_of, monkeypatch)["stages"][-2:]
    assert sum(stage["end_s"] - stage["start_s"] for stage in stages) == pytest.approx(measured_s, rel=0.05)


def predict(row, model_of, monkeypatch):
    """Return the prediction of a run by the model of its calibration run."""
    monkeypatch.chdir(RECORDED)
    words = ["predict", "-q", "--format", "json", "-n", "5", model_of(row["workload"])]
    result = CliRunner().invoke(app, [*words, *shlex.split(row["options"])])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
