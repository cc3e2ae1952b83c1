"""Speed and memory of extraction, side by side with the core of NVIDIA's spark-rapids-tools.

usage: python benchmarks/logs/peer.py [--tools-wheel FILE] [--spark-jars FOLDER] [--megabytes N] [LOG]

Both tools read the same log in fresh processes, in turn: ``pertract extract LOG -o model.yaml`` and the
tool's profiling, each as a user starts it. Without a log, one of 200 MB is made from the shipped example.
Packages that are not given are downloaded from the package index to `out/peer/`; Java 17 is needed. CPU
seconds are of the whole process, start included (for a virtual machine: compiling and collecting garbage
too). Ratios are medians over the repetitions. Goal: ten times less CPU time.

The two do not compute the same. That tool prints tables per job, stage and task for advice on GPUs;
Pertract makes a model and replays it. Both have to read everything in the log for that.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import tools

sys.path.append(str(Path(__file__).resolve().parents[1] / "speed"))
from biglog import EXAMPLE, repeat

REPETITIONS = 5


def compare(log: Path, other: tools.Peer, repetitions: int, folder: Path) -> None:
    size_mb = log.stat().st_size / 1e6
    print(f"{log.name}: {size_mb:.0f} MB as stored, {repetitions} repetitions each, in turn")
    results: dict[str, list[tools.Measured]] = {"pertract": [], "spark-rapids-tools": []}
    for i in range(repetitions):
        ours = tools.succeeded(tools.extract_command(log, folder / "model.yaml"))
        theirs = tools.succeeded(other.command(log, folder / f"profile-{i}"))
        results["pertract"].append(ours)
        results["spark-rapids-tools"].append(theirs)
    print(f"{'':20} {'wall s':>7} {'CPU s':>7} {'stored MB/CPU s':>15} {'peak MB':>8}")
    for name, rows in results.items():
        cpu_s = statistics.median(r.cpu_s for r in rows)
        wall_s = statistics.median(r.wall_s for r in rows)
        peak_mb = statistics.median(r.peak_mb for r in rows)
        print(f"{name:20} {wall_s:7.2f} {cpu_s:7.2f} {size_mb / cpu_s:15.0f} {peak_mb:8.0f}")
    pairs = list(zip(results["pertract"], results["spark-rapids-tools"], strict=True))
    for what in ("cpu_s", "wall_s", "peak_mb"):
        ratios = sorted(getattr(theirs, what) / getattr(ours, what) for ours, theirs in pairs)
        middle = statistics.median(ratios)
        print(f"{what:8} theirs / ours: {middle:5.1f}   ({ratios[0]:.1f} to {ratios[-1]:.1f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log", nargs="?", type=Path, metavar="LOG", help="a log of your own")
    parser.add_argument("--tools-wheel", type=Path, metavar="FILE", help="of spark-rapids-user-tools")
    parser.add_argument("--spark-jars", type=Path, metavar="FOLDER", help="pyspark/jars of pyspark 3.5")
    parser.add_argument("--megabytes", type=int, default=200, help="size of the log that is made")
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    options = parser.parse_args()
    other = tools.peer(options.tools_wheel, options.spark_jars)
    with tempfile.TemporaryDirectory() as folder:
        log = options.log
        if log is None:
            log = Path(folder) / "eventlog"
            repeat(EXAMPLE, log, options.megabytes, tasks=50)
        compare(log, other, options.repetitions, Path(folder))


if __name__ == "__main__":
    main()
