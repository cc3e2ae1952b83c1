"""Run HiBench's workloads on Spark and measure them.

usage: python -m benchmarks.hibench.run [--workloads NAME ...] [--scales NAME ...] [--executors N ...]
           [--cores N] [--memory MB] [--repetitions N] [--master URL] [-o FOLDER] ...

Writes FOLDER/runs.csv, FOLDER/logs/*.zstd, FOLDER/samples/*.csv and FOLDER/hibench.report. Runs that are
already in the table are not made again. Without --master, a standalone cluster is started on this
machine and ended at the end.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shutil
import time
from datetime import datetime
from pathlib import Path
from urllib.parse import urlparse

import zstandard

from benchmarks.cluster.eventlog import Facts, facts, scrubbed, times
from benchmarks.cluster.standalone import find_spark

from . import campaign, report, sample, workloads
from .generate import Store
from .submit import OWN, Ended, Submitter

WORKER_OVERHEAD_MB = 512
QUIET_SAMPLE_S = 2.0


def settings_of(run: campaign.Run, memory_mb: int, parallelism: int) -> dict[str, str]:
    """Return the Spark properties of a run."""
    return {
        "spark.executor.instances": str(run.executors),
        "spark.executor.cores": str(run.cores),
        "spark.cores.max": str(run.executors * run.cores),
        "spark.executor.memory": f"{memory_mb}m",
        "spark.default.parallelism": str(parallelism),
        "spark.sql.shuffle.partitions": str(parallelism),
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
    }


def cluster_columns(run: campaign.Run, found: Facts, master: str, node_cores: int | None) -> campaign.Row:
    """Return the columns about the cluster that a run had."""
    if local := re.fullmatch(r"local(?:\[(\w+|\*)(?:,\d+)?\])?", master):
        cores = os.cpu_count() if local[1] == "*" else int(local[1] or 1)
        return {"executors": 1, "cores_per_executor": cores, "nodes": 1, "node_cores": os.cpu_count()}
    if found.executors < run.executors:
        print(f"  only {found.executors} of {run.executors} executors registered", flush=True)
    is_here = master == OWN
    return {
        "executors": found.executors,
        "cores_per_executor": found.cores_per_executor,
        "nodes": 1 if is_here else found.hosts,
        "node_cores": node_cores or (os.cpu_count() if is_here else ""),
    }


def usage_columns(
    sampler: sample.Sampler | None, found: Facts, worker_cores: int, response_time_s: float
) -> campaign.Row:
    """Return the columns about CPU; empty where its processes were not seen."""
    if sampler is None:
        return {}
    usage = sampler.usage(found.application)
    columns: campaign.Row = {
        "driver_cpu_s": f"{usage.driver_cpu_s:.2f}",
        "host_busy_cores": f"{usage.host_busy_cores:.2f}",
        "other_busy_cores": f"{usage.other_busy_cores:.2f}",
    }
    if usage.executor_jvm_cpu_s:
        used_s = usage.executor_jvm_cpu_s + usage.executor_python_cpu_s
        columns |= {
            "executor_jvm_cpu_s": f"{usage.executor_jvm_cpu_s:.2f}",
            "executor_python_cpu_s": f"{usage.executor_python_cpu_s:.2f}",
            "cpu_utilisation": f"{used_s / (worker_cores * response_time_s):.3f}",
        }
    return columns


def keep(run: campaign.Run, ended: Ended, given: argparse.Namespace, folders: list[str]) -> campaign.Row:
    """Write log and samples of a run where they stay and return its row of the table."""
    (written,) = ended.events
    lines = list(scrubbed(written.read_text().splitlines(), folders))
    name = f"logs/{run.label}.zstd"
    for part in ("logs", "samples"):
        (given.output / part).mkdir(parents=True, exist_ok=True)
    packed = zstandard.ZstdCompressor(level=19).compress("".join(lines).encode())
    (given.output / name).write_bytes(packed)
    found, measured = facts(lines), times(lines)
    cluster = cluster_columns(run, found, given.master, given.node_cores)
    names = ("nodes", "node_cores") if cluster["node_cores"] else ("executors", "cores_per_executor")
    worker_cores = math.prod(int(str(cluster[name])) for name in names)
    if ended.sampler is not None:
        ended.sampler.write(given.output / "samples" / f"{run.label}.csv", found.application)
    return {
        "label": run.label,
        "workload": run.workload,
        "log": name,
        **cluster,
        "partitions": given.parallelism,
        "scale": run.scale,
        "iterations": ended.answer.get("iterations", ""),
        "repetition": run.repetition,
        "response_time_s": f"{measured.response_time_s:.3f}",
        "job_span_s": f"{measured.job_span_s:.3f}",
        **usage_columns(ended.sampler, found, worker_cores, measured.response_time_s),
        "task_run_s": f"{found.task_run_s:.3f}",
        "task_cpu_s": f"{found.task_cpu_s:.3f}",
        "jobs": found.jobs,
        "stages": found.stages,
        "tasks": found.tasks,
        "spark_version": found.spark_version,
    }


def await_quiet(most_cores: float, longest_s: float) -> None:
    """Wait until others keep few cores busy, or for so long."""
    deadline = time.monotonic() + longest_s
    while (busy := sample.busy_cores(QUIET_SAMPLE_S)) > most_cores:
        if time.monotonic() > deadline:
            print(f"  not quiet: {busy:.1f} cores are busy; going on", flush=True)
            return


class Campaign:
    """Makes the runs that are missing in a table."""

    def __init__(self, given: argparse.Namespace, submitter: Submitter, store: Store) -> None:
        self.given, self.submitter, self.store = given, submitter, store
        self.table = campaign.Table(given.output / "runs.csv")
        home = submitter.spark.home
        places = (submitter.work, given.output.resolve(), Path.cwd(), home, home.resolve())
        self._folders = [str(place) for place in places]
        self._checked: set[str] = set()

    def make(self, wanted: list[campaign.Run]) -> None:
        """Make runs one after the other; each is kept before the next begins."""
        began_s = time.monotonic()
        for number, run in enumerate(wanted, 1):
            if self.given.quiet is not None and sample.is_possible():
                await_quiet(self.given.quiet, self.given.quiet_wait)
            row = self._make(run)
            self.table.add(row)
            left_s = (time.monotonic() - began_s) / number * (len(wanted) - number)
            other = row.get("other_busy_cores", "")
            print(
                f"[{number}/{len(wanted)}] {run.label:26} response time {row['response_time_s']:>8} s  "
                f"job span {row['job_span_s']:>8} s  other busy cores {other:>5}  "
                f"about {left_s / 60:.0f} min left",
                flush=True,
            )

    def _make(self, run: campaign.Run) -> campaign.Row:
        given, workload = self.given, workloads.load(run.workload)
        data_bytes = self.store.size_bytes(run.workload, run.scale)
        job = {
            "data": self.store.folder(run.workload, run.scale),
            "output": f"{self.store.place}/output/{run.workload}",
            "parallelism": given.parallelism,
            "iterations": run.iterations or 0,
        }
        request = {"action": "run", "workload": run.workload, "scale": run.scale, "job": job}
        settings = settings_of(run, given.memory, given.parallelism)
        ended = self.submitter.submit(workload.REPORT_TYPE, run.label, request, settings)
        row = keep(run, ended, given, self._folders) | {"data_bytes": data_bytes}
        entry = report.entry(
            workload.REPORT_TYPE,
            datetime.fromtimestamp(ended.ended_s),
            data_bytes,
            ended.submit_s,
            int(str(row["nodes"])),
        )
        report.append(given.output / "hibench.report", entry)
        if given.check and run.workload not in self._checked:
            request |= {"action": "check", "found": ended.answer}
            self.submitter.submit("hibench-check", f"check-{run.label}", request, settings, logged=False)
            self._checked.add(run.workload)
        return row


def _property(text: str) -> tuple[str, str]:
    key, is_there, value = text.partition("=")
    if not is_there:
        raise argparse.ArgumentTypeError(f"'{text}' is not KEY=VALUE")
    return key, value


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=Path("out/hibench"))
    parser.add_argument(
        "--master", default=OWN, help="as spark-submit knows it; else a cluster is started here"
    )
    parser.add_argument("--workloads", nargs="+", default=workloads.NAMES, choices=workloads.NAMES)
    parser.add_argument("--scales", nargs="+", default=["tiny"], choices=workloads.SCALES)
    parser.add_argument("--executors", nargs="+", type=int, default=[1, 2], help="numbers of executors")
    parser.add_argument("--cores", type=int, default=1, help="of an executor")
    parser.add_argument("--memory", type=int, default=2048, help="of an executor, MB")
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--iterations", type=int, help="of workloads that iterate; else as HiBench")
    parser.add_argument("--parallelism", type=int, default=8, help="files and partitions, as HiBench")
    parser.add_argument("--data", help="folder for data, a URI that executors know, too; else OUTPUT/data")
    parser.add_argument("--node-cores", type=int, help="of a machine of the cluster, for the table")
    parser.add_argument("--set", nargs="+", type=_property, default=[], metavar="KEY=VALUE", dest="settings")
    parser.add_argument("--spark-home", type=Path, help="folder with Spark's jars and bin; else pyspark's")
    parser.add_argument("--quiet", type=float, metavar="CORES", help="wait until no more cores are busy")
    parser.add_argument("--quiet-wait", type=float, default=300, metavar="S", help="the longest to wait")
    parser.add_argument("--longest", type=float, default=1800, metavar="S", help="the longest of a run")
    parser.add_argument("--check", action="store_true", help="check the first output of each workload")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    work = (given.output / "work").resolve()
    work.mkdir(parents=True, exist_ok=True)
    place = given.data or (given.output / "data").resolve().as_uri()
    place = place if "://" in place or place.startswith("file:") else Path(place).resolve().as_uri()
    store = Store(place, given.parallelism, given.output / "data.json")
    table = campaign.Table(given.output / "runs.csv")
    wanted = campaign.runs(
        given.workloads, given.scales, given.executors, given.cores, given.iterations, given.repetitions
    )
    missing = [run for run in wanted if not table.has(run)]
    print(f"{len(missing)} of {len(wanted)} runs to make; results in {given.output}", flush=True)
    if not missing:
        return
    most = max(given.executors)
    spark = find_spark(given.spark_home)
    with Submitter(spark, given.master, work, dict(given.settings), given.longest) as submitter:
        submitter.start(most * given.cores, most * given.memory + WORKER_OVERHEAD_MB)
        largest = max(missing, key=lambda run: run.executors)
        settings = settings_of(largest, given.memory, given.parallelism)
        store.make(((run.workload, run.scale) for run in missing), submitter, settings)
        Campaign(given, submitter, store).make(missing)
    if urlparse(place).scheme == "file":
        shutil.rmtree(Path(urlparse(place).path) / "output", ignore_errors=True)


if __name__ == "__main__":
    main()
