import pytest

from pertract.sources.sniff import describe, kind_of


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\x28\xb5\x2f\xfd....", "zstd"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"LZ4Block\x25", "lz4"),
        (b"\x04\x22\x4d\x18", "framed lz4"),
        (b"\x82SNAPPY\x00", "snappy"),
        (b"ZV\x01", "lzf"),
        (b"BZh9", "bzip2"),
        (b"\x02\x21\x4c\x18....", "legacy lz4"),
        (b"\x50\x2a\x4d\x18\x02\x00\x00\x00..\x28\xb5\x2f\xfd", "zstd"),  # pzstd
        (b"\x5f\x2a\x4d\x18\x02\x00\x00\x00..\x04\x22\x4d\x18", "framed lz4"),
        (b"\x50\x2a\x4d\x18\xff\xff\x00\x00..", "zstd"),
        ('{"Event"'.encode("utf-16-le"), "utf-16"),
        (b"\xff\xfe" + '{"Event"'.encode("utf-16-le"), "utf-16"),
        (b"PK\x05\x06" + bytes(18), "zip"),
        (b"\x50\x2a\x4d\x18\x00\x00\x00\x00" * 5000 + b"\x28\xb5\x2f\xfd", "zstd"),
        (b"PAR1\x15\x00", "parquet"),
        (b"Obj\x01\x02", "avro"),
        (b"PK\x03\x04\x14", "zip"),
        (b"FLR\x00\x00", "jfr"),
        (b"\x7fELF\x02", "program"),
        (b"name" + b"\x00" * 253 + b"ustar\x0000", "tar"),
        (b"<!DOCTYPE html><html>", "html"),
        (b"\n  <HTML lang=en>", "html"),
        (b'<?xml version="1.0"?><configuration/>', "xml"),
        (b"Avro-Json\n{}", "jhist"),
        (b"schema: pertract/model/1\nname: a\n", "model"),
        (b"# A model of wordcount\nschema: pertract/model/1\n", "model"),
        (b'{\n  "schema": "pertract/model/1"}', "model"),
        (b"24/01/31 10:00:00 INFO Executor: Running task\n", "log"),
        (b"SLF4J: Class path contains multiple bindings\n", "log"),
        (b'{"ts":"2026-05-21T10:00:00.250Z","level":"INFO","msg":"Running task","logger":"a.B"}\n', "log"),
        (b"[2026/05/21 10:00:00] INFO Executor: Running task\n", "log"),
        (b"Container: container_1700000000000_0007_01_000001 on node-1_8041\n=====\n", "containers"),
        (
            b"noise of a client\nContainer: container_e26_1700000000000_0007_01_000001 on node-1_8041\n",
            "containers",
        ),
        (b"[0.007s][info][gc] Using Serial\n", "gc"),
        (b"1.5: [GC (Allocation Failure)  65536K->9000K(251392K), 0.0125 secs]\n", "gc"),
        (b'{"id": 1}\n', "json"),
        (b"[1, 2]", "json"),
        ("Grüße\n".encode(), "text"),
        (b"\xff\xfe\xfa\xfb" * 20, "binary"),
        (b"abc\x00def", "binary"),
    ],
)
def test_content_decides_what_a_file_is(head, kind):
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    "line",
    [
        b'{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}',
        b'{ "Event" : "SparkListenerLogStart" }',
        b'{"Spark Version":"3.5.1","Event":"SparkListenerLogStart"}',
        b'{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart"}',
        b'\xef\xbb\xbf{"Event":"SparkListenerLogStart"}',
        b'not json\n{"Event":"SparkListenerJobEnd","Job ID":0}',
    ],
)
def test_events_are_recognised_in_every_spelling(line):
    assert kind_of(line) == "events"


def test_text_cut_inside_a_character_is_still_text():
    assert kind_of("viele Umlaute ä".encode()[:-1]) == "text"


def test_json_is_described_by_its_first_fields():
    assert describe("json", b'{"id": 1, "name": "x", "size": 2, "rest": 3}') == (
        "JSON, but not Spark events (its first fields are id, name, size)"
    )


@pytest.mark.parametrize("head", [b"{\n", b"[1, 2]", b"", b"[[1]]", b"{}"])
def test_json_without_readable_fields_is_still_described(head):
    assert describe("json", head) == "JSON, but not Spark events"


EVENT = b'{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}\n'


def test_logs_that_quote_events_are_none():
    """A driver may print what it records, and yarn logs shows files of any content."""
    line = b"24/01/31 10:00:00 INFO EventLoggingListener: "
    assert kind_of(line + b"begins\n" + line + EVENT + EVENT) == "log"
    heading = b"Container: container_1700000000000_0007_01_000001 on node-1_8041\n"
    assert kind_of(heading + b"LogType:stdout\nLogLength:60\nLogContents:\n" + EVENT) == "containers"


def test_events_that_quote_logs_are_events():
    quoted = b'{"Event":"SparkListenerTaskEnd","Reason":"Container: container_1_1_01_000001 on a"}\n'
    assert kind_of(EVENT + b"24/01/31 10:00:00 INFO a line between\n" * 9 + quoted) == "events"
