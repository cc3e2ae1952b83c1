"""Prediction error where only scheduling matters: recorded runs of sleeping tasks against predictions.

usage: python benchmarks/fidelity/scheduling.py [RUNS.CSV]

Makes a model of the first repetition of every calibration run and of nothing else, predicts all other
runs with `pertract predict` and the options of their row, and prints measured against predicted job
spans. *Work* leaves out the warm-up job, which takes the same time everywhere. *Jobs* is the mean
absolute error of the times of single jobs: pools change these more than the span. The noise is the mean
difference between repetitions of a run, which no prediction can go below; *same* is the error of
answering that nothing changes. Without an argument, the runs kept beside this script are taken.
"""

from __future__ import annotations

import csv
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

RECORDED = Path(__file__).resolve().parent / "recorded" / "runs.csv"
CALIBRATION = "calibration"
HEADER = (
    f"{'run':30} {'job span':>18} {'error':>8} {'90 % interval':>16} {'':3} "
    f"{'work':>16} {'error':>8} {'jobs':>6}"
)


@dataclass(frozen=True)
class Row:
    """One recorded run."""

    scenario: str
    workload: str
    label: str
    repetition: int
    log: str
    options: tuple[str, ...]
    """Options of ``pertract predict`` that lead here from the calibration run."""
    job_span_s: float
    warm_up_s: float
    jobs_s: tuple[float, ...]
    """Times of the jobs after the warm-up."""

    @property
    def work_s(self) -> float:
        """End of the warm-up to the end of the last job."""
        return self.job_span_s - self.warm_up_s


@dataclass(frozen=True)
class Predicted:
    """What is predicted for one run."""

    job_span_s: float
    interval90_s: tuple[float, float]
    work_s: float
    jobs_s: tuple[float, ...]


@dataclass(frozen=True)
class Compared:
    """A recorded run, its prediction, and the work of the run its model was made from."""

    row: Row
    predicted: Predicted
    calibration_work_s: float

    @property
    def error(self) -> float:
        """Signed error of the job span."""
        return self.predicted.job_span_s / self.row.job_span_s - 1

    @property
    def work_error(self) -> float:
        """Signed error of the time after the warm-up."""
        return self.predicted.work_s / self.row.work_s - 1

    @property
    def same_error(self) -> float:
        """Signed error of the time after the warm-up if nothing changed."""
        return self.calibration_work_s / self.row.work_s - 1

    @property
    def jobs_error(self) -> float:
        """Mean absolute error of the times of single jobs."""
        pairs = zip(self.predicted.jobs_s, self.row.jobs_s, strict=True)
        return float(np.mean([abs(predicted / measured - 1) for predicted, measured in pairs]))

    @property
    def is_inside(self) -> bool:
        """Whether the measured job span lies in its 90 % interval."""
        low, high = self.predicted.interval90_s
        return low <= self.row.job_span_s <= high


class RefusedError(Exception):
    """What the command line said instead of an answer."""


def read_rows(lines: Iterable[str]) -> list[Row]:
    """Return the runs in a table."""
    return [
        Row(
            scenario=row["scenario"],
            workload=row["workload"],
            label=row["label"],
            repetition=int(row["repetition"]),
            log=row["log"],
            options=tuple(shlex.split(row["options"])),
            job_span_s=float(row["job_span_s"]),
            warm_up_s=float(row["warm_up_s"]),
            jobs_s=tuple(map(float, row["jobs_s"].split())),
        )
        for row in csv.DictReader(lines)
    ]


def calibrations(rows: Sequence[Row]) -> dict[str, Row]:
    """Return the only runs that models are made from: of each workload the first plain one."""
    plain = sorted((row for row in rows if row.scenario == CALIBRATION), key=lambda row: -row.repetition)
    return {row.workload: row for row in plain}


def predicted(document: Mapping[str, Any], jobs: int) -> Predicted:
    """Return what a prediction says about the last jobs of an application.

    Parameters
    ----------
    document
        What ``pertract predict --format json`` prints.
    jobs
        Number of jobs that are not the warm-up.
    """
    spans: dict[str, tuple[float, float]] = {}
    for stage in document["stages"]:
        begin, end = spans.get(stage["job"], (stage["start_s"], stage["end_s"]))
        spans[stage["job"]] = min(begin, stage["start_s"]), max(end, stage["end_s"])
    ordered = sorted(spans.values())
    warm, work = ordered[: len(ordered) - jobs], ordered[len(ordered) - jobs :]
    first_s = ordered[0][0]
    warm_up_s = max((end for _, end in warm), default=first_s) - first_s
    low, high = document["job_span_s"]["interval90"]
    span_s = document["job_span_s"]["mean"]
    return Predicted(span_s, (low, high), span_s - warm_up_s, tuple(end - begin for begin, end in work))


def noise(rows: Iterable[Row]) -> list[float]:
    """Return the differences between repetitions of the same run, relative to their mean."""
    repetitions = defaultdict(list)
    for row in rows:
        repetitions[row.label].append(row.work_s)
    return [
        abs(one - other) / ((one + other) / 2)
        for values in repetitions.values()
        for one, other in combinations(values, 2)
    ]


def figures(errors: Sequence[float]) -> str:
    """Return what is said about many signed errors."""
    absolute = np.abs(errors)
    return (
        f"mean {absolute.mean():6.1%}  median {np.median(absolute):6.1%}  "
        f"90th percentile {np.quantile(absolute, 0.9):6.1%}  maximum {absolute.max():6.1%}  "
        f"bias {np.mean(errors):+6.1%}"
    )


def pertract(words: Sequence[str], folder: Path) -> str:
    """Return what the command line prints.

    Raises
    ------
    RefusedError
        If it does not answer.
    """
    command = [sys.executable, "-m", "pertract", *words]
    wide = {**os.environ, "TERMINAL_WIDTH": "300", "NO_COLOR": "1"}  # a sentence on one line
    done = subprocess.run(command, cwd=folder, env=wide, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        kind = "not supported" if done.returncode == 2 else "failed"
        raise RefusedError(f"{kind}: {refusal(done.stderr)}")
    return done.stdout


def refusal(text: str) -> str:
    """Return the sentence in what a refused command prints: without box, usage and hint."""
    lines = [line.strip("│╭╮╰╯─ \t") for line in text.splitlines()]
    kept = [
        line for line in lines if line and not line.startswith(("Usage:", "Try ", "Error", "hint", "Hint"))
    ]
    return (kept or lines or [""])[0].removeprefix("error: ")


def compare(table: Path) -> tuple[list[Row], list[Compared]]:
    """Predict every run of a table that is not used for calibration, and print how well."""
    with table.open(newline="") as file:
        rows = read_rows(file)
    plain, folder = calibrations(rows), table.resolve().parent
    compared = []
    with tempfile.TemporaryDirectory() as models:
        for workload, row in plain.items():
            pertract(["extract", "--quiet", row.log, "-o", f"{models}/{workload}.yaml"], folder)
        scenario = ""
        for row in sorted(rows, key=lambda row: row.scenario):
            if row is plain[row.workload]:
                continue
            if row.scenario != scenario:
                scenario = row.scenario
                print(f"\n{scenario}\n{HEADER}")
            words = ["predict", "--quiet", "--format", "json", f"{models}/{row.workload}.yaml", *row.options]
            try:
                document = json.loads(pertract(words, folder))
            except RefusedError as error:
                print(f"{name_of(row):30} {error}")
                continue
            found = Compared(row, predicted(document, len(row.jobs_s)), plain[row.workload].work_s)
            compared.append(found)
            print(line_of(found))
    return rows, compared


def name_of(row: Row) -> str:
    return f"{row.label[-27:]} r{row.repetition}"


def line_of(found: Compared) -> str:
    low, high = found.predicted.interval90_s
    return (
        f"{name_of(found.row):30} {found.row.job_span_s:7.1f} -> {found.predicted.job_span_s:7.1f} "
        f"{found.error:+8.1%} {low:6.1f} to {high:6.1f} {'in ' if found.is_inside else 'OUT'} "
        f"{found.row.work_s:6.1f} -> {found.predicted.work_s:6.1f} {found.work_error:+8.1%} "
        f"{found.jobs_error:6.0%}"
    )


def summarise(rows: Sequence[Row], compared: Sequence[Compared]) -> None:
    """Print the figures of every scenario and of all predictions.

    Calibration runs that were repeated are left out of the total: nothing was asked of the model.
    """
    scenarios = sorted({row.scenario for row in rows} - {CALIBRATION})
    groups = {name: [name] for name in (CALIBRATION, *scenarios)} | {"all predictions": scenarios}
    for name, members in groups.items():
        wanted = [row for row in rows if row.scenario in members]
        found = [one for one in compared if one.row.scenario in members]
        print(f"\n{name}: {len(found)} of {len(wanted)} runs predicted", end="")
        if differences := noise(wanted):
            print(f", noise {np.mean(differences):.1%}, at most {max(differences):.1%}", end="")
        if found:
            print(f", {np.mean([one.is_inside for one in found]):.0%} inside their 90 % interval")
            print(f"  job span  {figures([one.error for one in found])}")
            print(f"  work      {figures([one.work_error for one in found])}")
            print(f"  jobs      mean {np.mean([one.jobs_error for one in found]):6.1%}")
            print(f"  same work {figures([one.same_error for one in found])}")
        else:
            print()


def main() -> None:
    table = Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDED
    if not table.exists():
        sys.exit(f"No runs in {table}; record some with record.py.")
    summarise(*compare(table))


if __name__ == "__main__":
    main()
