"""Collect the tasks of a stage and reduce them to a summary of bounded size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...units import MS, NS
from .events import TaskEnd, TaskMetrics
from .records import PARTS, VOLUMES, Floats, Launches, TaskSummary

GROUPS = 64
"""Stages up to this size are kept task by task; larger ones in about this many groups."""
BATCH = 4096
"""Most tasks in a batch."""
_RETAINED = 1 << 17  # tasks of one open stage kept in full: 25 MB

_FIELDS = {
    "launch_ms": "info.launch_ms",
    "finish_ms": "info.finish_ms",
    "result_ms": "info.result_ms",
    "index": "info.index",
    "id": "info.id",
    "run_ms": "metrics.run_ms",
    "cpu_ns": "metrics.cpu_ns",
    "deserialise_ms": "metrics.deserialise_ms",
    "deserialise_cpu_ns": "metrics.deserialise_cpu_ns",
    "gc_ms": "metrics.gc_ms",
    "serialise_ms": "metrics.serialise_ms",
    "fetch_ms": "metrics.shuffle_read.wait_ms",
    "write_ns": "metrics.shuffle_write.time_ns",
    "peak_memory_bytes": "metrics.peak_memory_bytes",
    "input_bytes": "metrics.input.bytes",
    "input_records": "metrics.input.records",
    "shuffle_read_local_bytes": "metrics.shuffle_read.local_bytes",
    "shuffle_read_remote_bytes": "metrics.shuffle_read.remote_bytes",
    "shuffle_read_records": "metrics.shuffle_read.records",
    "shuffle_write_bytes": "metrics.shuffle_write.bytes",
    "output_bytes": "metrics.output.bytes",
    "memory_spilled_bytes": "metrics.memory_spilled_bytes",
    "disk_spilled_bytes": "metrics.disk_spilled_bytes",
}
LOCALITIES = ("", "PROCESS_LOCAL", "NODE_LOCAL", "NO_PREF", "RACK_LOCAL", "ANY")
"""How near to its data a task ran, in the words of Spark, nearest first; empty for unknown."""
_LOCALITY = {name: i for i, name in enumerate(LOCALITIES)}
_SUCCESS = "Success"
_row = attrgetter(*_FIELDS.values())
_COLUMN = {name: i for i, name in enumerate(_FIELDS)}
Mask = NDArray[np.bool_]
Positions = list[tuple[str, NDArray[np.intp]]]
"""The executors and the positions of their tasks."""


class Place(NamedTuple):
    """Where a task ran."""

    partition: int
    executor: str
    locality: str
    """How near to its data, in the words of Spark."""


@dataclass(frozen=True, slots=True)
class TaskBatch:
    """Task attempts of one stage attempt that ended one after the other."""

    stage: int
    attempt: int
    table: Floats
    """Shape ``(n_tasks, n_fields)``; see `_FIELDS`."""
    executors: tuple[str, ...]
    """The executor of each."""
    hosts: Mapping[str, str]
    """The host of each executor."""
    succeeded: int
    """Attempts that contributed a result."""
    localities: bytes
    """How near to its data each ran, as positions in `LOCALITIES`."""

    @classmethod
    def of(cls, tasks: Sequence[TaskEnd]) -> TaskBatch:
        """Return task ends of one stage attempt as a batch."""
        succeeded = 0
        for task in tasks:
            succeeded += task.reason.reason == _SUCCESS and not task.info.killed
            if task.metrics is None:  # lost with its executor: all that is known is how long it was there
                task.metrics = TaskMetrics(run_ms=max(0, task.info.finish_ms - task.info.launch_ms))
        table = np.array(list(map(_row, tasks)), dtype=np.float64)
        np.maximum(table, 0.0, out=table)
        return cls(
            tasks[0].stage,
            tasks[0].attempt,
            table,
            tuple(task.info.executor for task in tasks),
            {task.info.executor: task.info.host for task in reversed(tasks)},
            succeeded,
            bytes(_LOCALITY.get(task.info.locality, 0) for task in tasks),
        )

    def column(self, name: str) -> Floats:
        """Return one of the fields of every task."""
        return self.table[:, _COLUMN[name]]


class TaskCollector:
    """The task ends of one stage attempt, held as columns until the stage is summarised.

    Memory is bounded: the first `_RETAINED` tasks stay in full, because waves and gaps are measured on
    them; all others are reduced to groups as they come.
    """

    def __init__(self) -> None:
        self._retained: list[Floats] = []
        self._on_executor: dict[str, list[int]] = {}  # positions of the retained tasks
        self._localities = bytearray()  # of the retained tasks
        self._overflow: list[Floats] = []
        self._reduced: list[tuple[Floats, Floats]] = []  # (weights, rows of _decompose)
        self._totals = np.zeros(len(VOLUMES))
        self._count = 0
        self._cpu_recorded = False
        self._span_ms = [np.inf, -np.inf, -np.inf]  # first launch, last launch, last finish
        self.succeeded = 0
        """Attempts that contributed a result."""

    def add(self, batch: TaskBatch) -> None:
        """Add task attempts."""
        table = batch.table
        self.succeeded += batch.succeeded
        launch = batch.column("launch_ms")
        finish = np.maximum(launch, batch.column("finish_ms"))
        first, last, end = self._span_ms
        self._span_ms = [min(first, launch.min()), max(last, launch.max()), max(end, finish.max())]
        self._cpu_recorded = self._cpu_recorded or bool(batch.column("cpu_ns").any())
        if self._count + len(table) <= _RETAINED or not self._retained:
            self._retained.append(table)
            for position, executor in enumerate(batch.executors, self._count):
                self._on_executor.setdefault(executor, []).append(position)
            self._localities += batch.localities
        else:
            self._overflow.append(table)
        self._count += len(table)
        if sum(map(len, self._overflow)) >= _RETAINED // 4:
            self._reduce(cpu_recorded=self._cpu_recorded)

    def _reduce(self, *, cpu_recorded: bool) -> None:
        """Reduce the tasks that are not retained to groups."""
        if not self._overflow:
            return
        table = np.concatenate(self._overflow)
        self._overflow.clear()
        self._totals += _totals(table)
        kept = _decompose(table, cpu_recorded=cpu_recorded, before=self._count - len(table))
        self._reduced.append(grouped(np.ones(len(table)), kept, 16 * GROUPS))

    def _by_executor(self) -> Positions:
        return [(name, np.array(positions)) for name, positions in self._on_executor.items()]

    def places(self) -> list[Place]:
        """Return where the retained tasks ran, in the order in which they ended."""
        ran_on = [""] * len(self._localities)
        for executor, positions in self._on_executor.items():
            for position in positions:
                ran_on[position] = executor
        index = np.concatenate([table[:, _COLUMN["index"]] for table in self._retained]).astype(int)
        return [
            Place(task, executor, LOCALITIES[locality])
            for task, executor, locality in zip(index.tolist(), ran_on, self._localities, strict=True)
        ]

    def tasks_at_once(self) -> dict[str, int]:
        """Return the most tasks that overlapped on each executor.

        The driver notes the end of a task some time after its slot is free, so the time the
        executor itself reports counts, not the logged end.
        """
        if not self._retained:
            return {}
        table = np.concatenate(self._retained)
        launch = table[:, _COLUMN["launch_ms"]]
        finish = launch + sum(table[:, _COLUMN[n]] for n in ("deserialise_ms", "run_ms", "serialise_ms"))
        most = {}
        for name, mine in self._by_executor():
            begun = np.arange(1, len(mine) + 1)
            ended = np.searchsorted(np.sort(finish[mine]), np.sort(launch[mine]), side="right")
            most[name] = int((begun - ended).max())
        return most

    def summarise(self, start_ms: int, slots: Mapping[str, int], *, cpu_recorded: bool) -> TaskSummary | None:
        """Return the summary of all tasks added so far, or None if there are none.

        Parameters
        ----------
        start_ms
            Application start, epoch milliseconds.
        slots
            Task slots by executor identifier.
        cpu_recorded
            Whether other stages have shown that this Spark records CPU times; before 2.1 it did not.
        """
        if not self._retained:
            return None
        cpu_recorded = cpu_recorded or self._cpu_recorded
        self._reduce(cpu_recorded=cpu_recorded)
        table = np.concatenate(self._retained)
        kept = _decompose(table, cpu_recorded=cpu_recorded)
        launch, finish = table[:, _COLUMN["launch_ms"]], table[:, _COLUMN["finish_ms"]]
        finish = np.maximum(launch, finish)
        executors = self._by_executor()
        first_wave, gap_s = _waves(launch * MS, finish * MS, executors, slots)
        warm_up_s, warm_up_cpu_s = _take_warm_up(kept, first_wave)
        parts = [(np.ones(len(table)), kept), *self._reduced]
        weights, groups = grouped(
            np.concatenate([w for w, _ in parts]), np.concatenate([k for _, k in parts]), GROUPS
        )
        totals = self._totals + _totals(table)
        attempts = float(weights.sum())
        return TaskSummary(
            succeeded=self.succeeded,
            weights=weights,
            launch_order=groups[:, -1] / max(1.0, attempts - 1),
            duration_s=groups[:, 0],
            parts_s={name: groups[:, i + 1] for i, name in enumerate(PARTS)},
            peak_memory_bytes=groups[:, -2],
            volumes=dict(zip(VOLUMES, totals.tolist(), strict=True)),
            cpu_recorded=cpu_recorded,
            first_wave=int(first_wave.sum()),
            warm_up_s=warm_up_s,
            warm_up_cpu_s=warm_up_cpu_s,
            busy_slots=_kept_busy(launch * MS, finish * MS + gap_s, first_wave, executors, slots),
            gap_s=gap_s,
            launches=_launches(table, first_wave),
            launch_interval_s=_launch_interval(launch[~first_wave] * MS),
            first_launch_s=float(self._span_ms[0] - start_ms) * MS,
            last_launch_s=float(self._span_ms[1] - start_ms) * MS,
            last_finish_s=float(self._span_ms[2] - start_ms) * MS,
        )


def _totals(table: Floats) -> Floats:
    return np.asarray(table[:, [_COLUMN[name] for name in VOLUMES]].sum(axis=0))


def _decompose(table: Floats, *, cpu_recorded: bool, before: int = 0) -> Floats:
    """Return duration, `PARTS`, peak memory and order of launch as columns.

    The parts are taken one after the other from what is left of the duration, so that they always
    add up to it, however the clocks of driver and executor disagree. Follows the task timeline of
    Spark's web interface (``org.apache.spark.status.AppStatusUtils.schedulerDelay``).
    """
    column = {name: table[:, i] for name, i in _COLUMN.items()}
    duration = np.maximum(0.0, column["finish_ms"] - column["launch_ms"]) * MS
    run = np.minimum(column["run_ms"] * MS, duration)
    fetch, write = column["fetch_ms"] * MS, column["write_ns"] * NS
    cpu, gc = column["cpu_ns"] * NS, column["gc_ms"] * MS
    if not cpu_recorded:  # before Spark 2.1: what is not known to be waiting counts as work
        cpu = np.maximum(0.0, run - gc - fetch - write)
    parts = {}
    left = run
    for name, wanted in (("cpu", cpu), ("gc", gc), ("shuffle_fetch", fetch), ("shuffle_write", write)):
        parts[name] = np.minimum(wanted, left)
        left = left - parts[name]
    parts["other"] = left
    outside = duration - run
    deserialise = np.minimum(column["deserialise_ms"] * MS, outside)
    deserialise_cpu = np.minimum(column["deserialise_cpu_ns"] * NS, deserialise)
    parts["cpu"] = parts["cpu"] + deserialise_cpu
    parts["deserialisation"] = deserialise - deserialise_cpu
    fetching_ms = np.where(column["result_ms"] > 0, column["finish_ms"] - column["result_ms"], 0.0)
    result = column["serialise_ms"] * MS + np.maximum(0.0, fetching_ms) * MS
    parts["result"] = np.minimum(result, outside - deserialise)
    parts["scheduling"] = outside - deserialise - parts["result"]
    order = np.empty(len(table))
    order[np.argsort(column["launch_ms"], kind="stable")] = np.arange(before, before + len(table))
    return np.column_stack([duration, *(parts[name] for name in PARTS), column["peak_memory_bytes"], order])


def _waves(
    launch_s: Floats, finish_s: Floats, executors: Positions, slots: Mapping[str, int]
) -> tuple[Mask, float]:
    """Return which tasks were the first on their slot, and the median gap between two tasks."""
    first = np.zeros(len(launch_s), dtype=bool)
    gaps: list[Floats] = []
    for name, mine in executors:
        order = mine[np.argsort(launch_s[mine], kind="stable")]
        places = slots.get(name, 0) or len(order)
        first[order[:places]] = True
        # With all slots busy, the k-th launch takes the slot that the (k - places)-th end freed.
        gaps.append(launch_s[order[places:]] - np.sort(finish_s[mine])[: max(0, len(order) - places)])
    gap = np.concatenate(gaps)
    return first, float(np.median(gap)) if len(gap) else 0.0


_FEW_LAUNCHES = 100  # do not tell the pace
_SETTLING = 0.25  # share of the later tasks until the pace has settled


def _launches(table: Floats, first: Mask) -> Launches | None:
    later = table[~first]
    order = np.argsort(later[:, _COLUMN["launch_ms"]], kind="stable")
    settled = later[order[int(_SETTLING * len(later)) :]]
    if len(settled) < _FEW_LAUNCHES:
        return None
    column = {name: settled[:, i] for name, i in _COLUMN.items()}
    span_ms = float(np.ptp(column["launch_ms"]))
    if span_ms <= 0:
        return None
    inside = column["deserialise_ms"] + column["run_ms"] + column["serialise_ms"]
    outside = np.maximum(0.0, column["finish_ms"] - column["launch_ms"] - inside)
    return Launches(
        per_s=(len(settled) - 1) / (span_ms * MS),
        inside_s=float(inside.mean()) * MS,
        outside_s=float(outside.mean()) * MS,
        least_outside_s=float(np.quantile(outside, 0.1)) * MS,
    )


def _launch_interval(launch_s: Floats) -> float:
    """Return the mean time between two launches, seconds."""
    return float(np.ptp(launch_s) / (len(launch_s) - 1)) if len(launch_s) > 1 else 0.0


_SATURATED = 0.5  # share of its slots above which an executor counts as kept busy


def _kept_busy(
    launch_s: Floats, freed_s: Floats, first: Mask, executors: Positions, slots: Mapping[str, int]
) -> int:
    """Return the slots of the executors that were busy from the second wave to the last launch.

    All slots if no executor was: then it is not the place of the data that holds tasks back, but the
    driver, which launches them one after the other.
    """
    if first.all():
        return sum(slots.values())
    begin, last = launch_s[~first].min(), launch_s.max()
    if last <= begin:
        return sum(slots.values())
    held = np.clip(np.minimum(freed_s, last) - np.maximum(launch_s, begin), 0.0, None) / (last - begin)
    busy = [
        slots.get(name, 0) for name, mine in executors if held[mine].sum() >= _SATURATED * slots.get(name, 0)
    ]
    return sum(busy) or sum(slots.values())


_FEWEST = 2  # later tasks that tell what is normal


def _take_warm_up(kept: Floats, first: Mask) -> tuple[float, float]:
    """Take the warm-up out of the first tasks; return its mean time and mean CPU, seconds.

    The warm-up is how much longer the median first task took than the median later one. Tasks that
    were shorter than that lose what they have; the proportions of their parts stay.
    """
    duration = kept[first, 0]
    later = kept[~first, 0]
    if len(later) < _FEWEST or not len(duration):
        return 0.0, 0.0
    longer_s = float(np.median(duration) - np.median(later))
    if longer_s <= 0:
        return 0.0, 0.0
    remaining = np.maximum(duration - longer_s, 0.0)
    factor = np.divide(remaining, duration, out=np.zeros_like(duration), where=duration > 0)
    cpu = kept[first][:, [1 + PARTS.index("cpu"), 1 + PARTS.index("gc")]].sum(axis=1)
    kept[np.flatnonzero(first)[:, None], np.arange(len(PARTS) + 1)] *= factor[:, None]
    return float((duration - remaining).mean()), float((cpu * (1 - factor)).mean())


def grouped(weights: Floats, rows: Floats, groups: int) -> tuple[Floats, Floats]:
    """Return weighted means of neighbouring rows, ordered by the first column.

    Up to ``groups`` rows are returned as they are. Otherwise groups hold equal weights, except that
    they shrink to single tasks towards the longest: stragglers decide when a stage ends.
    """
    order = np.argsort(rows[:, 0], kind="stable")
    weights, rows = weights[order], rows[order]
    if len(rows) <= groups:
        return weights, rows
    total = float(weights.sum())
    body = total / (groups * 0.75)
    tail = np.minimum(2.0 ** (np.arange(groups) // 2), body)  # 1 1 2 2 4 4 ... from the top
    above = np.concatenate([[0.0], np.cumsum(tail)])
    edges = total - above[above < total]
    position = np.cumsum(weights) - weights / 2
    which = np.searchsorted(-edges, -position, side="left")
    _, start = np.unique(-which, return_index=True)
    summed = np.add.reduceat(weights, start)
    means = np.add.reduceat(rows * weights[:, None], start, axis=0) / summed[:, None]
    return summed, means
