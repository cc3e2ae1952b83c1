"""Which process is which executor, and how its clock stands to that of the event log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from ...sources.profilers.records import ProcessTrace, Samples
from ...sources.spark import ExecutorRecord, SparkRun, TaskTimes
from .categories import TASK_ID

DRIVER = "driver"
_DRIVERS = (DRIVER, "<driver>", "localhost")
_EARLIEST_START_S = 300.0
"""A process that begins longer before its executor registers is not that executor's."""
_CLOCKS_AGREE_S = 0.5
"""Smaller differences of clocks are within what a task's launch and end take."""


@dataclass(frozen=True, slots=True)
class Match:
    """The processes of one executor, or of the driver."""

    executor: str
    """Identifier in the event log, or ``driver``."""
    record: ExecutorRecord | None
    """None for a driver that runs no tasks."""
    jvm: ProcessTrace
    python: tuple[ProcessTrace, ...] = ()
    """Its Python workers, where they are told by themselves."""
    start_s: float = 0.0
    """Application start by the clock of the samples, seconds since 1970."""


@dataclass(slots=True)
class _Processes:
    jvm: list[ProcessTrace] = field(default_factory=list)
    python: list[ProcessTrace] = field(default_factory=list)


def match(run: SparkRun, samples: Samples) -> tuple[tuple[Match, ...], tuple[str, ...]]:
    """Return the processes of each executor and of the driver, and what was unusual about that.

    A process that tells its executor is believed, one of another application left out. All others are taken
    for the executor of the same host that registered soonest after the process began.

    Parameters
    ----------
    run
        The run; with `SparkRun.task_times` clocks are compared.
    samples
        What profilers tell.
    """
    notes: list[str] = []
    mine = [p for p in samples.processes if _of_run(p, run)]
    if others := len(samples.processes) - len(mine):
        notes.append(f"{others} of {len(samples.processes)} sampled processes are of other runs; not used")
    records = {_name(e.id): e for e in run.executors}
    found: dict[str, _Processes] = defaultdict(_Processes)
    unnamed = []
    for process in mine:
        name = _name(process.executor) if process.executor else ""
        if name and name not in records and name != DRIVER:
            notes.append(f"{process.label} is no executor of the event log; not used")
        elif name:
            (found[name].python if process.role == "python" else found[name].jvm).append(process)
        elif process.role != "python":
            unnamed.append(process)
    _by_lifetime(run, unnamed, found, notes)
    matches = []
    for name, processes in found.items():
        if processes.jvm:
            jvm = max(processes.jvm, key=_cpu_s)
            if len(processes.jvm) > 1:
                notes.append(
                    f"{len(processes.jvm)} processes say they are {jvm.label}; the one with most CPU counts"
                )
            start_s, differs_s = _clock(run, name, jvm)
            if differs_s:
                notes.append(
                    f"the clock of {jvm.label} differs by {differs_s:+.1f} s from the event log's; corrected"
                )
            matches.append(Match(name, records.get(name), jvm, tuple(processes.python), start_s))
    order = {name: i for i, name in enumerate(records)}
    return tuple(sorted(matches, key=lambda m: order.get(m.executor, -1))), tuple(notes)


def _of_run(process: ProcessTrace, run: SparkRun) -> bool:
    """Return whether a process says it is of the run; if it does not say, whether it lived at the time."""
    if process.application is not None:
        return process.application == run.application_id
    if (span := process.span_s()) is None:
        return True
    begin_s, end_s = (time - run.started_epoch_s for time in span)
    return end_s > 0 and -_EARLIEST_START_S < begin_s < max(run.response_time_s, run.covered_s[1])


def _name(executor: str) -> str:
    return DRIVER if executor in _DRIVERS else executor


def _cpu_s(process: ProcessTrace) -> float:
    return float(np.nansum(process.usage.cpu_s)) + float(process.threads.cpu_s.sum())


def _by_lifetime(
    run: SparkRun, unnamed: Iterable[ProcessTrace], found: dict[str, _Processes], notes: list[str]
) -> None:
    """Give processes that do not tell their executor to executors that have none yet."""
    pairs = []
    free = {_name(e.id): e for e in run.executors if _name(e.id) not in found}
    for process in unnamed:
        if (span := process.span_s()) is None:
            continue
        begin_s, end_s = (time - run.started_epoch_s for time in span)
        for name, executor in free.items():
            gone_s = executor.removed_s if executor.removed_s is not None else run.response_time_s
            elsewhere = process.host and executor.host not in ("unknown", process.host)
            waited_s = executor.added_s - begin_s
            if (
                not elsewhere
                and begin_s < gone_s
                and end_s > executor.added_s
                and waited_s < _EARLIEST_START_S
            ):
                pairs.append((abs(waited_s), id(process), process, name))
    taken: set[int] = set()
    for _, number, process, name in sorted(pairs, key=lambda pair: pair[:2]):
        if name in free and number not in taken:
            del free[name]
            taken.add(number)
            found[name].jvm.append(process)
            notes.append(f"{process.label} is taken for executor {name} by host and time")


def _clock(run: SparkRun, executor: str, process: ProcessTrace) -> tuple[float, float]:
    """Return when the application started by the clock of a process, and by how much that differs.

    A thread that is named after a task is seen with this name at no time before the task was launched. So
    where clocks agree, the first sight of tasks comes soon after their launch.
    """
    start_s = run.started_epoch_s
    threads, tasks = process.threads, run.task_times
    if tasks is None or not len(threads):
        return start_s, 0.0
    numbers = [task_id(thread.name) for thread in threads.names]
    launched_s = _launches(tasks, executor)
    seen_s: dict[int, float] = {}
    for name, end_s in zip(threads.name.tolist(), threads.end_s.tolist(), strict=True):
        if numbers[name] in launched_s:
            seen_s.setdefault(numbers[name], end_s)
    if not seen_s:
        return start_s, 0.0
    late_s = np.array([seen - start_s - launched_s[number] for number, seen in seen_s.items()])
    usual_s = float(np.median(threads.end_s - threads.start_s))
    differs_s = float(np.median(late_s)) - usual_s / 2
    if abs(differs_s) < _CLOCKS_AGREE_S + usual_s:
        return start_s, 0.0
    return start_s + differs_s, differs_s


def _launches(tasks: TaskTimes, executor: str) -> dict[int, float]:
    mine = np.array([_name(e) == executor for e in tasks.executors], dtype=bool)[tasks.executor]
    return dict(zip(tasks.id[mine].tolist(), tasks.begin_s[mine].tolist(), strict=True))


def task_id(thread: str) -> int:
    """Return the number of the task that a thread is named after, or -1."""
    found = TASK_ID.search(thread)
    return int(found[1]) if found else -1
