"""Uber's JVM profiler: JSON lines of the reporters for files and for the console.

What it samples are all threads, waiting ones too. Times are milliseconds since 1970, ``processCpuTime``
nanoseconds since the start of the process, collections milliseconds since then (formats of release 1.0.0).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec

from ...units import MS, NS
from .builder import Gathered, ProcessBuilder
from .command import identify
from .counting import Counted
from .opened import Opened

NAME = "jvm-profiler"
_CONSOLE = re.compile(r"ConsoleOutputReporter - \w+: (?=\{)")
_SIGN = re.compile(r'"(?:processUuid|agentVersion)"\s*:')
_INTERVAL = re.compile(r"\bsampleInterval=(\d+)")
_ALWAYS_THERE = ("Reference Handler", "Finalizer")
"""Threads of which every JVM has one, from start to end: how often they are seen tells the interval."""


_NATIVE_WAITS = re.compile(
    r"(?:^|\.)(?:epollWait|epollWait0|EPoll\.wait|kevent0|KQueue\.poll|poll0|accept0|socketAccept|socketRead0"
    r"|Net\.accept|Net\.poll|Object\.wait0?|Thread\.sleep0?|Unsafe\.park|waitForProcessExit0?)$"
)
"""Native methods that wait while Java says that their thread runs."""


class _Gc(msgspec.Struct, rename="camel"):
    collection_time: float = 0.0


class _Record(msgspec.Struct, rename="camel"):
    """The fields in use of all kinds of records."""

    name: str | None = None
    host: str | None = None
    process_uuid: str | None = None
    app_id: str | None = None
    role: str | None = None
    epoch_millis: float = math.nan
    process_cpu_time: float = math.nan
    system_cpu_load: float | str | None = None
    heap_memory_total_used: float | str | None = None
    vm_rss: float | str | None = msgspec.field(default=None, name="vmRSS")
    gc: list[_Gc] | None = None
    stacktrace: list[str] | None = None
    start_epoch: float = math.nan
    end_epoch: float = math.nan
    thread_name: str | None = None
    thread_state: str | None = None
    count: float = 1.0
    jvm_input_arguments: str | None = None
    cmdline: str | None = None


@dataclass(slots=True)
class _Seen:
    """What was seen of a process before, in this file."""

    looks: list[tuple[float, float, float, _Record]] = field(default_factory=list)
    always: dict[str, list[float]] = field(default_factory=dict)


def matches(opened: Opened) -> bool:
    """Return whether a file is of this format."""
    text = opened.text
    return bool(_CONSOLE.search(text) or (text.lstrip().startswith("{") and _SIGN.search(text)))


def read(opened: Opened, gathered: Gathered) -> Counted:
    """Read a file into what was gathered."""
    decoder = msgspec.json.Decoder(_Record)
    counted = Counted()
    seen: dict[str, tuple[ProcessBuilder, _Seen]] = {}
    for line in opened.lines():
        prefix = _CONSOLE.search(line)
        text = line[prefix.end() :] if prefix else line.strip()
        if not text.startswith("{"):
            counted.other += bool(text)
            continue
        try:
            record = decoder.decode(text)
        except (msgspec.DecodeError, RecursionError):
            counted.damaged += 1
            continue
        key = record.process_uuid or record.name
        if key is None:
            counted.other += 1
            continue
        if key not in seen:
            seen[key] = _process(record, str(opened), gathered), _Seen()
        taken = _take(record, *seen[key])
        counted.used += taken
        counted.other += not taken
    for process, state in seen.values():
        _intervals(process, state)
        _period(process, state)
    return counted


def _process(record: _Record, file: str, gathered: Gathered) -> ProcessBuilder:
    process = gathered.process(NAME, file, NAME, record.process_uuid or record.name, role="jvm")
    process.identity = record.process_uuid or ""
    process.host = record.host
    process.application = record.app_id
    number = (record.name or "").partition("@")[0]
    process.pid = int(number) if number.isdecimal() else None
    if record.role == "driver":
        process.executor = "driver"
    return process


def _take(record: _Record, process: ProcessBuilder, seen: _Seen) -> bool:
    if record.stacktrace is not None:
        _stack(record, process, seen)
    elif not math.isnan(record.process_cpu_time) and not math.isnan(record.epoch_millis):
        collections_ms = sum(each.collection_time for each in record.gc or ())
        seen.looks.append((record.epoch_millis, record.process_cpu_time, collections_ms, record))
    elif record.jvm_input_arguments is not None:
        if found := _INTERVAL.search(record.jvm_input_arguments):
            process.period_s = int(found[1]) * MS or math.nan
        identify(process, record.cmdline or "")
    else:
        return False
    return True


def _stack(record: _Record, process: ProcessBuilder, seen: _Seen) -> None:
    assert record.stacktrace is not None
    start_s, end_s = record.start_epoch * MS, record.end_epoch * MS
    process.add_stack(
        record.stacktrace[::-1],
        record.count,
        start_s=start_s,
        end_s=end_s,
        thread=record.thread_name,
        state=record.thread_state,
        on_cpu=_runs(record),
    )
    if record.thread_name in _ALWAYS_THERE:
        known = seen.always.setdefault(record.thread_name, [start_s, end_s, 0.0])
        known[0], known[1] = min(known[0], start_s), max(known[1], end_s)
        known[2] += record.count


def _runs(record: _Record) -> bool:
    """Return whether a thread can have used a processor; those of the VM show no frames and wait."""
    if not record.stacktrace or record.thread_state not in (None, "RUNNABLE"):
        return False
    return not _NATIVE_WAITS.search(record.stacktrace[0])


def _intervals(process: ProcessBuilder, seen: _Seen) -> None:
    """Turn counters since the start of the process into what was used between two looks."""
    looks = sorted(seen.looks, key=lambda look: look[0])
    if looks:
        process.cpu_before_s = looks[0][1] * NS
    for (begin_ms, begun_ns, begun_gc_ms, _), (end_ms, ended_ns, ended_gc_ms, record) in pairwise(looks):
        process.add_usage(
            begin_ms * MS,
            end_ms * MS,
            cpu_s=max(0.0, (ended_ns - begun_ns) * NS),
            gc_s=max(0.0, (ended_gc_ms - begun_gc_ms) * MS),
            heap_bytes=_known(record.heap_memory_total_used),
            rss_bytes=_known(record.vm_rss),
            host_load_ratio=_known(record.system_cpu_load),
        )


def _known(value: float | str | None) -> float:
    """Return a number that may be ``"NaN"`` or, where the JVM does not know it, below 0."""
    return float(value) if isinstance(value, int | float) and value >= 0 else math.nan


def _period(process: ProcessBuilder, seen: _Seen) -> None:
    """Find the interval between samples where the arguments of the JVM are not known."""
    if not math.isnan(process.period_s):
        return
    for start_s, end_s, count in seen.always.values():
        if count >= 10 and end_s > start_s:
            process.period_s = round((end_s - start_s) / count, 3)
            return
