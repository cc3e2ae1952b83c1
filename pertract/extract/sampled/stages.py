"""Which stage a thread worked for, by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...sources.spark import SparkRun
from ..execution import attempt_id
from ..traces.matching import task_id

_STAGE = re.compile(r"\bin stage (\d+)\.(\d+)\b")
_NUMBER = re.compile(r"(?:stage-)?(\d+)(?:\.(\d+))?")
OUTSIDE = ""
"""What is not of a stage."""


def stages_of_tasks(run: SparkRun | None) -> dict[int, str]:
    """Return the stage of each task of a run; none without one."""
    if run is None or run.task_times is None:
        return {}
    tasks = run.task_times
    names = [attempt_id(*stage) for stage in tasks.stages]
    of = zip(tasks.id.tolist(), tasks.stage.tolist(), strict=True)
    return {task: names[stage] for task, stage in of}


def stage_of(thread: str | None, of_task: Mapping[int, str]) -> str:
    """Return the stage that a thread's name tells, or `OUTSIDE`.

    Parameters
    ----------
    thread
        Such as ``Executor task launch worker for task 1.0 in stage 0.0 (TID 1)``; older releases of Spark
        tell the number of the task only.
    of_task
        The stage of each task, where the event log is known.
    """
    if thread is None:
        return OUTSIDE
    if (task := task_id(thread)) in of_task:
        return of_task[task]
    if found := _STAGE.search(thread):
        return attempt_id(int(found[1]), int(found[2]))
    return OUTSIDE


def normal(stage: str) -> str | None:
    """Return a stage as models call it, from ``3``, ``3.0`` or ``stage-3``; None if it is none of these."""
    if not (found := _NUMBER.fullmatch(stage.strip())):
        return None
    return attempt_id(int(found[1]), int(found[2] or 0))


def order(stage: str) -> tuple[int, int]:
    """Return where a stage stands among others; `OUTSIDE` last."""
    found = _NUMBER.fullmatch(stage)
    return (int(found[1]), int(found[2] or 0)) if found else (1 << 60, 0)
