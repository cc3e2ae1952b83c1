"""Time of a sweep: 12 cluster sizes with 100 replications each of an application of 10,000 tasks.

usage: python benchmarks/speed/sweep.py [--jobs N] [--stages N] [--shared] [--profile] [MODEL]

Goal: at most 60 s on two cores, from the loaded model to the last prediction, start of the processes
included. Other load on the machine lengthens that, so the CPU seconds of the predictions are printed, too.
Without a model, one is made: 10,000 tasks in --stages stages (20) that follow each other two to a job, 64
groups of lognormal times in each. --shared asks for nodes with half as many cores as task slots, where tasks
slow each other down. --jobs spreads cluster sizes over so many processes (1). --profile shows the functions
that take most of the time of one cluster size instead.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import pertract
from pertract import dsl
from pertract.sources.processes import in_order

TASKS, GROUPS, STAGES_PER_JOB = 10_000, 64, 2
EXECUTORS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
EXECUTOR_CORES = 4
REPLICATIONS = 100
GOAL_S = 60.0
FUNCTIONS_SHOWN = 18


def synthetic(stages: int) -> pertract.PerformanceModel:
    """Return a model of an application of as many tasks as `TASKS`."""
    rng = np.random.default_rng(7)
    profiles = tuple(_profile(rng, f"stage-{i}", TASKS // stages) for i in range(stages))
    jobs = [_job(number, profiles[first : first + STAGES_PER_JOB]) for number, first in _jobs(stages)]
    group = dsl.ExecutorGroup(count=EXECUTORS[0], slots=EXECUTOR_CORES)
    return dsl.PerformanceModel(
        name="sweep",
        execution=dsl.ExecutionArchitecture(
            framework="Spark",
            configuration=dsl.ApplicationConfiguration(executors=(group,)),
            nodes=tuple(jobs),
            edges=tuple(dsl.Edge(tail=a.id, head=b.id) for a, b in pairwise(jobs)),
        ),
        profiles=dsl.ResourceProfiles(stages=profiles),
        resources=dsl.ResourceArchitecture(
            nodes=(dsl.NodeGroup(id="workers", count=1, cores=EXECUTOR_CORES, cores_known=False),)
        ),
    )


def _jobs(stages: int) -> list[tuple[int, int]]:
    """Return number and first stage of each job."""
    return list(enumerate(range(0, stages, STAGES_PER_JOB)))


def _profile(rng: np.random.Generator, identifier: str, tasks: int) -> dsl.StageProfile:
    spread = np.sort(rng.lognormal(0.0, 0.5, GROUPS))
    demands = [
        {"resource": "cpu", "activity": "compute", "unit": "core_seconds", "mean": {"constant": 2.0}},
        {"resource": "delay", "activity": "other", "unit": "seconds", "mean": {"constant": 1.0}},
    ]
    return dsl.StageProfile(
        id=identifier,
        weights=(tasks / GROUPS,) * GROUPS,
        launch_order=tuple(rng.random(GROUPS).tolist()),
        demands=tuple(
            dsl.Demand.model_validate({**demand, "spread": tuple((spread / spread.mean()).tolist())})
            for demand in demands
        ),
    )


def _job(number: int, profiles: tuple[dsl.StageProfile, ...]) -> dsl.Job:
    nodes = tuple(
        dsl.Stage(id=p.id, profile=p.id, partitions=dsl.Partitions(count=round(sum(p.weights))))
        for p in profiles
    )
    edges = tuple(dsl.Edge(tail=a.id, head=b.id) for a, b in pairwise(nodes))
    return dsl.Job(id=f"job-{number}", nodes=nodes, edges=edges)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of a prediction; another process hands back no more."""

    executors: int
    mean_s: float
    """Predicted mean response time."""
    cpu_s: float
    """What the prediction cost, seconds of one core."""


def answer(
    executors: int,
    *,
    model: pertract.PerformanceModel,
    shared: bool,
    progress: Callable[[int, int], None] | None = None,
) -> Answer:
    """Return the prediction for one cluster size."""
    begin_s = process_time()
    prediction = pertract.predict(
        model,
        executors=executors,
        executor_cores=EXECUTOR_CORES,
        node_cores=EXECUTOR_CORES // 2 if shared else None,
        replications=REPLICATIONS,
        progress=progress,
    )
    return Answer(executors, prediction.response_time_s.mean, process_time() - begin_s)


def sweep(model: pertract.PerformanceModel, *, shared: bool, jobs: int) -> list[Answer]:
    """Return the predictions of all cluster sizes, under a progress bar."""
    columns = (TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("", total=len(EXECUTORS) * REPLICATIONS)
        ask = partial(answer, model=model, shared=shared)
        if jobs == 1:
            return [ask(n, progress=lambda *_: bar.advance(task)) for n in EXECUTORS]
        found = []
        for _, prediction in in_order(ask, EXECUTORS, jobs=jobs):
            found.append(prediction)
            bar.advance(task, REPLICATIONS)
        return found


def profile(model: pertract.PerformanceModel, *, shared: bool) -> None:
    pertract.predict(model, replications=1)  # imports are not asked for
    profiler = cProfile.Profile()
    profiler.runcall(answer, EXECUTORS[len(EXECUTORS) // 2], model=model, shared=shared)
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(FUNCTIONS_SHOWN)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--stages", type=int, default=20)
    parser.add_argument("--shared", action="store_true")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    model = pertract.load(arguments.model) if arguments.model else synthetic(arguments.stages)
    if arguments.profile:
        profile(model, shared=arguments.shared)
        return
    begin_s = perf_counter()
    answers = sweep(model, shared=arguments.shared, jobs=arguments.jobs)
    taken_s = perf_counter() - begin_s
    for found in answers:
        print(f"{found.executors:4} executors {found.mean_s:10.1f} s, in {found.cpu_s:5.2f} CPU seconds")
    stages = model.execution.stages
    tasks = sum(stage.partitions.count for stage in stages)
    cpu_s = sum(found.cpu_s for found in answers)
    print(f"{tasks:,} tasks in {len(stages)} stages, {arguments.jobs} processes")
    print(f"{taken_s:.1f} s ({taken_s / GOAL_S:.0%} of the goal), {cpu_s:.1f} CPU seconds")
    print(f"{tasks * len(EXECUTORS) * REPLICATIONS / cpu_s:,.0f} tasks per CPU second")


if __name__ == "__main__":
    main()
