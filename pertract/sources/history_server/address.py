"""Addresses of History Servers as people paste them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from .. import web

_PAGES = frozenset({"jobs", "stages", "storage", "environment", "executors", "SQL", "streaming", "logs"})
"""First parts of the paths of Spark's web interface."""
_FILE = re.compile(r"\.[A-Za-z]\w*$")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, and what a pasted address says beyond that."""

    base: str
    """Scheme, host, port and path prefix, without credentials and without a slash at the end."""
    application: str | None = None
    attempt: str | None = None
    sure: bool = True
    """Whether it looks like the address of a server; otherwise it may be that of a file."""
    credentials: web.Credentials = field(default_factory=web.Credentials, repr=False)

    def __str__(self) -> str:
        return self.base


def parse(url: str) -> Address:
    """Return the address of a server from its URL, that of one of its pages, or of its API.

    Credentials come from the URL or else from the environment, see `web.of_url`.

    Raises
    ------
    UsageError
        If it is no http or https URL, or the token is none.

    Examples
    --------
    >>> parse("http://me:secret@host:18080/spark/history/app-1/2/jobs/")
    Address(base='http://host:18080/spark', application='app-1', attempt='2', sure=True)
    """
    parts = web.split(url, example="http://host:18080")
    segments = [segment for segment in parts.path.split("/") if segment]
    prefix, application, attempt, sure = _split(segments)
    base = "/".join([f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", *prefix])
    return Address(base, application, attempt, sure, web.of_url(parts))


def may_be_server(url: str) -> bool:
    """Return whether it is worth asking if a Spark server answers at a URL, instead of a file."""
    address = parse(url)
    parts = urlsplit(url.strip())
    return address.sure or not (parts.query or _FILE.search(parts.path))


def _split(segments: list[str]) -> tuple[list[str], str | None, str | None, bool]:
    """Return the prefix, the application and attempt it names, and whether it is surely a server's."""
    for position, segment in enumerate(segments):
        after = segments[position + 1 :]
        if segment == "api" and after[:1] == ["v1"]:
            named = after[2:] if after[1:2] == ["applications"] else []
            return segments[:position], *_named(named), True
        if segment == "history" and after:
            return segments[:position], *_named(after), True
        if segment in _PAGES and position == len(segments) - 1:
            return segments[:position], None, None, True
        if segment in _PAGES and after[0] in ("job", "stage", "rdd", "execution", "pool"):
            return segments[:position], None, None, True
    return segments, None, None, not segments or "proxy" in segments


def _named(segments: list[str]) -> tuple[str | None, str | None]:
    application = unquote(segments[0]) if segments else None
    attempt = segments[1] if len(segments) > 1 and segments[1].isdecimal() else None
    return application, attempt
