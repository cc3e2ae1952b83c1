"""Time of ``pertract what-if``: 12 cluster sizes x 3 data sizes x 30 replications of 10,000 tasks.

usage: python benchmarks/planner/sweep.py [--shared] [--jobs N] [--one-by-one] [MODEL]

Goals: at most 60 s on two cores; the same command again at most 2 s. Both are measured as people see them,
from the start of the process to its end. Other load on the machine lengthens that, so CPU seconds are
printed, too, and with --one-by-one those of the same predictions with `pertract.predict` in one process: the
ratio says what the command adds. Without a model, one is made: 10,000 tasks in 20 stages whose number and
work follow the data, so that half the data are 5,000 tasks and twice the data 20,000. --shared asks for nodes
with half as many cores as task slots, where tasks slow each other down.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import pertract
from benchmarks.speed.sweep import EXECUTOR_CORES, EXECUTORS, TASKS, synthetic
from pertract import dsl
from pertract.sources.processes import processors

SCALES = (0.5, 1, 2)
REPLICATIONS = 30
GOAL_S, AGAIN_GOAL_S = 60.0, 2.0
TASK_BYTES = 128 * 2**20


def growing() -> dsl.PerformanceModel:
    """Return the application of `benchmarks/speed/sweep.py`, reading as much as its tasks need."""
    model = synthetic(20)
    profiles = [_growing_profile(profile) for profile in model.profiles.stages]
    jobs = [
        node.model_copy(update={"nodes": tuple(map(_growing_stage, node.nodes))})
        for node in model.execution.jobs
    ]
    return model.model_copy(
        update={
            "profiles": model.profiles.model_copy(update={"stages": tuple(profiles)}),
            "execution": model.execution.model_copy(update={"nodes": tuple(jobs)}),
        }
    )


def _growing_profile(profile: dsl.StageProfile) -> dsl.StageProfile:
    tasks = round(sum(profile.weights))
    demands = [
        demand.model_copy(update={"mean": {"task_bytes": demand.mean["constant"] / TASK_BYTES}})
        for demand in profile.demands
    ]
    volumes = dsl.Volumes(input_bytes=tasks * TASK_BYTES)
    return profile.model_copy(update={"demands": tuple(demands), "volumes": volumes})


def _growing_stage(stage: dsl.Stage) -> dsl.Stage:
    splits = stage.partitions.model_copy(update={"rule": "input_splits"})
    return stage.model_copy(update={"partitions": splits})


def command(model: Path, *, shared: bool, jobs: int, cache: Path) -> tuple[float, float]:
    """Run the sweep as a command and return its time, and the CPU of all its processes, seconds."""
    arguments = [sys.executable, "-m", "pertract", "what-if", str(model), "--format", "csv"]
    arguments += ["--executors", ",".join(map(str, EXECUTORS)), "--executor-cores", str(EXECUTOR_CORES)]
    arguments += ["--data-scale", ",".join(map(str, SCALES)), "--replications", str(REPLICATIONS)]
    arguments += ["--jobs", str(jobs), "--node-cores", str(EXECUTOR_CORES // 2)][: None if shared else -2]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    begin_s, before_s = perf_counter(), _children_cpu_s()
    result = subprocess.run(arguments, env=environment, check=True, capture_output=True, text=True)
    taken_s, cpu_s = perf_counter() - begin_s, _children_cpu_s() - before_s
    rows = result.stdout.splitlines()[1:]
    assert len(rows) == len(EXECUTORS) * len(SCALES), rows
    return taken_s, cpu_s


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def one_by_one(model: dsl.PerformanceModel, *, shared: bool) -> float:
    """Make the same predictions one after the other and return their CPU seconds."""
    begin_s = process_time()
    for executors in EXECUTORS:
        for scale in SCALES:
            pertract.predict(
                model,
                executors=executors,
                executor_cores=EXECUTOR_CORES,
                node_cores=EXECUTOR_CORES // 2 if shared else None,
                data_scale=scale,
                replications=REPLICATIONS,
            )
    return process_time() - begin_s


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", type=Path)
    parser.add_argument("--jobs", type=int, default=processors())
    parser.add_argument("--shared", action="store_true")
    parser.add_argument("--one-by-one", action="store_true")
    arguments = parser.parse_args()
    model = pertract.load(arguments.model) if arguments.model else growing()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.yaml"
        pertract.save(model, path)
        (first_s, cpu_s), (again_s, _) = [
            command(path, shared=arguments.shared, jobs=arguments.jobs, cache=Path(folder) / "cache")
            for _ in range(2)
        ]
    points = len(EXECUTORS) * len(SCALES)
    tasks = TASKS if arguments.model is None else sum(s.partitions.count for s in model.execution.stages)
    print(f"{points} configurations x {REPLICATIONS} replications of {tasks:,} tasks x {SCALES}")
    goal = f"{first_s / GOAL_S:.0%} of the goal"
    print(f"first call  {first_s:6.1f} s with {arguments.jobs} processes ({goal}), {cpu_s:.1f} CPU seconds")
    print(f"second call {again_s:6.2f} s ({again_s / AGAIN_GOAL_S:.0%} of the goal)")
    if arguments.one_by_one:
        alone_s = one_by_one(model, shared=arguments.shared)
        print(f"one by one  {alone_s:6.1f} CPU seconds; the command takes {cpu_s / alone_s:.2f} times that")


if __name__ == "__main__":
    main()
