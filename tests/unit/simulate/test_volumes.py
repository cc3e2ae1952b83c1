"""What a task moves, and which bandwidth a configuration has."""

from __future__ import annotations

from typing import Any

import pytest

from pertract import dsl
from pertract.errors import UsageError
from pertract.simulate import Configuration, Options, compile_plan, predict, replay
from pertract.simulate import resolve as resolve_model
from pertract.simulate.stage import CAUSES

from .models import demand, model, profile, stage, workers

DRIVES = dsl.Drives(read_bytes_per_s=200.0, write_bytes_per_s=100.0)
BOTH = {"drive_bytes_per_s": 100.0, "network_bytes_per_s": 100.0}
ALL = tuple(demand(activity) for activity in ("compute", "input", "shuffle_write", "shuffle_fetch"))
VOLUMES = dsl.Volumes(
    input_bytes=300,
    shuffle_read_local_bytes=300,
    shuffle_read_remote_bytes=300,
    shuffle_write_bytes=30,
    output_bytes=60,
    disk_spilled_bytes=90,
)


def moving(volumes: dsl.Volumes = VOLUMES, **fields: Any) -> dsl.PerformanceModel:
    return model(profiles=(profile(demands=ALL, volumes=volumes),), **fields)


def resolved(options: dict[str, Any] | None = None, **fields: Any) -> Configuration:
    return resolve_model(moving(**fields), Options(**(options or {})))


def with_link(described: dsl.PerformanceModel, bytes_per_s: float) -> dsl.PerformanceModel:
    channel = dsl.NetworkChannel(bandwidth_bytes_per_s=bytes_per_s)
    resources = described.resources.model_copy(update={"network": channel})
    return described.model_copy(update={"resources": resources})


# -- bandwidths ----------------------------------------------------------------------------------


def test_no_bandwidth_unless_one_is_given() -> None:
    configuration = resolved()
    assert configuration.drive_read_bytes_per_s is None
    assert configuration.drive_write_bytes_per_s is None
    assert configuration.network_bytes_per_s is None


def test_bandwidths_come_from_the_resource_architecture() -> None:
    described = with_link(moving(cluster=(workers(drives=DRIVES),)), 50.0)
    configuration = resolve_model(described, Options())
    assert configuration.drive_read_bytes_per_s == (200.0, 200.0)
    assert configuration.drive_write_bytes_per_s == (100.0, 100.0)
    assert configuration.network_bytes_per_s == 50.0
    assert configuration.as_measured
    doubled = resolve_model(described, Options(drive_rate=2.0, network_rate=3.0))
    assert doubled.drive_read_bytes_per_s == (400.0, 400.0)
    assert doubled.network_bytes_per_s == 150.0


def test_options_take_the_place_of_the_model() -> None:
    options = {"drive_bytes_per_s": 7.0, "network_bytes_per_s": 8.0, "nodes": 3}
    configuration = resolved(options, cluster=(workers(drives=DRIVES),))
    assert configuration.drive_read_bytes_per_s == (7.0,) * 3
    assert configuration.drive_write_bytes_per_s == (7.0,) * 3
    assert configuration.network_bytes_per_s == 8.0
    assert not configuration.as_measured


def test_nodes_of_other_groups_have_other_drives() -> None:
    fast = dsl.Drives(read_bytes_per_s=900.0)
    cluster = (workers(1, drives=DRIVES), dsl.NodeGroup(id="fast", count=1, cores=4, drives=fast))
    configuration = resolved({"nodes": 3}, cluster=cluster)
    assert configuration.drive_read_bytes_per_s == (200.0, 900.0, 200.0)
    assert configuration.drive_write_bytes_per_s is None


@pytest.mark.parametrize("name", ["drive", "network"])
def test_a_rate_and_a_bandwidth_exclude_each_other(name: str) -> None:
    with pytest.raises(UsageError, match=f"--{name}-rate and --{name}-bandwidth exclude each other"):
        resolved({f"{name}_rate": 2.0, f"{name}_bytes_per_s": 100.0})


# -- bytes ---------------------------------------------------------------------------------------


def test_bytes_of_a_task_take_the_place_of_measured_times() -> None:
    described = moving()
    plan, _ = compile_plan(described, resolve_model(described, Options(**BOTH)))
    volumes = plan.stages[0].volumes
    assert (volumes.drive_read, volumes.network, volumes.drive_write) == (100, 100, 60)
    assert plan.stages[0].causes_s[CAUSES.index("cpu")].tolist() == [1, 2, 3]
    assert plan.stages[0].duration_s.tolist() == [1, 2, 3]
    assert plan.bandwidth is not None
    assert plan.bandwidth.shares == (0.5, 0.5)


def test_each_bandwidth_replaces_its_own_times_only() -> None:
    described = moving(cluster=(workers(drives=dsl.Drives(write_bytes_per_s=1.0)),))
    plan, _ = compile_plan(described, resolve_model(described, Options()))
    volumes = plan.stages[0].volumes
    assert (volumes.drive_read, volumes.network, volumes.drive_write) == (None, None, 60)
    assert plan.stages[0].duration_s.tolist() == [3, 6, 9]


def test_times_stay_where_no_bytes_were_measured() -> None:
    described = moving(dsl.Volumes())
    plan, _ = compile_plan(described, resolve_model(described, Options(**BOTH)))
    assert plan.stages[0].duration_s.tolist() == [4, 8, 12]
    assert plan.bandwidth is None
    assert not plan.stepwise


@pytest.mark.parametrize(
    ("measured", "nodes", "local", "remote", "expected"),
    [
        pytest.param(2, 2, 300, 300, 300, id="as measured"),
        pytest.param(2, 4, 300, 300, 450, id="three quarters elsewhere"),
        pytest.param(2, 1, 300, 300, 0, id="all local"),
        pytest.param(2, 4, 60, 540, 600, id="no more than all"),
        pytest.param(1, 4, 600, 0, 450, id="from one node to four"),
        pytest.param(1, 1, 600, 0, 0, id="on one node"),
        pytest.param(2, 2, 600, 0, 300, id="none measured elsewhere"),
    ],
)
def test_blocks_on_other_nodes(measured: int, nodes: int, local: int, remote: int, expected: float) -> None:
    volumes = dsl.Volumes(shuffle_read_local_bytes=local, shuffle_read_remote_bytes=remote)
    described = moving(volumes, cluster=(workers(measured),))
    configuration = resolve_model(described, Options(nodes=nodes, network_bytes_per_s=1.0))
    plan, assumed = compile_plan(described, configuration)
    each = plan.stages[0].volumes.network
    assert each is not None
    assert each * 3 == pytest.approx(expected)
    assert not any("own node" in sentence for sentence in assumed)


def test_bytes_grow_with_the_data() -> None:
    described = moving()
    plan, _ = compile_plan(described, resolve_model(described, Options(**BOTH, data_scale=3.0)))
    volumes = plan.stages[0].volumes
    assert (volumes.drive_read, volumes.network, volumes.drive_write) == (300, 300, 180)


@pytest.mark.parametrize(
    ("read_bytes", "in_memory"),
    [pytest.param(3e10 * 1.01, True, id="5.05 GB/s"), pytest.param(3e10 * 0.99, False, id="4.95 GB/s")],
)
def test_what_is_read_again_too_fast_for_drives_is_in_memory(read_bytes: float, in_memory: bool) -> None:
    """Three tasks read for 2 s each; only the second stage may have found it in memory."""
    job = dsl.Job(id="j", nodes=(stage("a", reads=("f",)), stage("b", reads=("f",))))
    described = moving(dsl.Volumes(input_bytes=round(read_bytes)), nodes=(job,), input_bytes=300)
    plan, assumed = compile_plan(described, resolve_model(described, Options(**BOTH)))
    told = [sentence for sentence in assumed if "1 of 2 stages read again" in sentence]
    assert bool(told) == in_memory
    assert plan.stages[0].volumes.drive_read == pytest.approx(round(read_bytes) / 3)
    assert (plan.stages[1].volumes.drive_read is None) == in_memory
    assert plan.stages[1].duration_s.tolist() == ([4, 8, 12] if in_memory else [3, 6, 9])
    _, assumed = compile_plan(described, resolve_model(described, Options()))
    assert not any("read again" in sentence for sentence in assumed)


# -- predictions ---------------------------------------------------------------------------------


def test_predictions_with_less_bandwidth_take_longer_and_say_what_for() -> None:
    fast = predict(moving(), Options(drive_bytes_per_s=1e6, network_bytes_per_s=1e6), replications=2)
    slow = predict(moving(), Options(drive_bytes_per_s=10.0, network_bytes_per_s=10.0), replications=2)
    assert slow.response_time_s.mean > fast.response_time_s.mean + 10
    assert slow.breakdown_s["drive"] > 5
    assert slow.breakdown_s["network"] > 5
    assert fast.support.kind == "extrapolation"
    assert "the network shared by its bandwidth" in fast.support.why
    assert sum(slow.breakdown_s.values()) == pytest.approx(slow.response_time_s.mean)


def test_models_with_bandwidths_are_replayed_with_them() -> None:
    described = with_link(moving(cluster=(workers(drives=DRIVES),)), 10.0)
    response_s, _ = replay(described)
    assert response_s > replay(moving())[0]
    assert predict(described, Options(), replications=1).support.kind == "replay"
