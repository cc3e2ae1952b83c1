"""Mistakes in a workload file are told with line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from pertract.errors import UsageError
from pertract.plan.shared import parse_workload
from pertract.plan.shared.workload import SCHEMA_VERSION

EXAMPLE = Path(__file__).resolve().parents[4] / "examples" / "shared-cluster.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def line_of(part: str) -> int:
    return next(number for number, line in enumerate(TEXT.splitlines(), 1) if part in line)


def test_units_and_numbers_are_read():
    workload = parse_workload(TEXT, name="w.yaml")
    assert workload.schema_version == SCHEMA_VERSION
    assert (workload.duration, workload.warm_up) == (3600.0, 600.0)
    nightly, explore = workload.applications
    assert explore.arrival.closed is not None
    assert explore.arrival.closed.think == 60.0
    assert nightly.options.fields() == {"executors": 6, "executor_cores": 2, "data_scale": 8.0}


def test_options_have_the_names_of_predict_and_the_fields_of_options():
    text = TEXT.replace(
        "executors: 6, executor_cores: 2, data_scale: 8",
        "node_memory: 32g, executor_memory: 4g, data_size: 2kB, drive_bandwidth: 1MB, "
        "network_bandwidth: 1GB, "
        "settings: {spark.speculation: true, spark.sql.shuffle.partitions: 50}, parameters: {n: 3}",
    )
    assert parse_workload(text, name="w.yaml").applications[0].options.fields() == {
        "node_memory_bytes": 32 * 2**30,
        "executor_memory_bytes": 4 * 2**30,
        "data_bytes": 2000.0,
        "drive_bytes_per_s": 1e6,
        "network_bytes_per_s": 1e9,
        "settings": {"spark.speculation": "true", "spark.sql.shuffle.partitions": "50"},
        "parameters": {"n": 3.0},
    }


@pytest.mark.parametrize(
    ("right", "wrong", "field", "message"),
    [
        ("rate_per_hour: 40", "rate_per_huor: 40", "applications.0.arrival.rate_per_huor", "does not exist"),
        ("think: 1min", "think: soon", "applications.1.arrival.closed.think", "must be a time such as 30s"),
        ("rate_per_hour: 40", "rate_per_hour: 0", "applications.0.arrival.rate_per_hour", "above 0"),
        ("rate_per_hour: 40", "every: 0s", "applications.0.arrival.every", "above 0"),
        ("rate_per_hour: 40", "at: []", "applications.0.arrival.at", "at least 1 item"),
        ("rate_per_hour: 40", "every: 5s, at: [1s]", "applications.0.arrival", "must have one of"),
        ("rate_per_hour: 40", "at: [1s], count: 3", "applications.0.arrival.count", "goes with every"),
        ("duration: 1h", "", "applications.0.arrival", "never ends"),
        ("capacity: 70}", "capacity: 60}", "cluster.queues", "90 %"),
        ("maximum_capacity: 50", "maximum_capacity: 5", "cluster.queues.1.maximum_capacity", "below"),
        ("name: research", "name: production", "cluster.queues", "same name twice"),
        ("scheduler: capacity", "scheduler: fair", "cluster.queues", "only a capacity scheduler"),
        ("scheduler: capacity", "scheduler: best", "cluster.scheduler", "must be 'fifo', 'fair'"),
        ("  nodes: 4", "", "cluster", "nodes and node_cores, or executors"),
        ("queue: research", "queue: none", "applications.1.queue", "production or research"),
        ("name: explore", "name: nightly", "applications.1.name", "given twice"),
        ("warm_up: 10min", "warm_up: 2h", "warm_up", "takes all of the duration"),
        ("executors: 6", "executors: six", "applications.0.options.executors", "whole number"),
        ("data_scale: 8", "data_size: big", "applications.0.options.data_size", "a size such as 15GB"),
    ],
)
def test_a_mistake_is_told_with_its_place(right, wrong, field, message):
    assert right in TEXT
    with pytest.raises(UsageError, match=r"w\.yaml, line \d+: ") as caught:
        parse_workload(TEXT.replace(right, wrong, 1), name="w.yaml")
    told = str(caught.value)
    assert f": {field}: " in told
    assert message in told
    assert caught.value.hint


def test_the_line_is_that_of_the_field():
    with pytest.raises(UsageError, match=rf"line {line_of('closed:')}: applications.1.arrival"):
        parse_workload(TEXT.replace("copies: 3", "copies: 0"), name="w.yaml")


@pytest.mark.parametrize("text", ["", "schema: pertract/model/1", "- 1", "{" * 3])
def test_something_else_is_no_workload(text):
    with pytest.raises(UsageError, match=r"^w\.yaml"):
        parse_workload(text, name="w.yaml")
