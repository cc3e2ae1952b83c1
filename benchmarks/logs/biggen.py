"""Write event logs of large applications: any number of tasks, with the lines of the shipped example.

Real lines of the example give the shape: every task keeps its metrics, executors and times get numbers
that fit each other. Tasks run on 200 slots in order, so all times are consistent. Half of the stages write
a shuffle that the other half reads; each job is one of both.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from heapq import heapify, heapreplace
from pathlib import Path
from typing import Any

import zstandard

from pertract.sources import codecs

sys.path.append(str(Path(__file__).resolve().parents[1] / "speed"))
from biglog import EXAMPLE

EXECUTORS, CORES = 50, 4
START_MS = 1_795_229_000_000
_CHUNK = 1 << 20
_NUMBERS = re.compile(
    rb'"(Task ID|Index|Partition ID|Stage ID|Launch Time|Finish Time|Executor ID|Executor Run Time'
    rb'|Executor CPU Time)":("?)(\d+)"?'
)


@dataclass(frozen=True)
class TaskLine:
    """A line of a task with places to fill in."""

    template: bytes
    fields: tuple[str, ...]

    def filled(self, values: dict[str, int]) -> bytes:
        """Return the line with its places filled in."""
        return self.template % tuple(values[field] for field in self.fields)


@dataclass(frozen=True)
class TaskShape:
    """The start and end of one task of the example, and how long it took."""

    start: TaskLine
    end: TaskLine
    length_ms: int
    run_ms: int
    cpu_ns: int


def _task_line(line: bytes) -> TaskLine:
    fields = []

    def place(match: re.Match[bytes]) -> bytes:
        if match[1] == b"Finish Time" and match[3] == b"0":
            return match[0]
        fields.append(match[1].decode())
        return b'"' + match[1] + b'":' + match[2] + b"%d" + match[2]

    return TaskLine(_NUMBERS.sub(place, line.replace(b"%", b"%%")), tuple(fields))


class Shapes:
    """The lines of the example that are repeated."""

    def __init__(self) -> None:
        with EXAMPLE.open("rb") as raw:
            lines = list(codecs.open_lines(raw, "zstd"))
        self.head = [line for line in lines if b"LogStart" in line[:40] or b"ResourceProfile" in line[:60]]
        (self.environment,) = (line for line in lines if b"EnvironmentUpdate" in line[:60])
        (self.application,) = (line for line in lines if b"ApplicationStart" in line[:60])
        (self.executor,) = (line for line in lines if b"ExecutorAdded" in line[:60])
        self.block_manager = next(line for line in reversed(lines) if b"BlockManagerAdded" in line[:60])
        events = [json.loads(line) for line in lines if b'"Event":"SparkListener' in line[:30]]
        two = [e for e in events if e["Event"].endswith("JobStart") and len(e["Stage Infos"]) == 2]
        self.job = two[3]
        number = {info["Stage ID"] for info in self.job["Stage Infos"]}
        self.stages = {
            (e["Event"], e["Stage Info"]["Stage ID"]): e
            for e in events
            if "Stage Info" in e and e["Stage Info"]["Stage ID"] in number
        }
        starts = {_field(line, b"Task ID"): line for line in lines if b"TaskStart" in line[:40]}
        self.tasks: dict[str, list[TaskShape]] = {"ShuffleMapTask": [], "ResultTask": []}
        for line in lines:
            if b"TaskEnd" in line[:40]:
                kind = "ShuffleMapTask" if b'"ShuffleMapTask"' in line[:120] else "ResultTask"
                self.tasks[kind].append(
                    TaskShape(
                        _task_line(starts[_field(line, b"Task ID")]),
                        _task_line(line),
                        _field(line, b"Finish Time") - _field(line, b"Launch Time"),
                        _field(line, b"Executor Run Time"),
                        _field(line, b"Executor CPU Time"),
                    )
                )


def _field(line: bytes, name: bytes) -> int:
    return int(re.search(b'"%s":(\\d+)' % name, line)[1])  # type: ignore[index]


def _line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def lines_of(tasks: int, stages: int, *, seed: int = 1) -> Iterator[bytes]:
    """Yield the lines of a log with ``tasks`` tasks in ``stages`` stages (both even)."""
    shapes, rng = Shapes(), random.Random(seed)
    yield from shapes.head
    yield _timed(shapes.application, START_MS)
    yield shapes.environment
    for number in range(EXECUTORS):
        for line in (shapes.block_manager, shapes.executor):
            named = re.sub(rb'"Executor ID":"\d+"', b'"Executor ID":"%d"' % number, line)
            named = re.sub(rb'"Total Cores":\d+', b'"Total Cores":%d' % CORES, named)
            yield _timed(named, START_MS + 2000 + 10 * number)
    now_ms, task_id, width = START_MS + 5000, 0, tasks // stages
    for job in range(stages // 2):
        numbers = (2 * job, 2 * job + 1)
        yield _line(_job_start(shapes.job, job, numbers, width, now_ms))
        for stage, kind in zip(numbers, shapes.tasks, strict=True):
            submitted_ms = now_ms
            yield _line(_stage(shapes, "SparkListenerStageSubmitted", stage, width, submitted_ms, None))
            slots = [(submitted_ms + 2, slot) for slot in range(EXECUTORS * CORES)]
            heapify(slots)
            for index in range(width):
                free_ms, slot = slots[0]
                shape, factor = rng.choice(shapes.tasks[kind]), rng.lognormvariate(0.0, 0.3)
                run_ms = int(shape.run_ms * factor)
                finish_ms = free_ms + run_ms + shape.length_ms - shape.run_ms
                heapreplace(slots, (finish_ms, slot))
                now_ms = max(now_ms, finish_ms)
                values = {
                    "Task ID": task_id,
                    "Index": index,
                    "Partition ID": index,
                    "Stage ID": stage,
                    "Launch Time": free_ms,
                    "Finish Time": finish_ms,
                    "Executor ID": slot // CORES,
                    "Executor Run Time": run_ms,
                    "Executor CPU Time": int(shape.cpu_ns * factor),
                }
                yield shape.start.filled(values)
                yield shape.end.filled(values)
                task_id += 1
            now_ms += 5
            yield _line(_stage(shapes, "SparkListenerStageCompleted", stage, width, submitted_ms, now_ms))
        end = {"Job ID": job, "Completion Time": now_ms, "Job Result": {"Result": "JobSucceeded"}}
        yield _line({"Event": "SparkListenerJobEnd", **end})
        now_ms += 50
    yield _line({"Event": "SparkListenerApplicationEnd", "Timestamp": now_ms})


def _timed(line: bytes, time_ms: int) -> bytes:
    return re.sub(rb'"Timestamp":\d+', b'"Timestamp":%d' % time_ms, line)


def _job_start(
    job: dict[str, Any], number: int, stages: tuple[int, int], width: int, now_ms: int
) -> dict[str, Any]:
    infos = [
        _renumbered(info, stage, width)
        for info, stage in zip(_in_order(job["Stage Infos"]), stages, strict=True)
    ]
    return {
        **job,
        "Job ID": number,
        "Submission Time": now_ms,
        "Stage Infos": infos,
        "Stage IDs": list(stages),
    }


def _in_order(infos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(infos, key=lambda info: int(info["Stage ID"]))


def _renumbered(info: dict[str, Any], stage: int, width: int) -> dict[str, Any]:
    """Return what the log says about a stage, with other numbers; the second of a job waits for the first."""
    data_sets = [
        {
            **data_set,
            "RDD ID": 100 * stage + i,
            "Parent IDs": [100 * stage + i + 1] if i + 1 < len(info["RDD Info"]) else [],
            "Number of Partitions": width,
        }
        for i, data_set in enumerate(info["RDD Info"])
    ]
    parents = [stage - 1] if stage % 2 else []
    return {**info, "Stage ID": stage, "Number of Tasks": width, "RDD Info": data_sets, "Parent IDs": parents}


def _stage(
    shapes: Shapes, event: str, stage: int, width: int, submitted_ms: int, completed_ms: int | None
) -> dict[str, Any]:
    first, second = (info["Stage ID"] for info in _in_order(shapes.job["Stage Infos"]))
    template = shapes.stages[event, second if stage % 2 else first]
    info = {**_renumbered(template["Stage Info"], stage, width), "Submission Time": submitted_ms}
    if completed_ms is not None:
        info["Completion Time"] = completed_ms
    return {**template, "Stage Info": info}


def write(path: Path, lines: Iterator[bytes]) -> int:
    """Write lines as zstd and return their size before packing, bytes."""
    size = 0
    with closing(Packed(path)) as out:
        for line in lines:
            size += len(line)
            out.write(line)
    return size


def write_rolled(folder: Path, lines: Iterator[bytes], part_bytes: int) -> int:
    """Write lines as the parts of a rolled log, each of ``part_bytes`` before packing; return all bytes.

    Spark counts what it writes before packing, as here, and begins every part anew.
    """
    folder.mkdir()
    name = folder.name.removeprefix("eventlog_v2_")
    (folder / f"appstatus_{name}").touch()
    size = part = room = 0
    out: Packed | None = None
    for line in lines:
        if out is None or room < len(line):
            if out:
                out.close()
            part, room = part + 1, part_bytes
            out = Packed(folder / f"events_{part}_{name}.zstd")
        size += len(line)
        room -= len(line)
        out.write(line)
    if out:
        out.close()
    return size


class Packed:
    """A zstd file of lines; Spark packs with level 1 too."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._writer = zstandard.ZstdCompressor(level=1).stream_writer(self._file)
        self._waiting: list[bytes] = []
        self._bytes = 0

    def write(self, line: bytes) -> None:
        """Add a line."""
        self._waiting.append(line)
        self._bytes += len(line)
        if self._bytes >= _CHUNK:
            self._flush()

    def _flush(self) -> None:
        self._writer.write(b"".join(self._waiting))
        self._waiting, self._bytes = [], 0

    def close(self) -> None:
        """Write what is waiting and end the file."""
        self._flush()
        self._writer.close()
        self._file.close()
