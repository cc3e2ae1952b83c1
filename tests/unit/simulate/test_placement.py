"""Executors on nodes whose memory is given."""

from __future__ import annotations

from typing import Any

import pytest

from pertract.errors import UsageError
from pertract.simulate import Configuration, Options, resolve

from .models import GIB, group, model, workers

NODE = {"node_cores": 8, "node_memory_bytes": 32 * GIB}


def resolved(options: dict[str, Any], **fields: Any) -> Configuration:
    return resolve(model(**fields), Options(**options))


def test_a_node_gets_the_executors_it_has_cores_for():
    # 2 executors of 4 cores and 1 GiB were measured on two nodes
    configuration = resolved({"nodes": 3, **NODE})
    assert [e.node for e in configuration.executors] == [0, 1, 2, 0, 1, 2]
    assert configuration.node_cores == (8, 8, 8)
    assert configuration.slots == 24


def test_a_node_gets_the_executors_it_has_memory_for():
    # (32 - 1) GiB / (12 + 1.2) GiB
    configuration = resolved({"nodes": 3, "executor_memory_bytes": 12 * GIB, "executor_cores": 1, **NODE})
    assert len(configuration.executors) == 6


def test_the_overhead_can_be_set():
    options = {"nodes": 1, "executor_memory_bytes": 4 * GIB, "executor_cores": 1, **NODE}
    assert len(resolved(options).executors) == 7
    settings = {"spark.executor.memoryOverhead": "4g"}
    assert len(resolved({**options, "settings": settings}).executors) == 3
    with pytest.raises(UsageError, match="memoryOverhead must be a memory size, not 'much'"):
        resolved({**options, "settings": {"spark.executor.memoryOverhead": "much"}})


def test_without_a_number_of_nodes_there_are_as_few_as_hold_the_measured_executors():
    configuration = resolved(NODE, executors=(group(5, 4),), cluster=(workers(5, 4),))
    assert len(configuration.executors) == 5
    assert configuration.node_cores == (8, 8, 8)


def test_cores_of_measured_nodes_limit_where_only_memory_is_given():
    assert len(resolved({"nodes": 2, "node_memory_bytes": 64 * GIB}).executors) == 2
    unknown = (workers(2, 4, cores_known=False),)
    assert len(resolved({"nodes": 2, "node_memory_bytes": 4 * GIB}, cluster=unknown).executors) == 4


def test_executors_that_have_no_room_are_refused():
    with pytest.raises(
        UsageError, match=r"an executor with 4 cores and 44 GiB of memory.*8 cores and 32 GiB"
    ):
        resolved({"nodes": 2, "executor_memory_bytes": 40 * GIB, **NODE})
    with pytest.raises(UsageError, match="5 executors do not fit on 2 nodes: a node has room for 2"):
        resolved({"nodes": 2, "executors": 5, **NODE})


def test_dynamic_allocation_is_limited_by_the_room_on_the_nodes():
    settings = {"spark.dynamicAllocation.enabled": "true"}
    assert len(resolved({"nodes": 3, "settings": settings, **NODE}).executors) == 6


def test_unknown_memory_of_executors_is_said():
    executors = (group(2, 4, memory_bytes=None),)
    configuration = resolved({"nodes": 1, **NODE}, executors=executors)
    assert len(configuration.executors) == 2
    assert any("memory of executors is unknown" in warning for warning in configuration.warnings)


def test_what_a_node_type_leaves_open_is_said():
    said = resolved({"nodes": 2, "node_type": "x", **NODE}).warnings
    assert any("a core of x is taken to be as fast" in warning for warning in said)
    assert any("network bandwidth of x is unknown" in warning for warning in said)
    told = {"node_type": "x", "cpu_rate": 1.1, "network_bytes_per_s": 1e9, **NODE}
    assert resolved({"nodes": 2, **told}).warnings == ()


def test_a_price_alone_leaves_everything_as_measured():
    configuration = resolved({"price_per_node_hour": 0.5})
    assert configuration.as_measured
    assert configuration.price_per_node_hour == 0.5
    for price in (-1.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="--price must be a number from 0"):
            resolved({"price_per_node_hour": price})
