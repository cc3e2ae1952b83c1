"""Draw the tasks of a stage from its profile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .stage import StagePlan


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks of one stage in one replication, in order of launch."""

    slot_s: NDArray[np.float64]
    """Time each holds its slot when it gets a core at once, shape ``(n_tasks,)``.

    As drawn, on a slot that is warm; of a trace, with what the first tasks took longer.
    """
    cpu_s: NDArray[np.float64]
    """The part of it that needs a core, shape ``(n_tasks,)``."""
    group: NDArray[np.intp]
    """Group of the profile each belongs to, shape ``(n_tasks,)``."""


def draw(stage: StagePlan, rng: np.random.Generator) -> Tasks:
    """Return the tasks of a stage, as on slots that have run the stage before.

    Sampling is systematic: the ranks of the tasks divide the profile's distribution evenly, from a
    random start. So every replication has the mean work of the stage, and the measured number of
    tasks gives exactly the measured tasks.

    Tasks of a group are launched around the group's measured position: a partition that is large
    is large in every run, and Spark launches partitions in order. A group of one task keeps its
    place; the larger a group, the more its tasks spread.

    Parameters
    ----------
    stage
        The stage.
    rng
        Source of randomness.
    """
    cumulative = np.cumsum(stage.weights)
    total = float(cumulative[-1])
    rank = (np.arange(stage.tasks) + rng.random()) * (total / stage.tasks)
    group = np.minimum(np.searchsorted(cumulative, rank, side="right"), len(cumulative) - 1)
    group = group[np.argsort(_positions(stage, group, rng), kind="stable")]
    slot_s, cpu_s = stage.duration_s[group] + stage.dispatch_s, stage.cpu_s[group]
    if stage.handling_s:
        slot_s = np.maximum(slot_s - stage.handling_s, cpu_s)
    return Tasks(slot_s, cpu_s, group)


def _positions(stage: StagePlan, group: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a key for each task that orders the launches."""
    noise = rng.random(len(group))
    if stage.launch_order is None:
        return noise
    mean = stage.launch_order[group]
    reach = np.minimum(mean, 1 - mean)  # symmetric, so that the mean position stays
    tasks_per_group = stage.weights[group] * (stage.tasks / float(stage.weights.sum()))
    spread = 1 - 1 / np.maximum(1.0, tasks_per_group)
    return np.asarray(mean + (2 * noise - 1) * reach * spread)
