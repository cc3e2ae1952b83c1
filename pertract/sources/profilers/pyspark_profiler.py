"""The PySpark profilers of Phil's Stopwatch: memory and CPU of Python workers, and their stacks.

One file per RDD and worker. Files are often glued together without a line end between two records.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from ...units import MS
from .builder import Gathered, ProcessBuilder
from .counting import Counted
from .opened import Opened

NAME = "pyspark-profiler"
_SIGN = re.compile(r'^\s*\{[^\n]*"(?:cpu_percent|pmem_rss|i_d)"\s*:')
_MEASURED_S = 0.1
"""How long the profiler measures CPU before it writes a record."""


def matches(opened: Opened) -> bool:
    """Return whether a file is of this format."""
    return bool(_SIGN.match(opened.text))


def read(opened: Opened, gathered: Gathered) -> Counted:
    """Read a file into what was gathered."""
    counted = Counted()
    looks: dict[int, list[tuple[float, float, float]]] = {}
    for record in _records(opened, counted):
        try:
            if "stacktrace" in record:
                _stack(record, str(opened), gathered)
            elif "epochMillis" in record:
                looks.setdefault(int(record["pid"]), []).append(
                    (
                        float(record["epochMillis"]) * MS,
                        float(record.get("cpu_percent", math.nan)),
                        float(record.get("pmem_rss", math.nan)),
                    )
                )
            else:
                counted.other += 1
                continue
            counted.used += 1
        except (KeyError, TypeError, ValueError, OverflowError):
            counted.damaged += 1
    for pid, rows in looks.items():
        process = gathered.process(NAME, str(opened), NAME, pid, role="python")
        process.pid = pid
        _intervals(process, sorted(rows))
    return counted


def _records(opened: Opened, counted: Counted) -> Iterator[dict[str, Any]]:
    """Yield the objects of all lines, of which each can hold several."""
    decoder = json.JSONDecoder()
    for line in opened.lines():
        text = line.strip()
        begin = 0
        while begin < len(text):
            try:
                record, end = decoder.raw_decode(text, begin)
            except (ValueError, RecursionError):
                counted.damaged += 1
                break
            if isinstance(record, dict):
                yield record
            else:
                counted.other += 1
            begin = end
            while begin < len(text) and text[begin] in " \t,":
                begin += 1


def _stack(record: dict[str, Any], file: str, gathered: Gathered) -> None:
    rdd = str(record.get("i_d", "")).removesuffix("_id")
    process = gathered.process(NAME, file, NAME, "rdd", rdd, role="python")
    process.identity = f"Python workers of RDD {rdd}" if rdd else "Python workers"
    process.add_stack([str(frame) for frame in reversed(record["stacktrace"])], float(record["count"]))


def _intervals(process: ProcessBuilder, rows: list[tuple[float, float, float]]) -> None:
    """Take each measured load for the whole time since the measurement before.

    The profiler is a thread of the worker: where Python does not let it run, both get longer.
    """
    previous_s = rows[0][0] - _MEASURED_S
    for end_s, load_percent, rss_bytes in rows:
        process.add_usage(
            previous_s, end_s, cpu_s=load_percent / 100 * (end_s - previous_s), rss_bytes=rss_bytes
        )
        previous_s = end_s
