"""What other runs buy: large runs predicted from one smaller run, and from several.

For every workload of the recorded campaign, the runs with the most data are predicted by a model of one run
with the middle amount of data on the smallest cluster, and by a model of the runs that `regression`
calibrates on.

    python -m benchmarks.hibench.one_run [RUNS.CSV]
"""

from __future__ import annotations

import csv
import statistics
import sys
import tempfile
from pathlib import Path

import pertract

from .regression import RECORDED, Row, calibration, data, slots, write


def errors(rows: list[Row], logs: Path, scratch: Path) -> dict[str, list[float]]:
    """Return the signed errors of the response time of the largest runs, by what the model was made of."""
    learnt = calibration(rows)
    write(scratch / "learnt.csv", learnt, logs)
    small = max(learnt, key=data)
    models = {
        "one run": (pertract.extract(logs / small["log"]), data(small)),
        "several runs": (pertract.extract_table(scratch / "learnt.csv"), data(learnt[0])),
    }
    found: dict[str, list[float]] = {name: [] for name in models}
    for row in rows:
        if data(row) < max(map(data, rows)):
            continue
        for name, (model, size) in models.items():
            basis = model.runs[0].data_size or size
            prediction = pertract.predict(
                model,
                data_scale=data(row) / basis,
                executors=int(row["executors"]),
                executor_cores=slots(row) // int(row["executors"]),
                nodes=1,
                node_cores=2,
                replications=5,
            )
            found[name].append(prediction.response_time_s.mean / float(row["response_time_s"]) - 1)
    return found


def main() -> None:
    """Print the mean error of both, over all workloads."""
    table = Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDED
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    total: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for workload in dict.fromkeys(row["workload"] for row in rows):
            mine = [row for row in rows if row["workload"] == workload]
            for name, found in errors(mine, table.parent, Path(scratch)).items():
                print(f"{workload:14}{name:14}" + " ".join(f"{error:+7.1%}" for error in found))
                total.setdefault(name, []).extend(found)
    for name, found in total.items():
        sizes = [abs(error) for error in found]
        print(
            f"{name}: {len(found)} predictions, error {statistics.fmean(sizes):.1%} mean, "
            f"{statistics.median(sizes):.1%} median, {max(sizes):.1%} maximum, "
            f"bias {statistics.fmean(found):+.1%}"
        )


if __name__ == "__main__":
    main()
