"""The text of ``yarn logs``: many logs of many containers behind each other.

Every log has a heading with its length in bytes. It is read by that length, and not up to the words that
follow it, since a log may hold these words itself. Hadoop 2 names a container once before all its logs,
Hadoop 3 before each; what clients print in between is passed over.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADING = re.compile(rb"^Container: (container_\S+) on (\S+)[ \t]*\r?$", re.MULTILINE)
_FIELD = re.compile(rb"(LogType|Log Type|LogLength|Log Length)\s*:\s*(.*?)\s*$")
_LONGEST = 1 << 20
"""Longer lines are handed on in pieces."""
_CONTENTS = (b"LogContents:", b"Log Contents:")


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands before a log."""

    container: str
    host: str
    """Without the port."""
    kind: str
    """``stderr``, ``stdout``, ``syslog`` ..."""
    size: int
    """Bytes that it is said to have."""


class Log:
    """One log while it is read."""

    def __init__(self, heading: Heading, stream: io.BufferedIOBase) -> None:
        self.heading = heading
        self._stream = stream
        self.missing = heading.size
        """Bytes that were not yet read; at the end, that are not there."""

    def __iter__(self) -> Iterator[bytes]:
        while self.missing > 0 and (line := self._stream.readline(min(self.missing, _LONGEST))):
            self.missing -= len(line)
            yield line


def logs(stream: io.BufferedIOBase) -> Iterator[Log]:
    """Yield every log of the text of ``yarn logs``; each has to be iterated before the next is asked for."""
    container = host = kind = ""
    size: int | None = None
    while line := stream.readline(_LONGEST):
        if found := HEADING.match(line):
            container = found[1].decode(errors="replace")
            host = _host(found[2].decode(errors="replace"))
            kind, size = "", None
        elif found := _FIELD.match(line):
            value = found[2].decode(errors="replace")
            if found[1].endswith(b"Type"):
                kind, size = value, None
            elif value.isdecimal():
                size = int(value)
        elif line.strip() in _CONTENTS and container and kind and size is not None:
            log = Log(Heading(container, host, kind, size), stream)
            yield log
            for _ in log:  # what was left of it
                pass
            kind, size = "", None


def _host(text: str) -> str:
    """Return a host without the port, which Hadoop joins by an underscore and older versions by a colon."""
    found = re.fullmatch(r"(.+)[_:]\d+", text)
    return found[1] if found else text
