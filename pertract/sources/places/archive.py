"""Zip archives as folders: the History Server hands out logs in them."""

from __future__ import annotations

import io
import zipfile
import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from .base import Place, PlaceError

_WRONG = (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError)


@dataclass(frozen=True, slots=True)
class ZipFolder:
    """A zip archive, or a folder in it."""

    archive: Place
    inner: str = ""
    """Path inside the archive: empty, or ending in a slash."""

    def __str__(self) -> str:
        return f"{self.archive}/{self.inner}".rstrip("/")

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.inner.rstrip("/").rpartition("/")[2] or self.archive.name

    def exists(self) -> bool:
        """Return whether anything is there."""
        return self.archive.exists()

    def identity(self) -> str:
        """Return the same text for the same file or folder."""
        return f"{self.archive.identity()}/{self.inner}"

    def is_folder(self) -> bool:
        """Return whether it is a folder."""
        return True

    def children(self) -> list[Place]:
        """Return what the folder holds, sorted by name."""
        folders: set[str] = set()
        files: list[Place] = []
        try:
            with self.archive.open() as raw, _opened(raw) as opened:
                for info in opened.infolist():
                    if not info.filename.startswith(self.inner):
                        continue
                    name, slash, _ = info.filename[len(self.inner) :].partition("/")
                    if slash:
                        folders.add(self.inner + name + "/")
                    elif name:
                        files.append(ZipMember(self.archive, info.filename, info.file_size))
        except _WRONG as error:
            raise _failed(error) from error
        found: list[Place] = [*files, *(ZipFolder(self.archive, inner) for inner in folders)]
        return sorted(found, key=lambda place: place.name)

    def matches(self) -> list[Place]:
        """Return what it means as a pattern: itself."""
        return [self]

    def size(self) -> int | None:
        """Return nothing: a folder has no size of its own."""
        return None

    def open(self) -> io.RawIOBase:
        """Refuse: a folder cannot be read."""
        raise PlaceError("it is a folder")


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A file in a zip archive."""

    archive: Place
    inner: str
    bytes: int

    def __str__(self) -> str:
        return f"{self.archive}/{self.inner}"

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.inner.rpartition("/")[2]

    def exists(self) -> bool:
        """Return whether anything is there."""
        return True

    def identity(self) -> str:
        """Return the same text for the same file or folder."""
        return f"{self.archive.identity()}/{self.inner}"

    def is_folder(self) -> bool:
        """Return whether it is a folder."""
        return False

    def children(self) -> list[Place]:
        """Return nothing: it is a file."""
        return []

    def matches(self) -> list[Place]:
        """Return what it means as a pattern: itself."""
        return [self]

    def size(self) -> int | None:
        """Return its bytes when unpacked from the archive."""
        return self.bytes

    def open(self) -> io.RawIOBase:
        """Open it for reading, unpacked."""
        try:
            return _Unzipped(self.archive.open(), self.inner)
        except (*_WRONG, KeyError) as error:
            raise _failed(error) from error


def _opened(raw: io.RawIOBase) -> zipfile.ZipFile:
    if not raw.seekable():  # its table of contents is at the end
        raise PlaceError(
            "the server does not send parts of a file, which a zip archive needs",
            hint="Download the archive first.",
        )
    return zipfile.ZipFile(raw)


def _failed(error: Exception) -> PlaceError:
    if isinstance(error, RuntimeError) and "encrypted" in str(error):
        return PlaceError("the zip archive is encrypted", hint="Unpack it first.")
    return PlaceError(f"the zip archive is damaged: {error}", hint="Copy the archive again.")


class _Unzipped(io.RawIOBase):
    """A member while it is read; closes the archive with it."""

    def __init__(self, raw: io.RawIOBase, inner: str) -> None:
        with ExitStack() as stack:
            stack.enter_context(raw)
            opened = stack.enter_context(_opened(raw))
            self._member: Any = stack.enter_context(opened.open(inner))
            self._stack = stack.pop_all()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return int(self._member.readinto(buffer))

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._member.seek(offset, whence))

    def tell(self) -> int:
        return int(self._member.tell())

    def close(self) -> None:
        if not self.closed and hasattr(self, "_stack"):  # not there where opening failed
            self._stack.close()
        super().close()
