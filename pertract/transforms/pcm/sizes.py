"""How large the tasks of a stage are, in order of launch.

The size of a task is its time relative to the mean of the stage. PCM has no list of tasks; a service knows
only which task it launches. So the size is a function of the position among the launches, from 0 to 1, by
steps: a step holds one size, or a density where many tasks differ without order.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from . import expressions
from .scenario import StageLoad

Floats = NDArray[np.float64]

KEPT = 64
"""Stages up to this size have a step for every task."""

RARE = 3.0
"""Groups of up to so many tasks have steps of their own in larger stages."""

BINS = 4
"""Parts of the launches of larger stages, each with a density of its own."""

PIECES = 64
"""Pieces of a large group whose places among the launches are looked at."""

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
    boxes = max(FEWEST_BOXES, expressions.MOST_BOXES // max(1, densities))
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
    rng = np.random.default_rng(int.from_bytes(blake2b(seed.encode(), digest_size=8).digest(), "big"))
    order = np.array(load.launch_order) if load.launch_order else rng.random(len(sizes))
    written = _each if load.tasks <= KEPT else _by_part
    found = written(load.tasks, sizes, per_group, order, rng)
    return _joined(found)


def _until(last: int, tasks: int) -> float:
    """Return the position of a task as a bound that rounding cannot make it miss."""
    return last / tasks + 1e-8


def _each(
    tasks: int, sizes: Floats, per_group: Floats, order: Floats, rng: np.random.Generator
) -> list[Step]:
    """Return a step for every task, as many of each group as are its due."""
    rank = (np.arange(tasks) + 0.5) * (float(per_group.sum()) / tasks)
    group = np.minimum(np.searchsorted(np.cumsum(per_group), rank, side="right"), len(sizes) - 1)
    launched, _ = _launches(order, per_group, np.bincount(group, minlength=len(sizes)), rng)
    return [
        Step(_until(number, tasks), (float(size),), (1.0,))
        for number, size in enumerate(sizes[launched], start=1)
    ]


def _launches(
    order: Floats, per_group: Floats, pieces: NDArray[np.intp], rng: np.random.Generator
) -> tuple[NDArray[np.intp], Floats]:
    """Return the groups of pieces in order of launch, and the share of a group that each piece is.

    The pieces of a group lie over its reach: a group of one task keeps its place, and the larger it is, the
    more its tasks spread.
    """
    reach = np.minimum(order, 1 - order) * (1 - 1 / np.maximum(1.0, per_group))
    group = np.repeat(np.arange(len(order)), pieces)
    number = np.arange(len(group)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    within = (number + rng.random(len(group))) / pieces[group]
    keys = order[group] + reach[group] * (2 * within - 1)
    launched = np.argsort(keys, kind="stable")
    return group[launched], 1 / pieces[group[launched]]


def _by_part(
    tasks: int, sizes: Floats, per_group: Floats, order: Floats, rng: np.random.Generator
) -> list[Step]:
    """Return densities for parts of the launches, and steps of their own for rare tasks in between."""
    whole = np.abs(per_group - np.round(per_group)) < 0.1 * per_group
    rare = (per_group <= RARE) & whole & (np.round(per_group) > 0)
    pieces = np.where(rare, np.maximum(1, np.round(per_group)), PIECES).astype(np.intp)
    group, share = _launches(order, per_group, pieces, rng)
    amount = share * per_group[group]
    before = np.cumsum(amount) - amount
    total = float(amount.sum())
    parts = _parts(sizes, group, np.where(rare[group], 0.0, amount), (before + amount / 2) / total)
    singles = np.flatnonzero(rare[group])
    found: list[Step] = []
    at = 0
    for number, piece in enumerate(singles):
        due = round(before[piece] / total * tasks)
        mark = min(max(at, due), tasks - len(singles) + number)
        found += _between(parts, at, mark, tasks)
        found.append(Step(_until(mark + 1, tasks), (float(sizes[group[piece]]),), (1.0,)))
        at = mark + 1
    return found + _between(parts, at, tasks, tasks)


def _parts(sizes: Floats, group: NDArray[np.intp], amount: Floats, position: Floats) -> list[Step]:
    """Return the density of each part of the launches: what the common tasks in it are."""
    part = np.minimum((position * BINS).astype(int), BINS - 1)
    found = []
    for number in range(BINS):
        here = np.bincount(group[part == number], amount[part == number], minlength=len(sizes))
        if (used := here > 0).any():
            found.append(Step((number + 1) / BINS, tuple(sizes[used].tolist()), tuple(here[used].tolist())))
    return found


def _between(parts: list[Step], begin: int, end: int, tasks: int) -> list[Step]:
    """Return the densities of the launches from one number up to another."""
    found: list[Step] = []
    for part in parts:
        last = min(end, round(part.until * tasks)) if part is not parts[-1] else end
        if last > begin:
            found.append(Step(_until(last, tasks), part.values, part.weights))
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
