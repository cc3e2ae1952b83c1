"""Folded stacks, perf, pprof, speedscope, PySpark's profilers, tables of the original's agent."""

import json

import pytest

from pertract.errors import UnreadableSource, UnrecognisedSource
from pertract.sources import profilers

from .recordings import write


def read(tmp_path, text, name="stacks.txt"):
    content = text if isinstance(text, bytes) else text.encode()
    return profilers.read(write(tmp_path / name, content))


def only(tmp_path, text, name="stacks.txt"):
    (process,) = read(tmp_path, text, name).processes
    return process


# -- folded ----------------------------------------------------------------------------------------


def test_a_value_stands_after_the_last_blank(tmp_path):
    stacks = only(tmp_path, "a b;c d 12\n# comment\n\na b;c d 3\nx 1\n").stacks
    assert stacks.folded() == {"a b;c d": 15, "x": 1}
    assert stacks.unit == "samples"


def test_brackets_hold_nanoseconds(tmp_path):
    stacks = only(tmp_path, "a;b [1500000000]\nc [500000000]\n").stacks
    assert (stacks.unit, stacks.total) == ("s", 2.0)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_marks_at_the_begin_tell_the_encoding(tmp_path, encoding):
    text = "\ufeffa;b 1\r\na;ü 2\r\n".encode(encoding)
    assert only(tmp_path, text).stacks.folded() == {"a;b": 1, "a;ü": 2}


def test_of_two_values_the_second_run_is_read(tmp_path):
    samples = read(tmp_path, "a;b 10 12\nc 3 0\n")
    assert samples.processes[0].stacks.folded() == {"a;b": 12, "c": 0}
    assert "the second is used" in samples.notes[0]


@pytest.mark.parametrize(
    ("first", "thread"),
    [
        ("thread (99): Main", "Main"),
        ("[pool-1 tid=7]", "pool-1"),
        ("java-12/34", "java-12/34"),
        ("run", None),
    ],
)
def test_first_frames_can_tell_the_thread(tmp_path, first, thread):
    stacks = only(tmp_path, f"{first};f 2\n").stacks
    assert (stacks.threads[0] if stacks.thread[0] >= 0 else None) == thread


def test_a_cut_last_line_is_told(tmp_path):
    samples = read(tmp_path, "a;b 1\na;c 2\na;long;na")
    assert samples.processes[0].stacks.total == 3
    assert samples.notes == ("stacks.txt: 1 record is cut off or damaged and not used",)


@pytest.mark.parametrize(
    "text", ["just some words\nand more of them\n", "<html>\n1\n</html>", "{}", "\0\0 1\n"]
)
def test_other_text_is_refused_with_what_it_looks_like(tmp_path, text):
    with pytest.raises(UnrecognisedSource, match="not the output of a profiler; it looks like"):
        read(tmp_path, text)


# -- perf script -----------------------------------------------------------------------------------

PERF = """# captured on: today
#
java 12/34 [001] 100.5: {period}{event}:
\t7f00 inner+0x1f (/lib/libx.so)
\t7f01 [unknown] (/usr/bin/java)
\t7f02 Lio/netty/Loop;.run (/tmp/perf-12.map)

my comm 50 [000] 100.6: {period}{event}:
\t7f03 only (/bin/x)
"""


def test_perf_samples_are_turned_around_below_their_command(tmp_path):
    process = only(tmp_path, PERF.format(period="", event="cycles"))
    assert process.stacks.folded() == {"java;Lio/netty/Loop:.run;[java];inner": 1, "my_comm;only": 1}
    assert process.stacks.threads == ("java 34", "my_comm 50")
    assert process.span_s() is None  # its clock begins when the machine starts


def test_the_period_of_a_clock_is_cpu_time(tmp_path):
    stacks = only(tmp_path, PERF.format(period="10000000 ", event="cpu-clock:u")).stacks
    assert (stacks.unit, stacks.total) == ("s", pytest.approx(0.02))


# -- pprof -----------------------------------------------------------------------------------------


def test_pprof_text_refers_to_locations(tmp_path):
    text = """PeriodType: cpu nanoseconds
Duration: 10s
Samples:
samples/count cpu/nanoseconds
          2   20000000: 1 2
          1   10000000: 2
Locations
     1: 0x0 M=1 inner a.go:12:0 s=0()
     2: 0x0 M=1 outer :0:0 s=0()
Mappings
1: 0x0/0x0/0x0   [FN]
"""
    stacks = only(tmp_path, text).stacks
    assert stacks.folded() == {"outer": pytest.approx(0.01), "outer;inner:12": pytest.approx(0.02)}


# -- speedscope ------------------------------------------------------------------------------------


def document(**profile):
    frames = [{"name": "a"}, {"name": "b", "file": "x.py", "line": 3}]
    return json.dumps({"$schema": "speedscope", "shared": {"frames": frames}, "profiles": [profile]})


def test_speedscope_samples_have_weights_in_a_unit(tmp_path):
    text = document(
        **{"type": "sampled", "name": 'Thread 1 "Main"', "unit": "milliseconds"},
        **{"samples": [[0, 1], [0]], "weights": [1500, 500]},
    )
    process = only(tmp_path, text)
    assert process.stacks.folded() == {"a": 0.5, "a;b (x.py:3)": 1.5}
    assert (process.stacks.unit, process.stacks.threads, process.role) == ("s", ("Main",), "python")


def test_speedscope_events_become_the_time_between_them(tmp_path):
    kinds = [("O", 0, 0), ("O", 1, 2), ("C", 1, 5), ("C", 0, 6)]
    events = [{"type": kind, "frame": frame, "at": at} for kind, frame, at in kinds]
    text = document(type="evented", name="x", unit="none", startValue=0, endValue=6, events=events)
    stacks = only(tmp_path, text).stacks
    assert stacks.folded() == {"a": 3, "a;b (x.py:3)": 3}
    assert stacks.unit == "samples"


def test_events_that_are_not_nested_are_told(tmp_path):
    good = {"type": "sampled", "name": "g", "unit": "none", "samples": [[0]], "weights": [1]}
    bad = {"type": "evented", "name": "b", "unit": "none", "events": [{"type": "C", "frame": 0, "at": 1}]}
    text = json.dumps({"shared": {"frames": [{"name": "a"}]}, "profiles": [good, bad]})
    samples = read(tmp_path, text)
    assert samples.processes[0].stacks.total == 1
    assert len(samples.notes) == 1


def test_a_cut_document_is_one_sentence(tmp_path):
    text = document(type="sampled", name="x", unit="none", samples=[[0]], weights=[1])
    with pytest.raises(UnreadableSource, match="cut off or damaged"):
        read(tmp_path, text[:-4])


# -- PySpark ---------------------------------------------------------------------------------------


def test_glued_records_of_workers_are_all_read(tmp_path):
    records = [
        {"pid": 5, "epochMillis": 1000 + 200 * i, "pmem_rss": 100 * i, "cpu_percent": 50.0} for i in range(3)
    ]
    process = only(tmp_path, "".join(json.dumps(record) for record in records))
    assert (process.pid, process.role) == (5, "python")
    assert process.usage.cpu_s.tolist() == pytest.approx([0.05, 0.1, 0.1])
    assert process.usage.rss_bytes.tolist() == [0, 100, 200]


def test_stacks_of_workers_are_leaf_first_in_the_file(tmp_path):
    records = [{"stacktrace": ["/x/job.py:inner:3", "/x/job.py:outer:9"], "count": 7, "i_d": "4_id"}]
    process = only(tmp_path, json.dumps(records[0]) + "\n")
    assert process.stacks.folded() == {"/x/job.py:outer:9;/x/job.py:inner:3": 7}
    assert process.label == "Python workers of RDD 4"


# -- the original's agent --------------------------------------------------------------------------

HEADER = "experiment_name,jvm,thread_group_and_name,sample_time,cpu_time\n"
ROWS = """exp,77@node-1,main--Executor task launch worker for task 3,2024-01-01 10:00:00.300000+0000,250
exp,77@node-1,main--Executor task launch worker for task 3,2024-01-01 10:00:00.200000+0000,100
exp,77@node-1,main--Executor task launch worker for task 3,2024-01-01 10:00:00.400000+0000,40
"""


@pytest.mark.parametrize(
    "text", [HEADER + ROWS, ROWS, ROWS.replace(",", "\t")], ids=["names", "none", "tabs"]
)
def test_cumulative_cpu_of_threads_becomes_differences(tmp_path, text):
    process = only(tmp_path, text, "t.csv")
    assert (process.pid, process.host, process.identity) == (77, "node-1", "exp")
    assert process.threads.names[0].name == "Executor task launch worker for task 3"
    # the counter of another thread with this name begins anew
    assert process.threads.cpu_s.tolist() == pytest.approx([0.15, 0.04])


def test_stacks_of_the_original_wait_while_their_counter_stands(tmp_path):
    row = 'exp,77@n,"cpu--a.B.outer:1--a.B.inner:2",{time},{cpu}\n'
    text = "".join(row.format(time=1_700_000_000_000 + 100 * i, cpu=cpu) for i, cpu in enumerate([5, 9, 9]))
    stacks = only(tmp_path, text, "s.csv").stacks
    assert stacks.folded() == {"a.B.outer:1;a.B.inner:2": pytest.approx(0.3)}
    assert stacks.on_cpu.tolist() == [True, True, False]


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("java/lang/Thread.run:833", "java.lang.Thread.run"),
        ("java.base/java.lang.Thread.run", "java.lang.Thread.run"),
        ("BusyClient.run_[j]", "BusyClient.run"),
        ("Lio/netty/Loop:.run", "io.netty.Loop.run"),
        ("Lorg/foo;::bar", "org.foo.bar"),
        ("a.B$$Lambda$70/0x0000000800c3a1a0.run", "a.B$$Lambda_.run"),
        ("a.B$$Lambda/0x00007f1234567890.run", "a.B$$Lambda_.run"),
        (
            "jdk.internal.reflect.GeneratedMethodAccessor12.invoke",
            "jdk.internal.reflect.GeneratedMethodAccessor_.invoke",
        ),
        ("tokens (work.py:3)", "tokens (work.py)"),
        ("/home/a/job.py:process:20", "/home/a/job.py:process"),
        ("libjvm.so.os::javaTimeMillis:0", "libjvm.so.os::javaTimeMillis"),
        ("<module> (work.py:15)", "<module> (work.py)"),
        ("[unknown]", "[unknown]"),
    ],
)
def test_frames_have_one_name_whatever_wrote_them(written, plain):
    assert profilers.plain(written) == plain
    assert profilers.plain(plain) == plain
