"""The recorded HiBench campaign: models of the smallest runs predict the others."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import pertract
from pertract.sources.runs_table import read_table, select

RECORDED = Path(__file__).resolve().parents[2] / "benchmarks" / "hibench" / "recorded"
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="benchmarks are not part of a source package")


@pytest.mark.parametrize(("workload", "mean", "largest"), [("pagerank", 0.09, 0.18), ("kmeans", 0.11, 0.32)])
def test_response_times_of_larger_runs_are_predicted(workload, mean, largest, tmp_path) -> None:
    table = RECORDED / "runs.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["workload"] == workload]
    chosen = [row for row in rows if row["executors"] == "1" and "-large-" not in row["label"]]
    with (tmp_path / "calibration.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | {"log": str(RECORDED / row["log"])} for row in chosen)
    model = pertract.extract_table(tmp_path / "calibration.csv")
    result = pertract.validate(model, select(read_table(table), workload), replications=5)
    found = [row for row in result.rows if row.role == "prediction"]
    assert len(found) == len(rows) - len(chosen) == 8
    errors = [abs(row.comparisons["response_time_s"].error) for row in found]
    assert sum(errors) / len(errors) <= mean
    assert max(errors) <= largest
