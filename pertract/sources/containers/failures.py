"""Exceptions, as JVMs and Spark print them."""

from __future__ import annotations

import re

from .records import Failure

_LONGEST = 200
_THROWN = re.compile(
    r"(?:Exception in thread \"[^\"]*\" )?"
    r"((?:[a-z_]\w*\.)+[A-Z][\w$]*(?:Exception|Error|Throwable|Failure|Interrupt))(?:: (.*))?"
)


def thrown(line: str) -> tuple[str, str] | None:
    """Return class and message of the exception that a line begins with; causes do not count.

    Examples
    --------
    >>> thrown("java.io.IOException: Connection reset by peer")
    ('java.io.IOException', 'Connection reset by peer')
    >>> thrown("Caused by: java.io.IOException: Connection reset by peer")
    >>> thrown("    at java.io.IOException.raise(IOException.java:1)")
    """
    found = _THROWN.fullmatch(line.rstrip())
    return (found[1], (found[2] or "").strip()[:_LONGEST]) if found else None


def add_failure(kind: str, message: str, to: dict[str, Failure]) -> None:
    """Count an exception."""
    if (known := to.get(kind)) is None:
        to[kind] = Failure(kind, message)
    else:
        known.count += 1
        known.message = known.message or message
