"""Listings that somebody saved: answers of WebHDFS, tables and XML of an image, output of commands."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar
from urllib.parse import unquote

import msgspec

from ...errors import EmptySource, SourceError, UnreadableSource, UnrecognisedSource
from .. import codecs, sniff
from ..places import Place, reading
from . import answers, image, text
from .patterns import meant_by
from .records import FolderTotal, Listing, StoredFile

T = TypeVar("T")

_HEAD = 1 << 16
_LARGEST_ANSWER = 1 << 30
_API = re.compile(r"webhdfs/v1(/.*?)?/?(?:[/_-]?(?:\?|%3F)?op=\w+.*)?$", re.IGNORECASE)
_OPERATION = re.compile(
    r"[/_.-]?(LISTSTATUS(_BATCH)?|GETFILESTATUS|GET_BLOCK_LOCATIONS|GETFILEBLOCKLOCATIONS)(_\d+)?(\.json)?(\.\w+)?$"
)
_IMAGE = re.compile(rb"HDFSIMG1")
_EDITS_XML = re.compile(rb"<EDITS>")
_CONVERT = "Convert it first: hdfs oiv -p XML -i {} -o {}.xml (or -p Delimited)."


_GIVE = "Give what WebHDFS answers, or the output of hdfs oiv, hdfs fsck or hdfs dfs -ls -R."


class NotAListing(UnrecognisedSource):
    """Raise when a file says nothing of stored files."""


def read_place(place: Place, paths: Sequence[str] = ()) -> Listing:
    """Return the files of which a saved file tells, only those at and below some paths if there are any.

    Raises
    ------
    NotAListing
        If it says nothing of files; the hint names the command that makes something else of it.
    UnreadableSource
        If it may not be read, or is damaged from the start.
    """
    with reading(place), io.BufferedReader(place.open(), _HEAD) as raw:
        head = raw.peek(_HEAD)[:_HEAD]
        codec = sniff.kind_of(head)
        begin = codecs.unpack_head(head, codec)[:_HEAD]
        kind = _kind(begin)
        if kind is None:
            raise _refusal(place, begin, sniff.kind_of(begin))
        stream = codecs.open_lines(raw, codec)
        cut: list[str] = []
        listing = _READERS[kind](place, _until_damage(stream, place, cut), meant_by(paths))
        listing.notes += cut
    if not listing.files and listing.notes:
        raise UnreadableSource(
            f"{place}: no file in it can be read; {listing.notes[0]}", hint="Save it again."
        )
    listing.notes = [note if note.startswith(str(place)) else f"{place}: {note}" for note in listing.notes]
    return listing


def _until_damage(stream: object, place: Place, notes: list[str]) -> Iterator[bytes]:
    """Yield the lines of a stream up to the first damage, which is told in a note."""
    try:
        yield from stream  # type: ignore[misc]
    except codecs.DECODE_ERRORS:
        notes.append(f"{place}: the compressed file is damaged or breaks off; what comes before was read")


def _kind(begin: bytes) -> str | None:
    """Return which reader understands a file with these first bytes."""
    begin = begin.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begin[:1] == b"{":
        return "json"
    if begin[:1] == b"<":
        return "xml" if b"<fsimage>" in begin[:4096] else None
    if image.HEADER.match(begin):
        return "table"
    lines = begin.splitlines()[:2000]
    if any(text.FSCK_FILE.match(line) for line in lines) or any(
        line.startswith((b"FSCK started by", b"Connecting to namenode via")) for line in lines[:50]
    ):
        return "fsck"
    if any(text.LIST_LINE.match(line) for line in lines):
        return "list"
    return None


def _refusal(place: Place, begin: bytes, kind: str) -> SourceError:
    """Return the error that says what a file is instead, and what to do."""
    if kind == "empty":
        return EmptySource(f"{place}: the file is empty", hint="Save the listing again.")
    name = place.name
    if _IMAGE.match(begin) or (kind == "binary" and re.search(r"fsimage", name, re.IGNORECASE)):
        return NotAListing(
            f"{place}: this is the image of a NameNode, in a format of its own for each version of Hadoop",
            hint=_CONVERT.format(name, name),
        )
    if _EDITS_XML.search(begin[:4096]) or (kind == "binary" and re.search(r"edits", name, re.IGNORECASE)):
        what = "changes (edits) of a NameNode, not its files"
        return NotAListing(
            f"{place}: this is a list of {what}",
            hint="Take the image: hdfs dfsadmin -fetchImage fsimage, then "
            "hdfs oiv -p XML -i fsimage -o fsimage.xml",
        )
    if kind == "json" and b'"hostName"' in begin[:200]:
        return NotAListing(
            f"{place}: this is a list of data nodes (dfs.hosts), which tells of no file", hint=_GIVE
        )
    if kind == "tar":
        return NotAListing(f"{place}: it is a tar archive", hint="Unpack it and give what is inside.")
    hint = _GIVE
    if kind == "html":
        return NotAListing(f"{place}: it is an HTML page instead of an answer of WebHDFS", hint=hint)
    return NotAListing(
        f"{place}: no listing of files of HDFS; it looks like {sniff.describe(kind, begin)}", hint=hint
    )


# -- answers of WebHDFS ------------------------------------------------------------------------------


def base_path(place: Place) -> str:
    """Return the path that an answer was asked for, as its name tells; empty where it does not.

    Understood are names that end like the URL, such as ``webhdfs/v1/data/LISTSTATUS.json`` or
    ``webhdfs/v1/data?op=LISTSTATUS``.
    """
    name = unquote(str(place)).replace("\\", "/")
    found = _API.search(_OPERATION.sub("", name))
    return (found[1] or "/").rstrip("/") or "/" if found else ""


def _read_json(place: Place, lines: Iterator[bytes], _: text.Wanted) -> Listing:
    content = b"".join(itertools.islice(lines, _LARGEST_ANSWER))
    folder = base_path(place)
    listing = Listing()
    for line in _documents(content):
        keys = _first_key(line)
        listing.add(_one_answer(place, folder, line, keys))
    return listing


def _documents(content: bytes) -> list[bytes]:
    """Return the answers in a file: one, or one on each line."""
    lines = [line for line in content.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.lstrip()[:1] == b"{" and line.rstrip()[-1:] == b"}" for line in lines):
        return lines
    return [content]


def _first_key(content: bytes) -> str:
    found = re.match(rb"\s*(?:\xef\xbb\xbf)?\s*\{\s*\"(\w+)\"", content)
    return found[1].decode() if found else ""


def _one_answer(place: Place, folder: str, content: bytes, key: str) -> Listing:
    content = content.removeprefix(b"\xef\xbb\xbf")
    match key:
        case "FileStatuses":
            return _listed(folder, _decode(place, content, answers.FileStatuses).listed.statuses)
        case "DirectoryListing":
            part = _decode(place, content, answers.DirectoryListing).listing
            listing = _listed(folder, part.listing.listed.statuses)
            listing.left[folder] = part.remaining
            return listing
        case "FileStatus":
            return _listed(folder, [_decode(place, content, answers.OneStatus).status])
        case "LocatedBlocks":
            located = _decode(place, content, answers.LocatedBlocks)
            return _located(folder, answers.of_located(located), located.located.length)
        case "BlockLocations":
            return _located(folder, answers.of_locations(_decode(place, content, answers.BlockLocations)), 0)
        case "ContentSummary":
            summary = _decode(place, content, answers.ContentSummary).summary
            total = FolderTotal(folder, summary.files, summary.length, summary.space_bytes)
            return Listing(totals=[total])
        case "nodes" if b'"volumeSets"' in content:
            return Listing(data_nodes=_decode(place, content, answers.Balancer).data_nodes())
        case "RemoteException":
            said = _decode(place, content, answers.RemoteException).remote
            raise NotAListing(
                f"{place}: the NameNode refused to answer ({said.exception}: {said.message[:200]})",
                hint="Ask again: as somebody who may read it, and the active NameNode.",
            )
    raise NotAListing(
        f"{place}: no listing of files of HDFS, but JSON" + (f" that tells of {key}" if key else ""),
        hint="Save the answers to LISTSTATUS, LISTSTATUS_BATCH, GET_BLOCK_LOCATIONS or "
        "GETFILEBLOCKLOCATIONS.",
    )


def _decode(place: Place, content: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableSource(
            f"{place}: the answer is damaged or of another version ({str(error).splitlines()[0][:160]})",
            hint="Save the answer again.",
        ) from error


def _listed(folder: str, statuses: list[answers.FileStatus]) -> Listing:
    return Listing([status.stored(folder) for status in statuses if status.type == "FILE"])


def _located(path: str, located: answers.Located, length: int) -> Listing:
    size = length or sum(block.length for block in located.blocks)
    block = located.blocks[0].length if len(located.blocks) > 1 else 0
    replication = max((len(b.hosts) for b in located.blocks), default=0)
    return Listing(
        [StoredFile(path, size, block, replication, located.blocks)],
        racks=located.racks,
        addresses=located.addresses,
    )


_READERS: dict[str, Callable[[Place, Iterator[bytes], text.Wanted], Listing]] = {
    "json": _read_json,
    "xml": lambda _, lines, wanted: image.read_xml(lines, wanted),
    "table": lambda _, lines, wanted: image.read_table(lines, wanted),
    "fsck": lambda _, lines, wanted: text.read_fsck(lines, wanted),
    "list": lambda _, lines, wanted: text.read_list(lines, wanted),
}
