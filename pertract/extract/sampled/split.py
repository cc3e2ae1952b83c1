"""CPU by process, stage and category from samples alone, where there is no event log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...sources.profilers import ProcessTrace
from ...sources.profilers.records import Floats
from ..traces.categories import CATEGORIES, IN_TASKS, Category, of_thread
from .stacks import stack_table
from .stages import OUTSIDE, order, stage_of

_POSITION = {name: i for i, name in enumerate(CATEGORIES)}


def split(
    traces: Sequence[ProcessTrace], of_task: Mapping[int, str], user_packages: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...], Floats]:
    """Return processes, stages, and CPU seconds of shape ``(n_processes, n_stages, n_categories)``.

    Threads tell the CPU and stacks what it was for; where no threads are told, sampled stacks tell both if
    they have seconds. What the process used beyond that is ``other``. Processes of which no CPU is known
    are left out.
    """
    found = [(trace, _of(trace, of_task, user_packages)) for trace in traces]
    found = [(trace, sums) for trace, sums in found if sums]
    stages = sorted({stage for _, sums in found for stage, _ in sums if stage}, key=order)
    named = (*stages, OUTSIDE)
    core_s = np.zeros((len(found), len(named), len(CATEGORIES)))
    for i, (_, sums) in enumerate(found):
        for (stage, category), used_s in sums.items():
            core_s[i, named.index(stage), _POSITION[category]] += used_s
    return tuple(trace.label for trace, _ in found), named, core_s


def _of(
    trace: ProcessTrace, of_task: Mapping[int, str], user_packages: Sequence[str]
) -> dict[tuple[str, Category], float]:
    table = stack_table([trace], of_task, user_packages)
    sampled: dict[tuple[str, Category], float] = {}
    for stage, stack, weight in zip(
        table.stage.tolist(), table.stack.tolist(), table.weight.tolist(), strict=True
    ):
        key = table.stages[stage], CATEGORIES[table.category[stack]]
        sampled[key] = sampled.get(key, 0.0) + weight
    if len(trace.threads):
        sums = _by_threads(trace, of_task, sampled)
    else:
        sums = sampled if table.unit == "s" else {}
    told = trace.usage.cpu_s[~np.isnan(trace.usage.cpu_s)]
    if len(told):
        total = float(told.sum()) + float(np.nan_to_num(trace.cpu_before_s))
        if trace.role == "python":
            return {(OUTSIDE, "python"): total}
        known = sum(sums.values())
        if known > total > 0:  # samples of wall time, or a coarse clock of the process
            sums = {key: used_s * total / known for key, used_s in sums.items()}
        else:
            sums[OUTSIDE, "other"] = sums.get((OUTSIDE, "other"), 0.0) + total - known
        python_s = float(np.nansum(trace.usage.python_cpu_s))
        if python_s > 0:
            sums[OUTSIDE, "python"] = sums.get((OUTSIDE, "python"), 0.0) + python_s
    return sums


def _by_threads(
    trace: ProcessTrace, of_task: Mapping[int, str], sampled: Mapping[tuple[str, Category], float]
) -> dict[tuple[str, Category], float]:
    """Return the CPU of threads; that of tasks in the proportions of their samples."""
    threads = trace.threads
    used = np.bincount(threads.name, weights=threads.cpu_s, minlength=len(threads.names))
    sums: dict[tuple[str, Category], float] = {}
    for name, used_s in zip(threads.names, used.tolist(), strict=True):
        stage, category = stage_of(name.name, of_task), of_thread(name.name, name.kind)
        if category != "task":
            sums[OUTSIDE, category] = sums.get((OUTSIDE, category), 0.0) + used_s
            continue
        parts = {c: sampled.get((stage, c), 0.0) for c in IN_TASKS}
        whole = sum(parts.values())
        for part, weight in parts.items() if whole > 0 else (("task", 1.0),):
            share = weight / whole if whole > 0 else 1.0
            sums[stage, part] = sums.get((stage, part), 0.0) + used_s * share
    return sums
