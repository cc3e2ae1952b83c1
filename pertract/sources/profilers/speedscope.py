"""Documents of speedscope, which py-spy writes too: several profiles, sampled or as events in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from ...errors import UnreadableSource
from ...units import MS, NS, US
from .builder import Gathered
from .counting import Counted
from .opened import Opened

NAME = "speedscope"
_SIGN = re.compile(r'"\$schema"\s*:\s*"[^"]*speedscope|"(?:shared|profiles)"\s*:\s*[\[{]')
_UNITS = {"nanoseconds": NS, "microseconds": US, "milliseconds": MS, "seconds": 1.0}
_THREAD = re.compile(r'^(?:Process \d+ )?Thread \w+ "(.*)"$')
_WRONG = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError)


def matches(opened: Opened) -> bool:
    """Return whether a file is of this format."""
    text = opened.text
    return text.lstrip().startswith("{") and bool(_SIGN.search(text))


def read(opened: Opened, gathered: Gathered) -> Counted:
    """Read a file into what was gathered.

    Raises
    ------
    UnreadableSource
        If it is not whole: one document cannot be read in part.
    """
    try:
        document = msgspec.json.decode(opened.document())
        shared = [_frame(frame) for frame in (document.get("shared") or {}).get("frames") or ()]
        profiles = list(document["profiles"])
    except (msgspec.DecodeError, RecursionError, *_WRONG) as error:
        raise UnreadableSource(
            f"{opened}: the document of speedscope is cut off or damaged ({error})", hint="Copy it again."
        ) from error
    counted = Counted()
    for profile in profiles:
        try:
            _profile(profile, shared, opened, gathered)
            counted.used += 1
        except _WRONG:
            counted.damaged += 1
    return counted


def _profile(profile: dict[str, Any], shared: list[str], opened: Opened, gathered: Gathered) -> None:
    frames = [_frame(frame) for frame in profile["frames"]] if "frames" in profile else shared
    factor = _UNITS.get(profile.get("unit", "none"))
    name = str(profile.get("name", ""))
    thread = _THREAD.match(name)
    rows = list(_sampled(profile) if profile["type"] == "sampled" else _evented(profile))
    named = [([frames[index] for index in stack], float(weight)) for stack, weight in rows]
    process = gathered.process(NAME, str(opened), NAME, str(opened), factor is None)
    process.identity = opened.place.name
    process.unit = "samples" if factor is None else "s"
    process.role = "python" if thread else process.role
    for stack, weight in named:
        process.add_stack(stack, weight * (factor or 1.0), thread=thread[1] if thread else name or None)


def _sampled(profile: dict[str, Any]) -> Iterator[tuple[list[int], float]]:
    samples, weights = profile["samples"], profile.get("weights") or []
    if len(weights) != len(samples):
        raise ValueError("as many weights as samples")
    yield from zip(samples, weights, strict=True)


def _evented(profile: dict[str, Any]) -> Iterator[tuple[list[int], float]]:
    """Yield the time that passes between two events, with the stack that was open in it."""
    stack: list[int] = []
    at = float(profile.get("startValue", 0))
    for event in profile["events"]:
        if (passed := float(event["at"]) - at) > 0 and stack:
            yield list(stack), passed
        at = max(at, float(event["at"]))
        if event["type"] == "O":
            stack.append(event["frame"])
        elif stack and stack[-1] == event["frame"]:
            stack.pop()
        else:
            raise ValueError("events that are not nested")


def _frame(frame: dict[str, Any]) -> str:
    """Return a frame's name, with file and line where they are told, as py-spy's raw format has them."""
    name, file, line = str(frame["name"]), frame.get("file"), frame.get("line")
    if not file:
        return name
    return f"{name} ({file}:{line})" if line is not None else f"{name} ({file})"
