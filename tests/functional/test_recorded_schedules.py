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
    ],
)
def test_the_job_span_of_a_recorded_run(rows, model_of, monkeypatch, label, most):
    monkeypatch.chdir(RECORDED)
    row = next(r for r in rows if r["label"] == label)
    words = [
        "predict",
        "-q",
        "--format",
        "json",
        "-n",
        "5",
        model_of(row["workload"]),
        *shlex.split(row["options"]),
    ]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    predicted = json.loads(result.stdout)["job_span_s"]["mean"]
    assert abs(predicted / float(row["job_span_s"]) - 1) < most
