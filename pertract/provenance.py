"""Which program made a result, and when; the only reader of the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path


@cache
def tool_version() -> str:
    """Return the installed version of Pertract."""
    try:
        return metadata.version("pertract")
    except metadata.PackageNotFoundError:  # a plain checkout on sys.path
        return "0+unknown"


def now() -> str:
    """Return the current time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@cache
def program_digest() -> str:
    """Return what tells this program from others that may compute something else.

    The version does not do while the program is being developed: the content of its files counts, and the
    library that draws random numbers.
    """
    digest = sha256(f"{tool_version()} numpy {metadata.version('numpy')}".encode())
    folder = Path(__file__).parent
    for pattern in ("dsl/*.py", "simulate/*.py", "plan/changes.py"):
        for path in sorted(folder.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()
