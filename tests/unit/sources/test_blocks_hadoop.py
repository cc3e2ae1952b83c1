"""Hadoop's own framing of snappy and lz4, read from files that its codecs packed."""

from __future__ import annotations

import gzip
import io
import random
from pathlib import Path

import cramjam
import lz4.block
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.sources import blocks

PACKED = Path(__file__).resolve().parents[2] / "data" / "codecs"
PLAIN = gzip.decompress((PACKED / "eventlog.gz").read_bytes())
READERS = {"snappy": blocks.hadoop_snappy, "lz4": blocks.hadoop_lz4}
FILES = pytest.mark.parametrize(
    ("name", "codec"),
    [
        (f"eventlog.hadoop-{shape}{codec}", codec)
        for codec in READERS
        for shape in ("", "chunks-")  # blocks of one chunk each; one block of several chunks
    ],
)
CODECS = pytest.mark.parametrize("codec", READERS)


def snappy(data: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(data))


def lz4_raw(data: bytes) -> bytes:
    return lz4.block.compress(data, store_size=False)


PACKERS = {"snappy": snappy, "lz4": lz4_raw}


def sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def block(data: bytes, codec: str) -> bytes:
    return len(data).to_bytes(4, "big") + sized(PACKERS[codec](data))


def unpacked(data: bytes, codec: str) -> tuple[list[bytes], type[Exception] | None]:
    """Return the chunks, and what ended them."""
    chunks = []
    try:
        for chunk in READERS[codec](io.BytesIO(data)):
            chunks.append(chunk)  # noqa: PERF402, chunks before the error count
    except (EOFError, blocks.DamagedBlock) as error:
        return chunks, type(error)
    return chunks, None


def events(size: int) -> bytes:
    """Return lines that pack badly, as a log of many different numbers does."""
    rng = random.Random(7)
    lines = bytearray()
    while len(lines) < size:
        lines += b'{"Event":"SparkListenerTaskEnd","ID":%d}\n' % rng.randrange(10**60)
    return bytes(lines[:size])


@FILES
def test_a_file_of_hadoop_is_told_by_its_beginning_and_unpacked(name: str, codec: str) -> None:
    data = (PACKED / name).read_bytes()
    assert blocks.hadoop_codec(data[: 1 << 16]) == f"hadoop {codec}"
    assert blocks.hadoop_codec(data[:64]) == f"hadoop {codec}"
    chunks, ended = unpacked(data, codec)
    assert b"".join(chunks) == PLAIN
    assert len(chunks) > 2
    assert ended is None


@FILES
def test_files_appended_to_each_other_are_read_to_the_end(name: str, codec: str) -> None:
    data = (PACKED / name).read_bytes()
    chunks, ended = unpacked(data + bytes(4) + data, codec)  # the zero is an empty file
    assert b"".join(chunks) == PLAIN + PLAIN
    assert ended is None


@FILES
def test_wherever_a_file_is_cut_all_before_the_cut_is_there(name: str, codec: str) -> None:
    data = (PACKED / name).read_bytes()
    whole, _ = unpacked(data, codec)
    borders = block_borders(data, [len(chunk) for chunk in whole])
    before = 0
    for cut in range(len(data)):
        chunks, ended = unpacked(data[:cut], codec)
        lines = b"".join(chunks)
        assert PLAIN.startswith(lines)
        assert len(lines) >= before  # never less than with an earlier cut
        before = len(lines)
        assert chunks[:-1] == whole[: max(0, len(chunks) - 1)]
        assert ended is (None if cut in borders else EOFError)
    assert before > len(PLAIN) - 200


def block_borders(data: bytes, chunk_sizes: list[int]) -> set[int]:
    """Return where blocks begin and end in the stored file."""
    sizes = iter(chunk_sizes)
    borders, at = {0}, 0
    while at < len(data):
        left = int.from_bytes(data[at : at + 4], "big")
        at += 4
        while left:
            at += 4 + int.from_bytes(data[at : at + 4], "big")
            left -= next(sizes)
        borders.add(at)
    return borders


@CODECS
def test_a_head_that_ends_inside_the_first_chunk_is_known_and_gives_its_beginning(codec: str) -> None:
    plain = events(256 * 1024)
    head = block(plain, codec)[: 1 << 16]
    assert len(head) == 1 << 16
    assert blocks.hadoop_codec(head) == f"hadoop {codec}"
    (chunk,), ended = unpacked(head, codec)
    assert ended is EOFError
    assert plain.startswith(chunk)
    assert len(chunk) > len(head)


@CODECS
@given(plain=st.binary(max_size=300).map(lambda b: b * 3) | st.binary(), share=st.floats(0, 1))
def test_the_beginning_of_any_chunk_is_the_beginning_of_its_content(
    codec: str, plain: bytes, share: float
) -> None:
    packed = PACKERS[codec](plain)
    begin = {"snappy": blocks._snappy_beginning, "lz4": blocks._lz4_beginning}[codec]
    assert begin(packed, len(plain)) == plain
    assert plain.startswith(begin(packed[: int(share * len(packed))], len(plain)))


@FILES
@given(data=st.data())
def test_damage_never_raises_anything_unexpected(name: str, codec: str, data: st.DataObject) -> None:
    packed = bytearray((PACKED / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(packed)))
    unpacked(bytes(packed[:cut]), codec)
    blocks.hadoop_codec(bytes(packed[:cut]))


@CODECS
@given(data=st.binary())
def test_random_bytes_are_damage_or_cut(codec: str, data: bytes) -> None:
    unpacked(data, codec)
    assert blocks.hadoop_codec(data) is None


@CODECS
def test_every_flipped_byte_of_a_small_block_is_told_or_changes_nothing_else(codec: str) -> None:
    data = block(PLAIN[:300], codec)
    for position in range(len(data)):
        for flip in (0x01, 0x80, 0xFF):
            damaged = bytearray(data)
            damaged[position] ^= flip
            chunks, ended = unpacked(bytes(damaged), codec)
            assert ended or len(b"".join(chunks)) == 300


@CODECS
@pytest.mark.parametrize(
    "sizes",
    [
        b"\xff\xff\xff\xff\x00\x00\x00\x01a",  # a block of less than nothing
        b"\x00\x00\x00\x10\xff\xff\xff\xff",  # such a chunk
        b"\x00\x00\x00\x10\x7f\xff\xff\xff",  # a chunk of 2 GiB
        b"\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x00",  # a chunk without content
    ],
)
def test_absurd_sizes_are_damage(codec: str, sizes: bytes) -> None:
    assert unpacked(sizes, codec) == ([], blocks.DamagedBlock)
    assert blocks.hadoop_codec(sizes) is None


@CODECS
def test_a_chunk_that_holds_more_than_its_block_is_damage(codec: str) -> None:
    data = b"\x00\x00\x00\x10" + sized(PACKERS[codec](PLAIN))
    assert unpacked(data, codec) == ([], blocks.DamagedBlock)


def test_a_chunk_cannot_promise_more_memory_than_its_block() -> None:
    data = b"\x00\x00\x00\x10" + sized(b"\xff\xff\xff\xff\x0f\x00a")
    assert unpacked(data, "snappy") == ([], blocks.DamagedBlock)


@pytest.mark.parametrize(
    "chunk",
    [
        b"\x20\x00a\x09\x05",  # a copy from before the chunk
        b"\x20\x00a\x06\x00\x00",  # a copy of nothing
    ],
)
def test_a_cut_chunk_with_an_impossible_copy_is_damage(chunk: bytes) -> None:
    data = b"\x00\x00\x00\x20\x00\x00\x00\x40" + chunk
    assert unpacked(data, "snappy") == ([], blocks.DamagedBlock)


@CODECS
@pytest.mark.parametrize("text", [b"", b"a", b'["Event"]' * 9, b"26/11/21 10:00:00 INFO Executor: " * 9])
def test_only_json_objects_are_taken_for_event_logs(codec: str, text: bytes) -> None:
    assert blocks.hadoop_codec(block(text, codec)) is None


@pytest.mark.parametrize("name", ["eventlog.gz", "eventlog.lz4", "eventlog.snappy", "eventlog.lzf"])
def test_other_files_are_not_taken_for_it(name: str) -> None:
    assert blocks.hadoop_codec((PACKED / name).read_bytes()) is None
    assert blocks.hadoop_codec(PLAIN) is None
