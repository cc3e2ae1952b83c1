"""Files in HDFS and where their blocks are: WebHDFS, saved answers, images, output of commands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ...errors import SourceError, SourceNotFound, UsageError
from .. import web
from ..places import Place, expand
from . import plain, saved, webhdfs
from .patterns import fixed_part, matcher, split_paths
from .records import Block, Listing, StoredFile, merged
from .text import path_of

__all__ = ["Block", "Listing", "StoredFile", "fixed_part", "matcher", "path_of", "read", "split_paths"]


_OTHER_ADDRESS = re.compile(r"(hdfs|viewfs)://|[\w.-]+:\d+(/|$)", re.IGNORECASE)
"""What Hadoop's own programs are given, or an address without ``http://``."""


def read(source: str | Path, paths: Sequence[str] = (), *, progress: web.Progress | None = None) -> Listing:
    """Return the files at a source, and what is known of their blocks.

    Parameters
    ----------
    source
        The address of a NameNode or HttpFS gateway (several separated by commas: of a highly available
        file system); a file or a folder of saved answers of WebHDFS, output of ``hdfs oiv -p XML`` or
        ``-p Delimited``, of ``hdfs fsck -files -blocks -locations`` or ``hdfs dfs -ls -R``; or a folder of
        any file system that holds the files themselves.
    paths
        What is looked for: a NameNode is asked for this where its address names no path (for ``/`` if there
        are none), and other files of saved listings are left out.
    progress
        Called with the bytes received from a NameNode.

    Raises
    ------
    SourceError
        If nothing can be listed.
    UsageError
        If an address is not that of a web server.
    """
    text = str(source)
    if webhdfs.is_address(text):
        with webhdfs.NameNode(text, progress=progress) as server:
            return webhdfs.read(
                server, [server.path] if server.path else list(paths) or ["/"]
            ).without_impossible()
    if _OTHER_ADDRESS.match(text):
        raise UsageError(
            f"{text}: files are looked up at the web server of the NameNode",
            hint="Write its address, such as http://namenode:9870.",
        )
    places, wanted = expand(source), [path_of(path) for path in paths]
    listing, refused, read_one = Listing(), [], False
    for place in _files(places):
        try:
            listing.add(saved.read_place(place, wanted))
            read_one = True
        except SourceError as error:
            refused.append(error)
    if read_one:
        _name_by_size(listing)
        listing.notes += [
            f"{text}: {n} entries of {folder or 'the folder'} are missing, which come after those saved"
            for folder, n in listing.left.items()
            if n
        ]
        listing.notes += [str(error) for error in refused if not isinstance(error, saved.NotAListing)]
        return listing.without_impossible()
    if len(places) == 1 and places[0].is_folder() and not any(map(_damaged, refused)):
        return plain.read_folder(places[0])
    if refused:
        raise refused[0]
    raise SourceNotFound(
        f"{text}: the folder holds no file", hint="Give answers of WebHDFS, or the folder with the data."
    )


def _name_by_size(listing: Listing) -> None:
    """Give blocks of files whose path no answer tells to the one file of their size, if there is one."""
    nameless = [file for file in listing.files if not file.path]
    for file in nameless:
        same = [
            position
            for position, other in enumerate(listing.files)
            if other.path and other.size_bytes == file.size_bytes and not other.blocks
        ]
        if len(same) == 1:
            listing.files[same[0]] = merged(listing.files[same[0]], file)
            listing.files.remove(file)


def _damaged(error: SourceError) -> bool:
    return not isinstance(error, saved.NotAListing)


def _files(places: Sequence[Place]) -> list[Place]:
    """Return the files at some places, those in folders included."""
    found: list[Place] = []
    waiting = list(reversed(places))
    while waiting:
        place = waiting.pop()
        if place.is_folder():
            waiting.extend(reversed(place.children()))
        else:
            found.append(place)
    return found
