"""Reading lines: what is damaged or unusual costs no more than what is lost."""

import json

import pytest

from pertract.errors import SourceError
from pertract.sources import spark as spark_source


def long_app(spark, jobs=60):
    events = spark.head()
    for job in range(jobs):
        events += spark.whole_job(job, 1000 + 3000 * job, tasks=[(i, i + 7 * i % 1900) for i in range(1, 30)])
    return [*events, spark.app_end(1000 + 3000 * jobs)]


def finished(run):
    return sum(job.finished for job in run.jobs)


def test_the_records_of_a_small_application(write_log, spark):
    run = spark_source.read(write_log(spark.small_app()))
    assert (run.application_id, run.name, run.version) == ("app-1", "wordcount", "3.5.1")
    assert run.response_time_s == 4.0
    assert run.job_span_s == pytest.approx(2.2)
    assert (run.tasks, run.tasks_started, run.tasks_ended, run.malformed_lines) == (2, 2, 2, 0)
    assert run.missing == []
    assert run.task_cpu_s == pytest.approx(1.5)
    (job,) = run.jobs
    assert (job.id, job.submitted_s, job.completed_s, job.succeeded) == (0, 1.0, 3.2, True)
    (stage,) = job.stages
    assert (stage.submitted_s, stage.completed_s) == pytest.approx((1.01, 3.11))
    assert (stage.summary.first_launch_s, stage.summary.last_finish_s) == pytest.approx((1.1, 3.1))
    assert stage.summary.duration_s.tolist() == pytest.approx([1.0, 2.0])


def test_every_line_is_counted_by_its_event(write_log, spark):
    streaming = {"Event": "org.apache.spark.sql.streaming.StreamingQueryListener$QueryStartedEvent"}
    events = spark.small_app()
    run = spark_source.read(write_log([*events, streaming, {"Event": "SparkListenerNewInSpark9"}, b""]))
    assert run.events["SparkListenerTaskEnd"] == 2
    assert run.events["SparkListenerNewInSpark9"] == 1
    assert run.events["streaming.StreamingQueryListener$QueryStartedEvent".rpartition(".")[2]] == 1
    assert sum(run.events.values()) == len(events) + 2
    assert run.malformed_lines == 0


def respell(event, spelling):
    if spelling == "spaces":
        return json.dumps(event, separators=(", ", " : ")).encode()
    if spelling == "event last":
        return json.dumps({key: event[key] for key in reversed(event)}).encode()
    if spelling == "carriage return":
        return json.dumps(event, separators=(",", ":")).encode() + b"\r"
    renamed = {**event, "Event": f"org.apache.spark.scheduler.{event['Event']}"}
    return json.dumps(renamed, separators=(",", ":")).encode()


@pytest.mark.parametrize("spelling", ["spaces", "event last", "carriage return", "package"])
def test_the_spelling_of_lines_does_not_change_the_run(write_log, spark, spelling):
    usual = spark_source.read(write_log(spark.small_app(), "usual"))
    other = spark_source.read(write_log([respell(e, spelling) for e in spark.small_app()], "other"))
    assert other.events == usual.events
    assert (other.malformed_lines, other.missing) == (0, [])
    assert (other.tasks, other.response_time_s, other.task_cpu_s) == (
        usual.tasks,
        usual.response_time_s,
        usual.task_cpu_s,
    )
    assert other.stages[0].summary.volumes == usual.stages[0].summary.volumes


@pytest.mark.parametrize(
    "line",
    [
        b'{"Event":"SparkListenerTaskEnd","Stage ID":0,"Task In',
        b'{"Event":"SparkListenerJobEnd","Job ID":"none"}',
        b'{"Event":"SparkListenerTaskEnd"}',
        b"\x00\xff\xfe garbage \x80",
        b"\xff\xfe garbage \x80",
        b'{"Event":"SparkListener',
        b'{"no event": 1}',
        b"[]",
        b"{",
    ],
)
def test_a_damaged_line_costs_only_itself(write_log, spark, line):
    events = spark.small_app()
    run = spark_source.read(write_log([*events[:6], line, *events[6:]]))
    assert run.malformed_lines == 1
    assert run.missing == ["1 line is damaged and not used"]
    assert (run.tasks, run.response_time_s) == (2, 4.0)


def test_a_cut_last_line_is_noted(write_log, spark):
    path = write_log(spark.small_app())
    path.write_bytes(path.read_bytes()[:-10])
    run = spark_source.read(path)
    assert run.malformed_lines == 1
    assert run.tasks == 2
    assert run.response_time_s == 3.2  # the last event stands for the end


@pytest.mark.parametrize("codec", ["plain", "gzip", "zstd", "zstd-frames"])
def test_a_log_cut_in_the_middle_keeps_what_came_before(write_log, spark, codec):
    path = write_log(long_app(spark), codec=codec)
    packed = path.read_bytes()
    path.write_bytes(packed[: len(packed) * 4 // 9])
    run = spark_source.read(path)
    assert 15 <= finished(run) < 45
    assert any("damaged" in note or "breaks in the middle" in note for note in run.missing)
    assert any("application end is not in the log" in note for note in run.missing)


def test_a_gzip_log_without_its_checksum_loses_no_line(write_log, spark):
    path = write_log(long_app(spark), codec="gzip")
    path.write_bytes(path.read_bytes()[:-8])
    run = spark_source.read(path)
    assert finished(run) == 60
    assert run.events["SparkListenerApplicationEnd"] == 1


@pytest.mark.parametrize("codec", ["gzip", "zstd-frames"])
def test_garbage_after_compressed_data_is_noted(write_log, spark, codec):
    path = write_log(spark.small_app(), codec=codec)
    path.write_bytes(path.read_bytes() + b"garbage" * 20)
    run = spark_source.read(path)
    assert run.tasks == 2
    assert any("ends or breaks in the middle" in note for note in run.missing)


def test_progress_counts_stored_bytes_up_to_all_of_them(write_log, spark):
    path = write_log(long_app(spark), codec="zstd")
    calls = []
    spark_source.read(path, progress=lambda done, total: calls.append((done, total)))
    size = path.stat().st_size
    assert calls[-1] == (size, size)
    assert calls == sorted(calls)


def test_a_file_of_damaged_lines_is_a_source_error(write_log):
    path = write_log([b'{"Event":"SparkListenerTaskEnd"}'] * 5)
    with pytest.raises(SourceError, match="5 of its 5 lines are no Spark events"):
        spark_source.read(path)


def test_a_plan_nested_too_deep_is_skipped_and_not_damage(write_log, spark):
    plan = b'{"nodeName":"x","children":[' * 1500 + b"]}" * 1500
    deep = (
        b'{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart","sparkPlanInfo":' + plan
    )
    path = write_log(spark.small_app())
    path.write_bytes(path.read_bytes() + deep + b"}\n")
    run = spark_source.read(path)
    assert run.malformed_lines == 0
    assert run.events["SparkListenerSQLExecutionStart"] == 1
