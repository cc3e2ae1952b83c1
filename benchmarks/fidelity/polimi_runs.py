"""Runs with their stages, read from the three tables of the Politecnico di Milano measurements.

The tables hold no tasks and no executors: of a stage they tell its parents, its number of tasks, when it was
submitted and how long it took.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OTHER_PARTITIONS = ("10-hosts/PageRank1", "10-hosts/PageRank2")
"""Folders with 800 instead of 1200 partitions of the same input; no other host count has that."""


@dataclass(frozen=True, slots=True)
class Stage:
    """An executed stage of one run."""

    id: int
    name: str
    parents: tuple[int, ...]
    """Stages it reads from, skipped ones included."""
    tasks: int
    begin_s: float
    """Submission, seconds after application start."""
    end_s: float


@dataclass(frozen=True, slots=True)
class Job:
    """A job of one run."""

    id: int
    begin_s: float
    end_s: float
    stages: tuple[Stage, ...]
    """Its executed stages by identifier, which is the order in which they get slots."""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of an application."""

    workload: str
    group: str
    """Folder of the published data: the campaign it was measured in."""
    hosts: int
    data_gb: float
    """Size of the input as logged, gigabytes."""
    application_s: float
    """Application start to application end."""
    jobs: tuple[Job, ...]

    @property
    def jobs_s(self) -> float:
        """Sum of the durations of all jobs."""
        return sum(job.end_s - job.begin_s for job in self.jobs)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Executed stages of all jobs."""
        return tuple(stage for job in self.jobs for stage in job.stages)

    @property
    def shape(self) -> tuple[tuple[int, ...], ...]:
        """Identifiers of executed stages by job; runs of one shape can be compared stage by stage."""
        return tuple(tuple(stage.id for stage in job.stages) for job in self.jobs)


def own_s(job: Job) -> list[float]:
    """Return how long each stage of a job had the slots for itself, seconds.

    Of stages that run side by side the first takes all slots and the next gets them as the first runs out
    of tasks: its own time begins when the one before it ended.
    """
    found = []
    for stage in job.stages:
        earlier = [s.end_s for s in job.stages if s.id != stage.id and stage.begin_s < s.end_s <= stage.end_s]
        found.append(stage.end_s - max([stage.begin_s, *earlier]))
    return found


def read(folder: Path) -> list[Run]:
    """Return all runs with a known number of hosts."""
    stages: dict[tuple[str, str], dict[int, Stage]] = defaultdict(dict)
    for row in _rows(folder / "stages.csv.gz"):
        if row["executed"] == "True":
            stage = _stage(row)
            stages[row["group"], row["app_id"]][stage.id] = stage
    jobs: dict[tuple[str, str], list[Job]] = defaultdict(list)
    for row in _rows(folder / "jobs.csv"):
        key = row["group"], row["app_id"]
        jobs[key].append(_job(row, stages[key]))
    return [
        Run(
            workload=row["workload"],
            group=row["group"],
            hosts=int(row["hosts"]),
            data_gb=float(row["data_size"]),
            application_s=float(row["duration_s"]),
            jobs=tuple(sorted(jobs[row["group"], row["app_id"]], key=lambda job: job.id)),
        )
        for row in _rows(folder / "apps.csv")
        if row["hosts"]
    ]


def campaigns(runs: list[Run]) -> dict[str, list[Run]]:
    """Return the runs that can be compared: one application, one rule of partitions, several host counts.

    Every folder holds one host count, so folders of an application are put together. Runs whose executed
    stages differ from those of most others are left out.
    """
    found: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        if run.group not in OTHER_PARTITIONS:
            found[run.workload].append(run)
    comparable = {}
    for workload, members in found.items():
        shapes = [run.shape for run in members]
        usual = max(set(shapes), key=shapes.count)
        kept = sorted(
            (run for run in members if run.shape == usual), key=lambda run: (run.hosts, run.data_gb)
        )
        if len({run.hosts for run in kept}) > 1:
            comparable[workload] = kept
    return comparable


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        yield from csv.DictReader(file)


def _stage(row: dict[str, str]) -> Stage:
    begin_s = int(row["submitted_ms_after_app_start"]) / 1e3
    return Stage(
        id=int(row["stage_id"]),
        name=row["stage_name"],
        parents=tuple(map(int, row["parent_stage_ids"].split())),
        tasks=int(row["tasks"]),
        begin_s=begin_s,
        end_s=begin_s + int(row["duration_ms"]) / 1e3,
    )


def _job(row: dict[str, str], stages: dict[int, Stage]) -> Job:
    begin_s = int(row["submitted_ms_after_app_start"]) / 1e3
    executed = (stages[i] for i in map(int, row["stage_ids"].split()) if i in stages)
    return Job(
        id=int(row["job_id"]),
        begin_s=begin_s,
        end_s=begin_s + int(row["duration_ms"]) / 1e3,
        stages=tuple(sorted(executed, key=lambda stage: stage.id)),
    )
