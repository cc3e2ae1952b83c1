"""A file that may be a profiler's: unpacked, as bytes, lines or one document."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from ...errors import EmptySource, UnreadableSource, UnrecognisedSource
from .. import codecs, sniff
from ..places import Place, reading

_HEAD = 1 << 18
_BUFFER = 1 << 20
_LARGEST_DOCUMENT = 2 << 30
_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


@dataclass(slots=True)
class Opened:
    """One file; what it holds is unpacked whenever it is asked for."""

    place: Place
    codec: str
    """One of `codecs.SUPPORTED`, or ``plain``."""
    head: bytes
    """The first bytes, unpacked."""
    damaged: bool = False
    """Whether unpacking had to end before the file did; known once it was read."""

    def __str__(self) -> str:
        return str(self.place)

    @property
    def text(self) -> str:
        """The head as text."""
        return self._decoded(self.head)

    @contextmanager
    def stream(self) -> Iterator[io.BufferedReader]:
        """Open the unpacked bytes; damage ends them early.

        Raises
        ------
        UnreadableSource
            If it cannot be read, now or later.
        """
        with reading(self.place), self.place.open() as raw, io.BufferedReader(raw, _BUFFER) as stored:
            yield io.BufferedReader(_Whole(self, stored), _BUFFER)

    def lines(self) -> Iterator[str]:
        """Yield the lines without their ends; letters that are none become a replacement mark."""
        begin, encoding = self._encoding()
        with self.stream() as stream:
            stream.read(begin)
            wrapped = io.TextIOWrapper(stream, encoding=encoding, errors="replace")
            for line in wrapped:
                yield line.rstrip("\r\n")

    def document(self) -> bytes:
        """Return everything it holds.

        Raises
        ------
        UnreadableSource
            If that is more than two gibibytes.
        """
        with self.stream() as stream:
            content = stream.read(_LARGEST_DOCUMENT + 1)
        if len(content) > _LARGEST_DOCUMENT:
            raise UnreadableSource(
                f"{self}: one document of more than 2 GiB",
                hint="Record a shorter time, or write folded stacks.",
            )
        return content

    def _encoding(self) -> tuple[int, str]:
        return next(
            ((len(mark), encoding) for mark, encoding in _BOMS if self.head.startswith(mark)), (0, "utf-8")
        )

    def _decoded(self, data: bytes) -> str:
        begin, encoding = self._encoding()
        return data[begin:].decode(encoding, errors="replace")


class _Whole(io.RawIOBase):
    """The unpacked bytes of a file up to its first damage."""

    def __init__(self, opened: Opened, raw: BinaryIO) -> None:
        self._opened = opened
        self._lines = codecs.open_lines(raw, opened.codec)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer)  # type: ignore[arg-type]
        try:
            # not read, which would lose what came before damage
            data: bytes = self._lines.read1(len(target))  # type: ignore[attr-defined]
        except codecs.DECODE_ERRORS:
            self._opened.damaged = True
            return 0
        target[: len(data)] = data
        return len(data)


def look(place: Place) -> Opened:
    """Return a file with what its first bytes tell.

    Raises
    ------
    EmptySource
        If it holds nothing.
    UnreadableSource
        If it may not be read, or nothing of it can be unpacked.
    UnrecognisedSource
        If it is packed twice.
    """
    with reading(place), place.open() as raw, io.BufferedReader(raw, _HEAD) as buffered:
        stored = buffered.read(_HEAD)
    if not stored:
        raise EmptySource(f"{place}: the file is empty", hint="Did the profiler run until its end?")
    codec = sniff.kind_of(stored)
    if codec not in codecs.SUPPORTED:
        return Opened(place, "plain", stored)
    head = codecs.unpack_head(stored, codec)
    if not head:
        raise UnreadableSource(
            f"{place}: the {codec} data is empty or damaged from the start", hint="Copy the file again."
        )
    if (inner := sniff.kind_of(head)) in codecs.SUPPORTED:
        raise UnrecognisedSource(
            f"{place}: it is packed twice, {inner} in {codec}", hint="Unpack it once first."
        )
    return Opened(place, codec, head)
