"""Which executors were busy when, in one simulated execution; every task where there are few."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import dsl
from .contention import Calibration
from .engine import Trace, simulate
from .options import Options
from .preparation import prepare
from .shared.together import together

STEPS = 60
"""Parts of equal length that the time of an execution is seen in."""
MOST_ROWS = 24
"""Executors beyond which several of them share a row."""
MOST_TASKS = 400
"""Tasks beyond which these are not told one by one."""
MOST_LANES = 48
"""Slots beyond which the same holds."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """Executors that are seen together."""

    first: int
    """Number of the first one, from 0."""
    last: int
    slots: int
    """Of all of them."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One task attempt."""

    stage: int
    """Position of its stage in the prediction."""
    lane: int
    """Slot that it ran in, from 0; the slots of one executor follow those of the other."""
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the executors of one replication did."""

    replication: int
    """Its number in the prediction, from 0."""
    response_time_s: float
    rows: tuple[Row, ...]
    busy: tuple[tuple[float, ...], ...]
    """Share of the slots of each row that run tasks, in each of `STEPS` parts of the response time."""
    tasks: tuple[Drawn, ...]
    """All task attempts, if there are no more than `MOST_TASKS` on `MOST_LANES`; else none."""


def timeline(
    model: dsl.PerformanceModel,
    options: Options,
    *,
    replication: int,
    random_streams: int,
    seed: int = 1,
    calibration: Calibration | None = None,
) -> Timeline:
    """Return the timeline of one replication of a prediction.

    The replication is simulated again: keeping the traces of all would take far more memory than time.

    Parameters
    ----------
    model, options, seed, calibration
        As for `predict`.
    replication
        Its number, from 0.
    random_streams
        Those of the prediction (`Prediction.random_streams`), which is its number of replications unless
        a precision was asked for.

    Raises
    ------
    UsageError
        If the options contradict each other.
    SimulationError
        If the configuration cannot run the application.
    """
    _, configuration, plan, _ = prepare(model, options, None, calibration)
    company = together(plan, configuration, options, seed=seed, streams=random_streams)
    if company is not None:
        plan = company.plan(replication)
    stream = np.random.SeedSequence(seed, spawn_key=(replication,))  # as `predict` spawns them
    return _of(simulate(plan, np.random.default_rng(stream)), replication)


def median_replication(replications_s: Sequence[float]) -> int:
    """Return the number of the replication of median response time, from 0."""
    order = np.argsort(replications_s, kind="stable")
    return int(order[len(order) // 2])


def timeline_document(found: Timeline) -> dict[str, Any]:
    """Return a timeline as it stands in documents (docs/json.md)."""
    return {
        "replication": found.replication,
        "response_time_s": found.response_time_s,
        "rows": [{"first": row.first, "last": row.last, "slots": row.slots} for row in found.rows],
        "busy": [[round(share, 3) for share in row] for row in found.busy],
        "tasks": [[task.stage, task.lane, task.start_s, task.end_s] for task in found.tasks],
    }


def _of(trace: Trace, replication: int) -> Timeline:
    end_s, executors = trace.response_time_s, trace.plan.executors
    count = min(len(executors), MOST_ROWS)
    row_of = np.arange(len(executors)) * count // max(len(executors), 1)
    rows = []
    for number in range(count):
        members = np.flatnonzero(row_of == number)
        slots = sum(executors[member].slots for member in members)
        rows.append(Row(int(members[0]), int(members[-1]), slots))
    return Timeline(replication, end_s, tuple(rows), _busy(trace, rows, row_of), _tasks(trace))


def _busy(trace: Trace, rows: Sequence[Row], row_of: NDArray[np.intp]) -> tuple[tuple[float, ...], ...]:
    """Return the busy share of every row in every step; exact, not sampled."""
    if not trace.stages or trace.response_time_s <= 0:
        return tuple((0.0,) * STEPS for _ in rows)
    edges = np.linspace(0.0, trace.response_time_s, STEPS + 1)
    starts = np.concatenate([stage.starts_s for stage in trace.stages])
    ends = np.concatenate([stage.ends_s for stage in trace.stages])
    where = row_of[np.concatenate([stage.executors for stage in trace.stages])]
    order = np.argsort(where, kind="stable")
    bounds = np.searchsorted(where[order], np.arange(len(rows) + 1))
    found = []
    for number, row in enumerate(rows):
        own = order[bounds[number] : bounds[number + 1]]
        # A task has been busy until t for min(t, end) - min(t, start).
        used_s = _sum_of_least(ends[own], edges) - _sum_of_least(starts[own], edges)
        share = np.diff(used_s) / (row.slots * np.diff(edges))
        found.append(tuple(float(value) for value in np.clip(share, 0.0, 1.0)))
    return tuple(found)


def _sum_of_least(moments: Floats, edges: Floats) -> Floats:
    """Return the sum of min(edge, moment) over all moments, for each edge."""
    ordered = np.sort(moments)
    before = np.concatenate([[0.0], np.cumsum(ordered)])
    passed = np.searchsorted(ordered, edges)
    return np.asarray(before[passed] + edges * (len(ordered) - passed))


def _tasks(trace: Trace) -> tuple[Drawn, ...]:
    """Return all tasks with the slot they ran in: of those of its executor that are free, the first."""
    slots = [executor.slots for executor in trace.plan.executors]
    if sum(slots) > MOST_LANES or sum(len(stage.starts_s) for stage in trace.stages) > MOST_TASKS:
        return ()
    first = np.concatenate([[0], np.cumsum(slots)])
    free = [list(range(first[e], first[e + 1])) for e in range(len(slots))]
    running: list[list[tuple[float, int]]] = [[] for _ in slots]
    attempts = sorted(
        (float(start), float(end), number, int(executor))
        for number, stage in enumerate(trace.stages)
        for start, end, executor in zip(stage.starts_s, stage.ends_s, stage.executors, strict=True)
    )
    found = []
    for start_s, end_s, number, executor in attempts:
        busy = running[executor]
        while busy and (busy[0][0] <= start_s + 1e-9 or not free[executor]):
            heapq.heappush(free[executor], heapq.heappop(busy)[1])
        lane = heapq.heappop(free[executor])
        heapq.heappush(busy, (end_s, lane))
        found.append(Drawn(number, lane, start_s, end_s))
    return tuple(found)
