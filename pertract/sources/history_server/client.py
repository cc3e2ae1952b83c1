"""A History Server, or the web interface of a running application, as something to ask."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from ...errors import SourceError, SourceNotFound, UnreadableSource, UnrecognisedSource
from . import address as addresses

if TYPE_CHECKING:
    import requests

T = TypeVar("T")
Progress = Callable[[int, int | None], None]
"""Called now and then with the bytes received so far and, where the server tells, in all."""

_CHUNK = 1 << 20  # bytes
_TRIES = 3  # of an answer that breaks off


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
        progress: Progress | None = None,
        timeout_s: tuple[float, float] | None = None,
        pause_s: float = 0.5,
    ) -> None:
        self.address = addresses.parse(url)
        self.progress = progress
        self._timeout_s = timeout_s
        self._pause_s = pause_s
        self._opened: requests.Session | None = None
        self._received = 0

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
        if self._opened is not None:
            self._opened.close()
            self._opened = None

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
        response, content = self._whole(url, query)
        if _is_page(response, content[:64]):
            raise self._login_page(url, response)
        try:
            return msgspec.json.decode(content, type=type_)
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
        return self._whole(url, query)[1].decode("utf-8", "replace")

    def download(self, path: str, target: Path) -> None:
        """Write the zip archive at a path below ``/api/v1`` into a file.

        Raises
        ------
        SourceError
            If the server does not hand it out, or it breaks off in the middle.
        """
        from . import session

        url = f"{self.address.base}/api/v1/{path}"
        session.once(self._session(), url)
        with self._answer(url, {}) as response:
            chunks = self._body(response, url, announce=True)
            first = next(chunks, b"")
            if _is_page(response, first[:64]):
                raise self._login_page(url, response)
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

    # -- how -------------------------------------------------------------------------------------

    def _session(self) -> requests.Session:
        from . import session

        if self._opened is None:
            self._opened = session.new_session(self.address.credentials, pause_s=self._pause_s)
        return self._opened

    @contextlib.contextmanager
    def _answer(self, url: str, query: dict[str, Any]) -> Iterator[requests.Response]:
        """Yield a good answer whose body is still to come."""
        from . import session

        try:
            response = self._session().get(
                url, params=query, timeout=self._timeout_s or session.TIMEOUT_S, stream=True
            )
        except (OSError, ValueError) as error:
            raise session.failed(error, url) from None  # its text may tell credentials of a proxy
        with response:
            if response.status_code != 200:
                raise session.refused(response, url, signed_in=bool(self.address.credentials))
            yield response

    def _whole(self, url: str, query: dict[str, Any]) -> tuple[requests.Response, bytes]:
        """Return an answer and its body; one that breaks off is asked for again."""
        from . import session

        for _ in range(_TRIES - 1):
            with contextlib.suppress(session.BrokenOff):
                return self._once(url, query)
        return self._once(url, query)

    def _once(self, url: str, query: dict[str, Any]) -> tuple[requests.Response, bytes]:
        with self._answer(url, query) as response:
            return response, b"".join(self._body(response, url))

    def _body(self, response: requests.Response, url: str, *, announce: bool = False) -> Iterator[bytes]:
        """Yield the body in pieces; ``announce`` tells the progress what is still to come."""
        from requests.exceptions import RequestException

        from . import session

        length = response.headers.get("Content-Length", "")
        encoded = "Content-Encoding" in response.headers
        total = int(length) if length.isdecimal() and not encoded else None
        begun = self._received
        try:
            for chunk in response.iter_content(_CHUNK):
                self._received += len(chunk)
                if self.progress:
                    self.progress(self._received, begun + total if total and announce else None)
                yield chunk
        except RequestException as error:
            raise session.failed(error, url) from None
        if total is not None and self._received - begun < total:
            raise session.BrokenOff(url)

    def _login_page(self, url: str, response: requests.Response) -> SourceError:
        from . import session

        return session.login_page(url, urlsplit(response.url).hostname or "")


def quoted(*names: str) -> str:
    """Return names as a path."""
    return "/".join(quote(name, safe="") for name in names)


def _is_page(response: requests.Response, begin: bytes) -> bool:
    kind = response.headers.get("Content-Type", "").lower()
    return "html" in kind or begin.lstrip().lower().startswith((b"<!doctype", b"<html"))


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
