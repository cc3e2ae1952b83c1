"""Pertract's own agent: JSON lines of a JVM in parts, described in ``agent/FORMAT.md``.

CPU times are of the interval that ends with the line. The ``system`` lines become `Usage`; of samples after
the last one, which a killed JVM leaves, only the process's CPU is known.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from ...errors import UnreadableSource
from ...units import MS, US
from .builder import Gathered, ProcessBuilder
from .counting import Counted
from .opened import Opened
from .records import ThreadKind, ThreadName

NAME = "agent"
_VERSION = 1
_STATES = {"R": "RUNNABLE", "B": "BLOCKED", "W": "WAITING", "T": "TIMED_WAITING"}
_NATIVE: tuple[ThreadKind, ...] = ("gc", "jit", "vm")
_WRONG = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError)


def matches(opened: Opened) -> bool:
    """Return whether a file is of this format: its first line tells the process."""
    try:
        first = msgspec.json.decode(opened.head.partition(b"\n")[0])
    except (msgspec.DecodeError, ValueError, RecursionError):
        return False
    return isinstance(first, dict) and first.get("kind") == "process" and "version" in first


def read(opened: Opened, gathered: Gathered) -> Counted:
    """Read a part into what was gathered.

    Raises
    ------
    UnreadableSource
        If a newer agent wrote it.
    """
    part: _Part | None = None
    counted = Counted()
    for line in opened.lines():
        try:
            record = msgspec.json.decode(line)
            if record["kind"] == "process":
                part = _Part(record, str(opened), gathered)
                counted.used += 1
            elif part is not None:
                counted.used += part.take(record)
        except (msgspec.DecodeError, RecursionError, *_WRONG):
            counted.damaged += bool(line.strip())
    if part is not None:
        part.finish()
    return counted


class _Part:
    """One part while it is read; threads and stacks have numbers of its own."""

    def __init__(self, record: dict[str, Any], file: str, gathered: Gathered) -> None:
        if record["version"] > _VERSION:
            raise UnreadableSource(
                f"{file}: version {record['version']} of the agent's format, which is newer than this tool",
                hint="Update Pertract.",
            )
        self._gathered = gathered
        self._process = _process(record, file, gathered)
        self._cores = record.get("host_cores")
        self._threads: dict[int, ThreadName] = {}
        self._stacks: dict[int, int] = {}
        self._since_system: list[tuple[float, float, float]] = []
        """Begin, end and CPU time of samples after the last ``system`` line."""

    def take(self, record: dict[str, Any]) -> bool:
        """Take a line; return whether its kind is known."""
        kind = record["kind"]
        if kind == "sample":
            self._sample(record)
        elif kind == "thread":
            self._threads[record["n"]] = ThreadName(
                str(record["name"]), pool=str(record.get("pool") or ""), thread=int(record.get("id", -1))
            )
        elif kind == "stack":
            self._stacks[record["n"]] = self._process.intern(record["frames"].split(";"))
        elif kind == "system":
            self._system(record)
        elif kind == "end":
            self._process.ended = True
            if record.get("reason") == "max":
                self._gathered.note("the agent reached its largest size: the end of the run is missing")
        elif kind == "interval":
            self._gathered.note(
                "the agent slowed down to keep its cost low: to a sample every"
                f" {float(record['interval_ms']):g} ms"
            )
        else:
            return False
        return True

    def _sample(self, record: dict[str, Any]) -> None:
        start_s, end_s = _interval(record)
        if (cpu_us := record.get("cpu_us")) is not None:
            self._since_system.append((start_s, end_s, cpu_us * US))
        used_s: dict[int, float] = {}
        for number, cpu_us, *before in record["threads"]:
            used_s[number] = cpu_us * US
            self._process.add_thread(
                start_s,
                end_s,
                self._threads[number],
                cpu_us * US,
                before=self._threads.get(before[0]) if before else None,
            )
        for number, stack, state in record.get("stacks") or ():
            self._process.add_interned(
                self._stacks[stack],
                used_s[number],
                start_s=start_s,
                end_s=end_s,
                thread=self._threads[number].name,
                state=_STATES.get(state, str(state)),
            )

    def _system(self, record: dict[str, Any]) -> None:
        start_s, end_s = _interval(record)
        busy_s = _number(record, "host_busy_us", US)
        gc_ms = record.get("gc_ms")
        self._process.add_usage(
            start_s,
            end_s,
            cpu_s=_number(record, "cpu_us", US),
            gc_s=math.nan if gc_ms is None else sum(gc_ms) * MS,
            heap_bytes=_number(record, "heap_bytes"),
            python_cpu_s=_number(record, "children_us", US),
            host_load_ratio=busy_s / self._cores / (end_s - start_s)
            if self._cores and end_s > start_s
            else math.nan,
            allocated_bytes=_number(record, "allocated_bytes"),
            throttled_s=_number(record, "throttled_us", US),
        )
        self._since_system.clear()
        for kind in _NATIVE:
            if used_us := (record.get("native_us") or {}).get(kind):
                self._process.add_thread(start_s, end_s, ThreadName(f"({kind})", kind), used_us * US)

    def finish(self) -> None:
        """Add what only samples tell."""
        if self._since_system:
            begins, ends, used_s = zip(*self._since_system, strict=True)
            self._process.add_usage(min(begins), max(ends), cpu_s=math.fsum(used_s))


def _process(record: dict[str, Any], file: str, gathered: Gathered) -> ProcessBuilder:
    host, pid = record.get("host"), record.get("pid")
    process = gathered.process(NAME, file, NAME, host, pid, record.get("started_ms"), role="jvm")
    process.host, process.pid = host, pid
    process.application = record.get("application") or process.application
    process.executor = record.get("executor") or process.executor
    process.cores = record.get("cores")
    process.cpu_before_s = 0.0  # the first lines reach back to the start
    process.unit = "s"
    if process.ended is None:
        process.ended = False
    return process


def _interval(record: dict[str, Any]) -> tuple[float, float]:
    end_s = float(record["t_ms"]) * MS
    return end_s - float(record["dt_us"]) * US, end_s


def _number(record: dict[str, Any], key: str, unit: float = 1.0) -> float:
    value = record.get(key)
    return math.nan if value is None else float(value) * unit
