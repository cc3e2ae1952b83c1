"""What every place can do."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Protocol


class PlaceError(OSError):
    """Raise when a place other than a local file cannot be read; says why, without secrets."""

    def __init__(self, reason: str, *, hint: str = "Try again, and check that the file is whole.") -> None:
        super().__init__(reason)
        self.hint = hint

    def __str__(self) -> str:
        return str(self.args[0])


class Place(Protocol):
    """A file or folder, wherever it lies.

    As text it names itself for messages, without credentials. Places can be sent to other processes.
    What goes wrong is an `OSError`.
    """

    @property
    def name(self) -> str:
        """The last part of the path."""

    def exists(self) -> bool:
        """Return whether anything is there."""

    def identity(self) -> str:
        """Return the same text for the same file or folder."""

    def is_folder(self) -> bool:
        """Return whether it holds other places."""

    def children(self) -> Sequence[Place]:
        """Return what a folder holds, sorted by name."""

    def matches(self) -> Sequence[Place]:
        """Return the places that its path means as a pattern, sorted by name."""

    def size(self) -> int | None:
        """Return the stored bytes of a file, or None where that is unknown."""

    def open(self) -> io.RawIOBase:
        """Open a file for reading; seeking works except on servers that cannot."""
