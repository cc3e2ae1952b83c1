"""Find event logs: single files, the parts of rolled ones in order, and many in one folder or archive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...errors import EmptySource, SourceError, SourceNotFound, UnreadableSource, UnrecognisedSource
from ..places import Place, ZipFolder, expand, reading
from .parts import Part, look, recognise

_PART = re.compile(r"events_(\d+)_")
_DATABRICKS = re.compile(r"eventlog(-\d{4}-\d\d-\d\d--\d\d-\d\d)?(\.\w+)?")
_DATABRICKS_SURE = re.compile(r"eventlog(-\d{4}-\d\d-\d\d--\d\d-\d\d(\.\w+)?)?")
_APP_ID = re.compile(rb'"App ID"\s*:\s*"([^"\\]+)"')
_ATTEMPT = re.compile(rb'"App Attempt ID"\s*:\s*"([^"\\]+)"')
_NAMED = re.compile(r"(application_\d+_\d+|app-\d+-\d+|local-\d+|spark-[0-9a-f]{8,})(?:_(\w+))?")
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class EventLog:
    """The files of one application's event log, in order of writing."""

    place: Place
    parts: tuple[Part, ...]
    application: str
    """Identifier of the application: from its first events, or else from its name."""
    attempt: str | None = None
    """Which attempt of it, where the cluster manager counts them."""
    missing: tuple[str, ...] = ()
    """What is missing, one sentence each."""
    notes: tuple[str, ...] = ()
    """What else is unusual."""

    @property
    def stored_bytes(self) -> int | None:
        """Size of all files as stored, or None where a server does not tell."""
        sizes = [part.size for part in self.parts]
        return None if None in sizes else sum(size or 0 for size in sizes)


@dataclass(slots=True)
class Found:
    """What was found at some places."""

    logs: list[EventLog] = field(default_factory=list)
    refused: list[SourceError] = field(default_factory=list)
    """Files that look like event logs but cannot be read."""
    skipped: list[UnrecognisedSource] = field(default_factory=list)
    """Files that are something else."""


def find(
    source: str | Path | Place, *, application: str | None = None, attempt: str | None = None
) -> EventLog:
    """Return the one event log at a path, URL or pattern.

    Of several attempts of the application the last one is returned, unless ``attempt`` names another.

    Parameters
    ----------
    source
        A file, the folder of a rolled log, or a folder, zip archive or pattern that holds one application
        or the one called for.
    application, attempt
        Identifiers of the application and of its attempt.

    Raises
    ------
    SourceNotFound
        If nothing is there, or no event log of the application called for.
    UnrecognisedSource
        If the file is something else, or there are several applications.
    UnreadableSource
        If it may not be read.
    """
    places = expand(source) if isinstance(source, str | Path) else [source]
    found = find_all(places)
    shown = str(places[0]) if len(places) == 1 else str(source)
    chosen = choose(found.logs, application=application, attempt=attempt)
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        applications = {log.application for log in chosen}
        distinct = len(applications) == len(chosen)
        names = ", ".join(log.application if distinct else log.place.name for log in chosen[:3])
        raise UnrecognisedSource(
            f"{shown}: there are {len(chosen)} event logs, such as {names}",
            hint="Name one of them, or give a folder for a model of each: -o models/"
            if not distinct
            else "Name one of them with --app, or give a folder for a model of each: -o models/",
        )
    raise _nothing(shown, found, application=application, attempt=attempt)


def _nothing(shown: str, found: Found, *, application: str | None, attempt: str | None) -> SourceError:
    """Return the error that says why no log was found."""
    if found.logs:
        held = sorted({log.application for log in found.logs})
        if application in held:
            attempts = sorted(log.attempt or "-" for log in found.logs if log.application == application)
            return SourceNotFound(
                f"{shown}: no attempt {attempt} of {application}; there is {', '.join(attempts)}",
                hint="Give one of these with --attempt.",
            )
        more = f" and {len(held) - 3} more" if len(held) > 3 else ""
        return SourceNotFound(
            f"{shown}: no log of application {application}; there is {', '.join(held[:3])}{more}",
            hint="Give one of these with --app.",
        )
    reasons = found.refused + found.skipped
    if len(reasons) == 1 and (found.refused or str(reasons[0]).startswith(f"{shown}: ")):
        return reasons[0]
    first = f"; {reasons[0]}" if reasons else " and no files"
    return SourceNotFound(
        f"{shown}: the folder holds no event log{first}",
        hint="Give the log file itself, or an eventlog_v2_... folder.",
    )


def choose(
    logs: Sequence[EventLog], *, application: str | None = None, attempt: str | None = None
) -> list[EventLog]:
    """Return the logs of an application, or of all, and of each the last attempt or the one called for.

    Of the finished and the unfinished log of the same attempt, which Spark leaves behind when it is
    interrupted while it renames it, the finished one is returned.
    """
    kept: dict[tuple[str, str], list[EventLog]] = {}
    for log in logs:
        if application in (None, log.application) and attempt in (None, log.attempt):
            kept.setdefault((str(_parent(log)), log.application), []).append(log)
    chosen = []
    for same in kept.values():
        finished = [log for log in same if not log.place.name.endswith(".inprogress")] or same
        last = max(finished, key=lambda log: _attempt_order(log.attempt)).attempt
        others = sorted({log.attempt for log in same if log.attempt and log.attempt != last})
        for log in finished:
            if log.attempt == last:
                note = f"this is attempt {last}; there is also attempt {', '.join(others)}"
                chosen.append(replace(log, notes=(*log.notes, note)) if others else log)
    return chosen


def _parent(log: EventLog) -> str:
    return str(log.place).removesuffix(log.place.name) if log.attempt is None else ""


def _attempt_order(attempt: str | None) -> tuple[int, str]:
    return (int(attempt) if attempt and attempt.isdecimal() else 0, attempt or "")


def find_all(places: Sequence[Place], *, progress: Callable[[int], None] | None = None) -> Found:
    """Return all event logs at some places and in their folders and zip archives.

    Hidden files and those that begin with an underscore are left alone.

    Parameters
    ----------
    places
        Files and folders.
    progress
        Called with the number of logs found so far.
    """
    found = Found()
    known: set[str] = set()
    for place in places:
        for item in _discover(place, str(place), _DEEPEST, known):
            if isinstance(item, EventLog):
                found.logs.append(item)
            elif isinstance(item, UnrecognisedSource):
                found.skipped.append(item)
            else:
                found.refused.append(item)
            if progress:
                progress(len(found.logs))
    return found


def _discover(place: Place, shown: str, depth: int, known: set[str]) -> Iterator[EventLog | SourceError]:
    """Yield every log at a place, and the error of everything else.

    What is already ``known`` is left out: places can be given twice, and links can lead in circles.
    """
    if (identity := place.identity()) in known:
        return
    known.add(identity)
    try:
        with reading(place):
            is_folder = place.is_folder()
        if is_folder:
            yield from _folder(place, depth, known)
            return
        seen = look(place)
        if seen.kind == "zip":
            yield from _folder(ZipFolder(place), depth, known)
        else:
            yield _log(place, (recognise(place, seen, shown),), seen.head, ())
    except SourceError as error:
        yield error


def _folder(folder: Place, depth: int, known: set[str]) -> Iterator[EventLog | SourceError]:
    with reading(folder):
        inside = [place for place in folder.children() if not place.name.startswith((".", "_"))]
        kinds = [(place, place.is_folder()) for place in inside]
    files = [place for place, is_folder in kinds if not is_folder]
    rolled = {int(m[1]): place for place in files if (m := _PART.match(place.name))}
    databricks = [place for place in files if _DATABRICKS.fullmatch(place.name)]
    if rolled:
        yield _rolled(folder, files, rolled)
    elif any(_DATABRICKS_SURE.fullmatch(place.name) for place in databricks):
        # eventlog-<time>.gz parts, then the unfinished part without a time
        ordered = sorted(databricks, key=lambda p: (p.name.split(".")[0] == "eventlog", p.name))
        yield _parts(folder, ordered, [])
    else:
        for place in inside if depth else files:
            yield from _discover(place, str(place), depth - 1, known)


def _rolled(folder: Place, files: Sequence[Place], rolled: dict[int, Place]) -> EventLog:
    missing = []
    gaps = sorted(set(range(min(rolled), max(rolled) + 1)) - set(rolled))
    if gaps:
        missing.append(f"part {', '.join(map(str, gaps))} of the rolled log is missing")
    compacted = any("compact" in place.name for place in rolled.values())
    if compacted:
        missing.append(
            "the log was compacted: Spark removed events of finished jobs, whose time now counts as the"
            " driver's and stays the same in every prediction"
        )
    elif min(rolled) > 1:
        missing.append(f"the rolled log begins with part {min(rolled)}")
    if any(p.name.startswith("appstatus_") and p.name.endswith(".inprogress") for p in files):
        missing.append("the application was still running, or was killed")
    return _parts(folder, [rolled[index] for index in sorted(rolled)], missing)


def _parts(folder: Place, places: Sequence[Place], missing: list[str]) -> EventLog:
    """Return the log of several parts; empty ones and a last one that was cut early are left out.

    An application that was killed leaves a last part that may end inside its first block.
    """
    parts = []
    head = b""
    for place in places:
        shown = f"{folder}/{place.name}"
        try:
            seen = look(place)
            parts.append(recognise(place, seen, shown))
            head = head or seen.head
        except EmptySource:
            missing.append(f"{folder.name}/{place.name} is empty")
        except UnrecognisedSource as error:  # refused, not left alone: the rest of the folder is a log
            raise UnreadableSource(str(error), hint="Copy this part of the log again.") from error
        except UnreadableSource as error:
            if place is not places[-1] or not parts:
                raise
            missing.append(str(error).replace(f"{folder}/", f"{folder.name}/"))
    if not parts:
        raise EmptySource(
            f"{folder}: all parts of the log are empty",
            hint="Spark writes the log while the application runs; is this the right folder?",
        )
    return _log(folder, tuple(parts), head, tuple(missing))


def _log(place: Place, parts: tuple[Part, ...], head: bytes, missing: tuple[str, ...]) -> EventLog:
    """Return the log with the identity its first events or its name tell."""
    name = place.name.removeprefix("eventlog_v2_")
    named = _NAMED.search(name)
    application = _APP_ID.search(head)
    attempt = _ATTEMPT.search(head)
    return EventLog(
        place,
        parts,
        application[1].decode(errors="replace") if application else named[1] if named else name,
        attempt[1].decode(errors="replace")
        if attempt
        else named[2]
        if named and named[1].startswith("application_") and (named[2] or "").isdecimal()
        else None,
        missing,
    )
