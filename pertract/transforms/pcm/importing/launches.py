"""The tasks of a stage in order of launch: runs of tasks that are alike."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .chances import FEWEST_PARTS, PARTS
from .outcomes import Outcomes, Spread
from .quantities import Evaluation

Floats = NDArray[np.float64]

EACH = 64
"""Tasks that are looked at one by one; of more, conditions are taken to change once."""
PIECES = 64
"""Pieces of a run of tasks in which demands follow the number of the task."""
MOST_GROUPS = 64
"""Groups of a run up to which its tasks are kept from reaching beyond it."""


@dataclass(frozen=True, slots=True)
class Run:
    """Tasks launched one after the other that are alike."""

    first: int
    """Number of the first one, from 1."""
    last: int
    spread: Spread

    @property
    def tasks(self) -> int:
        """How many there are."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Tasks that need the same, as in a profile of the language."""

    tasks: Floats
    """How many are in each, shape ``(n_groups,)``."""
    positions: Floats | None
    """Mean position of each in the order of launch, 0 to 1, shape ``(n_groups,)``; None for any."""
    amounts: Floats
    """Shape ``(n_groups, n_channels)``."""


def runs(
    outcomes: Outcomes,
    tasks: int,
    on: frozenset[str],
    at: Callable[[int], Evaluation],
) -> list[Run]:
    """Return the tasks of a stage as runs.

    Parameters
    ----------
    outcomes
        What a task does.
    tasks
        How many there are.
    on
        The open quantities that tell tasks apart.
    at
        Returns the values for the task of a number, from 1.
    """
    found: list[Run] = []
    ranges = _alike(1, tasks, lambda number: outcomes.choices(at(number), on))
    parts = max(FEWEST_PARTS, PARTS // len(ranges))
    for first, last in ranges:
        begin = at(first)
        alike = last == first or np.allclose(
            outcomes.typical(begin), outcomes.typical(at(last)), rtol=1e-12, atol=0.0
        )
        if alike:
            found.append(Run(first, last, outcomes.at(begin, last - first + 1, parts)))
            continue
        edges = np.unique(np.linspace(first, last + 1, min(PIECES, last - first + 1) + 1).astype(int))
        found += [
            Run(int(low), int(high) - 1, outcomes.at(at((int(low) + int(high) - 1) // 2), 1, FEWEST_PARTS))
            for low, high in itertools.pairwise(edges)
        ]
    return found


def _alike(first: int, last: int, pattern: Callable[[int], tuple[bool, ...]]) -> list[tuple[int, int]]:
    """Return ranges of numbers with the same pattern."""
    if last - first < EACH:
        found: list[tuple[int, int]] = []
        before: tuple[bool, ...] | None = None
        for number in range(first, last + 1):
            if (now := pattern(number)) == before:
                found[-1] = (found[-1][0], number)
            else:
                found.append((number, number))
            before = now
        return found
    known: dict[int, tuple[bool, ...]] = {first: pattern(first), last: pattern(last)}
    waiting, found = [(first, last)], []
    while waiting:
        low, high = waiting.pop()
        if known[low] == known[high]:
            if found and known[found[-1][1]] == known[low]:
                found[-1] = (found[-1][0], high)
            else:
                found.append((low, high))
            continue
        middle = (low + high) // 2
        for number in (middle, middle + 1):
            if number not in known:
                known[number] = pattern(number)
        waiting += [(middle + 1, high), (low, middle)]  # the lower one is next
    return found


def groups_of(found: list[Run], tasks: int, *, ordered: bool) -> Groups:
    """Return the groups of a profile that say the same.

    A group lies evenly around its position; one of a single task keeps its place. The larger a group in the
    middle is, the farther it reaches, beyond its run at last: so it is split into groups that reach as far
    as the run, unless these would be very many.

    Parameters
    ----------
    found
        Runs in order of launch.
    tasks
        Tasks of all runs.
    ordered
        Whether the runs have an order.
    """
    ordered = ordered and len(found) > 1
    sizes, positions, amounts = [], [], []
    for run in found:
        position = (run.first - 1 + run.last) / (2 * tasks)
        room = min(position, 1 - position)
        half = run.tasks / (2 * tasks)
        due = run.tasks * run.spread.chances
        # A group of w tasks reaches room * (1 - 1 / w) to each side.
        most = 1 / (1 - half / room) if ordered and half < room * (1 - 1e-9) else float(run.tasks)
        pieces = np.maximum(1, np.ceil(due / most - 1e-9)).astype(int)
        if pieces.sum() > max(MOST_GROUPS, len(due)):
            pieces[:] = 1
        sizes.append(np.repeat(due / pieces, pieces))
        positions.append(np.full(int(pieces.sum()), position))
        amounts.append(np.repeat(run.spread.amounts, pieces, axis=0))
    return Groups(
        np.concatenate(sizes), np.concatenate(positions) if ordered else None, np.concatenate(amounts)
    )
