"""Speed and memory of extraction, next to the floor of any reader: scanning the lines.

usage: python benchmarks/speed/extraction.py [LOG]

Without a log, two of 300 MB are made from the shipped example: one as large applications are, with
many tasks per stage, and one of thousands of tiny jobs. CPU seconds are measured in fresh processes,
floor and reader in turn; ratios are medians over the repetitions. Goals: >= 150 MB/s per core and a
peak of <= 400 MB.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from biglog import EXAMPLE, repeat

REPETITIONS = 5
MEGABYTES = 300
_MEASURE = """
import resource, sys, time
from pathlib import Path
path = Path(sys.argv[2])
{setup}
begin = time.process_time()
{body}
cpu = time.process_time() - begin
print(cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
BODIES = {
    "line scan (floor)": (
        "",
        "with path.open('rb', buffering=1 << 20) as f:\n    n = sum(l.startswith(b'{\"Event\"') for l in f)",
    ),
    "read into records": ("from pertract.sources.spark import read", "read(path)"),
    "extract and replay": ("import pertract.api as api", "api.extract(path)"),
}


def measure(name: str, log: Path) -> tuple[float, float]:
    setup, body = BODIES[name]
    script = _MEASURE.format(setup=setup, body=body)
    done = subprocess.run(
        [sys.executable, "-c", script, name, str(log)], capture_output=True, text=True, check=True
    )
    cpu_s, peak_mb = map(float, done.stdout.split())
    return cpu_s, peak_mb


def report(log: Path) -> None:
    size_mb = log.stat().st_size / 1e6
    print(f"{log.name}: {size_mb:.0f} MB, {REPETITIONS} repetitions each, CPU seconds of one core")
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in BODIES}
    for _ in range(REPETITIONS):
        for name in BODIES:
            results[name].append(measure(name, log))
    floor = [cpu_s for cpu_s, _ in results["line scan (floor)"]]
    print(f"{'':22} {'CPU s':>7} {'MB/s':>7} {'x floor':>8} {'peak MB':>8}")
    for name, rows in results.items():
        cpu_s = [row[0] for row in rows]
        ratio = statistics.median(c / f for c, f in zip(cpu_s, floor, strict=True))
        median = statistics.median(cpu_s)
        print(f"{name:22} {median:7.2f} {size_mb / median:7.0f} {ratio:8.1f} {max(r[1] for r in rows):8.0f}")


def main() -> None:
    if sys.argv[1:]:
        report(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, tasks in (("large-stages", 50), ("thousands-of-jobs", 1)):
            log = Path(folder) / name
            repeat(EXAMPLE, log, MEGABYTES, tasks=tasks)
            report(log)


if __name__ == "__main__":
    main()
