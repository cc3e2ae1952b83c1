"""Speed and memory of extraction on a log of a million tasks, and on logs of 1/10 and 1/100 of it.

usage: python benchmarks/logs/million.py [--tasks N] [--rolled] [--folder]

The logs are made from lines of the shipped example (`biggen.py`), all with 200 stages, packed with zstd.
Measured from outside: ``pertract extract LOG -o model.yaml -q`` in a fresh process, in turn with the floor
of any reader, unpacking and splitting into lines. Goals: a peak of <= 400 MB that does not grow with the
log, and >= 150 MB/s.

``--rolled`` reads the large log as a rolled one (parts of 128 MB before packing), ``--folder`` a folder of
eight logs of a tenth, each with ``--jobs 1`` and ``--jobs 2`` in turn. Goal: 1.6 times faster with two.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

import biggen
import tools

STAGES, PART_BYTES, LOGS_IN_FOLDER = 200, 128 * 1024 * 1024, 8
_FLOOR = """
import io, sys, zstandard
with open(sys.argv[1], "rb") as file:
    unpacked = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
    for line in io.BufferedReader(unpacked, 1 << 17):
        pass
"""


def sizes(folder: Path, tasks: int, repetitions: int) -> None:
    peaks: dict[int, float] = {}
    print(
        f"{'tasks':>9} {'JSON MB':>8} {'zstd MB':>8} {'CPU s':>7} {'JSON MB/s':>10} {'GB/min':>7} "
        f"{'x floor':>8} {'peak MB':>8} {'floor MB':>9}"
    )
    for number in (tasks // 100, tasks // 10, tasks):
        log = folder / f"app-{number}.zstd"
        size = biggen.write(log, biggen.lines_of(number, STAGES))
        ours, floor = [], []
        for _ in range(repetitions):
            floor.append(tools.succeeded([sys.executable, "-c", _FLOOR, log]))
            ours.append(tools.succeeded(tools.extract_command(log, folder / "model.yaml", "-q")))
        cpu_s = statistics.median(m.cpu_s for m in ours)
        wall_s = statistics.median(m.wall_s for m in ours)
        ratio = statistics.median(m.cpu_s / f.cpu_s for m, f in zip(ours, floor, strict=True))
        peaks[number] = max(m.peak_mb for m in ours)
        print(
            f"{number:9,} {size / 1e6:8.0f} {log.stat().st_size / 1e6:8.1f} {cpu_s:7.2f} "
            f"{size / 1e6 / cpu_s:10.0f} {60 * size / 1e9 / wall_s:7.1f} {ratio:8.1f} "
            f"{peaks[number]:8.0f} {max(m.peak_mb for m in floor):9.0f}",
            flush=True,
        )
        log.unlink()
    print(f"peak memory, ten times the tasks: x {peaks[tasks] / peaks[tasks // 10]:.2f}, ", end="")
    print(f"a hundred times: x {peaks[tasks] / peaks[tasks // 100]:.2f}")


def rolled(folder: Path, tasks: int, repetitions: int) -> None:
    log = folder / f"eventlog_v2_app-{tasks}"
    size = biggen.write_rolled(log, biggen.lines_of(tasks, STAGES), PART_BYTES)
    parts = len(list(log.glob("events_*")))
    print(f"rolled log: {tasks:,} tasks, {size / 1e6:.0f} MB in {parts} parts")
    by_jobs(log, folder / "model.yaml", size, repetitions)


def many(folder: Path, tasks: int, repetitions: int) -> None:
    logs = folder / "logs"
    logs.mkdir()
    size = 0
    for number in range(LOGS_IN_FOLDER):
        size += biggen.write(logs / f"app-{number}.zstd", biggen.lines_of(tasks, STAGES, seed=number))
    print(f"folder: {LOGS_IN_FOLDER} logs of {tasks:,} tasks, {size / 1e6:.0f} MB in all")
    models = folder / "models"
    models.mkdir()
    by_jobs(logs, f"{models}/", size, repetitions)


def by_jobs(log: Path, output: Path | str, size: int, repetitions: int) -> None:
    """Print what two processes gain over one; what a child of a process holds counts for the peak."""
    results: dict[str, list[tools.Measured]] = {"1": [], "2": []}
    for _ in range(repetitions):
        for jobs, rows in results.items():
            rows.append(tools.succeeded(tools.extract_command(log, output, "-q", "--jobs", jobs)))
    for jobs, rows in results.items():
        wall_s = statistics.median(m.wall_s for m in rows)
        cpu_s = statistics.median(m.cpu_s for m in rows)
        print(
            f"  --jobs {jobs}: {wall_s:6.2f} s, {cpu_s:6.2f} CPU s, {60 * size / 1e9 / wall_s:6.1f} GB/min, "
            f"peak {max(m.peak_mb for m in rows):.0f} MB in the largest process"
        )
    gains = [one.wall_s / two.wall_s for one, two in zip(results["1"], results["2"], strict=True)]
    best = min(m.wall_s for m in results["1"]) / min(m.wall_s for m in results["2"])
    print(
        f"  speed-up of two: {statistics.median(gains):.2f} ({min(gains):.2f} to {max(gains):.2f}), "
        f"of the fastest runs {best:.2f}; "
        f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=1_000_000, help="of the largest log")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--rolled", action="store_true", help="a rolled log, with one and two processes")
    parser.add_argument("--folder", action="store_true", help="eight logs, with one and two processes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.rolled:
            rolled(folder, options.tasks, options.repetitions)
        if options.folder:
            many(folder, options.tasks // 10, options.repetitions)
        if not (options.rolled or options.folder):
            sizes(folder, options.tasks, options.repetitions)


if __name__ == "__main__":
    main()
