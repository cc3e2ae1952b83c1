"""How categories, stages, frames and weights are called."""

from __future__ import annotations

from ...extract.traces import Category
from ...units import short_duration

CATEGORY_WORDS: dict[Category | str, str] = {
    "user": "user code",
    "operators": "Spark operators and formats",
    "shuffle_serialisation": "shuffle and serialisation",
    "task": "tasks (no stacks)",
    "gc": "garbage collection",
    "jit": "JIT compiler",
    "network": "network and messages",
    "python": "Python workers",
    "other": "everything else",
}


def stage_words(stage: str) -> str:
    """Return ``stage 3`` for ``stage-3``."""
    return stage.replace("-", " ", 1) if stage else "outside stages"


def weight_words(weight: float, unit: str) -> str:
    """Return CPU seconds or a number of samples for a column."""
    return short_duration(weight) if unit == "s" else f"{weight:,.0f}"


def frame_words(name: str, most: int) -> str:
    """Return a name in a limited width, its end in full: class and method."""
    return name if len(name) <= most else f"…{name[-(most - 1) :]}"
