"""How far a log that lost task ends leads the model astray.

usage: python benchmarks/logs/loss.py [LOG ...]

From each log a share of the task ends is taken out at random, as Spark's listener bus drops them under
load; printed is the replay error of the job span before and after. Without arguments: the example and the
runs beside the project.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from pathlib import Path

import pertract
from pertract.sources import spark
from pertract.sources.spark.parts import open_part

ROOT = Path(__file__).resolve().parents[2]
RUNS = ROOT.parent / "shared" / "data" / "spark-runs"
SHARES = (0.0, 0.01, 0.05, 0.3)
_TASK_END = b'{"Event":"SparkListenerTaskEnd"'


def lines_of(path: Path) -> list[bytes]:
    found = []
    for part in spark.find(path).parts:
        with open_part(part) as opened:
            found += opened
    return found


def replay_error(lines: list[bytes], share: float, folder: Path) -> float:
    dice = random.Random(1)
    kept = [line for line in lines if not (line.startswith(_TASK_END) and dice.random() < share)]
    (folder / "log").write_bytes(b"".join(kept))
    replay = pertract.extract(folder / "log").replay
    assert replay is not None
    return replay.job_span_error


def main(logs: list[Path]) -> None:
    errors: dict[float, list[float]] = {share: [] for share in SHARES}
    with tempfile.TemporaryDirectory() as folder:
        for log in logs:
            lines = lines_of(log)
            for share in SHARES:
                errors[share].append(replay_error(lines, share, Path(folder)))
    print(f"{len(logs)} logs\n{'lost':>5} {'mean':>7} {'median |e|':>11} {'p90 |e|':>8} {'max |e|':>8}")
    for share, found in errors.items():
        sizes = sorted(map(abs, found))
        print(
            f"{share:5.0%} {statistics.mean(found):+7.1%} {statistics.median(sizes):11.1%} "
            f"{sizes[int(0.9 * (len(sizes) - 1))]:8.1%} {sizes[-1]:8.1%}"
        )


if __name__ == "__main__":
    example = ROOT / "examples" / "randomforest.zstd"
    main(list(map(Path, sys.argv[1:])) or [example, *sorted(RUNS.rglob("app-*.zstd"))])
