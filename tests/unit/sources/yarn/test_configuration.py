import pytest

from pertract.sources import yarn
from pertract.sources.yarn import configuration, tree
from pertract.sources.yarn.records import Size, Snapshot
from pertract.units import MIB


def properties(text):
    snapshot = Snapshot()
    assert configuration.read(tree.parse(f"<configuration>{text}</configuration>".encode(), "x"), snapshot)
    return snapshot.configuration


def entry(name, value, final=False):
    return f"<property><name>{name}</name><value>{value}</value>{'<final>true</final>' * final}</property>"


def test_the_last_value_counts_unless_an_earlier_one_is_final():
    assert properties(entry("a", 1) + entry("a", 2)) == {"a": "2"}
    assert properties(entry("a", 1, final=True) + entry("a", 2)) == {"a": "1"}
    assert properties("<property><name>a</name></property>") == {"a": ""}


def test_references():
    found = {"a": "${b}/x", "b": "${c}", "c": "end", "round": "${round}", "open": "${nobody}"}
    assert configuration.value(found, "a") == "end/x"
    assert configuration.value(found, "round") == "${round}"
    assert configuration.value(found, "open") == "${nobody}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1024 mb, 2 vcores", Size(1024 * MIB, 2)),
        ("1024mb,2vcores", Size(1024 * MIB, 2)),
        ("memory-mb=2048, vcores=3", Size(2048 * MIB, 3)),
        ("2 gb, 3 vcores", Size(2048 * MIB, 3)),
        ("50% memory, 20% cpu", None),
        ("50%", None),
        ("", None),
        ("mb", None),
    ],
)
def test_amounts(text, found):
    assert configuration.amounts(text) == found


def test_files_of_a_real_cluster(data):
    found = yarn.read([data / "conf"]).scheduler
    assert (found.kind, found.calculator) == ("capacity", "DefaultResourceCalculator")
    assert (found.minimum_memory_bytes, found.maximum_vcores) == (512 * MIB, 4)
    assert {q.path: (q.absolute_ratio, q.absolute_maximum_ratio) for q in found.queues} == {
        "root": (1, 1),
        "root.default": (0.6, 1),
        "root.batch": (0.4, 0.5),
    }
    assert found.queues[1].master_ratio == 0.5


def test_capacities_multiply_on_the_way_down():
    path = "yarn.scheduler.capacity.root"
    found = configuration.scheduler(
        {
            f"{path}.queues": "a",
            f"{path}.a.capacity": "50",
            f"{path}.a.maximum-capacity": "80",
            f"{path}.a.queues": "b",
            f"{path}.a.b.capacity": "20",
            f"{path}.a.b.maximum-capacity": "50",
        }
    )
    assert [(q.path, q.absolute_ratio, q.absolute_maximum_ratio) for q in found.queues] == [
        ("root", 1, 1),
        ("root.a", 0.5, 0.8),
        ("root.a.b", 0.1, 0.4),
    ]


def test_the_scheduler_that_is_named_counts_and_not_every_file(samples, tmp_path):
    """A folder often has files of both schedulers."""
    conf = samples / "conf"
    fair = yarn.read(
        [
            conf / "hadoop-sls_main__yarn-site.xml",
            conf / "hadoop-sls_main__fair-scheduler.xml",
            conf / "hadoop-sls_main__capacity-scheduler.xml",
        ]
    )
    assert fair.scheduler.kind == "fair"
    assert not fair.notes
    assert {q.path: q.weight for q in fair.scheduler.queues}["root.sls_queue_3"] == 0.5
    capacity = yarn.read(
        [
            conf / "hadoop-yarn-common_main__yarn-default.xml",
            conf / "hadoop-sls_main__fair-scheduler.xml",
            conf / "hadoop-sls_main__capacity-scheduler.xml",
        ]
    )
    assert capacity.scheduler.kind == "capacity"
    assert not capacity.notes
    assert [q.absolute_ratio for q in capacity.scheduler.queues] == [1, 0.25, 0.25, 0.5]
    assert (capacity.scheduler.minimum_memory_bytes, capacity.scheduler.maximum_vcores) == (1024 * MIB, 4)


def test_a_root_around_the_queues_of_the_fair_scheduler():
    text = b"""<allocations><queue name="root"><queue name="a"><weight>2</weight>
    <schedulingPolicy>drf</schedulingPolicy></queue></queue></allocations>"""
    snapshot = Snapshot()
    assert configuration.read(tree.parse(text, "x"), snapshot)
    assert [(q.path, q.weight, q.policy) for q in snapshot.scheduler.queues] == [
        ("root", 1, None),
        ("root.a", 2, "drf"),
    ]
