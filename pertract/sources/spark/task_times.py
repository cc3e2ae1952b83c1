"""Every task by itself: where it ran, when, and what CPU its thread used. Kept only when asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...units import MS, NS
from .records import Floats
from .tasks import TaskBatch

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TaskTimes:
    """All task attempts of a run as columns of shape ``(n_tasks,)``, in the order in which they ended."""

    executors: tuple[str, ...]
    """Distinct executors."""
    stages: tuple[tuple[int, int], ...]
    """Distinct stages, as identifier and attempt."""
    id: Ints
    """Spark's number of the attempt, unique in the application (``TID``)."""
    executor: Ints
    """Index in ``executors``."""
    stage: Ints
    """Index in ``stages``."""
    begin_s: Floats
    """Launch, seconds after application start."""
    end_s: Floats
    """Begin and what the executor reports: deserialisation, run and serialisation of the result."""
    cpu_s: Floats
    """CPU of the task's thread; without garbage collection, which other threads do."""
    gc_s: Floats
    """Time the JVM collected garbage meanwhile."""

    def __len__(self) -> int:
        return len(self.id)


class TaskTimesCollector:
    """Gathers the tasks of a run."""

    def __init__(self) -> None:
        self._batches: list[tuple[int, TaskBatch]] = []
        self._stages: dict[tuple[int, int], int] = {}

    def add(self, batch: TaskBatch) -> None:
        """Add task attempts."""
        stage = self._stages.setdefault((batch.stage, batch.attempt), len(self._stages))
        self._batches.append((stage, batch))

    def build(self, start_ms: int) -> TaskTimes:
        """Return all tasks, with times from a start in epoch milliseconds on."""

        def column(name: str) -> Floats:
            return np.concatenate([np.empty(0), *(batch.column(name) for _, batch in self._batches)])

        executors: dict[str, int] = {}
        ran_on = [
            executors.setdefault(e, len(executors)) for _, batch in self._batches for e in batch.executors
        ]
        begin_ms = column("launch_ms")
        inside_ms = column("deserialise_ms") + column("run_ms") + column("serialise_ms")
        # Clocks of driver and executor differ; a task did not end after its end was noted.
        end_ms = np.clip(begin_ms + inside_ms, begin_ms, np.maximum(begin_ms, column("finish_ms")))
        cpu_s = (column("cpu_ns") + column("deserialise_cpu_ns")) * NS
        return TaskTimes(
            executors=tuple(executors),
            stages=tuple(self._stages),
            id=column("id").astype(np.int64),
            executor=np.array(ran_on, dtype=np.int64),
            stage=np.repeat(
                np.array([stage for stage, _ in self._batches], dtype=np.int64),
                [len(batch.table) for _, batch in self._batches],
            ),
            begin_s=(begin_ms - start_ms) * MS,
            end_s=(end_ms - start_ms) * MS,
            cpu_s=cpu_s,
            gc_s=column("gc_ms") * MS,
        )
