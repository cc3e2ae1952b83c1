"""Where logs lie: local files, members of zip archives, and URLs, behind one small interface."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from ...errors import SourceNotFound, UnreadableSource
from .archive import ZipFolder
from .base import Place, PlaceError
from .local import LocalPlace
from .remote import RemotePlace, without_secrets

__all__ = [
    "LocalPlace",
    "Place",
    "RemotePlace",
    "ZipFolder",
    "expand",
    "is_url",
    "reading",
    "without_secrets",
]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(::[A-Za-z0-9+.-]+)*://")
_HADOOP = re.compile(r"(file|hdfs|dbfs):(?://(?=/))?(/(?!/).*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"[\w.-]+:\d+(/|$)")
_WILDCARD = re.compile(r"[*?\[]")


def is_url(text: str) -> bool:
    """Return whether a source is a URL; a Windows drive is not."""
    return _URL.match(text) is not None


def is_web(text: str) -> bool:
    """Return whether a source is behind HTTP."""
    return text.lower().startswith(("http://", "https://"))


def expand(source: str | Path) -> list[Place]:
    """Return the places that a path, URL or pattern with ``*`` names, sorted; at least one.

    Raises
    ------
    SourceNotFound
        If nothing is there.
    UnreadableSource
        If it may not be listed.
    """
    text = str(source)
    if not text.strip():
        raise SourceNotFound("the name of the event log is empty", hint="Is a variable not set?")
    text = _plain(text)
    if is_url(text):
        place: Place = RemotePlace(text)
        pattern = bool(_WILDCARD.search(text.partition("?")[0] if text.startswith("http") else text))
    else:
        place = LocalPlace(Path(text))
        pattern = bool(_WILDCARD.search(text))
    with reading(place):
        if pattern and not (isinstance(place, LocalPlace) and place.exists()) and (found := place.matches()):
            return list(found)
        if place.exists():  # also a name that only looks like a pattern
            return [place]
    hint = "Event logs lie where spark.eventLog.dir points; give the path of one of them."
    if is_web(text) or _HOST.match(text):
        hint = "A History Server is given by its address, such as http://host:18080."
    raise SourceNotFound(
        f"{place}: no such file or folder" if not pattern else f"{place}: nothing has such a name", hint=hint
    )


def _plain(text: str) -> str:
    """Return what Hadoop's ``file:/path`` and ``hdfs:/path`` or Databricks' ``dbfs:/path`` mean.

    Raises
    ------
    SourceNotFound
        If it is a path of Databricks and this machine is not one of its cluster.
    """
    if not (found := _HADOOP.match(text)):
        return text
    scheme, path = found[1].lower(), found[2]
    if scheme == "hdfs":
        return f"hdfs://{path}"
    if scheme == "dbfs":
        mounted = Path(f"/dbfs{path}")
        if not Path("/dbfs").is_dir():
            raise SourceNotFound(
                f"{text}: this path can only be read on a cluster of Databricks",
                hint=f"Copy it first: databricks fs cp -r {shlex.quote(text)} .",
            )
        return str(mounted)
    return path if Path(path).exists() else unquote(path)


@contextmanager
def reading(place: Place) -> Iterator[None]:
    """Turn what goes wrong while a place is read into one sentence.

    Raises
    ------
    UnreadableSource
        If the place may not be read, or stops answering.
    """
    try:
        yield
    except PlaceError as error:
        raise UnreadableSource(f"{place}: cannot be read ({error})", hint=error.hint) from error
    except OSError as error:
        raise UnreadableSource(
            f"{place}: cannot be read ({error.strerror or type(error).__name__})",
            hint="Check the disk and the permissions.",
        ) from error
