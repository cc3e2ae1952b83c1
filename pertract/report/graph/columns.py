"""Layers that would make a drawing too high are put into columns side by side."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise, product

from .places import GAP, LANE, Arrangement, Place, Point, Stop

HIGH = 1300.0
"""Height above which a drawing is put into columns."""
ASPECT = 1.3
"""Width of a drawing in columns relative to its height."""
MOST_COLUMNS = 12
MOST_AROUND = 8
"""Most lines that lead from one column to the next."""
BESIDE = 52.0
"""Distance between two columns, about."""


def in_columns(
    heights: Sequence[float], gaps: Sequence[float], passing: Sequence[int], widths: Sequence[float]
) -> list[range]:
    """Return the layers of every column, in so many that the drawing fits a screen best.

    Parameters
    ----------
    heights, widths
        Of every layer.
    gaps
        Distance from every layer to the next.
    passing
        Lines from every layer to the next.
    """
    whole = sum(heights) + sum(gaps[:-1])
    best, smallest = [range(len(heights))], whole
    if whole <= HIGH:
        return best
    for count, slack in product(range(2, MOST_COLUMNS + 1), (1.0, 1.2)):
        columns = _filled(heights, gaps, passing, max(whole / count, HIGH / 2) * slack)
        high = max(sum(heights[rank] + gaps[rank] for rank in column) for column in columns)
        wide = sum(max(widths[rank] for rank in column) + BESIDE for column in columns)
        if (size := max(high, wide / ASPECT)) < smallest:
            best, smallest = columns, size
    return best


def _filled(
    heights: Sequence[float], gaps: Sequence[float], passing: Sequence[int], height: float
) -> list[range]:
    """Return columns of about a height, which end where few lines pass."""
    columns: list[range] = []
    begin, filled = 0, 0.0
    ends: list[tuple[int, float, int]] = []
    for rank in range(len(heights)):
        if filled + heights[rank] > height and ends:
            _, _, last = min(ends)
            columns.append(range(begin, last + 1))
            begin = last + 1
            filled = sum(heights[r] + gaps[r] for r in range(begin, rank))
            ends = []
        filled += heights[rank] + gaps[rank]
        if filled > height * 2 / 3 and passing[rank] <= MOST_AROUND:
            ends.append((passing[rank], -filled, rank))
    return [*columns, range(begin, len(heights))]


class Columns:
    """Layers in columns from left to right, each from top to bottom.

    A line to the next column leaves below its own, goes up between the two and comes in from above.
    """

    def __init__(
        self,
        layers: Sequence[list[Place]],
        heights: Sequence[float],
        gaps: Sequence[float],
        columns: Sequence[range],
        ways: Sequence[Sequence[Stop]],
    ) -> None:
        self.ways = ways
        self.column = {
            id(place): number
            for number, ranks in enumerate(columns)
            for rank in ranks
            for place in layers[rank]
        }
        self.lanes = self._lanes(len(columns))
        """Of every column the lines to the next one, and their order between the two."""
        self.rights: list[float] = []
        """Right side of every column."""
        for number, ranks in enumerate(columns):
            inside = [place for rank in ranks for place in layers[rank]]
            left = self.rights[-1] + 2 * GAP + LANE * len(self.lanes[number - 1]) if number else 0.0
            shift = left - min(place.x for place in inside)
            for place in inside:
                place.x += shift
            self.rights.append(max(place.x + place.width for place in inside))
        self.headroom = LANE * (max(map(len, self.lanes)) + 1) if len(columns) > 1 else 0.0
        self.top: dict[int, float] = {}
        self.bottom: dict[int, float] = {}
        self.lows: list[float] = []
        """Lower end of every column."""
        for ranks in columns:
            y = self.headroom
            for rank in ranks:
                for place in layers[rank]:
                    self.top[id(place)], self.bottom[id(place)] = y, y + heights[rank]
                y += heights[rank] + gaps[rank]
            self.lows.append(y - gaps[ranks[-1]])

    def _lanes(self, count: int) -> list[dict[int, int]]:
        leaving: list[list[tuple[float, int]]] = [[] for _ in range(count)]
        for number, way in enumerate(self.ways):
            for (place, offset), (after, _) in pairwise(way):
                if (column := self.column[id(place)]) != self.column[id(after)]:
                    leaving[column].append((place.x + offset, number))
        # The rightmost leaves first, so that those from further left pass below it.
        return [
            {line: lane for lane, (_, line) in enumerate(sorted(lines, reverse=True))} for lines in leaving
        ]

    def arrangement(self, places: Mapping[Hashable, Place]) -> Arrangement:
        """Return where everything is."""
        found = Arrangement(max(self.rights), max(self.lows) + self.headroom)
        for name, place in places.items():
            found.corners[name] = (place.x, self.top[id(place)])
        for number, way in enumerate(self.ways):
            first, offset = way[0]
            points: list[Point] = [(first.x + offset, self.top[id(first)] + first.height)]
            for (place, offset), (after, next_offset) in pairwise(way):
                x, next_x = place.x + offset, after.x + next_offset
                points.append((x, self.bottom[id(place)]))
                column = self.column[id(place)]
                if column != self.column[id(after)]:
                    points += self._around(column, LANE * (self.lanes[column][number] + 1), x, next_x)
                points.append((next_x, self.top[id(after)]))
            found.paths.append(tuple(dict.fromkeys(points)))
        return found

    def _around(self, column: int, lane: float, x: float, next_x: float) -> list[Point]:
        """Return the corners of the way into the next column."""
        low, high, between = self.lows[column] + lane, self.headroom - lane, self.rights[column] + GAP + lane
        return [(x, low), (between, low), (between, high), (next_x, high)]
