"""Rumen traces: jobs as JSON objects one after the other, made of old logs or history files.

Written by ``org.apache.hadoop.tools.rumen.TraceBuilder``; -1 stands for what is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .collect import JobCollector, kind_of, whole
from .records import MapReduceRun

_COUNTERS = {
    "hdfsBytesRead": "HDFS_BYTES_READ",
    "hdfsBytesWritten": "HDFS_BYTES_WRITTEN",
    "fileBytesRead": "FILE_BYTES_READ",
    "fileBytesWritten": "FILE_BYTES_WRITTEN",
    "mapInputRecords": "MAP_INPUT_RECORDS",
    "mapInputBytes": "MAP_INPUT_BYTES",
    "mapOutputBytes": "MAP_OUTPUT_BYTES",
    "mapOutputRecords": "MAP_OUTPUT_RECORDS",
    "reduceInputRecords": "REDUCE_INPUT_RECORDS",
    "reduceShuffleBytes": "REDUCE_SHUFFLE_BYTES",
    "reduceOutputRecords": "REDUCE_OUTPUT_RECORDS",
    "spilledRecords": "SPILLED_RECORDS",
}


def is_trace(found: Any) -> bool:
    """Return whether the first object of a file is a job of a trace."""
    return isinstance(found, dict) and "jobID" in found and ("mapTasks" in found or "submitTime" in found)


def job_of(found: Mapping[str, Any], digest: str) -> MapReduceRun:
    """Return a job of a trace."""
    job = JobCollector(str(found.get("jobID", "")))
    job.tell(
        name=found.get("jobName"),
        user=found.get("user"),
        queue=found.get("queue"),
        submit_ms=whole(found.get("submitTime")),
        launch_ms=whole(found.get("launchTime")),
        finish_ms=whole(found.get("finishTime")),
        maps=whole(found.get("totalMaps")),
        reduces=whole(found.get("totalReduces")),
        state={"SUCCESS": "SUCCEEDED"}.get(str(found.get("outcome")), found.get("outcome")),
    )
    properties = {str(k): str(v) for k, v in (found.get("jobProperties") or {}).items()}
    for name, memory in (("map", found.get("jobMapMB")), ("reduce", found.get("jobReduceMB"))):
        if (value := whole(memory)) is not None:
            properties.setdefault(f"mapreduce.{name}.memory.mb", str(value))
    for task in _tasks(found):
        job.events["task"] += 1
        for attempt in task.get("attempts") or ():
            job.events["attempt"] += 1
            _attempt(job, task, attempt)
    return job.run(properties, digest)


def _tasks(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield maps and reduces; tasks that set the job up or clean up count as time of the job itself."""
    for key in ("mapTasks", "reduceTasks"):
        yield from (task for task in found.get(key) or () if isinstance(task, dict))


def _attempt(job: JobCollector, task: Mapping[str, Any], attempt: Mapping[str, Any]) -> None:
    counters = {
        name: value for key, name in _COUNTERS.items() if (value := whole(attempt.get(key))) is not None
    }
    usage = attempt.get("resourceUsageMetrics") or {}
    for key, name in (
        ("cumulativeCpuUsage", "CPU_MILLISECONDS"),
        ("physicalMemoryUsage", "PHYSICAL_MEMORY_BYTES"),
        ("heapUsage", "COMMITTED_HEAP_BYTES"),
    ):
        if value := whole(usage.get(key)):
            counters[name] = value
    splits = [value for item in attempt.get("cpuUsages") or () if (value := whole(item)) is not None]
    if "CPU_MILLISECONDS" not in counters and sum(splits):
        counters["CPU_MILLISECONDS"] = sum(splits)
    job.attempt(
        str(attempt.get("attemptID") or f"{task.get('taskID')}_{len(job.attempts)}"),
        task=task.get("taskID"),
        kind=kind_of(task.get("taskType")),
        state=attempt.get("result"),
        start_ms=_positive(attempt.get("startTime")),
        finish_ms=_positive(attempt.get("finishTime")),
        shuffle_ms=_positive(attempt.get("shuffleFinished")),
        sort_ms=_positive(attempt.get("sortFinished")),
        host=attempt.get("hostName"),
        counters=counters,
    )


def _positive(value: Any) -> int | None:
    return whole(value) or None
