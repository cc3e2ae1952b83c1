import pytest

from pertract.errors import UnreadableSource, UnrecognisedSource
from pertract.sources import spark as spark_source


def write_rolled(write_log, spark, numbers, folder="eventlog_v2_app-1", codec="plain"):
    """Write one job into each part; the first part begins and the last one ends the application."""
    for i, number in enumerate(numbers):
        events = spark.whole_job(number, 1000 + 3000 * number)
        if i == 0:
            events = [*spark.head(), *events]
        if i == len(numbers) - 1:
            events.append(spark.app_end(1000 + 3000 * (number + 2)))
        path = write_log(events, f"{folder}/events_{number}_app-1", codec)
    (path.parent / "appstatus_app-1").touch()
    return path.parent


@pytest.mark.parametrize("codec", ["plain", "gzip", "zstd", "zstd-frames"])
@pytest.mark.parametrize("name", ["app-1", "app-1.lz4", "app-1.zstd.gz", "app-1.inprogress"])
def test_content_and_not_the_name_decides_the_codec(write_log, spark, codec, name):
    log = spark_source.find(write_log(spark.small_app(), name, codec))
    assert [part.codec for part in log.parts] == [codec.removesuffix("-frames")]
    run = spark_source.read(log)
    assert (len(run.jobs), run.tasks, run.response_time_s) == (1, 2, 4.0)


def test_parts_of_a_rolled_log_are_ordered_by_number(write_log, spark):
    folder = write_rolled(write_log, spark, range(1, 12))
    log = spark_source.find(folder)
    assert [part.place.name for part in log.parts] == [f"events_{i}_app-1" for i in range(1, 12)]
    assert log.missing == ()
    run = spark_source.read(folder)
    assert [job.id for job in run.jobs] == list(range(1, 12))
    assert run.events["SparkListenerTaskEnd"] == 22


@pytest.mark.parametrize("codec", ["gzip", "zstd"])
def test_rolled_logs_may_be_compressed(write_log, spark, codec):
    run = spark_source.read(write_rolled(write_log, spark, [1, 2], codec=codec))
    assert len(run.jobs) == 2


def test_a_missing_part_is_noted(write_log, spark):
    run = spark_source.read(write_rolled(write_log, spark, [1, 2, 4]))
    assert "part 3 of the rolled log is missing" in run.missing
    assert len(run.jobs) == 3


def test_a_missing_first_part_is_noted(write_log, spark):
    assert (
        "the rolled log begins with part 3"
        in spark_source.find(write_rolled(write_log, spark, [3, 4])).missing
    )


def test_a_compacted_log_is_noted(write_log, spark):
    folder = write_rolled(write_log, spark, [3, 4])
    (folder / "events_3_app-1").rename(folder / "events_3_app-1.compact")
    (missing,) = spark_source.find(folder).missing
    assert missing.startswith("the log was compacted: Spark removed events of finished jobs")


def test_an_application_still_running_is_noted(write_log, spark):
    folder = write_rolled(write_log, spark, [1, 2])
    (folder / "appstatus_app-1").rename(folder / "appstatus_app-1.inprogress")
    assert "the application was still running, or was killed" in spark_source.read(folder).missing


def test_an_empty_last_part_is_left_out_and_noted(write_log, spark):
    folder = write_rolled(write_log, spark, [1, 2])
    (folder / "events_3_app-1").touch()
    log = spark_source.find(folder)
    assert len(log.parts) == 2
    assert log.missing == ("eventlog_v2_app-1/events_3_app-1 is empty",)


@pytest.mark.parametrize("codec", ["gzip", "zstd"])
def test_a_last_part_cut_in_its_first_block_does_not_cost_the_other_parts(write_log, spark, codec):
    folder = write_rolled(write_log, spark, [1, 2, 3], codec=codec)
    last = folder / "events_3_app-1"
    last.write_bytes(last.read_bytes()[:12])
    run = spark_source.read(folder)
    assert [job.id for job in run.jobs] == [1, 2]
    assert any("events_3_app-1" in note for note in run.missing)


def test_a_rolled_log_of_only_empty_parts_is_refused(tmp_path):
    (tmp_path / "events_1_app-1").touch()
    with pytest.raises(UnrecognisedSource, match="all parts of the log are empty"):
        spark_source.find(tmp_path)


def test_a_part_that_is_something_else_is_refused(write_log, spark):
    folder = write_rolled(write_log, spark, [1, 2])
    (folder / "events_3_app-1").write_text("hello\n")
    with pytest.raises(UnreadableSource, match="events_3_app-1: not a Spark event log"):
        spark_source.find(folder)


def write_databricks(write_log, spark):
    first = [*spark.head(), *spark.whole_job(0, 1000)]
    write_log(first, "cluster/eventlog-2024-01-31--10-00.gz", "gzip")
    write_log(spark.whole_job(1, 4000), "cluster/eventlog-2024-01-31--11-00.gz", "gzip")
    return write_log([*spark.whole_job(2, 8000), spark.app_end(12_000)], "cluster/eventlog").parent


def test_databricks_parts_are_read_by_time_and_the_unfinished_one_last(write_log, spark):
    folder = write_databricks(write_log, spark)
    assert [part.place.name for part in spark_source.find(folder).parts] == [
        "eventlog-2024-01-31--10-00.gz",
        "eventlog-2024-01-31--11-00.gz",
        "eventlog",
    ]
    run = spark_source.read(folder)
    assert (len(run.jobs), run.response_time_s) == (3, 12.0)


def test_an_empty_unfinished_databricks_part_does_not_cost_the_others(write_log, spark):
    folder = write_databricks(write_log, spark)
    (folder / "eventlog").write_bytes(b"")
    assert len(spark_source.read(folder).jobs) == 2


def test_the_only_log_in_a_folder_is_taken(write_log, spark):
    path = write_log(spark.small_app(), "history/app-1")
    (path.parent / "readme.txt").write_text("hello\n")
    (path.parent / ".app-1.crc").write_bytes(b"crc")
    (path.parent / "_SUCCESS").touch()
    assert spark_source.find(path.parent).place.path == path


def test_the_only_rolled_log_in_a_folder_is_taken(write_log, spark):
    rolled = write_rolled(write_log, spark, [1, 2], folder="history/eventlog_v2_app-1")
    assert spark_source.find(rolled.parent).place.path == rolled


def test_several_logs_in_a_folder_are_refused_by_name(write_log, spark):
    for name in ("a", "b", "c", "d"):
        path = write_log(spark.small_app(), f"history/{name}")
    with pytest.raises(
        UnrecognisedSource, match=r"history: there are 4 event logs, such as a, b, c$"
    ) as caught:
        spark_source.find(path.parent)
    assert caught.value.hint.startswith("Name one of them, ")


def test_the_digest_follows_the_content_and_not_the_name(write_log, spark):
    first = spark_source.read(write_log(spark.small_app(), "a")).digest
    assert first == spark_source.read(write_log(spark.small_app(), "b")).digest
    assert first != spark_source.read(write_log([*spark.small_app(), spark.app_end(4001)], "c")).digest
    assert len(first) == len("sha256:") + 16


def test_stored_bytes_are_those_of_all_parts(write_log, spark):
    folder = write_databricks(write_log, spark)
    assert spark_source.find(folder).stored_bytes == sum(p.stat().st_size for p in folder.iterdir())
