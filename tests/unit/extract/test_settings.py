from dataclasses import replace

import pytest

from pertract import dsl
from pertract.extract.settings import configuration


@pytest.fixture
def configured(records):
    return lambda executors=None, **properties: configuration(
        records.run([], 100, executors=executors, **properties)
    )


def test_defaults(configured):
    found = configured()
    assert (found.task_cpus, found.default_parallelism, found.shuffle_partitions) == (1, None, None)
    assert (found.dynamic_allocation, found.scheduler_mode) == (None, "FIFO")


def test_properties_are_read(configured):
    found = configured(
        spark__task__cpus="2",
        spark__default__parallelism="48",
        spark__sql__shuffle__partitions=" 64 ",
        spark__dynamicAllocation__enabled="TRUE",
        spark__scheduler__mode="fair",
    )
    assert (found.task_cpus, found.default_parallelism, found.shuffle_partitions) == (2, 48, 64)
    assert (found.dynamic_allocation, found.scheduler_mode) == (dsl.DynamicAllocation(), "FAIR")


@pytest.mark.parametrize("value", ["", "0", "auto", "-3", "1.5", "*********(redacted)"])
def test_unreadable_numbers_count_as_not_set(configured, value):
    found = configured(spark__task__cpus=value, spark__sql__shuffle__partitions=value)
    assert (found.task_cpus, found.shuffle_partitions) == (1, None)


def test_alike_executors_are_one_group(records, configured):
    executors = [records.executor("1"), records.executor("2"), records.executor("3", 8)]
    groups = configured(executors, spark__executor__memory="4g").executors
    assert [(g.count, g.slots, g.memory_bytes) for g in groups] == [(2, 4, 2**32), (1, 8, 2**32)]


def test_executors_registered_after_the_end_do_not_matter(records, configured):
    late = records.executor("2", added=101.0, tasks=0)
    assert sum(g.count for g in configured([records.executor(), late]).executors) == 1


def test_a_removal_before_the_registration_is_one_at_the_same_time(records, configured):
    (group,) = configured([records.executor(added=5.0, removed=4.0)]).executors
    assert (group.registered_s, group.removed_s) == (5.0, 5.0)


@pytest.mark.parametrize("driver", ["driver", "<driver>"])
def test_the_heap_of_local_mode_is_that_of_the_driver(records, configured, driver):
    properties = {"spark__driver__memory": "2g", "spark__executor__memory": "4g"}
    (group,) = configured([records.executor(driver)], **properties).executors
    assert group.memory_bytes == 2 * 2**30


def slots_of(groups):
    return dsl.ApplicationConfiguration(executors=groups).most_slots


def test_most_slots_counts_what_was_there_at_one_time():
    def group(count, begin, end=None):
        return dsl.ExecutorGroup(count=count, slots=2, registered_s=begin, removed_s=end)

    assert slots_of((group(3, 0.0),)) == 6
    assert slots_of((group(3, 0.0, 10.0), group(2, 10.0))) == 6
    assert slots_of((group(3, 0.0, 10.0), group(2, 9.0), group(1, 12.0))) == 10


@pytest.mark.parametrize(
    ("version", "properties", "joins"),
    [
        ("3.5.1", {}, True),
        ("3.1.1", {}, False),
        ("3.1.1", {"spark__sql__adaptive__enabled": "true"}, True),
        ("3.5.1", {"spark__sql__adaptive__enabled": "false"}, False),
        ("3.5.1", {"spark__sql__adaptive__coalescePartitions__enabled": "false"}, False),
        (None, {}, False),
    ],
)
def test_adaptive_execution_is_usual_since_spark_3_2(records, version, properties, joins):
    run = replace(records.run([], 1, **properties), version=version)
    assert (configuration(run).adaptive is not None) == joins


def test_sizes_of_adaptive_execution_are_bytes_where_no_unit_says_otherwise(records):
    keys = {
        "spark__sql__adaptive__advisoryPartitionSizeInBytes": "1000",
        "spark__sql__adaptive__coalescePartitions__minPartitionSize": "2k",
        "spark__sql__adaptive__coalescePartitions__parallelismFirst": "false",
    }
    adaptive = configuration(replace(records.run([], 1, **keys), version="4.0.0")).adaptive
    assert adaptive == dsl.AdaptiveExecution(
        advisory_bytes=1000, smallest_bytes=2048, parallelism_first=False
    )


def test_the_default_pool_is_what_spark_makes_it(configured):
    def pools(**properties):
        return [(p.name, p.mode) for p in configured(**properties).pools]

    assert pools() == []
    assert pools(spark__scheduler__mode="FAIR") == [("default", "FAIR")]
    with_file = pools(spark__scheduler__mode="FAIR", spark__scheduler__allocation__file="f.xml")
    assert with_file == [("default", "FIFO")]


def test_dynamic_allocation_is_read_with_sparks_defaults(configured):
    def allocation(**properties):
        prefix = "spark__dynamicAllocation__"
        return configured(
            spark__dynamicAllocation__enabled="true", **{prefix + k: v for k, v in properties.items()}
        ).dynamic_allocation

    assert allocation() == dsl.DynamicAllocation()
    found = allocation(
        minExecutors="2",
        maxExecutors="2147483647",
        schedulerBacklogTimeout="3s",
        executorIdleTimeout="2min",
        executorAllocationRatio="0.5",
    )
    assert (found.minimum_executors, found.initial_executors, found.maximum_executors) == (2, 2, None)
    assert (found.backlog_timeout_s, found.sustained_backlog_timeout_s) == (3, 3)
    assert (found.idle_timeout_s, found.allocation_ratio) == (120, 0.5)
    service = configured(spark__dynamicAllocation__enabled="true", spark__shuffle__service__enabled="true")
    assert service.shuffle_service
    assert not service.dynamic_allocation.shuffle_tracking


def test_waits_for_data_are_read_with_sparks_defaults(configured):
    assert configured().locality == dsl.LocalityWaits()
    found = configured(
        spark__locality__wait="500",
        spark__locality__wait__process="2s",
        spark__scheduler__revive__interval="2s",
    ).locality
    assert found == dsl.LocalityWaits(wait_s=0.5, process_s=2.0, revive_s=2.0)


@pytest.mark.parametrize(
    ("version", "properties", "resets"),
    [
        ("3.0.3", {}, True),
        ("2.4.8", {}, True),
        ("3.1.0", {}, False),
        (None, {}, False),
        ("3.5.1", {"spark.locality.wait.legacyResetOnTaskLaunch": "true"}, True),
    ],
)
def test_until_spark_3_1_every_launch_begins_the_wait_anew(records, version, properties, resets):
    run = replace(records.run([], 100), version=version, properties=properties)
    assert configuration(run).locality.every_launch_resets == resets


def test_nodes_are_told_where_executors_do_not_go_round_them(records, configured):
    def on(*hosts):
        executors = [records.executor(str(i), host=host, added=float(i)) for i, host in enumerate(hosts)]
        return [group.node for group in configured(executors).executors]

    assert on("a", "b", "a", "b") == [None] * 4
    assert on("a", "a", "b", "b") == [0, 0, 1, 1]
