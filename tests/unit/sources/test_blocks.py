"""Codecs of the JVM, read from files that its own libraries packed."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.sources import blocks, codecs, sniff
from pertract.sources.spark import read

PACKED = Path(__file__).resolve().parents[2] / "data" / "codecs"
PLAIN = gzip.decompress((PACKED / "eventlog.gz").read_bytes())
KINDS = {
    "eventlog.lz4": "lz4",
    "eventlog.lz4frame": "framed lz4",
    "eventlog.snappy": "snappy",
    "eventlog.sz": "framed snappy",
    "eventlog.lzf": "lzf",
}
FILES = pytest.mark.parametrize(("name", "kind"), KINDS.items(), ids=KINDS)


def unpacked(data: bytes, kind: str) -> tuple[bytes, bool]:
    """Return what can be unpacked, and whether damage ended it."""
    lines = b""
    try:
        for line in codecs.open_lines(io.BytesIO(data), kind):
            lines += line
    except codecs.DECODE_ERRORS:
        return lines, True
    return lines, False


@FILES
def test_the_codec_is_told_by_content_and_gives_the_plain_bytes(name: str, kind: str) -> None:
    data = (PACKED / name).read_bytes()
    assert sniff.kind_of(data) == kind
    assert unpacked(data, kind) == (PLAIN, False)


@FILES
def test_streams_appended_to_each_other_are_read_to_the_end(name: str, kind: str) -> None:
    data = (PACKED / name).read_bytes()
    assert unpacked(data + data, kind) == (PLAIN + PLAIN, False)


@FILES
def test_a_log_in_any_codec_has_the_same_run(name: str, kind: str) -> None:
    run = read(PACKED / name)
    assert run.events == read(PACKED / "eventlog.gz").events
    assert [job.finished for job in run.jobs] == [True]
    assert not any("breaks" in note for note in run.missing)


@FILES
def test_a_cut_file_gives_all_whole_lines_before_the_cut_and_says_so(name: str, kind: str) -> None:
    data = (PACKED / name).read_bytes()
    lines, damaged = unpacked(data + data[:-100], kind)
    assert damaged
    assert lines.startswith(PLAIN)
    assert (PLAIN + PLAIN).startswith(lines)


@FILES
@given(data=st.data())
def test_damage_never_raises_anything_unexpected(name: str, kind: str, data: st.DataObject) -> None:
    packed = bytearray((PACKED / name).read_bytes()[:4000])
    for _ in range(3):
        packed[data.draw(st.integers(8, len(packed) - 1))] = data.draw(st.integers(0, 255))
    unpacked(bytes(packed), kind)


def test_lzf_copies_that_overlap_repeat_a_pattern() -> None:
    chunk = b"ZV\x01" + (6).to_bytes(2, "big") + (11).to_bytes(2, "big") + b"\x01ab" + b"\xe0\x00\x01"
    assert b"".join(blocks.lzf_blocks(io.BytesIO(chunk))) == b"ab" * 5 + b"a"


@pytest.mark.parametrize(
    "chunk",
    [
        b"ZV\x01\x00\x02\x00\x05\x20\x09",  # a copy from before the chunk
        b"ZV\x01\x00\x02\x00\x05\x00a",  # fewer bytes than promised
        b"ZV\x02\x00\x01a",  # no such type
        b"XX\x00\x00\x01a",
    ],
)
def test_impossible_lzf_chunks_are_damage(chunk: bytes) -> None:
    with pytest.raises(blocks.DamagedBlock):
        list(blocks.lzf_blocks(io.BytesIO(chunk)))
