"""The drawing as SVG: light or dark as the reader likes it, with text that can be searched and read aloud."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from .content import Figure, Flow, Line, Shown
from .layout import Box, Link, Rect, place
from .lettering import SIZE, shortened, width_of
from .places import Point
from .style import STYLE
from .work import KINDS

_LINE = 16.0
"""Height of a line of text."""
_SIDE = 10.0
"""Room left and right of text."""
_BAR = 6.0
"""Height of the bar of a stage."""
_LEAST = {"stage": 132.0, "delay": 84.0, "job": 150.0, "repeat": 150.0}
_MOST = {"stage": 264.0, "delay": 190.0, "job": 300.0, "repeat": 300.0}
"""Widths of boxes; text that is wider is shortened."""
_WIDEST = 960.0
"""Width of text above and below the drawing."""
_MARGIN = 16.0
_TITLE = 58.0
_SMALL = 11.0
_ROUND = 8.0
"""Radius of the corners of lines."""
_STILL = 0.05
"""Distance that counts as none."""
_ARROW = 7.0
_NAMES = {
    "cpu": "CPU",
    "gc": "garbage collection",
    "drive": "drives",
    "network": "network",
    "waiting": "waiting, scheduling and the rest",
}
_EXPLAINED = "Percentages and bars: share of the time of all tasks, by what they do:"


def svg(figure: Figure, title: str, subtitle: str, *, alone: bool = True) -> str:
    """Return the drawing of a figure as the text of an SVG file.

    Parameters
    ----------
    figure
        What is shown.
    title, subtitle
        Stand above it.
    alone
        Whether it has its style inside; otherwise it is an element of a page.
    """
    return _Drawing(figure, title, subtitle).text(alone=alone)


class _Drawing:
    def __init__(self, figure: Figure, title: str, subtitle: str) -> None:
        self.figure = figure
        self.title = shortened(title, _WIDEST, size=17, bold=True)
        self.subtitle = shortened(subtitle, _WIDEST)
        self.notes = [shortened(note, _WIDEST, size=_SMALL) for note in figure.notes]
        self.shown = {shown.name: shown for shown in _all(figure.root)}
        self.job_of = {
            inner.name: job.name for job in self.shown.values() if job.kind == "job" for inner in _all(job)
        }
        self.layout = place(box_of(figure.root), figure.links)
        self.root = self.layout.rects[figure.root.name]
        self.taken = [
            rect if not shown.inside else rect._replace(height=box_of(shown).height)
            for shown, rect in ((self.shown[name], rect) for name, rect in self.layout.rects.items())
        ]
        """Where a label cannot be."""

    def text(self, *, alone: bool) -> str:
        legend = list(self._legend())
        needed = [width_of(self.title, size=17, bold=True), width_of(self.subtitle)]
        needed += [width_of(note, size=_SMALL) for note in self.notes]
        width = max(self.root.width, *needed, self._legend_width()) + 2 * _MARGIN
        top = _TITLE + _MARGIN
        below = top + self.root.height
        height = below + 22.0 * len(legend) + _MARGIN
        left = (width - self.root.width) / 2
        name = "" if alone else "graph-"  # identifiers are unique in a page
        said = " ".join([self.subtitle + ".", *self.figure.notes])
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
            f'aria-labelledby="{name}title {name}description">',
            f'<title id="{name}title">Execution architecture of {_escaped(self.title)}</title>',
            f'<desc id="{name}description">{_escaped(said)}</desc>',
            f"<style>{STYLE}</style>" if alone else "",
            f'<rect class="page" width="{width:.0f}" height="{height:.0f}"/>',
            _text(self.title, _MARGIN, 30.0, "title"),
            _text(self.subtitle, _MARGIN, 50.0, "muted"),
            f'<g transform="translate({left:.1f} {top:.1f})">',
            *(
                part
                for name in self.layout.rects
                if name != self.figure.root.name
                for part in self._frame(name)
            ),
            *(part for link, flow in self.figure.links.items() for part in self._line(link, flow)),
            *(
                part
                for name in self.layout.rects
                if name != self.figure.root.name
                for part in self._words(name)
            ),
            *(part for link, flow in self.figure.links.items() for part in self._label(link, flow)),
            "</g>",
            *(
                f'<g transform="translate({_MARGIN} {below + 22.0 * i:.1f})">{line}</g>'
                for i, line in enumerate(legend)
            ),
            "</svg>",
        ]
        return "\n".join(parts) + "\n"

    # -- boxes -------------------------------------------------------------------------------------

    def _frame(self, name: object) -> Iterator[str]:
        shown, rect = self.shown[name], self.layout.rects[name]
        rounding = 12 if shown.kind == "delay" else 9 if shown.kind in ("job", "repeat") else 4
        if shown.count > 1 and shown.kind != "repeat":
            for shift in (6.0, 3.0):
                yield _rect(
                    Rect(rect.x + shift, rect.y + shift, rect.width, rect.height), shown.kind, rounding
                )
        yield _rect(rect, shown.kind, rounding)

    def _words(self, name: object) -> Iterator[str]:
        shown, rect = self.shown[name], self.layout.rects[name]
        yield f"<g><title>{_escaped(shown.tip)}</title>" if shown.tip else "<g>"
        y = rect.y + 4.0
        halo = " job-halo" if shown.kind == "job" else " halo" if shown.kind == "repeat" else ""
        for line in shown.lines:
            y += _LINE
            yield from _line_of_text(line, rect, y - 4.0, halo, centred=shown.kind == "delay")
        if shown.kind == "stage":
            yield from self._bar(shown, rect)
        if shown.count > 1:
            badge = f"{shown.count} x"
            width = width_of(badge, size=_SMALL, bold=True) + 12
            yield _rect(Rect(rect.x - 8, rect.y - 13, width, 17.0), "count", 8)
            yield _text(badge, rect.x - 8 + width / 2, rect.y - 0.5, "counted", anchor="middle")
        yield "</g>"

    def _bar(self, shown: Shown, rect: Rect) -> Iterator[str]:
        x, y = rect.x + _SIDE, rect.bottom - _SIDE - _BAR + 3
        full = rect.width - 2 * _SIDE
        yield _rect(Rect(x, y, full, _BAR), "track", 2)
        for kind in KINDS:
            width = min(shown.shares.get(kind, 0.0) * full, rect.x + _SIDE + full - x)
            if width >= 0.2:
                yield f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_BAR}"/>'
                x += width

    # -- lines -------------------------------------------------------------------------------------

    def _line(self, link: Link, flow: Flow) -> Iterator[str]:
        points = self.layout.routes.get(link)
        if points is None:
            return
        *before, (x, y) = points
        up = before[-1][1] > y
        y_end = y + _ARROW if up else y - _ARROW
        kind = "flow" if flow.has_data else ""
        tail, head = (self.job_of.get(end) for end in link)
        far = " far" if tail != head and (tail not in (None, link[0]) or head not in (None, link[1])) else ""
        yield f'<path class="line {kind}{far}" d="{_path([*before, (x, y_end)])}"/>'
        side = _ARROW * 0.55
        yield f'<path class="tip {kind}" d="M{x:.1f} {y:.1f}L{x - side:.1f} {y_end:.1f}H{x + side:.1f}Z"/>'

    def _label(self, link: Link, flow: Flow) -> Iterator[str]:
        """Yield the label of a line, at a place where it covers no box and no other label if there is one."""
        if not flow.label or link not in self.layout.routes:
            return
        width = width_of(flow.label, size=_SMALL)
        places = [Rect(x - width / 2, y - 7, width, 14) for x, y in _along(self.layout.routes[link])]
        rect = next((place for place in places if not any(map(place.overlaps, self.taken))), places[0])
        self.taken.append(rect)
        yield _rect(Rect(rect.x - 2, rect.y, rect.width + 4, rect.height), self._ground(link), 3)
        yield _text(flow.label, rect.x + width / 2, rect.y + 10.5, "label", anchor="middle")

    def _ground(self, link: Link) -> str:
        """Return the style of what lies below a line."""
        tail, head = (self.job_of.get(end) for end in link)
        return "in-job" if tail == head and tail not in (None, *link) else "page"

    # -- below the drawing -------------------------------------------------------------------------

    def _legend(self) -> Iterator[str]:
        if kinds := self._kinds():
            words = [_text(_EXPLAINED, 0.0, 14.0, "note")]
            x = width_of(_EXPLAINED, size=_SMALL) + 10
            for kind in kinds:
                words.append(f'<rect class="{kind}" x="{x:.1f}" y="5" width="11" height="11" rx="2"/>')
                words.append(_text(_NAMES[kind], x + 15, 14.0, "note"))
                x += _key_width(kind)
            yield "".join(words)
        for note in self.notes:
            yield _text(note, 0.0, 14.0, "note")

    def _kinds(self) -> list[str]:
        return [k for k in KINDS if any(shown.shares.get(k, 0.0) > 0.001 for shown in self.shown.values())]

    def _legend_width(self) -> float:
        return width_of(_EXPLAINED, size=_SMALL) + 10 + sum(map(_key_width, self._kinds()))


def _key_width(kind: str) -> float:
    return 29 + width_of(_NAMES[kind], size=_SMALL)


def _all(shown: Shown) -> Iterator[Shown]:
    yield shown
    for inner in shown.inside:
        yield from _all(inner)


def box_of(shown: Shown) -> Box:
    """Return the size of a box, from its text."""
    inside = tuple(map(box_of, shown.inside))
    if shown.kind == "application":
        return Box(shown.name, inside=inside)
    needed = max((_width(line) for line in shown.lines), default=0.0) + 2 * _SIDE
    width = min(max(needed, _LEAST[shown.kind]), _MOST[shown.kind])
    height = _LINE * len(shown.lines) + 8.0
    if shown.kind == "stage":
        height += _BAR + 8.0
    return Box(shown.name, width, height, inside)


def _width(line: Line) -> float:
    gap = 16.0 if line.right else 0.0
    size, bold = _letters(line.style)
    return width_of(line.text, size=size, bold=bold) + gap + width_of(line.right, size=size)


def _letters(style: str) -> tuple[float, bool]:
    return (_SMALL if style in ("muted", "data") else SIZE), style == "head"


def _line_of_text(line: Line, rect: Rect, y: float, halo: str, *, centred: bool) -> Iterator[str]:
    size, bold = _letters(line.style)
    right = width_of(line.right, size=size) + 10 if line.right else 0.0
    text = shortened(line.text, rect.width - 2 * _SIDE - right + 1, size=size, bold=bold)
    style = ("" if line.style == "plain" else line.style) + halo
    if centred:
        yield _text(text, rect.x + rect.width / 2, y, style, anchor="middle")
    else:
        yield _text(text, rect.x + _SIDE, y, style)
    if line.right:
        yield _text(line.right, rect.right - _SIDE, y, style.replace("head", ""), anchor="end")


def _path(points: Sequence[Point]) -> str:
    """Return a way that is straight along an axis, turns in round corners, and sways between other points."""
    way = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for number, ((x, y), (to_x, to_y)) in enumerate(pairwise(points), start=1):
        if abs(to_x - x) >= _STILL and abs(to_y - y) >= _STILL:
            middle = (y + to_y) / 2
            way.append(f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}")
            continue
        end = (to_x, to_y)
        after = points[number + 1] if number + 1 < len(points) else end
        turns = (abs(to_x - x) < _STILL) == (abs(after[1] - to_y) < _STILL) and after != end
        round_x = _towards(end, (x, y)) if turns else end
        way.append(f"L{round_x[0]:.1f} {round_x[1]:.1f}")
        if turns:
            out = _towards(end, after)
            way.append(f"Q{to_x:.1f} {to_y:.1f} {out[0]:.1f} {out[1]:.1f}")
    return "".join(way)


def _towards(corner: Point, other: Point) -> Point:
    """Return the place where the rounding of a corner begins."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = math.hypot(dx, dy)
    part = min(_ROUND, length / 2) / length
    return corner[0] + dx * part, corner[1] + dy * part


def _along(points: Sequence[Point]) -> Iterator[Point]:
    """Yield places on a way, the best for a label first: the middle of its parts, from the longest on."""
    parts = sorted(pairwise(points), key=lambda ends: -math.dist(*ends))
    for part in (0.5, 0.3, 0.7):
        for (x0, y0), (x1, y1) in parts:
            sideways = 3 * part**2 - 2 * part**3  # of a line that sways
            yield x0 + (x1 - x0) * sideways, y0 + (y1 - y0) * part


def _rect(rect: Rect, style: str, rounding: float) -> str:
    return (
        f'<rect class="{style}" x="{rect.x:.1f}" y="{rect.y:.1f}" width="{rect.width:.1f}" '
        f'height="{rect.height:.1f}" rx="{rounding}"/>'
    )


def _text(text: str, x: float, y: float, style: str, *, anchor: str = "") -> str:
    style = f' class="{style.strip()}"' if style.strip() else ""
    anchor = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text{style} x="{x:.1f}" y="{y:.1f}"{anchor}>{_escaped(text)}</text>'


def _escaped(text: str) -> str:
    """Return text for XML, which knows few control characters."""
    return escape("".join(letter if letter.isprintable() else " " for letter in text))
