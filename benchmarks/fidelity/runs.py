"""Fidelity: a model of the smallest cluster predicts real runs on all others.

usage: python benchmarks/fidelity/runs.py [RUNS.CSV ...]

A table of runs has the columns workload, log, executors, cores_per_executor, data_bytes or data_units,
response_time_s, job_span_s and label; nodes and node_cores where they are known; other_busy_cores (runs
above 0.3 are disturbed: printed, not counted in times); executor_jvm_cpu_s and executor_python_cpu_s. A
file sections.csv beside it has a row per application and job group with span_ms and
task_time_inflation.

Calibration runs are those on the smallest cluster. Of every data size the quietest one is extracted, and
predicts the runs of that data size on other clusters (part "cluster"); the one with the least data also
predicts the smallest cluster with more data (part "data"). Of a run that is predicted nothing is read but
its configuration. Without arguments: our own runs beside the project (../shared/data/spark-runs).
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

import pertract

RUNS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "spark-runs"
DISTURBED_CORES = 0.3
REPLICATIONS = 20
Row = dict[str, str]


class Errors:
    """Signed errors by name, and how many measurements their interval held."""

    def __init__(self) -> None:
        self._errors: dict[str, list[float]] = defaultdict(list)
        self._inside: dict[str, list[bool]] = defaultdict(list)

    def add(self, name: str, predicted: float, measured: float) -> float:
        """Note a prediction and return its signed error relative to the measurement."""
        self._errors[name].append(predicted / measured - 1)
        return self._errors[name][-1]

    def inside(self, name: str, interval: tuple[float, float], measured: float) -> str:
        """Note whether an interval holds the measurement, and return it as text."""
        low, high = interval
        self._inside[name].append(low <= measured <= high)
        return f"{low:6.1f} to {high:6.1f} {'' if low <= measured <= high else 'outside'}"

    def means(self) -> dict[str, float]:
        """Return the mean absolute error by name."""
        return {name: float(np.abs(values).mean()) for name, values in self._errors.items()}

    def table(self) -> Iterable[str]:
        """Yield a line per name."""
        for name, values in self._errors.items():
            sizes = np.abs(values)
            held = self._inside.get(name)
            yield (
                f"  {name:36} {len(values):3}  mean {sizes.mean():6.1%}  median {np.median(sizes):6.1%}  "
                f"90th percentile {np.quantile(sizes, 0.9):6.1%}  maximum {sizes.max():6.1%}  "
                f"bias {np.mean(values):+6.1%}" + (f"  inside {np.mean(held):.0%}" if held else "")
            )


def slots_of(row: Row) -> int:
    return int(row["executors"]) * int(row["cores_per_executor"])


def data_of(row: Row) -> float:
    return float(row.get("data_units") or row["data_bytes"])


def other_cores(row: Row) -> float:
    return float(row.get("other_busy_cores") or 0)


def options_of(row: Row, log: Path) -> dict[str, int]:
    """Return the cluster of a run, as options of a prediction.

    A cluster may give fewer executors than it was asked for; how many there were stands in the log.
    """
    executors = min(int(row["executors"]), len(pertract.read_run(log).executors))
    if executors < int(row["executors"]):
        print(f"  {row['label']}: only {executors} of {row['executors']} executors registered")
    options = {"executors": executors, "executor_cores": int(row["cores_per_executor"])}
    return options | {name: int(row[name]) for name in ("nodes", "node_cores") if row.get(name)}


def calibrations(rows: Sequence[Row]) -> list[Row]:
    """Return the quietest run of each data size on the smallest cluster, least data first."""
    smallest = min(map(slots_of, rows))
    chosen: dict[float, Row] = {}
    for row in sorted((r for r in rows if slots_of(r) == smallest), key=other_cores):
        chosen.setdefault(data_of(row), row)
    return [chosen[size] for size in sorted(chosen)]


def run_table(table: Path) -> Errors:
    with table.open() as file:
        rows = list(csv.DictReader(file))
    sections = _sections(table.parent / "sections.csv")
    errors = Errors()
    for workload in dict.fromkeys(row["workload"] for row in rows):
        mine = [row for row in rows if row["workload"] == workload]
        chosen = calibrations(mine)
        print(f"\n{workload}: calibrated on {', '.join(row['label'] for row in chosen)}")
        models = {}
        for row in chosen:
            try:
                models[data_of(row)] = pertract.extract(table.parent / row["log"])
            except pertract.PertractError as error:
                print(f"  {row['label']}: left out, {error}")
        for row in mine:
            if any(row is calibration for calibration in chosen):
                continue
            if data_of(row) in models:
                part = "cluster" if slots_of(row) > slots_of(chosen[0]) else "repetition"
                before = next(c for c in chosen if data_of(c) == data_of(row))
                _baselines(before, row, part, errors)
                _predict(models[data_of(row)], row, table.parent / row["log"], 1.0, part, errors, sections)
        if models:
            least = min(models)
            for row in chosen[1:]:
                _baselines(chosen[0], row, "data", errors)
                _predict(
                    models[least], row, table.parent / row["log"], data_of(row) / least, "data", errors, {}
                )
    return errors


def _baselines(calibration: Row, row: Row, part: str, errors: Errors) -> None:
    """Note what two simple guesses make of a run: nothing changes, and ideal scaling."""
    if other_cores(row) > DISTURBED_CORES:
        return
    before, measured = float(calibration["job_span_s"]), float(row["job_span_s"])
    ideal = data_of(row) / data_of(calibration) * slots_of(calibration) / slots_of(row)
    errors.add(f"{part}, baseline same, job span", before, measured)
    errors.add(f"{part}, baseline ideal, job span", before * ideal, measured)


def _sections(path: Path) -> dict[str, list[Row]]:
    found = defaultdict(list)
    if path.is_file():
        with path.open() as file:
            for row in csv.DictReader(file):
                found[row["app"]].append(row)
    return found


def _predict(
    model: pertract.PerformanceModel,
    row: Row,
    log: Path,
    scale: float,
    part: str,
    errors: Errors,
    sections: dict[str, list[Row]],
) -> None:
    prediction = pertract.predict(model, replications=REPLICATIONS, data_scale=scale, **options_of(row, log))
    disturbed = other_cores(row) > DISTURBED_CORES
    text = [f"  {row['label'][-24:]:24} {part:10}"]
    for name in ("job_span_s", "response_time_s"):
        estimate, measured = getattr(prediction, name), float(row[name])
        error = estimate.mean / measured - 1
        cell = f"{name[:-2]} {measured:6.1f} -> {estimate.mean:6.1f} {error:+7.1%}"
        if not disturbed:
            errors.add(f"{part}, {name}", estimate.mean, measured)
            cell += f" {errors.inside(f'{part}, {name}', estimate.interval90, measured)}"
        text.append(cell)
    if disturbed:
        text.append("(disturbed)")
    if row.get("executor_jvm_cpu_s"):
        measured = float(row["executor_jvm_cpu_s"]) + float(row["executor_python_cpu_s"] or 0)
        used = prediction.cpu_utilisation.mean * prediction.response_time_s.mean
        used *= prediction.configuration.worker_cores
        error = errors.add(f"{part}, executor CPU seconds", used, measured)
        text.append(f"CPU {measured:5.1f} -> {used:5.1f} {error:+7.1%}")
    print("  ".join(text))
    for section in sections.get(row["label"], []):
        _section(prediction, section, part, errors)


def _section(prediction: pertract.Prediction, section: Row, part: str, errors: Errors) -> None:
    jobs = [job for job in prediction.jobs if job.group == section["section"]]
    if not jobs:
        return
    measured = float(section["span_ms"]) / 1000
    predicted = max(job.end_s for job in jobs) - min(job.start_s for job in jobs)
    inflation = float(section.get("task_time_inflation") or 0)
    kind = (
        "warm-up section" if not inflation else "clean sections" if inflation < 1.1 else "inflated sections"
    )
    error = errors.add(f"{part}, {kind}", predicted, measured)
    print(f"    {section['section']:12} {measured:6.1f} -> {predicted:6.1f} {error:+7.1%}  ({kind})")


def main() -> None:
    tables = [Path(argument) for argument in sys.argv[1:]] or sorted(RUNS.glob("*/runs.csv"))
    if not tables:
        sys.exit("The measurements beside the project are absent; give a table of runs of your own.")
    for table in tables:
        print(f"\n== {table}")
        errors = run_table(table)
        print()
        for line in errors.table():
            print(line)


if __name__ == "__main__":
    main()
