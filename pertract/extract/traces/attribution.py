"""Which stage used what CPU, and what for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from ...errors import SourceMismatch
from ...sources.profilers import frames
from ...sources.profilers.records import Samples, Stacks
from ...sources.spark import SparkRun, TaskTimes
from ...sources.spark.records import Floats
from ...sources.spark.task_times import Ints
from ...units import counted
from ..execution import attempt_id
from .accrual import accrued, spread
from .categories import CATEGORIES, IN_TASKS, of_stack, of_thread, runs_task
from .courses import Course, course
from .matching import DRIVER, match, task_id

COVERED = 0.95
"""Share of an executor's life below which its samples are said to be incomplete."""
_FEW_S, _FEW = 0.2, 20  # seconds or samples of stacks below which a stage has the shares of all stages
_POSITION = {name: i for i, name in enumerate(CATEGORIES)}


@dataclass(frozen=True, slots=True)
class Attribution:
    """CPU of the executors and the driver by stage and category.

    For each executor, all of it adds up to what the operating system counted for its process and its Python
    workers.
    """

    executors: tuple[str, ...]
    """Those with samples; ``driver`` is the driver's process."""
    stages: tuple[str, ...]
    """Stages as in the model; the last one is empty and stands for the time outside of stages."""
    core_s: Floats
    """Core seconds, shape ``(n_executors, n_stages + 1, n_categories)``; see `CATEGORIES`."""
    allocated_bytes: Floats
    """Allocated on the Java heaps of executors, shape ``(n_stages + 1,)``; zeros if samples do not tell."""
    idle_s: Floats
    """Time of slots without a task, shape ``(n_executors, n_stages + 1)``, seconds."""
    process_core_s: Floats
    """What the operating system counted, shape ``(n_executors,)``."""
    task_core_s: Floats
    """CPU of the threads of tasks, shape ``(n_executors, n_stages)``; part of ``core_s``."""
    log_core_s: Floats
    """The same as the event log tells it."""
    paused_s: Floats
    """Time that tasks paused for garbage collection, as the event log tells it, by stage."""
    covered_ratio: Floats
    """Share of the executor's life in which there are samples, shape ``(n_executors,)``."""
    courses: tuple[Course, ...]
    """The same over time."""
    gaps: tuple[str, ...]
    """Executors and times without samples, one sentence each."""
    notes: tuple[str, ...]
    """What else is unusual."""

    def by_stage(self) -> Floats:
        """Return core seconds of all executors without the driver, shape ``(n_stages + 1, n_categories)``."""
        return np.asarray(self.core_s[self.of_executors].sum(axis=0))

    def by_executor(self) -> Floats:
        """Return core seconds of the whole run, shape ``(n_executors, n_categories)``."""
        return np.asarray(self.core_s.sum(axis=1))

    @property
    def gc_ratio(self) -> float:
        """CPU of collectors relative to the pauses that tasks count; 1 if it is more, or not known.

        Where collectors wait for cores, or several tasks count the same pause, it is less.
        """
        used = float(self.core_s[self.of_executors, :, _POSITION["gc"]].sum())
        paused_s = float(self.paused_s.sum())
        return min(1.0, used / paused_s) if used > 0 and paused_s > 0 else 1.0

    @property
    def complete(self) -> bool:
        """Whether there are samples of every executor that ran tasks, for nearly all of its life."""
        return not self.gaps

    @property
    def of_executors(self) -> list[int]:
        """Positions of those that can run tasks."""
        return [i for i, course in enumerate(self.courses) if course.match.record is not None]

    def task_error(self) -> Floats:
        """Return how much the measured CPU of tasks differs from the log's, relative to it, of each stage.

        Shape ``(n_stages,)``; NaN where the log tells none. Zero where samples tell no threads, because the
        log is all there is then.
        """
        mine = self.of_executors
        measured, told = self.task_core_s[mine].sum(axis=0), self.log_core_s[mine].sum(axis=0)
        return np.asarray(np.divide(measured, told, out=np.full(len(told), np.nan), where=told > 0) - 1)


def attribute(run: SparkRun, samples: Samples, *, user_packages: Iterable[str] = ()) -> Attribution:
    """Return what CPU the processes of a run used, by stage and category.

    Parameters
    ----------
    run
        The run, with `SparkRun.task_times`.
    samples
        What profilers recorded meanwhile.
    user_packages
        Beginnings of class names that are the user's code whatever the rules say.

    Raises
    ------
    SourceMismatch
        If no sample belongs to a process of the run.
    """
    assert run.task_times is not None, "read the run with keep_tasks=True"
    tasks = run.task_times
    matches, notes = match(run, samples)
    courses = tuple(c for m in matches if (c := course(m, tasks)) is not None and _touches(c, run))
    if not courses:
        raise SourceMismatch(
            f"no sample tells of CPU in a process of {run.application_id}",
            hint="Give what was recorded during this run; profilers must tell times and executors.",
        )
    stages = (*(attempt_id(*stage) for stage in tasks.stages), "")
    shape = (len(courses), len(stages))
    core_s, idle_s = np.zeros((*shape, len(CATEGORIES))), np.zeros(shape)
    task_s, log_s = np.zeros((2, len(courses), len(tasks.stages)))
    covered, allocated = np.zeros(len(courses)), np.zeros(len(stages))
    paused_s = np.zeros(len(tasks.stages))
    shares = _Shares(tasks, tuple(user_packages), courses)
    windows = _windows(tasks)
    for i, each in enumerate(courses):
        mine = _tasks_of(each, tasks)
        use, count = each.tasks, len(tasks.stages)
        task_s[i] = np.bincount(tasks.stage[use.task], weights=use.cpu_s, minlength=count)
        log_s[i] = np.bincount(tasks.stage[mine], weights=tasks.cpu_s[mine], minlength=count)
        core_s[i] = _by_stage(each, tasks, mine)
        paused_s += np.bincount(tasks.stage[mine], weights=tasks.gc_s[mine], minlength=count)
        core_s[i, :-1, : len(IN_TASKS)] += task_s[i][:, None] * shares.of(each)
        covered[i] = _covered(each, run)
        if each.match.record is not None:
            allocated += _allocated(each, tasks, mine)
            idle_s[i] = _idle(each, run, tasks, mine, windows)
    return Attribution(
        executors=tuple(c.match.executor for c in courses),
        stages=stages,
        core_s=core_s,
        allocated_bytes=allocated,
        idle_s=idle_s,
        process_core_s=np.array([c.process_core_s[-1] for c in courses]),
        task_core_s=task_s,
        log_core_s=log_s,
        paused_s=paused_s,
        covered_ratio=covered,
        courses=courses,
        gaps=tuple(_gaps(run, courses, covered)),
        notes=tuple(dict.fromkeys((*_about(samples, courses), *notes))),
    )


def _about(samples: Samples, courses: Sequence[Course]) -> list[str]:
    """Return the notes on samples, without those on files of other processes."""
    used = {file for course in courses for p in (course.match.jvm, *course.match.python) for file in p.files}
    others = {PurePath(f).name for p in samples.processes for f in p.files if f not in used}
    return [note for note in samples.notes if not any(name in note for name in others)]


def _touches(course: Course, run: SparkRun) -> bool:
    """Return whether a process was seen while the run lasted."""
    return bool(course.at_s[-1] > 0 and course.at_s[0] < max(run.response_time_s, run.covered_s[1]))


def _tasks_of(course: Course, tasks: TaskTimes) -> Ints:
    names = ["driver" if e in ("<driver>", "localhost") else e for e in tasks.executors]
    return np.flatnonzero(np.array([e == course.match.executor for e in names], dtype=bool)[tasks.executor])


def _by_stage(course: Course, tasks: TaskTimes, mine: Ints) -> Floats:
    """Return what other threads than those of tasks used, by stage and category; outside of stages last."""
    count = len(tasks.stages)
    found = np.zeros((count + 1, len(CATEGORIES)))
    begin, end = tasks.begin_s[mine], tasks.end_s[mine]
    busy = accrued(begin, end, end - begin, course.at_s)
    for category in CATEGORIES:
        cumulative = course.of(category)
        if category == "task" or cumulative[-1] <= 0:
            continue
        got = spread(cumulative, course.at_s, busy, begin, end)
        column = found[:, _POSITION[category]]
        column[:count] = np.bincount(tasks.stage[mine], weights=got, minlength=count)
        # What tasks have is never more than there is; rounding may say so.
        column[count] = max(0.0, float(cumulative[-1]) - column[:count].sum())
    return found


def _allocated(course: Course, tasks: TaskTimes, mine: Ints) -> Floats:
    """Return what was allocated by stage, outside of stages last."""
    begin, end = tasks.begin_s[mine], tasks.end_s[mine]
    total = course.allocated_bytes(course.at_s)
    got = spread(total, course.at_s, accrued(begin, end, end - begin, course.at_s), begin, end)
    by_stage = np.bincount(tasks.stage[mine], weights=got, minlength=len(tasks.stages))
    return np.append(by_stage, max(0.0, float(total[-1]) - by_stage.sum()))


class _Shares:
    """Shares of user code, operators and shuffling in the CPU of tasks, from sampled stacks."""

    def __init__(self, tasks: TaskTimes, user_packages: tuple[str, ...], courses: Sequence[Course]) -> None:
        self._stages = len(tasks.stages)
        self._user = user_packages
        self._stage_of = dict(zip(tasks.id.tolist(), tasks.stage.tolist(), strict=True))
        self._weights = {c.match.executor: self._sampled(c.match.jvm.stacks) for c in courses}
        self._units = {c.match.executor: c.match.jvm.stacks.unit for c in courses}
        self._all = np.sum(list(self._weights.values()), axis=0)

    def of(self, course: Course) -> Floats:
        """Return the shares by stage and category of tasks, shape ``(n_stages, len(IN_TASKS))``.

        Where an executor has few samples of a stage, those of all executors count; where these are few,
        too, those of all stages.
        """
        name = course.match.executor
        few = _FEW_S if self._units[name] == "s" else _FEW
        overall = self._all.sum(axis=0)
        if overall.sum() <= 0:
            unknown = np.zeros((self._stages, len(IN_TASKS)))
            unknown[:, _POSITION["task"]] = 1.0
            return unknown
        chosen = np.tile(overall, (self._stages, 1))
        for weights in (self._all[:-1], self._weights[name][:-1]):
            enough = weights.sum(axis=1) >= few
            chosen[enough] = weights[enough]
        return np.asarray(chosen / chosen.sum(axis=1, keepdims=True))

    def _sampled(self, stacks: Stacks) -> Floats:
        """Return the weight of samples by stage and category; samples of unknown stages last."""
        found = np.zeros((self._stages + 1, len(IN_TASKS)))
        if not len(stacks):
            return found
        plain = [frames.plain(frame) for frame in stacks.frames]
        texts = [[plain[i] for i in stack] for stack in stacks.stacks]
        category = np.array([_POSITION[of_stack(text, self._user)] for text in texts], dtype=np.int64)
        in_task = np.array([runs_task(text) for text in texts], dtype=bool)
        threads = stacks.threads
        by_name = np.array([of_thread(thread) == "task" for thread in threads] + [False], dtype=bool)
        stage = np.array(
            [self._stage_of.get(task_id(thread), self._stages) for thread in threads] + [self._stages],
            dtype=np.int64,
        )
        rows = stacks.on_cpu & (by_name[stacks.thread] | in_task[stacks.stack])
        np.add.at(found, (stage[stacks.thread[rows]], category[stacks.stack[rows]]), stacks.weight[rows])
        return found


def _windows(tasks: TaskTimes) -> tuple[Floats, Floats]:
    """Return first launch and last end of each stage."""
    begin, end = np.full(len(tasks.stages), np.inf), np.full(len(tasks.stages), -np.inf)
    np.minimum.at(begin, tasks.stage, tasks.begin_s)
    np.maximum.at(end, tasks.stage, tasks.end_s)
    return begin, end


def _idle(
    course: Course, run: SparkRun, tasks: TaskTimes, mine: Ints, windows: tuple[Floats, Floats]
) -> Floats:
    """Return the time of slots without a task by stage that was running; outside of stages last."""
    record = course.match.record
    assert record is not None
    gone_s = record.removed_s if record.removed_s is not None else run.response_time_s
    gone_s = max(gone_s, record.added_s)
    begin, end = np.clip(windows[0], record.added_s, gone_s), np.clip(windows[1], record.added_s, gone_s)
    launched, ended = (np.clip(t[mine], record.added_s, gone_s) for t in (tasks.begin_s, tasks.end_s))
    at = np.unique(np.concatenate([[record.added_s, gone_s], begin, end, launched, ended]))
    busy = accrued(launched, ended, ended - launched, at)
    free = np.concatenate([[0.0], np.cumsum(np.maximum(np.diff(at) * record.slots - np.diff(busy), 0.0))])
    running = accrued(begin, end, end - begin, at)
    by_stage = spread(free, at, running, begin, end)
    return np.append(by_stage, max(0.0, float(free[-1]) - by_stage.sum()))


def _covered(course: Course, run: SparkRun) -> float:
    """Return the share of the time from registration to the end in which there are samples."""
    record = course.match.record
    begin_s = record.added_s if record else 0.0
    gone_s = record.removed_s if record and record.removed_s is not None else run.response_time_s
    if gone_s <= begin_s:
        return 1.0
    return float(
        np.clip(min(course.at_s[-1], gone_s) - max(course.at_s[0], begin_s), 0, None) / (gone_s - begin_s)
    )


def _gaps(run: SparkRun, courses: Sequence[Course], covered: Floats) -> list[str]:
    notes = []
    sampled = {course.match.executor for course in courses}
    used = [e for e in run.executors if e.tasks]
    absent = [
        e.id
        for e in used
        if e.id not in sampled and not (DRIVER in sampled and e.id in ("<driver>", "localhost"))
    ]
    if absent:
        names = ", ".join(absent[:5]) + (" ..." if len(absent) > 5 else "")
        notes.append(
            f"no samples of {len(absent)} of {counted(len(used), 'executor')} ({names}); the others count"
        )
    partly = [c.match.executor for c, share in zip(courses, covered, strict=True) if share < COVERED]
    if partly:
        names = ", ".join(partly[:5]) + (" ..." if len(partly) > 5 else "")
        notes.append(f"samples of {names} do not cover the whole time; CPU of the rest is missing")
    return notes
