"""Gather what files tell about processes; several files can tell about the same one."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from .records import Floats, ProcessTrace, Role, Samples, Stacks, ThreadName, ThreadUse, Usage


@dataclass(slots=True)
class Gathered:
    """All processes that files told of so far, and notes."""

    processes: dict[tuple[object, ...], ProcessBuilder] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def process(self, source: str, file: str, *key: object, role: Role = "unknown") -> ProcessBuilder:
        """Return the process that a key stands for, new or known from another file.

        Parameters
        ----------
        source, file
            Format and place that tell of it now.
        key
            What tells it from others: machine and number, an UUID, or the file where nothing else does.
        role
            Kind of process; part of the key.
        """
        found = self.processes.setdefault((role, *key), ProcessBuilder(role))
        if source not in found.sources:
            found.sources.append(source)
        if file not in found.files:
            found.files.append(file)
        return found

    def note(self, sentence: str) -> None:
        """Remember a sentence, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def samples(self) -> Samples:
        """Return the records, executors in order, and the driver first."""
        built = [process.build() for process in self.processes.values()]
        cut = sorted(
            trace.label
            for trace, process in zip(built, self.processes.values(), strict=True)
            if process.ended is False
        )
        if cut:
            shown = ", ".join(cut[:3]) + (f" and {len(cut) - 3} more" if len(cut) > 3 else "")
            self.note(f"the recording of {shown} has no end: the process was killed or still ran")
        return Samples(tuple(sorted(built, key=_order)), tuple(self.notes))


def _order(trace: ProcessTrace) -> tuple[object, ...]:
    executor = trace.executor or ""
    number = int(executor) if executor.isdecimal() else -1
    return (not executor, number, executor, trace.role, trace.host or "", trace.pid or 0)


class Columns:
    """Rows of numbers, kept one after the other until they become columns."""

    def __init__(self, *names: str) -> None:
        self._names = names
        self._rows = array("d")

    def add(self, **values: float) -> None:
        """Append a row; what is not given is NaN."""
        self._rows.extend([values.get(name, math.nan) for name in self._names])

    def append(self, *values: float) -> None:
        """Append a row with a value for every column, in their order."""
        self._rows.extend(values)

    def floats(self, *order: str) -> dict[str, Floats]:
        """Return all columns, rows sorted by some of them, the first counts most; NaN last."""
        table = np.array(self._rows).reshape(-1, len(self._names))
        keys = [table[:, self._names.index(name)] for name in reversed(order)]
        table = table[np.lexsort(keys)] if len(table) else table
        return {name: table[:, i].copy() for i, name in enumerate(self._names)}


class Interned:
    """Distinct values by number."""

    def __init__(self) -> None:
        self.numbers: dict[object, int] = {}

    def number(self, value: object) -> int:
        """Return the number of a value, a new one if it is new."""
        return self.numbers.setdefault(value, len(self.numbers))


@dataclass(slots=True)
class ProcessBuilder:
    """One process on its way into a `ProcessTrace`."""

    role: Role
    sources: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    executor: str | None = None
    application: str | None = None
    host: str | None = None
    pid: int | None = None
    identity: str = ""
    cores: int | None = None
    cpu_before_s: float = math.nan
    ended: bool | None = None
    """Whether the profiler wrote its last record; None where a format has none."""
    unit: Literal["s", "samples"] = "samples"
    """Of the weights of stacks. Where it is samples, `period_s` can still turn them into seconds."""
    period_s: float = math.nan
    """Seconds a sample stands for, once they are known."""
    _usage: Columns = field(
        default_factory=lambda: Columns(
            *("start_s", "end_s", "cpu_s", "gc_s", "heap_bytes", "rss_bytes"),
            *("python_cpu_s", "python_rss_bytes", "host_load_ratio", "allocated_bytes", "throttled_s"),
        )
    )
    _threads: Columns = field(default_factory=lambda: Columns("start_s", "end_s", "name", "before", "cpu_s"))
    _names: Interned = field(default_factory=Interned)
    _stacks: Columns = field(
        default_factory=lambda: Columns("start_s", "end_s", "stack", "thread", "state", "weight", "on_cpu")
    )
    _frames: Interned = field(default_factory=Interned)
    _distinct: Interned = field(default_factory=Interned)
    _sampled: Interned = field(default_factory=Interned)
    _states: Interned = field(default_factory=Interned)

    def add_usage(self, start_s: float, end_s: float, **values: float) -> None:
        """Add an interval with what is known of the columns of `Usage`."""
        self._usage.add(start_s=start_s, end_s=end_s, **values)

    def add_thread(
        self,
        start_s: float,
        end_s: float,
        name: ThreadName,
        cpu_s: float,
        *,
        before: ThreadName | None = None,
    ) -> None:
        """Add the CPU time of a thread in an interval, and its name before if that was another."""
        number = self._names.number(name)
        former = number if before is None else self._names.number(before)
        self._threads.append(start_s, end_s, number, former, cpu_s)

    def add_stack(
        self,
        frames: Sequence[str],
        weight: float,
        *,
        start_s: float = math.nan,
        end_s: float = math.nan,
        thread: str | None = None,
        state: str | None = None,
        on_cpu: bool = True,
    ) -> None:
        """Add samples of one stack, outermost frame first."""
        self.add_interned(
            self.intern(frames),
            weight,
            start_s=start_s,
            end_s=end_s,
            thread=thread,
            state=state,
            on_cpu=on_cpu,
        )

    def intern(self, frames: Sequence[str]) -> int:
        """Return the number of a stack, for `add_interned`."""
        return self._distinct.number(tuple(self._frames.number(frame) for frame in frames))

    def add_interned(
        self,
        stack: int,
        weight: float,
        *,
        start_s: float = math.nan,
        end_s: float = math.nan,
        thread: str | None = None,
        state: str | None = None,
        on_cpu: bool = True,
    ) -> None:
        """Add samples of a stack that was interned before."""
        thread_number = -1 if thread is None else self._sampled.number(thread)
        state_number = -1 if state is None else self._states.number(state)
        self._stacks.append(start_s, end_s, stack, thread_number, state_number, weight, on_cpu)

    def build(self) -> ProcessTrace:
        """Return the records, sorted by time."""
        return ProcessTrace(
            source="+".join(self.sources),
            files=tuple(self.files),
            role=self.role,
            executor=self.executor,
            application=self.application,
            host=self.host,
            pid=self.pid,
            identity=self.identity,
            cores=self.cores,
            cpu_before_s=self.cpu_before_s,
            usage=Usage(**self._usage.floats("start_s", "end_s")),
            threads=self._built_threads(),
            stacks=self._built_stacks(),
        )

    def _built_threads(self) -> ThreadUse:
        columns = self._threads.floats("start_s", "name")
        return ThreadUse(
            names=tuple(self._names.numbers),  # type: ignore[arg-type]
            start_s=columns["start_s"],
            end_s=columns["end_s"],
            name=columns["name"].astype(np.int64),
            before=columns["before"].astype(np.int64),
            cpu_s=columns["cpu_s"],
        )

    def _built_stacks(self) -> Stacks:
        columns = self._stacks.floats("start_s")
        unit, weight = self.unit, columns["weight"]
        if unit == "samples" and not math.isnan(self.period_s):
            unit, weight = "s", weight * self.period_s
        return Stacks(
            unit=unit,
            frames=tuple(str(frame) for frame in self._frames.numbers),
            stacks=tuple(self._distinct.numbers),  # type: ignore[arg-type]
            threads=tuple(str(name) for name in self._sampled.numbers),
            states=tuple(str(state) for state in self._states.numbers),
            start_s=columns["start_s"],
            end_s=columns["end_s"],
            stack=columns["stack"].astype(np.int64),
            thread=columns["thread"].astype(np.int64),
            state=columns["state"].astype(np.int64),
            weight=weight,
            on_cpu=columns["on_cpu"].astype(np.bool_),
        )
