"""Which runs a campaign makes, and the table of those that are made."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from . import workloads

COLUMNS = (
    "label",
    "workload",
    "log",
    "executors",
    "cores_per_executor",
    "nodes",
    "node_cores",
    "data_bytes",
    "partitions",
    "scale",
    "iterations",
    "repetition",
    "response_time_s",
    "job_span_s",
    "cpu_utilisation",
    "executor_jvm_cpu_s",
    "executor_python_cpu_s",
    "driver_cpu_s",
    "task_run_s",
    "task_cpu_s",
    "host_busy_cores",
    "other_busy_cores",
    "jobs",
    "stages",
    "tasks",
    "spark_version",
)
Row = dict[str, object]


@dataclass(frozen=True)
class Run:
    """One application on one cluster."""

    workload: str
    scale: str
    executors: int
    cores: int
    """Of an executor."""
    iterations: int | None
    """None where the workload has none."""
    repetition: int

    @property
    def label(self) -> str:
        """Its name, which no other run has."""
        usual = self.iterations == workloads.load(self.workload).ITERATIONS
        iterations = "" if usual else f"-i{self.iterations}"
        cluster = f"{self.executors}x{self.cores}"
        return f"{self.workload}-{self.scale}{iterations}-{cluster}-r{self.repetition}"


def runs(
    names: Iterable[str],
    scales: Iterable[str],
    executors: Iterable[int],
    cores: int,
    iterations: int | None,
    repetitions: int,
) -> list[Run]:
    """Return the runs in the order in which they are made: all of one repetition before the next."""
    found = []
    for repetition, name, scale, count in product(range(1, repetitions + 1), names, scales, executors):
        usual = workloads.load(name).ITERATIONS
        wanted = None if usual is None else iterations or usual
        found.append(Run(name, scale, count, cores, wanted, repetition))
    return found


class Table:
    """The table of runs; written again after every run, so that a stopped campaign goes on later."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[Row] = []
        if path.exists():
            with path.open(newline="") as file:
                self.rows += csv.DictReader(file)

    def has(self, run: Run) -> bool:
        """Return whether this run was made."""
        return any(row["label"] == run.label for row in self.rows)

    def add(self, row: Row) -> None:
        """Add a row and write the table."""
        self.rows.append(row)
        write(self.path, self.rows)


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write a table; columns that are not in `COLUMNS` come last."""
    rows = list(rows)
    more = [name for name in dict.fromkeys(name for row in rows for name in row) if name not in COLUMNS]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*COLUMNS, *more], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
