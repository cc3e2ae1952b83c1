"""Tasks kept one by one."""

import pytest

from pertract.sources.spark.events import TaskEnd, TaskInfo, TaskMetrics
from pertract.sources.spark.task_times import TaskTimesCollector
from pertract.sources.spark.tasks import TaskBatch


def end(number, launch_ms, finish_ms, executor="1", **metrics):
    info = TaskInfo(launch_ms, finish_ms, executor, "host", id=number)
    return TaskEnd(stage=0, info=info, metrics=TaskMetrics(**metrics))


def test_tasks_keep_place_time_and_cpu():
    collector = TaskTimesCollector()
    first = end(4, 1000, 2000, run_ms=700, deserialise_ms=100, cpu_ns=5 * 10**8, deserialise_cpu_ns=10**8)
    collector.add(TaskBatch.of([first, end(6, 1500, 1600, "2", run_ms=500, gc_ms=30)]))
    second = end(5, 3000, 3500, run_ms=100)
    second.stage, second.attempt = 7, 1
    collector.add(TaskBatch.of([second]))
    found = collector.build(1000)
    assert found.executors == ("1", "2")
    assert found.stages == ((0, 0), (7, 1))
    assert found.id.tolist() == [4, 6, 5]
    assert found.executor.tolist() == [0, 1, 0]
    assert found.stage.tolist() == [0, 0, 1]
    assert found.begin_s == pytest.approx([0, 0.5, 2])
    assert found.end_s == pytest.approx([0.8, 0.6, 2.1])  # not after the driver noted the end
    assert found.cpu_s == pytest.approx([0.6, 0, 0])
    assert found.gc_s == pytest.approx([0, 0.03, 0])


def test_no_tasks_are_no_tasks():
    assert len(TaskTimesCollector().build(0)) == 0
