"""Place boxes inside boxes, and lead the lines between them.

Every box with boxes inside is a drawing in layers of its own. A line between boxes of different parents
leaves its parent at the lower side and enters the other one at the upper side, at a place that is found
together with all others; so it passes no box on its way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import networkx as nx

from .layers import Line, Vertex, arrange
from .places import Arrangement, Point

PADDING = 14.0
"""Room between a box and what is inside."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, with others inside or without."""

    name: Hashable
    width: float = 0.0
    """Width; the least width where others are inside."""
    height: float = 0.0
    """Height; that of the heading where others are inside."""
    inside: tuple[Box, ...] = ()


class Rect(NamedTuple):
    """Where a box is."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower side."""
        return self.y + self.height

    def overlaps(self, other: Rect) -> bool:
        """Return whether two rectangles have an area in common."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )


Link = tuple[Hashable, Hashable]
"""Names of the boxes that a line joins, first the one it comes from."""


@dataclass(slots=True)
class Layout:
    """Where boxes and lines are."""

    rects: dict[Hashable, Rect] = field(default_factory=dict)
    routes: dict[Link, tuple[Point, ...]] = field(default_factory=dict)
    """Points of every line: where x does not change it is straight, else it sways once."""


@dataclass(slots=True)
class _Scene:
    """What is drawn inside one box."""

    lines: dict[tuple[Hashable, Hashable, Hashable, Hashable], None] = field(default_factory=dict)
    """Boxes inside, and for each the end of the line in it: tail, head, tail's end, head's end."""
    exits: dict[Hashable, Hashable] = field(default_factory=dict)
    """Of every line that leaves: its end in here, and the box inside that holds it."""
    entries: dict[Hashable, Hashable] = field(default_factory=dict)


@dataclass(slots=True)
class _Drawn:
    """A box with its inside placed, relative to its own corner."""

    width: float
    height: float
    layout: Layout = field(default_factory=Layout)
    exits: dict[Hashable, tuple[Point, ...]] = field(default_factory=dict)
    """Way of a line from its end in here to the lower side."""
    entries: dict[Hashable, tuple[Point, ...]] = field(default_factory=dict)


def place(root: Box, links: Iterable[Link]) -> Layout:
    """Return where the boxes and the lines between them are.

    Parameters
    ----------
    root
        The box around everything; names are used once.
    links
        They form no cycle. Links between a box and one inside it are left out.
    """
    return _Placer(root, links).layout()


class _Placer:
    def __init__(self, root: Box, links: Iterable[Link]) -> None:
        self.root = root
        self.boxes: dict[Hashable, Box] = {}
        self.above: dict[Hashable, Hashable] = {}
        self._register(root)
        drawn = [link for link in dict.fromkeys(links) if self._is_drawn(*link)]
        self.upwards = self._upwards(drawn)
        self.scenes = {name: _Scene() for name, box in self.boxes.items() if box.inside}
        for tail, head in drawn:
            self._register_link(*((head, tail) if (tail, head) in self.upwards else (tail, head)))

    def layout(self) -> Layout:
        layout = self._draw(self.root).layout
        for tail, head in self.upwards:
            layout.routes[tail, head] = layout.routes.pop((head, tail))[::-1]
        return layout

    def _register(self, box: Box) -> None:
        self.boxes[box.name] = box
        for inner in box.inside:
            self.above[inner.name] = box.name
            self._register(inner)

    def _around(self, name: Hashable) -> list[Hashable]:
        """Return a box and those around it, from the inside out."""
        found = [name]
        while found[-1] in self.above:
            found.append(self.above[found[-1]])
        return found

    def _is_drawn(self, tail: Hashable, head: Hashable) -> bool:
        return tail not in self._around(head) and head not in self._around(tail)

    def _common(self, tail: Hashable, head: Hashable) -> tuple[list[Hashable], list[Hashable], Hashable]:
        """Return the boxes from both ends up to below the innermost one around both, and this one."""
        tails, heads = self._around(tail), self._around(head)
        common = next(name for name in tails if name in heads)
        return tails[: tails.index(common)], heads[: heads.index(common)], common

    def _upwards(self, links: Sequence[Link]) -> set[Link]:
        """Return links that must lead upwards: boxes can wait for each other where those inside do not."""
        scenes: dict[Hashable, list[tuple[bool, Hashable, Hashable, Link]]] = defaultdict(list)
        for tail, head in links:
            tails, heads, common = self._common(tail, head)
            scenes[common].append((len(tails) + len(heads) > 2, tails[-1], heads[-1], (tail, head)))
        found = set()
        for lines in scenes.values():
            graph: nx.DiGraph[Any] = nx.DiGraph((tail, head) for _, tail, head, _ in lines)
            if nx.is_directed_acyclic_graph(graph):
                continue
            graph.clear_edges()
            # Links of the boxes themselves before those of what is inside.
            for _, tail, head, link in sorted(lines, key=lambda line: line[0]):
                if nx.has_path(graph, head, tail):
                    found.add(link)
                else:
                    graph.add_edge(tail, head)
        return found

    def _register_link(self, tail: Hashable, head: Hashable) -> None:
        tails, heads, common = self._common(tail, head)
        for inner, outer in pairwise(tails):
            self.scenes[outer].exits[tail] = inner
        for inner, outer in pairwise(heads):
            self.scenes[outer].entries[head] = inner
        self.scenes[common].lines[tails[-1], heads[-1], tail, head] = None

    def _draw(self, box: Box) -> _Drawn:
        if not box.inside:
            return _Drawn(box.width, box.height, Layout({box.name: Rect(0, 0, box.width, box.height)}))
        scene = self.scenes[box.name]
        inside = {inner.name: self._draw(inner) for inner in box.inside}
        exits = {end: ("exit", end) for end in scene.exits}
        entries = {end: ("entry", end) for end in scene.entries}
        vertices = [Vertex(name, drawn.width, drawn.height) for name, drawn in inside.items()]
        vertices += [Vertex(name, 0.0, 0.0) for name in (*exits.values(), *entries.values())]
        lines = [
            Line(tail, head, _leaves(inside[tail], tail_end), _enters(inside[head], head_end))
            for tail, head, tail_end, head_end in scene.lines
        ]
        lines += [
            Line(inner, exits[end], _leaves(inside[inner], end), 0.0) for end, inner in scene.exits.items()
        ]
        lines += [
            Line(entries[end], inner, 0.0, _enters(inside[inner], end))
            for end, inner in scene.entries.items()
        ]
        arrangement = arrange(vertices, lines, first=entries.values(), last=exits.values())
        return self._framed(box, scene, inside, arrangement)

    def _framed(
        self, box: Box, scene: _Scene, inside: dict[Hashable, _Drawn], arrangement: Arrangement
    ) -> _Drawn:
        """Put a frame around an arrangement."""
        width = max(box.width, arrangement.width + 2 * PADDING)
        left, top = (width - arrangement.width) / 2, box.height + (0.0 if scene.entries else PADDING)
        height = top + arrangement.height + (0.0 if scene.exits else PADDING)
        drawn = _Drawn(width, height)
        drawn.layout.rects[box.name] = Rect(0, 0, width, height)
        moved: dict[Hashable, Point] = {}
        for name, inner in inside.items():
            x, y = arrangement.corners[name]
            moved[name] = (x + left, y + top)
            _move_into(drawn.layout, inner.layout, moved[name])
        paths = iter([_moved(path, (left, top)) for path in arrangement.paths])
        for tail, head, tail_end, head_end in scene.lines:
            way = next(paths)
            before = _moved(inside[tail].exits.get(tail_end, ()), moved[tail])
            after = _moved(inside[head].entries.get(head_end, ()), moved[head])
            drawn.layout.routes[tail_end, head_end] = _joined(before, way, after)
        for end, name in scene.exits.items():
            before = _moved(inside[name].exits.get(end, ()), moved[name])
            drawn.exits[end] = _joined(before, next(paths), ())
        for end, name in scene.entries.items():
            after = _moved(inside[name].entries.get(end, ()), moved[name])
            way = next(paths)
            drawn.entries[end] = _joined(((way[0][0], 0.0),), way, after)
        return drawn


def _leaves(drawn: _Drawn, end: Hashable) -> float:
    """Return where a line leaves a box, from its left side."""
    return drawn.exits[end][-1][0] if end in drawn.exits else drawn.width / 2


def _enters(drawn: _Drawn, end: Hashable) -> float:
    return drawn.entries[end][0][0] if end in drawn.entries else drawn.width / 2


def _moved(path: Sequence[Point], by: Point) -> tuple[Point, ...]:
    return tuple((x + by[0], y + by[1]) for x, y in path)


def _joined(*parts: Sequence[Point]) -> tuple[Point, ...]:
    return tuple(dict.fromkeys(point for part in parts for point in part))


def _move_into(layout: Layout, inner: Layout, by: Point) -> None:
    for name, rect in inner.rects.items():
        layout.rects[name] = Rect(rect.x + by[0], rect.y + by[1], rect.width, rect.height)
    for link, route in inner.routes.items():
        layout.routes[link] = _moved(route, by)
