"""What tasks did when: the phases of attempts as demands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ... import dsl
from ...dsl.profile import Activity, Resource, Unit, Variable
from ...sources.mapreduce import AttemptRecord
from ...sources.spark.tasks import GROUPS, grouped
from ...units import MS

Floats = NDArray[np.float64]

START_S = 1.0
"""Time in which the JVM of a container starts, seconds: a prior, because counters do not tell it."""

PARTS: tuple[tuple[str, Resource, Activity, Unit, bool], ...] = (
    # part, resource, activity, unit, grows with the data
    ("wait", "delay", "scheduling", "seconds", False),
    ("start", "delay", "deserialisation", "seconds", False),
    ("fetch", "network", "shuffle_fetch", "seconds", True),
    ("sort_cpu", "cpu", "sort", "core_seconds", True),
    ("sort", "drive_read", "sort", "seconds", True),
    ("cpu", "cpu", "compute", "core_seconds", True),
    ("gc", "cpu", "garbage_collection", "core_seconds", True),
    ("input", "drive_read", "input", "seconds", True),
    ("output", "drive_write", "output", "seconds", True),
    ("other", "delay", "other", "seconds", True),
)
_LEAST_S = 1e-9
_POSITION = {part[0]: i for i, part in enumerate(PARTS)}


@dataclass(frozen=True, slots=True)
class Measured:
    """The attempts of one kind of tasks as a table."""

    attempts: Sequence[AttemptRecord]
    wait_s: float
    """How long a container is waited for."""
    map_ends_s: Sequence[float] = ()
    """When maps ended, ascending; for reduces."""
    reads: bool = False
    """Whether tasks read data from storage."""
    writes: bool = False
    """Whether they write some."""


def cpu_known(attempts: Sequence[AttemptRecord]) -> bool:
    """Return whether CPU times are known: zero for tasks that took time means that nobody measured them."""
    return any(attempt.counters.get("CPU_MILLISECONDS", 0) > 0 for attempt in attempts)


def fetch_alone_s(start_s: float, fetched_s: float, map_ends_s: Sequence[float]) -> float:
    """Return how long a reduce would have fetched if all map output had been there, seconds.

    The inverse of what the simulation does (`simulate.slow_start.fetched_s`): a reduce that had fetched all
    at a time needed no longer than from its start, and for what was not available before the k-th of n maps
    ended, which is (n - k + 1) / n of all, no longer than from then.
    """
    count = len(map_ends_s)
    least = fetched_s - start_s
    for k in range(bisect_left(map_ends_s, start_s), count):
        least = min(least, (fetched_s - map_ends_s[k]) * count / (count - k))
    return max(0.0, least)


def decompose(measured: Measured) -> Floats:
    """Return duration, parts as in `PARTS` and order of launch of each attempt, shape ``(n, 12)``.

    The duration is that in the simulation: with the wait for a container, and without the time in which a
    reduce waited for maps.
    """
    known = cpu_known(measured.attempts)
    rows = [_parts(attempt, measured, known) for attempt in measured.attempts]
    table = np.array(rows).reshape(len(rows), len(PARTS))
    table[table < _LEAST_S] = 0.0  # rounding
    order = np.empty(len(rows))
    order[np.argsort([a.start_s for a in measured.attempts], kind="stable")] = np.arange(len(rows))
    return np.column_stack([table.sum(axis=1), table, order])


def _parts(attempt: AttemptRecord, measured: Measured, cpu_recorded: bool) -> list[float]:
    """Return the parts of one attempt, taken one after the other from what is left of its phases."""
    found = dict.fromkeys(_POSITION, 0.0)
    found["wait"] = measured.wait_s
    counters = attempt.counters
    cpu_s = counters.get("CPU_MILLISECONDS", 0) * MS
    gc_s = counters.get("GC_TIME_MILLIS", 0) * MS
    work_s, sort_s = attempt.duration_s, 0.0
    if attempt.kind == "reduce" and attempt.shuffle_finish_s is not None:
        fetched_s = min(max(attempt.shuffle_finish_s, attempt.start_s), attempt.finish_s)
        sorted_s = min(max(attempt.sort_finish_s or fetched_s, fetched_s), attempt.finish_s)
        alone_s = fetch_alone_s(attempt.start_s, fetched_s, measured.map_ends_s)
        found["fetch"] = alone_s
        sort_s, work_s = sorted_s - fetched_s, attempt.finish_s - sorted_s
    both_s = work_s + sort_s
    if not cpu_recorded:  # what is not known to be waiting counts as work
        cpu_s = both_s
    cpu_s = min(cpu_s, both_s)
    found["sort_cpu"] = cpu_s * sort_s / both_s if both_s else 0.0
    found["sort"] = sort_s - found["sort_cpu"]
    computed_s = cpu_s - found["sort_cpu"]
    found["gc"] = min(gc_s, computed_s)
    found["cpu"] = computed_s - found["gc"]
    rest_s = max(0.0, work_s - computed_s)
    if attempt.kind == "map":
        found["start"] = min(START_S, rest_s)
    rest_s -= found["start"]
    usual = "input" if attempt.kind == "map" and measured.reads else "other"
    found["output" if attempt.kind == "reduce" and measured.writes else usual] = rest_s
    if attempt.kind == "reduce":  # its JVM starts before it fetches anything
        found["start"] = min(START_S, found["fetch"])
        found["fetch"] -= found["start"]
    return [found[name] for name, *_ in PARTS]


def profile(
    name: str, measured: Measured, volumes: dsl.Volumes, *, attempts_per_task: float
) -> dsl.StageProfile:
    """Return the resource profile of maps or reduces."""
    rows = decompose(measured)
    weights, groups = grouped(np.ones(len(rows)), rows, GROUPS)
    attempts = float(weights.sum())
    entering = volumes.entering_bytes / attempts
    growth: tuple[Variable, float] = ("task_bytes", entering) if entering > 0 else ("constant", 1.0)
    demands = []
    for i, (_, resource, activity, unit, grows) in enumerate(PARTS, start=1):
        values = groups[:, i]
        mean = float(values @ weights / attempts)
        if mean <= 0:
            continue
        variable, amount = growth if grows else ("constant", 1.0)
        demands.append(
            dsl.Demand(
                resource=resource,
                activity=activity,
                unit=unit,
                mean={variable: float(f"{mean / amount:.9g}")},
                spread=tuple(float(f"{value / mean:.5g}") for value in values.tolist()),
            )
        )
    order = groups[:, -1] / max(1.0, attempts - 1)
    return dsl.StageProfile(
        id=name,
        weights=tuple(weights.tolist()),
        launch_order=tuple(round(position, 4) for position in order.tolist()),
        demands=tuple(demands),
        volumes=volumes,
        attempts_per_task=float(f"{attempts_per_task:.5g}"),
    )
