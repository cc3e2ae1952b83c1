"""Uber's JVM profiler."""

import json

import numpy as np
import pytest

from pertract.errors import UnreadableSource, UnrecognisedSource
from pertract.sources import profilers

from .recordings import START_MS, lines, write

WHO = {"name": "12@host", "host": "host", "processUuid": "u-1", "appId": "app-9"}


def look(i, *, cpu_ns, gc_ms=0, load=0.5):
    gc = [{"name": "PS Scavenge", "collectionTime": gc_ms, "collectionCount": 1}]
    told = {"processCpuTime": cpu_ns, "systemCpuLoad": load, "heapMemoryTotalUsed": 1.5e7, "gc": gc}
    return {**told, "epochMillis": START_MS + 100 * i, **WHO}


def stack(frames, *, state="RUNNABLE", thread="main", count=1, at=0):
    times = {"startEpoch": START_MS + at, "endEpoch": START_MS + at + 1000}
    return {"stacktrace": frames, "threadState": state, "threadName": thread, "count": count, **times, **WHO}


def test_counters_become_what_was_used_in_each_interval(tmp_path):
    looks = [
        look(2, cpu_ns=1.9e9, gc_ms=7, load="NaN"),
        look(0, cpu_ns=1.2e9),
        look(1, cpu_ns=1.5e9, gc_ms=5),
    ]
    (process,) = profilers.read(write(tmp_path / "CpuAndMemory.json", lines(looks))).processes
    assert process.cpu_before_s == pytest.approx(1.2)
    assert process.usage.cpu_s.tolist() == pytest.approx([0.3, 0.4])
    assert process.usage.gc_s.tolist() == pytest.approx([0.005, 0.002])
    assert process.usage.host_load_ratio[0] == 0.5
    assert np.isnan(process.usage.host_load_ratio[1])
    assert (process.pid, process.host, process.application) == (12, "host", "app-9")


def test_waiting_threads_are_told_apart_also_where_java_says_they_run(tmp_path):
    records = [
        stack(["a.B.inner", "a.B.outer"], count=3),
        stack(["sun.nio.ch.EPollArrayWrapper.epollWait", "a.B.loop"]),
        stack([], thread="Signal Dispatcher"),
        stack(["java.lang.Object.wait", "a.B.get"], state="WAITING"),
    ]
    (process,) = profilers.read(write(tmp_path / "Stacktrace.json", lines(records))).processes
    stacks = process.stacks
    assert stacks.unit == "samples"  # nothing tells the interval
    assert stacks.weight[stacks.on_cpu].tolist() == [3]
    assert stacks.folded() == {
        "[unknown]": 1,
        "a.B.get;java.lang.Object.wait": 1,
        "a.B.loop;sun.nio.ch.EPollArrayWrapper.epollWait": 1,
        "a.B.outer;a.B.inner": 3,
    }


def test_the_interval_is_taken_from_the_arguments_or_from_a_thread_that_is_always_there(tmp_path):
    started = {"jvmInputArguments": "-javaagent:p.jar=sampleInterval=250,x=y", "cmdline": "", **WHO}
    told = profilers.read(write(tmp_path / "told", lines([started, stack(["a.B.c"], count=4)])))
    assert told.processes[0].stacks.weight.tolist() == [1.0]
    assert told.processes[0].stacks.unit == "s"
    seen = [stack(["x.Y.z"], thread="Finalizer", state="WAITING", at=500 * i) for i in range(19)]
    found = profilers.read(write(tmp_path / "found", lines([*seen, stack(["a.B.c"], count=4)])))
    weights = found.processes[0].stacks.weight[found.processes[0].stacks.on_cpu]
    assert weights.tolist() == pytest.approx([4 * 10.0 / 19], rel=1e-3)


def test_records_are_found_in_the_output_of_a_container(tmp_path):
    inside = [look(i, cpu_ns=1e9 * i) for i in range(3)]
    text = "2024-01-01 10:00:00 INFO Executor: hello\n" + "".join(
        f"1700 ConsoleOutputReporter - CpuAndMemory: {json.dumps(record)}\nother text\n" for record in inside
    )
    samples = profilers.read(write(tmp_path / "stdout", text.encode()))
    assert samples.processes[0].usage.cpu_s.tolist() == pytest.approx([1.0, 1.0])
    assert samples.notes == ()


def test_the_command_line_tells_the_executor(tmp_path):
    command = (
        "java org.apache.spark.executor.CoarseGrainedExecutorBackend --driver-url spark://x"
        " --executor-id 7 --hostname worker-3 --app-id app-20 --cores 4"
    )
    started = {"jvmInputArguments": "-Xmx1g", "cmdline": command, **WHO}
    (process,) = profilers.read(write(tmp_path / "ProcessInfo.json", lines([started]))).processes
    assert (process.executor, process.host, process.application) == ("7", "worker-3", "app-20")


def test_records_of_something_else_are_told(tmp_path):
    path = write(tmp_path / "IO.json", lines([{"self": {"io": {"rchar": 5}}, **WHO}]))
    with pytest.raises(UnreadableSource, match="tells nothing about CPU, memory or stacks"):
        profilers.read(path)


def test_a_log_without_records_is_no_profile(tmp_path):
    path = write(tmp_path / "log", b"2024-01-01 10:00:00 INFO Executor: took 12\n" * 5)
    with pytest.raises(UnrecognisedSource, match="it looks like a text log"):
        profilers.read(path)
