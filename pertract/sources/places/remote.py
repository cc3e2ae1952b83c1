"""Files and folders behind URLs, through fsspec: object stores, HDFS, web servers, memory."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from .base import PlaceError

R = TypeVar("R")

_EXTRAS = {
    "http": "http",
    "https": "http",
    "s3": "s3",
    "s3a": "s3",
    "gs": "gs",
    "gcs": "gs",
    "abfs": "abfs",
    "abfss": "abfs",
    "az": "abfs",
    "hdfs": "hdfs",
    "webhdfs": "hdfs",
}
_TRIES = 4
_PAUSE_S = 0.5
_BLOCK = 8 << 20  # bytes asked for at once


def without_secrets(url: str) -> str:
    """Return a URL without user, password and query, in which signatures stand."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("://")[0] + "://..."
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """A URL that fsspec understands, such as ``s3://bucket/logs/app-1.zstd``.

    Credentials come from where each storage looks for them by itself: its environment variables and
    configuration files, or the URL.
    """

    url: str = field(repr=False)
    folder: bool | None = None
    """Whether it is a folder, where its parent's listing told."""
    bytes: int | None = None
    """Its size, likewise."""

    def __str__(self) -> str:
        return without_secrets(self.url)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return str(self).rstrip("/").rpartition("/")[2]

    def exists(self) -> bool:
        """Return whether anything is there."""
        if self.folder is not None:
            return True
        if self._is_web():
            return self._try(lambda fs, path: bool(fs.info(path)), missing=False)
        return self._try(lambda fs, path: bool(fs.exists(path)), missing=False)

    def is_folder(self) -> bool:
        """Return whether it is a folder; of a web server, whether the URL ends in a slash."""
        if self.folder is not None:
            return self.folder
        if self._is_web():  # anything else would download the file to look for links in it
            return urlsplit(self.url).path.endswith("/")
        return self._try(lambda fs, path: bool(fs.isdir(path)), missing=False)

    def children(self) -> list[RemotePlace]:
        """Return what a folder holds, sorted by name."""

        def listed(fs: Any, path: str) -> list[RemotePlace]:
            entries = [entry for entry in fs.ls(path, detail=True) if _below(entry["name"], path)]
            return sorted((self._entry(fs, entry) for entry in entries), key=lambda place: place.name)

        return self._try(listed, missing=[])

    def matches(self) -> list[RemotePlace]:
        """Return the places that it means as a pattern."""
        return self._try(
            lambda fs, path: [self._entry(fs, e) for _, e in sorted(fs.glob(path, detail=True).items())],
            missing=[],
        )

    def size(self) -> int | None:
        """Return the stored bytes of a file, or None where the server does not tell."""
        if self.bytes is not None:
            return self.bytes
        size = self._try(lambda fs, path: fs.info(path).get("size"), missing=None)
        return int(size) if size is not None else None

    def open(self) -> io.RawIOBase:
        """Open a file for reading; what fails on the way is tried again."""
        opened = self._try(lambda fs, path: fs.open(path, "rb", block_size=_BLOCK), missing=None)
        if opened is None:
            raise PlaceError("it does not exist any more")
        return _Patient(self, opened)

    def _is_web(self) -> bool:
        return self.url.startswith(("http://", "https://"))

    def _entry(self, fs: Any, entry: dict[str, Any]) -> RemotePlace:
        is_folder = entry.get("type") == "directory" or (self._is_web() and entry["name"].endswith("/"))
        url = entry["name"] if self._is_web() else fs.unstrip_protocol(entry["name"])
        if not self._is_web() and "@" in urlsplit(self.url).netloc:  # hdfs://user@host: stays with the path
            parts = urlsplit(self.url)
            url = urlunsplit((parts.scheme, parts.netloc, urlsplit(url).path, "", ""))
        return RemotePlace(url, folder=is_folder, bytes=None if is_folder else entry.get("size"))

    def _try(self, action: Callable[[Any, str], R], *, missing: R) -> R:
        """Return the result of an action on the file system; ``missing`` where nothing is there."""
        scheme = self.url.partition("://")[0]
        try:
            import fsspec

            fs, path = fsspec.core.url_to_fs(self.url)
        except ImportError as error:
            extra = _EXTRAS.get(scheme)
            raise PlaceError(
                f"reading {scheme}:// needs a package that is not installed",
                hint=f"Install it with: pip install 'pertract[{extra}]'" if extra else str(error),
            ) from error
        except ValueError as error:
            raise PlaceError(
                f"{scheme}:// is not a kind of place that can be read",
                hint=f"Known are {', '.join(sorted(_EXTRAS))}, and what else fsspec knows.",
            ) from error
        except Exception as error:
            raise self._failed(error) from error
        for attempt in range(1, _TRIES + 1):
            try:
                return action(fs, path)
            except Exception as error:
                real = _cause(error)
                if isinstance(real, FileNotFoundError):
                    return missing
                if attempt == _TRIES or not _passing(real):
                    raise self._failed(real) from error
                time.sleep(_PAUSE_S * 2**attempt / 2)
        raise AssertionError

    def _failed(self, error: Exception) -> PlaceError:
        """Return what went wrong in words, with all secrets of the URL taken out."""
        status = getattr(error, "status", None)
        denied = isinstance(error, PermissionError) or status in (401, 403)
        if status is not None:
            reason = f"the server answered {status}"
        elif denied:
            reason = "access was denied"
        elif isinstance(error, TimeoutError):
            reason = "no answer in time"
        else:
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        parts = urlsplit(self.url)
        for secret in (self.url, parts.query, parts.password, parts.username):
            if secret:
                reason = reason.replace(secret, "...")
        hint = (
            "Check your credentials for this place and that they may read it."
            if denied
            else "Check the URL, the network and your credentials for this place."
        )
        return PlaceError(reason.rstrip(": "), hint=hint)


def _below(name: str, path: str) -> bool:
    """Return whether a listed entry lies in the folder: web pages also link to their parents."""
    inner = name.rstrip("/")
    return len(inner) > len(path.rstrip("/")) and "?" not in name


def _cause(error: Exception) -> Exception:
    """Return what really went wrong: of a web server, fsspec calls every failure a missing file."""
    cause = error.__cause__
    if not isinstance(error, FileNotFoundError) or not isinstance(cause, Exception):
        return error
    status = getattr(cause, "status", None)
    if status in (404, 410) or (status is None and not isinstance(cause, OSError)):
        return error
    return _cause(cause)


def _passing(error: Exception) -> bool:
    """Return whether trying again may help."""
    if isinstance(error, PermissionError | IsADirectoryError | NotADirectoryError | NotImplementedError):
        return False
    status = getattr(error, "status", None)
    if status is not None:
        return bool(status == 429 or status >= 500)
    return isinstance(error, OSError | EOFError | TimeoutError) or "ClientError" in {
        base.__name__ for base in type(error).__mro__
    }


class _Patient(io.RawIOBase):
    """A remote file that asks again when a read fails on the way."""

    def __init__(self, place: RemotePlace, opened: Any) -> None:
        self._place = place
        self._opened = opened

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._opened.seekable())

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._opened.seek(offset, whence))

    def tell(self) -> int:
        return int(self._opened.tell())

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer)
        for attempt in range(1, _TRIES + 1):
            try:
                data = self._opened.read(len(target))
            except Exception as error:
                if attempt == _TRIES or not _passing(error) or not self._opened.seekable():
                    raise self._place._failed(error) from error
                time.sleep(_PAUSE_S * 2**attempt / 2)
            else:
                target[: len(data)] = data
                return len(data)
        raise AssertionError

    def close(self) -> None:
        if not self.closed:
            self._opened.close()
        super().close()
