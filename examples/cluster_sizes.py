"""Predict one measured application on several cluster sizes.

usage: python examples/cluster_sizes.py [MODEL]

Without a model, one is extracted from the Spark event log beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pertract

LOG = Path(__file__).with_name("randomforest.zstd")
EXECUTORS = (1, 2, 4, 8, 16)


def main() -> None:
    model = pertract.load(sys.argv[1]) if sys.argv[1:] else pertract.extract(LOG)
    run = model.runs[0]
    print(f"{model.name}: measured {run.response_time_s:.1f} s with {run.slots} task slot(s)\n")
    print("executors  slots  response time  90 % of runs within  CPU utilisation  of tasks alone")
    for executors in EXECUTORS:
        p = pertract.predict(model, executors=executors, executor_cores=1)
        low, high = p.response_time_s.interval90
        print(
            f"{executors:9}  {p.configuration.slots:5}  {p.response_time_s.mean:11.1f} s"
            f"  {low:7.1f} s to {high:5.1f} s  {p.cpu_utilisation.mean:15.0%}"
            f"  {p.task_cpu_utilisation.mean:14.0%}"
        )
    where = sys.argv[1] if sys.argv[1:] else None
    if where:
        print(f"\nThe model is in {where}. Ask it something else, for example:")
        print(f"  .venv/bin/pertract predict {where} --executors 4 --executor-cores 2 --data-scale 3")


if __name__ == "__main__":
    main()
