"""What an arrangement in layers is made of."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

GAP = 26.0
"""Least distance between neighbours in a layer."""
LANE = 9.0
"""Least distance of a bend from its neighbours."""

Point = tuple[float, float]


@dataclass(slots=True)
class Arrangement:
    """Where everything is; the drawing begins at the origin."""

    width: float = 0.0
    height: float = 0.0
    corners: dict[Hashable, Point] = field(default_factory=dict)
    """Upper left corner of every vertex."""
    paths: list[tuple[Point, ...]] = field(default_factory=list)
    """Points of every line in their order; between points with the same x it is straight."""


@dataclass(slots=True)
class Place:
    """A vertex or bend in its layer."""

    width: float
    height: float
    is_bend: bool = False
    above: list[tuple[Place, float]] = field(default_factory=list)
    """Neighbours in the layer above, and how far to the right of theirs this one's left side should be."""
    below: list[tuple[Place, float]] = field(default_factory=list)
    order: float = 0.0
    x: float = 0.0
    """Left side."""


Stop = tuple[Place, float]
"""A place that a line comes to, and where from its left side."""
