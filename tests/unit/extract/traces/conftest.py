"""Runs and samples made by hand; all times in seconds after application start, which is 1000 s after 1970."""

import math
from dataclasses import replace

import numpy as np
import pytest

from pertract.sources.profilers.records import ProcessTrace, Samples, Stacks, ThreadName, ThreadUse, Usage
from pertract.sources.spark import ExecutorRecord, SparkRun, TaskTimes

START_S = 1000.0


def column(values, dtype=float):
    return np.array(list(values), dtype=dtype)


class Traces:
    """Makes runs and samples with as little to say as possible."""

    start_s = START_S

    @staticmethod
    def tasks(*tasks):
        """Tasks as (executor, stage, begin, end, CPU), numbered from 0."""
        executors = tuple(dict.fromkeys(t[0] for t in tasks))
        stages = tuple((s, 0) for s in dict.fromkeys(t[1] for t in tasks))
        return TaskTimes(
            executors=executors,
            stages=stages,
            id=np.arange(len(tasks)),
            executor=column((executors.index(t[0]) for t in tasks), np.int64),
            stage=column((stages.index((t[1], 0)) for t in tasks), np.int64),
            begin_s=column(t[2] for t in tasks),
            end_s=column(t[3] for t in tasks),
            cpu_s=column(t[4] for t in tasks),
            gc_s=np.zeros(len(tasks)),
        )

    @classmethod
    def run(cls, *tasks, executors=("0",), slots=1, response_s=10.0, added_s=0.0):
        return SparkRun(
            application_id="app-1",
            name="app",
            version=None,
            response_time_s=response_s,
            properties={},
            jobs=[],
            executors=[ExecutorRecord(e, "host", slots, added_s, None, tasks=1) for e in executors],
            skipped_stage_rdd={},
            tasks=len(tasks),
            task_cpu_s=None,
            events={},
            tasks_started=0,
            tasks_ended=0,
            malformed_lines=0,
            started_epoch_s=START_S,
            task_times=cls.tasks(*tasks),
        )

    @staticmethod
    def usage(*rows, **columns):
        """Intervals as (begin, end, CPU)."""
        unknown = np.full(len(rows), math.nan)
        names = ("gc_s", "heap_bytes", "rss_bytes", "python_cpu_s", "python_rss_bytes", "host_load_ratio")
        names += ("allocated_bytes", "throttled_s")
        return Usage(
            start_s=column(START_S + r[0] for r in rows),
            end_s=column(START_S + r[1] for r in rows),
            cpu_s=column(r[2] for r in rows),
            **{name: column(columns[name]) if name in columns else unknown for name in names},
        )

    @staticmethod
    def threads(*rows):
        """Threads as (name, begin, end, CPU), with the kind or the name before as fifth and sixth."""
        names = {}
        for row in rows:
            names.setdefault(row[0], ThreadName(row[0], row[4] if len(row) > 4 and row[4] else "java"))
            if len(row) > 5:
                names.setdefault(row[5], ThreadName(row[5]))
        order = list(names)
        return ThreadUse(
            names=tuple(names.values()),
            start_s=column(START_S + r[1] for r in rows),
            end_s=column(START_S + r[2] for r in rows),
            name=column((order.index(r[0]) for r in rows), np.int64),
            before=column((order.index(r[5] if len(r) > 5 else r[0]) for r in rows), np.int64),
            cpu_s=column(r[3] for r in rows),
        )

    @staticmethod
    def stacks(*rows, unit="s"):
        """Stacks as (thread, frames, weight), or with False as fourth where the thread waited."""
        threads = list(dict.fromkeys(r[0] for r in rows))
        frames = list(dict.fromkeys(f for r in rows for f in r[1]))
        distinct = list(dict.fromkeys(tuple(frames.index(f) for f in r[1]) for r in rows))
        nothing = np.full(len(rows), math.nan)
        return Stacks(
            unit=unit,
            frames=tuple(frames),
            stacks=tuple(distinct),
            threads=tuple(threads),
            states=(),
            start_s=nothing,
            end_s=nothing,
            stack=column((distinct.index(tuple(frames.index(f) for f in r[1])) for r in rows), np.int64),
            thread=column((threads.index(r[0]) for r in rows), np.int64),
            state=np.full(len(rows), -1),
            weight=column(r[2] for r in rows),
            on_cpu=column((len(r) < 4 or r[3] for r in rows), bool),
        )

    @staticmethod
    def process(executor="0", **what):
        known = {"source": "test", "files": ("file",), "role": "jvm", "host": "host", "pid": 7}
        return ProcessTrace(**{**known, "executor": executor, "cpu_before_s": 0.0, **what})

    @staticmethod
    def samples(*processes):
        return Samples(tuple(processes))

    replace = staticmethod(replace)


@pytest.fixture
def traces():
    return Traces
