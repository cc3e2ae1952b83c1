"""Write the anonymous form of a whole log."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from ....errors import UsageError
from ....writing import whole_file
from ...places import LocalPlace, Place
from ..layout import EventLog
from ..parts import open_part
from ..reader import Progress
from .events import Anonymiser

_REPORT_EVERY = 1 << 12  # lines


@dataclass(frozen=True, slots=True)
class Anonymised:
    """What was done to a log."""

    lines: int
    """Lines written."""
    damaged_lines: int
    """Lines of them that stand for damaged ones."""
    event_bytes: int
    """Unpacked bytes read."""
    stored_bytes: int | None
    """Size of the new file; None where it went to a pipe or device."""
    tokens: Mapping[str, int]
    """Number of different tokens by kind, counted up to `MOST_COUNTED`."""
    missing: tuple[str, ...]
    """What the original lacks, one sentence each."""


def anonymise_log(
    log: EventLog, output: Path, *, key: bytes | None = None, progress: Progress | None = None
) -> Anonymised:
    """Write an anonymous form of a log into one file, which appears complete or not at all.

    Parameters
    ----------
    log
        The log; the parts of a rolled one are joined.
    output
        Where to write; compressed if the name ends in ``.zst``, ``.zstd`` or ``.gz``.
    key
        A secret; the same one gives the same tokens. A new one if not given.
    progress
        Called with stored bytes read and, where known, in all.

    Raises
    ------
    UsageError
        If the output would destroy what it is made from.
    OutputError
        If it cannot be written.
    UnreadableSource
        If the log cannot be read to its end.
    """
    _spare_the_input(log, output)
    anonymiser = Anonymiser(key or secrets.token_bytes(32))
    source = _Source(log, progress)
    with whole_file(output) as raw, _packed(raw, output.name) as file:
        for line in source.lines():
            file.write(anonymiser.line(line))
    return Anonymised(
        lines=anonymiser.lines,
        damaged_lines=anonymiser.damaged,
        event_bytes=source.event_bytes,
        stored_bytes=output.stat().st_size if output.is_file() else None,
        tokens=anonymiser.tokens,
        missing=tuple(source.missing),
    )


class _Source:
    """The lines of a log, whatever it is stored in."""

    def __init__(self, log: EventLog, progress: Progress | None) -> None:
        self._log = log
        self._progress = progress or (lambda _done, _total: None)
        self.event_bytes = 0
        self.missing = list(log.missing)

    def lines(self) -> Iterator[bytes]:
        done, total = 0, self._log.stored_bytes
        for part in self._log.parts:
            with open_part(part) as opened:
                for count, line in enumerate(opened):
                    self.event_bytes += len(line)
                    yield line
                    if count % _REPORT_EVERY == 0:
                        self._progress(done + opened.taken, total)
                done += opened.taken
                if opened.damaged:
                    self.missing.append(
                        f"the {part.codec} data of {part.place.name} ends or breaks in the middle"
                    )
            self._progress(done, total)


def _spare_the_input(log: EventLog, output: Path) -> None:
    places = {_local(place) for place in (log.place, *(part.place for part in log.parts))}
    paths = [path for path in places if path is not None and path.exists()]
    if output.is_file() and any(output.samefile(path) for path in paths):
        raise UsageError(
            f"{output}: this is the log itself, which would be lost", hint="Write to another file."
        )
    if any(path.is_dir() and path.resolve() in output.resolve().parents for path in paths):
        raise UsageError(
            f"{output}: this is in the folder of the log, where it would be taken for a part of it",
            hint="Write to another folder.",
        )


def _local(place: Place) -> Path | None:
    """Return the file or folder of this machine that a place is, or is in; None for remote ones."""
    archive: Place | None = getattr(place, "archive", None)
    if archive is not None:
        return _local(archive)
    return place.path if isinstance(place, LocalPlace) else None


@contextmanager
def _packed(raw: BinaryIO, name: str) -> Iterator[Any]:
    """Compress what is written to a file, as its name says."""
    if name.endswith((".zst", ".zstd")):
        with zstandard.ZstdCompressor().stream_writer(raw, closefd=False) as file:
            yield file
    elif name.endswith(".gz"):
        # Neither the name nor the time of writing goes into the file.
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as file:
            yield file
    else:
        yield raw
