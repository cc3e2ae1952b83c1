"""CPU of processes over time as plain CSV, such as a few lines of script make of ``/proc/PID/stat``.

======================  ===================================================================================
column                  meaning
======================  ===================================================================================
``t`` or ``time_s``     time of the look, seconds since 1970
``role``                ``executor``, ``driver``, ``pyworker`` or ``python`` (Python worker of an executor),
                        ``pydriver``; other rows, such as ``host``, are passed over
``exec_id``             executor as in the event log; without it, executors are told apart by when they began
``pid``                 process
``cpu_user_s``,         CPU of the process since its start, seconds, user and system; or both in ``cpu_s``
``cpu_sys_s``
``rss_mb``              resident memory, 10^6 bytes; may be absent
======================  ===================================================================================
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping

from .builder import Gathered, ProcessBuilder
from .counting import Counted
from .opened import Opened

NAME = "process CPU"
_TIMES = ({"t"}, {"time_s"})
_CPU = ({"cpu_user_s", "cpu_sys_s"}, {"cpu_s"})
_PYTHON = ("pyworker", "python", "pydriver")
_ROLES = ("executor", "driver", *_PYTHON)
_MB = 1e6


def matches(opened: Opened) -> bool:
    """Return whether a file is of this format: its first line names the columns."""
    columns = set(opened.text.partition("\n")[0].strip().split(","))
    told = (any(columns >= each for each in choices) for choices in (_TIMES, _CPU))
    return columns >= {"role", "pid"} and all(told)


def read(opened: Opened, gathered: Gathered) -> Counted:
    """Read a file into what was gathered."""
    counted = Counted()
    before: dict[ProcessKey, tuple[float, float]] = {}
    for row in csv.DictReader(opened.lines()):
        if row["role"] not in _ROLES:
            counted.other += 1
            continue
        try:
            at_s, used_s, key = _looked(row)
        except (KeyError, TypeError, ValueError):
            counted.damaged += 1
            continue
        process = _process(key, str(opened), gathered)
        if key not in before:
            process.cpu_before_s = used_s
        else:
            since_s, then_s = before[key]
            rss = row.get("rss_mb")
            process.add_usage(
                since_s,
                at_s,
                cpu_s=max(0.0, used_s - then_s),
                rss_bytes=float(rss) * _MB if rss else math.nan,
            )
        before[key] = at_s, used_s
        counted.used += 1
    return counted


ProcessKey = tuple[str, str, int]
"""Role, executor and process."""


def _looked(row: Mapping[str, str]) -> tuple[float, float, ProcessKey]:
    used_s = float(row["cpu_s"]) if row.get("cpu_s") else float(row["cpu_user_s"]) + float(row["cpu_sys_s"])
    at_s = float(row["t"] if "t" in row else row["time_s"])
    if not (math.isfinite(at_s) and math.isfinite(used_s)):
        raise ValueError(row)
    return at_s, used_s, (row["role"], row.get("exec_id") or "", int(row["pid"]))


def _process(key: ProcessKey, file: str, gathered: Gathered) -> ProcessBuilder:
    role, executor, pid = key
    process = gathered.process(NAME, file, NAME, file, *key, role="python" if role in _PYTHON else "jvm")
    process.executor = executor or ("driver" if role.endswith("driver") else None)
    process.pid = pid
    return process
