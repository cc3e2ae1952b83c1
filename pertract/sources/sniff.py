"""Tell what a file is from its first bytes, whatever its name says."""

from __future__ import annotations

import json
import re

from .blocks import FRAMED_SNAPPY_MAGIC, LZ4_BLOCK_MAGIC, LZF_MAGIC, XERIAL_MAGIC, hadoop_codec

_MAGIC = (
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x1f\x8b", "gzip"),
    (LZ4_BLOCK_MAGIC, "lz4"),
    (b"\x04\x22\x4d\x18", "framed lz4"),
    (b"\x02\x21\x4c\x18", "legacy lz4"),
    (XERIAL_MAGIC, "snappy"),
    (FRAMED_SNAPPY_MAGIC, "framed snappy"),
    (LZF_MAGIC, "lzf"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"PAR1", "parquet"),
    (b"ORC", "orc"),
    (b"Obj\x01", "avro"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # an empty one
    (b"FLR\x00", "jfr"),
    (b"SQLite format 3", "sqlite"),
    (b"%PDF", "pdf"),
    (b"\x7fELF", "program"),
    (b"\xff\xfe{\x00", "utf-16"),
    (b"\xfe\xff\x00{", "utf-16"),
    (b'{\x00"\x00', "utf-16"),
)
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
"""Begins a frame that zstd and lz4 pass over; pzstd puts one before each of its own."""
_DESCRIPTION = {
    "parquet": "a Parquet table",
    "orc": "an ORC table",
    "avro": "an Avro file",
    "zip": "a zip archive",
    "tar": "a tar archive",
    "jfr": "a Java flight recording",
    "sqlite": "an SQLite database",
    "pdf": "a PDF document",
    "program": "a program",
    "legacy lz4": "lz4's old format without frames",
    "utf-16": "text in UTF-16",
    "html": "an HTML page",
    "xml": "an XML document",
    "jhist": "a MapReduce job history file",
    "model": "a PerTract model",
    "log": "a text log of an executor, container or daemon",
    "containers": "logs of containers as yarn logs prints them",
    "gc": "a JVM's log of garbage collection",
    "json": "JSON, but not Spark events",
    "text": "plain text",
    "binary": "binary data of an unknown kind",
}
_LOG_LINE = re.compile(
    rb"^(\[?\d{2,4}[-/]\d{2}[-/]\d{2}[ T]\d{2}:\d{2}:\d{2}|SLF4J:"
    rb"|\{\"ts\":\"[^\"]*\",\"level\":\"[A-Z]+\",\"msg\":)",  # log4j's lines of JSON, as Spark 4 writes them
    re.MULTILINE,
)
_CONTAINERS = re.compile(rb"^Container: container_\S+ on \S+", re.MULTILINE)
_PAUSE = re.compile(
    rb"^[^\n]{0,80}(\[gc\b[^\n]*\] (GC\(\d+\)|Using )|\[(Full )?GC\b[^\n]* secs\])", re.MULTILINE
)
_EVENT = re.compile(rb'"Event"\s*:\s*"[\w.$]*SparkListener\w+"')


def kind_of(head: bytes) -> str:
    """Return the kind of a file: a codec, ``events``, or what it is instead.

    Parameters
    ----------
    head
        The first bytes of the file; some thousand are enough.
    """
    if not head:
        return "empty"
    begin = 0
    while _SKIPPABLE.match(head, begin):
        begin += 8 + int.from_bytes(head[begin + 4 : begin + 8], "little")
    if begin:
        head = head[begin : begin + 512] or b"\x28\xb5\x2f\xfd"  # behind a long one most likely zstd
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[257:262] == b"ustar":
        return "tar"
    return hadoop_codec(head) or _kind_of_text(head)


def _kind_of_text(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return "empty"
    event = _EVENT.search(text)
    if (containers := _CONTAINERS.search(text)) and (event is None or containers.start() < event.start()):
        return "containers"
    if event and not _quotes_events(text, event.start()):
        return "events"
    if b"\x00" in head[:1024]:
        return "binary"
    lowered = text[:200].lower()
    if lowered.startswith((b"<!doctype html", b"<html")):
        return "html"
    if lowered.startswith(b"<"):
        return "xml"
    if text.startswith((b"Avro-Json", b"Avro-Binary")):
        return "jhist"
    if re.match(rb"(?:#[^\n]*\n)*(schema: |\{\s*\"schema\": \")pertract/", text):
        return "model"
    if _LOG_LINE.search(text[:4000]):
        return "log"
    if _PAUSE.search(text[:4000]):
        return "gc"
    if text[:1] in b"{[":
        return "json"
    try:
        head[:-4].decode()
    except UnicodeDecodeError:
        return "binary"
    return "text"


def _quotes_events(text: bytes, first: int) -> bool:
    """Return whether a text log comes before its first event, as where a driver prints what it records."""
    before = len(_LOG_LINE.findall(text, 0, first))
    return before > 0 and before >= sum(line.startswith(b"{") for line in text[:first].splitlines())


def describe(kind: str, head: bytes = b"") -> str:
    """Return what a file of this kind is, as the end of the sentence "it looks like ..."."""
    if kind == "json":
        try:
            keys = list(json.loads(head.splitlines()[0]))[:3]
        except (ValueError, IndexError, TypeError):
            keys = []
        named = [str(k) for k in keys if isinstance(k, str)]
        return _DESCRIPTION["json"] + (f" (its first fields are {', '.join(named)})" if named else "")
    return _DESCRIPTION.get(kind, kind)
