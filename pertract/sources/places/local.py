"""Files and folders of this machine."""

from __future__ import annotations

import glob
import io
import os
from dataclasses import dataclass
from pathlib import Path

from .base import PlaceError


@dataclass(frozen=True, slots=True)
class LocalPlace:
    """A path."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.name or self.path.resolve().name

    def exists(self) -> bool:
        """Return whether anything is there."""
        return self.path.exists()

    def identity(self) -> str:
        """Return the same text for the same file or folder, also behind links."""
        return os.path.realpath(self.path)

    def is_folder(self) -> bool:
        """Return whether it is a folder."""
        return self.path.is_dir()

    def children(self) -> list[LocalPlace]:
        """Return what a folder holds, sorted by name; links to nothing, pipes and devices are left out."""
        return [LocalPlace(path) for path in sorted(self.path.iterdir()) if path.is_file() or path.is_dir()]

    def matches(self) -> list[LocalPlace]:
        """Return the paths that it means as a pattern; ``**`` reaches into folders."""
        return [LocalPlace(Path(found)) for found in sorted(glob.glob(str(self.path), recursive=True))]  # noqa: PTH207

    def size(self) -> int | None:
        """Return the stored bytes of a file."""
        return self.path.stat().st_size

    def open(self) -> io.RawIOBase:
        """Open a file for reading."""
        if self.path.exists() and not self.path.is_file():  # opening a pipe waits for its writer
            raise PlaceError(
                "it is a pipe or a device, and a log is read more than once", hint="Save it as a file first."
            )
        return io.FileIO(self.path)
