"""A flame graph as an SVG file of its own: no script, every name in it can be searched for."""

from __future__ import annotations

import re

from ...extract.traces import CATEGORIES
from ..page.shell import safe
from .tree import CallTree
from .wording import CATEGORY_WORDS, weight_words

WIDTH, ROW, LETTER = 1200, 17, 6.4
_LEAST = 0.4
"""Narrower calls, in pixels, are not drawn."""
_TOP, _BOTTOM = 46, 44
COLOURS = {
    "user": "#f2a65a",
    "operators": "#8fb8ed",
    "shuffle_serialisation": "#7fd1ae",
    "task": "#c7d0d9",
    "gc": "#e58fb1",
    "jit": "#c3a6e8",
    "network": "#8ad7e6",
    "python": "#ead26a",
    "other": "#c7d0d9",
}


def flame_svg(tree: CallTree, *, title: str, unit: str, base: str = "") -> str:
    """Return a flame graph, outermost frames below.

    Parameters
    ----------
    tree
        The calls; of two runs in colours of their difference.
    title
        What is drawn.
    unit
        Of its weights.
    base
        What it is compared with.
    """
    offsets = tree.offsets()
    scale = (WIDTH - 20) / tree.total if tree.total > 0 else 0.0
    shown = [i for i in range(len(tree)) if tree.weight[i] * scale >= _LEAST]
    deepest = max((int(tree.depth[i]) for i in shown), default=0)
    height = _TOP + (deepest + 1) * ROW + _BOTTOM
    frames = []
    for i in shown:
        x, width = 10 + offsets[i] * scale, tree.weight[i] * scale
        y = height - _BOTTOM - (int(tree.depth[i]) + 1) * ROW
        frames.append(_frame(tree, i, unit, x, y, width))
    hidden = len(tree) - len(shown) + tree.left_out
    note = f"{hidden:,} narrower calls are not drawn" if hidden else ""
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"
 viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{safe(title)}" font-family="system-ui, sans-serif">
<style>text {{ font-size: 12px; fill: #17222d; }} rect {{ stroke: #fff; stroke-width: .5; }}
g:hover > rect {{ stroke: #17222d; }} .note {{ fill: #4d5b69; }}</style>
<rect width="{WIDTH}" height="{height}" fill="#fff"/>
<text x="10" y="20" style="font-size:15px;font-weight:600">{safe(title)}</text>
<text x="10" y="37" class="note">{safe(_told(tree, unit, base))}</text>
{"".join(frames)}
{_legend(tree, height)}{_note(note, height)}
</svg>
"""


def _told(tree: CallTree, unit: str, base: str) -> str:
    told = f"{weight_words(tree.total, unit)}{' of CPU' if unit == 's' else ' samples'}"
    return told if tree.base is None else f"{told}, {weight_words(tree.base_total, unit)} in {base}"


def _note(note: str, height: int) -> str:
    return f'<text x="{WIDTH - 10}" y="{height - 8}" text-anchor="end" class="note">{safe(note)}</text>'


def _frame(tree: CallTree, i: int, unit: str, x: float, y: float, width: float) -> str:
    name = tree.names[tree.name[i]]
    tip = f"{name}\n{weight_words(float(tree.weight[i]), unit)}, {tree.weight[i] / tree.total:.2%} of all"
    if tree.base is not None:
        tip += f"\n{weight_words(float(tree.base[i]), unit)} in the other run"
    text = ""
    if width > 3 * LETTER:
        # The whole name is there, and the inner drawing cuts off what has no room.
        text = (
            f'<svg x="{x:.1f}" y="{y}" width="{width - 2:.1f}" height="{ROW}">'
            f'<text x="3" y="12.5">{safe(_short(name, width))}</text></svg>'
        )
    return (
        f'<g><title>{safe(tip)}</title><rect x="{x:.1f}" y="{y}" width="{width:.2f}" height="{ROW - 1}"'
        f' fill="{_colour(tree, i)}" rx="1.5"/>{text}</g>\n'
    )


def _short(name: str, width: float) -> str:
    """Return class and method where the whole name with its package has no room."""
    if len(name) * LETTER <= width:
        return name
    short = re.sub(r"^(?:[a-z_$][\w$]*\.)+(?=[A-Z])", "", name)
    return short if len(short) < len(name) else name


def _colour(tree: CallTree, i: int) -> str:
    if tree.base is None:
        return COLOURS[CATEGORIES[tree.category[i]]]
    return difference_colour(
        float(tree.weight[i]) / (tree.total or 1.0), float(tree.base[i]) / (tree.base_total or 1.0)
    )


def difference_colour(share: float, base: float) -> str:
    """Return red for more than in the other run and blue for less, the stronger the more it differs."""
    if max(share, base) <= 0:
        return "#eef1f4"
    change = (share - base) / max(share, base)
    pale = round(238 - 150 * min(1.0, abs(change)))
    return f"#f5{pale:02x}{pale:02x}" if change >= 0 else f"#{pale:02x}{min(255, pale + 40):02x}f5"


def _legend(tree: CallTree, height: int) -> str:
    entries: list[tuple[str, str]]
    if tree.base is not None:
        entries = [
            (difference_colour(1.0, 0.3), "larger share than in the other run"),
            (difference_colour(1.0, 1.0), "the same"),
            (difference_colour(0.3, 1.0), "smaller share"),
        ]
    else:
        used = sorted(set(tree.category.tolist()))
        entries = [(COLOURS[CATEGORIES[i]], CATEGORY_WORDS[CATEGORIES[i]]) for i in used]
    x, parts = 10.0, []
    for colour, words in entries:
        parts.append(
            f'<rect x="{x:.0f}" y="{height - 19}" width="14" height="12" fill="{colour}"/>'
            f'<text x="{x + 19:.0f}" y="{height - 8}">{safe(words)}</text>'
        )
        x += 36 + len(words) * LETTER
    return "".join(parts)
