"""What profilers tell about the processes of an application: use of resources, threads and sampled stacks.

Every format is read into the same records. One that knows less (no times, no processes) fills fewer of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Role = Literal["jvm", "python", "unknown"]
ThreadKind = Literal["java", "gc", "jit", "vm", "native", "python"]

NO_FLOATS: Floats = np.empty(0)
NO_INTS: Ints = np.empty(0, dtype=np.int64)
NO_BOOLS: Bools = np.empty(0, dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class _Table:
    """Columns of the same length."""

    def __len__(self) -> int:
        return max((len(column) for _, column in self._columns()), default=0)

    def _columns(self) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        for each in fields(self):
            if isinstance(value := getattr(self, each.name), np.ndarray):
                yield each.name, value


@dataclass(frozen=True, slots=True)
class Usage(_Table):
    """What a process used in the intervals between two looks at it, by time; NaN where it is not known."""

    start_s: Floats = field(default_factory=lambda: NO_FLOATS)
    """Begin of each interval, seconds since 1970."""
    end_s: Floats = field(default_factory=lambda: NO_FLOATS)
    cpu_s: Floats = field(default_factory=lambda: NO_FLOATS)
    """CPU time of the process in the interval, user and system."""
    gc_s: Floats = field(default_factory=lambda: NO_FLOATS)
    """Time its collectors report in the interval; with parallel collectors not CPU time but a pause."""
    heap_bytes: Floats = field(default_factory=lambda: NO_FLOATS)
    """Java heap in use at the end."""
    rss_bytes: Floats = field(default_factory=lambda: NO_FLOATS)
    """Resident memory at the end."""
    python_cpu_s: Floats = field(default_factory=lambda: NO_FLOATS)
    """CPU time of the Python workers below the process."""
    python_rss_bytes: Floats = field(default_factory=lambda: NO_FLOATS)
    host_load_ratio: Floats = field(default_factory=lambda: NO_FLOATS)
    """Busy share of all processors of the machine, 0 to 1."""
    allocated_bytes: Floats = field(default_factory=lambda: NO_FLOATS)
    """Allocated on the Java heap in the interval."""
    throttled_s: Floats = field(default_factory=lambda: NO_FLOATS)
    """For how long the container was stopped because it had used up its CPU quota."""

    @property
    def duration_s(self) -> Floats:
        """Length of each interval."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class ThreadName:
    """A thread under one of its names."""

    name: str
    """Such as ``Executor task launch worker for task 1.0 in stage 0.0 (TID 1)``."""
    kind: ThreadKind = "java"
    pool: str = ""
    """Name without what differs between threads of a pool; empty if not told."""
    thread: int = -1
    """Number that stays when a thread is renamed; -1 if not told."""


@dataclass(frozen=True, slots=True)
class ThreadUse(_Table):
    """CPU time of single threads, or of all threads of a name, in intervals, by time."""

    names: tuple[ThreadName, ...] = ()
    start_s: Floats = field(default_factory=lambda: NO_FLOATS)
    end_s: Floats = field(default_factory=lambda: NO_FLOATS)
    name: Ints = field(default_factory=lambda: NO_INTS)
    """Index in ``names``: how the thread was called at the end of the interval."""
    before: Ints = field(default_factory=lambda: NO_INTS)
    """Index in ``names``: how it was called when the interval began. Where that is another name, the CPU time
    belongs to both, and to names that it may have had in between."""
    cpu_s: Floats = field(default_factory=lambda: NO_FLOATS)


@dataclass(frozen=True, slots=True)
class Stacks(_Table):
    """Sampled stacks; of each row a stack, of what thread it is if that is known, and its weight."""

    unit: Literal["s", "samples"] = "samples"
    """Of the weights: seconds, or a number that the profiler counted (samples, cycles, faults)."""
    frames: tuple[str, ...] = ()
    """Distinct frames as the profiler writes them; `frames.plain` makes them alike."""
    stacks: tuple[tuple[int, ...], ...] = ()
    """Distinct stacks: indices in ``frames``, outermost call first."""
    threads: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    """Distinct thread states, such as ``RUNNABLE``."""
    start_s: Floats = field(default_factory=lambda: NO_FLOATS)
    """Begin of the time that the samples of a row are from, seconds since 1970; NaN if not told."""
    end_s: Floats = field(default_factory=lambda: NO_FLOATS)
    stack: Ints = field(default_factory=lambda: NO_INTS)
    """Index in ``stacks``."""
    thread: Ints = field(default_factory=lambda: NO_INTS)
    """Index in ``threads``, or -1."""
    state: Ints = field(default_factory=lambda: NO_INTS)
    """Index in ``states``, or -1."""
    weight: Floats = field(default_factory=lambda: NO_FLOATS)
    on_cpu: Bools = field(default_factory=lambda: NO_BOOLS)
    """False where the profiler says that the thread waited. A thread that waits in native code looks as
    if it were running to Java's own means."""

    @property
    def total(self) -> float:
        """Sum of all weights."""
        return math.fsum(self.weight.tolist())

    def texts(self) -> list[str]:
        """Return each distinct stack as ``outer;inner``; one without frames as ``[unknown]``."""
        return [";".join(self.frames[index] for index in stack) or "[unknown]" for stack in self.stacks]

    def folded(self) -> dict[str, float]:
        """Return the weight of each distinct stack, waiting threads included, sorted by stack."""
        sums = np.bincount(self.stack, weights=self.weight, minlength=len(self.stacks))
        return dict(sorted((text, float(sums[i])) for i, text in enumerate(self.texts())))


@dataclass(frozen=True, slots=True)
class ProcessTrace:
    """All that is known about one process; or about several that a format does not tell apart."""

    source: str
    """The format it was read from, such as ``jvm-profiler``; several are joined by ``+``."""
    files: tuple[str, ...]
    """Where it was read."""
    role: Role = "unknown"
    executor: str | None = None
    """``driver``, or the executor's identifier."""
    application: str | None = None
    host: str | None = None
    pid: int | None = None
    identity: str = ""
    """What else tells it from others: an UUID, a name."""
    cores: int | None = None
    """Processors the process may use, where that is told."""
    cpu_before_s: float = math.nan
    """CPU time of the process before the first interval, from its start."""
    usage: Usage = field(default_factory=Usage)
    threads: ThreadUse = field(default_factory=ThreadUse)
    stacks: Stacks = field(default_factory=Stacks)

    @property
    def label(self) -> str:
        """How to call the process in tables: executor, or process and machine."""
        if self.executor:
            name = self.executor if self.executor == "driver" else f"executor {self.executor}"
            return f"{name} (Python)" if self.role == "python" else name
        if self.pid is not None:
            name = f"{self.role if self.role != 'unknown' else 'process'} {self.pid}"
            return f"{name}@{self.host}" if self.host else name
        return self.identity or self.host or "all processes"

    def span_s(self) -> tuple[float, float] | None:
        """Return first and last time anything is known of; None if no times are told."""
        begins = [t.start_s for t in (self.usage, self.threads, self.stacks) if len(t)]
        ends = [t.end_s for t in (self.usage, self.threads, self.stacks) if len(t)]
        known = [
            (np.nanmin(begin), np.nanmax(end))
            for begin, end in zip(begins, ends, strict=True)
            if not (np.all(np.isnan(begin)) or np.all(np.isnan(end)))
        ]
        if not known:
            return None
        return float(min(begin for begin, _ in known)), float(max(end for _, end in known))


@dataclass(frozen=True, slots=True)
class Samples:
    """What was read from profilers of one application."""

    processes: tuple[ProcessTrace, ...]
    notes: tuple[str, ...] = ()
    """What is unusual or missing, one sentence each."""
