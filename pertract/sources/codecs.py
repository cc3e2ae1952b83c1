"""Open a file of any supported compression as a stream of lines."""

from __future__ import annotations

import bz2
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO

import zstandard

from . import blocks

_STORED_BLOCK = 1 << 13  # small, so that what it unpacks to stays in the cache (benchmarks/speed)
_LINE_BUFFER = 1 << 17
_MOST_HEAD = 1 << 22
_LARGEST_WINDOW = 1 << 31  # of zstd --long; only as much of it is used as the data needs

DECODE_ERRORS = (
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zstandard.ZstdError,
    blocks.DamagedBlock,
)
"""What unpacking raises on damaged or truncated input, after all that could be unpacked."""


def unpack_head(head: bytes, codec: str) -> bytes:
    """Return what the first bytes of a compressed file hold, up to the first damage."""
    if codec not in _CODECS:
        return head
    unpacked = bytearray()
    with suppress(*DECODE_ERRORS):  # the head ends in the middle of something in any case
        for chunk in _CODECS[codec](io.BytesIO(head)):
            unpacked += chunk
            if len(unpacked) >= _MOST_HEAD:
                break
    return bytes(unpacked)


def needs_dictionary(head: bytes, codec: str) -> bool:
    """Return whether a file can only be unpacked with the zstd dictionary it was packed with."""
    with suppress(zstandard.ZstdError):
        return codec == "zstd" and zstandard.get_frame_parameters(head).dict_id != 0
    return False


def is_empty(raw: BinaryIO, codec: str) -> bool:
    """Return whether a compressed file is complete and unpacks to nothing."""
    try:
        return next(_CODECS[codec](raw), None) is None
    except DECODE_ERRORS:
        return False


def open_lines(raw: BinaryIO, codec: str) -> Iterable[bytes]:
    """Return a stream whose iteration gives the lines of an open file.

    Damage raises one of `DECODE_ERRORS`, but only after all lines before it.

    Parameters
    ----------
    raw
        The file as stored, opened for reading bytes.
    codec
        One of `SUPPORTED`; anything else is read as it is.
    """
    if codec not in _CODECS:
        return raw
    return io.BufferedReader(_Unpacked(_CODECS[codec](raw)), _LINE_BUFFER)


class _Unpacked(io.RawIOBase):
    """Chunks of bytes as a raw stream; hands out each chunk before it asks for the next."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _unpack(raw: BinaryIO, new_decoder: Callable[[], object]) -> Iterator[bytes]:
    """Yield what the frames or members of a file hold, one after the other.

    Spark flushes often and so writes many frames; compressed files can also be appended to each other.

    Raises
    ------
    EOFError
        At the end, if the last frame is not complete.
    """
    decoder = new_decoder()
    begun = False
    while stored := raw.read(_STORED_BLOCK):
        while stored:
            if not begun and not (stored := stored.lstrip(b"\x00")):  # padding, as tapes and xz leave it
                break
            begun = True
            if unpacked := decoder.decompress(stored):  # type: ignore[attr-defined]
                yield unpacked
            if not decoder.eof:  # type: ignore[attr-defined]
                break
            stored = decoder.unused_data or b""  # type: ignore[attr-defined]
            decoder, begun = new_decoder(), False
    if begun:
        raise EOFError("the last frame is not complete")


def _gzip(raw: BinaryIO) -> Iterator[bytes]:
    return _unpack(raw, lambda: zlib.decompressobj(wbits=31))


def _zstd(raw: BinaryIO) -> Iterator[bytes]:
    return _unpack(raw, zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj)


def _bzip2(raw: BinaryIO) -> Iterator[bytes]:
    try:
        yield from _unpack(raw, bz2.BZ2Decompressor)
    except OSError as error:
        if type(error) is not OSError or error.errno is not None:
            raise  # reading failed; damage is an OSError without a number
        raise blocks.DamagedBlock(str(error)) from error


def _xz(raw: BinaryIO) -> Iterator[bytes]:
    return _unpack(raw, lzma.LZMADecompressor)


def _lz4_frames(raw: BinaryIO) -> Iterator[bytes]:
    import lz4.frame

    try:
        yield from _unpack(raw, lz4.frame.LZ4FrameDecompressor)
    except RuntimeError as error:
        raise blocks.DamagedBlock(str(error)) from error


_CODECS: dict[str, Callable[[BinaryIO], Iterator[bytes]]] = {
    "gzip": _gzip,
    "zstd": _zstd,
    "lz4": blocks.lz4_blocks,
    "framed lz4": _lz4_frames,
    "snappy": blocks.xerial_snappy,
    "framed snappy": blocks.framed_snappy,
    "lzf": blocks.lzf_blocks,
    "hadoop snappy": blocks.hadoop_snappy,
    "hadoop lz4": blocks.hadoop_lz4,
    "bzip2": _bzip2,
    "xz": _xz,
}
SUPPORTED = tuple(_CODECS)
"""Compressions that are unpacked while reading."""
