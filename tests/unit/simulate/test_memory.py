"""Memory of slots, of executors, and the room on nodes."""

import pytest

from pertract import dsl
from pertract.simulate.memory import not_predicted, process_bytes, room, slot_memory

from .models import demand, model, profile

MIB, GIB = 2**20, 2**30


def test_a_slot_has_its_part_of_what_spark_leaves_to_tasks():
    assert slot_memory(4 * GIB + 300 * MIB, 4) == pytest.approx(0.6 * GIB)
    assert slot_memory(200 * MIB, 4) == 0
    assert slot_memory(None, 4) is None


@pytest.mark.parametrize(
    ("heap", "setting", "expected"),
    [
        (1 * GIB, None, 1 * GIB + 384 * MIB),
        (10 * GIB, None, 11 * GIB),
        (10 * GIB, "2g", 12 * GIB),
        (10 * GIB, "512", 10 * GIB + 512 * MIB),
    ],
)
def test_an_executor_needs_its_heap_and_the_overhead(heap, setting, expected):
    assert process_bytes(heap, setting) == expected


@pytest.mark.parametrize(
    ("cores", "memory", "expected"),
    [
        (8, 100 * GIB, 4),  # cores are scarce
        (64, 9 * GIB, 4),  # 8 GiB beside the system's one
        (None, 9 * GIB, 4),
        (1, 100 * GIB, 0),
        (8, 1 * GIB, 0),
    ],
)
def test_a_node_has_room_by_cores_and_by_memory(cores, memory, expected):
    assert room(node_cores=cores, node_bytes=memory, executor_cores=2, executor_bytes=2.0 * GIB) == expected


def test_unknown_memory_of_executors_does_not_limit():
    assert room(node_cores=8, node_bytes=GIB, executor_cores=2, executor_bytes=None) == 4
    assert room(node_cores=None, node_bytes=GIB, executor_cores=2, executor_bytes=None) == 1


def test_what_other_memory_changes_is_said_with_its_measured_size():
    demands = (
        demand("compute", {"constant": 3.0}),
        demand("garbage_collection", {"constant": 1.0}),
        demand("peak_execution", {"constant": 1e9}, resource="memory"),
    )
    dry = profile(demands=demands)
    wet = profile(demands=demands, volumes=dsl.Volumes(disk_spilled_bytes=1))
    assert not_predicted(model(profiles=(dry,)), GIB, GIB) == []
    (said,) = not_predicted(model(profiles=(dry,)), GIB, 2 * GIB)
    assert said.startswith("garbage collection took 25.0% of the time of tasks; how more executor memory")
    collected, spilled = not_predicted(model(profiles=(wet,)), 2 * GIB, GIB)
    assert "how less executor memory" in collected
    assert spilled.startswith("1 stage spilled in the calibration run; how less executor memory")
    assert "how other executor memory" in not_predicted(model(profiles=(dry,)), None, GIB)[0]
