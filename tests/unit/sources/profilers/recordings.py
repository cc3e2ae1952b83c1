"""Small recordings, written as profilers write them."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

START_MS = 1_700_000_000_000


def lines(records: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records).encode()


def agent(executor: str = "0", *, samples: int = 3, end: bool = True, part: int = 0) -> list[dict[str, Any]]:
    """One executor with a thread that runs task 0 and then task 1, and a system line a second."""
    records: list[dict[str, Any]] = [
        {
            **{"kind": "process", "version": 1, "part": part, "application": "app-1", "executor": executor},
            **{"host": "node", "pid": 40 + int(executor.isdecimal()), "started_ms": START_MS},
            **{"t_ms": START_MS, "cores": 2, "host_cores": 4, "stacks": True, "collectors": ["a", "b"]},
        },
        {"kind": "thread", "n": 1, "id": 7, "name": task(0, 0), "pool": "Executor task launch worker"},
        {"kind": "thread", "n": 2, "id": 7, "name": task(1, 1), "pool": "Executor task launch worker"},
        {"kind": "stack", "n": 1, "frames": "java.lang.Thread.run;org.example.Job.map"},
    ]
    for i in range(1, samples + 1):
        at = START_MS + 1000 * i
        threads = [[1, 600_000]] if i == 1 else [[2, 300_000, 1]]
        records.append(
            {
                **{"kind": "sample", "t_ms": at, "dt_us": 1_000_000, "cpu_us": 900_000, "threads": threads},
                "stacks": [[threads[0][0], 1, "R"]],
            }
        )
        records.append(
            {
                **{"kind": "system", "t_ms": at, "dt_us": 1_000_000, "cpu_us": 900_000, "gc_ms": [20, 5]},
                **{"gc_count": [1, 0], "native_us": {"gc": 40_000, "jit": 100_000, "vm": 0}},
                **{"children_us": 50_000, "heap_bytes": 1000 * i, "host_busy_us": 2_000_000},
                **{"allocated_bytes": 500, "throttled_us": None, "new_key": [1]},
            }
        )
    if end:
        records.append({"kind": "end", "t_ms": START_MS + 9000, "reason": "exit", "cpu_us": 1})
    return records


def task(stage: int, number: int) -> str:
    return f"Executor task launch worker for task {number}.0 in stage {stage}.0 (TID {number})"


def write(path: Path, content: bytes, *, packed: bool = False) -> Path:
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def killed(content: bytes) -> bytes:
    """What a killed process leaves of a gzip file that was flushed now and then: no trailer."""
    packer = zlib.compressobj(wbits=31)
    return packer.compress(content) + packer.flush(zlib.Z_SYNC_FLUSH)
