"""Tell a Spark server from other web servers."""

from __future__ import annotations

from ...errors import SourceError, SourceNotFound
from ..web import Progress
from . import address as addresses
from .answers import Application
from .client import Server


def probe(url: str, *, progress: Progress | None = None) -> Server | None:
    """Return the server at an http or https URL, or None where something else than Spark answers.

    Raises
    ------
    SourceError
        If there is probably a server, but it cannot be reached, refuses, or wants a login.
    """
    if not addresses.may_be_server(url):
        return None
    with Server(url, progress=progress) as server:
        try:
            server.get("applications", list[Application], limit=1)
        except SourceNotFound:
            if server.address.application is None:
                return None
            raise
        except SourceError:
            if not server.address.sure:
                return None
            raise
        return server
