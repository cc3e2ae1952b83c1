"""Reducing the tasks of a stage to a summary."""

import numpy as np
import pytest

from pertract.sources.spark import tasks as tasks_module
from pertract.sources.spark.events import InputRead, ShuffleRead, ShuffleWrite, TaskEnd, TaskInfo, TaskMetrics
from pertract.sources.spark.records import PARTS
from pertract.sources.spark.tasks import TaskBatch, TaskCollector


def task(launch, finish, executor="1", **metrics):
    metrics.setdefault("run_ms", max(0, finish - launch))
    info = TaskInfo(launch_ms=launch, finish_ms=finish, executor=executor)
    return TaskEnd(stage=0, info=info, metrics=TaskMetrics(**metrics))


def summarise(ends, slots=None, *, cpu_recorded=True, start_ms=0):
    collector = TaskCollector()
    for begin in range(0, len(ends), BUFFER):
        collector.add(TaskBatch.of(ends[begin : begin + BUFFER]))
    return collector.summarise(start_ms, slots or {}, cpu_recorded=cpu_recorded)


def parts_of(end, *, cpu_recorded=True):
    summary = summarise([end], cpu_recorded=cpu_recorded)
    return {name: pytest.approx(float(values[0])) for name, values in summary.parts_s.items() if values[0]}


def test_no_tasks_give_no_summary():
    assert summarise([]) is None


def test_the_parts_of_a_task_follow_its_timeline():
    end = task(
        0,
        1000,
        run_ms=700,
        cpu_ns=300_000_000,
        gc_ms=100,
        deserialise_ms=150,
        deserialise_cpu_ns=50_000_000,
        serialise_ms=20,
        shuffle_read=ShuffleRead(wait_ms=80),
        shuffle_write=ShuffleWrite(time_ns=60_000_000),
    )
    assert parts_of(end) == {
        "scheduling": 0.13,
        "deserialisation": 0.1,
        "cpu": 0.35,
        "gc": 0.1,
        "shuffle_fetch": 0.08,
        "shuffle_write": 0.06,
        "result": 0.02,
        "other": 0.16,
    }


def test_more_cpu_than_run_time_is_cut_to_it():
    assert parts_of(task(0, 1000, run_ms=1000, cpu_ns=3_000_000_000, gc_ms=500)) == {"cpu": 1.0}


def test_run_time_beyond_the_duration_is_cut_to_it():
    assert parts_of(task(0, 400, run_ms=1000, cpu_ns=100_000_000)) == {"cpu": 0.1, "other": 0.3}


def test_fetching_the_result_counts_as_result():
    end = task(0, 1000, run_ms=600, cpu_ns=600_000_000)
    end.info.result_ms = 700
    assert parts_of(end) == {"cpu": 0.6, "result": 0.3, "scheduling": 0.1}


def test_without_recorded_cpu_what_is_not_waiting_is_cpu():
    assert parts_of(task(0, 1000, gc_ms=200), cpu_recorded=False) == {"cpu": 0.8, "gc": 0.2}


def test_times_count_from_application_start():
    summary = summarise([task(5000, 6000), task(5500, 5900)], start_ms=4000)
    assert (summary.first_launch_s, summary.last_launch_s, summary.last_finish_s) == (1.0, 1.5, 2.0)


def test_launch_order_goes_from_first_to_last():
    summary = summarise([task(300, 400), task(100, 500), task(200, 500)])
    by_duration = dict(zip(summary.duration_s.round(3).tolist(), summary.launch_order.tolist(), strict=True))
    assert by_duration == {0.1: 1.0, 0.3: 0.5, 0.4: 0.0}


def test_the_gap_is_the_time_a_slot_stays_empty():
    ends = [task(start, start + 900) for start in range(0, 5000, 1000)]
    summary = summarise(ends, {"1": 1})
    assert summary.gap_s == pytest.approx(0.1)
    assert summary.busy_slots == 1


def test_the_gap_is_negative_where_ends_are_noted_late():
    ends = [task(start, start + 1050) for start in range(0, 5000, 1000)]
    assert summarise(ends, {"1": 1}).gap_s == pytest.approx(-0.05)


def test_the_gap_is_measured_per_executor():
    one = [task(start, start + 990, "1") for start in range(0, 5000, 1000)]
    other = [task(start, start + 490, "2") for start in range(0, 5000, 500)]
    assert summarise(one + other, {"1": 1, "2": 1}).gap_s == pytest.approx(0.01)


def test_a_single_wave_has_no_gap_and_uses_all_its_slots():
    summary = summarise([task(i, 1000 + i) for i in range(4)], {"1": 4})
    assert (summary.gap_s, summary.busy_slots) == (0.0, 4)


def waves(executor, places, starts):
    """Return tasks of 1 s at each start on each slot."""
    return [task(start, start + 1000, executor) for start in starts for _ in range(places)]


def test_an_executor_that_gets_only_the_first_wave_is_not_busy():
    ends = waves("1", 2, range(0, 9000, 1000)) + waves("2", 3, [0])
    assert summarise(ends, {"1": 2, "2": 3}).busy_slots == 2


def test_executors_with_pauses_shorter_than_their_work_are_busy():
    ends = waves("1", 2, range(0, 9000, 1000)) + waves(
        "2", 3, [*range(0, 4000, 1000), *range(6000, 9000, 1000)]
    )
    assert summarise(ends, {"1": 2, "2": 3}).busy_slots == 5


def test_all_slots_count_where_the_driver_launches_tasks_one_after_the_other():
    ends = [task(start, start + 100, str(start // 150 % 2)) for start in range(0, 9001, 150)]
    assert summarise(ends, {"0": 4, "1": 4}).busy_slots == 8


def test_warm_up_is_how_much_longer_the_first_task_on_a_slot_took():
    ends = [task(0, 3000, cpu_ns=1_500_000_000), *(task(s, s + 1000) for s in range(3000, 8000, 1000))]
    summary = summarise(ends, {"1": 1})
    assert summary.warm_up_s == pytest.approx(2.0)
    assert summary.warm_up_cpu_s == pytest.approx(1.0)  # its share of the CPU
    assert summary.duration_s.tolist() == pytest.approx([1.0] * 6)


def test_the_warm_up_added_back_gives_the_measured_time():
    rng = np.random.default_rng(7)
    ends = [task(0, int(d)) for d in rng.integers(1500, 4000, 4)]
    ends += [task(4000 * i, 4000 * i + int(d)) for i in range(1, 30) for d in rng.integers(500, 2500, 4)]
    summary = summarise(ends, {"1": 4})
    assert summary.warm_up_s > 0
    measured_s = sum(e.info.finish_ms - e.info.launch_ms for e in ends) / 1000
    assert summary.weights @ summary.duration_s + 4 * summary.warm_up_s == pytest.approx(measured_s)


def test_there_is_no_warm_up_where_the_first_tasks_were_not_longer():
    ends = [task(s, s + 1000) for s in range(0, 5000, 1000)]
    assert summarise(ends, {"1": 1}).warm_up_s == 0.0


def test_small_stages_are_kept_task_by_task():
    summary = summarise([task(0, 100 + i) for i in range(64)])
    assert summary.weights.tolist() == [1.0] * 64


def test_large_stages_become_groups_with_single_tasks_at_the_top():
    rng = np.random.default_rng(3)
    durations = rng.integers(100, 5000, 5000)
    durations[1234] = 60_000
    summary = summarise([task(0, int(d)) for d in durations])
    assert len(summary.weights) <= tasks_module.GROUPS
    assert summary.weights.sum() == 5000
    assert summary.weights[-1] == 1
    assert summary.duration_s[-1] == 60.0
    assert (np.diff(summary.duration_s) >= 0).all()
    assert summary.weights @ summary.duration_s == pytest.approx(durations.sum() / 1000)


# -- bounded memory --------------------------------------------------------------------------------

BUFFER, RETAINED, WAVES, SLOTS = 32, 128, 130, 10


@pytest.fixture
def many_tasks():
    """Return 1300 tasks on 10 slots, back to back."""
    rng = np.random.default_rng(11)
    ends = []
    for slot in range(SLOTS):
        now = slot
        for _ in range(WAVES):
            duration = int(rng.integers(200, 400))
            metrics = {"cpu_ns": duration * 400_000, "gc_ms": duration // 10, "peak_memory_bytes": duration}
            metrics["input"] = InputRead(bytes=duration * 7, records=3)
            ends.append(task(now, now + duration, **metrics))
            now += duration + 5
    return sorted(ends, key=lambda end: end.info.finish_ms)


@pytest.fixture
def small_memory(monkeypatch):
    monkeypatch.setattr(tasks_module, "_RETAINED", RETAINED)


def test_memory_is_bounded(many_tasks, small_memory):
    collector = TaskCollector()
    for begin in range(0, len(many_tasks), BUFFER):
        collector.add(TaskBatch.of(many_tasks[begin : begin + BUFFER]))
        assert sum(map(len, collector._retained + collector._overflow)) <= 1.25 * RETAINED + BUFFER


def test_bounded_memory_gives_the_totals_and_means_of_the_full_computation(many_tasks, request):
    full = summarise(many_tasks, {"1": SLOTS})
    request.getfixturevalue("small_memory")
    reduced = summarise(many_tasks, {"1": SLOTS})
    assert reduced.succeeded == full.succeeded == len(many_tasks)
    assert reduced.weights.sum() == full.weights.sum() == len(many_tasks)
    assert reduced.volumes == full.volumes
    for name in ("duration_s", "peak_memory_bytes"):
        mean = getattr(full, name) @ full.weights
        assert getattr(reduced, name) @ reduced.weights == pytest.approx(mean, rel=1e-3), name
    for part in PARTS:
        total = full.parts_s[part] @ full.weights
        assert reduced.parts_s[part] @ reduced.weights == pytest.approx(total, rel=1e-3, abs=1e-6), part


def test_bounded_memory_keeps_the_cpu_of_logs_that_did_not_record_it(many_tasks, small_memory):
    for end in many_tasks:
        end.metrics.cpu_ns = 0
    summary = summarise(many_tasks, {"1": SLOTS}, cpu_recorded=False)
    run_s = sum(e.metrics.run_ms - e.metrics.gc_ms for e in many_tasks) / 1000
    assert summary.parts_s["cpu"] @ summary.weights == pytest.approx(run_s, rel=1e-3)
    assert summary.parts_s["other"] @ summary.weights == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("count", [160, 165, 300, 700, 1300])
def test_bounded_memory_keeps_when_the_stage_began_and_ended(many_tasks, small_memory, count):
    ends = many_tasks[:count]
    summary = summarise(ends, {"1": SLOTS})
    assert summary.first_launch_s == min(e.info.launch_ms for e in ends) / 1000
    assert summary.last_launch_s == max(e.info.launch_ms for e in ends) / 1000
    assert summary.last_finish_s == max(e.info.finish_ms for e in ends) / 1000


@pytest.mark.parametrize("count", [200, 300, 700, 1000, 1300])
def test_bounded_memory_keeps_busy_slots_and_gap(many_tasks, small_memory, count):
    only_first_wave = [task(i, 150 + i, "2") for i in range(20)]
    summary = summarise(only_first_wave + many_tasks[:count], {"1": SLOTS, "2": 20})
    assert summary.busy_slots == SLOTS
    assert summary.gap_s == pytest.approx(0.005, abs=0.001)


def test_bounded_memory_keeps_the_longest_task(many_tasks, small_memory):
    straggler = task(100, 50_100)
    summary = summarise([*many_tasks[:200], straggler, *many_tasks[200:]], {"1": SLOTS})
    assert summary.duration_s[-1] == pytest.approx(50.0)
    assert summary.weights[-1] == 1


def test_bounded_memory_keeps_the_order_of_launch_within_its_range(many_tasks, small_memory):
    order = summarise(many_tasks, {"1": SLOTS}).launch_order
    assert order.min() >= 0
    assert order.max() <= 1
