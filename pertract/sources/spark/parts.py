"""One file of an event log: what it holds, and its lines."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ...errors import EmptySource, UnreadableSource, UnrecognisedSource
from .. import codecs, sniff
from ..places import Place, reading

_BUFFER = 1 << 20
_HEAD = 1 << 18  # the environment, which may be long, comes before the name of the application


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a log."""

    place: Place
    codec: str
    """One of `codecs.SUPPORTED`, or ``plain``."""
    size: int | None
    """Stored bytes, where they are known."""


class OpenPart:
    """A part while it is read: its lines, and what was stored of it."""

    def __init__(self, part: Part, raw: io.RawIOBase) -> None:
        self._stored = _Stored(raw)
        self._buffered = io.BufferedReader(self._stored, _BUFFER)
        self._part = part
        self.damaged = False
        """Whether unpacking had to end before the file did."""

    @property
    def taken(self) -> int:
        """Stored bytes read so far."""
        return self._stored.taken

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from codecs.open_lines(self._buffered, self._part.codec)
        except codecs.DECODE_ERRORS:
            self.damaged = True

    def digest(self) -> bytes:
        """Return the SHA-256 of the stored bytes; reads what was not read yet."""
        while self._buffered.read(_BUFFER):
            pass
        return self._stored.sha256.digest()


@contextmanager
def open_part(part: Part) -> Iterator[OpenPart]:
    """Open a part to iterate over its lines.

    Raises
    ------
    UnreadableSource
        If it cannot be read, now or later.
    """
    with reading(part.place), part.place.open() as raw:
        yield OpenPart(part, raw)


class _Stored(io.RawIOBase):
    """Passes on the stored bytes, counts and digests them, so that each is read only once."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.taken = 0
        self.sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count: int = self._raw.readinto(buffer) or 0
        self.taken += count
        self.sha256.update(memoryview(buffer)[:count])
        return count


@dataclass(frozen=True, slots=True)
class Look:
    """What the first bytes of a file tell."""

    kind: str
    """What it is, or what the compressed file holds: ``events``, ``empty``, ``zip``, ``log`` ..."""
    codec: str
    """One of `codecs.SUPPORTED`, or ``plain``."""
    head: bytes
    """The first bytes, unpacked."""


def look(place: Place) -> Look:
    """Look at the first bytes of a file.

    Raises
    ------
    UnreadableSource
        If it may not be read.
    """
    try:
        with reading(place), place.open() as raw, io.BufferedReader(raw, _HEAD) as buffered:
            head = buffered.read(_HEAD)
    except codecs.DECODE_ERRORS as error:
        raise UnreadableSource(
            f"{place}: cannot be unpacked ({error})", hint="Copy the archive again."
        ) from error
    kind = sniff.kind_of(head)
    if kind not in codecs.SUPPORTED:
        return Look(kind, "plain", head)
    unpacked = codecs.unpack_head(head, kind)
    if not unpacked and not _is_empty(place, kind):
        return Look("dictionary" if codecs.needs_dictionary(head, kind) else "damaged", kind, b"")
    return Look(sniff.kind_of(unpacked), kind, unpacked)


def recognise(place: Place, seen: Look, shown: str) -> Part:
    """Return a file as part of a log.

    Parameters
    ----------
    place
        The file.
    seen
        What `look` saw in it.
    shown
        What to call it in messages.

    Raises
    ------
    UnrecognisedSource
        If it is something else; the message says what it looks like.
    EmptySource
        If it holds nothing.
    UnreadableSource
        If it is damaged from the start.
    """
    if seen.kind == "events":
        with reading(place):
            return Part(place, seen.codec, place.size())
    if seen.kind == "dictionary":
        raise UnreadableSource(
            f"{shown}: it was packed with a zstd dictionary, without which it cannot be unpacked",
            hint="Unpack it first: zstd -d -D DICTIONARY.",
        )
    if seen.kind == "damaged":
        raise UnreadableSource(
            f"{shown}: the {seen.codec} data is damaged from the start, nothing can be unpacked",
            hint="Copy the log again.",
        )
    if seen.kind == "empty":
        raise EmptySource(
            f"{shown}: the file is empty",
            hint="Spark writes the log while the application runs; is this the right file?",
        )
    if seen.kind in codecs.SUPPORTED:
        raise UnrecognisedSource(
            f"{shown}: it is packed twice, {seen.kind} in {seen.codec}", hint="Unpack it once first."
        )
    raise UnrecognisedSource(
        f"{shown}: not a Spark event log; it looks like {sniff.describe(seen.kind, seen.head)}",
        hint=_advice(seen.kind),
    )


def _is_empty(place: Place, codec: str) -> bool:
    with reading(place), place.open() as raw, io.BufferedReader(raw) as buffered:
        return codecs.is_empty(buffered, codec)


def _advice(kind: str) -> str:
    if kind == "tar":
        return "If there are event logs in it, unpack it first."
    if kind in ("log", "containers", "gc"):
        return (
            "Give the event log of the application, which is JSON and lies where spark.eventLog.dir points;"
            " logs of its containers add to that with --containers."
        )
    if kind == "model":
        return "This is already a model: pertract predict or pertract show read it."
    if kind == "html":
        return (
            "A History Server is given by its address, a folder by a URL that ends in a slash; a login page"
            " means that you need to sign in."
        )
    if kind == "utf-16":
        return "Convert it first: iconv -f UTF-16 -t UTF-8."
    if kind == "legacy lz4":
        return "Unpack it first: lz4 -d."
    return "Give a file that Spark wrote with spark.eventLog.enabled=true."
