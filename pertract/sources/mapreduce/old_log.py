"""Job history of Hadoop 0.20 and 1.x: lines of ``Type KEY="value" ... .``.

Written by ``org.apache.hadoop.mapred.JobHistory``; quotes, dots and equals signs in values carry a backslash,
and counters have a little language of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .collect import JobCollector, counters, kind_of, whole
from .configuration import parse
from .records import MapReduceRun, job_id

LINE = re.compile(rb'^(Meta VERSION|Job JOBID|Task TASKID|(Map|Reduce)Attempt TASK_TYPE)="', re.MULTILINE)
_SEPARATOR = re.compile(rb"\f!!FILE=([^\n]*?)!!\n")
"""Before each of the files of a job tracker that were put into one, as Rumen's tests have them."""
_PAIR = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_GROUP = re.compile(r"\{\(((?:[^()\\]|\\.)*)\)\((?:[^()\\]|\\.)*\)((?:\[[^\]]*\])*)\}")
_COUNTER = re.compile(r"\[\(((?:[^()\\]|\\.)*)\)\((?:[^()\\]|\\.)*\)\((\d+)\)\]")
_RECORD = re.compile(r"^(Job|Task|MapAttempt|ReduceAttempt) (.*?)(?: \.)?$", re.MULTILINE)


def is_old_log(head: bytes) -> bool:
    """Return whether a file begins like the history of a job of Hadoop 1."""
    return LINE.search(head) is not None or _SEPARATOR.match(head) is not None


def read_old_logs(
    data: bytes, *, properties: Mapping[str, str] | None = None, digest: str = ""
) -> Iterator[MapReduceRun]:
    """Yield the jobs of a file: one, or several that were put together with their configurations."""
    pieces = _SEPARATOR.split(data)
    settings: dict[str, Mapping[str, str]] = {}
    logs: list[bytes] = []
    for name, piece in zip(["", *pieces[1::2]], [pieces[0], *pieces[2::2]], strict=True):
        text = name.decode("utf-8", "replace") if name else ""
        if text.endswith("_conf.xml"):
            found = re.search(r"job_\d+_\d+", text)
            settings[job_id(found[0]) if found else ""] = parse(piece, text)
        elif piece.strip():
            logs.append(piece)
    for log in logs:
        for job in _jobs(log.decode("utf-8", "replace")):
            yield job.run(properties or settings.get(job.id, {}), digest)


def _jobs(text: str) -> Iterator[JobCollector]:
    jobs: dict[str, JobCollector] = {}
    for record in _RECORD.finditer(text):
        fields = {key: _ESCAPED.sub(r"\1", value) for key, value in _PAIR.findall(record[2])}
        raw = {key: value for key, value in _PAIR.findall(record[2]) if key == "COUNTERS"}
        name = job_id(fields.get("JOBID") or fields.get("TASKID") or "")
        if not name.startswith("job_"):
            continue
        job = jobs.setdefault(name, JobCollector(name))
        job.events[record[1]] += 1
        if record[1] == "Job":
            _job(job, fields)
        elif record[1] != "Task":
            _attempt(job, fields, raw.get("COUNTERS"))
    yield from jobs.values()


def _job(job: JobCollector, fields: Mapping[str, str]) -> None:
    status = fields.get("JOB_STATUS", "")
    ended = {"SUCCESS": "SUCCEEDED", "FAILED": "FAILED", "KILLED": "KILLED"}.get(status)
    job.tell(
        name=fields.get("JOBNAME"),
        user=fields.get("USER"),
        queue=fields.get("JOB_QUEUE"),
        submit_ms=whole(fields.get("SUBMIT_TIME")),
        launch_ms=whole(fields.get("LAUNCH_TIME")),
        finish_ms=whole(fields.get("FINISH_TIME")),
        maps=whole(fields.get("TOTAL_MAPS")),
        reduces=whole(fields.get("TOTAL_REDUCES")),
        state=ended,
    )


def _attempt(job: JobCollector, fields: Mapping[str, str], told: str | None) -> None:
    job.attempt(
        fields.get("TASK_ATTEMPT_ID", ""),
        task=fields.get("TASKID"),
        kind=kind_of(fields.get("TASK_TYPE")),
        state=fields.get("TASK_STATUS") or None,
        start_ms=whole(fields.get("START_TIME")),
        finish_ms=whole(fields.get("FINISH_TIME")),
        shuffle_ms=whole(fields.get("SHUFFLE_FINISHED")),
        sort_ms=whole(fields.get("SORT_FINISHED")),
        host=fields.get("HOSTNAME") or fields.get("TRACKER_NAME"),
        counters=_counters(told) if told else None,
    )


def _counters(text: str) -> dict[str, int]:
    """Return the counters of ``{(group)(display name)[(name)(display name)(value)]...}...``."""
    return counters(
        (
            _ESCAPED.sub(r"\1", group),
            {_ESCAPED.sub(r"\1", name): int(value) for name, value in _COUNTER.findall(inside)},
        )
        for group, inside in _GROUP.findall(text)
    )
