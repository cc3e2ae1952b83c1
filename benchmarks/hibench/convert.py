"""Write the tables of published measurements that may be redistributed, in the format that Pertract reads.

usage: python benchmarks/hibench/convert.py

From ../shared/data/measurements to benchmarks/hibench/tables. Nothing is computed but units; the README there
says where each table is from and what was left out.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLES = HERE / "tables"
MEASUREMENTS = HERE.parents[1].parent / "shared" / "data" / "measurements"
Row = dict[str, str]

SLOTS_PER_VM = 4
"""Of the paper's virtual machines of 8 cores: not published, but no more than 4.5 cores were ever busy."""
OTHER_CAMPAIGNS = ("10-hosts/PageRank1", "10-hosts/PageRank2", "5-hosts-old", "10hosts-memory")
"""Folders of the stage measurements with other settings than the rest."""


def source(path: str) -> Iterator[Row]:
    with (MEASUREMENTS / path).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def pertract_paper() -> Iterator[Row]:
    data = {(r["application"], r["data_workload"]): r for r in source("pertract-paper/data_scenarios.csv")}
    cpu = {_cell(r): r for r in source("pertract-paper/mcpu.csv")}
    for row in source("pertract-paper/mrt.csv"):
        size, used = data[row["application"], row["data_workload"]], cpu[_cell(row)]
        yield {
            "label": "-".join(_cell(row)),
            "workload": row["application"],
            "nodes": row["worker_nodes"],
            "node_cores": "8",
            "executors": row["worker_nodes"],
            "cores_per_executor": str(SLOTS_PER_VM),
            "data_size": size["total_size_gb"],
            "partitions": size["partitions"],
            "response_time_s": row["monitored_s"],
            "cpu_utilisation": f"{float(used['monitored_pct']) / 100:.4f}",
            "size": row["data_workload"],
            "published_prediction_s": row["simulated_s"],
            "published_prediction_cpu": f"{float(used['simulated_pct']) / 100:.4f}",
        }


def _cell(row: Row) -> tuple[str, str, str]:
    return row["application"], row["worker_nodes"], row["data_workload"]


def scout() -> Iterator[Row]:
    for row in source("scout-aws/runs.csv"):
        if row["completed"] != "True":
            continue
        vm = f"{row['vm_family']}.{row['vm_size']}"
        yield {
            "workload": f"{row['framework']}-{row['workload']}-{row['datasize']}-{vm}",
            "nodes": row["nodes"],
            "node_cores": row["vcpus_per_node"],
            "response_time_s": row["elapsed_s"],
        }


def bell() -> Iterator[Row]:
    for row in source("bell-cluster/runs.csv"):
        yield {
            "workload": f"{row['engine']}-{row['job']}",
            "nodes": row["nodes"],
            "response_time_s": f"{float(row['runtime_ms']) / 1000:.3f}",
        }


def polimi() -> Iterator[Row]:
    for row in source("polimi-spark-stages/apps.csv"):
        if row["hosts"] and row["group"] not in OTHER_CAMPAIGNS:
            yield {
                "label": row["app_id"],
                "workload": row["workload"],
                "nodes": row["hosts"],
                "data_size": f"{float(row['data_size']):.3f}",
                "response_time_s": row["duration_s"],
                "group": row["group"],
            }


def ernest() -> Iterator[Row]:
    for row in source("ernest-rcv1/rcv1-parsed.csv"):
        cores, fraction, time_s = (value.strip() for value in row.values())
        yield {
            "workload": "rcv1",
            "executors": cores,
            "cores_per_executor": "1",
            "data_size": fraction,
            "response_time_s": f"{float(time_s):.3f}",
        }


def labelled(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows with a label each: runs without a name are numbered by workload and cluster."""
    seen = Counter[str]()
    for row in rows:
        name = f"{row['workload']}-{row.get('nodes') or row['executors']}"
        seen[name] += 1
        yield {"label": f"{name}-{seen[name]}"} | row


def write(name: str, rows: Iterable[Row]) -> None:
    table = list(labelled(rows))
    with (TABLES / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    print(f"{name}: {len(table)} runs")


if __name__ == "__main__":
    TABLES.mkdir(exist_ok=True)
    write("pertract-paper.csv", pertract_paper())
    write("scout.csv", scout())
    write("bell.csv", bell())
    write("polimi.csv", polimi())
    write("ernest.csv", ernest())
