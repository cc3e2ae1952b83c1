"""Job history files (``.jhist``) of Hadoop 0.23 to 3.x.

Written by ``org.apache.hadoop.mapreduce.jobhistory.EventWriter`` of the application master, one file for
each job; the events are those of ``Events.avpr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import NoUsableRun
from .collect import JobCollector, counters, kind_of, whole
from .events import Damage, HistoryEvent, read_events
from .records import MapReduceRun

_ENDS = {"JOB_FINISHED": "SUCCEEDED", "JOB_FAILED": "FAILED", "JOB_KILLED": "KILLED", "JOB_ERROR": "FAILED"}


def read_history(
    data: bytes, shown: str, *, properties: Mapping[str, str] | None = None, digest: str = ""
) -> MapReduceRun:
    """Return the job of a history file.

    Parameters
    ----------
    data
        The file, unpacked.
    shown
        What to call it in messages.
    properties
        Its job configuration, if there is one.
    digest
        Content digest of the file.

    Raises
    ------
    UnrecognisedSource
        If it is no history file.
    UnreadableSource
        If its schema is damaged.
    NoUsableRun
        If it names no job.
    """
    job = JobCollector("")
    for event in read_events(data, shown):
        if isinstance(event, Damage):
            job.malformed += 1
            where = "from there on nothing was read" if event.at_end else "what could be read of it was read"
            job.missing.append(f"the history file is damaged or cut; {where}")
        else:
            job.events[event.type] += 1
            _note(job, event)
    if not job.id:
        raise NoUsableRun(
            f"{shown}: the history file names no job; it is cut before the job was submitted",
            hint="Take the whole file from mapreduce.jobhistory.done-dir.",
        )
    job.missing[:] = dict.fromkeys(job.missing)
    return job.run(properties or {}, digest)


def _note(job: JobCollector, event: HistoryEvent) -> None:
    kind, fields = event
    if "_ATTEMPT_" in kind:
        _attempt(job, kind, fields)
    elif kind == "TASK_STARTED" and (start_ms := whole(fields.get("startTime"))) is not None:
        job.task_starts[str(fields.get("taskid"))] = start_ms
    elif kind == "AM_STARTED":
        job.facts.setdefault("master_ms", whole(fields.get("startTime")))
        if job.events[kind] > 1:
            job.notes.append(f"the application master was started {job.events[kind]} times")
    elif kind in ("JOB_SUBMITTED", "JOB_INITED", "JOB_INFO_CHANGED", "JOB_QUEUE_CHANGED"):
        _job(job, fields)
    elif kind in _ENDS:
        _job(job, fields)
        job.tell(finish_ms=whole(fields.get("finishTime")), state=fields.get("jobStatus") or _ENDS[kind])
        job.tell(maps=_total(fields, "Maps", job.facts.get("maps")))


def _total(fields: Mapping[str, Any], what: str, known: int | None) -> int | None:
    """Return the tasks of a job that ended before it said how many it has."""
    return known if known is not None else whole(fields.get(f"finished{what}"))


def _job(job: JobCollector, fields: Mapping[str, Any]) -> None:
    if not job.id and fields.get("jobid"):
        job.id = JobCollector(str(fields["jobid"])).id
    job.tell(
        name=fields.get("jobName"),
        user=fields.get("userName"),
        queue=fields.get("jobQueueName"),
        submit_ms=whole(fields.get("submitTime")),
        launch_ms=whole(fields.get("launchTime")),
        maps=whole(fields.get("totalMaps")),
        reduces=whole(fields.get("totalReduces")),
        uber=fields.get("uberized") or None,
    )


def _attempt(job: JobCollector, kind: str, fields: Mapping[str, Any]) -> None:
    state = kind.rpartition("_")[2]
    name = str(fields.get("attemptId", ""))
    known = {"task": fields.get("taskid"), "kind": kind_of(fields.get("taskType"))}
    if state == "STARTED":
        job.attempt(
            name,
            **known,
            start_ms=whole(fields.get("startTime")),
            host=fields.get("trackerName") or None,
            locality=fields.get("locality"),
            container=fields.get("containerId"),
            avataar=fields.get("avataar"),
        )
        return
    job.attempt(
        name,
        **known,
        state={"FINISHED": "SUCCEEDED"}.get(state, state),
        finish_ms=whole(fields.get("finishTime")),
        shuffle_ms=whole(fields.get("shuffleFinishTime")),
        sort_ms=whole(fields.get("sortFinishTime")),
        host=fields.get("hostname") or None,
        rack=fields.get("rackname") or None,
        counters=_counters(fields.get("counters")),
    )


def _counters(found: Any) -> dict[str, int] | None:
    if not isinstance(found, dict):
        return None
    return counters(
        (str(group["name"]), {str(c["name"]): int(c["value"]) for c in group["counts"]})
        for group in found.get("groups") or ()
    )
