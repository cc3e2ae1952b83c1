"""Open a file of any supported compression as a stream of lines."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import zstandard

from ..errors import UnreadableSource

SUPPORTED = ("gzip", "zstd")
"""Compressions that are unpacked while reading."""

_BLOCK_BYTES = 1 << 17  # stays in the cache; larger blocks cost up to 1.7x (benchmarks/speed)

DECODE_ERRORS = (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)
"""What decompression raises on damaged or truncated input."""


def read_head(path: Path, size: int = 1 << 16) -> bytes:
    """Return up to ``size`` first bytes of a file as stored.

    Raises
    ------
    UnreadableSource
        If the file may not be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise UnreadableSource(
            f"{path}: cannot be read ({error.strerror})", hint="Check its permissions."
        ) from error


def unpack_head(head: bytes, codec: str) -> bytes:
    """Return what the first bytes of a compressed file hold; empty when nothing can be unpacked."""
    try:
        if codec == "gzip":
            return zlib.decompressobj(wbits=31).decompress(head, 1 << 16)
        if codec == "zstd":
            reader = zstandard.ZstdDecompressor().stream_reader(head, read_across_frames=True)
            return reader.read(1 << 16)
    except DECODE_ERRORS:
        return b""
    return head


def open_lines(raw: BinaryIO, codec: str) -> Iterable[bytes]:
    """Return a stream whose iteration gives the lines of an open file.

    Parameters
    ----------
    raw
        The file as stored, opened for reading bytes.
    codec
        ``gzip`` or ``zstd``; anything else is read as it is.
    """
    if codec == "gzip":
        return io.BufferedReader(gzip.GzipFile(fileobj=raw), _BLOCK_BYTES)
    if codec == "zstd":
        # Spark flushes often and so writes many frames one after the other.
        reader = zstandard.ZstdDecompressor().stream_reader(
            raw, read_size=_BLOCK_BYTES, read_across_frames=True
        )
        return io.BufferedReader(reader, _BLOCK_BYTES)
    return raw
