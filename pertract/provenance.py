"""Which program made a result, and when; the only reader of the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import metadata


def tool_version() -> str:
    """Return the installed version of Pertract."""
    try:
        return metadata.version("pertract")
    except metadata.PackageNotFoundError:  # a plain checkout on sys.path
        return "0+unknown"


def now() -> str:
    """Return the current time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
