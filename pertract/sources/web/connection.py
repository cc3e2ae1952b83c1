"""One server as something to ask."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from .credentials import Credentials

if TYPE_CHECKING:
    import requests

    from ...errors import SourceError

Progress = Callable[[int, int | None], None]
"""Called now and then with the bytes received so far and, where the server tells, in all."""

_CHUNK = 1 << 20  # bytes
_TRIES = 3  # of an answer that breaks off


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer to one question."""

    url: str
    """Where it came from in the end."""
    content: bytes
    kind: str
    """What the server says it is, in lower case, such as ``application/json``; may be empty."""
    refresh: str = ""
    """Where the server sends a browser after a while (the header ``Refresh``); may be empty."""

    def with_content(self, content: bytes) -> Answer:
        """Return the same answer with other content."""
        return replace(self, content=content)

    @property
    def is_page(self) -> bool:
        """Whether it is a web page."""
        begin = self.content[:64].lstrip().lower()
        return "html" in self.kind or begin.startswith((b"<!doctype", b"<html"))


class Connection:
    """Asks servers; the sentences for what goes wrong are in `session`.

    Proxies and certificate authorities stand in the variables that ``requests`` reads
    (``HTTPS_PROXY``, ``NO_PROXY``, ``REQUESTS_CA_BUNDLE``).

    Parameters
    ----------
    credentials
        Who asks.
    kerberos_hint
        What to do where the server wants a Kerberos ticket.
    progress
        Called while data is received.
    timeout_s
        To connect, and between two pieces of an answer; both have usual values.
    pause_s
        Between the first tries of a request that fails.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        kerberos_hint: str,
        progress: Progress | None = None,
        timeout_s: tuple[float, float] | None = None,
        pause_s: float = 0.5,
    ) -> None:
        self._credentials = credentials
        self._kerberos_hint = kerberos_hint
        self._progress = progress
        self._timeout_s = timeout_s
        self._pause_s = pause_s
        self._opened: requests.Session | None = None
        self._received = 0

    def close(self) -> None:
        """Close the connections; they are opened again when there is something to ask."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def ask(self, url: str, query: dict[str, Any] | None = None, *, accept: str | None = None) -> Answer:
        """Return the answer at a URL; one that breaks off is asked for again.

        Parameters
        ----------
        url
            Without credentials.
        query
            Parameters of the question.
        accept
            Kind of answer that is wanted, such as ``application/json``.

        Raises
        ------
        SourceNotFound
            If the server does not know it.
        SourceError
            If the server cannot be reached or refuses.
        """
        from . import session

        for _ in range(_TRIES - 1):
            with contextlib.suppress(session.BrokenOff):
                return self._once(url, query, accept)
        return self._once(url, query, accept)

    @contextlib.contextmanager
    def download(self, url: str) -> Iterator[tuple[Answer, Iterator[bytes]]]:
        """Yield what a good answer says of itself, and its pieces, which tell the progress how many come.

        It is asked for only once; raises SourceError as `ask`.
        """
        from . import session

        session.once(self._session(), url)
        with self._response(url, None, None) as response:
            yield _answer(response, b""), self._pieces(response, url, announce=True)

    def _session(self) -> requests.Session:
        from . import session

        if self._opened is None:
            self._opened = session.new_session(self._credentials, pause_s=self._pause_s)
        return self._opened

    def _once(self, url: str, query: dict[str, Any] | None, accept: str | None) -> Answer:
        with self._response(url, query, accept) as response:
            return _answer(response, b"".join(self._pieces(response, url)))

    @contextlib.contextmanager
    def _response(
        self, url: str, query: dict[str, Any] | None, accept: str | None
    ) -> Iterator[requests.Response]:
        """Yield a good answer whose body is still to come."""
        from . import session

        try:
            response = self._session().get(
                url,
                params=query,
                headers={"Accept": accept} if accept else None,
                timeout=self._timeout_s or session.TIMEOUT_S,
                stream=True,
            )
        except (OSError, ValueError) as error:
            raise session.failed(error, url) from None  # its text may tell credentials of a proxy
        with response:
            if response.status_code != 200:
                raise session.refused(
                    response, url, signed_in=bool(self._credentials), kerberos_hint=self._kerberos_hint
                )
            yield response

    def _pieces(self, response: requests.Response, url: str, *, announce: bool = False) -> Iterator[bytes]:
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
                if self._progress:
                    self._progress(self._received, begun + total if total and announce else None)
                yield chunk
        except RequestException as error:
            raise session.failed(error, url) from None
        if total is not None and self._received - begun < total:
            raise session.BrokenOff(url)


def _answer(response: requests.Response, content: bytes) -> Answer:
    headers = response.headers
    return Answer(response.url, content, headers.get("Content-Type", "").lower(), headers.get("Refresh", ""))


def login_page(url: str, answered_url: str) -> SourceError:
    """Return the error for a web page that came from a URL where data should be."""
    from . import session

    return session.login_page(url, urlsplit(answered_url).hostname or "")


def quoted(*names: str) -> str:
    """Return names as a path."""
    return "/".join(quote(name, safe="") for name in names)
