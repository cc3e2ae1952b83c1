"""Record runs of real Spark on this machine, to compare predictions with.

usage: python -m benchmarks.fidelity.record [-o FOLDER] [--spark-home FOLDER] [--only TEXT] [--repetitions N]

Needs Java 17 with its compiler, and Spark: the extra `integration`, or the folder of another
installation. Writes `FOLDER/logs/*.zstd`, `FOLDER/runs.csv` and `FOLDER/pools.xml`; runs that are
already in the table are kept and not made again. One cluster runs at a time; all of it is ended at
the end.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import zstandard

from benchmarks.cluster.eventlog import scrubbed, times
from benchmarks.cluster.standalone import SMALL_JVM, Cluster, make_folders
from benchmarks.fidelity.program import Program, install
from benchmarks.fidelity.scenarios import CALIBRATION, POOLS, POOLS_TEXT, TARGETS, Run, options

SEED = 7
LONGEST_S = 180
"""After so long, an application is ended."""
COLUMNS = (
    "scenario",
    "workload",
    "label",
    "repetition",
    "log",
    "executors",
    "cores_per_executor",
    "data_units",
    "response_time_s",
    "job_span_s",
    "warm_up_s",
    "jobs_s",
    "options",
)
ALL_RUNS = (*CALIBRATION.values(), *TARGETS)


@dataclass(frozen=True)
class Recorded:
    """One application that ended."""

    run: Run
    log: Path
    """Event log as Spark wrote it."""
    lost_s: float | None
    """When an executor was killed, seconds after the start of the application."""


class Recorder:
    """Runs applications on one cluster."""

    def __init__(self, spark: Program, folder: Path, cluster: Cluster) -> None:
        self.spark = spark
        self.folder = folder
        self.cluster = cluster
        self._others: list[tuple[threading.Thread, list[Recorded]]] = []

    def record(self, run: Run) -> list[Recorded]:
        """Run an application, and another beside it if there is one; the logs are complete afterwards."""
        events = self.folder / "events" / run.label
        events.mkdir(parents=True)
        log = self.folder / f"driver-{run.label}.err"
        driver = self.spark.start(
            self._command(run, events), log, address="127.0.0.1", folder=self.folder, piped=True
        )
        guard = threading.Timer(LONGEST_S, driver.kill)
        guard.start()
        try:
            lost_s = self._follow(run, driver, events)
        finally:
            guard.cancel()
            if driver.poll() is None:
                driver.kill()
            driver.wait()
        (written,) = (file for file in events.iterdir() if not file.name.startswith("."))
        if driver.returncode != 0 or written.suffix == ".inprogress":
            raise SystemExit(f"The application '{run.label}' failed; see {log}.")
        results = [Recorded(run, written, lost_s)]
        for thread, found in self._others:
            thread.join()
            results += found
        self._others.clear()
        return results

    def _follow(self, run: Run, driver: subprocess.Popen[str], events: Path) -> float | None:
        """Do what the run wants at the moments that the application announces, until it ends."""
        started_s, lost_s = time.time(), None
        assert driver.stdout is not None
        for line in driver.stdout:
            match line.split():
                case ["STARTED", milliseconds]:
                    started_s = int(milliseconds) / 1e3
                    if run.beside is not None:
                        self._record_beside(run.beside)
                case ["WARM"] if run.lose_after_s is not None:
                    time.sleep(run.lose_after_s)
                    application = next(events.iterdir()).name.removesuffix(".inprogress")
                    executors = self.cluster.executors(application)
                    os.kill(executors[min(executors, key=int)], signal.SIGKILL)
                    lost_s = time.time() - started_s
                case ["LOADED"]:
                    for cores in run.later_workers:
                        self.cluster.add_worker(cores)
        return lost_s

    def _record_beside(self, run: Run) -> None:
        found: list[Recorded] = []
        other = Recorder(self.spark, self.folder, self.cluster)
        thread = threading.Thread(target=lambda: found.extend(other.record(run)))
        thread.start()
        self._others.append((thread, found))

    @property
    def _logging(self) -> str:
        return f"-Dlog4j2.configurationFile={self.folder}/log4j2.properties"

    def _executor_options(self) -> str:
        """Let the first executor of all write an archive of its classes, and the others read it.

        Loading classes costs an executor several seconds of CPU: six at once on two cores take longer
        to start than the work they are measured with.
        """
        archive = self.spark.classes
        share = f"-XX:{'SharedArchiveFile' if archive.exists() else 'ArchiveClassesAtExit'}={archive}"
        return f"{SMALL_JVM} {share} -Xlog:cds=off {self._logging}"

    def _command(self, run: Run, events: Path) -> list[str]:
        settings = {
            **run.settings,
            "spark.master": self.cluster.master,
            "spark.ui.enabled": "false",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": events.as_uri(),
            "spark.driver.memory": "512m",
            "spark.driver.host": "127.0.0.1",
            "spark.executor.memory": "512m",
            "spark.executor.cores": str(run.cores),
            "spark.driver.extraJavaOptions": f"{SMALL_JVM} {self._logging}",
            "spark.executor.extraJavaOptions": self._executor_options(),
        }
        if not run.is_dynamic:
            settings["spark.cores.max"] = str(run.executors * run.cores)
        if "spark.scheduler.allocation.file" in settings:
            settings["spark.scheduler.allocation.file"] = (self.folder / POOLS).as_uri()
        words = [str(self.spark.home / "bin" / "spark-submit"), "--class", "SleepingJobs"]
        words += ["--name", run.label]
        for key, value in settings.items():
            words += ["--conf", f"{key}={value}"]
        later = str(run.executors if run.later_workers else 0)
        return [*words, str(self.spark.jar), run.workload, str(SEED), str(run.first_executors), later]


def keep(recorded: Recorded, repetition: int, spark: Program, work: Path, out: Path) -> dict[str, object]:
    """Write a log where it stays and return its row of the table."""
    run, calibration = recorded.run, CALIBRATION[recorded.run.workload]
    folders = [str(work), str(work.resolve()), str(out.resolve()), str(spark.home), str(spark.home.resolve())]
    lines = list(scrubbed(recorded.log.read_text().splitlines(), folders))
    name = f"logs/{run.label}-r{repetition}.zstd"
    (out / "logs").mkdir(parents=True, exist_ok=True)
    packed = zstandard.ZstdCompressor(level=19).compress("".join(lines).encode())
    (out / name).write_bytes(packed)
    found = times(lines)
    return {
        "scenario": run.scenario,
        "workload": run.workload,
        "label": run.label,
        "repetition": repetition,
        "log": name,
        "executors": run.executors,
        "cores_per_executor": run.cores,
        "data_units": 1,
        "response_time_s": f"{found.response_time_s:.3f}",
        "job_span_s": f"{found.job_span_s:.3f}",
        "warm_up_s": f"{found.warm_up_s:.3f}",
        "jobs_s": " ".join(f"{job_s:.3f}" for job_s in found.jobs_s),
        "options": "" if run is calibration else options(run, calibration, recorded.lost_s),
    }


class Table:
    """The table of runs; written again after every run, so that a stopped recording goes on later."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, object]] = []
        if path.exists():
            with path.open(newline="") as file:
                self.rows += list(csv.DictReader(file))

    def has(self, run: Run, repetition: int) -> bool:
        """Return whether this repetition was recorded."""
        return any(
            row["label"] == run.label and int(str(row["repetition"])) == repetition for row in self.rows
        )

    def add(self, row: dict[str, object]) -> None:
        """Add a row and write the table."""
        self.rows.append(row)
        order = [run.label for one in ALL_RUNS for run in (one, one.beside) if run is not None]
        self.rows.sort(key=lambda row: (order.index(str(row["label"])), int(str(row["repetition"]))))
        with self.path.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


def archive_classes(spark: Program, work: Path) -> None:
    """Run an application whose executor leaves an archive of its classes."""
    if spark.classes.exists():
        return
    folder = work / "classes-archive"
    make_folders(folder)
    with Cluster(spark, work) as cluster:
        cluster.add_worker(4)
        Recorder(spark, folder, cluster).record(Run("classes", "diamond", "classes", 1, 4))
        deadline = time.monotonic() + LONGEST_S
        while not spark.classes.exists() and time.monotonic() < deadline:
            time.sleep(0.5)
        time.sleep(3)  # until it is complete


def record_all(runs: list[Run], repetitions: int, spark: Program, work: Path, out: Path) -> None:
    table = Table(out / "runs.csv")
    (out / POOLS).write_text(POOLS_TEXT)
    wanted = [(run, n) for n in range(1, repetitions + 1) for run in runs if not table.has(run, n)]
    wanted.sort(key=lambda pair: (pair[0].workers, pair[1]))  # few starts of clusters
    if wanted:
        archive_classes(spark, work)
    with contextlib.ExitStack() as stack:
        cluster, layout = None, None
        for run, repetition in wanted:
            if cluster is None or layout != run.workers or run.later_workers:
                stack.close()
                cluster, layout = stack.enter_context(Cluster(spark, work)), run.workers
                for cores in run.workers:
                    cluster.add_worker(cores)
            folder = work / f"{run.label}-r{repetition}-{time.time():.0f}"
            make_folders(folder)
            (folder / POOLS).write_text(POOLS_TEXT)
            for recorded in Recorder(spark, folder, cluster).record(run):
                row = keep(recorded, repetition, spark, work, out)
                table.add(row)
                print(f"{row['label']:28} r{repetition} job span {row['job_span_s']:>8} s  {row['options']}")
            if run.later_workers:  # the next run starts without them
                layout = None


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=Path("out/fidelity"))
    parser.add_argument("--spark-home", type=Path, help="folder with Spark's jars and bin; else pyspark's")
    parser.add_argument("--only", default="", help="only runs whose label contains this")
    parser.add_argument("--repetitions", type=int, default=2)
    given = parser.parse_args()
    work = (given.output / "work").resolve()
    work.mkdir(parents=True, exist_ok=True)
    runs = [run for run in ALL_RUNS if given.only in run.label]
    record_all(runs, given.repetitions, install(given.spark_home, work), work, given.output)


if __name__ == "__main__":
    main()
