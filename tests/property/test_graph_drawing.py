"""Drawings of random graphs: no box covers another one, and every line leads from box to box past others."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations, pairwise, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from pertract.report.graph import graph_svg
from pertract.report.graph.content import figure
from pertract.report.graph.drawing import box_of
from pertract.report.graph.layout import Box, Layout, Link, Rect, place
from pertract.report.graph.places import Point

from .strategies_models import models

EXAMPLES = settings(max_examples=120)
TOLERANCE = 0.01


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Box, list[Link]]:
    """Boxes in boxes in boxes, and links without a cycle between those that hold no other."""
    numbers = iter(range(10_000))
    sizes = st.sampled_from([1.0, 30.0, 117.5, 300.0, 800.0])

    def leaf() -> Box:
        return Box(("leaf", next(numbers)), draw(sizes), draw(sizes))

    def group(depth: int) -> Box:
        inside = tuple(
            group(depth - 1) if depth and draw(st.booleans()) else leaf()
            for _ in range(draw(st.integers(1, 5)))
        )
        return Box(("group", next(numbers)), draw(sizes), draw(st.floats(0, 60)), inside)

    root = Box(
        ("root",),
        0.0,
        0.0,
        tuple(group(1) if draw(st.booleans()) else leaf() for _ in range(draw(st.integers(1, 6)))),
    )
    order = draw(st.permutations([box.name for box in all_boxes(root) if not box.inside]))
    pairs = list(combinations(order, 2))
    links = draw(st.lists(st.sampled_from(pairs), max_size=25)) if pairs else []
    rank = {name: number for number, name in enumerate(order)}
    spans = {box.name: [rank[b.name] for b in all_boxes(box) if not b.inside] for box in root.inside}
    outer = [(a, b) for a, b in permutations(spans, 2) if max(spans[a]) < min(spans[b])]
    links += draw(st.lists(st.sampled_from(outer), max_size=4)) if outer else []
    return root, links


def all_boxes(box: Box) -> Iterator[Box]:
    yield box
    for inner in box.inside:
        yield from all_boxes(inner)


def within(inner: Rect, outer: Rect) -> bool:
    return (
        inner.x >= outer.x - TOLERANCE
        and inner.y >= outer.y - TOLERANCE
        and inner.right <= outer.right + TOLERANCE
        and inner.bottom <= outer.bottom + TOLERANCE
    )


def shrunk(rect: Rect) -> Rect:
    return Rect(
        rect.x + TOLERANCE, rect.y + TOLERANCE, rect.width - 2 * TOLERANCE, rect.height - 2 * TOLERANCE
    )


def nothing_overlaps(box: Box, layout: Layout) -> None:
    for one, other in combinations(box.inside, 2):
        assert not shrunk(layout.rects[one.name]).overlaps(layout.rects[other.name]), (one.name, other.name)
    for inner in box.inside:
        assert within(layout.rects[inner.name], layout.rects[box.name])
        nothing_overlaps(inner, layout)


def touches(point: Point, rect: Rect) -> bool:
    """Whether a point is on the upper or lower side of a box."""
    x, y = point
    on_side = min(abs(y - rect.y), abs(y - rect.bottom)) < TOLERANCE
    return on_side and rect.x - TOLERANCE <= x <= rect.right + TOLERANCE


def on_the_way(points: Sequence[Point]) -> Iterator[Point]:
    """Points along a line as it is drawn."""
    for (x0, y0), (x1, y1) in pairwise(points):
        for step in range(17):
            part = step / 16
            sway = 3 * part**2 - 2 * part**3 if x0 != x1 and y0 != y1 else part
            yield x0 + (x1 - x0) * sway, y0 + (y1 - y0) * part


def inside_of(point: Point, rect: Rect) -> bool:
    x, y = point
    return rect.x + 0.1 < x < rect.right - 0.1 and rect.y + 0.1 < y < rect.bottom - 0.1


def lines_are_clear(layout: Layout, leaves: set[Hashable]) -> None:
    for (tail, head), points in layout.routes.items():
        assert touches(points[0], layout.rects[tail]), (tail, head)
        assert touches(points[-1], layout.rects[head]), (tail, head)
        for leaf in leaves - {tail, head}:
            assert not any(inside_of(point, layout.rects[leaf]) for point in on_the_way(points)), (
                tail,
                head,
                leaf,
            )


@EXAMPLES
@given(scenes())
def test_boxes_are_apart_and_lines_pass_between_them(scene):
    root, links = scene
    layout = place(root, links)
    nothing_overlaps(root, layout)
    lines_are_clear(layout, {box.name for box in all_boxes(root) if not box.inside})
    assert layout.routes.keys() == set(links)
    assert place(root, links) == layout


@EXAMPLES
@given(models())
def test_any_model_can_be_drawn(model):
    svg = graph_svg(model)
    root = ET.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert graph_svg(model) == svg
    shown = figure(model)
    box = box_of(shown.root)
    layout = place(box, shown.links)
    nothing_overlaps(box, layout)
    lines_are_clear(layout, {each.name for each in all_boxes(box) if not each.inside})
    assert layout.routes.keys() == shown.links.keys()
