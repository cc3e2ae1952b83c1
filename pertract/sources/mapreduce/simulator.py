"""Traces of Hadoop's scheduler load simulator (SLS): containers of jobs with start and end.

Read by ``org.apache.hadoop.yarn.sls.SLSRunner``; a container waits for no other one there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .collect import JobCollector, whole
from .records import MapReduceRun

_TASKS = "job.tasks"


def is_simulator_trace(found: Any) -> bool:
    """Return whether the first object of a file is a job of the simulator."""
    return isinstance(found, dict) and _TASKS in found


def job_of(found: Mapping[str, Any], digest: str, number: int) -> MapReduceRun:
    """Return a job of a simulator trace; ``number`` names it if it has no identifier."""
    job = JobCollector(str(found.get("job.id") or f"job_{number}"))
    begin = whole(found.get("job.start.ms")) or 0
    job.tell(
        name=found.get("job.id"),
        user=found.get("job.user"),
        queue=found.get("job.queue.name"),
        submit_ms=begin,
        finish_ms=whole(found.get("job.end.ms")),
        state="SUCCEEDED",
    )
    memory: dict[str, str] = {}
    for task in found.get(_TASKS) or ():
        if not isinstance(task, dict):
            job.malformed += 1
            continue
        kind = "reduce" if str(task.get("container.type", "map")).startswith("red") else "map"
        start = whole(task.get("container.start.ms"))
        end, lasts = whole(task.get("container.end.ms")), whole(task.get("duration.ms"))
        if start is None and lasts is not None:
            start = begin
        if end is None and start is not None and lasts is not None:
            end = start + lasts
        for _ in range(whole(task.get("count")) or 1):
            name = f"attempt_{job.id.removeprefix('job_')}_{kind[0]}_{len(job.attempts):06d}_0"
            job.attempt(name, kind=kind, start_ms=start, finish_ms=end, host=task.get("container.host"))
        for key, setting in (("container.memory", "memory.mb"), ("container.vcores", "cpu.vcores")):
            if value := whole(task.get(key)):
                memory[f"mapreduce.{kind}.{setting}"] = str(value)
    if missing := job.malformed:
        job.missing.append(f"{missing} containers of the trace cannot be read")
    return job.run(memory, digest)
