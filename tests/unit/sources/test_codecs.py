import bz2
import gzip
import io
import lzma

import pytest
import zstandard

from pertract.sources.codecs import open_lines, unpack_head

LINES = [f'{{"line":{i}}}\n'.encode() for i in range(50_000)]
DATA = b"".join(LINES)


def zstd_frames(data, size=100_000):
    compress = zstandard.ZstdCompressor().compress
    return b"".join(compress(data[i : i + size]) for i in range(0, len(data), size))


PACKED = {
    "plain": DATA,
    "gzip": gzip.compress(DATA, 1),
    "zstd": zstandard.ZstdCompressor().compress(DATA),
    "bzip2": bz2.compress(DATA, 1),
    "xz": lzma.compress(DATA, preset=0),
}


@pytest.mark.parametrize("codec", PACKED)
def test_every_codec_gives_the_same_lines(codec):
    assert list(open_lines(io.BytesIO(PACKED[codec]), codec)) == LINES


def test_all_frames_of_a_zstd_file_are_read():
    packed = zstd_frames(DATA)
    assert packed.count(b"\x28\xb5\x2f\xfd") > 5
    assert list(open_lines(io.BytesIO(packed), "zstd")) == LINES


def test_all_members_of_a_gzip_file_are_read():
    packed = b"".join(gzip.compress(DATA[i : i + 300_000], 1) for i in range(0, len(DATA), 300_000))
    assert list(open_lines(io.BytesIO(packed), "gzip")) == LINES


@pytest.mark.parametrize("codec", PACKED)
def test_the_head_of_a_file_unpacks_without_the_rest(codec):
    head = unpack_head(PACKED[codec][:65536], codec)
    assert len(head) > 1000
    assert DATA.startswith(head)


@pytest.mark.parametrize("magic", [b"\x1f\x8b", b"\x28\xb5\x2f\xfd"])
def test_a_damaged_head_unpacks_to_nothing(magic):
    codec = "gzip" if magic[0] == 0x1F else "zstd"
    assert unpack_head(magic + b"\xff" * 100, codec) == b""
