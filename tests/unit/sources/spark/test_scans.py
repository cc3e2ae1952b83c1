"""Tables of plans, and which stage read which."""

import pytest

from pertract.sources import spark as spark_source

SQL = "org.apache.spark.sql.execution.ui."


def scan(first, *, node="Scan parquet ", children=(), **metadata):
    names = ("number of files read", "size of files read", "number of output rows")
    return {
        "nodeName": node,
        "simpleString": "...",
        "children": list(children),
        "metadata": metadata,
        "metrics": [
            {"name": name, "accumulatorId": first + i, "metricType": "sum"} for i, name in enumerate(names)
        ],
    }


def started(spark, plan, execution=0, at=500):
    return {
        "Event": SQL + "SparkListenerSQLExecutionStart",
        "executionId": execution,
        "sparkPlanInfo": plan,
        "time": spark.START + at,
    }


def told(values, execution=0):
    return {
        "Event": SQL + "SparkListenerDriverAccumUpdates",
        "executionId": execution,
        "accumUpdates": values,
    }


def reading(spark, *stages, before):
    """Events of an application with a job for each list of accumulators."""
    events = [*spark.head(), *before]
    for job, accumulators in enumerate(stages):
        for event in spark.whole_job(job, 1000 + 3000 * job):
            if event["Event"] == "SparkListenerStageCompleted":
                event["Stage Info"]["Accumulables"] = [
                    {"ID": number, "Name": "number of output rows", "Value": "1"} for number in accumulators
                ]
            events.append(event)
    return [*events, spark.app_end(30_000)]


def test_a_table_has_its_path_format_and_files_and_the_stages_that_read_it(write_log, spark):
    left = scan(10, Location="InMemoryFileIndex(1 paths)[hdfs://nn/a]", Format="Parquet")
    right = scan(20, node="Scan csv db.b", Location="CatalogFileIndex[hdfs://nn/b]", Format="CSV")
    plan = {"nodeName": "SortMergeJoin", "children": [left, right], "metadata": {}, "metrics": []}
    values = told([[10, 4], [11, 4000], [20, 1], [21, 100], [99, 7]])
    run = spark_source.read(
        write_log(reading(spark, [12], [1, 22], [12, 22], [7], before=[started(spark, plan), values]))
    )
    tables = [(table.name, table.format, table.files, table.size_bytes) for table in run.tables]
    assert tables == [("hdfs://nn/a", "parquet", 4, 4000), ("db.b", "csv", 1, 100)]
    assert [stage.tables for stage in run.stages] == [(0,), (1,), (0, 1), ()]


def test_plans_that_adaptive_execution_makes_later_count_too(write_log, spark):
    later = {
        "Event": SQL + "SparkListenerSQLAdaptiveExecutionUpdate",
        "executionId": 0,
        "physicalPlanDescription": "",
        "sparkPlanInfo": scan(50, Location="InMemoryFileIndex[s3://b/a]"),
    }
    first = started(spark, scan(10, Location="InMemoryFileIndex[s3://b/a]"))
    run = spark_source.read(write_log(reading(spark, [12], [52], before=[first, later])))
    assert [table.name for table in run.tables] == ["s3://b/a"]
    assert [stage.tables for stage in run.stages] == [(0,), (0,)]


def test_accumulators_of_an_ended_query_are_forgotten(write_log, spark):
    begun = started(spark, scan(10, Location="InMemoryFileIndex[s3://b/a]"))
    ended = {"Event": SQL + "SparkListenerSQLExecutionEnd", "executionId": 0, "time": spark.START + 900}
    run = spark_source.read(write_log(reading(spark, [12], before=[begun, ended])))
    assert [stage.tables for stage in run.stages] == [()]
    assert len(run.tables) == 1


@pytest.mark.parametrize(
    "plan",
    [
        {"nodeName": "InMemoryTableScan", "children": [], "metadata": {}, "metrics": []},
        scan(10, node="GpuScan parquet "),  # no table, no path
        {"nodeName": "number of files read", "children": 3},
        None,
    ],
)
def test_what_names_no_files_is_no_table(write_log, spark, plan):
    run = spark_source.read(write_log(reading(spark, [12], before=[started(spark, plan)])))
    assert run.tables == []
    assert run.malformed_lines == 0


def test_values_of_another_form_are_no_damage(write_log, spark):
    odd = [told([["a", 1]]), told([[1, 2, 3]]), told(None)]
    run = spark_source.read(write_log(reading(spark, [12], before=odd)))
    assert run.malformed_lines == 0
    assert run.events["SparkListenerDriverAccumUpdates"] == 3
