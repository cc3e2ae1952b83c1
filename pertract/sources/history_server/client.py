"""A History Server, or the web interface of a running application, as something to ask."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TypeVar

import msgspec

from ...errors import SourceNotFound, UnreadableSource, UnrecognisedSource
from .. import web
from ..web.connection import login_page
from . import address as addresses

T = TypeVar("T")
_KERBEROS = "Read the event log where it lies, such as hdfs://..., or copy it first."


class Server:
    """A server that answers Spark's REST API.

    Credentials stand in the URL or in the environment, see `address.parse`; proxies and certificate
    authorities in the variables that ``requests`` reads (``HTTPS_PROXY``, ``NO_PROXY``,
    ``REQUESTS_CA_BUNDLE``).

    Parameters
    ----------
    url
        Base address, or that of any page of the server, or of its API.
    progress
        Called while data is received.
    timeout_s
        To connect, and between two pieces of an answer; both have usual values.
    pause_s
        Between the first tries of a request that fails.

    Raises
    ------
    UsageError
        If it is no http or https URL.
    """

    def __init__(
        self,
        url: str,
        *,
        progress: web.Progress | None = None,
        timeout_s: tuple[float, float] | None = None,
        pause_s: float = 0.5,
    ) -> None:
        self.address = addresses.parse(url)
        self._connection = web.Connection(
            self.address.credentials,
            kerberos_hint=_KERBEROS,
            progress=progress,
            timeout_s=timeout_s,
            pause_s=pause_s,
        )

    def __str__(self) -> str:
        return str(self.address)

    def __repr__(self) -> str:
        return f"Server({str(self)!r})"

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; they are opened again when there is something to ask."""
        self._connection.close()

    # -- what to ask -----------------------------------------------------------------------------

    def get(self, path: str, type_: type[T], **query: str | int) -> T:
        """Return the answer at a path below ``/api/v1``.

        Raises
        ------
        SourceNotFound
            If the server does not know it.
        SourceError
            If the server cannot be reached, refuses, or answers something else.
        """
        url = f"{self.address.base}/api/v1/{path}"
        answer = self._connection.ask(url, query)
        if answer.is_page:
            raise login_page(url, answer.url)
        try:
            return msgspec.json.decode(answer.content, type=type_)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnrecognisedSource(
                f"{url}: the answer is not what a Spark server gives ({_first_line(error)})",
                hint="Check that the address is that of a Spark History Server, such as http://host:18080.",
            ) from error

    def page(self, path: str, **query: str | int) -> str:
        """Return a page of the web interface.

        Raises
        ------
        SourceError
            If there is none.
        """
        url = f"{self.address.base}/{path}"
        return self._connection.ask(url, query).content.decode("utf-8", "replace")

    def download(self, path: str, target: Path) -> None:
        """Write the zip archive at a path below ``/api/v1`` into a file.

        Raises
        ------
        SourceError
            If the server does not hand it out, or it breaks off in the middle.
        """
        url = f"{self.address.base}/api/v1/{path}"
        with self._connection.download(url) as (begin, chunks):
            first = next(chunks, b"")
            if begin.with_content(first).is_page:
                raise login_page(url, begin.url)
            try:
                with target.open("wb") as file:
                    file.write(first)
                    file.writelines(chunks)
            except OSError as error:
                raise UnreadableSource(
                    f"{url}: no room to download it into {target.parent} ({error.strerror})",
                    hint="Name a folder with more room in TMPDIR.",
                ) from error
        _check_archive(target, url)


def _check_archive(archive: Path, url: str) -> None:
    """Raise if an archive is not whole, or holds nothing, as that of a running application."""
    try:
        with zipfile.ZipFile(archive) as opened:  # its table of contents stands at the end
            empty = not opened.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise UnreadableSource(f"{url}: the archive breaks off in the middle", hint="Try again.") from error
    if empty:
        raise SourceNotFound(
            f"{url}: the archive holds no event log", hint="Only a History Server hands out event logs."
        )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:120]
