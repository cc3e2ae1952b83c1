"""Who asks a server: from the address, or from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from ...errors import UsageError


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks; never shown."""

    token: str | None = field(default=None, repr=False)
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    delegation_token: str | None = field(default=None, repr=False)
    """What a Hadoop service gave to somebody with a Kerberos ticket, to be used without one."""

    def __bool__(self) -> bool:
        return bool(self.token or self.user or self.delegation_token)


def split(url: str, *, example: str) -> SplitResult:
    """Return the parts of the address of a server.

    Parameters
    ----------
    url
        As it was given.
    example
        An address that would be right.

    Raises
    ------
    UsageError
        If it is no http or https URL.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError("the address of the server cannot be read", hint=f"Write it like this: {example}")
    return parts


def of_url(parts: SplitResult) -> Credentials:
    """Return the credentials in a URL (``https://user:password@host``), or else in the environment.

    ``PERTRACT_TOKEN`` is sent as bearer token, ``PERTRACT_USER`` and ``PERTRACT_PASSWORD`` as basic
    authentication, and ``PERTRACT_DELEGATION_TOKEN`` as Hadoop's delegation token.

    Raises
    ------
    UsageError
        If a token is none.
    """
    delegation = _token("PERTRACT_DELEGATION_TOKEN")
    if parts.username:
        return Credentials(
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
            delegation_token=delegation,
        )
    if token := _token("PERTRACT_TOKEN"):
        return Credentials(token=token, delegation_token=delegation)
    if user := os.environ.get("PERTRACT_USER"):
        password = os.environ.get("PERTRACT_PASSWORD", "")
        return Credentials(user=user, password=password, delegation_token=delegation)
    return Credentials(delegation_token=delegation)


def _token(variable: str) -> str | None:
    token = os.environ.get(variable, "").strip()
    if token and not (token.isascii() and token.isprintable()):
        raise UsageError(
            f"{variable} holds something else than a token",
            hint="A token is one line of ASCII letters, digits and signs.",
        )
    return token or None
