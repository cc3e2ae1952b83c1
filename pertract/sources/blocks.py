"""Block framings that JVM libraries write around lz4, snappy and lzf.

Spark compresses event logs with ``spark.eventLog.compression.codec``: lz4 as ``LZ4BlockOutputStream``
of lz4-java, snappy as ``SnappyOutputStream`` of snappy-java, lzf as ``LZFOutputStream`` of ning. Each
function yields what the blocks of a file hold, and raises `EOFError` at the end if the last block is cut
off, or `DamagedBlock`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

LZ4_BLOCK_MAGIC = b"LZ4Block"
XERIAL_MAGIC = b"\x82SNAPPY\x00"
FRAMED_SNAPPY_MAGIC = b"\xff\x06\x00\x00sNaPpY"
LZF_MAGIC = b"ZV"

_LARGEST_BLOCK = 1 << 26  # writers use 32 KiB to 1 MiB; a larger number is damage


class DamagedBlock(Exception):
    """A block does not hold what its header promises."""


def lz4_blocks(raw: BinaryIO) -> Iterator[bytes]:
    """Yield the blocks of lz4-java: magic, token, stored and unpacked length, checksum, data."""
    import lz4.block

    header = struct.Struct("<8sBiii")
    while head := _header(raw, header.size):
        magic, token, stored, unpacked, _ = header.unpack(head)
        if magic != LZ4_BLOCK_MAGIC:
            raise DamagedBlock("no lz4 block where one should begin")
        if not unpacked:  # the mark at the end of a stream; another may follow
            continue
        data = _body(raw, stored)
        if token & 0xF0 == 0x10:  # stored without compression
            yield data
            continue
        try:
            yield lz4.block.decompress(data, uncompressed_size=_plausible(unpacked))
        except lz4.block.LZ4BlockError as error:
            raise DamagedBlock(str(error)) from error


def xerial_snappy(raw: BinaryIO) -> Iterator[bytes]:
    """Yield the blocks of snappy-java: a stream header, then length and data of each block."""
    import cramjam

    while head := _header(raw, 4):
        if head == XERIAL_MAGIC[:4]:  # also in the middle, where streams were appended
            if _body(raw, 12)[:4] != XERIAL_MAGIC[4:]:
                raise DamagedBlock("no snappy stream header where one should be")
            continue
        data = _body(raw, struct.unpack(">i", head)[0])
        try:
            yield bytes(cramjam.snappy.decompress_raw(data))
        except cramjam.DecompressionError as error:
            raise DamagedBlock(str(error)) from error


def framed_snappy(raw: BinaryIO) -> Iterator[bytes]:
    """Yield the chunks of the snappy framing format: type, length, checksum, data."""
    import cramjam

    while head := _header(raw, 4):
        kind, length = head[0], int.from_bytes(head[1:], "little")
        data = _body(raw, length)
        if kind == 0x01:
            yield data[4:]
        elif kind == 0x00:
            try:
                yield bytes(cramjam.snappy.decompress_raw(data[4:]))
            except cramjam.DecompressionError as error:
                raise DamagedBlock(str(error)) from error
        elif kind < 0x80:
            raise DamagedBlock(f"unknown snappy chunk type {kind}")


def lzf_blocks(raw: BinaryIO) -> Iterator[bytes]:
    """Yield the chunks of compress-lzf: magic, type, length, and the unpacked length if compressed."""
    while head := _header(raw, 5):
        magic, kind, length = struct.unpack(">2sBH", head)
        if magic != LZF_MAGIC or kind > 1:
            raise DamagedBlock("no lzf chunk where one should begin")
        if kind == 0:
            yield _body(raw, length)
        else:
            (unpacked,) = struct.unpack(">H", _body(raw, 2))
            yield _unpack_lzf(_body(raw, length), unpacked)


def _unpack_lzf(data: bytes, size: int) -> bytes:
    """Return an lzf chunk unpacked: runs of literals, and copies of what was unpacked before."""
    out = bytearray()
    position, end = 0, len(data)
    try:
        while position < end:
            control = data[position]
            position += 1
            if control < 32:
                out += data[position : position + control + 1]
                position += control + 1
                continue
            length = control >> 5
            if length == 7:
                length += data[position]
                position += 1
            begin = len(out) - ((control & 0x1F) << 8) - data[position] - 1
            position += 1
            if begin < 0:
                raise DamagedBlock("an lzf copy reaches before the chunk")
            length += 2
            if begin + length <= len(out):
                out += out[begin : begin + length]
            else:  # the copy overlaps what it makes: it repeats a pattern
                pattern = out[begin:]
                out += (pattern * (length // len(pattern) + 1))[:length]
    except IndexError as error:
        raise DamagedBlock("an lzf chunk ends inside a copy") from error
    if len(out) != size:
        raise DamagedBlock(f"an lzf chunk holds {len(out)} bytes instead of {size}")
    return bytes(out)


def _header(raw: BinaryIO, size: int) -> bytes:
    """Return the next header, or nothing at the end of the file."""
    head = raw.read(size)
    if head and len(head) < size:
        raise EOFError("the last block is not complete")
    return head


def _body(raw: BinaryIO, size: int) -> bytes:
    data = raw.read(_plausible(size))
    if len(data) < size:
        raise EOFError("the last block is not complete")
    return data


def _plausible(size: int) -> int:
    if not 0 <= size <= _LARGEST_BLOCK:
        raise DamagedBlock(f"a block cannot have {size} bytes")
    return size
