"""Files of the project's own agent."""

import math

import numpy as np
import pytest

from pertract.errors import UnreadableSource
from pertract.sources import profilers

from .recordings import START_MS, agent, killed, lines, task, write


def test_all_that_a_part_tells_is_read(tmp_path):
    path = write(tmp_path / "a.jsonl.gz", lines(agent()), packed=True)
    samples = profilers.read(path)
    assert samples.notes == ()
    (process,) = samples.processes
    assert (process.application, process.executor, process.host) == ("app-1", "0", "node")
    assert (process.role, process.source, process.label) == ("jvm", "agent", "executor 0")
    usage = process.usage
    assert usage.start_s.tolist() == pytest.approx([START_MS / 1000 + i for i in range(3)])
    assert usage.cpu_s.tolist() == pytest.approx([0.9] * 3)
    assert usage.gc_s.tolist() == pytest.approx([0.025] * 3)
    assert usage.heap_bytes.tolist() == [1000, 2000, 3000]
    assert usage.python_cpu_s.tolist() == pytest.approx([0.05] * 3)
    assert usage.host_load_ratio.tolist() == pytest.approx([0.5] * 3)
    assert np.isnan(usage.throttled_s).all()
    assert np.isnan(usage.rss_bytes).all()
    assert process.cpu_before_s == 0.0  # the first lines reach back to the start


def test_a_renamed_thread_has_both_names(tmp_path):
    (process,) = profilers.read(write(tmp_path / "a", lines(agent()))).processes
    threads = process.threads
    java = [i for i, name in enumerate(threads.names) if name.kind == "java"]
    rows = np.isin(threads.name, java)
    now = [threads.names[i].name for i in threads.name[rows]]
    before = [threads.names[i].name for i in threads.before[rows]]
    assert now == [task(0, 0), task(1, 1), task(1, 1)]
    assert before == [task(0, 0)] * 3
    assert {threads.names[i].thread for i in java} == {7}
    by_kind = {
        k: threads.cpu_s[[threads.names[i].kind == k for i in threads.name]].sum() for k in ("gc", "jit")
    }
    assert by_kind == {"gc": pytest.approx(0.12), "jit": pytest.approx(0.3)}


def test_the_weight_of_a_stack_is_the_cpu_of_its_thread(tmp_path):
    (process,) = profilers.read(write(tmp_path / "a", lines(agent()))).processes
    stacks = process.stacks
    assert stacks.unit == "s"
    assert stacks.folded() == {"java.lang.Thread.run;org.example.Job.map": pytest.approx(1.2)}
    assert [stacks.threads[i] for i in stacks.thread] == [task(0, 0), task(1, 1), task(1, 1)]
    assert stacks.states == ("RUNNABLE",)


def test_parts_of_a_process_are_joined_in_any_order(tmp_path):
    later = [
        record | {"t_ms": record["t_ms"] + 3000} if "t_ms" in record else record for record in agent(part=1)
    ]
    first = agent(end=False)
    first[0]["application"] = None
    write(tmp_path / "b", lines(first))
    write(tmp_path / "a", lines(later))
    samples = profilers.read(tmp_path)
    (process,) = samples.processes
    assert process.application == "app-1"
    assert len(process.usage) == 6
    assert (np.diff(process.usage.end_s) > 0).all()
    assert samples.notes == ()


def test_a_killed_process_is_read_up_to_its_last_whole_line(tmp_path):
    content = lines(agent(end=False)) + b'{"kind":"sample","t_ms":17000'
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(killed(content))
    samples = profilers.read(path)
    (process,) = samples.processes
    assert len(process.usage) == 3
    assert any("ends or breaks in the middle" in note for note in samples.notes)
    assert any("executor 0 has no end" in note for note in samples.notes)


def test_cpu_after_the_last_system_line_is_not_lost(tmp_path):
    records = agent(end=False)[:-1]  # the last line is a system line
    (process,) = profilers.read(write(tmp_path / "a", lines(records))).processes
    assert process.usage.cpu_s.sum() == pytest.approx(2.7)
    assert math.isnan(process.usage.gc_s[-1])


def test_a_newer_version_is_refused(tmp_path):
    records = agent()
    records[0]["version"] = 2
    with pytest.raises(UnreadableSource, match="version 2 of the agent's format") as error:
        profilers.read(write(tmp_path / "a", lines(records)))
    assert "Update" in error.value.hint


def test_lines_with_wrong_content_are_counted(tmp_path):
    records = agent()
    records.insert(5, {"kind": "sample", "t_ms": 1, "dt_us": 1, "threads": [[99, 5]]})
    samples = profilers.read(write(tmp_path / "a", lines(records) + b"not json\n"))
    assert samples.notes == ("a: 2 records are cut off or damaged and not used",)


def test_the_agent_tells_when_it_stopped_early_or_slowed_down(tmp_path):
    records = agent()
    records[-1]["reason"] = "max"
    records.insert(4, {"kind": "interval", "t_ms": START_MS, "interval_ms": 200})
    notes = profilers.read(write(tmp_path / "a", lines(records))).notes
    assert [("end of the run is missing" in n, "every 200 ms" in n) for n in notes] == [
        (False, True),
        (True, False),
    ]
