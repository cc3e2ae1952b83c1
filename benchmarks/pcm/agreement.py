"""Compare what exported PCM files say with `pertract predict`.

Every model extracted from the logs beside the project is exported in several configurations. Each export must
pass the validator without a warning; the independent PCM interpreter then simulates it, and its mean response
time is compared with the prediction for the same model without what PCM cannot say.

    python benchmarks/pcm/agreement.py [--only TEXT] [--runs N]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.pcm import judges
from pertract import api
from pertract.errors import PertractError

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CONFIGURATIONS: tuple[dict[str, float], ...] = (
    {},
    {"executors": 4, "executor_cores": 4},
    {"data_scale": 2.0},
)
MOST_TASKS = 20_000
"""Models with more task attempts are validated, but not simulated by the interpreter."""


def logs() -> Iterator[Path]:
    """Yield the logs, one run of each."""
    for folder in (
        "spark-eventlogs/public",
        "measurements/hibench-eventlogs",
        "spark-runs/extra",
        "spark-runs/cpu/eventlogs",
        "spark-runs/sleep/eventlogs",
    ):
        yield from (
            p
            for p in sorted((DATA / folder).rglob("*"))
            if p.is_file() and p.suffix not in (".csv", ".java", ".md")
        )


def main() -> int:
    """Print a row for each model and configuration; return 1 if a file is not valid."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="logs whose path contains this text")
    parser.add_argument("--runs", type=int, default=20, help="runs of the interpreter")
    parser.add_argument("--no-simulation", action="store_true", help="only validate")
    arguments = parser.parse_args()
    errors: list[float] = []
    invalid = 0
    print(f"{'log':44}{'configuration':32}{'predicted':>10}{'PCM':>10}{'error':>8}{'s':>6}")
    for log in logs():
        if arguments.only not in str(log):
            continue
        try:
            model = api.extract(log)
        except PertractError:
            continue
        for configuration in CONFIGURATIONS:
            begin = time.perf_counter()
            exported = api.export_pcm(model, effects=False, **configuration)
            told = " ".join(f"{k}={v}" for k, v in configuration.items()) or "as measured"
            with tempfile.TemporaryDirectory() as folder:
                for name, content in exported.files.items():
                    (Path(folder) / name).write_bytes(content)
                found = judges.findings(Path(folder))
                for finding in found[:5]:
                    print("  ", finding)
                invalid += bool(found)
                predicted = api.predict(exported.model, replications=20, **configuration)
                if arguments.no_simulation or sum(s.tasks for s in predicted.stages) > MOST_TASKS:
                    continue
                simulated = judges.mean_s(Path(folder), arguments.runs)
            error = simulated / predicted.response_time_s.mean - 1
            errors.append(error)
            taken = time.perf_counter() - begin
            print(
                f"{log.name[:42]:44}{told:32}{predicted.response_time_s.mean:10.2f}{simulated:10.2f}{error:8.1%}{taken:6.1f}",
                flush=True,
            )
    sizes = sorted(abs(error) for error in errors)
    if sizes:
        above = sum(size > 0.02 for size in sizes)
        print(
            f"{len(sizes)} exports: error {statistics.fmean(sizes):.2%} mean, "
            f"{statistics.median(sizes):.2%} median, {sizes[int(0.9 * (len(sizes) - 1))]:.2%} "
            f"90th percentile, {sizes[-1]:.2%} maximum, {above} above 2 %"
        )
    print(f"{invalid} exports with findings")
    return 1 if invalid else 0


if __name__ == "__main__":
    sys.exit(main())
