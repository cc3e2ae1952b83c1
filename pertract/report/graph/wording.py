"""Words for one element or several alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...units import counted, format_duration

_MOST_LISTED = 20
_OWN = re.compile(r"\S*/\S*|\b[0-9a-fA-F]{4,}(?:-[0-9a-fA-F]{4,})*\b|\d+")


def kind_of_work(name: str) -> str:
    """Return a name without what differs between runs of the same code: paths, identifiers, numbers."""
    return _OWN.sub("#", name)


def last_part(path: str) -> str:
    """Return the end of a path, which says most; a name that is no path stays."""
    return path.rstrip("/").rpartition("/")[2]


def span(ids: Sequence[str]) -> str:
    """Return an identifier, or the first and last of several."""
    return ids[0] if len(ids) == 1 else f"{ids[0]} … {ids[-1]}"


def from_to(numbers: Sequence[int], noun: str) -> str:
    """Return a number with its noun, or the least and the largest of several."""
    least, most = min(numbers), max(numbers)
    return counted(most, noun) if least == most else f"{least}-{most} {noun}s"


def between(times_s: Sequence[float]) -> str:
    """Return a time, or the least and the largest of several."""
    least, most = format_duration(min(times_s)), format_duration(max(times_s))
    return least if least == most else f"{least} to {most}"


def up_to(times_s: Sequence[float]) -> str:
    """Return a time, or the largest of several."""
    most = format_duration(max(times_s))
    return most if len(times_s) == 1 else f"up to {most}"


def told(kind: str, ids: Sequence[str], name: str, *more: str) -> str:
    """Return what is said of elements beside the drawing."""
    listed = ", ".join(ids[:_MOST_LISTED]) + (
        f" and {len(ids) - _MOST_LISTED} more" if len(ids) > _MOST_LISTED else ""
    )
    return "; ".join(part for part in (f"{kind} {listed}", " ".join(name.split()), *more) if part)
