"""Predictions against measured HiBench runs, with a gate.

usage: python -m benchmarks.hibench.regression RUNS.CSV [-o FOLDER] [--max-mean-error P] [--max-error P]
           [--min-coverage P]

For every workload in the table, the runs on the smallest cluster with the two smallest amounts of data are
calibration: `pertract extract --runs` makes a model of these and of nothing else. `pertract validate`
predicts all runs and compares. Ends with 1 if a workload misses the gate.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

RECORDED = Path(__file__).resolve().parent / "recorded" / "runs.csv"
DISTURBED_CORES = 0.3
"""Others that kept so many cores busy disturbed a run."""
SIZES = 2
"""Amounts of data that are used for calibration."""
GATE_NOT_MET = 1
Row = dict[str, str]


def slots(row: Row) -> int:
    """Return the task slots of a run's cluster."""
    return int(row["executors"]) * int(row["cores_per_executor"])


def data(row: Row) -> float:
    """Return the amount of data of a run."""
    return float(row.get("data_units") or row["data_bytes"])


def calibration(rows: Sequence[Row]) -> list[Row]:
    """Return the runs of one workload on its smallest cluster with the smallest amounts of data."""
    smallest = min(map(slots, rows))
    mine = [row for row in rows if slots(row) == smallest]
    sizes = sorted(set(map(data, mine)))[:SIZES]
    return [row for row in mine if data(row) in sizes]


def other_cores(row: Row) -> float:
    """Return how many cores others kept busy during a run; 0 where the table does not tell."""
    return float(row.get("other_busy_cores") or 0)


def write(path: Path, rows: Sequence[Row], logs: Path) -> None:
    """Write runs as a table, whose logs lie in a folder, with paths that hold from the table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(row | {"log": os.path.relpath(logs / row["log"], path.resolve().parent)})


def described(rows: Sequence[Row], chosen: Sequence[Row]) -> list[str]:
    """Return a line per run that tells what it is used for."""
    lines = [f"{'run':28} {'executors':>9} {'data':>12} {'response time':>14} {'others':>7}  used for"]
    for row in rows:
        disturbed = " (disturbed)" if other_cores(row) > DISTURBED_CORES else ""
        use = "calibration" if any(row is one for one in chosen) else "prediction"
        cluster = f"{row['executors']}x{row['cores_per_executor']}"
        lines.append(
            f"{row['label']:28} {cluster:>9} {data(row):12.0f} {float(row['response_time_s']):12.1f} s "
            f"{row.get('other_busy_cores') or '':>7}  {use}{disturbed}"
        )
    return lines


def pertract(*words: str | Path) -> int:
    """Run a command of this Pertract and return its exit code."""
    sys.stdout.flush()
    return subprocess.run([sys.executable, "-m", "pertract", *map(str, words)], check=False).returncode


def compare(workload: str, rows: Sequence[Row], logs: Path, folder: Path, gate: Sequence[str]) -> bool:
    """Calibrate, predict and compare one workload; return whether it meets the gate.

    Raises
    ------
    SystemExit
        If a command fails for another reason, with its exit code.
    """
    chosen = calibration(rows)
    print(f"\n== {workload}: {len(chosen)} runs for calibration, {len(rows) - len(chosen)} to predict")
    print("\n".join(described(rows, chosen)))
    learnt, measured, model = folder / "calibration.csv", folder / "measured.csv", folder / "model.yaml"
    write(learnt, chosen, logs)
    write(measured, rows, logs)
    if code := pertract("extract", "--runs", learnt, "--workload", workload, "-o", model):
        raise SystemExit(code)
    code = pertract("validate", model, "--runs", measured, "--workload", workload, *gate)
    if code not in (0, GATE_NOT_MET):
        raise SystemExit(code)
    return code == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="?", default=RECORDED, help="else the recorded ones, if any")
    parser.add_argument("-o", "--output", type=Path, default=Path("out/hibench/regression"))
    parser.add_argument("--workloads", nargs="+", help="else all in the table")
    parser.add_argument("--max-mean-error", default="25%")
    parser.add_argument("--max-error", default="60%")
    parser.add_argument("--min-coverage", default="50%")
    parser.add_argument(
        "--most-other-cores", type=float, metavar="CORES", help="leave out runs that others disturbed more"
    )
    given = parser.parse_args()
    if not given.runs.is_file():
        raise SystemExit(f"{given.runs} is not there; make it with: python -m benchmarks.hibench.run")
    with given.runs.open(newline="") as file:
        rows = list(csv.DictReader(file))
    if given.most_other_cores is not None:
        everything, rows = rows, [row for row in rows if other_cores(row) <= given.most_other_cores]
        print(f"{len(everything) - len(rows)} of {len(everything)} runs were disturbed and are left out")
    gate = ["--max-mean-error", given.max_mean_error, "--max-error", given.max_error]
    gate += ["--min-coverage", given.min_coverage]
    met = {}
    for workload in given.workloads or dict.fromkeys(row["workload"] for row in rows):
        mine = [row for row in rows if row["workload"] == workload]
        if len(calibration(mine)) == len(mine):
            print(f"\n== {workload}: nothing to predict; it was measured on one cluster with two sizes only")
            continue
        met[workload] = compare(workload, mine, given.runs.parent, given.output / workload, gate)
    print(
        "\n" + "\n".join(f"{name:14} gate {'met' if is_met else 'not met'}" for name, is_met in met.items())
    )
    if met and all(met.values()):
        return
    if disturbed := sum(other_cores(row) > DISTURBED_CORES for row in rows):
        print(
            f"{disturbed} of {len(rows)} runs were disturbed by others; record them anew on a quiet machine."
        )
    sys.exit(GATE_NOT_MET)


if __name__ == "__main__":
    main()
