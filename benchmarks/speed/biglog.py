"""Make a large event log from a small one, by repeating its jobs with other numbers and times."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pertract.sources import codecs

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "randomforest.zstd"
_IDS = re.compile(rb'"(Task ID|Stage ID|Job ID|RDD ID)":(\d+)')
_ID_LISTS = re.compile(rb'"(Stage IDs|Parent IDs)":\[([\d,]+)\]')
_TIMES = re.compile(
    rb'"((?:Launch|Finish|Submission|Completion|Getting Result) Time|Timestamp|time)":([1-9]\d+)'
)
_TASK_NUMBERS = re.compile(rb'"(Task ID|Index|Partition ID)":(\d+)')
_LAUNCH = re.compile(rb'"Launch Time":(\d+)')
_FINISH = re.compile(rb'"Finish Time":([1-9]\d*)')
_WIDTHS = re.compile(rb'"(Number of (?:Tasks|Partitions))":(\d+)')
_TASK_START = b'{"Event":"SparkListenerTaskStart'
_TASK_END = b'{"Event":"SparkListenerTaskEnd'
_ONCE = (
    b"LogStart",
    b"ApplicationStart",
    b"ExecutorAdded",
    b"BlockManagerAdded",
    b"Environment",
    b"ResourceProfile",
)


def repeat(source: Path, target: Path, megabytes: int, *, tasks: int = 1) -> int:
    """Write at least ``megabytes`` to ``target`` and return its size in bytes.

    Parameters
    ----------
    source, target
        A small log (zstd or plain), and where to write the large one (plain).
    megabytes
        Least size to write.
    tasks
        How often each task is repeated inside its stage, one after the other on the same slot; all
        times are stretched by it, so that stages and jobs last as long as their tasks. The rest of the
        size comes from repeating all jobs.
    """
    with source.open("rb") as raw:
        kind = "zstd" if source.suffix in (".zstd", ".zst") else "plain"
        lines = list(codecs.open_lines(raw, kind))
    stamps = [int(m[2]) for line in lines for m in _TIMES.finditer(line)]
    begin = min(stamps)
    span = (max(stamps) - begin + 1000) * tasks
    starts: dict[bytes, bytes] = {}
    written = copy = 0
    with target.open("wb") as out:
        while written < megabytes * 1_000_000:
            for line in lines:
                if b"ApplicationEnd" in line[:60] or (copy and any(name in line[:60] for name in _ONCE)):
                    continue
                shifted = _shifted(_stretched(line, begin, tasks), copy, span)
                written += out.write(shifted)
                if tasks > 1 and line.startswith(_TASK_START):
                    starts[_TASK_NUMBERS.search(line)[2]] = shifted  # type: ignore[index]
                if tasks > 1 and line.startswith(_TASK_END):
                    start = starts.pop(_TASK_NUMBERS.search(line)[2])  # type: ignore[index]
                    length = _length(line)
                    for k in range(1, tasks):
                        written += out.write(_repeated_task(start, k, length))
                        written += out.write(_repeated_task(shifted, k, length))
            copy += 1
        last = next(line for line in lines if b"ApplicationEnd" in line[:60])
        written += out.write(_shifted(_stretched(last, begin, tasks), copy - 1, span))
    return written


def _length(line: bytes) -> int:
    launch, finish = _LAUNCH.search(line), _FINISH.search(line)
    return max(1, int(finish[1]) - int(launch[1])) if launch and finish else 1


def _repeated_task(line: bytes, k: int, length: int) -> bytes:
    line = _TASK_NUMBERS.sub(lambda m: b'"%s":%d' % (m[1], int(m[2]) + k * 1000), line)
    return _TIMES.sub(lambda m: b'"%s":%d' % (m[1], int(m[2]) + k * length), line)


def _stretched(line: bytes, begin: int, tasks: int) -> bytes:
    """Return a line with its times ``tasks`` times as far from the beginning, except a task's length."""
    if tasks == 1:
        return line
    if line.startswith((_TASK_START, _TASK_END)):
        launch = int(_LAUNCH.search(line)[1])  # type: ignore[index]
        later = (launch - begin) * (tasks - 1)
        return _TIMES.sub(lambda m: b'"%s":%d' % (m[1], int(m[2]) + later), line)
    line = _WIDTHS.sub(lambda m: b'"%s":%d' % (m[1], int(m[2]) * tasks), line)
    return _TIMES.sub(lambda m: b'"%s":%d' % (m[1], begin + (int(m[2]) - begin) * tasks), line)


def _shifted(line: bytes, copy: int, span: int) -> bytes:
    if not copy:
        return line
    offset = copy * 100_000
    line = _IDS.sub(lambda m: b'"%s":%d' % (m[1], int(m[2]) + offset), line)
    line = _ID_LISTS.sub(
        lambda m: b'"%s":[%s]' % (m[1], b",".join(b"%d" % (int(i) + offset) for i in m[2].split(b","))), line
    )
    return _TIMES.sub(lambda m: b'"%s":%d' % (m[1], int(m[2]) + copy * span), line)


if __name__ == "__main__":
    print(repeat(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
