"""Saved answers, logs and configuration files, whatever they are called: content tells what they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from ...errors import SourceError, SourceNotFound, UnreadableSource, UnrecognisedSource
from ...units import counted
from .. import codecs, places, sniff
from . import answers, configuration, log, nm_log, rm_log, tree
from .log import DaemonLog
from .parts import Part, Rank
from .records import Snapshot

_HEAD = 1 << 16  # bytes
_DEEPEST = 8  # folders in folders
_RM = re.compile(
    rb"resourcemanager\.|RMAppImpl|RMAuditLogger|RMAppAttemptImpl|RMContainerImpl|RMNodeImpl|RMAppManager"
)
_NM = re.compile(
    rb"nodemanager\.|NodeStatusUpdaterImpl|ContainersMonitorImpl|ResourceLocalizationService|container\.ContainerImpl"
)


def read(source: str | Path) -> list[Part]:
    """Return what a file tells, or each file of a folder.

    Raises
    ------
    SourceNotFound
        If nothing is there.
    SourceError
        If a file alone tells nothing of a cluster or is damaged, or no file of a folder tells anything.
    """
    parts: list[Part] = []
    refused: list[SourceError] = []
    try:
        found = places.expand(source)
    except SourceNotFound as error:
        raise SourceNotFound(
            str(error), hint="Give the path of saved answers or logs, or an address such as http://rm:8088."
        ) from error
    files = [file for place in found for file in _files(place, _DEEPEST)]
    for file in files:
        try:
            part = _part(file)
        except SourceError as error:
            refused.append(error)
            continue
        if part is not None:
            parts.append(part)
    damaged = [error for error in refused if isinstance(error, UnreadableSource)]
    if not parts and (telling := refused if len(files) == 1 else damaged):
        raise telling[0]
    if not parts:
        what = f"none of its {len(files)} files tells" if len(files) != 1 else "this file does not tell"
        raise UnrecognisedSource(
            f"{places.without_secrets(str(source))}: {what} of a YARN cluster",
            hint="Give answers of YARN's REST interface, its logs, or its configuration files.",
        )
    if damaged:
        parts.append(Part(Rank.configuration, str(source), Snapshot(problems=list(map(str, damaged)))))
    return parts


def _files(place: places.Place, deepest: int) -> Iterator[places.Place]:
    with places.reading(place):
        if not place.is_folder():
            yield place
            return
        inner = place.children()
    if deepest > 0:
        for child in inner:
            if not child.name.startswith((".", "_")):
                yield from _files(child, deepest - 1)


def _part(file: places.Place) -> Part | None:
    """Return what a file tells; None where it is nothing of YARN."""
    with places.reading(file), cast(BinaryIO, file.open()) as raw:
        head = raw.read(_HEAD)
        kind = sniff.kind_of(head)
        codec = kind if kind in codecs.SUPPORTED else ""
        begin = codecs.unpack_head(head, codec) if codec else head
    if (codec and sniff.kind_of(begin) == "events") or kind == "events":
        return None  # the application's own log, which tells of no cluster
    text = begin.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"[", b"<") and not log.looks_like_one(text[:200].splitlines()[0]):
        return _answer(file, codec)
    if log.looks_like_one(begin):
        return _log(file, codec, begin)
    if text and len(text) == len(head.strip()) and not codec:
        tree.parse(text, str(file))  # says what is wrong with it
    return None


def _lines(file: places.Place, codec: str) -> Iterator[bytes]:
    with places.reading(file), cast(BinaryIO, file.open()) as raw:
        yield from codecs.open_lines(raw, codec)


def _answer(file: places.Place, codec: str) -> Part | None:
    try:
        content = b"".join(_lines(file, codec))
    except codecs.DECODE_ERRORS as error:
        raise UnreadableSource(
            f"{file}: its compression is damaged or it breaks off", hint="Save it again."
        ) from error
    parsed = tree.parse(content, str(file))
    told = answers.read(parsed)
    if told is not None:
        snapshot, what = told
        timeline = "Timeline" in what
        snapshot.sources.append(f"{file.name}: {what}")
        return Part(Rank.timeline if timeline else Rank.answers, file.name, snapshot)
    snapshot = Snapshot()
    what_file = configuration.read(parsed, snapshot)
    if what_file is None or snapshot.is_empty:
        return None
    snapshot.sources.append(f"{file.name}: {what_file}")
    return Part(Rank.configuration, file.name, snapshot)


def _log(file: places.Place, codec: str, begin: bytes) -> Part | None:
    of_resource_manager, of_node = len(_RM.findall(begin)), len(_NM.findall(begin))
    if not of_resource_manager and not of_node:
        return None
    is_node = of_node > of_resource_manager
    found = nm_log.new_log() if is_node else rm_log.new_log()
    broken = _read_lines(found, _lines(file, codec))
    if not found.understood and not found.damaged:
        return None
    what = "log of a NodeManager" if is_node else "log of a ResourceManager"
    snapshot = found.snapshot
    snapshot.sources.append(f"{file.name}: {what}, {counted(found.lines, 'line')}")
    if found.damaged:
        snapshot.notes.append(
            f"{file.name}: {counted(found.damaged, 'line')} cannot be understood, the first one is "
            f"{found.first_damage}"
        )
    if broken:
        snapshot.notes.append(
            f"{file.name}: the log breaks off or is damaged after {counted(found.lines, 'line')}"
        )
    return Part(Rank.node_log if is_node else Rank.log, file.name, snapshot, found)


def _read_lines(found: DaemonLog, lines: Iterable[bytes]) -> bool:
    """Read all lines that there are; return whether it ends in damage."""
    try:
        found.read(lines)
    except codecs.DECODE_ERRORS:
        return True
    return False
