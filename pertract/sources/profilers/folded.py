"""Folded stacks, one ``outer;inner 12`` a line: FlameGraph, perf, async-profiler, py-spy.

Values in brackets are nanoseconds. Files of differences have two values; the second run's is read.
"""

from __future__ import annotations

import re

from ...units import NS
from .. import sniff
from .builder import Gathered
from .counting import Counted
from .opened import Opened

NAME = "folded"
_LINE = re.compile(r"^(?P<stack>.*\S)\s+(?P<value>\d+(?:\.\d+)?|\[\d+\])\s*$")
_TWO = re.compile(r"^.*\S \d+(?:\.\d+)? \d+(?:\.\d+)?\s*$")
_COMMENT = re.compile(r"^\s*(?:#|//|$)")
_THREADS = (
    re.compile(r"^thread \(\w+\)(?:: (.*))?$"),  # py-spy
    re.compile(r"^\[(.+) tid=\d+\]$"),  # async-profiler -t
    re.compile(r"^(.+-(?:\d+|\?)/\d+)$"),  # perf, with --tid
)
_LOOKED_AT = 200


def matches(opened: Opened) -> bool:
    """Return whether a file is of this format: at least half of its first lines are such stacks."""
    text = opened.text
    if (
        text.startswith(("{", "<", "[{", '["', "[[", "[\n"))
        or "\x00" in text
        or sniff.kind_of(opened.head) == "log"
    ):
        return False
    lines = [line for line in text.splitlines()[:_LOOKED_AT] if not _COMMENT.match(line)]
    found = sum(bool(_LINE.match(line)) for line in lines)
    return found > 0 and 2 * found >= len(lines)


def read(opened: Opened, gathered: Gathered) -> Counted:
    """Read a file into what was gathered."""
    counted = Counted()
    process = gathered.process(NAME, str(opened), NAME, str(opened))
    process.identity = opened.place.name
    first = [line for line in opened.text.splitlines()[:_LOOKED_AT] if not _COMMENT.match(line)]
    two = all(_TWO.match(line) for line in first)
    if two:
        gathered.note(f"{opened.place.name} holds two values for each stack: the second is used")
    rows = []
    nanoseconds = True
    for line in opened.lines():
        if _COMMENT.match(line):
            continue
        if not (found := _LINE.match(line)):
            counted.damaged += 1
            continue
        stack, value = found["stack"], found["value"]
        if two:
            stack = stack.rpartition(" ")[0].rstrip() or stack
        nanoseconds &= value.startswith("[")
        rows.append((stack, float(value.strip("[]"))))
        counted.used += 1
    process.unit = "s" if rows and nanoseconds else "samples"
    for stack, weight in rows:
        frames = stack.split(";")
        process.add_stack(frames, weight * NS if process.unit == "s" else weight, thread=_thread(frames[0]))
    return counted


def _thread(frame: str) -> str | None:
    """Return the thread that the first frame of a stack stands for, if it does."""
    for pattern in _THREADS:
        if found := pattern.match(frame):
            return found[1] or frame
    return None
