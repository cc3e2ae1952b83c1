"""History files in the forms in which Hadoop's ``EventWriter`` writes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

SUBMIT = 1_700_000_000_000
JOB = "job_1700000000000_0007"
NAMESPACE = "org.apache.hadoop.mapreduce.jobhistory"
LONGS = {"submitTime", "launchTime", "startTime", "finishTime", "mapFinishTime", "shuffleFinishTime"}
LONGS |= {"sortFinishTime"}
INTS = {"totalMaps", "totalReduces", "finishedMaps", "finishedReduces"}
COUNTERS = {
    "type": "record",
    "name": "JhCounters",
    "fields": [
        {"name": "name", "type": "string"},
        {
            "name": "groups",
            "type": {
                "type": "array",
                "items": {
                    "type": "record",
                    "name": "JhCounterGroup",
                    "fields": [
                        {"name": "name", "type": "string"},
                        {"name": "displayName", "type": "string"},
                        {
                            "name": "counts",
                            "type": {
                                "type": "array",
                                "items": {
                                    "type": "record",
                                    "name": "JhCounter",
                                    "fields": [
                                        {"name": "name", "type": "string"},
                                        {"name": "displayName", "type": "string"},
                                        {"name": "value", "type": "long"},
                                    ],
                                },
                            },
                        },
                    ],
                },
            },
        },
    ],
}
Event = tuple[str, str, dict[str, Any]]
"""Type, class and fields."""


def counted(**values: int) -> dict[str, Any]:
    counts = [{"name": name, "displayName": name, "value": value} for name, value in values.items()]
    group = {"name": "org.apache.hadoop.mapreduce.TaskCounter", "displayName": "x", "counts": counts}
    return {"name": "COUNTERS", "groups": [group]}


def attempt(
    kind: str, number: int, begin: int, end: int, *, host: str = "host-1", **more: Any
) -> list[Event]:
    letter, state = kind[0].lower(), more.pop("state", "FINISHED")
    names = {
        "taskid": f"{JOB.replace('job', 'task')}_{letter}_{number:06d}",
        "attemptId": f"{JOB.replace('job', 'attempt')}_{letter}_{number:06d}_0",
        "taskType": kind,
    }
    start = names | {"startTime": SUBMIT + begin, "trackerName": host, "locality": "NODE_LOCAL"}
    finish = names | {"finishTime": SUBMIT + end, "hostname": host, "rackname": "/rack"}
    for field, at in (("shuffleFinishTime", "fetched"), ("sortFinishTime", "sorted")):
        if at in more:
            finish[field] = SUBMIT + more.pop(at)
    finish["counters"] = counted(**more)
    return [
        (f"{kind}_ATTEMPT_STARTED", "TaskAttemptStarted", start),
        (f"{kind}_ATTEMPT_{state}", f"{kind.title()}Attempt{state.title()}", finish),
    ]


def job(*attempts: list[Event], maps: int, reduces: int, end: int) -> list[Event]:
    return [
        ("AM_STARTED", "AMStarted", {"startTime": SUBMIT + 1000}),
        (
            "JOB_SUBMITTED",
            "JobSubmitted",
            {
                "jobid": JOB,
                "jobName": "word count",
                "userName": "someone",
                "submitTime": SUBMIT,
                "jobQueueName": "root.default",
            },
        ),
        (
            "JOB_INITED",
            "JobInited",
            {"jobid": JOB, "launchTime": SUBMIT + 2000, "totalMaps": maps, "totalReduces": reduces},
        ),
        *(event for events in attempts for event in events),
        ("JOB_FINISHED", "JobFinished", {"jobid": JOB, "finishTime": SUBMIT + end, "finishedMaps": maps}),
    ]


def usual() -> list[Event]:
    """Return four maps in two waves on two nodes, and a reduce that starts before the last one ends."""
    return job(
        *(attempt("MAP", i, 3000, 8000, host=f"host-{i}", CPU_MILLISECONDS=3000) for i in range(2)),
        *(attempt("MAP", i, 9000, 14000, host=f"host-{i - 2}", CPU_MILLISECONDS=3000) for i in (2, 3)),
        attempt("REDUCE", 0, 9500, 18000, fetched=15000, sorted=15500, host="host-1", CPU_MILLISECONDS=1500),
        maps=4,
        reduces=1,
        end=18500,
    )


def as_json(events: list[Event]) -> bytes:
    lines = [json.dumps({"type": t, "event": {f"{NAMESPACE}.{c}": _named(f)}}) for t, c, f in events]
    return b"Avro-Json\n{}\n" + "\n\n".join(lines).encode() + b"\n"


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    """Put the names of unions around values, as Avro does."""
    return {k: {"string": v} if k == "locality" else v for k, v in fields.items()}


def schema(events: list[Event]) -> dict[str, Any]:
    fields_of: dict[str, list[str]] = {}
    for _, name, fields in events:
        known = fields_of.setdefault(name, [])
        known += [field for field in fields if field not in known]
    seen = False
    records = []
    for name, fields in fields_of.items():
        typed = []
        for field in fields:
            if field == "counters":
                kind: Any = "JhCounters" if seen else COUNTERS
                seen = True
            else:
                kind = "long" if field in LONGS else "int" if field in INTS else "string"
            typed.append({"name": field, "type": ["null", kind]})
        records.append({"type": "record", "name": name, "fields": typed})
    types = {"type": "enum", "name": "EventType", "symbols": list(dict.fromkeys(e[0] for e in events))}
    return {
        "type": "record",
        "name": "Event",
        "namespace": NAMESPACE,
        "fields": [{"name": "type", "type": types}, {"name": "event", "type": records}],
    }


def whole(value: int) -> bytes:
    coded = (value << 1) ^ (value >> 63)
    found = bytearray()
    while coded > 0x7F:
        found.append(coded & 0x7F | 0x80)
        coded >>= 7
    return bytes([*found, coded])


def encode(kind: Any, value: Any) -> bytes:
    """Return a value in Avro's binary encoding; the inverse of what is tested."""
    if isinstance(kind, list):
        branch = 0 if value is None else 1
        return whole(branch) + (b"" if value is None else encode(kind[1], value))
    if kind in ("long", "int"):
        return whole(value)
    if kind == "string":
        return whole(len(value.encode())) + value.encode()
    if kind == "JhCounters":
        kind = COUNTERS
    if kind["type"] == "array":
        items = b"".join(encode(kind["items"], item) for item in value)
        return (whole(len(value)) + items if value else b"") + whole(0)
    return b"".join(encode(field["type"], value.get(field["name"])) for field in kind["fields"])


def as_binary(events: list[Event]) -> bytes:
    made = schema(events)
    symbols = made["fields"][0]["type"]["symbols"]
    records = {record["name"]: (i, record) for i, record in enumerate(made["fields"][1]["type"])}
    body = b""
    for kind, name, fields in events:
        branch, record = records[name]
        body += whole(symbols.index(kind)) + whole(branch) + encode(record, fields)
    return b"Avro-Binary\n" + json.dumps(made).encode() + b"\n" + body


@pytest.fixture(params=[as_json, as_binary])
def history(request) -> bytes:
    return request.param(usual())
