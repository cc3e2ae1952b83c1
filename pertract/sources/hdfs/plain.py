"""The files below a folder of any file system: local, or one that fsspec knows."""

from __future__ import annotations

from collections import deque
from urllib.parse import urlsplit

from ..places import Place, is_url, reading
from .records import Listing, StoredFile

_MOST = 1_000_000


def read_folder(place: Place) -> Listing:
    """Return the files at and below a place, with their sizes and without blocks.

    Raises
    ------
    UnreadableSource
        If it may not be listed.
    """
    listing, waiting = Listing(), deque([place])
    while waiting and len(listing.files) < _MOST:
        here = waiting.popleft()
        with reading(here):
            if here.is_folder():
                waiting.extend(here.children())
            else:
                listing.files.append(StoredFile(_path(here), here.size() or 0))
    if waiting:
        listing.notes.append(f"{place}: only the first {_MOST} files were listed")
    return listing


def _path(place: Place) -> str:
    identity = place.identity()
    return urlsplit(identity).path if is_url(identity) else identity
