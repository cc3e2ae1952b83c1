"""Replay error: how well a model repeats the run it was made from.

usage: python benchmarks/replay/replay.py [LOG ...]

Without arguments, all public event logs and our own runs beside the project are taken
(`../shared/data`). Printed per log: measured and simulated response time and job span with signed
errors; at the end median, 90th percentile and maximum of the absolute errors, per collection.
Nothing here is a prediction: every log is simulated in its own configuration.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import pertract

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
COLLECTIONS = {
    "public event logs": ("spark-eventlogs/public/**/*", "spark-eventlogs/public/**/eventlog_v2_*"),
    "our sleep runs": ("spark-runs/sleep/eventlogs/*",),
    "our compute runs": ("spark-runs/cpu/eventlogs/*",),
    "our odd runs": ("spark-runs/extra/app-*", "spark-runs/extra/eventlog_v2_*"),
    "HiBench event logs": ("measurements/hibench-eventlogs/*.gz",),
}
NO_LOGS = {"MANIFEST.csv", "NOTICE"}


def logs_of(patterns: tuple[str, ...]) -> Iterator[Path]:
    rolled = {p for pattern in patterns for p in DATA.glob(pattern) if p.is_dir() and is_rolled(p)}
    yield from sorted(rolled)
    for pattern in patterns:
        for path in sorted(DATA.glob(pattern)):
            if path.is_file() and path.name not in NO_LOGS and not rolled & set(path.parents):
                yield path


def is_rolled(folder: Path) -> bool:
    names = [p.name for p in folder.iterdir() if p.is_file()]
    return any(name.startswith("events_") or name.startswith("eventlog") for name in names) and (
        folder.name.startswith("eventlog_v2_") or "eventlog" in names
    )


def replay(name: str, logs: list[Path]) -> None:
    errors, refused = [], 0
    print(f"\n{name}\n{'log':48} {'response time':>23} {'error':>8} {'job span':>21} {'error':>8}")
    for log in logs:
        try:
            model = pertract.extract(log)
        except pertract.PertractError as error:
            refused += 1
            print(f"{log.name[-48:]:48} refused: {str(error)[:90]}")
            continue
        run, again = model.runs[0], model.replay
        assert again is not None
        errors.append((abs(again.error), abs(again.job_span_error)))
        print(
            f"{log.name[-48:]:48} "
            f"{run.response_time_s:10.2f} -> {again.response_time_s:9.2f} {again.error:+8.2%} "
            f"{run.job_span_s:9.2f} -> {again.job_span_s:8.2f} {again.job_span_error:+8.2%}"
        )
    if errors:
        for label, values in zip(("response time", "job span"), np.array(errors).T, strict=True):
            print(
                f"  {label:13}: {len(values)} logs, {refused} refused; median {np.median(values):.2%}, "
                f"90th percentile {np.quantile(values, 0.9):.2%}, maximum {values.max():.2%}"
            )


def main() -> None:
    if sys.argv[1:]:
        replay("given logs", [Path(argument) for argument in sys.argv[1:]])
    elif not DATA.is_dir():
        sys.exit("The measurements beside the project are absent; give logs of your own.")
    else:
        for name, patterns in COLLECTIONS.items():
            replay(name, list(logs_of(patterns)))


if __name__ == "__main__":
    main()
