"""What CPU a process used over time, by category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...sources.profilers.records import ProcessTrace
from ...sources.spark import TaskTimes
from ...sources.spark.records import Floats
from ...sources.spark.task_times import Ints
from .accrual import accrued
from .categories import CATEGORIES, Category, of_thread
from .matching import Match, task_id

_STEP_S = 0.5
"""Shortest step in time: operating systems count the CPU of processes in steps of 10 ms."""
_POSITION = {name: i for i, name in enumerate(CATEGORIES)}


@dataclass(frozen=True, slots=True)
class TaskUse:
    """CPU time of the threads of tasks, in pieces that each belong to one task."""

    task: Ints
    """Index in `TaskTimes`."""
    begin_s: Floats
    """Seconds after application start."""
    end_s: Floats
    cpu_s: Floats

    def scaled(self, factor: float) -> TaskUse:
        """Return the same pieces with other CPU times."""
        return TaskUse(self.task, self.begin_s, self.end_s, self.cpu_s * factor)

    def within(self, begin_s: float, end_s: float) -> TaskUse:
        """Return what of the pieces lies between two times."""
        begin, end = np.clip(self.begin_s, begin_s, end_s), np.clip(self.end_s, begin_s, end_s)
        length = self.end_s - self.begin_s
        inside = (self.begin_s >= begin_s) & (self.end_s <= end_s)
        share = np.divide(end - begin, length, out=inside.astype(float), where=length > 0)
        return TaskUse(self.task, begin, end, self.cpu_s * share)


@dataclass(frozen=True, slots=True)
class Course:
    """One executor or driver over time."""

    match: Match
    at_s: Floats
    """Ascending times after application start, shape ``(n,)``."""
    core_s: Floats
    """Core seconds used until each time, by `CATEGORIES`, shape ``(n_categories, n)``."""
    tasks: TaskUse
    """What is in ``task``."""
    known_threads: bool
    """Whether the CPU of threads was measured, and not only that of the process."""

    def allocated_bytes(self, at_s: Floats) -> Floats:
        """Return what was allocated on the Java heap until given times; zeros if not known."""
        usage = self.match.jvm.usage
        told = ~np.isnan(usage.allocated_bytes)
        begin, end = usage.start_s[told] - self.match.start_s, usage.end_s[told] - self.match.start_s
        return accrued(begin, end, usage.allocated_bytes[told], at_s)

    @property
    def process_core_s(self) -> Floats:
        """Core seconds of process and Python workers until each time, shape ``(n,)``."""
        return np.asarray(self.core_s.sum(axis=0))

    def of(self, category: Category) -> Floats:
        """Return the core seconds of a category until each time."""
        return np.asarray(self.core_s[_POSITION[category]])


def course(match: Match, tasks: TaskTimes) -> Course | None:
    """Return what a process used over time, or None if samples tell no times and CPU.

    The categories add up to what the operating system counted for the process and its Python workers. What
    is left of it after all that is known (threads that ended between two looks, libraries) is ``other``.
    Where threads are not told, tasks use what the event log says.

    Parameters
    ----------
    match
        The process.
    tasks
        All tasks of the run.
    """
    process = match.jvm
    begin, end, cpu = _rows(process, match.start_s)
    if not len(cpu):
        return None
    at = _grid(begin, end)
    before = 0.0 if np.isnan(process.cpu_before_s) else process.cpu_before_s
    total = before + accrued(begin, end, cpu, at)
    parts = np.zeros((len(CATEGORIES), len(at)))
    mine = np.flatnonzero(np.array([e == match.executor for e in _names(tasks)], dtype=bool)[tasks.executor])
    known = bool(len(process.threads)) or bool(_sampled_threads(process).any())
    if known:
        use = _threads(process, match.start_s, tasks, mine, at, parts)
    else:
        use = TaskUse(mine, tasks.begin_s[mine], tasks.end_s[mine], tasks.cpu_s[mine])
    use = use.within(at[0] if np.isnan(process.cpu_before_s) else -np.inf, at[-1])
    _collections(process, match.start_s, at, parts, known=known)
    parts[_POSITION["task"]] = accrued(use.begin_s, use.end_s, use.cpu_s, at)
    if (named := float(parts[:, -1].sum())) > total[-1]:  # the process's clock counts coarser
        parts *= total[-1] / named
        use = use.scaled(total[-1] / named)
    left = np.maximum(total - parts.sum(axis=0), 0.0)
    # The clocks of threads and process differ in single steps; what is left never becomes less.
    parts[_POSITION["other"]] += np.minimum.accumulate(left[::-1])[::-1]
    parts[_POSITION["python"]] += _python(match, at)
    return Course(match, at, parts, use, known)


def _names(tasks: TaskTimes) -> list[str]:
    return ["driver" if e in ("<driver>", "localhost") else e for e in tasks.executors]


def _sampled_threads(process: ProcessTrace) -> NDArray[np.bool_]:
    """Return which samples tell of the CPU of a thread at a time."""
    stacks = process.stacks
    known = stacks.on_cpu & (stacks.thread >= 0) & ~np.isnan(stacks.start_s)
    return known & (stacks.unit == "s")


def _rows(process: ProcessTrace, start_s: float) -> tuple[Floats, Floats, Floats]:
    """Return intervals with the CPU of the process; of its threads or samples where it is not told."""
    usage, threads, stacks = process.usage, process.threads, process.stacks
    told = ~np.isnan(usage.cpu_s)
    if told.any():
        return usage.start_s[told] - start_s, usage.end_s[told] - start_s, usage.cpu_s[told]
    if len(threads):
        return threads.start_s - start_s, threads.end_s - start_s, threads.cpu_s
    timed = stacks.on_cpu & ~np.isnan(stacks.start_s)
    if stacks.unit == "s" and timed.any():
        return stacks.start_s[timed] - start_s, stacks.end_s[timed] - start_s, stacks.weight[timed]
    return np.empty(0), np.empty(0), np.empty(0)


def _grid(begin: Floats, end: Floats) -> Floats:
    """Return the times at which intervals begin and end, no nearer to each other than a step."""
    times = np.unique(np.concatenate([begin, end]))
    kept = [float(times[0])]
    for time in times[1:-1].tolist():
        if time - kept[-1] >= _STEP_S and times[-1] - time >= _STEP_S:
            kept.append(time)
    return np.array([*kept, float(times[-1])] if len(times) > 1 else kept)


def _threads(
    process: ProcessTrace, start_s: float, tasks: TaskTimes, mine: Ints, at: Floats, parts: Floats
) -> TaskUse:
    """Put the CPU of threads into its categories, and return that of tasks."""
    threads, stacks = process.threads, process.stacks
    if len(threads):
        names = [(thread.name, str(thread.kind)) for thread in threads.names]
        name, before, begin, end = threads.name, threads.before, threads.start_s, threads.end_s
        cpu = threads.cpu_s
    else:
        on = _sampled_threads(process)
        names = [(thread, "") for thread in stacks.threads]
        name = before = stacks.thread[on]
        begin, end, cpu = stacks.start_s[on], stacks.end_s[on], stacks.weight[on]
    begin, end = begin - start_s, end - start_s
    category = np.array([_POSITION[of_thread(*each)] for each in names], dtype=np.int64)[name]
    for number in np.unique(category).tolist():
        if number != _POSITION["task"]:
            rows = category == number
            parts[number] += accrued(begin[rows], end[rows], cpu[rows], at)
    of_tasks = np.flatnonzero(category == _POSITION["task"])
    numbers = np.array([task_id(thread) for thread, _ in names], dtype=np.int64)
    return _pieces(
        numbers[name[of_tasks]],
        numbers[before[of_tasks]],
        *(column[of_tasks] for column in (begin, end, cpu)),
        tasks=tasks,
        mine=mine,
    )


def _pieces(
    now: Ints, before: Ints, begin: Floats, end: Floats, cpu: Floats, *, tasks: TaskTimes, mine: Ints
) -> TaskUse:
    """Give the CPU of task threads to tasks.

    A thread with the same task's name at both ends of an interval worked for this task. Otherwise the tasks
    of the executor in that interval share what it used, as the event log says of their CPU.
    """
    of = dict(zip(tasks.id[mine].tolist(), mine.tolist(), strict=True))
    index = np.array([of.get(number, -1) for number in now.tolist()], dtype=np.int64)
    sure = (index >= 0) & (now == before)
    pieces = [(index[sure], begin[sure], end[sure], cpu[sure])]
    order = mine[np.argsort(tasks.begin_s[mine], kind="stable")]
    starts, ends = tasks.begin_s[order], tasks.end_s[order]
    longest_s = float((ends - starts).max()) if len(order) else 0.0
    rate = tasks.cpu_s[order] / np.maximum(ends - starts, 1e-3)
    rows = np.flatnonzero(~sure)
    first = np.searchsorted(starts, begin[rows] - longest_s, side="left")
    last = np.searchsorted(starts, end[rows], side="right")
    for row, low, high in zip(rows.tolist(), first.tolist(), last.tolist(), strict=True):
        some = slice(low, high)
        shared = np.minimum(ends[some], end[row]) - np.maximum(starts[some], begin[row])
        weight = np.maximum(shared, 0.0) * rate[some]
        named = np.isin(tasks.id[order[some]], (now[row], before[row]))
        if weight[named].sum() > 0:
            between = (starts[some] >= begin[row]) & (ends[some] <= end[row])
            weight = weight * (named | between)
        if (sum_ := weight.sum()) > 0:
            some_tasks = order[some][weight > 0]
            shares = cpu[row] * weight[weight > 0] / sum_
        elif len(order):  # between tasks: the nearest one, whose result is still on its way
            nearest = min(max(int(np.searchsorted(starts, begin[row], side="right")) - 1, 0), len(order) - 1)
            some_tasks, shares = order[[nearest]], np.array([cpu[row]])
        else:
            continue
        count = len(some_tasks)
        pieces.append((some_tasks, np.full(count, begin[row]), np.full(count, end[row]), shares))
    columns = [np.concatenate(column) for column in zip(*pieces, strict=True)]
    return TaskUse(columns[0].astype(np.int64), *columns[1:])


def _collections(process: ProcessTrace, start_s: float, at: Floats, parts: Floats, *, known: bool) -> None:
    """Count pauses as garbage collection where no thread of a collector was seen.

    The serial collector works in the thread of the VM, so that its CPU is in ``other``; elsewhere a pause
    is at least this much CPU.
    """
    usage = process.usage
    told = ~np.isnan(usage.gc_s)
    if parts[_POSITION["gc"], -1] > 0 or not told.any():
        return
    gc = accrued(usage.start_s[told] - start_s, usage.end_s[told] - start_s, usage.gc_s[told], at)
    if known:
        vm = [i for i, thread in enumerate(process.threads.names) if thread.kind == "vm"]
        rows = np.isin(process.threads.name, vm)
        threads = process.threads
        by_vm = accrued(
            threads.start_s[rows] - start_s, threads.end_s[rows] - start_s, threads.cpu_s[rows], at
        )
        gc = np.concatenate([[0.0], np.cumsum(np.minimum(np.diff(gc), np.diff(by_vm)))])
        parts[_POSITION["other"]] -= gc
    parts[_POSITION["gc"]] += gc


def _python(match: Match, at: Floats) -> Floats:
    """Return the CPU of Python workers until each time."""
    total = np.zeros(len(at))
    usage = match.jvm.usage
    told = ~np.isnan(usage.python_cpu_s)
    if told.any():
        total += accrued(
            usage.start_s[told] - match.start_s,
            usage.end_s[told] - match.start_s,
            usage.python_cpu_s[told],
            at,
        )
        return total
    for process in match.python:
        begin, end, cpu = _rows(process, match.start_s)
        total += accrued(begin, end, cpu, at)
        if not np.isnan(process.cpu_before_s):
            total += process.cpu_before_s
    return total
