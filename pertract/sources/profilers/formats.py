"""Which formats there are, and which one a file is of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...errors import UnreadableSource, UnrecognisedSource
from .. import sniff
from . import (
    agent,
    folded,
    jfr,
    jvm_profiler,
    original_agent,
    perf_script,
    pprof_text,
    process_cpu,
    pyspark_profiler,
    speedscope,
)
from .builder import Gathered
from .counting import Counted
from .opened import Opened


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be read."""

    name: str
    matches: Callable[[Opened], bool]
    read: Callable[[Opened, Gathered], Counted]


FORMATS = tuple(
    Format(module.NAME, module.matches, module.read)
    for module in (
        *(jfr, agent, jvm_profiler, pyspark_profiler, speedscope),
        *(process_cpu, original_agent, pprof_text, perf_script, folded),  # text: the strictest first
    )
)


def read_file(opened: Opened, gathered: Gathered) -> None:
    """Read a file of any format into what was gathered.

    Raises
    ------
    UnrecognisedSource
        If it is of none; the message says what it looks like.
    UnreadableSource
        If nothing in it can be used.
    """
    found = next((known for known in FORMATS if known.matches(opened)), None)
    if found is None:
        described = sniff.describe(sniff.kind_of(opened.head), opened.head)
        raise UnrecognisedSource(
            f"{opened}: not the output of a profiler; it looks like"
            f" {described.replace(', but not Spark events', '')}",
            hint="Files of the agent, Uber's JVM profiler, PySpark profilers, JFR, py-spy, speedscope, perf"
            " and folded stacks are read.",
        )
    counted = found.read(opened, gathered)
    if not counted.used:
        raise _useless(opened, found.name, counted)
    if opened.damaged:
        gathered.note(f"the {opened.codec} data of {opened.place.name} ends or breaks in the middle")
    elif counted.damaged:
        what = "record is" if counted.damaged == 1 else "records are"
        gathered.note(f"{opened.place.name}: {counted.damaged} {what} cut off or damaged and not used")


def _useless(opened: Opened, name: str, counted: Counted) -> UnreadableSource:
    """Return the error that says why nothing of a file can be used."""
    if counted.other and not (opened.damaged or counted.damaged):
        return UnreadableSource(
            f"{opened}: a file of {name} that tells nothing about CPU, memory or stacks",
            hint="Give the profiler's other files.",
        )
    cut = " and damaged" if opened.damaged or counted.damaged else ""
    return UnreadableSource(
        f"{opened}: it begins as a file of {name}, but is empty{cut}: none of it can be used",
        hint="Copy the file again, and check that the profiler ran until its end.",
    )
