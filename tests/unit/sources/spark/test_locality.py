"""Which stages cached data, and which later ones preferred to run near them."""

from pertract.sources.spark.events import RddInfo, StorageLevel, TaskEnd, TaskInfo, TaskMetrics
from pertract.sources.spark.locality import CachedData
from pertract.sources.spark.records import LocalityRecord
from pertract.sources.spark.tasks import TaskBatch, TaskCollector

CACHED = StorageLevel(memory=True)


def ran(*places):
    """Collect tasks from (executor, locality) of partitions 0, 1, ..."""
    collector = TaskCollector()
    ends = [
        TaskEnd(
            stage=0,
            info=TaskInfo(0, 10, executor, "host", index=i, locality=locality),
            metrics=TaskMetrics(),
        )
        for i, (executor, locality) in enumerate(places)
    ]
    for batch in (ends[:3], ends[3:]):
        if batch:
            collector.add(TaskBatch.of(batch))
    return collector


def local(*executors):
    return ran(*((executor, "PROCESS_LOCAL") for executor in executors))


def rdd(number, level=CACHED):
    return RddInfo(number, storage=level)


def test_a_stage_goes_where_the_first_one_with_its_data_set_ran():
    cached = CachedData()
    assert cached.follow((2, 0), [rdd(7)], local("a", "b", "a", "b"), gone=set()) is None
    found = cached.follow((3, 1), [rdd(7), rdd(8, StorageLevel())], local("a", "b", "a", "b"), gone=set())
    assert found == LocalityRecord(cached_by=(2, 0), ratio=1.0)
    assert cached.cached_on() == {(2, 0): {"a": 2, "b": 2}}


def test_data_on_drives_count_as_cached_and_other_data_sets_do_not():
    cached = CachedData()
    cached.follow((0, 0), [rdd(1, StorageLevel(disk=True)), rdd(2, StorageLevel())], local("a"), gone=set())
    assert cached.follow((1, 0), [rdd(2, StorageLevel())], local("a"), gone=set()) is None
    assert cached.follow((2, 0), [rdd(1, StorageLevel(disk=True))], local("a"), gone=set()) is not None


def test_tasks_that_ran_elsewhere_after_a_wait_preferred_the_same():
    cached = CachedData()
    cached.follow((0, 0), [rdd(1)], local("a", "b", "a", "b"), gone=set())
    places = [("a", "PROCESS_LOCAL"), ("b", "PROCESS_LOCAL"), ("c", "ANY"), ("a", "NODE_LOCAL")]
    found = cached.follow((1, 0), [rdd(1)], ran(*places), gone=set())
    assert found.ratio == 1.0


def test_tasks_that_met_the_right_executor_by_chance_preferred_none():
    """PROCESS_LOCAL also stands for tasks without a preference, as after data were dropped."""
    cached = CachedData()
    cached.follow((0, 0), [rdd(1)], local("a", "b", "a", "b"), gone=set())
    assert cached.follow((1, 0), [rdd(1)], local("a", "a", "b", "b"), gone=set()) is None
    assert cached.cached_on() == {}


def test_tasks_that_prefer_nodes_do_not_look_for_cached_data():
    cached = CachedData()
    cached.follow((0, 0), [rdd(1)], local("a", "b"), gone=set())
    nodes = ran(("a", "NODE_LOCAL"), ("b", "NODE_LOCAL"))
    assert cached.follow((1, 0), [rdd(1)], nodes, gone=set()) is None


def test_partitions_that_were_not_cached_yet_are_cached_by_the_stage_that_has_them_first():
    cached = CachedData()
    cached.follow((0, 0), [rdd(1)], local("a"), gone=set())  # as first() does
    half = cached.follow((1, 0), [rdd(1)], local("a", "b"), gone=set())
    assert half == LocalityRecord(cached_by=(0, 0), ratio=0.5)
    assert cached.follow((2, 0), [rdd(1)], local("a", "b"), gone=set()).ratio == 1.0


def test_what_a_removed_executor_held_is_cached_anew():
    cached = CachedData()
    cached.follow((0, 0), [rdd(1)], local("a", "b"), gone=set())
    cached.follow((1, 0), [rdd(1)], local("b", "b"), gone={"a"})
    found = cached.follow((2, 0), [rdd(1)], local("b", "b"), gone={"a"})
    assert found.ratio == 1.0


def test_of_nested_data_sets_the_last_one_that_is_there_counts():
    cached = CachedData()
    cached.follow((0, 0), [rdd(1)], local("a", "b"), gone=set())
    assert cached.follow((1, 0), [rdd(1), rdd(5)], local("a", "b"), gone=set()).cached_by == (0, 0)
    assert cached.follow((2, 0), [rdd(1), rdd(5)], local("a", "b"), gone=set()).cached_by == (1, 0)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr("pertract.sources.spark.locality._MOST_KEPT", 4)
    cached = CachedData()
    for number in range(3):
        cached.follow((number, 0), [rdd(number)], local("a", "b"), gone=set())
    assert cached.follow((3, 0), [rdd(0)], local("a", "b"), gone=set()) is None
    assert cached.follow((4, 0), [rdd(2)], local("a", "b"), gone=set()).cached_by == (2, 0)
