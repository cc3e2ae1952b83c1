"""Draw a directed acyclic graph in layers from top to bottom (Sugiyama, Tagawa & Toda 1981).

Every vertex gets the layer of its longest path from above. Lines over several layers are led through
*bends*, which have a place in every layer between, so that no line crosses a vertex. Sweeps order the
layers by the mean place of neighbours, which leaves few crossings; then every vertex moves as near to its
neighbours as the order allows.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import networkx as nx

from .columns import Columns, in_columns
from .places import GAP, LANE, Arrangement, Place, Stop
from .spacing import kept_apart

BETWEEN = 38.0
"""Least distance between two layers."""
NEAR = 16.0
"""The same above the first and below the last vertices, where lines come in and leave."""
STEEP = 0.12
"""Further distance between layers for every unit that a line moves sideways between them."""
MOST_BETWEEN = 90.0
ORDER_SWEEPS = 12
PLACE_SWEEPS = 10
_STRAIGHT = 6.0
"""Weight of a line between bends, which should not sway, relative to one between vertices."""


class Vertex(NamedTuple):
    """A rectangle that takes part in the drawing."""

    name: Hashable
    width: float
    height: float


class Line(NamedTuple):
    """From the lower side of a vertex to the upper side of another one."""

    tail: Hashable
    head: Hashable
    tail_x: float
    """Where it begins, from the left side of the tail."""
    head_x: float
    """Where it ends, from the left side of the head."""


def arrange(
    vertices: Sequence[Vertex],
    lines: Sequence[Line],
    *,
    first: Iterable[Hashable] = (),
    last: Iterable[Hashable] = (),
) -> Arrangement:
    """Return a drawing.

    Parameters
    ----------
    vertices
        In the order they should have where nothing else decides.
    lines
        They form no cycle.
    first, last
        Vertices for a layer above and one below all others.
    """
    if not vertices:
        return Arrangement()
    drawing = _Drawing(vertices, lines)
    drawing.rank(set(first), set(last))
    drawing.bend()
    drawing.order()
    drawing.place()
    return drawing.arrangement()


class _Drawing:
    def __init__(self, vertices: Sequence[Vertex], lines: Sequence[Line]) -> None:
        self.lines = lines
        self.places: dict[Hashable, Place] = {v.name: Place(v.width, v.height) for v in vertices}
        self.ranks: dict[Hashable, int] = {}
        self.before_first: int | None = None
        self.before_last: int | None = None
        """Layers next to which there are no vertices, but only ends of lines."""
        self.layers: list[list[Place]] = []
        self.ways: list[list[Stop]] = []

    def rank(self, first: set[Hashable], last: set[Hashable]) -> None:
        graph: nx.DiGraph[Any] = nx.DiGraph()
        graph.add_nodes_from(name for name in self.places if name not in first | last)
        graph.add_edges_from(
            (line.tail, line.head) for line in self.lines if line.tail not in first and line.head not in last
        )
        start = 1 if first else 0
        for rank, names in enumerate(nx.topological_generations(graph), start=start):
            self.ranks.update(dict.fromkeys(names, rank))
        for name in graph:
            # What follows nothing stands just above what follows it.
            if not graph.in_degree(name) and graph.out_degree(name):
                self.ranks[name] = min(self.ranks[head] for head in graph.successors(name)) - 1
        end = max(self.ranks.values(), default=start - 1) + 1
        self.ranks.update(dict.fromkeys(first, 0))
        self.ranks.update(dict.fromkeys(last, end))
        self.before_first = 0 if first else None
        self.before_last = end - 1 if last else None

    def bend(self) -> None:
        """Fill the layers, with a bend for every line in every layer that it passes."""
        count = max(self.ranks.values()) + 1
        self.layers = [[] for _ in range(count)]
        for name, place in self.places.items():
            self.layers[self.ranks[name]].append(place)
        for line in self.lines:
            begin, end = self.ranks[line.tail], self.ranks[line.head]
            bends = [Place(0.0, 0.0, is_bend=True) for _ in range(begin + 1, end)]
            for rank, bend in enumerate(bends, start=begin + 1):
                self.layers[rank].append(bend)
            way = [
                (self.places[line.tail], line.tail_x),
                *((bend, 0.0) for bend in bends),
                (self.places[line.head], line.head_x),
            ]
            self.ways.append(way)
            for (place, offset), (after, next_offset) in pairwise(way):
                after.above.append((place, offset - next_offset))
                place.below.append((after, next_offset - offset))

    def order(self) -> None:
        """Order the layers so that few lines cross."""
        self._as_found()
        best, fewest = self._orders(), self._crossings()
        for sweep in range(ORDER_SWEEPS):
            if not fewest:
                break
            down = sweep % 2 == 0
            for layer in self.layers if down else reversed(self.layers):
                for place in layer:
                    near = place.above if down else place.below
                    if near:
                        place.order = sum(other.order for other, _ in near) / len(near)
                layer.sort(key=lambda place: place.order)
                self._number(layer)
            if (crossings := self._crossings()) < fewest:
                best, fewest = self._orders(), crossings
        for layer, order in zip(self.layers, best, strict=True):
            layer[:] = order

    def _as_found(self) -> None:
        """Order the layers by a walk from the first vertices down, so that branches stay together."""
        seen: dict[int, None] = {}
        stack = [place for layer in reversed(self.layers) for place in reversed(layer) if not place.above]
        while stack:
            place = stack.pop()
            if id(place) not in seen:
                seen[id(place)] = None
                stack.extend(other for other, _ in reversed(place.below))
        position = {key: number for number, key in enumerate(seen)}
        for layer in self.layers:
            layer.sort(key=lambda place: position[id(place)])
            self._number(layer)

    @staticmethod
    def _number(layer: list[Place]) -> None:
        for number, place in enumerate(layer):
            place.order = number

    def _orders(self) -> list[list[Place]]:
        return [list(layer) for layer in self.layers]

    def _crossings(self) -> int:
        """Return how often lines cross: pairs of lines whose ends are in opposite order."""
        total = 0
        for layer in self.layers:
            ends: list[float] = []
            for place in layer:
                below = sorted(other.order for other, _ in place.below)
                total += sum(len(ends) - bisect_right(ends, order) for order in below)
                for order in below:
                    insort(ends, order)
        return total

    def place(self) -> None:
        """Move everything sideways to where lines are straight, without changing the order."""
        for layer in self.layers:
            x = 0.0
            for place, room in zip(layer, _rooms(layer), strict=True):
                place.x = x
                x += room
        for sweep in range(PLACE_SWEEPS):
            last = sweep >= PLACE_SWEEPS - 2
            downwards = sweep % 2 == 0
            for layer in self.layers if downwards else reversed(self.layers):
                self._settle(layer, above=last or downwards, below=last or not downwards)
        left = min(place.x for layer in self.layers for place in layer)
        for layer in self.layers:
            for place in layer:
                place.x -= left

    @staticmethod
    def _settle(layer: list[Place], *, above: bool, below: bool) -> None:
        wanted, weights = [], []
        for place in layer:
            near = [*(place.above if above else ()), *(place.below if below else ())]
            pulls = [_STRAIGHT if place.is_bend or other.is_bend else 1.0 for other, _ in near]
            if near:
                total = sum(pulls)
                sums = (pull * (other.x + shift) for pull, (other, shift) in zip(pulls, near, strict=True))
                wanted.append(sum(sums) / total)
                weights.append(total)
            else:
                wanted.append(place.x)
                weights.append(0.1)
        for place, x in zip(layer, kept_apart(wanted, weights, _rooms(layer)), strict=True):
            place.x = x

    def arrangement(self) -> Arrangement:
        """Return what was found: the layers below each other, in columns if that would be too high."""
        heights = [max((place.height for place in layer), default=0.0) for layer in self.layers]
        gaps = [self._gap(rank) for rank in range(len(self.layers))]
        widths = [
            max(p.x + p.width for p in layer) - min(p.x for p in layer) if layer else 0.0
            for layer in self.layers
        ]
        columns = in_columns(heights, gaps, self._passing(), widths)
        return Columns(self.layers, heights, gaps, columns, self.ways).arrangement(self.places)

    def _gap(self, rank: int) -> float:
        """Return the distance to the next layer, which is larger where lines move far sideways."""
        layer = self.layers[rank]
        sideways = (abs(place.x - shift - other.x) for place in layer for other, shift in place.below)
        least = NEAR if rank in (self.before_first, self.before_last) else BETWEEN
        return min(least + STEEP * max(sideways, default=0.0), MOST_BETWEEN)

    def _passing(self) -> list[int]:
        """Return how many lines go from each layer to the next."""
        return [sum(len(place.below) for place in layer) for layer in self.layers]


def _rooms(layer: Sequence[Place]) -> list[float]:
    """Return the least distance from every left side to the next one."""
    rooms = []
    for place, after in zip(layer, [*layer[1:], None], strict=True):
        gap = LANE if place.is_bend or (after is not None and after.is_bend) else GAP
        rooms.append(place.width + gap)
    return rooms
