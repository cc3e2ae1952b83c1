"""CPU by stage and category."""

import numpy as np
import pytest

from pertract.errors import SourceMismatch
from pertract.extract.traces import CATEGORIES, attribute

WORKER = "Executor task launch worker for task 0.0 in stage 0.0 (TID {})"
RUNNER = "org.apache.spark.executor.Executor$TaskRunner.run"


def by_category(values):
    return {name: pytest.approx(v) for name, v in zip(CATEGORIES, values, strict=True) if v > 1e-9}


def test_processes_alone_are_split_by_the_log_and_by_time(traces):
    run = traces.run(("0", 0, 2, 4, 1.0), ("0", 1, 5, 9, 3.0))
    usage = traces.usage(*((t, t + 1, 1.0) for t in range(10)))
    found = attribute(run, traces.samples(traces.process(usage=usage, cpu_before_s=0.5)))
    assert found.stages == ("stage-0", "stage-1", "")
    assert by_category(found.core_s[0, 0]) == {"task": 1.0, "other": 1.0}
    assert by_category(found.core_s[0, 1]) == {"task": 3.0, "other": 1.0}
    assert by_category(found.core_s[0, 2]) == {"other": 4.5}
    assert found.process_core_s == pytest.approx([10.5])
    assert found.idle_s[0] == pytest.approx([0, 0, 4])
    assert found.task_error() == pytest.approx([0, 0])


def test_threads_say_what_the_process_did(traces):
    run = traces.run(("0", 0, 0, 5, 2.0), ("0", 1, 5, 10, 2.0))
    threads = traces.threads(
        (WORKER.format(0), 0, 5, 2.2),
        (WORKER.format(1), 5, 10, 1.9),
        ("C2 CompilerThread0", 0, 5, 1.0, "jit"),
        ("shuffle-server-1-1", 5, 10, 0.5),
        ("(gc)", 0, 10, 0.4, "gc"),
        ("main", 0, 10, 1.0),
    )
    usage = traces.usage((0, 10, 8.0))
    found = attribute(run, traces.samples(traces.process(usage=usage, threads=threads)))
    assert by_category(found.by_executor()[0]) == {
        **{"task": 4.1, "gc": 0.4, "jit": 1.0, "network": 0.5, "other": 2.0}
    }
    assert found.task_core_s[0] == pytest.approx([2.2, 1.9])
    assert found.task_error() == pytest.approx([0.1, -0.05])
    assert found.core_s[0, 0, CATEGORIES.index("jit")] == pytest.approx(
        0.5
    )  # one interval of the process: even


def test_a_thread_that_changed_its_task_worked_for_both(traces):
    run = traces.run(("0", 0, 0.0, 0.5, 0.3), ("0", 1, 0.5, 1.0, 0.1))
    threads = traces.threads((WORKER.format(1), 0, 1, 0.8, "java", WORKER.format(0)))
    found = attribute(run, traces.samples(traces.process(threads=threads, usage=traces.usage((0, 1, 0.8)))))
    assert found.task_core_s[0] == pytest.approx([0.6, 0.2])


def test_more_cpu_of_threads_than_of_the_process_is_scaled_to_it(traces):
    run = traces.run(("0", 0, 0, 10, 5.0))
    threads = traces.threads((WORKER.format(0), 0, 10, 5.0), ("main", 0, 10, 5.0))
    found = attribute(run, traces.samples(traces.process(threads=threads, usage=traces.usage((0, 10, 8.0)))))
    assert by_category(found.by_executor()[0]) == {"task": 4.0, "other": 4.0}


def test_the_serial_collector_works_in_the_thread_of_the_vm(traces):
    run = traces.run(("0", 0, 0, 10, 5.0))
    threads = traces.threads((WORKER.format(0), 0, 10, 5.0), ("(vm)", 0, 10, 2.0, "vm"))
    usage = traces.usage((0, 5, 4.0), (5, 10, 4.0), gc_s=[0.5, 3.0])
    found = attribute(run, traces.samples(traces.process(threads=threads, usage=usage)))
    assert by_category(found.by_executor()[0]) == {"task": 5.0, "gc": 1.5, "other": 1.5}


def test_stacks_tell_user_code_from_operators_in_each_stage(traces):
    run = traces.run(("0", 0, 0, 5, 2.0), ("0", 1, 5, 10, 2.0))
    threads = traces.threads((WORKER.format(0), 0, 5, 2.0), (WORKER.format(1), 5, 10, 2.0))
    stacks = traces.stacks(
        (WORKER.format(0), (RUNNER, "com.example.Main.work"), 1.5),
        (WORKER.format(0), (RUNNER, "org.apache.spark.sql.execution.SortExec.sort"), 0.5),
        (WORKER.format(0), (RUNNER, "com.example.Main.sleep"), 9.0, False),
        (WORKER.format(1), (RUNNER, "org.apache.spark.shuffle.ShuffleWriter.write"), 2.0),
        ("main", ("com.example.Other.work",), 5.0),
    )
    usage = traces.usage((0, 10, 4.0))
    found = attribute(run, traces.samples(traces.process(usage=usage, threads=threads, stacks=stacks)))
    assert by_category(found.core_s[0, 0]) == {"user": 1.5, "operators": 0.5}
    assert by_category(found.core_s[0, 1]) == {"shuffle_serialisation": 2.0}


def test_a_stage_with_few_samples_has_the_shares_of_all(traces):
    run = traces.run(("0", 0, 0, 5, 2.0), ("0", 1, 5, 10, 2.0))
    stacks = traces.stacks((WORKER.format(0), (RUNNER, "com.example.Main.work"), 2.0))
    found = attribute(run, traces.samples(traces.process(usage=traces.usage((0, 10, 4.0)), stacks=stacks)))
    assert found.core_s[0, 1, CATEGORIES.index("user")] == pytest.approx(2.0)


def test_python_workers_count_beside_the_process(traces):
    run = traces.run(("0", 0, 0, 5, 1.0))
    usage = traces.usage((0, 5, 2.0), (5, 10, 1.0), python_cpu_s=[3.0, 0.5])
    found = attribute(run, traces.samples(traces.process(usage=usage)))
    assert found.process_core_s == pytest.approx([6.5])
    assert found.core_s[0, 0, CATEGORIES.index("python")] == pytest.approx(3.0)
    apart = traces.process(pid=8, role="python", usage=traces.usage((0, 5, 3.0)))
    found = attribute(run, traces.samples(traces.process(usage=traces.usage((0, 10, 3.0))), apart))
    assert found.process_core_s == pytest.approx([6.0])


def test_what_has_no_samples_is_told(traces):
    run = traces.run(("0", 0, 0, 9, 1.0), ("1", 0, 0, 9, 1.0), executors=("0", "1"))
    found = attribute(run, traces.samples(traces.process(usage=traces.usage((0, 4, 2.0)))))
    assert not found.complete
    assert len(found.gaps) == 2
    assert found.covered_ratio == pytest.approx([0.4])
    whole = traces.usage((0, 10, 3.0))
    assert attribute(
        run, traces.samples(traces.process(usage=whole), traces.process("1", usage=whole))
    ).complete


def test_idle_slots_are_those_of_the_stage_that_runs(traces):
    run = traces.run(("0", 0, 0, 4, 1.0), ("0", 0, 0, 2, 1.0), ("0", 1, 6, 10, 1.0), slots=2)
    found = attribute(run, traces.samples(traces.process(usage=traces.usage((0, 10, 3.0)))))
    assert found.idle_s[0] == pytest.approx([2, 4, 4])


def test_samples_of_another_run_are_refused(traces):
    run = traces.run(("0", 0, 0, 4, 1.0))
    other = traces.process(application="app-9", usage=traces.usage((0, 10, 3.0)))
    with pytest.raises(SourceMismatch, match="app-1"):
        attribute(run, traces.samples(other))
    with pytest.raises(SourceMismatch):
        attribute(run, traces.samples(traces.process()))  # without times or CPU


def test_allocation_belongs_to_the_stage_that_runs(traces):
    run = traces.run(("0", 0, 0, 5, 1.0))
    usage = traces.usage((0, 5, 2.0), (5, 10, 1.0), allocated_bytes=[3e9, 1e9])
    found = attribute(run, traces.samples(traces.process(usage=usage)))
    assert np.asarray(found.allocated_bytes) == pytest.approx([3e9, 1e9])


@pytest.mark.parametrize(("used", "paused", "ratio"), [(0.5, 2.0, 0.25), (3.0, 2.0, 1.0), (0.0, 2.0, 1.0)])
def test_collectors_may_use_less_cpu_than_tasks_pause(traces, used, paused, ratio):
    run = traces.run(("0", 0, 0, 5, 1.0))
    run.task_times.gc_s[:] = paused
    threads = traces.threads((WORKER.format(0), 0, 5, 1.0), ("(gc)", 0, 5, used, "gc"))
    usage = traces.usage((0, 10, 5.0))
    found = attribute(run, traces.samples(traces.process(usage=usage, threads=threads)))
    assert found.gc_ratio == pytest.approx(ratio)
