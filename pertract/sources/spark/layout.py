"""Find the files of one event log: a single file, or the parts of a rolled one in order."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from ...errors import EmptySource, SourceError, SourceNotFound, UnreadableSource, UnrecognisedSource
from .. import codecs, sniff

_PART = re.compile(r"events_(\d+)_")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a log."""

    path: Path
    codec: str
    """One of `codecs.SUPPORTED`, or ``plain``."""


@dataclass(frozen=True, slots=True)
class EventLog:
    """The files of one application's event log, in order of writing."""

    path: Path
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    """What is missing or unusual, one sentence each."""

    @property
    def stored_bytes(self) -> int:
        """Size of all files as stored."""
        return sum(part.path.stat().st_size for part in self.parts)

    def digest(self) -> str:
        """Return the SHA-256 of all files as stored, shortened to 16 digits."""
        total = hashlib.sha256()
        for part in self.parts:
            with part.path.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
        return f"sha256:{total.hexdigest()[:16]}"


def find(path: Path) -> EventLog:
    """Return the event log at a path.

    Raises
    ------
    SourceNotFound
        If nothing is there, or the folder holds no event log.
    UnrecognisedSource
        If the file is something else; the message says what it looks like.
    UnreadableSource
        If it may not be read.
    """
    if not path.exists():
        raise SourceNotFound(
            f"{path}: no such file or folder",
            hint="Event logs lie where spark.eventLog.dir points; give the path of one of them.",
        )
    return _folder(path) if path.is_dir() else EventLog(path, (_part(path, path.name),))


def _part(path: Path, shown: str) -> Part:
    head = codecs.read_head(path)
    kind = sniff.kind_of(head)
    codec = "plain"
    if kind in codecs.SUPPORTED:
        codec = kind
        unpacked = codecs.unpack_head(head, codec)
        if not unpacked and not codecs.is_empty(path, codec):
            raise UnreadableSource(
                f"{shown}: the {codec} data is damaged from the start, nothing can be unpacked",
                hint="Copy the log again.",
            )
        head, kind = unpacked, sniff.kind_of(unpacked)
    if kind == "events":
        return Part(path, codec)
    if kind == "empty":
        raise EmptySource(
            f"{shown}: the file is empty",
            hint="Spark writes the log while the application runs; is this the right file?",
        )
    raise UnrecognisedSource(
        f"{shown}: not a Spark event log; it looks like {sniff.describe(kind, head)}", hint=_advice(kind)
    )


def _advice(kind: str) -> str:
    if kind in ("bzip2", "xz", "zip", "tar"):
        return f"If it is an event log, unpack it first; {', '.join(codecs.SUPPORTED)} are read as they are."
    if kind == "log":
        return "Event logs are JSON and lie where spark.eventLog.dir points, not with the container logs."
    if kind == "model":
        return "This is already a model: pertract predict or pertract show read it."
    return "Give a file that Spark wrote with spark.eventLog.enabled=true."


def _folder(folder: Path) -> EventLog:
    try:
        files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith((".", "_")))
        folders = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    except OSError as error:
        raise UnreadableSource(
            f"{folder}: cannot be listed ({error.strerror})", hint="Check its permissions."
        ) from error
    rolled = {int(m[1]): p for p in files if (m := _PART.match(p.name))}
    if rolled:
        return _rolled(folder, files, rolled)
    databricks = [p for p in files if p.name.startswith("eventlog")]
    if databricks:  # eventlog-<time>.gz parts, then the unfinished part without a time
        ordered = sorted(databricks, key=lambda p: (p.name.split(".")[0] == "eventlog", p.name))
        return _parts(folder, ordered, [])
    return _only_log(folder, files, folders)


def _rolled(folder: Path, files: list[Path], rolled: dict[int, Path]) -> EventLog:
    notes = []
    missing = sorted(set(range(min(rolled), max(rolled) + 1)) - set(rolled))
    if missing:
        notes.append(f"part {', '.join(map(str, missing))} of the rolled log is missing")
    compacted = any("compact" in path.name for path in rolled.values())
    if compacted:
        notes.append("the log was compacted: Spark removed events of finished jobs")
    elif min(rolled) > 1:
        notes.append(f"the rolled log begins with part {min(rolled)}")
    if any(p.name.startswith("appstatus_") and p.name.endswith(".inprogress") for p in files):
        notes.append("the application was still running, or was killed")
    return _parts(folder, [rolled[index] for index in sorted(rolled)], notes)


def _parts(folder: Path, paths: list[Path], notes: list[str]) -> EventLog:
    """Return the log of several parts; empty ones and a last one that was cut early are left out.

    An application that was killed leaves a last part that may end inside its first block.
    """
    parts = []
    for path in paths:
        shown = f"{folder.name}/{path.name}"
        try:
            parts.append(_part(path, shown))
        except EmptySource:
            notes.append(f"{shown} is empty")
        except UnreadableSource as error:
            if path != paths[-1] or not parts:
                raise
            notes.append(str(error))
    if not parts:
        raise EmptySource(
            f"{folder}: all parts of the log are empty",
            hint="Spark writes the log while the application runs; is this the right folder?",
        )
    return EventLog(folder, tuple(parts), tuple(notes))


def _only_log(folder: Path, files: list[Path], folders: list[Path]) -> EventLog:
    found, refused = [], []
    for path in [*files, *(f for f in folders if f.name.startswith("eventlog_v2_"))]:
        try:
            found.append(find(path))
        except SourceError as error:
            refused.append(str(error))
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(log.path.name for log in found[:3])
        raise UnrecognisedSource(
            f"{folder}: the folder holds {len(found)} event logs, such as {names}",
            hint="Name one of them.",
        )
    held = f"; {refused[0]}" if refused else " and no files" if not folders else ""
    raise SourceNotFound(
        f"{folder}: the folder holds no event log{held}",
        hint="Give the log file itself, or an eventlog_v2_... folder.",
    )
