"""The secret that makes tokens, kept in a file."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ....errors import OutputError, UnreadableSource, UsageError

_SHORTEST_KEY = 16
_LONGEST_KEY = 4096


def read_key(path: Path) -> bytes:
    """Return the secret in a file; make the file, for its owner alone, if there is none.

    Raises
    ------
    UsageError
        If it holds too little or too much to be a key.
    UnreadableSource
        If it may not be read.
    OutputError
        If it cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _existing_key(path)
    except OSError as error:
        raise OutputError(
            f"{path}: the key cannot be made ({error.strerror})",
            hint="Check that the folder exists and that you may write to it.",
        ) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        made = secrets.token_hex(32)
        file.write(f"{made}\n")
    return made.encode()


def _existing_key(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            key = file.read(_LONGEST_KEY + 1)
    except OSError as error:
        raise UnreadableSource(
            f"{path}: the key cannot be read ({error.strerror})", hint="Check its permissions."
        ) from error
    if len(key) > _LONGEST_KEY or len(key.strip()) < _SHORTEST_KEY:
        raise UsageError(
            f"{path}: not a key, which has {_SHORTEST_KEY} to {_LONGEST_KEY} bytes",
            hint="Name a file that does not exist, and a new key is written into it.",
        )
    return key.strip()
