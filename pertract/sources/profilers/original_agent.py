"""The tables of the original PerTract's agent, as Cassandra's ``COPY ... TO`` writes them.

Both have experiment, JVM (``pid@host``), a key, the time of a sample and the CPU milliseconds that the
threads of the key have used since their start. In ``cpu_samples_thread_info`` the key is ``group--thread``;
in ``cpu_samples_stacktrace`` it is ``cpu--outermost frame--...``.
"""

from __future__ import annotations

import csv
import itertools
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from ...errors import UnreadableSource
from ...units import MS
from .builder import Gathered, ProcessBuilder
from .counting import Counted
from .opened import Opened
from .records import ThreadName

NAME = "original agent"
_COLUMNS = {
    "experiment_name": "experiment",
    "jvm": "jvm",
    "thread_group_and_name": "key",
    "stacktrace": "key",
    "sample_time": "time",
    "cpu_time": "cpu",
}
_ORDER = ("experiment", "jvm", "key", "time", "cpu")
_JVM = re.compile(r"^\d+@\S+$")
_TICK_S = 0.1
_STACKS = "cpu--"
_SEPARATORS = ",;\t|"


def matches(opened: Opened) -> bool:
    """Return whether a file is of this format."""
    first = opened.text.partition("\n")[0].rstrip("\r")
    return _layout(first) is not None


def read(opened: Opened, gathered: Gathered) -> Counted:
    """Read a file into what was gathered."""
    counted = Counted()
    looks: dict[tuple[str, str], dict[str, list[tuple[float, float]]]] = {}
    for row in _rows(opened, counted):
        try:
            at_s, cpu_ms = _time_s(row["time"]), float(row["cpu"])
        except (ValueError, OverflowError):
            counted.damaged += 1
            continue
        looks.setdefault((row["experiment"], row["jvm"]), {}).setdefault(row["key"], []).append(
            (at_s, cpu_ms)
        )
        counted.used += 1
    for (experiment, jvm), keys in looks.items():
        pid, _, host = jvm.partition("@")
        process = gathered.process(NAME, str(opened), NAME, experiment, jvm, role="jvm")
        process.identity, process.host = experiment, host or None
        process.pid = int(pid) if pid.isdecimal() else None
        for key, samples in keys.items():
            samples.sort()
            if key == "cpu" or key.startswith(_STACKS):
                _stack(process, key, samples)
            else:
                _thread(process, key, samples)
    return counted


def _thread(process: ProcessBuilder, key: str, samples: list[tuple[float, float]]) -> None:
    """Add what a thread used between two samples.

    A counter that falls belongs to other threads of that name. What the first sample holds was used before.
    """
    name = ThreadName(key.partition("--")[2] or key)
    for (begin_s, begun_ms), (end_s, ended_ms) in itertools.pairwise(samples):
        used_ms = ended_ms - begun_ms if ended_ms >= begun_ms else ended_ms
        if used_ms > 0:
            process.add_thread(begin_s, end_s, name, used_ms * MS)


def _stack(process: ProcessBuilder, key: str, samples: list[tuple[float, float]]) -> None:
    """Add a stack once per sample; it waits while the counter of its threads stands still."""
    number = process.intern(key.split("--")[1:])
    before_s = before_ms = math.nan
    for at_s, cpu_ms in samples:
        process.add_interned(
            number,
            1.0,
            start_s=at_s - _TICK_S,
            end_s=at_s,
            on_cpu=cpu_ms > 0 and not (cpu_ms == before_ms and at_s - before_s < 3 * _TICK_S),
        )
        before_s, before_ms = at_s, cpu_ms
    process.period_s = _TICK_S


def _rows(opened: Opened, counted: Counted) -> Iterator[dict[str, str]]:
    lines = opened.lines()
    first = next(lines, "")
    layout = _layout(first)
    if layout is None:
        raise UnreadableSource(f"{opened}: its first line changed while it was read", hint="Try again.")
    separator, names, has_names = layout
    rest = lines if has_names else itertools.chain([first], lines)
    whole = (line.replace("\0", "") for line in rest)
    parsed = csv.reader(whole, delimiter=separator)
    while True:
        try:
            values = next(parsed)
        except StopIteration:
            return
        except csv.Error:  # a field without end, for instance
            counted.damaged += 1
            continue
        if len(values) == len(names):
            yield dict(zip(names, values, strict=True))
        else:
            counted.damaged += bool(values)


def _layout(first: str) -> tuple[str, tuple[str, ...], bool] | None:
    """Return separator and columns that a first line tells, and whether it names them."""
    for separator in _SEPARATORS:
        try:
            values = next(csv.reader([first], delimiter=separator), [])
        except csv.Error:
            continue
        if names := _layout_of_names(values):
            return separator, names, True
        if len(values) == len(_ORDER) and _JVM.match(values[1]) and values[4].isdecimal():
            return separator, _ORDER, False
    return None


def _layout_of_names(values: list[str]) -> tuple[str, ...] | None:
    names = tuple(_COLUMNS.get(value.strip().lower(), "") for value in values)
    return names if set(_ORDER) <= set(names) else None


def _time_s(text: str) -> float:
    """Return seconds since 1970 of a time as cqlsh writes it, UTC unless it says otherwise."""
    if text.isdecimal():
        return float(text) * MS
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
