"""Put together what logs tell of containers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from ...errors import SourceError, SourceNotFound
from ..codecs import DECODE_ERRORS, open_lines
from ..places import Place, expand, reading
from . import aggregated
from .files import LogFile, find
from .lines import read_lines
from .records import ContainerLogs, ContainerRecord, application_of


def read(sources: Sequence[str | Path]) -> ContainerLogs:
    """Return what logs of containers tell.

    Parameters
    ----------
    sources
        Text of ``yarn logs``, folders with logs of containers, or such logs, packed or not; paths,
        patterns or URLs.

    Raises
    ------
    SourceNotFound
        If nothing is there.
    UnrecognisedSource
        If none of it is a log of a container; the message says what it looks like.
    """
    places = [place for source in sources for place in expand(source)]
    found = ContainerLogs(places=tuple(map(str, places)))
    refused: list[SourceError] = []
    files = 0
    for item in find(places):
        if isinstance(item, SourceError):
            refused.append(item)
            continue
        files += 1
        with reading(item.place):
            _read_file(item, found)
    if not files:
        if refused:
            raise refused[0]
        raise SourceNotFound(
            f"{', '.join(found.places)}: there are no logs of containers",
            hint="Give text of yarn logs, or the folder of the containers' stdout and stderr.",
        )
    return found


def _read_file(file: LogFile, into: ContainerLogs) -> None:
    with file.place.open() as raw, io.BufferedReader(raw) as buffered:
        stream = open_lines(buffered, file.part.codec)
        if not isinstance(stream, io.BufferedIOBase):
            raise TypeError("files open as buffered streams")
        try:
            if file.is_aggregated:
                _read_aggregated(stream, file.place, into)
            else:
                _read_single(stream, file, into)
        except DECODE_ERRORS:
            into.notes.append(f"{file.place.name} is damaged; what it told up to there was used")


def _read_aggregated(stream: io.BufferedIOBase, place: Place, into: ContainerLogs) -> None:
    cut = []
    for log in aggregated.logs(stream):
        heading = log.heading
        container = _container(into, heading.container)
        container.host = heading.host
        container.logs[heading.kind] = container.logs.get(heading.kind, 0) + heading.size
        read_lines(log, heading.kind, container, into)
        if log.missing:
            cut.append(f"{heading.kind} of {heading.container}")
    if cut:
        into.notes.append(f"{place.name} ends before {cut[0]} does")


def _read_single(stream: io.BufferedIOBase, file: LogFile, into: ContainerLogs) -> None:
    container = _container(into, file.container or str(file.place))
    container.application = container.application or file.application
    counted = _Counted(stream)
    read_lines(counted, file.kind, container, into)
    container.logs[file.kind] = container.logs.get(file.kind, 0) + counted.bytes


class _Counted:
    """Lines, and how many bytes they had."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self.bytes = 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> bytes:
        line = next(self._stream)
        self.bytes += len(line)
        return line


def _container(into: ContainerLogs, identifier: str) -> ContainerRecord:
    found = into.containers.get(identifier)
    if found is None:
        found = into.containers[identifier] = ContainerRecord(identifier, application_of(identifier))
    return found
