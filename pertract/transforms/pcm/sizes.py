"""How large the tasks of a stage are, in order of launch.

The size of a task is its time relative to the mean of the stage. PCM has no list of tasks; a service knows
only which task it launches. So the size is a function of the position among the launches, from 0 to 1, by
steps: a step holds one size, or a density where many tasks differ without order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from . import expressions
from .scenario import StageLoad

KEPT = 64
"""Stages up to this size have a step for every task."""

RARE = 1.5
"""Groups of up to so many tasks have steps of their own in larger stages."""

BINS = 4
"""Parts of the launches of larger stages, each with a density of its own."""

FEWEST_BOXES = 8
"""Boxes of a density where a stage has several."""

ALIKE = 0.02
"""Densities whose means differ by less are one."""


@dataclass(frozen=True, slots=True)
class Step:
    """Sizes of the tasks up to a position."""

    until: float
    """Position of the last task, 0 to 1."""
    values: tuple[float, ...]
    weights: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean size."""
        return float(np.average(self.values, weights=self.weights))


def expression(load: StageLoad, seed: str, index: str, tasks: str) -> str:
    """Return the size of a task as an expression.

    Parameters
    ----------
    load
        The tasks.
    seed
        Decides the order where the model gives none.
    index, tasks
        Expressions of the number of the task in order of launch, from 1, and of the number of tasks.
    """
    found = steps(load, seed)
    densities = sum(len(step.values) > 1 for step in found)
    boxes = max(FEWEST_BOXES, expressions.MOST_BOXES * 2 // max(1, densities))
    return expressions.piecewise(
        index,
        [
            (
                f"{expressions.number(step.until)} * {tasks}",
                expressions.discrete(step.values, step.weights, boxes),
            )
            for step in found
        ],
    )


def steps(load: StageLoad, seed: str) -> list[Step]:
    """Return the sizes of the tasks by position, with a mean of 1 over all."""
    times = np.sum(load.causes_s, axis=0)
    weights = np.array(load.weights)
    mean = float(np.average(times, weights=weights))
    if mean <= 0 or np.ptp(times) <= 1e-9 * mean:
        return [Step(1.0, (1.0,), (1.0,))]
    sizes = times / mean
    per_group = weights * (load.tasks / float(weights.sum()))
    order = load.launch_order or _any_order(len(sizes), seed)
    found = (
        _each(load.tasks, sizes, per_group, order)
        if load.tasks <= KEPT
        else _by_part(load.tasks, sizes, per_group, order)
    )
    return _joined(found)


def _any_order(groups: int, seed: str) -> tuple[float, ...]:
    digest = int.from_bytes(blake2b(seed.encode(), digest_size=8).digest(), "big")
    return tuple(np.random.default_rng(digest).random(groups).tolist())


def _each(tasks: int, sizes: np.ndarray, per_group: np.ndarray, order: Sequence[float]) -> list[Step]:
    """Return a step for every task, as many of each group as are its due."""
    rank = (np.arange(tasks) + 0.5) * (float(per_group.sum()) / tasks)
    group = np.minimum(np.searchsorted(np.cumsum(per_group), rank, side="right"), len(sizes) - 1)
    keys = np.concatenate(
        [_positions(order[g], per_group[g], int(np.sum(group == g))) for g in range(len(sizes))]
    )
    of = np.repeat(np.arange(len(sizes)), [int(np.sum(group == g)) for g in range(len(sizes))])
    launched = of[np.argsort(keys, kind="stable")]
    return [Step((i + 1.5) / tasks, (float(size),), (1.0,)) for i, size in enumerate(sizes[launched])]


def _positions(mean: float, due: float, count: int) -> np.ndarray:
    """Return where the tasks of a group are launched: evenly over the reach of the group."""
    reach = min(mean, 1 - mean) * (1 - 1 / max(1.0, due))
    return np.asarray(mean - reach + 2 * reach * (np.arange(count) + 0.5) / max(1, count))


def _by_part(tasks: int, sizes: np.ndarray, per_group: np.ndarray, order: Sequence[float]) -> list[Step]:
    """Return densities for parts of the launches, and steps of their own for rare tasks in between."""
    rare = per_group <= RARE
    single = sorted(
        (float(position), float(sizes[g]))
        for g in np.flatnonzero(rare)
        for position in _positions(order[int(g)], per_group[g], round(per_group[g]))
    )
    parts = _parts(sizes, np.where(rare, 0.0, per_group), np.asarray(order))
    if not parts:
        return _each(tasks, sizes, per_group, order)
    marks: list[int] = []
    for i, (position, _) in enumerate(single):
        first = marks[-1] + 1 if marks else 0
        marks.append(min(max(first, int(position * tasks)), tasks - len(single) + i))
    found: list[Step] = []
    at = 0
    for mark, (_, size) in zip(marks, single, strict=True):
        found += _between(parts, at, mark, tasks)
        found.append(Step((mark + 1.5) / tasks, (size,), (1.0,)))
        at = mark + 1
    found += _between(parts, at, tasks, tasks)
    return found


def _parts(sizes: np.ndarray, per_group: np.ndarray, order: np.ndarray) -> list[Step]:
    """Return the density of each part of the launches, as groups reach into it."""
    if not per_group.any():
        return []
    reach = np.minimum(order, 1 - order) * (1 - 1 / np.maximum(1.0, per_group))
    low, high = order - reach, np.maximum(order + reach, order - reach + 1e-9)
    found: list[Step] = []
    for part in range(BINS):
        begin, end = part / BINS, (part + 1) / BINS
        share = np.clip(np.minimum(high, end) - np.maximum(low, begin), 0.0, None) / (high - low)
        here = per_group * share
        used = here > 1e-9
        if used.any():
            found.append(Step(end, tuple(sizes[used].tolist()), tuple(here[used].tolist())))
    return found


def _between(parts: list[Step], begin: int, end: int, tasks: int) -> list[Step]:
    """Return the densities of the launches from one number up to another."""
    found: list[Step] = []
    for part in parts:
        last = min(end, round(part.until * tasks)) if part is not parts[-1] else end
        if last > begin:
            found.append(Step((last + 0.5) / tasks, part.values, part.weights))
            begin = last
    return found


def _joined(found: list[Step]) -> list[Step]:
    """Return the steps with neighbours joined that are one size, or densities that hardly differ."""
    joined: list[Step] = []
    for step in found:
        before = joined[-1] if joined else None
        if before is not None and _alike(before, step):
            joined[-1] = Step(
                step.until,
                before.values if before.values == step.values else before.values + step.values,
                before.weights if before.values == step.values else before.weights + step.weights,
            )
        else:
            joined.append(step)
    return joined


def _alike(one: Step, other: Step) -> bool:
    if len(one.values) == 1 or len(other.values) == 1:
        return one.values == other.values
    return abs(one.mean - other.mean) < ALIKE * max(one.mean, other.mean)
