import bz2
import gzip
import io
import lzma

import pytest
import zstandard

from pertract.sources.codecs import needs_dictionary, open_lines, unpack_head

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


@pytest.mark.parametrize("codec", ["gzip", "xz", "bzip2", "zstd"])
def test_zeros_between_and_after_members_are_padding(codec):
    packed = PACKED[codec] + bytes(8) + PACKED[codec] + bytes(20_000)
    assert list(open_lines(io.BytesIO(packed), codec)) == LINES * 2


def test_zstd_with_a_long_window_is_read():
    settings = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
    compressor = zstandard.ZstdCompressor(compression_params=settings).compressobj()  # no size in the header
    packed = compressor.compress(DATA) + compressor.flush()
    assert zstandard.get_frame_parameters(packed).window_size == 1 << 30
    assert list(open_lines(io.BytesIO(packed), "zstd")) == LINES


def test_frames_that_zstd_passes_over():
    passed_over = b"\x50\x2a\x4d\x18\x04\x00\x00\x00size"
    packed = passed_over + PACKED["zstd"] + passed_over + PACKED["zstd"] + passed_over
    assert list(open_lines(io.BytesIO(packed), "zstd")) == LINES * 2


def test_a_dictionary_is_told_from_damage():
    dictionary = zstandard.train_dictionary(2000, LINES[:5000])
    packed = zstandard.ZstdCompressor(dict_data=dictionary).compress(DATA)
    assert needs_dictionary(packed, "zstd")
    assert not needs_dictionary(PACKED["zstd"], "zstd")
    assert not needs_dictionary(b"\x28\xb5\x2f\xfd", "zstd")
    assert not needs_dictionary(PACKED["gzip"], "gzip")
