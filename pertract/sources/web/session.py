"""Asking a web server patiently: tries again, time-outs, credentials.

Imported where it is used: ``requests`` takes a while to load.
"""

from __future__ import annotations

import ssl
from http.client import BadStatusLine
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.exceptions import NewConnectionError
from urllib3.exceptions import TimeoutError as HTTPTimeoutError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from ... import provenance
from ...errors import SourceError, SourceNotFound, UnreadableSource, UnrecognisedSource
from .credentials import Credentials

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


_DELEGATION = ("X-Hadoop-Delegation-Token", "Hadoop-YARN-Auth-Delegation-Token")
"""Headers of Hadoop's delegation token: that of ``DelegationTokenAuthenticator``, and YARN's before 2.7."""


class _Session(requests.Session):
    """Keeps credentials when a server sends on to its own TLS port, as Spark's does with any port."""

    def should_strip_auth(self, old_url: str, new_url: str) -> bool:
        old, new = urlsplit(old_url), urlsplit(new_url)
        to_tls = (old.scheme, new.scheme) == ("http", "https") and old.hostname == new.hostname
        return not to_tls and bool(super().should_strip_auth(old_url, new_url))  # type: ignore[no-untyped-call]

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        if self.should_strip_auth(str(response.request.url), str(prepared_request.url)):
            for header in _DELEGATION:
                prepared_request.headers.pop(header, None)


def new_session(credentials: Credentials, *, pause_s: float = 0.5) -> requests.Session:
    """Return a session that tries again up to four times when the network or the server hiccups.

    Credentials are sent to this host only: they are dropped when it sends on to another.

    Parameters
    ----------
    credentials
        Who asks.
    pause_s
        The first pause is none, the second twice this, the third four times ...
    """
    session = _Session()
    session.headers["User-Agent"] = f"pertract/{provenance.tool_version()}"
    if credentials.token:
        session.auth = _Bearer(credentials.token)
    elif credentials.user:
        session.auth = HTTPBasicAuth(
            credentials.user.encode("utf-8"), (credentials.password or "").encode("utf-8")
        )
    if credentials.delegation_token:
        session.headers.update(dict.fromkeys(_DELEGATION, credentials.delegation_token))
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


class BrokenOff(UnreadableSource):
    """Raise when only a part of an answer came."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url}: the answer breaks off in the middle", hint="Try again.")


_SIGN_IN = "Set PERTRACT_TOKEN, or PERTRACT_USER and PERTRACT_PASSWORD, in the environment."


def refused(response: requests.Response, url: str, *, signed_in: bool, kerberos_hint: str) -> SourceError:
    """Return the error for an answer that is none, by its HTTP status."""
    status = response.status_code
    if status == 401:
        said, hint = "the server wants to know who you are", _SIGN_IN
        if response.headers.get("WWW-Authenticate", "").startswith("Negotiate"):
            said = "the server wants a Kerberos ticket, which cannot be given here"
            hint = kerberos_hint
        elif signed_in:
            said = "the server does not accept the credentials"
        return SignInWanted(f"{url}: {said} (401)", hint=hint)
    if status == 404:
        return SourceNotFound(f"{url}: the server knows no such thing (404)", hint="Check the address.")
    number = f"{status} {response.reason or ''}".rstrip()
    if status == 403:
        said, number = "the server does not let you read this", "403"
        hint = "Ask for the right to view the application, or "
        hint += "check the credentials." if signed_in else f"sign in. {_SIGN_IN}"
    elif status == 407:
        said, number = "the proxy on the way wants to know who you are", "407"
        hint = "Give the proxy with credentials in HTTPS_PROXY, or except the server with NO_PROXY."
    elif status in _PASSING:
        said = "the server, or a proxy on the way, does not work at the moment"
        hint = "Try again later; if a proxy is not needed, except the server with NO_PROXY."
    else:
        said = "the server failed to answer"
        hint = "Look into the server's log." if status >= 500 else "Check the address."
    return UnreadableSource(f"{url}: {said} ({number})", hint=hint)


def login_page(url: str, answered: str) -> SourceError:
    """Return the error for a web page where data should be; ``answered`` is what host sent it."""
    where = "" if answered in url else f", sent by {answered},"
    return UnrecognisedSource(
        f"{url}: a web page came{where} instead of data; it is probably a login page",
        hint="Set PERTRACT_TOKEN, or PERTRACT_USER and PERTRACT_PASSWORD, or check the address.",
    )


def _cause(error: BaseException) -> BaseException:
    """Return the innermost error: ``requests`` and ``urllib3`` wrap them several times."""
    for inner in (getattr(error, "reason", None), *error.args):
        if isinstance(inner, BaseException):
            return _cause(inner)
    return error


def failed(error: Exception, url: str) -> SourceError:
    """Return the error for a request that got no answer. The text of the original may hold secrets."""
    cause, kinds = _cause(error), requests.exceptions
    if isinstance(error, kinds.ChunkedEncodingError | kinds.ContentDecodingError):
        return BrokenOff(url)
    if isinstance(error, kinds.ProxyError | kinds.InvalidProxyURL) or "SOCKS" in str(error):
        said = "the proxy on the way cannot be used"
        hint = "Check HTTP_PROXY and HTTPS_PROXY (SOCKS needs the package PySocks), or except the server"
        hint += " with NO_PROXY."
    elif isinstance(cause, ssl.SSLCertVerificationError):
        said = "the server's certificate is not trusted"
        hint = "Name the file with your certificate authority in REQUESTS_CA_BUNDLE."
    elif not isinstance(error, kinds.RequestException | ValueError) or "X509" in str(cause):
        said = "the file with certificate authorities cannot be read"
        hint = "Check REQUESTS_CA_BUNDLE."
    elif isinstance(error, kinds.SSLError):
        said, hint = "the server does not speak TLS", "Write http:// instead."
    elif isinstance(cause, TimeoutError | HTTPTimeoutError) and not isinstance(cause, NewConnectionError):
        said, hint = "no answer in time", "The server may be busy reading the log; try again in a while."
    elif isinstance(cause, ConnectionResetError | ConnectionAbortedError | BadStatusLine):
        said, hint = "the server hangs up instead of answering", "Try again in a while"
        hint += "; if it wants TLS, write https:// instead." if url.startswith("http:") else "."
    elif isinstance(error, kinds.TooManyRedirects):
        said, hint = "the server sends on and on", "Check the address."
    else:
        said = "the server cannot be reached"
        hint = "Check host and port, and that the server is running."
    return UnreadableSource(f"{url}: {said}", hint=hint)
