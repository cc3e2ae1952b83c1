"""Questions to models whose cluster manager grants the executors."""

from __future__ import annotations

import pytest

from pertract import dsl
from pertract.errors import UsageError
from pertract.simulate import Options
from pertract.simulate.configuration import Configuration, resolve
from pertract.units import GIB, MIB

from .models import group, model, workers


def on_yarn(
    *,
    nodes: dict[str, object] | None = None,
    request: dict[str, object] | None = None,
    executors: tuple[dsl.ExecutorGroup, ...] | None = None,
    **rules: object,
) -> dsl.PerformanceModel:
    """Four nodes with 18 GiB for containers; 4 executors of 4 GiB with 2 cores were measured."""
    usual = {"minimum": {"memory_bytes": 512 * MIB}, "maximum": {"memory_bytes": 16 * GIB}}
    offered = {"container_memory_bytes": 18 * GIB, "memory_bytes": 24 * GIB, "vcores": 16} | (nodes or {})
    measured = executors or (group(count=4, slots=2, memory_bytes=4 * GIB, registered_s=6.0),)
    made = model(executors=measured, cluster=(workers(4, 8, **offered),))
    manager = dsl.ClusterManager.model_validate(usual | rules)
    resources = made.resources.model_copy(update={"manager": manager})
    asked = dsl.ContainerRequest.model_validate(request or {})
    configuration = made.execution.configuration.model_copy(update={"containers": asked})
    execution = made.execution.model_copy(update={"configuration": configuration})
    return made.model_copy(update={"execution": execution, "resources": resources})


def asked(made: dsl.PerformanceModel, **options: object) -> Configuration:
    return resolve(made, Options(**options))


def said(configuration: Configuration) -> str:
    return "; ".join(configuration.warnings)


def test_without_questions_all_stays_as_measured():
    configuration = asked(on_yarn())
    assert configuration.as_measured
    assert len(configuration.executors) == 4
    assert configuration.granted is None


def test_as_many_executors_as_fit():
    configuration = asked(on_yarn(), executors=20)
    assert len(configuration.executors) == 15
    assert configuration.slots == 30
    assert configuration.granted.grant.asked == 20
    assert configuration.warnings[0].startswith("asked for 20 executors, 15 fit: each needs 4.4 GiB")
    assert len(configuration.node_cores) == 4


@pytest.mark.parametrize(("memory_gib", "fit"), [(1, 47), (2, 27), (4, 15), (8, 7), (14, 4)])
def test_memory_changes_how_many_fit(memory_gib, fit):
    found = asked(on_yarn(), executors=100, executor_memory_bytes=memory_gib * GIB)
    assert len(found.executors) == fit


def test_memory_alone_asks_for_as_many_as_the_application_did():
    found = asked(on_yarn(request={"executors": 20}), executor_memory_bytes=8 * GIB)
    assert (found.granted.grant.asked, len(found.executors)) == (20, 7)


def test_other_numbers_of_nodes_ask_for_as_many_per_node():
    made = on_yarn(request={"executors": 20})
    for nodes, fit in ((1, 3), (2, 7), (4, 15), (8, 31)):
        found = asked(made, nodes=nodes)
        assert (found.granted.grant.asked, len(found.executors)) == (5 * nodes, fit)
        assert len(found.node_cores) == nodes


def test_what_was_asked_for_in_vain_is_told_of_the_calibration_run():
    executors = (group(count=15, slots=2, memory_bytes=4 * GIB),)
    found = asked(on_yarn(request={"executors": 20}, executors=executors))
    assert found.as_measured
    assert "asked for 20 executors, 15 fit" in said(found)
    other = asked(on_yarn(request={"executors": 20}))
    assert "asked for 20 executors and had 4, but YARN as the model knows it grants 15" in said(other)
    impossible = on_yarn(request={"executors": 20}, maximum={"memory_bytes": 2 * GIB})
    assert "but YARN as the model knows it: an executor needs" in said(asked(impossible))


def test_settings_of_yarn_make_containers_larger():
    overhead = {"spark.executor.memoryOverhead": "5g"}
    assert len(asked(on_yarn(), executors=20, settings=overhead).executors) == 7
    off_heap = {"spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": "2g"}
    assert len(asked(on_yarn(), executors=20, settings=off_heap).executors) == 8


def test_settings_of_yarn_are_refused_without_it():
    with pytest.raises(UsageError, match="has no effect on the prediction"):
        resolve(model(), Options(settings={"spark.yarn.queue": "etl"}))


@pytest.mark.parametrize(("name", "fit"), [("root.etl", 7), ("etl", 7), ("root.adhoc", 15)])
def test_the_queue_can_be_another_one(name, fit):
    queues = [{"path": "root.etl", "maximum": 0.5}, {"path": "root.adhoc"}]
    made = on_yarn(queues=queues, request={"queue": "root.adhoc"})
    assert len(asked(made, executors=20, settings={"spark.yarn.queue": name}).executors) == fit
    with pytest.raises(UsageError, match="no queue 'ETL'"):
        asked(made, executors=20, settings={"spark.yarn.queue": "ETL"})


def test_node_types_offer_the_share_of_their_memory_that_measured_nodes_do():
    found = asked(on_yarn(), nodes=2, node_memory_bytes=64 * GIB, executors=100)
    assert len(found.executors) == 20  # 48 of 64 GiB hold ten
    assert "YARN is taken to offer 48 GiB of the 64 GiB of a node: 75.0% as on the measured nodes" in said(
        found
    )
    unknown = on_yarn(nodes={"memory_bytes": None})
    found = asked(unknown, nodes=2, node_memory_bytes=64 * GIB, executors=100)
    assert len(found.executors) == 27
    assert "all but 1 GiB for the system" in said(found)


def test_vcores_of_node_types_follow_their_cores():
    made = on_yarn(calculator="dominant")
    found = asked(made, nodes=1, node_cores=4, node_memory_bytes=64 * GIB, executors=100)
    assert len(found.executors) == 3  # 8 vcores, one of them for the application master
    assert "8 vcores of a node with 4 cores, 2 for each core" in said(found)


def test_where_the_application_master_runs_is_told_if_it_matters():
    made = on_yarn()
    small = workers(1, 8, container_memory_bytes=10 * GIB, memory_bytes=24 * GIB).model_copy(
        update={"id": "small"}
    )
    resources = made.resources.model_copy(update={"nodes": (*made.resources.nodes, small)})
    found = asked(made.model_copy(update={"resources": resources}), executors=40)
    assert len(found.executors) == 17
    assert "18 would fit if the application master ran on another node than number 0" in said(found)


def test_nothing_granted_is_an_error_with_the_reason():
    with pytest.raises(UsageError, match=r"YARN grants none of 4 executors: the queue root\.etl may use 1 %"):
        asked(on_yarn(queues=[{"path": "root.etl", "maximum": 0.01}], request={"queue": "root.etl"}), nodes=4)


def test_nodes_with_a_label_carry_only_those_who_ask_for_it():
    labelled = {"labels": ("gpu",)}
    with pytest.raises(UsageError, match="no node is without a label"):
        asked(on_yarn(nodes=labelled), executors=4)
    assert len(asked(on_yarn(nodes=labelled, request={"node_label": "gpu"}), executors=40).executors) == 15


def test_executors_register_at_heartbeats_after_the_measured_delays():
    delays = {"allocation_delays_s": (0.5, 1.5), "start_delays_s": (3.0, 3.0), "containers_per_heartbeat": 1}
    found = asked(on_yarn(**delays, request={"requested_s": 2.0}), executors=8)
    times = [executor.registered_s for executor in found.executors]
    assert times[0] == pytest.approx(2.0 + 0.5 + 3.0)
    assert times[4] - times[0] == pytest.approx(1.0)
    assert len({round(time, 6) for time in times}) == 8


def test_the_first_executor_registers_as_measured_where_delays_are_unknown():
    found = asked(on_yarn(containers_per_heartbeat=1), executors=8)
    assert found.executors[0].registered_s == 6.0
    assert found.executors[4].registered_s == pytest.approx(7.0)


def test_dynamic_allocation_gets_what_fits_on_each_node():
    settings = {"spark.dynamicAllocation.enabled": "true"}
    found = asked(on_yarn(), settings=settings)
    assert found.allocation.limit == 15
    assert found.allocation.room == (3, 4, 4, 4)
    assert "dynamic allocation is limited to 15 executors: each needs 4.4 GiB" in said(found)
    fewer = asked(on_yarn(), settings={**settings, "spark.dynamicAllocation.maxExecutors": "6"})
    assert fewer.allocation.limit == 6
    assert "limited" not in said(fewer)


@pytest.mark.parametrize("missing", [{"container_memory_bytes": None}])
def test_without_what_nodes_offer_executors_are_placed_as_before(missing):
    found = asked(on_yarn(nodes=missing), executors=20)
    assert len(found.executors) == 20
    assert found.granted is None
