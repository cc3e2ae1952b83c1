"""Speed of the simulation, next to the floor of any list scheduler: a bare heap.

usage: python benchmarks/speed/simulation.py

Ten stages with barriers, lognormal task times. Measured: one replication (drawing tasks included) in
CPU seconds, in turn with a loop of `heapreplace` over the same task times. Goal: >= 300,000 tasks/s
on one core where only slots are shared.
"""

from __future__ import annotations

import statistics
from heapq import heapreplace
from time import process_time

import numpy as np

from pertract.simulate.engine import simulate
from pertract.simulate.placement import ExecutorPlan
from pertract.simulate.plan import Plan
from pertract.simulate.stage import CAUSES, StagePlan

STAGES, GROUPS, REPETITIONS = 10, 64, 5


def plan_of(tasks: int, slots: int, node_cores: int | None = None) -> Plan:
    rng = np.random.default_rng(7)
    stages = []
    for i in range(STAGES):
        causes = np.zeros((len(CAUSES), GROUPS))
        causes[CAUSES.index("cpu")] = np.sort(rng.lognormal(0.0, 0.5, GROUPS)) / 2
        causes[CAUSES.index("other")] = causes[CAUSES.index("cpu")]
        weights = np.full(GROUPS, tasks / STAGES / GROUPS)
        stages.append(StagePlan(f"stage-{i}", "", "job-0", i, tasks // STAGES, weights, causes))
    per_node = 16
    executors = tuple(ExecutorPlan(per_node, k, 0.0, None) for k in range(slots // per_node))
    cores = (node_cores or per_node,) * len(executors)
    return Plan(
        ids=tuple(stage.id for stage in stages),
        delay_s=(0.0,) * STAGES,
        stage_of=tuple(range(STAGES)),
        successors=tuple((i + 1,) if i + 1 < STAGES else () for i in range(STAGES)),
        waits_for=tuple(0 if i == 0 else 1 for i in range(STAGES)),
        stages=tuple(stages),
        executors=executors,
        node_cores=cores,
        cores=sum(cores),
        cores_known=node_cores is not None,
        slots=slots,
    )


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
    print(f"{'tasks':>9} {'slots':>6} {'cores':>8} {'tasks/s':>10} {'x heap':>7}")
    for tasks, slots, node_cores in (
        (10_000, 64, None),
        (100_000, 64, None),
        (1_000_000, 64, None),
        (100_000, 1024, None),
        (1_000_000, 1024, None),
        (10_000, 64, 8),
        (100_000, 64, 8),
        (100_000, 1024, 8),
    ):
        plan = plan_of(tasks, slots, node_cores)
        times, ratios = [], []
        for seed in range(REPETITIONS):
            base = timed(floor, plan, slots)
            times.append(timed(simulate, plan, np.random.default_rng(seed)))
            ratios.append(times[-1] / base)
        shared = f"{node_cores}/16" if node_cores else "own"
        rate = tasks / statistics.median(times)
        print(f"{tasks:9} {slots:6} {shared:>8} {rate:10,.0f} {statistics.median(ratios):7.1f}")
    print("cores 8/16: eight cores shared by sixteen slots of a node (processor sharing)")


if __name__ == "__main__":
    main()
