"""CPU outside tasks as it was measured: the profiles of executors and driver from samples.

One run tells a few numbers only. So they are found one after the other in parts of the run where one of them
shows by itself: the start until executors register, the rate while nothing runs, then warming up and what
follows the CPU of tasks. Where the run does not tell two of them apart, the priors (`..background`) decide
between them; their sum at the end of the run is the measured one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ... import dsl
from ...sources.spark import SparkRun, TaskTimes
from ...sources.spark.records import Floats
from ..background import PER_TASK_CORE_S, WARM_UP_TASK_CORE_S
from .accrual import accrued
from .attribution import Attribution
from .categories import CATEGORIES
from .courses import Course
from .matching import DRIVER

_PYTHON = CATEGORIES.index("python")
_SHOWN_RATIO = 0.0005
_GB = 1e9
USABLE = 0.8
"""Share of its life that samples of an executor must cover to be used."""
_IDLE_SHARE, _IDLE_INTERVALS = 0.02, 5
_USUAL_IDLE = 0.75  # share of the idle intervals that count; in the others something was finished
_POINTS = 20
_POINT_S, _END_S = 1.0, 0.1  # how well the curve and its end are known, core seconds
_PRIOR_S, _PRIOR_RATIO, _PRIOR_LOG = 8.0, 0.3, 1.0  # how well the priors are
_SHORT_TASKS_S, _LONG_TASKS_S = 0.5, 30.0
_DRIVER_PER_STAGE_S, _DRIVER_PER_DELAY = 0.3, 0.5


class StageUse:
    """What samples tell of single stages.

    Parameters
    ----------
    attribution
        None if there are no samples.
    """

    def __init__(self, attribution: Attribution | None) -> None:
        self._core_s: dict[str, Floats] = {}
        self._python_told = False
        self.gc_ratio = attribution.gc_ratio if attribution is not None else 1.0
        """CPU of collectors relative to the pauses that tasks count."""
        self._allocated: dict[str, float] = {}
        self._paused_s: dict[str, float] = {}
        if attribution is not None:
            self._paused_s = dict(zip(attribution.stages[:-1], attribution.paused_s.tolist(), strict=True))
            self._allocated = dict(
                zip(attribution.stages[:-1], attribution.allocated_bytes.tolist(), strict=False)
            )
            self._core_s = dict(zip(attribution.stages[:-1], attribution.by_stage(), strict=False))
            workers_told = any(used[_PYTHON] > 0 for used in self._core_s.values())
            self._python_told = attribution.complete and workers_told

    def shares(self, stage: str) -> dict[dsl.CpuUse, float]:
        """Return the share of each category in the CPU that a stage used, those above zero."""
        used = self._core_s.get(stage)
        if used is None or used.sum() <= 0:
            return {}
        ratios = (used / used.sum()).tolist()
        return {name: round(r, 4) for name, r in zip(CATEGORIES, ratios, strict=True) if r >= _SHOWN_RATIO}

    def waits_in_pauses_s(self, stage: str, known_s: float) -> float:
        """Return for how long collectors waited in pauses beside those that are known of a stage.

        Parameters
        ----------
        stage
            Identifier in the model.
        known_s
            The pauses that are known; others are in the warm-up of its first tasks.
        """
        return max(0.0, self._paused_s.get(stage, 0.0) - known_s) * (1 - self.gc_ratio)

    def allocated_bytes(self, stage: str) -> int:
        """Return what was allocated on the heap while a stage ran; 0 if samples do not tell."""
        return round(self._allocated.get(stage, 0.0))

    def python_ratio(self, stage: str, waited_s: float, usual: float) -> float:
        """Return the CPU of Python workers relative to the time that tasks waited for them.

        Parameters
        ----------
        stage
            Identifier in the model.
        waited_s
            Time of all tasks that the log does not explain otherwise.
        usual
            What is taken where samples do not tell.
        """
        used = self._core_s.get(stage)
        if used is None or not self._python_told or waited_s <= 0:
            return usual
        return min(1.0, float(used[_PYTHON]) / waited_s)


@dataclass(frozen=True, slots=True)
class _Curve:
    """CPU of an executor beside its tasks, after it has registered."""

    time_s: Floats
    """Seconds since then."""
    task_core_s: Floats
    """CPU of its tasks until then, as the model counts it."""
    core_s: Floats
    """CPU beside these."""
    rate_ratio: float
    """Cores used while it had nothing to do; NaN if it always had."""
    allocated_gb: Floats
    """Allocated until each time, 10^9 bytes; zeros if samples do not tell."""
    collecting_core_s: float
    """CPU of garbage collection beyond the pauses of tasks; 0 if not known."""

    def beside_s(self, rate: float, per_gb: float) -> Floats:
        """Return the CPU that neither time nor allocation explains."""
        return np.maximum(0.0, self.core_s - rate * self.time_s - per_gb * self.allocated_gb)


def executor_profile(
    run: SparkRun, attribution: Attribution, prior: dsl.ExecutorProfile
) -> dsl.ExecutorProfile | None:
    """Return what executors use outside tasks, or None if no executor has samples of enough of its life.

    Parameters
    ----------
    run, attribution
        The run, and what samples tell of it.
    prior
        What is usual for such an application.
    """
    assert run.task_times is not None
    usable = [
        (course, float(used[-1, _PYTHON]))
        for course, covered, used in zip(
            attribution.courses, attribution.covered_ratio, attribution.core_s, strict=True
        )
        if course.match.record is not None and course.match.executor != DRIVER and covered >= USABLE
    ]
    curves, starts = [], []
    for course, python_s in usable:
        curve, start_s = _curve(course, run, run.task_times, attribution.gc_ratio)
        if len(curve.time_s) > 1:
            curves.append(curve)
            starts.append(start_s + python_s)  # Python workers start outside of stages
    if not curves:
        return None
    rates = [curve.rate_ratio for curve in curves if not np.isnan(curve.rate_ratio)]
    rate = float(np.median(rates)) if rates else 0.0
    allocated_gb = sum(float(curve.allocated_gb[-1]) for curve in curves)
    collecting_s = sum(curve.collecting_core_s for curve in curves)
    per_gb = collecting_s / allocated_gb if allocated_gb > 0 else 0.0
    warm_up_s, tasks_s, per_task = _warming(curves, rate, per_gb, prior)
    return prior.model_copy(
        update={
            "start_core_seconds": _short(float(np.mean(starts))),
            "warm_up_core_seconds": _short(warm_up_s),
            "warm_up_task_core_seconds": _short(tasks_s),
            "per_task_core_second": _short(per_task),
            "per_second_cores": _short(rate),
            "per_allocated_gb_core_seconds": _short(per_gb),
            "basis": "measured",
        }
    )


def _curve(course: Course, run: SparkRun, tasks: TaskTimes, gc_ratio: float) -> tuple[_Curve, float]:
    record = course.match.record
    assert record is not None
    at, process = course.at_s, course.process_core_s - course.of("python")
    inside = at > record.added_s
    at = np.concatenate([[record.added_s], at[inside]])
    start_s = float(np.interp(record.added_s, course.at_s, process))
    used = np.concatenate([[start_s], process[inside]]) - start_s
    mine = np.array([e == course.match.executor for e in tasks.executors], dtype=bool)[tasks.executor]
    begin, end = tasks.begin_s[mine], tasks.end_s[mine]
    in_tasks = accrued(begin, end, tasks.cpu_s[mine] + gc_ratio * tasks.gc_s[mine], at)
    busy = np.diff(accrued(begin, end, end - begin, at))
    beside = used - in_tasks
    length = np.diff(at)
    idle = (busy <= _IDLE_SHARE * length) & (at[1:] <= run.response_time_s)
    idle[: len(idle) // 3] = False  # still warming up
    rate = np.nan
    if idle.sum() >= _IDLE_INTERVALS:
        rates = np.sort(np.maximum(0.0, np.diff(beside)[idle] / length[idle]))
        rate = float(rates[: max(1, int(_USUAL_IDLE * len(rates)))].mean())
    allocated_gb = course.allocated_bytes(at) / _GB
    collecting_s = 0.0
    if allocated_gb[-1] > 0:
        collected = np.interp(at, course.at_s, course.of("gc"))
        collecting_s = max(0.0, float(collected[-1] - collected[0] - tasks.gc_s[mine].sum()))
    curve = _Curve(
        at - record.added_s,
        in_tasks,
        np.maximum(0.0, beside),
        rate,
        allocated_gb - allocated_gb[0],
        collecting_s,
    )
    return curve, start_s


def _warming(
    curves: list[_Curve], rate: float, per_gb: float, prior: dsl.ExecutorProfile
) -> tuple[float, float, float]:
    """Return the warm-up, the task CPU after which 63 % of it is done, and what tasks cause besides."""
    from scipy.optimize import nnls

    tasks_s, beside_s, known = [], [], []
    for curve in curves:
        beside = curve.beside_s(rate, per_gb)
        points = np.linspace(0.0, curve.task_core_s[-1], _POINTS + 1)[1:]
        tasks_s.append(points)
        beside_s.append(np.interp(points, curve.task_core_s, beside))
        known.append(np.full(_POINTS, _POINT_S * np.sqrt(len(curves))))
    ends = [float(np.mean([c.task_core_s[-1] for c in curves]))]
    tasks_s.append(np.array(ends))
    beside_s.append(np.array([np.mean([c.beside_s(rate, per_gb)[-1] for c in curves])]))
    known.append(np.array([_END_S]))
    w, o, sigma = (np.concatenate(each) for each in (tasks_s, beside_s, known))
    best = (np.inf, 0.0, WARM_UP_TASK_CORE_S, 0.0)
    for scale_s in np.geomspace(_SHORT_TASKS_S, _LONG_TASKS_S, 40).tolist():
        learnt = -np.expm1(-w / scale_s)
        left = np.vstack(
            [np.column_stack([learnt, w]) / sigma[:, None], [1 / _PRIOR_S, 0.0], [0.0, 1 / _PRIOR_RATIO]]
        )
        right = np.concatenate(
            [o / sigma, [prior.warm_up_core_seconds / _PRIOR_S, PER_TASK_CORE_S / _PRIOR_RATIO]]
        )
        found, distance = nnls(left, right)
        distance = distance**2 + (np.log(scale_s / WARM_UP_TASK_CORE_S) / _PRIOR_LOG) ** 2
        if distance < best[0]:
            best = (distance, float(found[0]), scale_s, float(found[1]))
    return best[1:]


def driver_profile(
    run: SparkRun, attribution: Attribution, prior: dsl.DriverProfile
) -> dsl.DriverProfile | None:
    """Return what the driver uses, or None without samples of the driver or where it runs the tasks itself.

    Parameters
    ----------
    run, attribution
        The run, and what samples tell of it.
    prior
        What is usual.
    """
    from scipy.optimize import nnls

    course = next((c for c in attribution.courses if c.match.executor == DRIVER), None)
    if course is None or course.match.record is not None or not run.jobs:
        return None
    first_s = min(job.submitted_s for job in run.jobs)
    at = course.at_s[(course.at_s > first_s) & (course.at_s <= run.response_time_s)]
    if not len(at) or course.at_s[0] > first_s:
        return None
    used = course.process_core_s
    start_s = float(np.interp(first_s, course.at_s, used))
    after = np.interp(at, course.at_s, used) - start_s
    stages = [s for s in run.stages if s.summary is not None]
    begin = np.array([s.summary.first_launch_s for s in stages if s.summary])
    end = np.array([s.summary.last_finish_s for s in stages if s.summary])
    begun = accrued(begin, end, np.ones(len(begin)), at)
    alone = at - first_s - _union(begin, end, at)
    # The main thread itself works while it is alone; the simulation counts that by its delays.
    beside = np.maximum(0.0, after - alone)
    scale = np.sqrt(len(at) / _POINTS) * _POINT_S
    left = np.vstack(
        [
            np.column_stack([begun, alone]) / scale,
            [begun[-1] / _END_S, alone[-1] / _END_S],
            [1 / _DRIVER_PER_STAGE_S, 0.0],
            [0.0, 1 / _DRIVER_PER_DELAY],
        ]
    )
    right = np.concatenate(
        [
            beside / scale,
            [beside[-1] / _END_S],
            [
                prior.per_stage_core_seconds / _DRIVER_PER_STAGE_S,
                prior.per_delay_core_seconds / _DRIVER_PER_DELAY,
            ],
        ]
    )
    found, _ = nnls(left, right)
    return prior.model_copy(
        update={
            "start_core_seconds": _short(start_s),
            "per_stage_core_seconds": _short(float(found[0])),
            "per_delay_core_seconds": _short(float(found[1])),
            "basis": "measured",
        }
    )


def _union(begin: Floats, end: Floats, at: Floats) -> Floats:
    """Return how long some interval was open until each time."""
    order = np.argsort(begin, kind="stable")
    begin, end = begin[order], np.maximum.accumulate(end[order])
    later = np.concatenate([[-np.inf], end[:-1]])
    begin = np.maximum(begin, later)
    open_ = end > begin
    return accrued(begin[open_], end[open_], (end - begin)[open_], at)


def _short(value: float) -> float:
    return float(f"{value:.4g}")
