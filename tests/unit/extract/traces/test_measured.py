"""Profiles of executors and driver from samples."""

import numpy as np
import pytest

from pertract import dsl
from pertract.extract.traces import StageUse, attribute, driver_profile, executor_profile
from pertract.sources.spark import JobRecord, StageRecord, TaskSummary

PRIOR = dsl.ExecutorProfile(
    start_core_seconds=4.2,
    warm_up_core_seconds=8.0,
    warm_up_task_core_seconds=3.5,
    per_task_core_second=0.4,
)


def sampled(traces, *, warm_up, scale, per_task, rate=0.0, start=4.0, tasks=40, busy=0.5, **columns):
    """A run whose executor uses what a profile says: a task of a second every two seconds, from 10 s on."""
    run = traces.run(
        *(("0", i, 10 + 2.0 * i, 11 + 2.0 * i, busy) for i in range(tasks)),
        response_s=10 + 2.0 * tasks,
        added_s=5.0,
    )
    at = np.arange(0, 10 + 2 * tasks + 1, 0.5)
    w = np.interp(at, np.arange(10, 11 + 2 * tasks, 1), busy * np.repeat(np.arange(tasks + 1), 2)[1:])
    used = start * np.minimum(1, at / 5) + w + per_task * w + warm_up * -np.expm1(-w / scale)
    used += rate * np.maximum(0, at - 5)
    rows = list(zip(at[:-1], at[1:], np.diff(used), strict=True))
    usage = traces.usage(*rows, **{name: np.full(len(rows), v) for name, v in columns.items()})
    return run, attribute(run, traces.samples(traces.process(usage=usage)))


def test_a_long_run_tells_all_numbers(traces):
    found = executor_profile(*sampled(traces, warm_up=12, scale=2.5, per_task=0.25, tasks=80), PRIOR)
    assert found.basis == "measured"
    assert found.start_core_seconds == pytest.approx(4.0, abs=0.05)
    assert found.warm_up_core_seconds == pytest.approx(12, rel=0.1)
    assert found.warm_up_task_core_seconds == pytest.approx(2.5, rel=0.1)
    assert found.per_task_core_second == pytest.approx(0.25, abs=0.04)
    assert found.per_second_cores == pytest.approx(0.0, abs=1e-6)


def test_what_runs_all_the_time_shows_while_nothing_else_does(traces):
    found = executor_profile(*sampled(traces, warm_up=6, scale=3, per_task=0.2, rate=0.05), PRIOR)
    assert found.per_second_cores == pytest.approx(0.05, rel=0.02)


@pytest.mark.parametrize(("warm_up", "per_task"), [(0, 1.2), (15, 0.0), (5, 0.6)])
def test_a_short_run_keeps_the_sum_at_its_end(traces, warm_up, per_task):
    run, attribution = sampled(traces, warm_up=warm_up, scale=4, per_task=per_task, tasks=6)
    found = executor_profile(run, attribution, PRIOR)
    w = 6 * 0.5
    beside = found.warm_up_core_seconds * -np.expm1(-w / found.warm_up_task_core_seconds)
    beside += found.per_task_core_second * w
    measured = warm_up * -np.expm1(-w / 4) + per_task * w
    assert beside == pytest.approx(measured, abs=0.1)


def test_collectors_that_use_more_than_pauses_work_per_allocation(traces):
    run, attribution = sampled(
        traces, warm_up=6, scale=3, per_task=0.2, rate=0.04, gc_s=0.02, allocated_bytes=1e8
    )
    found = executor_profile(run, attribution, PRIOR)
    assert found.per_allocated_gb_core_seconds == pytest.approx(0.2, rel=0.05)
    assert found.warm_up_core_seconds + found.per_task_core_second * 20 == pytest.approx(
        6 + 0.2 * 20, rel=0.5
    )


def test_python_workers_that_start_outside_of_stages_belong_to_the_start(traces):
    run = traces.run(("0", 0, 5, 9, 4.0), added_s=2.0)
    usage = traces.usage(*((t, t + 1, 1.0) for t in range(10)), python_cpu_s=[0, 0, 0, 1.5, 0, 1, 0, 0, 0, 0])
    found = executor_profile(run, attribute(run, traces.samples(traces.process(usage=usage))), PRIOR)
    assert found.start_core_seconds == pytest.approx(2.0 + 1.5)


def test_an_executor_that_was_seen_too_shortly_tells_nothing(traces):
    run = traces.run(("0", 0, 1, 9, 4.0))
    attribution = attribute(run, traces.samples(traces.process(usage=traces.usage((0, 3, 2.0)))))
    assert executor_profile(run, attribution, PRIOR) is None


def summary(begin_s, end_s):
    one = np.ones(1)
    return TaskSummary(
        succeeded=1,
        weights=one,
        launch_order=one,
        duration_s=one,
        parts_s={},
        peak_memory_bytes=one,
        volumes={},
        cpu_recorded=True,
        first_wave=1,
        warm_up_s=0.0,
        warm_up_cpu_s=0.0,
        busy_slots=1,
        gap_s=0.0,
        launch_interval_s=0.0,
        first_launch_s=begin_s,
        last_launch_s=begin_s,
        last_finish_s=end_s,
    )


def test_the_driver_uses_cpu_at_its_start_for_stages_and_alone(traces):
    begins = [10.0 + 2 * i for i in range(10)]  # then 20 s alone
    run = traces.run(*(("0", i, begin, begin + 2, 1.0) for i, begin in enumerate(begins)), response_s=50.0)
    stages = [
        StageRecord(i, 0, "", 1, (), (), begin, begin + 2, False, summary(begin, begin + 2))
        for i, begin in enumerate(begins)
    ]
    run.jobs = [JobRecord(0, "", (), 10.0, 48.0, True, True, None, None, stages=stages)]
    at = np.arange(0, 50.5, 0.5)
    used = np.minimum(at, 10) * 1.1 + np.clip(at - 10, 0, 20) * 0.4 + np.maximum(0, at - 30) * 1.5
    usage = traces.usage(*zip(at[:-1], at[1:], np.diff(used), strict=True))
    attribution = attribute(run, traces.samples(traces.process("driver", usage=usage)))
    found = driver_profile(run, attribution, dsl.DriverProfile(launch_s=0.01, beside_executors=True))
    assert found.basis == "measured"
    assert found.start_core_seconds == pytest.approx(11.0)
    assert found.per_stage_core_seconds == pytest.approx(0.8, rel=0.1)
    assert found.per_delay_core_seconds == pytest.approx(0.5, rel=0.1)
    assert found.launch_s == 0.01
    assert executor_profile(run, attribution, PRIOR) is None


def test_stages_have_shares_and_what_python_workers_needed(traces):
    run = traces.run(("0", 0, 0, 5, 1.0))
    usage = traces.usage((0, 5, 2.0), (5, 10, 1.0), python_cpu_s=[2.0, 0.0], allocated_bytes=[5e8, 0])
    use = StageUse(attribute(run, traces.samples(traces.process(usage=usage))))
    assert use.shares("stage-0") == {"task": 0.25, "python": 0.5, "other": 0.25}
    assert use.python_ratio("stage-0", 4.0, 0.8) == pytest.approx(0.5)
    assert use.python_ratio("stage-0", 1.0, 0.8) == 1.0
    assert use.python_ratio("stage-9", 4.0, 0.8) == 0.8
    assert use.allocated_bytes("stage-0") == 500_000_000
    unseen = StageUse(attribute(run, traces.samples(traces.process(usage=traces.usage((0, 10, 3.0))))))
    assert unseen.python_ratio("stage-0", 4.0, 0.8) == 0.8
    nothing = StageUse(None)
    assert nothing.shares("stage-0") == {}
    assert nothing.python_ratio("stage-0", 4.0, 0.8) == 0.8
