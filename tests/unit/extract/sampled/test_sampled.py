"""What samples show of a run without its event log; with it: the tests of the command line."""

import numpy as np
import pytest

from pertract.errors import NoUsableRun
from pertract.extract.sampled import profile, top_frames
from pertract.extract.sampled.stages import normal, stage_of
from pertract.extract.traces import CATEGORIES
from pertract.sources.profilers import Samples, ThreadName
from pertract.sources.profilers.builder import Gathered

TASK = "Executor task launch worker for task {task}.0 in stage {stage}.0 (TID {task})"
RUN = ("java.lang.Thread.run", "org.apache.spark.executor.Executor$TaskRunner.run")


def samples(*executors: str, seconds: bool = True) -> Samples:
    """Return executors: a second of user code in stage 0, half a second of shuffling in stage 1, a pause."""
    gathered = Gathered()
    for number, name in enumerate(executors):
        process = gathered.process("agent", name, name, role="jvm")
        process.executor, process.unit = name, "s" if seconds else "samples"
        process.cpu_before_s = 0.0
        for stage, frame, used_s in (
            (0, "org.example.Job.map", 1.0 + number),
            (1, "org.apache.spark.shuffle.X.write", 0.5),
        ):
            thread = TASK.format(task=stage, stage=stage)
            times = {"start_s": 100.0 + stage, "end_s": 101.0 + stage}
            process.add_stack((*RUN, frame), used_s, thread=thread, **times)
            process.add_thread(times["start_s"], times["end_s"], ThreadName(thread), used_s)
        process.add_stack(("a.B.wait",), 9.0, thread="other", on_cpu=False)
        process.add_thread(100.0, 102.0, ThreadName("(gc)", "gc"), 0.25)
        process.add_usage(100.0, 102.0, cpu_s=2.0 + number, gc_s=0.1, heap_bytes=5.0)
    return gathered.samples()


def test_names_of_threads_tell_stages():
    assert stage_of(TASK.format(task=3, stage=12), {}) == "stage-12"
    assert stage_of("Executor task launch worker for task 1.0 in stage 4.2 (TID 9)", {}) == "stage-4.2"
    assert stage_of("Executor task launch worker for task 9", {}) == ""
    assert (
        stage_of("Executor task launch worker for task 1.0 in stage 4.2 (TID 9)", {9: "stage-7"}) == "stage-7"
    )
    assert stage_of(None, {}) == stage_of("main", {}) == ""
    assert [normal(text) for text in ("3", "3.0", "stage-3", "3.1", "x")] == [
        *["stage-3"] * 3,
        "stage-3.1",
        None,
    ]


def test_cpu_adds_up_to_what_the_process_used():
    found = profile(samples("1", "2"))
    assert found.processes == ("executor 1", "executor 2")
    assert found.stages == ("stage-0", "stage-1", "")
    assert found.core_s.sum(axis=(1, 2)).tolist() == pytest.approx([2.0, 3.0])
    by_stage = dict(zip(found.stages, found.by_stage(), strict=True))
    assert by_stage["stage-0"][CATEGORIES.index("user")] == pytest.approx(3.0)
    assert by_stage["stage-1"][CATEGORIES.index("shuffle_serialisation")] == pytest.approx(1.0)
    assert by_stage[""][CATEGORIES.index("gc")] == pytest.approx(0.5)
    assert by_stage[""][CATEGORIES.index("other")] == pytest.approx(0.5)
    assert [(band.stage, band.begin_s, band.end_s) for band in found.bands] == [
        ("stage-0", 0.0, 1.0),
        ("stage-1", 1.0, 2.0),
    ]
    assert found.courses[1].cores.tolist() == pytest.approx([1.5])
    assert found.courses[0].gc_ratio == pytest.approx(0.05)


def test_views_are_of_stages_and_leave_waiting_threads_out():
    found = profile(samples("1"))
    views = found.stacks.views()
    assert [(view.stage, round(view.total, 6)) for view in views] == [
        (None, 1.75),  # with what the collector used
        ("stage-0", 1.0),
        ("stage-1", 0.5),
    ]
    assert "a.B.wait" not in found.stacks.frames
    names = {frame.name: frame for frame in top_frames(found.stacks, views[0], 10)}
    assert names["org.example.Job.map"].self_weight == pytest.approx(1.0)
    assert names["java.lang.Thread.run"].total_weight == pytest.approx(1.5)
    assert names["java.lang.Thread.run"].self_weight == 0.0
    assert next(iter(names)) == "org.example.Job.map"


def test_a_recursive_call_counts_once():
    gathered = Gathered()
    gathered.process("folded", "f", "f").add_stack(("a", "b", "a"), 5.0)
    found = profile(gathered.samples())
    frames = {frame.name: frame for frame in top_frames(found.stacks, found.stacks.views()[0], 5)}
    assert (frames["a"].total_weight, frames["a"].self_weight, frames["b"].total_weight) == (5.0, 5.0, 5.0)


def test_threads_stand_for_stacks_where_none_were_recorded():
    gathered = Gathered()
    process = gathered.process("original agent", "f", "f")
    process.add_thread(
        1.0, 2.0, ThreadName(TASK.format(task=1, stage=3), pool="Executor task launch worker"), 0.4
    )
    process.add_thread(1.0, 2.0, ThreadName("netty-1", pool="netty"), 0.1)
    found = profile(gathered.samples())
    assert found.stacks.frames == ("[Executor task launch worker]", "[netty]")
    assert found.by_stage()[0][CATEGORIES.index("task")] == pytest.approx(0.4)
    assert found.by_stage()[1][CATEGORIES.index("network")] == pytest.approx(0.1)


def test_samples_without_seconds_are_not_added_to_seconds():
    gathered = Gathered()
    timed = gathered.process("jfr", "f", "f")
    timed.unit = "s"
    timed.add_stack(("a",), 2.0)
    gathered.process("pyspark-profiler", "g", "g", role="python").add_stack(("job.py:f",), 70.0)
    found = profile(gathered.samples())
    assert (found.stacks.unit, found.stacks.views()[0].total) == ("s", 2.0)
    assert any("70 samples" in note for note in found.notes)


def test_several_applications_together_are_told():
    gathered = Gathered()
    for name in ("app-1", "app-2"):
        process = gathered.process("agent", name, name)
        process.application = name
        process.add_stack(("a",), 1.0)
    assert any("2 applications together" in note for note in profile(gathered.samples()).notes)


def test_nothing_to_show_is_one_sentence():
    gathered = Gathered()
    gathered.process("jvm-profiler", "f", "f")
    with pytest.raises(NoUsableRun, match="no stacks, no threads and no CPU"):
        profile(gathered.samples())


def test_rows_without_length_or_time_do_no_harm():
    gathered = Gathered()
    process = gathered.process("agent", "f", "f")
    process.add_usage(5.0, 5.0, cpu_s=1.0)
    process.add_usage(np.nan, 6.0, cpu_s=1.0)
    process.add_stack(("a",), 1.0)
    assert profile(gathered.samples()).courses == ()
