"""Which runs of a table calibrate, and which are predicted."""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pertract.sources.runs_table import MeasuredRun, read_table

HERE = Path(__file__).resolve().parent
TABLES = HERE / "tables"
MEASUREMENTS = HERE.parents[1].parent / "shared" / "data" / "measurements"
Runs = Sequence[MeasuredRun]


@dataclass(frozen=True, slots=True)
class Split:
    """One model: calibrated on some runs, asked for others."""

    name: str
    """Table and question; errors of splits of one name are summed up together."""
    said: str
    """Which runs calibrate, and which are predicted, for people."""
    workload: str
    calibration: tuple[MeasuredRun, ...]
    predicted: tuple[MeasuredRun, ...]


def published() -> Iterator[Split]:
    """Yield the splits of the tables kept here."""
    yield from paper(read_table(TABLES / "pertract-paper.csv"))
    for name, start in (("scout", "spark"), ("scout", "hadoop"), ("bell", "spark"), ("bell", "flink")):
        runs = [r for r in read_table(TABLES / f"{name}.csv") if (r.workload or "").startswith(start)]
        yield from largest(f"{name} {start}", runs)
    yield from larger_hosts(read_table(TABLES / "polimi.csv"))
    yield from largest("ernest", read_table(TABLES / "ernest.csv"))


def beside() -> Iterator[Split]:
    """Yield the splits of tables that may not be redistributed, where they lie beside the project."""
    if not MEASUREMENTS.is_dir():
        print(f"{MEASUREMENTS} is not there: its tables are left out", file=sys.stderr)
        return
    bbo = list(_beside("hibench-bbo-aws/runs.csv", _bbo))
    for workload in ("rf", "linear", "lda"):
        runs = [run for run in bbo if (run.workload or "").startswith(f"{workload} ")]
        yield from largest(f"bbo {workload}", runs)
    for job in ("grep", "pagerank", "kmeans"):
        yield from largest(f"c3o {job}", list(_beside(f"c3o-emr/{job}.csv", _c3o)))


def paper(runs: Runs) -> Iterator[Split]:
    """Yield the questions asked of the table of the PerTract paper."""
    questions: tuple[tuple[str, str, Callable[[MeasuredRun], bool]], ...] = (
        (
            "",
            "4 nodes (all sizes), 8 nodes small -> the other five",
            lambda r: _at(r, 4) or _is(r, 8, "small"),
        ),
        (
            ", kept aside",
            "4 nodes (all sizes), 8 nodes large -> the other five",
            lambda r: _at(r, 4) or _is(r, 8, "large"),
        ),
        (", kept aside", "4 and 8 nodes -> 16 nodes", lambda r: _at(r, 4) or _at(r, 8)),
        (", kept aside", "4 and 16 nodes -> 8 nodes", lambda r: _at(r, 4) or _at(r, 16)),
        (", kept aside", "small -> large and huge", lambda r: r.labels["size"] == "small"),
    )
    for aside, said, calibrates in questions:
        for workload in ("RFC", "LR"):
            mine = [run for run in runs if run.workload == workload]
            yield _split(f"paper {workload}{aside}", said, workload, mine, calibrates)


def _at(run: MeasuredRun, nodes: int) -> bool:
    return run.nodes == nodes


def _is(run: MeasuredRun, nodes: int, size: str) -> bool:
    return run.nodes == nodes and run.labels["size"] == size


def largest(name: str, runs: Runs) -> Iterator[Split]:
    """Yield a split per workload with four cluster sizes or more: the three smallest predict the largest."""
    groups = defaultdict(list)
    for run in runs:
        groups[run.workload or ""].append(run)
    for workload, mine in groups.items():
        scales = sorted({_scale(run) for run in mine})
        if len(scales) >= 4:
            wanted = [run for run in mine if _scale(run) in (*scales[:3], scales[-1])]
            small = set(scales[:3])
            said = "three smallest clusters -> largest cluster"
            yield _split(name, said, workload, wanted, lambda run, small=small: _scale(run) in small)


def _scale(run: MeasuredRun) -> int:
    return run.nodes or run.executors or 0


def larger_hosts(runs: Runs) -> Iterator[Split]:
    """Yield two questions per workload: fewer hosts predict the most, and less data predicts more."""
    for workload in ("LogisticRegression", "PageRank"):
        mine = [run for run in runs if run.workload == workload]
        most = max(_scale(run) for run in mine)
        yield _split(
            f"polimi {workload}",
            f"fewer hosts -> {most} hosts",
            workload,
            mine,
            lambda run, most=most: _scale(run) < most,
        )
        middle = sorted(run.data_size or 0 for run in mine)[len(mine) // 2]
        yield _split(
            f"polimi {workload}, data",
            f"up to {middle:.0f} GB -> more",
            workload,
            mine,
            lambda run, middle=middle: (run.data_size or 0) <= middle,
        )


def _split(
    name: str, said: str, workload: str, runs: Runs, calibrates: Callable[[MeasuredRun], bool]
) -> Split:
    calibration = tuple(run for run in runs if calibrates(run))
    return Split(name, said, workload, calibration, tuple(run for run in runs if not calibrates(run)))


def _beside(path: str, convert: Callable[[int, dict[str, str]], MeasuredRun | None]) -> Iterable[MeasuredRun]:
    with (MEASUREMENTS / path).open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            if (run := convert(line, row)) is not None:
                yield run


def _bbo(line: int, row: dict[str, str]) -> MeasuredRun | None:
    if row["timeout_or_failed"] == "1":
        return None
    vm = f"{row['vm_family']}.{row['vm_size']}"
    return MeasuredRun(
        row=line,
        label=f"{row['workload']} {row['datasize']} {row['nodes']} x {vm}",
        workload=f"{row['workload']} {row['datasize']} {vm}",
        nodes=int(row["nodes"]),
        node_cores=int(row["vcpus_per_node"]),
        response_time_s=float(row["elapsed_s"]),
    )


def _c3o(line: int, row: dict[str, str]) -> MeasuredRun:
    nodes = int(row["instance_count"])
    same = [v for k, v in row.items() if k not in ("instance_count", "slots", "memory", "gross_runtime")]
    return MeasuredRun(
        row=line,
        label=f"line {line}",
        workload=" ".join(same),
        nodes=nodes,
        node_cores=max(1, int(row["slots"]) // nodes),
        response_time_s=float(row["gross_runtime"]),
    )
