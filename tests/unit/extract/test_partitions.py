import pytest

from pertract import dsl
from pertract.extract.partitions import partition_rule

EXCHANGE = (1, "ShuffledRowRDD", '{"id":"1","name":"Exchange"}', None)
OTHER = (1, "ShuffledRDD", '{"id":"1","name":"reduceByKey"}', None)
COLLECTION = (1, "ParallelCollectionRDD", '{"id":"0","name":"parallelize"}', None)
RANGE = (1, "RangeRDD", None, None)


def settings(**values):
    return dsl.ApplicationConfiguration(executors=(dsl.ExecutorGroup(count=1, slots=4),), **values)


def rule_of(stage, tasks, *, parents=(), **values):
    return partition_rule(stage, tasks, settings=settings(**values), slots=4, parents=parents)


@pytest.mark.parametrize(
    ("tasks", "stage", "values", "rule"),
    [
        (1, {"read": 100}, {}, "fixed"),
        (8, {"read": 100}, {}, "input_splits"),
        (8, {"read": 100, "parents": [0]}, {}, "fixed"),  # a join with a cached table
        (200, {"rdds": [EXCHANGE], "parents": [0]}, {}, "shuffle_partitions"),
        (200, {"rdds": [EXCHANGE], "parents": [0]}, {"shuffle_partitions": 64}, "fixed"),
        (64, {"rdds": [EXCHANGE], "parents": [0]}, {"shuffle_partitions": 64}, "shuffle_partitions"),
        (200, {"rdds": [OTHER], "parents": [0]}, {}, "fixed"),
        (8, {"parents": [0]}, {"default_parallelism": 8}, "default_parallelism"),
        (4, {"rdds": [COLLECTION]}, {"default_parallelism": 8}, "fixed"),
        (4, {"rdds": [COLLECTION]}, {}, "total_slots"),
        (4, {"rdds": [RANGE]}, {}, "total_slots"),
        (5, {"rdds": [COLLECTION]}, {}, "fixed"),
        (4, {}, {}, "fixed"),  # as many as slots only by chance
    ],
)
def test_the_rule_behind_the_number_of_tasks(records, tasks, stage, values, rule):
    assert rule_of(records.stage(7, [(0, 1)] * 2, **stage), tasks, **values) == rule


@pytest.mark.parametrize(
    ("parents", "rule"),
    [
        ([(4, "total_slots")], "total_slots"),
        ([(2, "fixed"), (4, "total_slots")], "total_slots"),
        ([(4, "input_splits")], "input_splits"),
        ([(4, "fixed")], "fixed"),
        ([(8, "input_splits")], "fixed"),
        ([(4, "total_slots"), (8, "fixed")], "fixed"),
    ],
)
def test_a_shuffle_inherits_the_number_of_the_largest_data_set_it_reads(records, parents, rule):
    stage = records.stage(7, [(0, 1)] * 2, rdds=[OTHER], parents=[0])
    assert rule_of(stage, 4, parents=parents) == rule


def test_a_shuffle_inherits_nothing_where_a_parallelism_is_set(records):
    stage = records.stage(7, [(0, 1)] * 2, rdds=[OTHER], parents=[0])
    assert rule_of(stage, 4, parents=[(4, "input_splits")], default_parallelism=8) == "fixed"


def test_a_shuffle_of_sql_does_not_inherit(records):
    stage = records.stage(7, [(0, 1)] * 2, rdds=[EXCHANGE], parents=[0])
    assert rule_of(stage, 4, parents=[(4, "input_splits")]) == "fixed"


def test_a_stage_without_tasks_in_the_log_keeps_its_number(records):
    assert rule_of(records.stage(0, count=4, rdds=[COLLECTION]), 4) == "fixed"


@pytest.mark.parametrize("operator", ["AQEShuffleRead", "CustomShuffleReader"])
def test_a_stage_whose_partitions_were_joined_follows_the_rule_of_adaptive_execution(records, operator):
    joined = (1, "ShuffledRowRDD", f'{{"id":"1","name":"{operator}"}}', None)
    stage = records.stage(7, [(0, 1)] * 2, rdds=[joined], parents=[0])
    for tasks in (1, 4):
        assert rule_of(stage, tasks, adaptive=dsl.AdaptiveExecution()) == "adaptive"
    assert rule_of(stage, 4) == "fixed"
