"""Asking a web server patiently: tries again, time-outs, credentials.

Imported where it is used: ``requests`` takes a while to load.
"""

from __future__ import annotations

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.exceptions import NewConnectionError
from urllib3.exceptions import TimeoutError as HTTPTimeoutError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from ... import provenance
from ...errors import SourceError, SourceNotFound, UnreadableSource, UnrecognisedSource
from .address import Credentials

TIMEOUT_S = (10.0, 120.0)
"""To connect, and between two pieces of an answer: a server may have to read a whole log first."""
_LONGEST_PAUSE_S = 15.0
_PASSING = (429, 502, 503, 504)


class _Patience(Retry):
    """Tries again, and never pauses longer than a person would wait, whatever the server asks for."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        asked_s = super().get_retry_after(response)
        return None if asked_s is None else min(asked_s, _LONGEST_PAUSE_S)


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def new_session(credentials: Credentials, *, pause_s: float = 0.5) -> requests.Session:
    """Return a session that tries again up to four times when the network or the server hiccups.

    Credentials are sent to this server only: ``requests`` drops them when it is sent on to another.

    Parameters
    ----------
    credentials
        Who asks.
    pause_s
        The first pause is none, the second twice this, the third four times ...
    """
    session = requests.Session()
    session.headers["User-Agent"] = f"pertract/{provenance.tool_version()}"
    if credentials.token:
        session.auth = _Bearer(credentials.token)
    elif credentials.user:
        session.auth = HTTPBasicAuth(
            credentials.user.encode("utf-8"), (credentials.password or "").encode("utf-8")
        )
    patience = _Patience(
        total=4,
        connect=3,
        read=1,
        redirect=0,
        status_forcelist=_PASSING,
        allowed_methods={"GET"},
        backoff_factor=pause_s,
        backoff_max=_LONGEST_PAUSE_S,
        raise_on_status=False,
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=patience))
    return session


def once(session: requests.Session, url: str) -> None:
    """Take the first answer at a URL, good or bad."""
    session.mount(url, HTTPAdapter(max_retries=_Patience(total=3, connect=3, read=0, status=0)))


class SignInWanted(UnreadableSource):
    """Raise when the server wants other credentials than it was given."""


def refused(status: int, url: str, *, reason: str, signed_in: bool) -> SourceError:
    """Return the error for an answer that is none, by its HTTP status."""
    sign_in = "Set PERTRACT_TOKEN, or PERTRACT_USER and PERTRACT_PASSWORD, in the environment."
    if status == 401:
        if signed_in:
            return SignInWanted(f"{url}: the server does not accept the credentials (401)", hint=sign_in)
        return SignInWanted(f"{url}: the server wants to know who you are (401)", hint=sign_in)
    if status == 403:
        return UnreadableSource(
            f"{url}: the server does not let you read this (403)",
            hint="Ask for the right to view the application"
            + ("." if signed_in else f", or sign in. {sign_in}"),
        )
    if status == 404:
        return SourceNotFound(f"{url}: the server knows no such thing (404)", hint="Check the address.")
    if status == 407:
        return UnreadableSource(
            f"{url}: the proxy on the way wants to know who you are (407)",
            hint="Give the proxy with credentials in HTTPS_PROXY, or except the server with NO_PROXY.",
        )
    said = f"{status} {reason}".rstrip()
    if status in _PASSING:
        return UnreadableSource(
            f"{url}: the server, or a proxy on the way, does not work at the moment ({said})",
            hint="Try again later; if a proxy is not needed, except the server with NO_PROXY.",
        )
    return UnreadableSource(
        f"{url}: the server failed to answer ({said})", hint="Look into the server's log."
    )


def login_page(url: str, answered: str) -> SourceError:
    """Return the error for a web page where data should be; ``answered`` is what host sent it."""
    where = "" if answered in url else f", sent by {answered},"
    return UnrecognisedSource(
        f"{url}: a web page came{where} instead of data; it is probably a login page",
        hint="Set PERTRACT_TOKEN, or PERTRACT_USER and PERTRACT_PASSWORD, or check the address.",
    )


def _waited_in_vain(error: Exception) -> bool:
    """Return whether a time-out is behind an error: after several tries it is wrapped in another."""
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", inner)
    return isinstance(reason, TimeoutError | HTTPTimeoutError) and not isinstance(reason, NewConnectionError)


def failed(error: Exception, url: str) -> SourceError:
    """Return the error for a request that got no answer. The text of the original may hold secrets."""
    if isinstance(error, requests.exceptions.ProxyError):
        return UnreadableSource(
            f"{url}: the proxy on the way cannot be used",
            hint="Check HTTP_PROXY and HTTPS_PROXY, or except the server with NO_PROXY.",
        )
    if isinstance(error, requests.exceptions.SSLError):
        return UnreadableSource(
            f"{url}: the server's certificate is not trusted, or it does not speak TLS",
            hint="Name the file with your certificate authority in REQUESTS_CA_BUNDLE.",
        )
    if isinstance(error, requests.exceptions.Timeout) or _waited_in_vain(error):
        return UnreadableSource(
            f"{url}: no answer in time", hint="The server may be busy reading the log; try again in a while."
        )
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return UnreadableSource(f"{url}: the answer breaks off in the middle", hint="Try again.")
    if isinstance(error, requests.exceptions.TooManyRedirects):
        return UnreadableSource(f"{url}: the server sends on and on", hint="Check the address.")
    return UnreadableSource(
        f"{url}: the server cannot be reached", hint="Check host and port, and that the server is running."
    )
