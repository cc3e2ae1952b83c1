"""The configurations for one workload as a space: which of them are neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from .grid import WORKLOAD, Axis, Grid

Place = tuple[int, ...]
"""A rank on every axis."""


@dataclass(frozen=True, slots=True)
class Space:
    """Configurations that differ in the cluster and not in what it has to do."""

    grid: Grid
    orders: tuple[tuple[int, ...], ...]
    """For each axis the positions of the values in question; ascending by value where these are numbers."""
    ordered: tuple[bool, ...]
    """Whether neighbours on the axis are alike."""

    @property
    def size(self) -> int:
        """Number of places."""
        return prod(len(order) for order in self.orders)

    def number(self, place: Place) -> int:
        """Return the number of the configuration at a place."""
        return self.grid.number([order[rank] for order, rank in zip(self.orders, place, strict=True)])

    def coarse(self, most: int) -> tuple[list[Place], int]:
        """Return places in the least step that leaves no more than so many, if any does, and the step."""
        longest = max((len(o) for o, yes in zip(self.orders, self.ordered, strict=True) if yes), default=1)
        step = 1
        while True:
            ranks = [
                _every(len(order), step if ordered else 1)
                for order, ordered in zip(self.orders, self.ordered, strict=True)
            ]
            if prod(map(len, ranks)) <= most or step >= longest:
                return list(product(*ranks)), step
            step *= 2

    def around(self, place: Place, step: int) -> Iterator[Place]:
        """Yield a place with its neighbours at a distance along all ordered axes."""
        ranks = [
            sorted(r for r in {rank - step, rank, rank + step} if 0 <= r < len(order)) if ordered else [rank]
            for rank, order, ordered in zip(place, self.orders, self.ordered, strict=True)
        ]
        yield from product(*ranks)


def spaces(grid: Grid) -> Iterator[Space]:
    """Yield the space of each workload."""
    orders = [_order(axis) for axis in grid.axes]
    choices: list[Sequence[tuple[int, ...]]] = [
        [(position,) for position in range(len(axis.values))] if axis.field in WORKLOAD else [order]
        for axis, (order, _) in zip(grid.axes, orders, strict=True)
    ]
    for chosen in product(*choices):
        yield Space(grid, chosen, tuple(ordered for _, ordered in orders))


def _every(length: int, step: int) -> list[int]:
    """Return every so many positions, and the last one."""
    return sorted({*range(0, length, step), length - 1})


def _order(axis: Axis) -> tuple[tuple[int, ...], bool]:
    """Return the positions of the values of an axis, ascending if they are numbers, and whether they are."""
    try:
        numbers = [float(value) for value in axis.values]
    except (TypeError, ValueError):
        return tuple(range(len(axis.values))), False
    return tuple(sorted(range(len(numbers)), key=numbers.__getitem__)), True
