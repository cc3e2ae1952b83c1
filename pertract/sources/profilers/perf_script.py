"""The text that ``perf script`` prints: a header line per sample and its frames, innermost first.

Its clock begins when the machine starts, so times cannot be joined with others and are left out.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ...units import NS
from .builder import Gathered
from .counting import Counted
from .opened import Opened

NAME = "perf"
_SAMPLE = re.compile(
    r"^(?P<command>\S.*?)\s+(?P<pid>-?\d+)(?:/(?P<tid>-?\d+))?\s+(?:\[\d+\]\s+)?(?:[\w.]{4,6}\s+)?"
    r"(?P<time>\d+\.\d+):\s+(?:(?P<period>\d+)\s+)?(?P<event>[\w:./+-]+?):(?:\s|$)"
)
_FRAME = re.compile(r"^\s+[0-9a-f]+\s+(?P<symbol>.+)\s+\((?P<module>.*)\)\s*$")
_OFFSET = re.compile(r"\+0x[0-9a-f]+$")
_CLOCKS = ("cpu-clock", "task-clock")
"""Events whose period is nanoseconds of CPU time."""


def matches(opened: Opened) -> bool:
    """Return whether a file is of this format."""
    lines = opened.text.splitlines()[:500]
    return any(_SAMPLE.match(line) and _FRAME.match(following) for line, following in pairwise(lines))


def read(opened: Opened, gathered: Gathered) -> Counted:
    """Read a file into what was gathered."""
    counted = Counted()
    process = gathered.process(NAME, str(opened), NAME, str(opened))
    process.identity = opened.place.name
    sample: re.Match[str] | None = None
    frames: list[str] = []
    rows: list[tuple[re.Match[str], list[str]]] = []
    for line in opened.lines():
        if line.startswith("#"):
            continue
        if not line.strip():
            if sample:
                rows.append((sample, frames))
            sample, frames = None, []
        elif found := _FRAME.match(line):
            if sample:
                frames.append(_named(found["symbol"], found["module"]))
            else:
                counted.damaged += 1
        elif found := _SAMPLE.match(line):
            if sample:
                rows.append((sample, frames))
            sample, frames = found, []
        else:
            counted.damaged += 1
    if sample:
        rows.append((sample, frames))
    events = {found["event"].partition(":")[0] for found, _ in rows}
    process.unit = (
        "s" if events and events <= set(_CLOCKS) and all(r["period"] for r, _ in rows) else "samples"
    )
    for found, stack in rows:
        command = found["command"].replace(" ", "_")
        thread = found["tid"] or found["pid"]
        weight = float(found["period"]) * NS if process.unit == "s" else 1.0
        process.add_stack([command, *reversed(stack)], weight, thread=f"{command} {thread}")
    counted.used = len(rows)
    return counted


def _named(symbol: str, module: str) -> str:
    """Return a frame's name: without offset; of what has no name, the file it is in."""
    name = _OFFSET.sub("", symbol)
    if name == "[unknown]" and module not in ("[unknown]", ""):
        return f"[{module.strip('[]').rpartition('/')[2]}]"
    return name.replace(";", ":")
