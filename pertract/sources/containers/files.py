"""Find logs of containers: text of ``yarn logs``, exported folders, and files alone.

In folders such as those of EMR the path names application and container
(``application_x/container_y/stderr.gz``), or the file does (``container_y.log``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import SourceError, UnrecognisedSource
from .. import sniff
from ..places import Place, ZipFolder, reading
from ..spark.parts import Part, look
from . import aggregated
from .records import APPLICATION, CONTAINER

_PACKED = re.compile(r"\.(gz|bz2|zst|zstd|lz4|snappy|xz)$")
_KINDS = re.compile(
    r"(stderr|stdout|syslog|launch_container\.sh|directory\.info|prelaunch\.(?:out|err)|gc\.log)(?:[.\d\w-]*)$"
)
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file with the logs of one container or of many."""

    part: Part
    is_aggregated: bool
    """Whether it is text of ``yarn logs``."""
    kind: str
    """Which log of its container it is, otherwise."""
    application: str | None
    container: str | None
    """What its path tells."""

    @property
    def place(self) -> Place:
        """Where it lies."""
        return self.part.place


def find(places: list[Place]) -> Iterator[LogFile | SourceError]:
    """Yield the logs at some places and in their folders, and why a file is none."""
    for place in places:
        yield from _discover(place, _DEEPEST)


def _discover(place: Place, depth: int) -> Iterator[LogFile | SourceError]:
    try:
        with reading(place):
            is_folder = place.is_folder()
        if is_folder:
            yield from _folder(place, depth)
            return
        seen = look(place)
        if seen.kind == "zip":
            yield from _folder(ZipFolder(place), depth)
            return
        yield _log_file(place, Part(place, seen.codec, None), seen.kind, seen.head)
    except SourceError as error:
        yield error


def _folder(folder: Place, depth: int) -> Iterator[LogFile | SourceError]:
    with reading(folder):
        inside = [place for place in folder.children() if not place.name.startswith(".")]
    for place in inside if depth else ():
        yield from _discover(place, depth - 1)


def _log_file(place: Place, part: Part, kind: str, head: bytes) -> LogFile:
    path = str(place).replace("\\", "/")
    container = next(reversed([found[0] for found in CONTAINER.finditer(path)]), None)
    application = next(reversed(APPLICATION.findall(path)), None)
    if application is None and container is not None:
        application = f"application_{CONTAINER.fullmatch(container)[1]}"  # type: ignore[index]
    name = _PACKED.sub("", place.name)
    if kind == "containers" or aggregated.HEADING.search(head):
        return LogFile(part, True, "", application, container)
    named = _KINDS.match(name)
    if kind in ("log", "gc") or (named and kind in ("text", "empty", "json", "xml")):
        return LogFile(part, False, named[0] if named else "log", application, container)
    if kind == "binary" and (application or "logs-tfile" in path or "logs-ifile" in path):
        raise UnrecognisedSource(
            f"{place}: these logs are packed as YARN aggregates them, which only YARN reads",
            hint="Give what it prints: yarn logs -applicationId APPLICATION > FILE.",
        )
    raise UnrecognisedSource(
        f"{place}: not a log of a container; it looks like "
        + ("an event log" if kind == "events" else sniff.describe(kind, head)),
        hint="Give text of yarn logs, or the folder of the containers' stdout and stderr.",
    )
