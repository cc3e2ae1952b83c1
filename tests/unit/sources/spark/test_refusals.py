"""What is not a usable event log is refused with a sentence that says what it is, and a hint."""

import gzip
import json
import os
import re

import pytest
import zstandard

from pertract.errors import (
    EmptySource,
    NoUsableRun,
    SourceError,
    SourceNotFound,
    UnreadableSource,
    UnrecognisedSource,
)
from pertract.sources import spark as spark_source
from pertract.sources.places import expand

not_as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)


def refusal(path, kind):
    with pytest.raises(SourceError) as caught:
        spark_source.read(path)
    assert type(caught.value) is kind
    assert caught.value.exit_code == 3
    assert caught.value.hint
    return str(caught.value)


def test_missing_file(tmp_path):
    assert refusal(tmp_path / "log", SourceNotFound).endswith("log: no such file or folder")


@pytest.mark.parametrize(
    ("content", "looks_like"),
    [
        (b"24/01/31 10:00:00 INFO Executor: x\n", "a text log of an executor, container or daemon"),
        (b"PAR1\x15\x04\x15", "a Parquet table"),
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "an HTML page"),
        (b'{"id": 7}\n', "JSON, but not Spark events (its first fields are id)"),
        (b"schema: pertract/model/1\nname: wordcount\n", "a PerTract model"),
        (b"hello\n", "plain text"),
        (b"\x00\x01\x02\x03", "binary data of an unknown kind"),
    ],
)
@pytest.mark.parametrize("name", ["log", "eventlog.zstd"])
def test_other_files_are_refused_as_what_they_are(tmp_path, name, content, looks_like):
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path, UnrecognisedSource) == f"{path}: not a Spark event log; it looks like {looks_like}"


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_compressed_other_files_are_refused_as_what_is_inside(tmp_path, compress):
    path = tmp_path / "log"
    path.write_bytes(compress(b"<html></html>"))
    assert "it looks like an HTML page" in refusal(path, UnrecognisedSource)


def test_the_hint_tells_how_to_go_on(tmp_path):
    hints = {
        b"x" * 257 + b"ustar" + b"x" * 300: "unpack it first",
        b"schema: pertract/model/1\n": "already a model",
    }
    for content, hint in hints.items():
        path = tmp_path / "file"
        path.write_bytes(content)
        with pytest.raises(UnrecognisedSource) as caught:
            spark_source.find(path)
        assert hint in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_empty_file(tmp_path, content):
    path = tmp_path / "log"
    path.write_bytes(content)
    assert refusal(path, EmptySource) == f"{path}: the file is empty"


def test_compressed_empty_file_is_empty_and_not_damaged(tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(b""))
    assert refusal(path, EmptySource) == f"{path}: the file is empty"


@pytest.mark.parametrize("magic", [b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd"])
def test_compressed_data_damaged_from_the_start(tmp_path, magic):
    path = tmp_path / "log"
    path.write_bytes(magic + b"\xff" * 50)
    assert "damaged from the start" in refusal(path, UnreadableSource)


@not_as_root
def test_file_without_permission(write_log, spark):
    path = write_log(spark.small_app())
    path.chmod(0)
    assert "cannot be read (Permission denied)" in refusal(path, UnreadableSource)


@not_as_root
def test_folder_without_permission(write_log, spark):
    folder = write_log(spark.small_app(), "folder/log").parent
    folder.chmod(0)
    try:
        assert "cannot be listed (Permission denied)" in refusal(folder, UnreadableSource)
        refusal(folder / "log", UnreadableSource)
    finally:
        folder.chmod(0o700)


def test_empty_folder(tmp_path):
    assert refusal(tmp_path, SourceNotFound) == f"{tmp_path}: the folder holds no event log and no files"


def test_folder_of_other_files_names_one_of_them(tmp_path):
    (tmp_path / "readme").write_text("hello\n")
    assert "no event log; readme: not a Spark event log; it looks like plain text" in re.sub(
        re.escape(f"{tmp_path}/"), "", refusal(tmp_path, SourceNotFound)
    )


def test_log_without_any_job(write_log, spark):
    path = write_log([*spark.head(), spark.app_end(900)])
    assert refusal(path, NoUsableRun) == (
        f"{path}: no job finished in this application, so there is nothing to predict"
        " (5 events, 0 jobs started, 0 tasks ended)"
    )


def test_log_whose_only_job_never_finished(write_log, spark):
    job_without_end = spark.whole_job(0, 1000)[:-1]
    path = write_log([*spark.head(), *job_without_end])
    assert re.search("1 jobs? started, 2 tasks ended", refusal(path, NoUsableRun))


def test_a_log_packed_twice(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(gzip.compress(zstandard.compress(b'{"Event":"SparkListenerLogStart"}\n')))
    assert refusal(path, UnrecognisedSource) == f"{path}: it is packed twice, zstd in gzip"


def test_a_log_packed_with_a_dictionary(tmp_path):
    lines = [f'{{"Event":"SparkListenerTaskEnd","Stage ID":{i}}}\n'.encode() for i in range(5000)]
    dictionary = zstandard.train_dictionary(2000, lines)
    path = tmp_path / "log"
    path.write_bytes(zstandard.ZstdCompressor(dict_data=dictionary).compress(b"".join(lines)))
    assert "packed with a zstd dictionary" in refusal(path, UnreadableSource)


def test_json_that_is_not_one_object_a_line(tmp_path, spark):
    path = tmp_path / "log"
    path.write_text(json.dumps(spark.small_app(), indent=2))
    assert re.search(r"log: (\d+) of its \1 lines are no Spark events", refusal(path, NoUsableRun))


def test_logs_of_two_applications_in_one_file(write_log, spark):
    path = write_log([*spark.small_app(), *spark.small_app()])
    path.write_text(path.read_text().replace("app-1", "app-2", 1))
    assert "it holds the events of 2 applications" in refusal(path, NoUsableRun)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipes_and_devices(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert "it is a pipe or a device" in refusal(path, UnreadableSource)
    assert spark_source.find_all(expand(tmp_path)).refused == []


def test_an_empty_name():
    assert refusal("", SourceNotFound) == "the name of the event log is empty"
