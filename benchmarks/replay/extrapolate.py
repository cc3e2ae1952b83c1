"""Prediction error: a model of one run predicts all other runs of the same application.

usage: python benchmarks/replay/extrapolate.py [RUNS.CSV ...]

A table of runs has the columns workload, log, executors, cores_per_executor, data_bytes or
data_units, response_time_s, job_span_s and label. Per workload the run with the fewest slots and the
least data (of several, the quietest) is used for calibration, everything else is predicted. A column
other_busy_cores tells what else the machine did meanwhile: runs above 0.3 are disturbed, they are
predicted and printed, but their times do not count. Without arguments, our own runs
beside the project are taken (`../shared/data/spark-runs`; one machine with two cores that driver and
executors share). Baselines: *same* (nothing changes) and *ideal* (time x data / slots).
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

import pertract

RUNS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "spark-runs"
DISTURBED_CORES = 0.3
HEADER = f"{'run':30} {'job span':>18} {'error':>8} {'response time':>18} {'error':>8} {'90 % interval':>16}"


def slots_of(row: dict[str, str]) -> int:
    return int(row["executors"]) * int(row["cores_per_executor"])


def data_of(row: dict[str, str]) -> float:
    return float(row.get("data_units") or row["data_bytes"])


def other_cores(row: dict[str, str]) -> float:
    return float(row.get("other_busy_cores") or 0)


def predict_all(table: Path) -> None:
    by_workload = defaultdict(list)
    with table.open() as file:
        for row in csv.DictReader(file):
            by_workload[row["workload"]].append(row)
    errors = defaultdict(list)
    inside = []
    for workload, rows in by_workload.items():
        try:
            model, calibration = calibrate(table, rows)
        except pertract.PertractError as error:
            print(f"\n{workload}: left out, {error}")
            continue
        print(f"\n{workload}: calibrated on {calibration['label']}, all others predicted\n{HEADER}")
        for row in rows:
            if row is calibration:
                continue
            scale = data_of(row) / data_of(calibration)
            predicted = pertract.predict(
                model,
                executors=int(row["executors"]),
                executor_cores=int(row["cores_per_executor"]),
                data_scale=scale,
            )
            span_s, time_s = float(row["job_span_s"]), float(row["response_time_s"])
            low, high = predicted.response_time_s.interval90
            times = f"{span_s:7.1f} -> {predicted.job_span_s.mean:7.1f}"
            if other_cores(row) > DISTURBED_CORES:
                print(f"{row['label'][-30:]:30} {times} disturbed run, not counted")
                continue
            inside.append(low <= time_s <= high)
            measured_span_s = float(calibration["job_span_s"])
            ideal_s = measured_span_s * scale * slots_of(calibration) / slots_of(row)
            errors["pertract, job span"].append(predicted.job_span_s.mean / span_s - 1)
            errors["pertract, response time"].append(predicted.response_time_s.mean / time_s - 1)
            errors["same, job span"].append(measured_span_s / span_s - 1)
            errors["ideal, job span"].append(ideal_s / span_s - 1)
            print(
                f"{row['label'][-30:]:30} {times} "
                f"{errors['pertract, job span'][-1]:+8.1%} "
                f"{time_s:7.1f} -> {predicted.response_time_s.mean:7.1f} "
                f"{errors['pertract, response time'][-1]:+8.1%} {low:6.1f} to {high:6.1f}"
            )
    print(f"\n{table}: {len(inside)} predictions, {np.mean(inside):.0%} inside their 90 % interval")
    for name, values in errors.items():
        absolute = np.abs(values)
        print(
            f"  {name:24} mean {absolute.mean():6.1%}  median {np.median(absolute):6.1%}  "
            f"90th percentile {np.quantile(absolute, 0.9):6.1%}  maximum {absolute.max():6.1%}  "
            f"bias {np.mean(values):+6.1%}"
        )


def calibrate(table: Path, rows: list[dict[str, str]]) -> tuple[pertract.PerformanceModel, dict[str, str]]:
    first = min(rows, key=lambda row: (slots_of(row), data_of(row), other_cores(row)))
    return pertract.extract(table.parent / first["log"]), first


def main() -> None:
    tables = [Path(argument) for argument in sys.argv[1:]] or sorted(RUNS.glob("*/runs.csv"))
    if not tables:
        sys.exit("The measurements beside the project are absent; give a table of runs of your own.")
    for table in tables:
        predict_all(table)


if __name__ == "__main__":
    main()
