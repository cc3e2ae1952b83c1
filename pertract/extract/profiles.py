"""Resource profiles from task summaries: demands per task, with the per-byte assumption."""

from __future__ import annotations

import numpy as np

from .. import dsl
from ..dsl.profile import Activity, Resource, Unit, Variable
from ..sources.spark import SparkRun, StageRecord, TaskSummary
from . import traces
from .background import driver_profile, executor_profile
from .driver import unqueued_ratio
from .execution import entering_bytes, stage_id
from .overlap import RunningStages
from .placement import prefers_nodes
from .streams import stream_stages
from .traces import Attribution, StageUse

IDLE_SHARE = 0.3
"""Share of idle time between tasks above which the driver is taken to be the bottleneck."""
PYTHON_CPU = 0.8
"""Share of the waits of tasks with a Python worker that is the worker's CPU; the rest is exchange of data."""
MANY_LAUNCHES = 50
"""Fewer launches do not tell how fast the driver is."""

_DEMANDS: tuple[tuple[str, Resource, Activity, Unit, bool], ...] = (
    # part, resource, activity, unit, grows with the data
    ("cpu", "cpu", "compute", "core_seconds", True),
    ("gc", "cpu", "garbage_collection", "core_seconds", True),
    ("shuffle_fetch", "network", "shuffle_fetch", "seconds", True),
    ("shuffle_write", "drive_write", "shuffle_write", "seconds", True),
    ("other", "delay", "other", "seconds", True),
    ("scheduling", "delay", "scheduling", "seconds", False),
    ("deserialisation", "delay", "deserialisation", "seconds", False),
    ("result", "delay", "result", "seconds", False),
)


def build_profiles(run: SparkRun, attribution: Attribution | None = None) -> dsl.ResourceProfiles:
    """Return the resource profiles of all executed stages of a run.

    Parameters
    ----------
    run
        The measured run.
    attribution
        What samples tell of its CPU; without it, CPU outside tasks is a prior.
    """
    stages = run.stages
    running = RunningStages(stages)
    alone = {stage_id(s) for s in stages if s.summary and _alone(s, s.summary, running)}
    gaps = [s.summary.gap_s for s in stages if s.summary and stage_id(s) in alone and s.summary.gap_s]
    usual_gap_s = float(np.median(gaps)) if gaps else 0.0
    executor, driver = executor_profile(run), driver_profile(run)
    sampled = StageUse(attribution)
    if attribution is not None:
        executor = traces.executor_profile(run, attribution, executor) or executor
        driver = traces.driver_profile(run, attribution, driver) or driver
    streaming = stream_stages(run)
    profiles = []
    for stage in stages:
        if stage.summary is None:
            continue
        gap_s, usable = usual_gap_s, 1.0
        if stage_id(stage) in alone:  # otherwise other stages held slots in between
            gap_s = stage.summary.gap_s
            # Waits for slots near data are simulated.
            usable = 1.0 if stage.locality or prefers_nodes(stage) else _usable_slots(stage.summary, run)
        by_record = stage_id(stage) in streaming
        profiles.append(
            _stage_profile(
                stage, stage.summary, driver, sampled, gap_s=gap_s, usable=usable, by_record=by_record
            )
        )
    return dsl.ResourceProfiles(
        executor=executor,
        driver=driver,
        stages=tuple(profiles),
        includes_core_waits=True,  # Spark does not measure them
    )


def _alone(stage: StageRecord, summary: TaskSummary, running: RunningStages) -> bool:
    """Return whether no other stage ran tasks at the same time."""
    return not running.other_than(stage, summary.first_launch_s, summary.last_finish_s)


def _driver_bound(summary: TaskSummary, gap_s: float) -> bool:
    """Return whether the slots were idle for a large share although tasks were waiting.

    Then the driver could not launch tasks fast enough, and the time between launches is its own: it
    stays when there are more or fewer slots, while the idle time of a slot does not.
    """
    mean_s = float(summary.duration_s @ summary.weights / summary.weights.sum())
    many = summary.weights.sum() >= MANY_LAUNCHES
    return many and gap_s > IDLE_SHARE * (mean_s + gap_s)


def _usable_slots(summary: TaskSummary, run: SparkRun) -> float:
    """Return the share of the slots that the stage kept busy while it had tasks to launch."""
    there = [
        e
        for e in run.executors
        if e.added_s <= summary.first_launch_s
        and (e.removed_s is None or e.removed_s >= summary.last_launch_s)
    ]
    slots = sum(executor.slots for executor in there)
    if summary.weights.sum() <= slots or not slots:
        return 1.0
    return _short(min(1.0, summary.busy_slots / slots))


def _stage_profile(
    stage: StageRecord,
    summary: TaskSummary,
    driver: dsl.DriverProfile,
    sampled: StageUse,
    *,
    gap_s: float,
    usable: float,
    by_record: bool,
) -> dsl.StageProfile:
    attempts = float(summary.weights.sum())
    driver_bound = _driver_bound(summary, gap_s)
    growth = _growth(stage, attempts, by_record=by_record)
    waits_s = sampled.waits_in_pauses_s(stage_id(stage), float(summary.parts_s["gc"] @ summary.weights))
    demands = []
    for part, usual_resource, usual_activity, unit, grows in _DEMANDS:
        resource, activity = usual_resource, usual_activity
        values = summary.parts_s[part]
        if part == "gc":
            values = values * sampled.gc_ratio
        elif part == "other":  # pauses in which collectors waited
            values = values + summary.parts_s["gc"] * (1 - sampled.gc_ratio)
        if part == "other" and _has_python(stage):
            waited_s = float(values @ summary.weights)
            ratio = sampled.python_ratio(stage_id(stage), waited_s, PYTHON_CPU)
            demands.append(_demand("cpu", "python", "core_seconds", values * ratio, summary, growth))
            values = values * (1 - ratio)
        elif part == "other" and _reads_storage(stage):
            resource, activity = "drive_read", "input"
        if part == "scheduling":
            values = values * unqueued_ratio(
                summary, driver.launch_s
            )  # the simulated driver makes tasks wait itself
        demands.append(_demand(resource, activity, unit, values, summary, growth if grows else _CONSTANT))
    demands.append(_demand("memory", "peak_execution", "bytes", summary.peak_memory_bytes, summary, growth))
    return dsl.StageProfile(
        id=stage_id(stage),
        weights=tuple(summary.weights.tolist()),
        launch_order=tuple(round(p, 4) for p in summary.launch_order.tolist()),
        demands=tuple(d for d in demands if d is not None),
        volumes=dsl.Volumes(
            **{name: round(v) for name, v in summary.volumes.items()},
            allocated_bytes=sampled.allocated_bytes(stage_id(stage)),
        ),
        warm_up_s=_short(summary.warm_up_s),
        warm_up_core_seconds=_short(max(0.0, summary.warm_up_cpu_s - waits_s / max(1, summary.first_wave))),
        usable_slots_ratio=usable,
        dispatch_s=0.0 if driver_bound else _short(max(0.0, gap_s)),
        launch_interval_s=_short(summary.launch_interval_s) if driver_bound else 0.0,
        handling_s=_short(max(0.0, -gap_s)),
        attempts_per_task=_short(attempts / (summary.succeeded or stage.tasks or attempts)),
        cpu_shares=sampled.shares(stage_id(stage)),
    )


_CONSTANT: tuple[Variable, float] = ("constant", 1.0)


def _growth(stage: StageRecord, attempts: float, *, by_record: bool) -> tuple[Variable, float]:
    """Return what the work of a stage is taken to be proportional to, and how much of it a task had.

    Bytes where it has any. Sources of streams count records only, and few of them bytes.
    """
    task_bytes = entering_bytes(stage) / attempts
    if task_bytes > 0:
        return "task_bytes", task_bytes
    records = stage.summary.volumes["input_records"] if stage.summary and by_record else 0.0
    return ("task_records", records / attempts) if records > 0 else _CONSTANT


def _demand(
    resource: Resource,
    activity: Activity,
    unit: Unit,
    values: np.ndarray,
    summary: TaskSummary,
    growth: tuple[Variable, float],
) -> dsl.Demand | None:
    """Return a demand that is proportional to a variable, whose measured value stands beside it."""
    mean = float(values @ summary.weights / summary.weights.sum())
    if mean <= 0:
        return None
    variable, measured = growth
    return dsl.Demand(
        resource=resource,
        activity=activity,
        unit=unit,
        mean={variable: float(f"{mean / measured:.9g}")},
        spread=tuple(_short(v) for v in (values / mean).tolist()),
    )


def _reads_storage(stage: StageRecord) -> bool:
    """Return whether waiting inside tasks is most likely for storage."""
    return stage.summary is not None and stage.summary.volumes["input_bytes"] > 0


def _has_python(stage: StageRecord) -> bool:
    """Return whether waiting inside tasks is most likely for Python workers."""
    return any("Python" in name for _, name, _, _ in stage.rdds)


def _short(value: float) -> float:
    """Round to five significant digits: finer than the log's clock, and readable."""
    return float(f"{value:.5g}")
