"""Local paths, patterns and zip archives."""

import io
import json
import zipfile

import pytest

from pertract.errors import SourceNotFound, UnreadableSource
from pertract.sources import spark as spark_source
from pertract.sources.places import LocalPlace, ZipFolder, expand, is_url


@pytest.fixture
def log(spark):
    return "".join(json.dumps(event) + "\n" for event in spark.small_app()).encode()


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_zip_archive_is_a_folder(tmp_path, log):
    path = zipped(tmp_path / "eventLogs.zip", {"app-1": log, "notes/readme.txt": b"hello\n"})
    found = spark_source.find_all(expand(path))
    assert [found.application for found in found.logs] == ["app-1"]
    assert [str(error).partition(": ")[0] for error in found.skipped] == [f"{path}/notes/readme.txt"]
    assert spark_source.read(path).application_id == "app-1"


def test_a_rolled_log_in_a_zip_archive(tmp_path, log):
    lines = log.splitlines(keepends=True)
    name = "eventlog_v2_app-1/events_{}_app-1"
    path = zipped(
        tmp_path / "a.zip",
        {
            name.format(2): b"".join(lines[5:]),
            name.format(1): b"".join(lines[:5]),
            "eventlog_v2_app-1/appstatus_app-1": b"",
        },
    )
    run = spark_source.read(path)
    assert (len(run.jobs), run.missing) == (1, [])


def test_damaged_zip_archives_are_told(tmp_path, log):
    path = zipped(tmp_path / "a.zip", {"app-1": log})
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    with pytest.raises(UnreadableSource, match="the zip archive is damaged"):
        spark_source.find(path)


def test_a_damaged_member_is_told(tmp_path, log):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app-1", log)
    damaged = bytearray(buffer.getvalue())
    damaged[damaged.index(b"ApplicationEnd")] ^= 1
    path = tmp_path / "a.zip"
    path.write_bytes(bytes(damaged))
    with pytest.raises(UnreadableSource, match=r"a\.zip/app-1: cannot be unpacked \(Bad CRC-32"):
        spark_source.read(path)


def test_patterns_name_files_and_folders(tmp_path):
    for name in ("b", "a", "c/d"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [place.name for place in expand(f"{tmp_path}/*")] == ["a", "b", "c"]
    assert [place.name for place in expand(f"{tmp_path}/**/d")] == ["d"]
    with pytest.raises(SourceNotFound, match="nothing has such a name"):
        expand(f"{tmp_path}/x*")


def test_a_file_whose_name_looks_like_a_pattern(tmp_path):
    path = tmp_path / "log[1]"
    path.touch()
    assert [place.name for place in expand(path)] == ["log[1]"]


def test_the_current_folder_has_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (place,) = expand(".")
    assert place.name == tmp_path.name


@pytest.mark.parametrize(
    ("text", "answer"), [("s3://b/x", True), ("C:\\x", False), ("a/b", False), ("zip::s3://b", True)]
)
def test_what_a_url_is(text, answer):
    assert is_url(text) is answer


def test_archives_cannot_be_read_as_files(tmp_path, log):
    folder = ZipFolder(LocalPlace(zipped(tmp_path / "a.zip", {"x": log})))
    assert (folder.is_folder(), folder.exists(), folder.size(), folder.name) == (True, True, None, "a.zip")
    with pytest.raises(OSError, match="it is a folder"):
        folder.open()


def test_a_zip_archive_in_a_zip_archive(tmp_path, log):
    inner = zipped(tmp_path / "inner.zip", {"app-1": log}).read_bytes()
    assert spark_source.read(zipped(tmp_path / "outer.zip", {"a/inner.zip": inner})).application_id == "app-1"


def test_an_empty_zip_archive_is_an_empty_folder(tmp_path):
    with pytest.raises(SourceNotFound, match="holds no event log and no files"):
        spark_source.find(zipped(tmp_path / "a.zip", {}))


def test_an_encrypted_zip_archive_is_told(tmp_path, log):
    path = zipped(tmp_path / "a.zip", {"app-1": log})
    packed = bytearray(path.read_bytes())
    packed[6] |= 1  # the flag of the member, there and in the table of contents
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(packed))
    with pytest.raises(UnreadableSource, match="the zip archive is encrypted") as caught:
        spark_source.read(path)
    assert caught.value.hint == "Unpack it first."


def test_links_that_lead_in_circles_or_nowhere(tmp_path, log):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "app-1").write_bytes(log)
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "broken").symlink_to("nowhere")
    found = spark_source.find_all([*expand(tmp_path), *expand(tmp_path / "b" / "app-1")])
    assert [len(found.logs), found.refused, found.skipped] == [1, [], []]


def test_what_hadoop_calls_a_local_file(tmp_path, monkeypatch):
    path = tmp_path / "a log"
    path.touch()
    encoded = str(path).replace(" ", "%20")
    for text in (f"file:{path}", f"file://{path}", f"FILE://{encoded}"):
        assert expand(text) == [LocalPlace(path)]


def test_a_path_of_databricks_is_told_elsewhere():
    with pytest.raises(SourceNotFound, match="only be read on a cluster of Databricks") as caught:
        expand("dbfs:/logs/a b")
    assert caught.value.hint == "Copy it first: databricks fs cp -r 'dbfs:/logs/a b' ."
