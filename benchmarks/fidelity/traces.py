"""Fidelity of CPU utilisation: what samples of one run are worth for predictions of other clusters.

usage: python benchmarks/fidelity/traces.py [RUNS.CSV ...] [--details]

A table of runs as for `runs.py` (workload, log, executors, cores_per_executor, nodes, node_cores, data_bytes
or data_units, response_time_s, executor_jvm_cpu_s, executor_python_cpu_s, label), with a column that names
what was recorded during each run: samples (what a profiler wrote), or cpu_samples (CPU of its processes).

Every run is a calibration run once. Its model, without and with its samples, predicts all runs of the same
workload and data on other numbers of executors; of these runs nothing is read but their configuration.
`repetition` are predictions of other runs in the same configuration, and `itself` is the calibration run,
predicted by its own model. The noise is how much repetitions on the same cluster differ: no prediction can
be nearer to each of them. Runs during which other programs kept more than 0.3 cores busy are disturbed:
their CPU per second says more of those than of Spark; they are counted apart. Without arguments: our own
runs beside the project (../shared/data/spark-runs/cpu).
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

import pertract
from pertract.errors import PertractError

RUNS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "spark-runs" / "cpu" / "runs.csv"
DISTURBED_CORES = 0.3
REPLICATIONS = 10
Row = dict[str, str]
Errors = dict[tuple[str, str, str, str], list[tuple[float, float]]]
"""By quantity, quietness, part and kind of model: relative error, and the error in points."""
CPU, UTILISATION, TIME = "CPU of executors", "CPU utilisation", "response time"


def data_of(row: Row) -> str:
    return row.get("data_units") or row["data_bytes"]


def quietness(*rows: Row) -> str:
    other = max(float(row.get("other_busy_cores") or 0) for row in rows)
    return "disturbed" if other > DISTURBED_CORES else "quiet"


def used_core_s(row: Row) -> float:
    return float(row["executor_jvm_cpu_s"]) + float(row.get("executor_python_cpu_s") or 0)


def cores_of(row: Row) -> int:
    """Return the cores that utilisations are relative to: all of the nodes."""
    if row.get("nodes") and row.get("node_cores"):
        return int(row["nodes"]) * int(row["node_cores"])
    return int(row["executors"]) * int(row["cores_per_executor"])


def utilisation(row: Row) -> float:
    return used_core_s(row) / (cores_of(row) * float(row["response_time_s"]))


def options_of(row: Row) -> dict[str, int]:
    options = {"executors": int(row["executors"]), "executor_cores": int(row["cores_per_executor"])}
    return options | {name: int(row[name]) for name in ("nodes", "node_cores") if row.get(name)}


def samples_of(row: Row, folder: Path) -> list[Path]:
    cell = row.get("samples") or row.get("cpu_samples") or ""
    return [folder / part for part in cell.split("|") if part]


def run_table(table: Path, *, details: bool) -> Errors:
    with table.open() as file:
        rows = list(csv.DictReader(file))
    errors: Errors = defaultdict(list)
    for calibration in rows:
        log, samples = table.parent / calibration["log"], samples_of(calibration, table.parent)
        if not samples:
            continue
        try:
            models = {
                "without": pertract.extract(log),
                "with samples": pertract.extract(log, samples=samples),
            }
        except PertractError as error:
            print(f"  {calibration['label']}: left out, {error}")
            continue
        for row in rows:
            if row["workload"] == calibration["workload"] and data_of(row) == data_of(calibration):
                _predict(models, calibration, row, errors, details=details)
    return errors


def _predict(
    models: dict[str, pertract.PerformanceModel], calibration: Row, row: Row, errors: Errors, *, details: bool
) -> None:
    measured = utilisation(row)
    same = row["executors"] == calibration["executors"]
    part = "itself" if row is calibration else "repetition" if same else "other executors"
    if part == "other executors" and int(row["executors"]) < int(calibration["executors"]):
        part = "fewer executors"
    texts = []
    for kind, model in models.items():
        prediction = pertract.predict(model, replications=REPLICATIONS, **options_of(row))
        predicted = prediction.cpu_utilisation.mean * prediction.configuration.worker_cores / cores_of(row)
        quiet = quietness(calibration, row)
        errors[UTILISATION, quiet, part, kind].append(
            (predicted / measured - 1, 100 * (predicted - measured))
        )
        used_s = predicted * cores_of(row) * prediction.response_time_s.mean
        errors[CPU, quiet, part, kind].append((used_s / used_core_s(row) - 1, 0.0))
        ratio = prediction.response_time_s.mean / float(row["response_time_s"])
        errors[TIME, quiet, part, kind].append((ratio - 1, 0.0))
        texts.append(f"{kind} {predicted:6.1%} {predicted / measured - 1:+7.1%}")
    if details:
        print(
            f"  {calibration['label']:28} -> {row['label']:28} {measured:6.1%}  {'  '.join(texts)}"
            f"  {quietness(calibration, row)}"
        )


def noise(rows: Sequence[Row]) -> Errors:
    """Return how repetitions differ from each other."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["workload"], data_of(row), row["executors"], row["cores_per_executor"]].append(row)
    found: Errors = defaultdict(list)
    for group in groups.values():
        for one, other in combinations(group, 2):
            a, b = utilisation(one), utilisation(other)
            key = quietness(one, other)
            times = float(one["response_time_s"]), float(other["response_time_s"])
            found[UTILISATION, key, "repetition", "noise"].append((a / b - 1, 0.0))
            found[CPU, key, "repetition", "noise"].append((used_core_s(one) / used_core_s(other) - 1, 0.0))
            found[TIME, key, "repetition", "noise"].append((times[0] / times[1] - 1, 0.0))
    return found


def table_of(errors: Errors) -> Iterable[str]:
    """Yield a line for each part."""
    for (quantity, quiet, part, kind), values in sorted(errors.items()):
        relative, points = np.array(values).T
        sizes = np.abs(relative)
        line = (
            f"  {quantity:16} {quiet:9} {part:15} {kind:12} {len(values):4}  mean {sizes.mean():6.1%}"
            f"  median {np.median(sizes):6.1%}  90th percentile {np.quantile(sizes, 0.9):6.1%}"
            f"  maximum {sizes.max():6.1%}"
        )
        if kind != "noise":
            line += f"  bias {relative.mean():+6.1%}"
        if points.any():
            line += f" = {points.mean():+.1f} points"
        yield line


def main() -> None:
    details = "--details" in sys.argv
    tables = [Path(argument) for argument in sys.argv[1:] if argument != "--details"] or [RUNS]
    for table in tables:
        if not table.is_file():
            sys.exit(f"{table}: no such table of runs; give one of your own.")
        print(f"== {table}")
        errors = run_table(table, details=details)
        print("predicted relative to measured")
        for line in table_of(errors):
            print(line)
        print("noise: repetitions relative to each other")
        with table.open() as file:
            for line in table_of(noise(list(csv.DictReader(file)))):
                print(line)


if __name__ == "__main__":
    main()
