"""Files and folders behind URLs, through fsspec: object stores, HDFS, web servers, memory."""

from __future__ import annotations

import io
import socket
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
    "s3n": "s3",
    "gs": "gs",
    "gcs": "gs",
    "abfs": "abfs",
    "abfss": "abfs",
    "az": "abfs",
    "hdfs": "hdfs",
    "webhdfs": "hdfs",
}
_SAME = {"s3n": "s3"}  # what Hadoop called it once
_TRIES = 4
_PAUSE_S = 0.5
_BLOCK = 8 << 20  # bytes asked for at once


def without_secrets(url: str) -> str:
    """Return a URL without user, password and query, in which signatures stand."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("://")[0] + "://..."
    user, _, host = parts.netloc.rpartition("@")
    if _EXTRAS.get(parts.scheme) == "abfs" and ":" not in user:  # container@account
        host = parts.netloc
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
        if not self._is_web() and "::" not in self.url:  # where ? and # are letters like others
            path = self.url.partition("://")[2].rstrip("/").partition("/")[2]
            if path:
                return path.rpartition("/")[2]
        return str(self).rstrip("/").rpartition("/")[2]

    def exists(self) -> bool:
        """Return whether anything is there."""
        if self.folder is not None:
            return True
        # and not fs.exists, which takes every failure for a file that does not exist
        return self._try(lambda fs, path: bool(fs.info(path)), missing=False)

    def identity(self) -> str:
        """Return the same text for the same file or folder."""
        return self.url.rstrip("/")

    def is_folder(self) -> bool:
        """Return whether it is a folder; of a web server, whether the URL ends in a slash."""
        if self.folder is not None:
            return self.folder
        if self._is_web():  # anything else would download the file to look for links in it
            return urlsplit(self.url).path.endswith("/")
        return self._try(lambda fs, path: fs.info(path).get("type") == "directory", missing=False)

    def children(self) -> list[RemotePlace]:
        """Return what a folder holds, sorted by name."""

        def listed(fs: Any, path: str) -> list[RemotePlace]:
            entries = fs.ls(path, detail=True)
            if self._is_web():  # whose pages also link to themselves, sorted in other ways
                entries = [entry for entry in entries if "?" not in entry["name"]]
            entries = [entry for entry in entries if _below(entry["name"], path)]
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
        return self.url.lower().startswith(("http://", "https://"))

    def _entry(self, fs: Any, entry: dict[str, Any]) -> RemotePlace:
        is_folder = entry.get("type") == "directory" or (self._is_web() and entry["name"].endswith("/"))
        url = entry["name"] if self._is_web() else fs.unstrip_protocol(entry["name"])
        if not self._is_web() and fs._get_kwargs_from_urls(self.url):  # hdfs://user@host:port stays
            scheme, _, rest = self.url.partition("://")
            path = url.partition("://")[2].partition("/")[2]
            url = f"{scheme}://{rest.partition('/')[0]}/{path}"
        return RemotePlace(url, folder=is_folder, bytes=None if is_folder else entry.get("size"))

    def _try(self, action: Callable[[Any, str], R], *, missing: R) -> R:
        """Return the result of an action on the file system; ``missing`` where nothing is there."""
        given, _, rest = self.url.partition("://")
        scheme = given.lower()
        extra = _EXTRAS.get(scheme)
        if extra == "s3" and "@" in rest.partition("/")[0]:
            raise PlaceError(
                "keys in the URL of a bucket are not used",
                hint="Put them into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or into a profile.",
            )
        try:
            import fsspec

            fs, path = fsspec.core.url_to_fs(f"{_SAME.get(scheme, scheme)}://{rest}")
        except ImportError as error:
            raise PlaceError(
                f"reading {scheme}:// needs a package that is not installed",
                hint=f"Install it with: pip install 'pertract[{extra}]'" if extra else str(error),
            ) from error
        except ValueError as error:
            if "not known" not in str(error):  # it is, but this URL is wrong or says too little
                raise self._failed(error) from error
            if extra:  # some names of a storage become known only with its package
                raise PlaceError(
                    f"reading {scheme}:// needs a package that is not installed",
                    hint=f"Install it with: pip install 'pertract[{extra}]'",
                ) from error
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
        hint = "Check the URL, the network and your credentials for this place."
        status = getattr(error, "status", None) or None  # 0 where redirections go in circles
        denied = isinstance(error, PermissionError) or status in (401, 403)
        if denied:
            hint = "Check your credentials for this place and that they may read it."
        if status is not None:
            reason = f"the server answered {status}"
        elif denied:
            reason = "access was denied"
        elif isinstance(error, TimeoutError):
            reason = "no answer in time"
        elif _untrusted(error):
            reason = "the certificate of the server is not trusted"
            hint = "Let SSL_CERT_FILE name a file with the certificates to trust."
        elif type(error).__name__ == "TooManyRedirects":
            reason = "the server sends from one address to the next without end"
        else:
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        parts = urlsplit(self.url)
        for secret in (self.url, parts.query, parts.password, parts.username):
            if secret:
                reason = reason.replace(secret, "...")
        return PlaceError(reason.rstrip(": "), hint=hint)


def _below(name: str, path: str) -> bool:
    """Return whether a listed entry lies in the folder: web pages also link to their parents."""
    inner = name.rstrip("/")
    return len(inner) > len(path.rstrip("/"))


def _cause(error: Exception) -> Exception:
    """Return what really went wrong: of a web server, fsspec calls every failure a missing file."""
    cause = error.__cause__
    if not isinstance(error, FileNotFoundError) or not isinstance(cause, Exception):
        return error
    status = getattr(cause, "status", None)
    if status in (404, 410) or (status is None and not isinstance(cause, OSError)):
        return error
    return _cause(cause)


def _untrusted(error: Exception) -> bool:
    """Return whether a connection failed because of the server's certificate."""
    return any("Cert" in base.__name__ for base in type(error).__mro__)


def _passing(error: Exception) -> bool:
    """Return whether trying again may help."""
    if _untrusted(error) or _not_there(error):
        return False
    if isinstance(error, PermissionError | IsADirectoryError | NotADirectoryError | NotImplementedError):
        return False
    status = getattr(error, "status", None)
    if status is not None:
        return bool(status == 429 or status >= 500)
    return isinstance(error, OSError | EOFError | TimeoutError) or "ClientError" in {
        base.__name__ for base in type(error).__mro__
    }


def _not_there(error: Exception) -> bool:
    """Return whether nobody answers at the address at all: a wrong name or port, mostly."""
    cause = getattr(error, "os_error", error)
    return isinstance(cause, ConnectionRefusedError | socket.gaierror)


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
