"""Replay error of MapReduce jobs: how well a model repeats the job it was made from.

usage: python benchmarks/replay/mapreduce.py [SOURCE ...]

Without arguments, the samples beside the project are taken (`../shared/data/yarn`: job histories, Rumen and
SLS traces), and the real jobs of the tests. Printed per job: maps, reduces, slots, measured and simulated
response time with signed error; at the end median, 90th percentile and maximum of the absolute errors.
Nothing here is a prediction: every job is simulated in its own configuration.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pertract.api.extracting import model_of
from pertract.errors import PertractError
from pertract.sources import mapreduce

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "data" / "yarn"
SOURCES = (
    ROOT / "tests" / "data" / "mapreduce",
    *sorted(SAMPLES.glob("jhist/*.jhist")),
    *sorted(SAMPLES.glob("rumen/*trace*.gz")),
    SAMPLES / "rumen" / "wordcount.json",
    SAMPLES / "rumen" / "v20-single-input-log.gz",
    SAMPLES / "sls" / "2jobs2min-rumen-jh.json",
    SAMPLES / "sls" / "inputsls.json",
)
"""The same jobs in other forms (`dispatch-*`, `sample-job-tracker-logs.gz`) count once."""
ONE_TASK = "jobs of one task"


def jobs_of(sources: tuple[Path, ...]) -> Iterator[tuple[str, mapreduce.MapReduceRun]]:
    seen = set()
    for source in sources:
        try:
            for job in mapreduce.read_all(mapreduce.find(source)):
                if (key := (job.id, job.finish_s)) not in seen:
                    seen.add(key)
                    yield source.name, job
        except PertractError as error:
            print(f"{source.name[:40]:40} refused: {str(error)[:90]}")


def main(sources: tuple[Path, ...]) -> None:
    errors: dict[str, list[float]] = {}
    columns = ("maps", "red.", "slots", "measured", "simulated", "error")
    print(f"{'job':28}" + "".join(f"{c:>{w}}" for c, w in zip(columns, (6, 6, 6, 11, 11, 8), strict=True)))
    for source, job in jobs_of(sources):
        try:
            model = model_of(job, source)
        except PertractError as error:
            print(f"{job.id:28} refused: {str(error)[:90]}")
            continue
        run, again = model.runs[0], model.replay
        assert again is not None
        small = len(job.attempts) == 1
        errors.setdefault(ONE_TASK if small else "jobs of several tasks", []).append(abs(again.error))
        if not small:
            print(
                f"{job.id:28} {job.maps:5} {job.reduces:5} {run.slots:5} {run.response_time_s:8.1f} s "
                f"{again.response_time_s:8.1f} s {again.error:+7.1%}  {source[:40]}"
            )
    for name, found in errors.items():
        median, p90 = np.quantile(found, [0.5, 0.9])
        print(
            f"{name}: {len(found)}, median {median:.1%}, 90th percentile {p90:.1%}, maximum {max(found):.1%}"
        )


if __name__ == "__main__":
    main(tuple(map(Path, sys.argv[1:])) or SOURCES)
