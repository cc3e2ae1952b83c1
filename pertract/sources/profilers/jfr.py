"""Java flight recordings, by the JDK's own ``jfr print --json``, chunk by chunk.

A recording is a row of chunks, each readable alone. They are given to ``jfr`` one at a time because it gives
up at the first chunk that it dislikes, such as the empty one at the end of some recordings of async-profiler.
Frames are named ``package/Class.method:line``, as converters of async-profiler's recordings name them.
"""

from __future__ import annotations

import io
import math
import os
import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from ...errors import UnreadableSource
from ...units import NS, parse_duration
from .builder import Gathered, ProcessBuilder
from .command import identify
from .counting import Counted
from .frames import stable
from .opened import Opened

NAME = "jfr"
_MAGIC = b"FLR\0"
_HEADER = struct.Struct(">4sHHQ")
_HEADER_BYTES = 68
_COPIED = 1 << 20
_SAMPLES = ("jdk.ExecutionSample", "jdk.NativeMethodSample", "profiler.WallClockSample", "jdk.CPUTimeSample")
_OTHERS = (
    *("jdk.ActiveSetting", "jdk.CPUInformation", "jdk.CPULoad", "jdk.JVMInformation"),
    *("jdk.GarbageCollection", "jdk.GCHeapSummary", "jdk.ResidentSetSize"),
)
_DEPTH = 4096
_DEFAULT_S = {"jdk.ExecutionSample": 0.02, "jdk.NativeMethodSample": 0.02}
"""Interval of the JVM's own sampler where a recording does not tell it."""
_ASYNC_DEFAULT_S = 0.01
_SLEEPING = "STATE_SLEEPING"
_LOAD_S = 1.0
_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


class _Type(msgspec.Struct, rename="camel"):
    name: str | None = None


class _Method(msgspec.Struct, rename="camel"):
    name: str | None = None
    type: _Type | None = None


class _Frame(msgspec.Struct, rename="camel"):
    method: _Method | None = None
    line_number: int = 0


class _Trace(msgspec.Struct, rename="camel"):
    frames: list[_Frame] | None = None
    truncated: bool = False


class _Thread(msgspec.Struct, rename="camel"):
    os_name: str | None = None
    java_name: str | None = None


class _Values(msgspec.Struct, rename="camel"):
    """The fields in use of all events."""

    start_time: str | None = None
    sampled_thread: _Thread | None = None
    stack_trace: _Trace | None = None
    state: str | None = None
    samples: int | None = None
    name: str | None = None
    value: str | None = None
    id: int | None = None
    jvm_user: float = math.nan
    jvm_system: float = math.nan
    machine_total: float = math.nan
    sum_of_pauses: str | None = None
    heap_used: float = math.nan
    size: float = math.nan
    hw_threads: int | None = None
    pid: int | None = None
    java_arguments: str | None = None


class _Event(msgspec.Struct, rename="camel"):
    type: str
    values: _Values


def matches(opened: Opened) -> bool:
    """Return whether a file is of this format."""
    return opened.head.startswith(_MAGIC)


def read(opened: Opened, gathered: Gathered) -> Counted:
    """Read a recording into what was gathered.

    Raises
    ------
    UnreadableSource
        If this machine has no JDK, or no chunk can be read.
    """
    program = _program(opened)
    process = gathered.process(NAME, str(opened), NAME, str(opened), role="jvm")
    process.identity, process.unit = opened.place.name, "s"
    recording = _Recording(process)
    counted = Counted()
    refused = ""
    with tempfile.TemporaryDirectory(prefix="pertract-jfr-") as folder:
        for chunk in _chunks(opened, Path(folder) / "chunk.jfr", counted):
            events = 0
            try:
                for event in _printed(program, chunk):
                    recording.take(event)
                    events += 1
            except _Refused as error:
                refused = str(error)
                counted.damaged += not _is_empty(chunk, refused)
            counted.used += 1 if events else 0
    if not counted.used and (refused or counted.damaged):
        why = f" ({refused})" if refused else ""
        raise UnreadableSource(
            f"{opened}: the recording is cut off or damaged: no chunk of it can be read{why}",
            hint="Stop the recording before you copy it, or let async-profiler's jfrconv fold it.",
        )
    recording.finish()
    return counted


class _Refused(Exception):
    """What ``jfr`` says of a chunk it cannot print."""


def _program(opened: Opened) -> str:
    """Return the path of ``jfr``.

    Raises
    ------
    UnreadableSource
        If there is none.
    """
    home = os.environ.get("JAVA_HOME")
    beside = shutil.which("java")
    folders = [Path(home) / "bin"] if home else []
    if beside:
        folders.append(Path(beside).resolve().parent)
    for candidate in (shutil.which("jfr"), *(shutil.which("jfr", path=str(folder)) for folder in folders)):
        if candidate:
            return candidate
    raise UnreadableSource(
        f"{opened}: a Java flight recording is read by the jfr command of a JDK, which is not here",
        hint="Install a JDK (11 or newer) or set JAVA_HOME, or convert it: async-profiler's"
        " jfrconv -o collapsed FILE.jfr FILE.folded.",
    )


def _chunks(opened: Opened, target: Path, counted: Counted) -> Iterator[Path]:
    """Yield each whole chunk as a file, which is overwritten by the next one."""
    with opened.stream() as stream:
        while head := _exactly(stream, _HEADER_BYTES):
            if len(head) < _HEADER_BYTES:
                counted.damaged += 1
                return
            magic, _, _, size = _HEADER.unpack_from(head)
            if magic != _MAGIC or size < _HEADER_BYTES:  # size 0: the JVM still wrote it
                counted.damaged += 1
                return
            with target.open("wb") as file:
                file.write(head)
                left = size - len(head)
                while left and (data := stream.read(min(left, _COPIED))):
                    file.write(data)
                    left -= len(data)
            if left:
                counted.damaged += 1
                return
            yield target


def _exactly(stream: io.BufferedReader, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data


def _is_empty(chunk: Path, refused: str) -> bool:
    """Return whether a chunk was refused because it has no samples; such ones are short."""
    return "StackTrace must contain at least one element" in refused and chunk.stat().st_size < 1 << 16


def _printed(program: str, chunk: Path) -> Iterator[_Event]:
    """Yield the events that ``jfr`` prints of a chunk.

    Raises
    ------
    _Refused
        If it gives up.
    """
    command = [program, "print", "--json", "--stack-depth", str(_DEPTH)]
    command += ["--events", ",".join((*_SAMPLES, *_OTHERS)), str(chunk)]
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, stdin=subprocess.DEVNULL)
        except OSError as error:
            raise _Refused(f"jfr cannot be started: {error.strerror}") from error
        with process:
            assert process.stdout is not None
            try:
                yield from _events(process.stdout)
                code = process.wait()
            finally:
                if process.poll() is None:
                    process.kill()
        if code:
            said.seek(0)
            raise _Refused(_reason(said.read().decode(errors="replace"), code))


def _reason(said: str, code: int) -> str:
    """Return the first sentence of what ``jfr`` printed."""
    first = next((line.strip() for line in said.splitlines() if line.strip()), f"jfr ended with {code}")
    first = re.sub(r"^jfr print: (?:unexpected internal error, )?| at /\S+", "", first)
    return first.rstrip(" .")


def _events(stream: Any) -> Iterator[_Event]:
    """Yield the events of the printed document, of which each begins and ends on lines of its own."""
    decoder = msgspec.json.Decoder(_Event)
    gathered: list[bytes] = []
    for line in stream:
        if line.startswith((b"    }, {", b"    }]")) and gathered:
            try:
                yield decoder.decode(b"{" + b"".join(gathered) + b"}")
            except (msgspec.DecodeError, ValueError) as error:
                raise _Refused(f"jfr printed an event that is no JSON: {error}") from error
            gathered = []
        elif line.startswith(b"      "):
            gathered.append(line)


class _Recording:
    """The events of a recording on their way into a process."""

    def __init__(self, process: ProcessBuilder) -> None:
        self._process = process
        self._settings: dict[str, str] = {}
        self._samples: list[tuple[str, float, int, str | None, str | None, float]] = []
        self._frames: dict[tuple[str | None, str | None, int], str] = {}
        self._loads: list[tuple[float, float, float]] = []
        self._heap: list[tuple[float, float]] = []
        self._resident: list[tuple[float, float]] = []
        self._pauses: list[tuple[float, float]] = []

    def take(self, event: _Event) -> None:
        """Take an event."""
        values = event.values
        at_s = _time_s(values.start_time)
        if event.type in _SAMPLES:
            self._sample(event.type, at_s, values)
        elif event.type == "jdk.ActiveSetting":
            self._setting(values)
        elif event.type == "jdk.CPULoad":
            self._loads.append((at_s, values.jvm_user + values.jvm_system, values.machine_total))
        elif event.type == "jdk.GCHeapSummary":
            self._heap.append((at_s, values.heap_used))
        elif event.type == "jdk.GarbageCollection":
            self._pauses.append((at_s, _duration_s(values.sum_of_pauses)))
        elif event.type == "jdk.ResidentSetSize":
            self._resident.append((at_s, values.size))
        elif event.type == "jdk.CPUInformation":
            self._process.cores = values.hw_threads or self._process.cores
        elif event.type == "jdk.JVMInformation":
            self._process.pid = values.pid or self._process.pid
            identify(self._process, values.java_arguments or "")

    def _setting(self, values: _Values) -> None:
        if values.name in ("event", "interval", "wall", "usedCpuInterval", "usedWallInterval", "period"):
            key = values.name if values.name != "period" else f"period {values.id}"
            if values.value is not None:
                self._settings[key] = values.value

    def _sample(self, kind: str, at_s: float, values: _Values) -> None:
        frames = values.stack_trace.frames if values.stack_trace and values.stack_trace.frames else []
        names = [self._named(frame) for frame in reversed(frames)]
        if values.stack_trace and values.stack_trace.truncated and names:
            names[0:0] = ["..."]
        thread = values.sampled_thread
        self._samples.append(
            (
                kind,
                at_s,
                self._process.intern(names),
                (thread.java_name or thread.os_name) if thread else None,
                values.state,
                float(values.samples or 1),
            )
        )

    def _named(self, frame: _Frame) -> str:
        method = frame.method or _Method()
        owner = method.type.name if method.type else None
        key = (owner, method.name, frame.line_number)
        if key not in self._frames:
            self._frames[key] = f"{stable(owner or '')}.{method.name or ''}:{max(0, frame.line_number)}"
        return self._frames[key]

    def finish(self) -> None:
        """Hand everything over, once the settings of all chunks are known."""
        for kind, at_s, stack, thread, state, count in self._samples:
            period_s = self._period_s(kind)
            self._process.add_interned(
                stack,
                count * period_s,
                start_s=at_s,
                end_s=at_s,
                thread=thread,
                state=state,
                on_cpu=state != _SLEEPING and kind != "jdk.NativeMethodSample",
            )
        self._usage()

    def _period_s(self, kind: str) -> float:
        """Return what a sample stands for."""
        if kind == "profiler.WallClockSample":
            return self._interval_s("usedWallInterval", "wall", "interval") or 0.05
        if "event" in self._settings:  # async-profiler
            if self._settings["event"] == "wall":
                return self._interval_s("usedWallInterval", "wall", "interval") or _ASYNC_DEFAULT_S
            return self._interval_s("usedCpuInterval", "interval") or _ASYNC_DEFAULT_S
        told = [
            parse_duration(v.replace(" ", "")) for k, v in self._settings.items() if k.startswith("period ")
        ]
        short = [period_s for period_s in told if period_s and period_s < 1.0]
        return min(short) if short else _DEFAULT_S.get(kind, 0.02)

    def _interval_s(self, *names: str) -> float | None:
        for name in names:
            with_value = self._settings.get(name, "")
            if with_value.lstrip("-").isdecimal() and int(with_value) > 0:
                return int(with_value) * NS
        return None

    def _usage(self) -> None:
        """Make intervals of the loads, which the JVM writes as shares of all processors once a second."""
        begin_s = math.nan
        for end_s, jvm_ratio, machine_ratio in sorted(self._loads):
            if math.isnan(begin_s):
                begin_s = end_s - _LOAD_S
            if end_s > begin_s:
                self._process.add_usage(
                    begin_s,
                    end_s,
                    cpu_s=jvm_ratio * (self._process.cores or math.nan) * (end_s - begin_s),
                    gc_s=math.fsum(pause for at_s, pause in self._pauses if begin_s <= at_s < end_s)
                    if self._pauses
                    else math.nan,
                    heap_bytes=_last(self._heap, end_s),
                    rss_bytes=_last(self._resident, end_s),
                    host_load_ratio=machine_ratio,
                )
            begin_s = end_s


def _last(rows: list[tuple[float, float]], end_s: float) -> float:
    """Return the latest value up to a time."""
    return max((row for row in rows if row[0] <= end_s), default=(0.0, math.nan))[1]


def _time_s(text: str | None) -> float:
    return datetime.fromisoformat(text).timestamp() if text else math.nan


def _duration_s(text: str | None) -> float:
    """Return the seconds of a duration as ISO 8601 writes it: ``PT1M0.5S``."""
    if not (found := _DURATION.fullmatch(text or "")):
        return 0.0
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
