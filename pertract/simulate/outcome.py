"""What a trace says: CPU use over time, and where the response time went."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..dsl.profile import CAUSES
from .engine import Trace
from .stage import IS_CPU

Floats = NDArray[np.float64]
BREAKDOWN = ("driver", "scheduling", "slot_wait", "cpu", "gc", "drive", "network", "other", "skew")
"""Parts of the response time along the critical path.

Skew is what a task takes longer than the mean of its stage.
"""
_BEFORE = [CAUSES.index("scheduling"), CAUSES.index("network")]
"""What comes before everything else in a task that starts early (`slow_start`)."""


def task_core_s(trace: Trace) -> float:
    """Return the CPU of all task attempts as task metrics count it, core seconds."""
    python_s = sum(
        plan.python_s[stage.tasks.group].sum()
        for stage, plan in zip(trace.stages, trace.plan.stages, strict=True)
        if plan.python_s.any()
    )
    return max(0.0, _computed_s(trace) - float(python_s))


def _computed_s(trace: Trace) -> float:
    """Return the CPU of all task attempts and of their Python workers, core seconds."""
    return float(sum(stage.tasks.cpu_s.sum() for stage in trace.stages))


def executor_core_s(trace: Trace) -> float:
    """Return the CPU of all executors, core seconds: tasks and what runs beside them."""
    end_s = trace.response_time_s
    present_s = [min(e.removed_s or end_s, end_s) - e.registered_s for e in trace.plan.executors]
    present_s = [time_s for time_s in present_s if time_s > 0]
    used = len(present_s)
    tasks_s, computed_s = task_core_s(trace), _computed_s(trace)
    if not used:
        return computed_s
    work = trace.plan.background
    # Tasks spread over the executors evenly enough; which ran where is not kept.
    return computed_s + used * (work.start_core_s + work.beside(tasks_s / used, sum(present_s) / used))


def busy_core_s(trace: Trace, times_s: Floats) -> Floats:
    """Return the core seconds that tasks had used until each of the given times.

    Exact: a task that had its core to itself uses it evenly while it runs, so the total is piecewise
    linear between starts and ends; shared nodes report theirs.

    Parameters
    ----------
    trace
        One simulated execution.
    times_s
        Ascending times, shape ``(n,)``.

    Returns
    -------
    Core seconds, shape ``(n,)``, ascending.
    """
    total = np.zeros(len(times_s))
    for history in trace.core_s:
        at, served = np.array(history).T
        total += np.interp(times_s, at, served)
    return total + _served_alone(trace, times_s)


def _served_alone(trace: Trace, times_s: Floats) -> Floats:
    """Return the core seconds of tasks that had a core to themselves."""
    moments, changes = [], []
    for stage in trace.stages:
        length = stage.ends_s - stage.starts_s
        rate = np.divide(stage.tasks.cpu_s, length, out=np.zeros_like(length), where=length > 0)
        if stage.shared is not None:
            rate[stage.shared] = 0.0
        moments += [stage.starts_s, stage.ends_s]
        changes += [rate, -rate]
    if not moments:
        return np.zeros(len(times_s))
    at, change = np.concatenate(moments), np.concatenate(changes)
    order = np.argsort(at, kind="stable")
    at, change = at[order], change[order]
    used = np.concatenate([[0.0], np.cumsum(np.cumsum(change)[:-1] * np.diff(at))])
    return np.asarray(np.interp(times_s, at, used))


def breakdown(trace: Trace) -> dict[str, float]:
    """Return where the response time went, seconds by `BREAKDOWN`; the parts add up to it.

    Follows the critical path backwards from the last node: delays are the driver's; a stage counts
    by its last task, from submission to launch as waiting for a slot, then by what the task did.
    """
    parts = dict.fromkeys(BREAKDOWN, 0.0)
    for node in _critical_path(trace):
        stage = trace.plan.stage_of[node]
        if stage >= 0:
            _add_stage(parts, trace, stage, trace.end_s[node])
        else:
            parts["driver"] += trace.end_s[node] - trace.begin_s[node]
    return parts


def stages_on_path(trace: Trace) -> list[float]:
    """Return what each stage takes on the critical path, seconds; 0 for those beside it."""
    taken_s = [0.0] * len(trace.stages)
    for node in _critical_path(trace):
        stage = trace.plan.stage_of[node]
        if stage >= 0:
            taken_s[stage] = trace.end_s[node] - trace.begin_s[node]
    return taken_s


def _critical_path(trace: Trace) -> Iterator[int]:
    """Yield the graph nodes that decide the response time, the last one first."""
    node = max(range(len(trace.end_s)), key=trace.end_s.__getitem__)
    while node >= 0:
        yield node
        node = trace.trigger[node]


def _add_stage(parts: dict[str, float], trace: Trace, index: int, noted_s: float) -> None:
    stage, plan = trace.stages[index], trace.plan.stages[index]
    start, end = stage.starts_s[stage.last], stage.ends_s[stage.last]
    submitted_s = stage.submitted_s
    parts["slot_wait"] += max(0.0, float(start - submitted_s))
    parts["scheduling"] += noted_s - end
    task = plan.causes_s[:, stage.tasks.group[stage.last]].copy()
    task[CAUSES.index("cpu")] += stage.tasks.cpu_s[stage.last] - task[IS_CPU].sum()  # of the warm-up
    nominal = float(stage.tasks.slot_s[stage.last])
    task[CAUSES.index("scheduling")] += nominal - task.sum()  # rest of the warm-up, dispatch, handling
    if stage.moved_s is not None:
        drive_s, network_s = stage.moved_s[:, stage.last].tolist()
        task[CAUSES.index("drive")] += drive_s
        task[CAUSES.index("network")] += network_s
        nominal += drive_s + network_s
    if start < submitted_s:  # it began before the stage whose output it fetched had ended
        # What it did until then is beside the critical path; of waiting and fetching only the rest counts.
        task[_BEFORE] = 0.0
        start = submitted_s
        task[CAUSES.index("network")] = max(0.0, float(end - start - task.sum()))
        nominal = float(task.sum())
    task[CAUSES.index("cpu")] += end - start - nominal  # waiting for a core of a shared node
    own_s = float(plan.duration_s[stage.tasks.group[stage.last]])  # without warm-up and waits
    usual_s = float(np.average(plan.duration_s, weights=plan.weights))
    skew_s = min(max(0.0, own_s - usual_s), end - start)
    parts["skew"] += skew_s
    kept = 1 - skew_s / (end - start) if skew_s else 1.0
    for cause, seconds in zip(CAUSES, task, strict=True):
        parts["cpu" if cause == "python" else cause] += kept * float(seconds)
