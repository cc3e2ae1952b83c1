"""Task summaries hold for every combination of metrics, however clocks and counters disagree."""

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pertract.sources.spark import tasks as tasks_module
from pertract.sources.spark.events import (
    InputRead,
    OutputWritten,
    ShuffleRead,
    ShuffleWrite,
    TaskEnd,
    TaskInfo,
    TaskMetrics,
)
from pertract.sources.spark.tasks import TaskBatch, TaskCollector, _take_warm_up, grouped

# Without the explain phase, which takes a minute where a test fails.
repeatable = settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


def shifted(end, by_ms):
    """Return a copy of a task that ran somewhat later."""
    info = TaskInfo(
        launch_ms=end.info.launch_ms + by_ms,
        finish_ms=end.info.finish_ms + by_ms,
        result_ms=end.info.result_ms,
        executor=end.info.executor,
    )
    return TaskEnd(stage=end.stage, info=info, metrics=end.metrics)


ms = st.integers(-10, 100_000)
ns = ms.map(lambda n: n * 1_000_000)
volume = st.integers(-1, 2**40)
metrics = st.builds(
    TaskMetrics,
    run_ms=ms,
    cpu_ns=ns,
    deserialise_ms=ms,
    deserialise_cpu_ns=ns,
    gc_ms=ms,
    serialise_ms=ms,
    peak_memory_bytes=volume,
    shuffle_read=st.builds(ShuffleRead, remote_bytes=volume, local_bytes=volume, wait_ms=ms),
    shuffle_write=st.builds(ShuffleWrite, bytes=volume, time_ns=ns),
    input=st.builds(InputRead, bytes=volume, records=volume),
    output=st.builds(OutputWritten, bytes=volume),
)
info = st.builds(
    TaskInfo,
    launch_ms=st.integers(0, 100_000),
    finish_ms=st.integers(0, 200_000),
    result_ms=st.integers(-1, 200_000),
    executor=st.sampled_from(["1", "2", "3"]),
)
tasks = st.builds(TaskEnd, stage=st.just(0), info=info, metrics=st.none() | metrics)
# Hypothesis rarely makes long lists of large elements, so a stage repeats and shifts some tasks.
stages = st.tuples(st.lists(tasks, min_size=1, max_size=8), st.integers(1, 20)).map(
    lambda drawn: [shifted(end, 997 * turn) for turn in range(drawn[1]) for end in drawn[0]]
)
slots = st.dictionaries(st.sampled_from(["1", "2", "3"]), st.integers(0, 5))


def summarise(ends, slots, *, cpu_recorded=True):
    collector = TaskCollector()
    for begin in range(0, len(ends), 7):
        collector.add(TaskBatch.of(ends[begin : begin + 7]))
    return collector.summarise(0, slots, cpu_recorded=cpu_recorded)


def measured_s(ends):
    return sum(max(0, end.info.finish_ms - end.info.launch_ms) for end in ends) / 1000


@repeatable
@given(stages, slots, st.booleans())
def test_parts_are_not_negative_and_add_up_to_the_duration(ends, slots, cpu_recorded):
    summary = summarise(ends, slots, cpu_recorded=cpu_recorded)
    total = sum(summary.parts_s.values())
    assert total == pytest.approx(summary.duration_s, abs=1e-9)
    assert min(values.min() for values in summary.parts_s.values()) >= -1e-12
    assert (summary.duration_s >= 0).all()


@repeatable
@given(stages, slots)
def testgroupeds_hold_all_tasks_shortest_first(ends, slots):
    summary = summarise(ends, slots)
    assert summary.weights.sum() == len(ends)
    assert (summary.weights > 0).all()
    assert (np.diff(summary.duration_s) >= -1e-9).all()
    assert ((summary.launch_order >= 0) & (summary.launch_order <= 1)).all()
    assert min(summary.volumes.values()) >= 0


@repeatable
@given(stages, slots)
def testgroupeds_and_warm_up_together_hold_the_measured_time(ends, slots):
    summary = summarise(ends, slots)
    first = sum(
        min(slots.get(name, 0) or len(ends), sum(e.info.executor == name for e in ends))
        for name in ("1", "2", "3")
    )
    total = summary.weights @ summary.duration_s + first * summary.warm_up_s
    assert total == pytest.approx(measured_s(ends), abs=1e-6)
    assert summary.warm_up_s >= summary.warm_up_cpu_s - 1e-9 >= -1e-9


@repeatable
@given(stages, slots)
def test_times_are_in_order(ends, slots):
    summary = summarise(ends, slots)
    assert 0 <= summary.first_launch_s <= summary.last_launch_s <= summary.last_finish_s
    assert 0 <= summary.busy_slots <= sum(slots.values())


rows = st.lists(st.floats(0, 1e5, width=32), min_size=1, max_size=500).map(np.array)


@repeatable
@given(rows, st.integers(8, 64))
def testgroupeding_keeps_weight_mean_and_the_longest_task(durations, groups):
    weights, means = grouped(np.ones(len(durations)), durations[:, None], groups)
    assert weights.sum() == pytest.approx(len(durations))
    assert weights @ means[:, 0] == pytest.approx(durations.sum(), abs=1e-6)
    assert means[-1, 0] == pytest.approx(durations.max())
    assert weights[-1] == 1
    assert len(weights) <= groups


@repeatable
@given(rows, st.data())
def test_taking_the_warm_up_conserves_time_and_never_leaves_less_than_nothing(durations, data):
    first = np.array(data.draw(st.lists(st.booleans(), min_size=len(durations), max_size=len(durations))))
    kept = np.zeros((len(durations), len(tasks_module.PARTS) + 3))
    kept[:, 0] = durations
    kept[:, 1 + tasks_module.PARTS.index("cpu")] = durations
    warm_up_s, warm_up_cpu_s = _take_warm_up(kept, first)
    assert kept[:, 0].sum() + first.sum() * warm_up_s == pytest.approx(durations.sum(), abs=1e-6)
    assert warm_up_cpu_s == pytest.approx(warm_up_s, abs=1e-6)
    assert (kept[:, 0] >= 0).all()
    assert kept[~first, 0] == pytest.approx(durations[~first])


@repeatable
@given(stages)
def test_bounded_memory_changes_no_total(ends):
    """However many tasks arrive, nothing is lost; the warm-up is left out, as it depends on the waves."""
    for end in ends:  # as Spark records it since 2.1: some CPU in every task
        end.metrics = end.metrics or TaskMetrics(run_ms=1)
        end.metrics.cpu_ns = max(1, end.metrics.cpu_ns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks_module, "_take_warm_up", lambda *_: (0.0, 0.0))
        full = summarise(ends, {})
        patch.setattr(tasks_module, "_RETAINED", 24)
        patch.setattr(tasks_module, "GROUPS", 8)
        reduced = summarise(ends, {})
    assert reduced.weights.sum() == full.weights.sum()
    assert reduced.volumes == pytest.approx(full.volumes)
    assert reduced.weights @ reduced.duration_s == pytest.approx(full.weights @ full.duration_s, abs=1e-6)
    for part, values in full.parts_s.items():
        total = full.weights @ values
        assert reduced.weights @ reduced.parts_s[part] == pytest.approx(total, abs=1e-6), part
