import pytest

from pertract.sources.yarn import answers, tree
from pertract.sources.yarn.records import Size
from pertract.units import MIB


def scheduler(path):
    return answers.read(tree.parse(path.read_bytes(), path.name))[0].scheduler


def test_the_capacity_scheduler_of_a_real_cluster(data):
    found = scheduler(data / "rm/scheduler.json")
    queues = {queue.path: queue for queue in found.queues}
    assert found.kind == "capacity"
    assert list(queues) == ["root", "root.default", "root.batch"]
    batch = queues["root.batch"]
    assert (batch.absolute_ratio, batch.absolute_maximum_ratio, batch.user_limit_factor) == (0.4, 0.5, 2.0)
    assert (batch.leaf, queues["root"].leaf, batch.policy) == (True, False, "fifo")
    assert (found.minimum_memory_bytes, found.maximum_memory_bytes) == (512 * MIB, 3072 * MIB)
    assert (found.minimum_vcores, found.maximum_vcores) == (1, 4)


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_nested_queues(samples, suffix):
    found = scheduler(samples / f"rest_docs/rm/ws_v1_cluster_scheduler.{suffix}")
    queues = {queue.path: queue for queue in found.queues}
    assert len(queues) == 10
    deep = queues["root.a.a1.a1a"]
    assert deep.absolute_ratio == pytest.approx(0.026775)
    assert deep.absolute_maximum_ratio == 0.25
    assert deep.leaf
    assert not queues["root.a.a1"].leaf


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_the_fifo_scheduler_has_shares_and_no_percentages(samples, suffix):
    found = scheduler(samples / f"rest_docs/rm/ws_v1_cluster_scheduler_2.{suffix}")
    assert found.kind == "fifo"
    assert found.queues[-1].absolute_ratio == 1
    assert found.maximum_memory_bytes == 10240 * MIB


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_the_fair_scheduler(samples, suffix):
    found = scheduler(samples / f"rest_docs/rm/ws_v1_cluster_scheduler_3.{suffix}")
    assert found.kind == "fair"
    assert [queue.path for queue in found.queues] == [
        "root",
        "root.default",
        "root.sample_queue",
        "root.sample_queue.sample_sub_queue",
    ]
    assert found.queues[1].fair_share == Size(4096 * MIB, 0)
    assert found.queues[1].policy == "fair"


def test_children_of_the_fair_scheduler_of_hadoop_2():
    child = {"queueName": "root.a", "schedulingPolicy": "drf"}
    for written in ([child], child, {"queue": [child]}, {"queue": child}):
        info = {"type": "fairScheduler", "rootQueue": {"queueName": "root", "childQueues": written}}
        found = answers.read({"scheduler": {"schedulerInfo": info}})[0].scheduler
        assert [(queue.path, queue.policy) for queue in found.queues] == [("root", None), ("root.a", "drf")]


def test_an_unknown_scheduler_is_told():
    snapshot, _ = answers.read({"scheduler": {"schedulerInfo": {"type": "roundRobin"}}})
    assert snapshot.scheduler is None
    assert "roundRobin" in snapshot.notes[0]


def test_weights_of_the_capacity_scheduler():
    queue = {"queueName": "a", "queuePath": "root.a", "capacity": 0, "weight": 3, "absoluteCapacity": 75.0}
    info = {"type": "capacityScheduler", "queueName": "root", "queues": {"queue": queue}}
    found = answers.read({"scheduler": {"schedulerInfo": info}})[0].scheduler
    assert (found.queues[1].weight, found.queues[1].absolute_ratio) == (3, 0.75)
