"""The text that Go's pprof writes of a profile: samples as numbers of locations, then the locations.

Stacks begin with the innermost frame. Of several values of a sample the last is read, mostly a time.
"""

from __future__ import annotations

import re

from ...units import MS, NS, US
from .builder import Gathered
from .counting import Counted
from .opened import Opened

NAME = "pprof text"
_SAMPLE = re.compile(r"^\s+((?:\d+\s+)*\d+):((?:\s+\d+)*)\s*$")
_LOCATION = re.compile(r"^\s+(\d+): 0x[0-9a-f]+ (?:M=\d+ )?(.*)$")
_FUNCTION = re.compile(r"^(?P<name>.*?) (?P<file>\S*?):(?P<line>\d+)(?::\d+)? s=\d+")
_UNITS = {"nanoseconds": NS, "microseconds": US, "milliseconds": MS, "seconds": 1.0}


def matches(opened: Opened) -> bool:
    """Return whether a file is of this format."""
    return opened.text.startswith("PeriodType:") and "Samples:" in opened.text


def read(opened: Opened, gathered: Gathered) -> Counted:
    """Read a file into what was gathered."""
    counted = Counted()
    process = gathered.process(NAME, str(opened), NAME, str(opened))
    process.identity = opened.place.name
    samples: list[tuple[float, list[int]]] = []
    locations: dict[int, list[str]] = {}
    part, factor, last = "", None, 0
    for line in opened.lines():
        if line.strip() in ("Samples:", "Locations", "Mappings"):
            part = line.strip()
        elif part == "Samples:" and (found := _SAMPLE.match(line)):
            samples.append((float(found[1].split()[-1]), [int(number) for number in found[2].split()]))
        elif part == "Samples:" and "/" in line and not samples:
            factor = _UNITS.get(line.split()[-1].partition("[")[0].rpartition("/")[2])
        elif part == "Locations" and (found := _LOCATION.match(line)):
            last = int(found[1])
            locations[last] = [_named(found[2])]
        elif (
            part == "Locations" and line.startswith("       ") and last in locations
        ):  # a call that was inlined
            locations[last].append(_named(line.strip()))
        elif part in ("Samples:", "Locations"):
            counted.damaged += 1
    process.unit = "samples" if factor is None else "s"
    for value, numbers in samples:
        if all(number in locations for number in numbers):
            frames = [name for number in numbers for name in locations[number]]
            process.add_stack(frames[::-1], value * (factor or 1.0))
            counted.used += 1
        else:
            counted.damaged += 1
    return counted


def _named(text: str) -> str:
    found = _FUNCTION.match(text)
    if not found:
        return text
    name, number = found["name"], int(found["line"])
    return f"{name}:{number}" if number else name
