"""Speed of the simulation, next to the floor of any list scheduler: a bare heap.

usage: python benchmarks/speed/simulation.py [--most TASKS]

Ten stages with barriers, lognormal task times, nodes of 16 slots. Measured: one replication (drawing tasks
included) in CPU seconds, in turn with a loop of `heapreplace` over the same task times. Tasks share nothing
but slots, or also the cores of their node (8 for 16 slots), its drives (each task reads and writes 60 MB at
1 GB/s), the links (each fetches 60 MB at 1 GB/s), or all of these. The last column is the time per task
relative to the first row with as many slots that shares the same: 1 is linear growth. --most leaves out rows
with more tasks.

Goals on one core: >= 500,000 tasks/s where only slots are shared, >= 100,000 tasks/s with shared cores,
drives and links, and linear growth from 10^4 to 10^6 tasks.
"""

from __future__ import annotations

import argparse
import statistics
from dataclasses import replace
from heapq import heapreplace
from time import process_time

import numpy as np

from pertract.simulate.engine import simulate
from pertract.simulate.placement import ExecutorPlan
from pertract.simulate.plan import Plan
from pertract.simulate.stage import CAUSES, StagePlan
from pertract.simulate.transfers import Bandwidth
from pertract.simulate.volumes import TaskVolumes

PER_NODE, FEW_CORES = 16, 8
TASK_BYTES, BYTES_PER_S = 60e6, 1e9
ROWS = (
    ("slots", 64, (10_000, 100_000, 1_000_000)),
    ("slots", 1024, (100_000, 1_000_000)),
    ("cores", 64, (10_000, 100_000, 1_000_000)),
    ("cores", 1024, (100_000, 1_000_000)),
    ("drives", 256, (10_000, 100_000, 1_000_000)),
    ("network", 256, (10_000, 100_000, 1_000_000)),
    ("all", 256, (10_000, 100_000, 1_000_000)),
    ("all", 1024, (100_000,)),
)
STAGES, GROUPS, REPETITIONS = 10, 64, 5


def plan_of(tasks: int, slots: int, shared: str = "slots") -> Plan:
    rng = np.random.default_rng(7)
    stages = []
    for i in range(STAGES):
        causes = np.zeros((len(CAUSES), GROUPS))
        causes[CAUSES.index("cpu")] = np.sort(rng.lognormal(0.0, 0.5, GROUPS)) / 2
        causes[CAUSES.index("other")] = causes[CAUSES.index("cpu")]
        weights = np.full(GROUPS, tasks / STAGES / GROUPS)
        stages.append(StagePlan(f"stage-{i}", "", "job-0", i, tasks // STAGES, weights, causes))
    executors = tuple(ExecutorPlan(PER_NODE, k, 0.0, None) for k in range(slots // PER_NODE))
    few = shared in ("cores", "all")
    cores = (FEW_CORES if few else PER_NODE,) * len(executors)
    plan = Plan(
        ids=tuple(stage.id for stage in stages),
        delay_s=(0.0,) * STAGES,
        stage_of=tuple(range(STAGES)),
        successors=tuple((i + 1,) if i + 1 < STAGES else () for i in range(STAGES)),
        waits_for=tuple(0 if i == 0 else 1 for i in range(STAGES)),
        stages=tuple(stages),
        executors=executors,
        node_cores=cores,
        cores=sum(cores),
        cores_known=few,
        slots=slots,
    )
    return plan if shared in ("slots", "cores") else moving(plan, shared)


def moving(plan: Plan, shared: str) -> Plan:
    """Return a plan whose tasks also move bytes."""
    nodes = len(plan.node_cores)
    drives = (BYTES_PER_S,) * nodes if shared in ("drives", "all") else None
    link = BYTES_PER_S if shared in ("network", "all") else None
    drive_bytes, link_bytes = (TASK_BYTES if device else None for device in (drives, link))
    volumes = TaskVolumes(drive_bytes, link_bytes, drive_bytes)
    stages = tuple(replace(stage, volumes=volumes) for stage in plan.stages)
    return replace(plan, stages=stages, bandwidth=Bandwidth(drives, drives, link, (1 / nodes,) * nodes))


def floor(plan: Plan, slots: int) -> None:
    for stage in plan.stages:
        free = [0.0] * slots
        for duration in np.resize(stage.duration_s, stage.tasks).tolist():
            heapreplace(free, free[0] + duration)


def timed(function: object, *arguments: object) -> float:
    begin = process_time()
    function(*arguments)  # type: ignore[operator]
    return process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--most", type=int, default=1_000_000, metavar="TASKS")
    most = parser.parse_args().most
    print(f"{'shared':>8} {'slots':>6} {'tasks':>9} {'tasks/s':>10} {'x heap':>7} {'growth':>7}")
    for shared, slots, sizes in ROWS:
        first_s = 0.0
        for tasks in (size for size in sizes if size <= most):
            plan = plan_of(tasks, slots, shared)
            times, ratios = [], []
            for seed in range(REPETITIONS):
                base = timed(floor, plan, slots)
                times.append(timed(simulate, plan, np.random.default_rng(seed)))
                ratios.append(times[-1] / base)
            each_s = statistics.median(times) / tasks
            first_s = first_s or each_s
            print(
                f"{shared:>8} {slots:6} {tasks:9} {1 / each_s:10,.0f} {statistics.median(ratios):7.1f} "
                f"{each_s / first_s:7.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
