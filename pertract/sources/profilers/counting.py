"""What became of the lines or records of a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counted:
    """How many records of a file were used, and how many were not."""

    used: int = 0
    other: int = 0
    """Whole, but of something else, such as lines of a log in between."""
    damaged: int = 0
    """Not whole."""
