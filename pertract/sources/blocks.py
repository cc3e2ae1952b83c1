"""Block framings that JVM libraries write around lz4, snappy and lzf.

Spark compresses event logs with ``spark.eventLog.compression.codec``: lz4 as ``LZ4BlockOutputStream``
of lz4-java, snappy as ``SnappyOutputStream`` of snappy-java, lzf as ``LZFOutputStream`` of ning. Hadoop's own
codecs for snappy and lz4, which pack logs that are moved or archived, write yet another framing without
any magic number. Each function yields what the blocks of a file hold, and raises `EOFError` at the end if
the last block is cut off, or `DamagedBlock`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO

LZ4_BLOCK_MAGIC = b"LZ4Block"
XERIAL_MAGIC = b"\x82SNAPPY\x00"
FRAMED_SNAPPY_MAGIC = b"\xff\x06\x00\x00sNaPpY"
LZF_MAGIC = b"ZV"

_LARGEST_BLOCK = 1 << 26  # writers use 32 KiB to 1 MiB; a larger number is damage
_OBJECT = re.compile(rb'\{\s*"')


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
            _copy(out, ((control & 0x1F) << 8) + data[position] + 1, length + 2)
            position += 1
    except IndexError as error:
        raise DamagedBlock("an lzf chunk ends inside a copy") from error
    if len(out) != size:
        raise DamagedBlock(f"an lzf chunk holds {len(out)} bytes instead of {size}")
    return bytes(out)


def hadoop_codec(head: bytes) -> str | None:
    """Return ``hadoop snappy`` or ``hadoop lz4`` if a file of JSON lines begins in that framing.

    The framing has no magic number. Its signs are two sizes that fit each other, and a first chunk that
    unpacks to the beginning of a JSON object.

    Parameters
    ----------
    head
        The first bytes of the file; 64 are enough.
    """
    if len(head) < 12:
        return None
    block, chunk = struct.unpack_from(">II", head)
    if not (0 < block <= _LARGEST_BLOCK and 0 < chunk <= block + block // 6 + 32):  # never packs worse
        return None
    data = head[8 : 8 + min(chunk, 64)]
    for name, beginning in (("hadoop snappy", _snappy_beginning), ("hadoop lz4", _lz4_beginning)):
        with suppress(DamagedBlock):
            if _OBJECT.match(beginning(data, block)):
                return name
    return None


def hadoop_snappy(raw: BinaryIO) -> Iterator[bytes]:
    """Yield the chunks of Hadoop's ``SnappyCodec``; of one that is cut off, what its beginning holds."""
    return _hadoop_chunks(raw, _unpack_snappy, _snappy_beginning)


def hadoop_lz4(raw: BinaryIO) -> Iterator[bytes]:
    """Yield the chunks of Hadoop's ``Lz4Codec``; of one that is cut off, what its beginning holds."""
    return _hadoop_chunks(raw, _unpack_lz4, _lz4_beginning)


def _hadoop_chunks(
    raw: BinaryIO, unpack: Callable[[bytes, int], bytes], beginning: Callable[[bytes, int], bytes]
) -> Iterator[bytes]:
    """Yield the chunks of ``BlockCompressorStream``.

    A block is its unpacked length and then chunks, each with its stored length in front, until they have
    made up that length. Writers hand over buffers of 256 KiB, or whatever was written at once.
    """
    while head := _header(raw, 4):
        (left,) = struct.unpack(">i", head)
        if left < 0:
            raise DamagedBlock(f"a block cannot have {left} bytes")
        while left:
            (size,) = struct.unpack(">i", _body(raw, 4))
            data = raw.read(_plausible(size))
            most = min(left, _LARGEST_BLOCK)
            if len(data) < size:
                if begun := beginning(data, most):
                    yield begun
                raise EOFError("the last block is not complete")
            chunk = unpack(data, most)
            if not 0 < len(chunk) <= left:
                raise DamagedBlock(f"a chunk holds {len(chunk)} bytes where {left} are left of the block")
            left -= len(chunk)
            yield chunk


def _unpack_snappy(data: bytes, most: int) -> bytes:
    import cramjam

    _snappy_length(data, most)
    try:
        return bytes(cramjam.snappy.decompress_raw(data))
    except cramjam.DecompressionError as error:
        raise DamagedBlock(str(error)) from error


def _unpack_lz4(data: bytes, most: int) -> bytes:
    import lz4.block

    most = min(most, 255 * len(data))  # what lz4 can reach at best; as much memory is reserved
    try:
        unpacked: bytes = lz4.block.decompress(data, uncompressed_size=most)
    except lz4.block.LZ4BlockError as error:
        raise DamagedBlock(str(error)) from error
    return unpacked


def _snappy_length(data: bytes, most: int) -> int:
    """Return where the data of a snappy chunk begins, after the length that it promises to unpack to."""
    length = 0
    for position, byte in enumerate(data[:5]):
        length |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            if length > most:
                raise DamagedBlock(f"a chunk promises {length} bytes where {most} are left of the block")
            return position + 1
    return len(data)


def _snappy_beginning(data: bytes, most: int) -> bytes:
    """Return what the first bytes of a snappy chunk unpack to, without the rest of the chunk."""
    out = bytearray()
    position = _snappy_length(data, most)
    while position < len(data) and len(out) < most:
        tag = data[position]
        kind = tag & 3
        position += 1
        # how many bytes follow the tag: a long length of literals, or the distance of a copy
        extra = (0, 1, 2, 4)[kind] if kind else max(0, (tag >> 2) - 59)
        if position + extra > len(data):
            break
        number = int.from_bytes(data[position : position + extra], "little")
        position += extra
        if kind == 0:
            length = (number if extra else tag >> 2) + 1
            out += data[position : position + length]
            position += length
        elif kind == 1:
            _copy(out, (tag >> 5 << 8) + number, 4 + (tag >> 2 & 7))
        else:
            _copy(out, number, (tag >> 2) + 1)
    return bytes(out[:most])


def _lz4_beginning(data: bytes, most: int) -> bytes:
    """Return what the first bytes of an lz4 chunk unpack to, without the rest of the chunk."""
    out = bytearray()
    position = 0
    while position < len(data) and len(out) < most:
        token = data[position]
        length, position = _lz4_length(token >> 4, data, position + 1)
        out += data[position : position + length]
        position += length
        distance = int.from_bytes(data[position : position + 2], "little")
        length, position = _lz4_length(token & 15, data, position + 2)
        if position > len(data):  # cut, or the last literals, which no copy follows
            break
        _copy(out, distance, min(length + 4, most))
    return bytes(out[:most])


def _lz4_length(nibble: int, data: bytes, position: int) -> tuple[int, int]:
    """Return a length that may go on in the bytes at ``position``, and where it ends."""
    length = nibble
    while nibble == 15:
        if position >= len(data):
            return length, position + 1
        length += data[position]
        position += 1
        if data[position - 1] < 255:
            break
    return length, position


def _copy(out: bytearray, distance: int, length: int) -> None:
    """Append ``length`` bytes of what was unpacked ``distance`` bytes before."""
    begin = len(out) - distance
    if begin < 0 or not distance:
        raise DamagedBlock("a copy reaches before the chunk")
    if length <= distance:
        out += out[begin : begin + length]
    else:  # the copy overlaps what it makes: it repeats a pattern
        pattern = out[begin:]
        out += (pattern * (length // distance + 1))[:length]


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
