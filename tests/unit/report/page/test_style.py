"""Colours that everybody can tell apart, in light and dark."""

from __future__ import annotations

import math
import re
from importlib import resources
from itertools import combinations

import pytest

from pertract.report.page.planner import STYLES
from pertract.report.parts import PART_NAMES

STYLE = "\n".join(
    resources.files("pertract.report.page").joinpath("style", name).read_text(encoding="utf-8")
    for name in STYLES
)
COLOURS = {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", STYLE)}
LINES = [f"c{number}" for number in range(6)]
PARTS = [f"p-{part}" for part in PART_NAMES]
TEXT = ["text", "muted", "accent", "good", "bad", "warn"]
DRAWN = [*LINES, *PARTS, "measured"]

# Machado, Oliveira & Fernandes 2009, severity 1: what people see who lack one kind of cones.
SEEN = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.01182, 0.04294, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.3039),
    ),
}
THEMES = {"light": 0, "dark": 1}


def linear(colour: str) -> list[float]:
    """sRGB without its gamma."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    """As the Web Content Accessibility Guidelines define it."""
    bright = [
        sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear(c), strict=True))
        for c in (one, other)
    ]
    return (max(bright) + 0.05) / (min(bright) + 0.05)


def lab(colour: str, seen: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """CIE 1976 lightness and colour, as somebody sees it."""
    red, green, blue = (
        min(1.0, max(0.0, sum(w * part for w, part in zip(row, linear(colour), strict=True)))) for row in seen
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("names", "least"), [(TEXT, 4.5), (DRAWN, 3.0)], ids=["text", "drawings"])
def test_contrast_suffices_on_every_ground(theme, names, least) -> None:
    for ground in ("page", "surface"):
        for name in names:
            assert contrast(COLOURS[name][THEMES[theme]], COLOURS[ground][THEMES[theme]]) >= least, name


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("names", [LINES, PARTS], ids=["lines", "parts"])
def test_colours_differ_for_everybody(theme, seen, names) -> None:
    for one, other in combinations(names, 2):
        seen_as = [lab(COLOURS[name][THEMES[theme]], SEEN[seen]) for name in (one, other)]
        assert math.dist(*seen_as) >= 15, (one, other)


def test_every_class_of_a_colour_is_declared_and_used() -> None:
    for name in [*LINES, *PARTS]:
        assert f".{name} {{ color: var(--{name}); }}" in STYLE
    used = set(re.findall(r"var\(--([\w-]+)\)", STYLE))
    assert used <= set(COLOURS)
