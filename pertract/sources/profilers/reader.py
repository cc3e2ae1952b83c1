"""Read files, folders, archives and patterns of files into the records of one application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import SourceError, UnreadableSource, UnrecognisedSource
from ..places import Place, ZipFolder, expand, reading
from .builder import Gathered
from .formats import read_file
from .opened import look
from .records import Samples

_DEEPEST = 12


def read(*sources: str | Path) -> Samples:
    """Return what profilers wrote at some places, joined by process.

    In folders and archives, what is not a profiler's is passed over; a file that is named must be one.

    Parameters
    ----------
    sources
        Files of any format and compression, folders, zip archives, patterns and URLs.

    Raises
    ------
    SourceNotFound
        If nothing is there.
    UnrecognisedSource
        If it is something else, or there is no profiler's file in a folder.
    UnreadableSource
        If it is damaged from the start or may not be read.
    """
    gathered = Gathered()
    known: set[str] = set()
    for source in sources:
        places = expand(source)
        refused: list[SourceError] = []
        before = len(gathered.processes)
        for place in places:
            refused.extend(_take(place, gathered, known, _DEEPEST))
        if len(places) == 1 and len(refused) == 1 and str(refused[0]).startswith(f"{places[0]}: "):
            raise refused[0]
        unreadable = [error for error in refused if isinstance(error, UnreadableSource)]
        if len(gathered.processes) == before and not _known_files(gathered, places):
            shown = str(source) if len(places) > 1 else str(places[0])
            first = f"; {(unreadable or refused)[0]}" if refused else ""
            raise UnrecognisedSource(
                f"{shown}: no file of a profiler is there{first}",
                hint="Give the files that the agent or a profiler wrote, or their folder.",
            )
        for error in unreadable:
            gathered.note(f"{error}; it is left out")
    return gathered.samples()


def _known_files(gathered: Gathered, places: Sequence[Place]) -> bool:
    """Return whether files at some places belong to processes that were known before."""
    files = {file for process in gathered.processes.values() for file in process.files}
    return any(file.startswith(str(place)) for file in files for place in places)


def _take(place: Place, gathered: Gathered, known: set[str], depth: int) -> Iterator[SourceError]:
    """Read all files at a place; yield the error of each that cannot be used."""
    if (identity := place.identity()) in known:
        return
    known.add(identity)
    try:
        with reading(place):
            is_folder = place.is_folder()
        if is_folder:
            yield from _inside(place, gathered, known, depth)
            return
        opened = look(place)
        if opened.codec == "plain" and opened.head.startswith(b"PK\x03\x04"):
            yield from _inside(ZipFolder(place), gathered, known, depth)
            return
        read_file(opened, gathered)
    except SourceError as error:
        yield error


def _inside(folder: Place, gathered: Gathered, known: set[str], depth: int) -> Iterator[SourceError]:
    with reading(folder):
        inside = [place for place in folder.children() if not place.name.startswith((".", "_"))]
    if depth:
        for place in inside:
            yield from _take(place, gathered, known, depth - 1)
