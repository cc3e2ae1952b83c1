"""Put together what is known of a run from samples, and from its event log if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import NoUsableRun
from ...sources.profilers import ProcessTrace, Samples
from ...sources.profilers.records import Floats
from ...sources.spark import SparkRun
from ..execution import attempt_id
from ..traces import CATEGORIES, attribute
from .split import split
from .stacks import StackTable, stack_table
from .stages import order, stage_of, stages_of_tasks


@dataclass(frozen=True, slots=True)
class ExecutorCourse:
    """What an executor or another process used over time."""

    name: str
    start_s: Floats
    """Begin of each interval, seconds after `SampledProfile.begin_s`, shape ``(n,)``."""
    end_s: Floats
    cores: Floats
    """Cores in use in each interval, by the process and its Python workers."""
    heap_bytes: Floats
    rss_bytes: Floats
    gc_s: Floats
    """Time its collectors report; NaN if not told."""
    cores_available: int | None

    @property
    def gc_ratio(self) -> float:
        """Share of the time in which garbage was collected; NaN if not told."""
        told = ~np.isnan(self.gc_s)
        length_s = float((self.end_s - self.start_s)[told].sum())
        return float(self.gc_s[told].sum()) / length_s if length_s > 0 else float("nan")


@dataclass(frozen=True, slots=True)
class StageBand:
    """When a stage ran, in seconds after `SampledProfile.begin_s`."""

    stage: str
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SampledProfile:
    """A run as samples show it."""

    name: str
    """Of the application, where it is known."""
    begin_s: float | None
    """Time of the first sample or of the application's start, seconds since 1970; None without times."""
    processes: tuple[str, ...]
    stages: tuple[str, ...]
    """Identifiers as in models; the last one is empty and stands for the time outside of stages."""
    stage_names: dict[str, str]
    """What the event log calls them."""
    core_s: Floats
    """CPU seconds, shape ``(n_processes, n_stages, n_categories)``; see `CATEGORIES`. Empty without times."""
    idle_s: Floats | None
    """Time of slots without a task, shape ``(n_processes, n_stages)``; None without event log."""
    courses: tuple[ExecutorCourse, ...]
    bands: tuple[StageBand, ...]
    stacks: StackTable
    notes: tuple[str, ...]
    with_log: bool

    def by_stage(self) -> Floats:
        """Return CPU seconds of all processes, shape ``(n_stages, n_categories)``."""
        return np.asarray(self.core_s.sum(axis=0))

    def by_process(self) -> Floats:
        """Return CPU seconds of the whole run, shape ``(n_processes, n_categories)``."""
        return np.asarray(self.core_s.sum(axis=1))


def profile(
    samples: Samples, run: SparkRun | None = None, *, user_packages: Sequence[str] = ()
) -> SampledProfile:
    """Return what samples show of a run.

    Parameters
    ----------
    samples
        What profilers recorded.
    run
        The run, read with its tasks, for stages and for CPU by stage where names of threads do not tell them.
    user_packages
        Beginnings of class names that are the user's code whatever the rules say.

    Raises
    ------
    SourceMismatch
        If the samples are not of this run.
    NoUsableRun
        If there is nothing in the samples that could be shown.
    """
    notes = list(samples.notes)
    traces = list(samples.processes)
    of_task = stages_of_tasks(run)
    if run is not None and _has_times(traces):
        attribution = attribute(run, samples, user_packages=user_packages)
        matched = {id(course.match.jvm): course.match.executor for course in attribution.courses}
        used = {id(p) for course in attribution.courses for p in (course.match.jvm, *course.match.python)}
        traces = [t for t in traces if id(t) in used or t.application in (None, run.application_id)]
        processes, stages = attribution.executors, attribution.stages
        core_s, idle_s = attribution.core_s, attribution.idle_s
        notes += attribution.notes
    else:
        if run is not None:
            notes.append("the samples tell no times: they cannot be joined with the event log by stage")
        applications = {trace.application for trace in traces if trace.application}
        if len(applications) > 1:
            notes.append(
                f"these are samples of {len(applications)} applications together; --log chooses those of one"
            )
        matched, idle_s = {}, None
        processes, stages, core_s = split(traces, of_task, user_packages)
    table = stack_table(traces, of_task, user_packages)
    if table.left_out:
        notes.append(
            f"{table.left_out:,.0f} samples of processes whose profiler tells no seconds are not in the flame"
            " graph"
        )
    begin_s = run.started_epoch_s if run is not None and _has_times(traces) else _begin_s(traces)
    courses = _courses(traces, matched, begin_s or 0.0)
    if not len(table.stack) and not courses:
        raise NoUsableRun(
            "the samples hold no stacks, no threads and no CPU over time, so there is nothing to show",
            hint="Give also the other files that the profiler wrote.",
        )
    return SampledProfile(
        name=_name(traces, run),
        begin_s=begin_s,
        processes=processes,
        stages=stages,
        stage_names={attempt_id(s.id, s.attempt): s.name for s in run.stages} if run else {},
        core_s=core_s,
        idle_s=idle_s,
        courses=courses,
        bands=_bands(traces, run, of_task, begin_s or 0.0),
        stacks=table,
        notes=tuple(dict.fromkeys(notes)),
        with_log=run is not None,
    )


def _has_times(traces: Sequence[ProcessTrace]) -> bool:
    return any(trace.span_s() is not None for trace in traces)


def _begin_s(traces: Sequence[ProcessTrace]) -> float | None:
    return min((span[0] for trace in traces if (span := trace.span_s()) is not None), default=None)


def _name(traces: Sequence[ProcessTrace], run: SparkRun | None) -> str:
    if run is not None:
        return run.name or run.application_id
    applications = sorted({trace.application for trace in traces if trace.application})
    if applications:
        return ", ".join(applications[:3])
    files = sorted({file for trace in traces for file in trace.files})
    folder, _, name = files[0].rpartition("/")
    return name if len(files) == 1 else folder.rpartition("/")[2] or name


def _courses(
    traces: Sequence[ProcessTrace], matched: dict[int, str], begin_s: float
) -> tuple[ExecutorCourse, ...]:
    found = []
    for trace in traces:
        usage = trace.usage
        if not len(usage):
            continue
        executor = matched.get(id(trace))
        name = (
            trace.label if executor is None else executor if executor == "driver" else f"executor {executor}"
        )
        usable = np.isfinite(usage.start_s) & np.isfinite(usage.end_s) & (usage.duration_s > 0)
        if not usable.any():
            continue
        used = usage.cpu_s[usable] + np.nan_to_num(usage.python_cpu_s[usable])
        found.append(
            ExecutorCourse(
                name=name,
                start_s=usage.start_s[usable] - begin_s,
                end_s=usage.end_s[usable] - begin_s,
                cores=used / usage.duration_s[usable],
                heap_bytes=usage.heap_bytes[usable],
                rss_bytes=usage.rss_bytes[usable],
                gc_s=usage.gc_s[usable],
                cores_available=trace.cores,
            )
        )
    return tuple(found)


def _bands(
    traces: Sequence[ProcessTrace], run: SparkRun | None, of_task: dict[int, str], begin_s: float
) -> tuple[StageBand, ...]:
    """Return when stages ran: as the log tells, or while threads had the name of one of its tasks."""
    spans: dict[str, tuple[float, float]] = {}
    if run is not None and run.task_times is not None:
        tasks = run.task_times
        for number, stage in enumerate(tasks.stages):
            rows = tasks.stage == number
            if rows.any():
                spans[attempt_id(*stage)] = float(tasks.begin_s[rows].min()), float(tasks.end_s[rows].max())
    else:
        for trace in traces:
            _named_spans(trace, of_task, begin_s, spans)
    bands = [StageBand(stage, *span) for stage, span in spans.items()]
    return tuple(sorted(bands, key=lambda band: (band.begin_s, order(band.stage))))


def _named_spans(
    trace: ProcessTrace, of_task: dict[int, str], begin_s: float, spans: dict[str, tuple[float, float]]
) -> None:
    threads, stacks = trace.threads, trace.stacks
    tables = (
        ([thread.name for thread in threads.names], threads.name, threads.start_s, threads.end_s),
        (stacks.threads, stacks.thread, stacks.start_s, stacks.end_s),
    )
    for names, index, starts, ends in tables:
        rows = np.flatnonzero((index >= 0) & ~np.isnan(starts))
        if not len(rows):
            continue
        first, last = np.full(len(names), np.inf), np.full(len(names), -np.inf)
        np.minimum.at(first, index[rows], starts[rows])
        np.maximum.at(last, index[rows], ends[rows])
        for name, begin, end in zip(names, first.tolist(), last.tolist(), strict=True):
            if begin <= end and (stage := stage_of(name, of_task)):
                before = spans.get(stage, (begin - begin_s, end - begin_s))
                spans[stage] = min(begin - begin_s, before[0]), max(end - begin_s, before[1])


__all__ = ["CATEGORIES", "ExecutorCourse", "SampledProfile", "StageBand", "profile"]
