"""What-if options completed by the calibration run."""

from __future__ import annotations

from typing import Any

import pytest

from pertract.errors import UsageError
from pertract.simulate import Configuration, Options, resolve

from .models import GIB, group, model, workers


def resolved(options: dict[str, Any] | None = None, **fields: Any) -> Configuration:
    return resolve(model(**fields), Options(**(options or {})))


def slots_of(configuration: Configuration) -> list[int]:
    return [e.slots for e in configuration.executors]


def nodes_of(configuration: Configuration) -> list[int]:
    return [e.node for e in configuration.executors]


# -- as measured ---------------------------------------------------------------------------------


def test_without_options_everything_is_as_measured() -> None:
    configuration = resolved(default_parallelism=16, shuffle_partitions=200, input_bytes=1000)
    assert slots_of(configuration) == [4, 4]
    assert nodes_of(configuration) == [0, 1]
    assert configuration.node_cores == (4, 4)
    assert configuration.nodes_known
    assert configuration.executor_cores == 4
    assert configuration.executor_memory_bytes == GIB
    assert (configuration.data_bytes, configuration.data_scale) == (1000, 1.0)
    assert (configuration.cpu_rate, configuration.drive_rate, configuration.network_rate) == (1.0, 1.0, 1.0)
    assert configuration.task_cpus == 1
    assert (configuration.default_parallelism, configuration.shuffle_partitions) == (16, 200)
    assert (configuration.slots, configuration.measured_slots) == (8, 8)
    assert configuration.as_measured
    assert configuration.warnings == ()


def test_measured_executors_keep_the_times_at_which_they_came_and_went() -> None:
    executors = (group(1, 4, registered_s=1.0, removed_s=9.0), group(1, 4, registered_s=5.0))
    configuration = resolved(executors=executors)
    assert [(e.registered_s, e.removed_s) for e in configuration.executors] == [(1.0, 9.0), (5.0, None)]


def test_slots_are_the_most_at_one_time_and_not_of_all_executors_ever() -> None:
    executors = (group(2, 4, removed_s=10.0), group(3, 4, registered_s=10.0), group(1, 2, registered_s=4.0))
    assert resolved(executors=executors).slots == 14


def test_executor_cores_are_the_most_common_where_they_differ() -> None:
    assert resolved(executors=(group(1, 2), group(2, 3)), task_cpus=2).executor_cores == 6


def test_the_cores_of_unknown_nodes_are_those_that_executors_occupy() -> None:
    configuration = resolved(executors=(group(3, 2),), cluster=(workers(2, 99, cores_known=False),))
    assert configuration.node_cores == (4, 2)
    assert not configuration.nodes_known
    assert configuration.worker_cores == 6


def test_masters_carry_no_executors() -> None:
    cluster = (workers(1, 64, id="master", role="master"), workers(2, 4))
    assert resolved(cluster=cluster).node_cores == (4, 4)


# -- executors and nodes -------------------------------------------------------------------------


def test_more_executors_spread_over_more_nodes_as_densely_as_measured() -> None:
    configuration = resolved({"executors": 6}, executors=(group(4, 2),))
    assert slots_of(configuration) == [2] * 6
    assert nodes_of(configuration) == [0, 1, 2, 0, 1, 2]
    assert configuration.node_cores == (4, 4, 4)
    assert (configuration.slots, configuration.measured_slots) == (12, 8)
    assert not configuration.as_measured


def test_more_nodes_carry_as_many_executors_each_as_measured() -> None:
    configuration = resolved({"nodes": 5}, executors=(group(4, 2),))
    assert slots_of(configuration) == [2] * 10
    assert nodes_of(configuration) == [0, 1, 2, 3, 4] * 2
    assert configuration.node_cores == (4,) * 5


def test_executors_go_round_the_given_nodes() -> None:
    configuration = resolved({"nodes": 2, "executors": 5})
    assert nodes_of(configuration) == [0, 1, 0, 1, 0]
    assert configuration.node_cores == (4, 4)


def test_given_nodes_count_even_if_they_carry_no_executor() -> None:
    configuration = resolved({"nodes": 3, "executors": 1})
    assert nodes_of(configuration) == [0]
    assert configuration.worker_cores == 12


def test_cores_of_an_executor_are_its_slots() -> None:
    configuration = resolved({"executor_cores": 3})
    assert slots_of(configuration) == [3, 3]
    assert configuration.executor_cores == 3


def test_cores_of_a_node_do_not_change_the_slots() -> None:
    configuration = resolved({"node_cores": 2})
    assert configuration.node_cores == (2, 2)
    assert slots_of(configuration) == [4, 4]
    assert configuration.worker_cores == 4


def test_given_cores_make_nodes_known() -> None:
    cluster = (workers(2, 99, cores_known=False),)
    configuration = resolved({"node_cores": 16}, cluster=cluster)
    assert configuration.nodes_known
    assert configuration.node_cores == (16, 16)


def test_nodes_of_different_size_repeat_in_order() -> None:
    cluster = (workers(1, 4, id="small"), workers(1, 16, id="large"))
    assert resolved({"nodes": 3}, cluster=cluster).node_cores == (4, 16, 4)


def test_fewer_executors_are_those_that_registered_first() -> None:
    executors = (group(1, 4, registered_s=3.0), group(1, 4, registered_s=1.0), group(1, 4, registered_s=2.0))
    configuration = resolved({"executors": 2}, executors=executors)
    assert [e.registered_s for e in configuration.executors] == [1.0, 2.0]


def test_more_executors_register_over_the_same_time_as_the_measured() -> None:
    executors = (group(1, 4, registered_s=1.0), group(1, 4, registered_s=3.0))
    configuration = resolved({"executors": 5}, executors=executors)
    assert [e.registered_s for e in configuration.executors] == [1.0, 1.0, 1.0, 3.0, 3.0]


def test_a_given_number_of_executors_stays_to_the_end() -> None:
    configuration = resolved({"executors": 2}, executors=(group(2, 4, removed_s=5.0),))
    assert [e.removed_s for e in configuration.executors] == [None, None]


def test_dynamic_allocation_becomes_a_fixed_number_and_is_told() -> None:
    executors = (group(1, 4, registered_s=1.0), group(3, 4, registered_s=30.0))
    configuration = resolved({"executors": 3}, executors=executors, dynamic_allocation={})
    assert [e.registered_s for e in configuration.executors] == [1.0] * 3
    assert "dynamic allocation" in configuration.warnings[0]


def test_dynamic_allocation_is_replayed_as_measured_without_a_word() -> None:
    assert resolved(dynamic_allocation={}).warnings == ()


# -- cores of a task -----------------------------------------------------------------------------


def test_slots_are_cores_over_cores_of_a_task() -> None:
    configuration = resolved({"executor_cores": 7}, task_cpus=2)
    assert slots_of(configuration) == [3, 3]
    assert configuration.executor_cores == 7


def test_tasks_of_more_cores_leave_fewer_slots() -> None:
    configuration = resolved({"settings": {"spark.task.cpus": "2"}})
    assert slots_of(configuration) == [2, 2]
    assert (configuration.task_cpus, configuration.executor_cores) == (2, 4)


def test_a_task_that_needs_more_cores_than_an_executor_has_is_an_error() -> None:
    with pytest.raises(UsageError, match="needs 8 cores, but an executor has only 4"):
        resolved({"settings": {"spark.task.cpus": "8"}})


def test_worker_cores_of_unknown_nodes_count_the_cores_of_tasks() -> None:
    cluster = (workers(2, 99, cores_known=False),)
    assert resolved(task_cpus=2, cluster=cluster).worker_cores == 16


# -- data, rates, memory -------------------------------------------------------------------------


def test_data_scale_is_relative_to_the_measured_volume() -> None:
    configuration = resolved({"data_scale": 2.5}, input_bytes=1000)
    assert (configuration.data_bytes, configuration.data_scale) == (2500.0, 2.5)


def test_data_size_gives_the_scale() -> None:
    configuration = resolved({"data_bytes": 500}, input_bytes=1000)
    assert (configuration.data_bytes, configuration.data_scale) == (500.0, 0.5)


def test_data_size_and_scale_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        resolved({"data_bytes": 500, "data_scale": 0.5}, input_bytes=1000)


def test_data_size_needs_a_measured_volume_but_data_scale_does_not() -> None:
    with pytest.raises(UsageError, match="no input from storage") as error:
        resolved({"data_bytes": 500})
    assert "--data-scale" in error.value.hint
    assert resolved({"data_scale": 2.0}).data_scale == 2.0


@pytest.mark.parametrize("rate", ["cpu_rate", "drive_rate", "network_rate"])
def test_rates_are_taken_as_given(rate: str) -> None:
    assert getattr(resolved({rate: 1.25}), rate) == 1.25


def test_rates_of_the_resource_architecture_multiply_with_those_asked_for() -> None:
    drives = {"read_rate": 3.0, "write_rate": 5.0}
    cluster = [workers(processing_rate=2.0, drives=drives)]
    configuration = resolved({"cpu_rate": 1.5, "drive_rate": 2.0}, cluster=cluster)
    assert configuration.cpu_rate == 3.0
    assert (configuration.drive_rate, configuration.drive_write_rate) == (6.0, 10.0)


def test_of_several_node_groups_the_mean_rate_counts() -> None:
    cluster = [workers(count=3, processing_rate=1.0), workers(count=1, id="fast", processing_rate=2.0)]
    assert resolved(cluster=cluster).cpu_rate == 1.25


def test_another_executor_memory_is_noted_with_a_warning() -> None:
    configuration = resolved({"executor_memory_bytes": 2 * GIB})
    assert configuration.executor_memory_bytes == 2 * GIB
    assert "memory" in configuration.warnings[0]


def test_the_measured_executor_memory_is_no_change() -> None:
    assert resolved({"executor_memory_bytes": GIB}).warnings == ()


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("nodes", "--nodes"),
        ("node_cores", "--node-cores"),
        ("executors", "--executors"),
        ("executor_cores", "--executor-cores"),
        ("executor_memory_bytes", "--executor-memory"),
        ("data_bytes", "--data-size"),
        ("data_scale", "--data-scale"),
        ("cpu_rate", "--cpu-rate"),
        ("drive_rate", "--drive-rate"),
        ("network_rate", "--network-rate"),
        ("drive_bytes_per_s", "--drive-bandwidth"),
        ("network_bytes_per_s", "--network-bandwidth"),
    ],
)
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "be above zero, not 0"),
        (-1, "be above zero, not -1"),
        (float("nan"), "be above zero, not nan"),
        (float("inf"), "lie between"),
        (10**400, "lie between"),
    ],
)
def test_numbers_must_be_above_zero_and_such_that_somebody_can_mean_them(
    field: str, name: str, value: float, message: str
) -> None:
    with pytest.raises(UsageError, match=f"^{name} must {message}"):
        resolved({field: value}, input_bytes=1000)


def test_data_are_not_out_of_all_proportion() -> None:
    with pytest.raises(UsageError, match=r"^--data-size, relative to the calibration run, must lie between"):
        resolved({"data_bytes": 1e-7}, input_bytes=1000)


# -- Spark settings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "field", "expected"),
    [
        ("spark.default.parallelism", "24", "default_parallelism", 24),
        ("spark.sql.shuffle.partitions", "400", "shuffle_partitions", 400),
        ("spark.task.cpus", "2", "task_cpus", 2),
        ("spark.executor.cores", "6", "executor_cores", 6),
        ("spark.executor.memory", "3g", "executor_memory_bytes", 3 * GIB),
        ("spark.executor.memory", "512", "executor_memory_bytes", GIB // 2),
    ],
)
def test_settings_are_understood(key: str, value: str, field: str, expected: int) -> None:
    assert expected == getattr(resolved({"settings": {key: value}}), field)


def test_executor_instances_are_the_number_of_executors() -> None:
    assert slots_of(resolved({"settings": {"spark.executor.instances": "7"}})) == [4] * 7


def test_a_setting_and_an_option_of_the_same_meaning_may_agree() -> None:
    configuration = resolved({"executors": 3, "settings": {"spark.executor.instances": "3"}})
    assert len(configuration.executors) == 3


@pytest.mark.parametrize(
    ("option", "value", "key", "setting", "name"),
    [
        ("executors", 3, "spark.executor.instances", "4", "--executors"),
        ("executor_cores", 3, "spark.executor.cores", "4", "--executor-cores"),
        ("executor_memory_bytes", GIB, "spark.executor.memory", "2g", "--executor-memory"),
    ],
)
def test_a_setting_that_contradicts_an_option_is_an_error(
    option: str, value: int, key: str, setting: str, name: str
) -> None:
    with pytest.raises(UsageError, match=f"another number than {name}$"):
        resolved({option: value, "settings": {key: setting}})


def test_a_setting_without_effect_is_an_error_that_lists_those_that_have_one() -> None:
    with pytest.raises(UsageError, match=r"'spark\.eventLog\.enabled' has no effect") as error:
        resolved({"settings": {"spark.eventLog.enabled": "true"}})
    assert "spark.sql.shuffle.partitions" in error.value.hint


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "", "²"])
@pytest.mark.parametrize("key", ["spark.task.cpus", "spark.executor.cores", "spark.default.parallelism"])
def test_numbers_of_settings_are_whole_and_above_zero(key: str, text: str) -> None:
    with pytest.raises(UsageError, match="whole number above zero"):
        resolved({"settings": {key: text}})


@pytest.mark.parametrize("text", ["lots", "4 gigs", "0g", ""])
def test_executor_memory_must_be_a_size(text: str) -> None:
    with pytest.raises(UsageError, match=f"spark.executor.memory must be a memory size, not '{text}'"):
        resolved({"settings": {"spark.executor.memory": text}})


@pytest.mark.parametrize("key", ["spark.task.cpus", "spark.executor.memory"])
def test_numbers_with_more_digits_than_python_reads_are_no_numbers(key: str) -> None:
    with pytest.raises(UsageError, match=f"the setting {key} must be"):
        resolved({"settings": {key: "9" * 5000}})


def test_more_slots_than_any_cluster_has_are_refused_before_they_are_made() -> None:
    with pytest.raises(UsageError, match="more than can be simulated"):
        resolved({"executors": 10_000, "executor_cores": 101})
    with pytest.raises(UsageError, match="more than can be simulated"):
        resolved(allocation_settings(enabled="true", maxExecutors="10001"))


# -- scheduler pools -----------------------------------------------------------------------------


def test_without_an_allocation_file_the_default_pool_is_fair_inside() -> None:
    configuration = resolved({"settings": {"spark.scheduler.mode": "fair"}})
    assert configuration.fair
    assert [(p.name, p.mode, p.weight, p.minimum_share) for p in configuration.pools] == [
        ("default", "FAIR", 1, 0)
    ]
    assert not configuration.as_measured


def test_fifo_knows_no_pools() -> None:
    configuration = resolved({"settings": {"spark.scheduler.mode": "FIFO"}}, scheduler_mode="FAIR")
    assert (configuration.fair, configuration.pools) == (False, ())


def test_pools_of_the_model_stay() -> None:
    pools = ({"name": "default", "mode": "FIFO", "weight": 3},)
    assert resolved(scheduler_mode="FAIR", pools=pools).pools[0].weight == 3


def test_another_scheduler_mode_is_an_error() -> None:
    with pytest.raises(UsageError, match="'LIFO'"):
        resolved({"settings": {"spark.scheduler.mode": "lifo"}})


# -- dynamic allocation, speculation, losses -----------------------------------------------------


def allocation_settings(**values: str) -> dict[str, dict[str, str]]:
    return {"settings": {f"spark.dynamicAllocation.{key}": value for key, value in values.items()}}


def test_dynamic_allocation_is_simulated_only_when_a_setting_asks_for_it() -> None:
    assert resolved(dynamic_allocation={}).allocation is None
    policy = resolved(allocation_settings(enabled="true", maxExecutors="6", minExecutors="1")).allocation
    assert policy is not None
    assert (policy.limit, policy.initial, policy.least, policy.slots) == (6, 1, 1, 4)


def test_settings_change_the_measured_allocation() -> None:
    measured = {"idle_timeout_s": 7.0, "maximum_executors": 9}
    policy = resolved(
        allocation_settings(schedulerBacklogTimeout="500ms"), dynamic_allocation=measured
    ).allocation
    assert policy is not None
    assert (policy.limit, policy.idle_s, policy.backlog_s, policy.sustained_s) == (9, 7.0, 0.5, 0.5)


def test_a_backlog_is_not_over_before_spark_looks_again() -> None:
    measured = {"backlog_timeout_s": 0.0, "sustained_backlog_timeout_s": 0.0}
    policy = resolved(allocation_settings(maxExecutors="6"), dynamic_allocation=measured).allocation
    assert policy is not None
    assert (policy.backlog_s, policy.sustained_s) == (0.1, 0.1)


def test_the_cluster_limits_allocation_and_is_the_measured_one_unless_told() -> None:
    configuration = resolved(allocation_settings(enabled="true"))
    assert configuration.allocation is not None
    assert configuration.allocation.limit == 2
    assert any("limited to 2 executors" in text for text in configuration.warnings)
    larger = resolved({"nodes": 5, **allocation_settings(enabled="true")})
    assert larger.allocation is not None
    assert (larger.allocation.limit, larger.warnings) == (5, ())


def test_allocation_switched_off_is_a_fixed_number_without_a_word() -> None:
    executors = (group(1, 4, registered_s=1.0), group(3, 4, registered_s=30.0))
    configuration = resolved(allocation_settings(enabled="false"), executors=executors, dynamic_allocation={})
    assert [e.registered_s for e in configuration.executors] == [1.0] * 4
    assert (configuration.allocation, configuration.warnings) == (None, ())


def test_executors_start_as_fast_as_the_first_one_unless_the_model_knows() -> None:
    executors = (group(1, 4, registered_s=3.0), group(1, 4, registered_s=5.0))
    assert resolved(executors=executors).executor_start_s == 3.0
    assert resolved(executors=executors, executor_start_s=1.5).executor_start_s == 1.5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"spark.dynamicAllocation.maxExecutors": "3"}, "no effect without dynamic allocation"),
        ({"spark.dynamicAllocation.enabled": "yes"}, "must be true or false, not 'yes'"),
        (
            {
                "spark.dynamicAllocation.enabled": "true",
                "spark.dynamicAllocation.executorIdleTimeout": "soon",
            },
            "must be a time, not 'soon'",
        ),
        (
            {
                "spark.dynamicAllocation.enabled": "true",
                "spark.dynamicAllocation.executorAllocationRatio": "2",
            },
            "above zero up to 1",
        ),
        (
            {"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.minExecutors": "9"}
            | {"spark.dynamicAllocation.maxExecutors": "3"},
            "at least 9 executors are asked for, but at most 3",
        ),
        ({"spark.speculation.quantile": "0.5"}, "no effect without speculation"),
        ({"spark.speculation": "true", "spark.speculation.interval": "0"}, "1 ms or longer"),
        ({"spark.scheduler.revive.interval": "1us"}, "1 ms or longer and have an end, not '1us'"),
        (
            {"spark.dynamicAllocation.enabled": "true"}
            | {"spark.dynamicAllocation.schedulerBacklogTimeout": "0"},
            "schedulerBacklogTimeout must be 1 ms or longer",
        ),
        (
            {"spark.dynamicAllocation.enabled": "true"}
            | {"spark.dynamicAllocation.sustainedSchedulerBacklogTimeout": "infinity"},
            "sustainedSchedulerBacklogTimeout must be 1 ms or longer and have an end",
        ),
        ({"spark.shuffle.service.enabled": "maybe"}, "true or false"),
    ],
)
def test_wrong_policies_are_one_sentence(settings: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        resolved({"settings": settings})
    assert error.value.hint


def test_speculation_has_the_defaults_of_the_version() -> None:
    described = model()
    for version, expected in (("3.5.1", (1.5, 0.75)), ("4.0.0", (3.0, 0.9)), (None, (3.0, 0.9))):
        execution = described.execution.model_copy(update={"framework_version": version})
        asked = Options(settings={"spark.speculation": "true"})
        policy = resolve(described.model_copy(update={"execution": execution}), asked).speculation
        assert policy is not None
        assert (policy.multiplier, policy.quantile) == expected


def test_times_of_losses_are_checked_and_sorted() -> None:
    assert resolved({"lose_executor_s": (30.0, 5.0)}).losses_s == (5.0, 30.0)
    with pytest.raises(UsageError, match="--lose-executor"):
        resolved({"lose_executor_s": (-1.0,)})


def test_tasks_run_on_any_slot_where_they_are_not_to_wait_for_their_data() -> None:
    assert not resolve(model(), Options()).anywhere
    assert resolve(model(), Options(settings={"spark.locality.wait": "0s"})).anywhere
    assert not resolve(model(), Options(settings={"spark.locality.wait": "1s"})).anywhere


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (3.0, 3.0)),
        ({"spark.locality.wait": "1s"}, (1.0, 1.0)),
        ({"spark.locality.wait": "500"}, (0.5, 0.5)),  # milliseconds
        ({"spark.locality.wait": "1s", "spark.locality.wait.node": "0"}, (1.0, 0.0)),
        ({"spark.locality.wait.process": "2s"}, (2.0, 3.0)),
    ],
)
def test_waits_for_data_follow_the_settings(settings: dict[str, str], expected: tuple[float, float]) -> None:
    waits = resolve(model(), Options(settings=settings)).locality
    assert (waits.process_s, waits.node_s) == expected


@pytest.mark.parametrize(
    "settings",
    [
        {"spark.locality.wait": "soon"},
        {"spark.locality.wait.process": "infinity"},
        {"spark.scheduler.revive.interval": "0s"},
        {"spark.locality.wait.rack": "1s"},  # the model does not tell racks
    ],
)
def test_waits_that_cannot_be_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=next(iter(settings))):
        resolve(model(), Options(settings=settings))
