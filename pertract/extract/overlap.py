"""Which stages ran at the same time, found without comparing all with all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..sources.spark import StageRecord


class RunningStages:
    """The times in which stages ran tasks.

    Parameters
    ----------
    stages
        All executed stages of a run.
    """

    def __init__(self, stages: Sequence[StageRecord]) -> None:
        timed = [(s.summary.first_launch_s, s.summary.last_finish_s, s) for s in stages if s.summary]
        timed.sort(key=lambda item: item[0])
        self._begin = np.array([begin for begin, _, _ in timed])
        # Of the stages begun so far: which ended last, and when the last of the others ended.
        self._last: list[tuple[float, StageRecord, float]] = []
        for _, end, stage in timed:
            if not self._last:
                self._last.append((end, stage, -np.inf))
                continue
            top, holder, second = self._last[-1]
            if end > top:
                self._last.append((end, stage, top))
            else:
                self._last.append((top, holder, max(second, end)))

    def other_than(self, stage: StageRecord, begin_s: float, end_s: float) -> bool:
        """Return whether another stage ran tasks in an interval."""
        begun = int(np.searchsorted(self._begin, end_s, side="left"))
        if not begun:
            return False
        top, holder, second = self._last[begun - 1]
        return (second if holder is stage else top) > begin_s
