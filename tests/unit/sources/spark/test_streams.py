"""Streams from the progress of their queries."""

import pytest

from pertract.sources import spark as spark_source

NAME = "org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent"


def progress(batch, at_s, rows, *, run_id="run-1", duration_ms=1200, rate=None, **changes):
    source = {
        "description": "Kafka[clicks]",
        "numInputRows": rows,
        "inputRowsPerSecond": rate,
        "endOffset": {},
    }
    told = {
        "id": "query",
        "runId": run_id,
        "name": "clicks",
        "timestamp": f"2026-11-21T10:00:{at_s:06.3f}Z",
        "batchId": batch,
        "batchDuration": duration_ms,
        "durationMs": {"triggerExecution": duration_ms, "addBatch": 1000},
        "sources": [source],
    }
    return {"Event": NAME, "progress": told | changes}


def streams(write_log, spark, *events):
    run = spark_source.read(write_log([*spark.small_app()[:-1], *events, spark.app_end(4000)]))
    assert run.malformed_lines == 0
    assert run.events[NAME.rpartition(".")[2]] == len(events)
    return run.streams


def test_the_rate_is_what_arrived_between_the_first_and_the_last_batch(write_log, spark):
    told = [progress(0, 0, 5000), progress(1, 3, 300), progress(2, 6, 360), progress(3, 9, 240)]
    (stream,) = streams(write_log, spark, *told)
    assert (stream.query, stream.name, stream.source) == ("run-1", "clicks", "Kafka[clicks]")
    assert (stream.rows, stream.batches) == (5900, 4)
    assert stream.rate_per_s == pytest.approx(100.0)
    assert (stream.interval_s, stream.batch_s) == (3.0, 1.2)


def test_of_one_batch_the_rate_is_what_spark_says(write_log, spark):
    (stream,) = streams(write_log, spark, progress(7, 0, 4210, rate=7.1))
    assert (stream.rate_per_s, stream.interval_s) == (7.1, None)


def test_batches_without_rows_and_gaps_between_batches_do_not_count(write_log, spark):
    told = [progress(0, 0, 10), progress(0, 10, 0), progress(1, 20, 30), progress(2, 23, 30)]
    (stream,) = streams(write_log, spark, *told, progress(9, 50, 30))
    assert stream.batches == 4
    assert stream.interval_s == 11.5  # the median of 20 and 3


def test_every_source_of_every_query_is_a_stream(write_log, spark):
    two = [{"description": name, "numInputRows": 5, "inputRowsPerSecond": 2.0} for name in "ab"]
    found = streams(write_log, spark, progress(0, 0, 0, sources=two), progress(0, 1, 7, run_id="run-2"))
    assert [(s.query, s.source, s.rows) for s in found] == [
        ("run-1", "a", 5),
        ("run-1", "b", 5),
        ("run-2", "Kafka[clicks]", 7),
    ]


@pytest.mark.parametrize(
    "changes", [{"timestamp": "now"}, {"sources": "none"}, {"batchId": "x"}, {"runId": ""}]
)
def test_progress_of_another_form_is_no_damage(write_log, spark, changes):
    assert streams(write_log, spark, progress(0, 0, 10, **changes)) == []


def test_jobs_know_their_batch(write_log, spark):
    events = spark.small_app()
    for event in events:
        if event["Event"] == "SparkListenerJobStart":
            event["Properties"] = {"streaming.sql.batchId": "12", "spark.jobGroup.id": "run-1"}
    (job,) = spark_source.read(write_log(events)).jobs
    assert (job.batch, job.group) == (12, "run-1")
