"""The frames that a view spends most of its CPU in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .stacks import StackTable, View


@dataclass(frozen=True, slots=True)
class Frame:
    """A method, and what was spent in it."""

    name: str
    self_weight: float
    """While it was the innermost frame: CPU seconds or samples."""
    total_weight: float
    """While it was on the stack, counted once per stack."""


def top_frames(table: StackTable, view: View, count: int) -> tuple[Frame, ...]:
    """Return the frames with most CPU of their own, the first ones of ``count``."""
    own = np.zeros(len(table.frames))
    total = np.zeros(len(table.frames))
    for number, weight in zip(view.stack.tolist(), view.weight.tolist(), strict=True):
        frames = table.stacks[number]
        own[frames[-1]] += weight
        for frame in set(frames):
            total[frame] += weight
    chosen = np.lexsort((-total, -own))[:count]
    return tuple(
        Frame(table.frames[i], float(own[i]), float(total[i])) for i in chosen.tolist() if total[i] > 0
    )
