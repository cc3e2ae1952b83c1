"""Times of the tasks of a stage as the original's extractor gets them from the History Server."""

from __future__ import annotations

import numpy as np

from ...sources.spark import StageRecord
from ...units import MS

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of task times, as Spark's REST interface gives them unless asked for others."""


class TaskTimes:
    """Times of the tasks of a stage, ms.

    CPU of deserialisation counts to the run time, because an event log's summary keeps it with the CPU.
    """

    def __init__(self, stage: StageRecord) -> None:
        summary = stage.summary
        self.weights = summary.weights if summary else np.ones(1)
        # As whole as they were in the log.
        parts = {name: np.round(s / MS, 6) for name, s in summary.parts_s.items()} if summary else {}
        nothing = np.zeros(len(self.weights))
        inside = ("cpu", "gc", "shuffle_fetch", "shuffle_write", "other")
        self.columns = {
            "run": sum((parts.get(name, nothing) for name in inside), nothing),
            "overhead": parts.get("deserialisation", nothing) + parts.get("result", nothing),
            "cpu": parts.get("cpu", nothing),
        }

    @property
    def attempts(self) -> int:
        """Task attempts that ended, failed ones included."""
        return max(1, round(float(self.weights.sum())))

    @property
    def total_cpu_ms(self) -> float:
        """CPU of all task attempts."""
        return float(self.columns["cpu"] @ self.weights)

    def mean(self, name: str) -> float:
        """Return the mean of a time."""
        return float(np.average(self.columns[name], weights=self.weights))

    def quantiles(self, name: str) -> list[float]:
        """Return the quantiles of a time, as values of tasks."""
        order = np.argsort(self.columns[name], kind="stable")
        upto = np.cumsum(self.weights[order])
        positions = np.floor(np.array(QUANTILES) * upto[-1])
        found = np.minimum(np.searchsorted(upto, positions, side="right"), len(order) - 1)
        return [float(value) for value in self.columns[name][order][found]]

    def mean_of_quantiles(self, name: str) -> float:
        """Return what the original takes for the mean."""
        return sum(self.quantiles(name)) / len(QUANTILES)
