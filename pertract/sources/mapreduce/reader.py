"""Find what tells of MapReduce jobs at a place, and read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...errors import (
    NoUsableRun,
    SourceError,
    SourceNotFound,
    UnreadableSource,
    UnrecognisedSource,
)
from ..places import LocalPlace, Place, expand, reading
from ..spark.parts import Look, Part, look, open_part
from . import answers, configuration, old_log, simulator, trace
from .history_file import read_history
from .records import MapReduceRun, job_id

_HISTORY = re.compile(rb"^Avro-(Json|Binary)", re.MULTILINE)
_KEY = re.compile(rb'"([^"\\]+)"\s*:')
_XML = re.compile(rb"(?:<\?.*?\?>|<!--.*?-->|\s)*<(\w+)", re.DOTALL)
_REFUSED = {
    "topology": "a network topology as Rumen writes it, which names no job; give the trace beside it",
    "nodes": "a list of nodes for Hadoop's scheduler simulator, which names no job; give its trace of jobs",
    "synthetic": "parameters of the simulator's load generator, which hold no measured job; give a trace",
    "configuration": "a job configuration; give the history file (.jhist) beside it",
}
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file that tells of MapReduce jobs."""

    part: Part
    kind: str
    """``history``, ``trace``, ``simulator``, ``old log`` or ``answer``."""

    @property
    def place(self) -> Place:
        """Where it lies."""
        return self.part.place


def kind_of(head: bytes) -> str | None:
    """Return what tells of MapReduce jobs in a file, by its first bytes; None for something else.

    Kinds that are known and hold no job: ``topology``, ``nodes``, ``synthetic``, ``configuration``.
    """
    if _HISTORY.search(head[: 1 << 16]):
        return "history"
    if old_log.is_old_log(head[: 1 << 16]):
        return "old log"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        tag = _XML.match(text)
        name = tag[1].decode() if tag else ""
        return "answer" if name in answers.KINDS else "configuration" if name == "configuration" else None
    if not text.startswith(b"{"):
        return None
    keys = [key.decode("utf-8", "replace") for key in _KEY.findall(text[: 1 << 14])[:64]]
    first = keys[0] if keys else ""
    if "jobID" in keys:
        return "trace"
    if first.startswith(("am.type", "job.", "num.")) and {"job.tasks", "job.start.ms", "am.type"} & {*keys}:
        return "simulator"
    if first == "name" and "children" in keys[:2]:
        return "topology"
    if first == "rack" and "nodes" in keys[:2]:
        return "nodes"
    if "workloads" in keys and "num_jobs" in keys:
        return "synthetic"
    return "answer" if first in answers.KINDS else None


def find(source: str | Path) -> list[JobFile]:
    """Return the files that tell of MapReduce jobs at a path, URL or pattern; none for something else.

    Raises
    ------
    UnrecognisedSource
        If the only file is about MapReduce but holds no job.
    """
    places = expand(source)
    files, refused = list[JobFile](), list[SourceError]()
    for place in places:
        for found in _discover(place, _DEEPEST):
            if isinstance(found, JobFile):
                files.append(found)
            else:
                refused.append(found)
    if not files and refused:
        raise refused[0]
    return files


def _discover(place: Place, depth: int) -> Iterator[JobFile | SourceError]:
    with reading(place):
        folder = place.is_folder()
        inside = place.children() if folder and depth else ()
    if folder:
        for child in inside:
            if not child.name.startswith((".", "_")):
                yield from _discover(child, depth - 1)
        return
    try:
        seen = look(place)
    except SourceError:
        return
    kind = kind_of(seen.head)
    if kind in _REFUSED and not (
        kind == "configuration" and place.name.endswith("_conf.xml") and depth < _DEEPEST
    ):
        yield UnrecognisedSource(f"{place}: {_REFUSED[kind].partition(';')[0]}", hint=_hint(kind))
    elif kind is not None and kind not in _REFUSED:
        yield JobFile(_part(place, seen), kind)


def _hint(kind: str) -> str:
    told = _REFUSED[kind].partition("; ")[2]
    return told[:1].upper() + told[1:] + "."


def _part(place: Place, seen: Look) -> Part:
    with reading(place):
        return Part(place, seen.codec, place.size())


def read(files: Sequence[JobFile], *, application: str | None = None) -> MapReduceRun:
    """Return the one job that some files tell of, or the one called for.

    Parameters
    ----------
    files
        As `find` returns them; at least one.
    application
        Identifier of the job or of its application.

    Raises
    ------
    SourceNotFound
        If there is no such job.
    UnrecognisedSource
        If there are several and none was called for.
    SourceError
        If nothing can be read.
    """
    shown = str(files[0].place)
    runs = list(read_all(files, application=application))
    if len(runs) == 1:
        return runs[0]
    if runs:
        names = ", ".join(run.id for run in runs[:3])
        raise UnrecognisedSource(
            f"{shown}: there are {len(runs)} jobs, such as {names}",
            hint="Name one of them with --app, or give a folder for a model of each: -o models/",
        )
    held = [run.id for run in read_all(files)]
    more = f" and {len(held) - 3} more" if len(held) > 3 else ""
    raise SourceNotFound(
        f"{shown}: no job {application}; there is {', '.join(held[:3])}{more}",
        hint="Give one of these with --app.",
    )


def read_all(files: Sequence[JobFile], *, application: str | None = None) -> Iterator[MapReduceRun]:
    """Yield every job that some files tell of, or only the one called for; errors are those of `read`."""
    wanted = None if application is None else job_id(application)
    saved = [file for file in files if file.kind == "answer"]
    if saved:
        yield from (run for run in _of_answers(saved) if wanted in (None, run.id))
    for file in files:
        named = re.match(r"job_\d+_\d+", file.place.name)
        if file.kind == "answer" or (
            wanted and file.kind == "history" and named and job_id(named[0]) != wanted
        ):
            continue
        yield from (run for run in _of_file(file) if wanted in (None, run.id))


def _of_answers(files: Sequence[JobFile]) -> list[MapReduceRun]:
    found, damaged = [], list[SourceError]()
    for file in files:
        try:
            found.append(answers.parse(_whole(file)[0], str(file.place)))
        except SourceError as error:
            damaged.append(error)
    if not found:
        raise damaged[0]
    shown = str(files[0].place)
    runs = answers.jobs_of(found, answers.digest(found), shown)
    return [_missing(run, [f"{error}" for error in damaged]) for run in runs]


def _of_file(file: JobFile) -> Iterator[MapReduceRun]:
    shown = str(file.place)
    data, digest, cut = _whole(file)
    also = ["the file is damaged or cut; what could be unpacked of it was read"] if cut else []
    if file.kind in ("trace", "simulator"):
        yield from _objects(data, file, digest, also)
        return
    properties, trouble = _configuration(file.place)
    if file.kind == "history":
        found = [read_history(data, shown, properties=properties, digest=digest)]
    else:
        found = list(old_log.read_old_logs(data, properties=properties, digest=digest))
        if not found:
            raise NoUsableRun(f"{shown}: the log tells of no job", hint="Give the history of a job that ran.")
    yield from (_missing(run, also + trouble) for run in found)


def _objects(data: bytes, file: JobFile, digest: str, also: list[str]) -> Iterator[MapReduceRun]:
    """Yield the jobs of a trace; what comes before a damaged place is read."""
    text, at, number = data.decode("utf-8-sig", "replace"), 0, 0
    decoder = json.JSONDecoder()
    while at < len(text) and text[at:].strip() and (at := _after_space(text, at)) < len(text):
        number += 1
        try:
            found, at = decoder.raw_decode(text, at)
            if file.kind == "trace" and trace.is_trace(found):
                run = trace.job_of(found, digest)
            elif simulator.is_simulator_trace(found):
                run = simulator.job_of(found, digest, number)
            else:
                continue
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            if number > 1:
                return
            raise UnreadableSource(
                f"{file.place}: the trace is damaged or cut inside its first job",
                hint="Copy the file again.",
            ) from error
        yield _missing(run, also)


_SPACE = re.compile(r"[\s,]*")


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _missing(run: MapReduceRun, also: Sequence[str]) -> MapReduceRun:
    return replace(run, missing=(*run.missing, *also)) if also else run


def _whole(file: JobFile) -> tuple[bytes, str, bool]:
    """Return what a file holds, its digest as stored, and whether it is damaged."""
    with open_part(file.part) as opened:
        data = b"".join(opened)
        return data, f"sha256:{opened.digest().hex()}", opened.damaged


def _configuration(place: Place) -> tuple[dict[str, str] | None, list[str]]:
    """Return the configuration beside a history file, and what was wrong with it."""
    named = re.match(r"(?:.*_)?(job_\d+_\d+)", place.name)
    if not isinstance(place, LocalPlace) or named is None:
        return None, ["the job configuration is not known"]
    beside = place.path.parent / f"{named[1]}_conf.xml"
    if not beside.is_file():  # Hadoop 1 put the name of the job tracker before it
        beside = next(iter(sorted(place.path.parent.glob(f"*_{named[1]}_conf.xml"))), beside)
    if not beside.is_file():
        return None, [f"there is no job configuration ({named[1]}_conf.xml) beside the history"]
    try:
        return configuration.parse(beside.read_bytes(), beside.name), []
    except (SourceError, OSError) as error:
        return None, [str(error)]
