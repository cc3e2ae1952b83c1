"""Combinations of values."""

import numpy as np
import pytest

from pertract.errors import UsageError
from pertract.plan import Grid, grid
from pertract.plan.labels import heading, label, value_text


def test_every_combination_has_a_number_the_last_axis_changing_fastest():
    found = grid({"nodes": [2, 4], "executor_cores": [1, 2, 3], "data_scale": 2.0})
    assert found.size == 6
    assert [found.asked(n) for n in range(6)] == [
        {"nodes": nodes, "executor_cores": cores} for nodes in (2, 4) for cores in (1, 2, 3)
    ]
    assert found.fixed == {"data_scale": 2.0}
    assert [found.number([i, j]) for i in range(2) for j in range(3)] == list(range(6))


def test_settings_and_parameters_vary_one_by_one():
    found = grid(
        {"settings": {"a": "1", "b": ["x", "y"]}, "parameters": {"iterations": (5, 10)}, "nodes": None}
    )
    assert [(axis.field, axis.key, axis.values) for axis in found.axes] == [
        ("settings", "b", ("x", "y")),
        ("parameters", "iterations", (5, 10)),
    ]
    assert found.given(found.asked(1)) == {
        "settings": {"a": "1", "b": "x"},
        "parameters": {"iterations": 10},
        "nodes": None,
    }


def test_ranges_arrays_and_repetitions_are_lists():
    found = grid({"nodes": range(1, 4), "data_scale": np.array([1.0, 2.0]), "executors": [4, 4, 8]})
    assert [axis.values for axis in found.axes] == [(1, 2, 3), (1.0, 2.0), (4, 8)]
    assert all(type(value) is float for value in found.axes[1].values)


def test_times_of_losses_are_one_value_unless_there_are_several_sets():
    assert grid({"lose_executor_s": (3.0, 5.0)}).axes == ()
    (axis,) = grid({"lose_executor_s": [(), (3.0,)]}).axes
    assert axis.values == ((), (3.0,))


def test_nothing_that_varies_is_one_configuration():
    assert grid({"nodes": 4}).size == 1
    assert grid({"nodes": 4}).asked(0) == {}


def test_an_empty_list_is_refused():
    with pytest.raises(UsageError, match="the list of nodes is empty"):
        grid({"nodes": []})


def test_an_absurd_number_of_combinations_is_refused_with_how_to_narrow_it():
    found = grid({"nodes": range(1, 101), "executors": range(1, 101)})
    with pytest.raises(UsageError, match=r"100 nodes x 100 executors are 10,000 configurations") as caught:
        found.check_size(5_000)
    assert "nodes" in caught.value.hint
    found.check_size(10_000)


def test_values_of_a_field():
    found = grid({"node_type": ["a", "b"], "nodes": 4, "executors": None})
    assert found.values("node_type") == ("a", "b")
    assert found.values("nodes") == (4,)
    assert found.values("executors") == ()


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"nodes": 1}, "1 node"),
        ({"nodes": 8, "node_type": "m5.xlarge"}, "8 nodes, m5.xlarge"),
        ({"executors": 4, "executor_cores": 1}, "4 executors, 1 core per executor"),
        ({"executor_memory_bytes": 4 * 2**30}, "4 GiB heap"),
        ({"data_scale": 2.0, "cpu_rate": 1.5}, "2 times the data, CPU 1.5 times as fast"),
        ({"settings": {"spark.sql.shuffle.partitions": "400"}}, "shuffle partitions 400"),
        ({"parameters": {"iterations": 10.0}}, "iterations 10"),
        ({"lose_executor_s": ()}, "executors lost: never"),
        ({"lose_executor_s": (3.0, 5.0)}, "executors lost: 3s 5s"),
        ({}, "as in the calibration run"),
    ],
)
def test_configurations_have_names(asked, text):
    assert label(asked) == text


def test_columns_have_headings_and_texts():
    found: Grid = grid(
        {
            "node_cores": [2, 4],
            "executor_memory_bytes": [2**30, 2**31],
            "settings": {"spark.sql.shuffle.partitions": ["1", "2"], "spark.speculation": ["true", "false"]},
            "data_bytes": [1e6, 2e6],
            "drive_bytes_per_s": [1e6, 2e6],
            "node_type": [None, "a"],
        }
    )
    assert [heading(axis) for axis in found.axes] == [
        "cores/node",
        "heap",
        "shuffle partitions",
        "spark.speculation",
        "data",
        "drives/s",
        "node type",
    ]
    asked = found.asked(0)
    texts = [value_text(axis, axis.of(asked)) for axis in found.axes]
    assert texts == ["2", "1 GiB", "1", "true", "1,000,000", "977 KiB/s", "as measured"]
