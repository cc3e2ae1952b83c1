"""How near ``pertract what-if --search`` comes to the best of all configurations, with how little simulation.

usage: python benchmarks/planner/optimiser.py [--large] [--every N] [--replications N] [--most-tasks N]
                                              [--verbose] [PATH ...]

Claim: within 3 % of the optimum of an exhaustive sweep, with at most 10 % of its simulations.

For each model (of event logs or model files; without a path those of the measurements kept beside the
project), all configurations of three spaces are predicted in full, and then searched:

    cores   1 to 40 executors x 1, 2, 4 or 8 cores
    nodes   1 to 40 nodes (20 sizes) x 2, 4, 8 or 16 cores of a node, which tasks share
    tasks   1 to 40 executors of 4 cores (20 sizes) x 4 numbers of shuffle partitions

or, with --large, 3,200 configurations, more than are screened one by one: 1 to 200 executors x 1 to 16 cores.

The goals are the cheapest for deadlines that a tenth, a half and nine tenths of the configurations keep, the
fastest for such budgets, the least product of time and cost, and a deadline that none keeps. Cost is
slot-hours or node-hours. A loss is how much more the chosen configuration costs (or how much longer it takes,
or how much larger the product is) than the best of all, both predicted in full. A simulation is one
replication; what is screened counts as well as what is predicted in full. --every N takes every Nth model.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import pertract
from pertract import plan
from pertract.errors import PertractError
from pertract.sources.processes import processors

SHARED = Path(__file__).parents[3] / "shared/data"
PLACES = (SHARED / "spark-runs/cpu", SHARED / "spark-runs/sleep", SHARED / "spark-eventlogs/public")
SIZES = (*range(1, 13), 14, 16, 18, 20, 24, 28, 32, 40)
SPACES: dict[str, dict[str, Any]] = {
    "cores": {"executors": range(1, 41), "executor_cores": [1, 2, 4, 8]},
    "nodes": {"nodes": SIZES, "node_cores": [2, 4, 8, 16]},
    "tasks": {
        "executors": SIZES,
        "executor_cores": 4,
        "settings": {"spark.sql.shuffle.partitions": ["16", "64", "200", "800"]},
    },
}
LARGE = {"large": {"executors": range(1, 201), "executor_cores": range(1, 17)}}
LEVELS = (0.1, 0.5, 0.9)
LOSS_GOAL, SHARE_GOAL = 0.03, 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """One search."""

    model: str
    space: str
    goal: str
    loss: float | None
    """None where nothing keeps the goal, and the search says so as well."""
    share: float


def outcomes(
    model: pertract.PerformanceModel, spaces: dict[str, dict[str, Any]], replications: int, cache: Path
) -> Iterator[Outcome]:
    """Yield the searches in spaces of a model, for all goals."""
    by_setting = any(s.partitions.rule in ("shuffle_partitions", "adaptive") for s in model.execution.stages)
    for name, space in spaces.items():
        if name == "tasks" and not by_setting:
            continue

        def ask(space: dict[str, Any] = space, **goal: Any) -> plan.WhatIf:
            how: dict[str, Any] = {"replications": replications, "cache": cache, "jobs": processors()}
            return pertract.what_if(model, **space, **how, **goal)

        everything = ask(search=False)
        points = [point for point in everything.points if point.standing is not None]
        times = np.array([point.standing.within_s for point in points])
        costs = np.array([point.standing.cost_within for point in points])
        goals: list[dict[str, Any]] = [{}]
        goals += [{"deadline_s": float(np.quantile(times, level))} for level in LEVELS]
        goals += [{"budget": float(np.quantile(costs, level))} for level in LEVELS]
        goals += [{"deadline_s": float(times.min() * 0.9)}]  # nothing can keep it
        for goal in goals:
            found = ask(search=True, **goal)
            assert found.searched is not None
            text = ", ".join(f"{key} {value:.4g}" for key, value in goal.items()) or "product"
            loss = _loss(found, points, goal)
            yield Outcome(model.name, name, text, loss, found.searched.share)


def _loss(found: plan.WhatIf, points: list[plan.Point], goal: dict[str, Any]) -> float | None:
    wanted = plan.Goal(**goal)

    def value(point: plan.Point) -> float:
        stands = point.standing
        assert stands is not None
        assert stands.cost is not None
        if wanted.deadline_s is not None:
            return stands.cost
        return stands.time_s if wanted.is_set else stands.time_s * stands.cost

    able = [value(p) for p in points if p.standing is not None and p.standing.excess(wanted) <= 1]
    if found.best is None:
        return None if not able else float("inf")
    return value(found.best) / min(able) - 1


def models(paths: list[Path], most_tasks: int) -> Iterator[pertract.PerformanceModel]:
    """Yield the models of logs and model files that are not too large to be swept in full."""
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            if path.suffix in (".yaml", ".json") and path.is_file():
                found = [path]
            else:
                made = pertract.extract_all([path], Path(folder) / path.name, jobs=processors())
                found = [result.path for result in made if result.path is not None]
            for file in found:
                try:
                    model = pertract.load(file)
                except PertractError as error:
                    print(f"{file}: {error}")
                    continue
                if sum(stage.partitions.count for stage in model.execution.stages) <= most_tasks:
                    yield model


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--most-tasks", type=int, default=1_500)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    paths = arguments.paths or [place for place in PLACES if place.is_dir()]
    if not paths:
        print("the measurements are not beside the project; name event logs or models")
        return
    all_outcomes: list[Outcome] = []
    count = 0
    for model in islice(models(paths, arguments.most_tasks), 0, None, arguments.every):
        count += 1
        with tempfile.TemporaryDirectory() as cache:
            found = list(
                outcomes(model, LARGE if arguments.large else SPACES, arguments.replications, Path(cache))
            )
        all_outcomes += found
        losses = [outcome.loss for outcome in found if outcome.loss is not None]
        print(
            f"{model.name[:40]:40} {len(found):3} searches, largest loss {max(losses):7.3%}, "
            f"largest share {max(outcome.share for outcome in found):6.2%}",
            flush=True,
        )
        for outcome in found if arguments.verbose else []:
            print(f"    {outcome}")
    losses = [outcome.loss for outcome in all_outcomes if outcome.loss is not None]
    none = sum(outcome.loss is None for outcome in all_outcomes)
    shares = [outcome.share for outcome in all_outcomes]
    within = sum(loss <= LOSS_GOAL for loss in losses)
    print(f"{count} models, {len(all_outcomes)} searches; {none} of them rightly found nothing")
    print(
        f"loss: mean {np.mean(losses):.3%}, largest {max(losses):.3%}; within 3 %: {within} of {len(losses)}"
    )
    print(f"simulations: mean {np.mean(shares):.2%}, largest {max(shares):.2%} of all")


if __name__ == "__main__":
    main()
