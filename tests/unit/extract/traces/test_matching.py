"""Processes and executors."""

import pytest

from pertract.extract.traces import match

WORKER = "Executor task launch worker for task {}.0 in stage 0.0 (TID {})"


def matched(run, samples):
    found, notes = match(run, samples)
    return {m.executor: m.jvm.pid for m in found}, notes


def test_processes_that_name_their_executor_are_believed(traces):
    run = traces.run(("0", 0, 1, 2, 1), executors=("0", "1"))
    usage = traces.usage((0, 10, 1.0))
    samples = traces.samples(
        traces.process("1", pid=1, usage=usage),
        traces.process("driver", pid=2, usage=usage),
        traces.process("0", pid=3, usage=usage, application="app-1"),
        traces.process("0", pid=4, usage=usage, application="app-2"),
        traces.process("7", pid=5, usage=usage),
    )
    found, notes = matched(run, samples)
    assert found == {"driver": 2, "0": 3, "1": 1}
    assert "1 of 5 sampled processes are of other runs; not used" in notes
    assert any("executor 7 is no executor" in note for note in notes)


def test_others_are_matched_by_host_and_lifetime(traces):
    run = traces.run(("0", 0, 6, 8, 1), executors=("0", "1"), response_s=20)
    run.executors[0].added_s, run.executors[1].added_s = 5.0, 12.0
    run.executors[1].host = "elsewhere"
    samples = traces.samples(
        traces.process(None, pid=1, usage=traces.usage((2, 20, 1.0))),
        traces.process(None, pid=2, usage=traces.usage((9, 20, 1.0)), host="elsewhere"),
        traces.process(None, pid=3, usage=traces.usage((3, 20, 1.0)), host="third"),
        traces.process(None, pid=4, usage=traces.usage((300, 320, 1.0))),
    )
    found, notes = matched(run, samples)
    assert found == {"0": 1, "1": 2}
    assert sum("by host and time" in note for note in notes) == 2


def test_of_two_processes_of_an_executor_the_busier_counts(traces):
    run = traces.run(("0", 0, 1, 2, 1))
    samples = traces.samples(
        traces.process(pid=1, usage=traces.usage((0, 10, 1.0))),
        traces.process(pid=2, usage=traces.usage((0, 10, 5.0))),
    )
    found, notes = matched(run, samples)
    assert found == {"0": 2}
    assert any("2 processes say they are executor 0" in note for note in notes)


def test_python_workers_belong_to_their_executor(traces):
    run = traces.run(("0", 0, 1, 2, 1))
    usage = traces.usage((0, 10, 1.0))
    samples = traces.samples(traces.process(usage=usage), traces.process(pid=8, role="python", usage=usage))
    (found,), _ = match(run, samples)
    assert [p.pid for p in found.python] == [8]


@pytest.mark.parametrize("late_s", [0.0, 0.3, -7200.0, 5.0])
def test_clocks_are_compared_by_the_first_sight_of_tasks(traces, late_s):
    tasks = [("0", 0, i, i + 0.9, 0.5) for i in range(1, 9)]
    threads = [
        (WORKER.format(i, i), begin + part / 10 + late_s, begin + (part + 1) / 10 + late_s, 0.05)
        for i, (_, _, begin, _, _) in enumerate(tasks)
        for part in range(9)
    ]
    process = traces.process(application="app-1", threads=traces.threads(*threads))
    (found,), notes = match(traces.run(*tasks), traces.samples(process))
    corrected = abs(late_s) > 1
    assert found.start_s == pytest.approx(traces.start_s + late_s * corrected, abs=0.1)
    assert any("clock" in note for note in notes) == corrected
