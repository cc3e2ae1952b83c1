"""Whatever is sampled, the parts add up to what the operating system counted."""

import math
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pertract.extract.traces import attribute
from tests.unit.extract.traces.conftest import Traces

RUNNER = "org.apache.spark.executor.Executor$TaskRunner.run"
FRAMES = (
    "com.example.Main.work",
    "org.apache.spark.sql.execution.SortExec.sort",
    "java.lang.String.hashCode",
)
OTHERS = ("main", "C2 CompilerThread0", "shuffle-server-1", "GC Thread#0", "stdout writer for python3")
times = st.floats(0, 20, allow_nan=False).map(lambda t: round(t, 3))
amounts = st.floats(0, 5, allow_nan=False).map(lambda t: round(t, 3))


@st.composite
def sampled_runs(draw):
    executors = ("0", "1")[: draw(st.integers(1, 2))]
    tasks = [
        (e, draw(st.integers(0, 3)), begin, begin + draw(st.floats(0, 5)), draw(amounts))
        for e in executors
        for begin in draw(st.lists(times, min_size=1, max_size=6))
    ]
    run = Traces.run(*tasks, executors=executors, slots=draw(st.integers(1, 4)), response_s=20.0)
    processes = []
    for executor in executors:
        at = sorted(set(draw(st.lists(times, min_size=2, max_size=12))) | {0.0, 19.0})
        rows = [(a, b, draw(amounts)) for a, b in pairwise(at)]
        columns = {}
        if draw(st.booleans()):
            columns["gc_s"] = [draw(amounts) for _ in rows]
        if draw(st.booleans()):
            columns["python_cpu_s"] = [draw(st.one_of(amounts, st.just(math.nan))) for _ in rows]
        what = {"usage": Traces.usage(*rows, **columns)}
        mine = [i for i, t in enumerate(tasks) if t[0] == executor]
        names = [f"Executor task launch worker for task 0.0 in stage 0.0 (TID {i})" for i in (*mine, 99)]
        if draw(st.booleans()):
            what["threads"] = Traces.threads(
                *(
                    (
                        draw(st.sampled_from([*names, *OTHERS])),
                        a,
                        b,
                        draw(amounts),
                        "",
                        draw(st.sampled_from(names)),
                    )
                    for a, b, _ in rows
                )
            )
        if draw(st.booleans()):
            stack = st.lists(st.sampled_from(FRAMES), max_size=3).map(lambda inner: (RUNNER, *inner))
            what["stacks"] = Traces.stacks(
                *((draw(st.sampled_from(names)), draw(stack), draw(amounts)) for _ in range(3)),
                unit=draw(st.sampled_from(["s", "samples"])),
            )
        before = draw(st.sampled_from([math.nan, 0.0, 2.5]))
        processes.append(Traces.process(executor, cpu_before_s=before, **what))
    return run, processes


@settings(max_examples=150, deadline=None)
@given(sampled_runs())
def test_nothing_is_lost_or_counted_twice(sampled):
    run, processes = sampled
    found = attribute(run, Traces.samples(*processes))
    assert (found.core_s >= -1e-9).all()
    for i, process in enumerate(processes):
        counted = float(np.nansum(process.usage.cpu_s) + np.nansum(process.usage.python_cpu_s))
        counted += 0.0 if math.isnan(process.cpu_before_s) else process.cpu_before_s
        assert math.isclose(found.process_core_s[i], counted, rel_tol=1e-9, abs_tol=1e-6)
        assert math.isclose(found.core_s[i].sum(), counted, rel_tol=1e-9, abs_tol=1e-6)
    for course in found.courses:
        assert (np.diff(course.core_s, axis=1) >= -1e-9).all()
    slots = run.executors[0].slots * run.response_time_s
    assert (found.idle_s >= 0).all()
    assert (found.idle_s.sum(axis=1) <= slots + 1e-6).all()
