"""Answers of the MapReduce History Server and of application masters, as JSON or XML, live or saved.

The paths are those of ``org.apache.hadoop.mapreduce.v2.hs.webapp.HsWebServices`` below
``/ws/v1/history/mapreduce``; application masters answer alike below ``/ws/v1/mapreduce``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lxml import etree

from ...errors import NoUsableRun, UnreadableSource, UnrecognisedSource
from .collect import JobCollector, counters, kind_of, whole
from .configuration import of_answer
from .records import MapReduceRun, job_id

KINDS = (
    "job",
    "jobs",
    "tasks",
    "task",
    "taskAttempts",
    "taskAttempt",
    "jobCounters",
    "jobTaskCounters",
    "jobTaskAttemptCounters",
    "conf",
    "jobAttempts",
    "historyInfo",
    "info",
)
"""The outermost names of answers."""
_LISTS = {"job", "task", "taskAttempt", "counterGroup", "taskCounterGroup", "taskAttemptCounterGroup"}
_LISTS |= {"counter", "property", "jobAttempt"}
Answer = tuple[str, Any]
"""The outermost name, and what is in it."""


def parse(data: bytes, shown: str) -> Answer:
    """Return an answer, whether it is JSON or XML.

    Raises
    ------
    UnreadableSource
        If it is cut or damaged.
    UnrecognisedSource
        If it is something else.
    """
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:200].lower().startswith((b"<!doctype html", b"<html")):
        raise UnrecognisedSource(
            f"{shown}: a web page, and not an answer of a MapReduce History Server",
            hint="Save what curl -H 'Accept: application/json' .../ws/v1/history/mapreduce/jobs gives.",
        )
    found: Any
    try:
        found = _of_xml(text) if text.startswith(b"<") else json.loads(text)
    except (ValueError, etree.XMLSyntaxError, RecursionError) as error:
        raise UnreadableSource(
            f"{shown}: the answer is cut or damaged", hint="Ask the server again, and save the whole answer."
        ) from error
    kind = next((name for name in KINDS if isinstance(found, dict) and name in found), None)
    if kind is None or not isinstance(found[kind], dict):
        raise UnrecognisedSource(
            f"{shown}: not an answer about a MapReduce job",
            hint="Answers about jobs come from /ws/v1/history/mapreduce/jobs.",
        )
    return kind, found[kind]


def _of_xml(text: bytes) -> dict[str, Any]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(text, parser)
    return {str(root.tag): _value(root)}


def _value(element: Any) -> Any:
    inner = [child for child in element if isinstance(child.tag, str)]
    if not inner:
        return (element.text or "").strip()
    found: dict[str, Any] = {}
    for child in inner:
        value = _value(child)
        if child.tag in _LISTS or child.tag in found:
            before = found.get(child.tag, [])
            found[child.tag] = [*(before if isinstance(before, list) else [before]), value]
        else:
            found[child.tag] = value
    return found


def digest(answers: Sequence[Answer]) -> str:
    """Return a digest of some answers, whatever way they came."""
    text = json.dumps(list(answers), sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def many(value: Any) -> list[dict[str, Any]]:
    """Return a list, also of one that was written without brackets."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


class _Job(JobCollector):
    """A job, and what answers say of it beside what other sources say."""

    def __init__(self, job: str) -> None:
        super().__init__(job)
        self.properties: dict[str, str] = {}
        self.listed: set[str] = set()
        """Tasks that the server named."""
        self.means_ms: dict[str, int] = {}
        """Mean times of all tasks, where the server told no more."""


def jobs_of(answers: Iterable[Answer], digest: str, shown: str) -> list[MapReduceRun]:
    """Return the jobs that some answers are about.

    Raises
    ------
    NoUsableRun
        If none of them is about a job.
    """
    jobs: dict[str, _Job] = {}
    unnamed: list[dict[str, str]] = []
    for kind, found in answers:
        if kind == "conf":
            name = job_id(str(found.get("path", "")).rpartition("/")[2].removesuffix("_conf.xml"))
            if name.startswith("job_"):
                jobs.setdefault(name, _Job(name)).properties.update(of_answer(found))
            else:  # the path is that of the staging folder, or shortened
                unnamed.append(of_answer(found))
            continue
        for name, about in _about(kind, found):
            job = jobs.setdefault(name, _Job(name))
            job.events[kind] += 1
            _NOTE[kind](job, about)
    known = [job for job in jobs.values() if set(job.events) - {"jobAttempts"}]
    if not known:
        raise NoUsableRun(
            f"{shown}: the answers are about no job",
            hint="Save /ws/v1/history/mapreduce/jobs/JOB, its /tasks, and /attempts and /counters of each.",
        )
    if len(known) == 1 and unnamed:
        known[0].properties.update(unnamed[0])
    return [_run(job, digest) for job in known]


def _run(job: _Job, digest: str) -> MapReduceRun:
    without = len(job.listed - {str(a.get("task")) for a in job.attempts.values()})
    if without:
        job.missing.append(f"attempts of {without} of {len(job.listed)} tasks are missing")
    if not job.attempts and job.means_ms and job.facts.get("finish_ms"):
        _stand_in(job)
    return job.run(job.properties, digest)


def _stand_in(job: _Job) -> None:
    """Let tasks of mean duration stand for those that no answer is about.

    When they ran is not known: maps are taken to begin with the job, in waves that end before the reduces.
    """
    maps, reduces = int(job.facts.get("maps") or 0), int(job.facts.get("reduces") or 0)
    begin, end = int(job.facts["launch_ms"]), int(job.facts["finish_ms"])
    shuffle, merge, reduce = (job.means_ms.get(name, 0) for name in ("Shuffle", "Merge", "Reduce"))
    mapping = job.means_ms.get("Map", 0)
    span = end - begin - (shuffle + merge + reduce if reduces else 0)
    waves = max(1, min(maps, span // mapping)) if mapping else 1
    at_once = -(-maps // waves) if maps else 0
    common = {"state": "SUCCEEDED", "host": "unknown"}
    for number in range(maps):
        start = begin + number // max(1, at_once) * mapping
        job.attempt(f"map-{number}", kind="map", task=f"m{number}", start_ms=start, finish_ms=start + mapping)
        job.attempt(f"map-{number}", **common)
    for number in range(reduces):
        start = end - shuffle - merge - reduce
        job.attempt(f"reduce-{number}", kind="reduce", task=f"r{number}", start_ms=start, **common)
        job.attempt(f"reduce-{number}", shuffle_ms=start + shuffle, sort_ms=start + shuffle + merge)
        job.attempt(f"reduce-{number}", finish_ms=end)
    job.missing.append("no task is among the answers; tasks of mean duration stand for them")


def _about(kind: str, found: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return which jobs an answer is about, and what it says of each."""
    if kind in ("historyInfo", "info"):
        return []
    if kind == "jobs":
        return [(job_id(str(j.get("id"))), j) for j in many(found.get("job")) if j.get("id")]
    if kind in ("tasks", "taskAttempts"):
        inner = "task" if kind == "tasks" else "taskAttempt"
        return [(job_id(str(t.get("id"))), t) for t in many(found.get(inner)) if t.get("id")]
    name = job_id(str(found.get("id", "")))
    return [(name, found)] if name.startswith("job_") else []


def _job(job: _Job, found: Mapping[str, Any]) -> None:
    finish = whole(found.get("finishTime")) or None  # 0 while it runs
    job.tell(
        name=found.get("name"),
        user=found.get("user"),
        queue=found.get("queue"),
        state=found.get("state"),
        submit_ms=whole(found.get("submitTime")) or whole(found.get("startTime")),
        launch_ms=whole(found.get("startTime")),
        finish_ms=finish,
        maps=whole(found.get("mapsTotal")),
        reduces=whole(found.get("reducesTotal")),
        uber=str(found.get("uberized")).lower() == "true" or None,
    )
    for name in ("Map", "Shuffle", "Merge", "Reduce"):
        if (value := whole(found.get(f"avg{name}Time"))) is not None:
            job.means_ms[name] = value


def _task(job: _Job, found: Mapping[str, Any]) -> None:
    job.listed.add(str(found["id"]))


def _attempt(job: _Job, found: Mapping[str, Any]) -> None:
    name = str(found["id"])
    job.attempt(
        name,
        task=name.rpartition("_")[0].replace("attempt_", "task_", 1),
        kind=kind_of(found.get("type")) or ("reduce" if "_r_" in name else "map"),
        state=found.get("state"),
        start_ms=whole(found.get("startTime")),
        finish_ms=whole(found.get("finishTime")) or None,
        shuffle_ms=whole(found.get("shuffleFinishTime")) or None,
        sort_ms=whole(found.get("mergeFinishTime")) or None,
        host=str(found.get("nodeHttpAddress") or "") or None,
        rack=found.get("rack"),
        container=found.get("assignedContainerId"),
    )


def _attempt_counters(job: _Job, found: Mapping[str, Any]) -> None:
    groups = many(found.get("taskAttemptCounterGroup"))
    job.attempt(str(found["id"]), counters=_counters(groups))


def _nothing(_: _Job, __: Mapping[str, Any]) -> None:
    """Totals of a job or task are the sums of what its attempts tell."""


def _counters(groups: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return counters(
        (
            str(group.get("counterGroupName", "")),
            {
                str(counter["name"]): value
                for counter in many(group.get("counter"))
                if (value := whole(counter.get("value"))) is not None
            },
        )
        for group in groups
    )


_NOTE = {
    "job": _job,
    "jobs": _job,
    "tasks": _task,
    "task": _task,
    "taskAttempts": _attempt,
    "taskAttempt": _attempt,
    "jobCounters": _nothing,
    "jobTaskCounters": _nothing,
    "jobTaskAttemptCounters": _attempt_counters,
    "jobAttempts": _nothing,
}
