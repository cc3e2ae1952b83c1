"""Logs behind URLs: a real web server and fsspec's file system in memory."""

import gzip
import json
import time

import pytest

from pertract.errors import SourceNotFound, UnreadableSource
from pertract.sources import spark as spark_source
from pertract.sources.places import RemotePlace, expand, remote, without_secrets

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def log(spark):
    return "".join(json.dumps(event) + "\n" for event in spark.small_app()).encode()


@pytest.fixture
def memory(log):
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    fs.pipe("/logs/app-1.gz", gzip.compress(log))
    fs.pipe("/logs/app-2", log.replace(b"app-1", b"app-2"))
    fs.pipe("/rolled/eventlog_v2_app-3/events_1_app-3", log.replace(b"app-1", b"app-3"))
    fs.pipe("/rolled/eventlog_v2_app-3/appstatus_app-3", b"")
    yield fs
    fs.store.clear()


@pytest.fixture
def without_pauses(monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)


def test_a_file_in_another_file_system(memory):
    run = spark_source.read("memory://logs/app-1.gz")
    assert (run.application_id, len(run.jobs)) == ("app-1", 1)


def test_a_rolled_log_in_another_file_system(memory):
    log = spark_source.find("memory://rolled/eventlog_v2_app-3")
    assert log.application == "app-3"
    assert spark_source.read(log).application_id == "app-3"


def test_one_application_of_a_folder(memory):
    assert spark_source.find("memory://logs", application="app-2").place.name == "app-2"


def test_a_pattern(memory):
    assert [place.name for place in expand("memory://logs/app-*")] == ["app-1.gz", "app-2"]
    with pytest.raises(SourceNotFound, match=r"memory://logs/x\*: nothing has such a name"):
        expand("memory://logs/x*")


def test_nothing_there(memory):
    with pytest.raises(SourceNotFound, match="memory://nowhere: no such file or folder"):
        spark_source.find("memory://nowhere")


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_on_a_web_server(server, log, ranges):
    server.ranges = ranges
    server.files["/logs/app-1.gz"] = gzip.compress(log)
    run = spark_source.read(f"{server.url}/logs/app-1.gz")
    assert (run.application_id, run.digest[:7]) == ("app-1", "sha256:")


def test_a_folder_on_a_web_server_is_what_its_page_links_to(server, log):
    server.files |= {
        "/logs/app-1": log,
        "/logs/app-2": log.replace(b"app-1", b"app-2"),
        "/logs/eventlog_v2_app-3/events_1_app-3": log.replace(b"app-1", b"app-3"),
        "/other": b"",
    }
    found = spark_source.find_all(expand(f"{server.url}/logs/"))
    assert [log.application for log in found.logs] == ["app-1", "app-2", "app-3"]
    assert not any(path == "/other" for _, path, _ in server.asked)


def test_a_missing_file_on_a_web_server(server):
    with pytest.raises(SourceNotFound, match="/logs/none: no such file or folder"):
        spark_source.find(f"{server.url}/logs/none")


def test_a_password_is_used_and_never_shown(server, log):
    server.files["/app-1"] = log
    server.password = "me:s3cret"
    url = server.url.replace("://", "://me:s3cret@") + "/app-1"
    assert spark_source.read(url).application_id == "app-1"
    for wrong in (url.replace("s3cret", "wr0ng"), server.url + "/app-1?signature=wr0ng"):
        with pytest.raises(UnreadableSource, match="the server answered 401") as caught:
            spark_source.find(wrong)
        assert "credentials" in caught.value.hint
        assert "wr0ng" not in f"{caught.value}{caught.value.hint}{expand_quietly(wrong)!r}"


def expand_quietly(url):
    return RemotePlace(url)


def test_a_read_that_fails_on_the_way_is_tried_again(server, log, without_pauses, monkeypatch):
    monkeypatch.setattr(remote, "_BLOCK", 4096)
    server.files["/app-1"] = log
    server.stumbles = 2
    assert spark_source.read(f"{server.url}/app-1").application_id == "app-1"
    assert server.stumbles == 0


def test_a_server_that_stays_away_is_named(server, without_pauses):
    url = server.url
    server.server_close()
    with pytest.raises(UnreadableSource, match=f"{url}/app-1: cannot be read") as caught:
        spark_source.find(f"{url}/app-1")
    assert "network" in caught.value.hint


def test_an_unknown_kind_of_place():
    with pytest.raises(UnreadableSource, match="ftpx:// is not a kind of place") as caught:
        spark_source.find("ftpx://host/log")
    assert "s3" in caught.value.hint


def test_a_missing_package_is_named(monkeypatch):
    def missing(_url):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    with pytest.raises(UnreadableSource, match="reading s3:// needs a package") as caught:
        spark_source.find("s3://bucket/log")
    assert caught.value.hint == "Install it with: pip install 'pertract[s3]'"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://key:secret@bucket/log", "s3://bucket/log"),
        ("https://u:p@host:8443/a/b?X-Amz-Signature=abc#x", "https://host:8443/a/b"),
        ("http://[broken", "http://..."),
        ("hdfs://me@nn:8020/logs", "hdfs://nn:8020/logs"),
        ("abfss://container@account.net/logs", "abfss://container@account.net/logs"),
    ],
)
def test_urls_are_shown_without_secrets(url, shown):
    assert without_secrets(url) == shown
    assert url not in repr(RemotePlace(url))


def test_a_name_that_only_looks_like_a_pattern(memory, log):
    memory.pipe("/odd/app[1]", log)
    assert [place.name for place in expand("memory://odd/app[1]")] == ["app[1]"]


def test_names_of_places_in_capitals(memory):
    assert spark_source.find("MEMORY://logs/app-2").application == "app-2"


@pytest.mark.parametrize("url", ["abfss://container@account/log", "s3n://bucket/log"])
def test_a_name_that_only_its_package_knows(monkeypatch, url):
    def unknown(_url):
        raise ValueError("Protocol not known")

    monkeypatch.setattr(fsspec.core, "url_to_fs", unknown)
    with pytest.raises(UnreadableSource, match="needs a package that is not installed") as caught:
        spark_source.find(url)
    assert "pip install 'pertract[" in caught.value.hint


def test_the_old_name_of_s3_is_s3(monkeypatch):
    asked = []

    def remember(url):
        asked.append(url)
        raise ImportError

    monkeypatch.setattr(fsspec.core, "url_to_fs", remember)
    with pytest.raises(UnreadableSource):
        expand("s3n://bucket/log")
    assert asked == ["s3://bucket/log"]


def test_keys_in_the_url_of_a_bucket_are_refused():
    with pytest.raises(UnreadableSource, match="keys in the URL of a bucket are not used") as caught:
        expand("s3a://AKIA:s3cret@bucket/log")
    assert "s3cret" not in str(caught.value)


class HostedMemory(type(fsspec.filesystem("memory"))):
    """A file system whose URLs name a host, as those of HDFS do; one folder of it is closed."""

    protocol = "hosted"

    def __init__(self, host, **options):
        super().__init__(**options)
        assert host == "nn"

    @classmethod
    def _strip_protocol(cls, path):
        return "/" + path.removeprefix("hosted://nn").strip("/")

    @staticmethod
    def _get_kwargs_from_urls(url):
        return {"host": host} if (host := url.removeprefix("hosted://").partition("/")[0]) else {}

    def info(self, path, **options):
        if path.startswith("/closed"):
            raise PermissionError
        return super().info(path, **options)


@pytest.fixture
def hosted(memory, log):
    fsspec.register_implementation("hosted", HostedMemory, clobber=True)
    memory.pipe("/logs/has #1?", log)


def test_files_of_a_folder_are_on_its_host(hosted):
    (place,) = [p for p in RemotePlace("hosted://nn/logs").children() if p.name == "has #1?"]
    assert place.url == "hosted://nn/logs/has #1?"
    with place.open() as opened:
        assert opened.read(9) == b'{"Event":'


def test_a_file_that_may_not_be_seen_is_not_called_missing(hosted):
    with pytest.raises(UnreadableSource, match="access was denied"):
        expand("hosted://nn/closed/log")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (type("CertificateError", (OSError,), {})("ugly"), "the certificate of the server is not trusted"),
        (type("TooManyRedirects", (Exception,), {"status": 0})("ugly"), "from one address to the next"),
    ],
)
def test_what_a_web_server_does_wrong_is_told_at_once(monkeypatch, error, words):
    pauses = []
    monkeypatch.setattr(time, "sleep", pauses.append)

    def fail(fs, path):
        raise error

    with pytest.raises(OSError, match=words):
        RemotePlace("memory://logs")._try(fail, missing=None)
    assert pauses == []


def test_a_url_that_says_too_little(monkeypatch):
    def incomplete(_url):
        raise ValueError("Must provide an account name")

    monkeypatch.setattr(fsspec.core, "url_to_fs", incomplete)
    with pytest.raises(UnreadableSource, match="ValueError: Must provide an account name"):
        expand("abfs://container/log")
