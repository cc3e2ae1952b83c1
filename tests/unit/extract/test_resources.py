import pytest

from pertract.extract.resources import build_resources


@pytest.fixture
def nodes(records):
    """Return a function from executors to (count, cores) of the node groups."""

    def build(executors, **properties):
        groups = build_resources(records.run([], 100, executors=executors, **properties)).nodes
        assert not any(group.cores_known for group in groups)
        return [(group.id, group.count, group.cores) for group in groups]

    return build


def test_alike_hosts_are_one_group(records, nodes):
    executors = [records.executor(str(i), host=f"h{i}") for i in range(3)]
    assert nodes(executors) == [("workers", 3, 4)]


def test_executors_on_one_host_add_up(records, nodes):
    executors = [records.executor(str(i), host="h") for i in range(3)]
    assert nodes(executors) == [("workers", 1, 12)]


def test_different_hosts_are_groups_by_cores(records, nodes):
    executors = [records.executor("1", 4, host="a"), records.executor("2", 8, host="b")]
    assert nodes(executors) == [("workers-4-cores", 1, 4), ("workers-8-cores", 1, 8)]


def test_an_executor_in_place_of_a_lost_one_adds_no_cores(records, nodes):
    executors = [records.executor("1", removed=10.0), records.executor("2", added=10.0)]
    assert nodes(executors) == [("workers", 1, 4)]


def test_executors_at_different_times_overlap_only_where_they_do(records, nodes):
    executors = [
        records.executor("1", removed=10.0),
        records.executor("2", added=5.0, removed=20.0),
        records.executor("3", added=15.0),
    ]
    assert nodes(executors) == [("workers", 1, 8)]


def test_a_slot_of_two_cpus_is_two_cores(records, nodes):
    assert nodes([records.executor()], spark__task__cpus="2") == [("workers", 1, 8)]


@pytest.mark.parametrize("cpus", ["", "0", "*********(redacted)"])
def test_unreadable_cpus_per_task_count_as_one(records, nodes, cpus):
    assert nodes([records.executor()], spark__task__cpus=cpus) == [("workers", 1, 4)]
