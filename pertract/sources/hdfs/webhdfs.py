"""A NameNode, or an HttpFS gateway, as something to ask over WebHDFS."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import parse_qs, quote, unquote

import msgspec

from ...errors import SourceError, SourceNotFound, UnrecognisedSource, UsageError
from .. import web
from ..web.connection import login_page
from . import answers
from .records import Listing, StoredFile, merged
from .text import path_of

T = TypeVar("T")

_API = "/webhdfs/v1"
_EXAMPLE = "http://namenode:9870"
_KERBEROS = (
    "Fetch a token with `hdfs fetchdt --webservice https://namenode:9871 FILE` or "
    f"`curl --negotiate -u : '{_EXAMPLE}{_API}/?op=GETDELEGATIONTOKEN'` and put it into "
    "PERTRACT_DELEGATION_TOKEN."
)
_UNKNOWN_OPERATION = ("IllegalArgumentException", "UnsupportedOperationException")
_MOST_LOCATED = 5000  # files whose blocks are asked for, one question each
_MOST_FOLDERS = 100_000


@dataclass(frozen=True, slots=True)
class Address:
    """Where a NameNode is, and what the address says beyond that."""

    base: str
    """Scheme, host, port and path up to ``/webhdfs/v1``."""
    path: str
    """The path that it names; empty for none."""
    credentials: web.Credentials
    user: str | None
    """Name for a cluster without security (``user.name``)."""


def is_address(text: str) -> bool:
    """Return whether a source is the address of a NameNode, or of several."""
    return text.lower().startswith(("http://", "https://", "webhdfs://", "swebhdfs://"))


def parse(url: str) -> Address:
    """Return the address of a NameNode from its URL.

    ``http://host:9870``, ``http://host:14000/webhdfs/v1/data`` and ``webhdfs://host:9870/data`` are
    understood, behind a gateway also ``https://knox:8443/gateway/default/webhdfs/v1``. The parameters
    ``user.name`` and ``delegation`` of WebHDFS may stand behind a question mark.

    Raises
    ------
    UsageError
        If it is none of these.
    """
    text = url.strip()
    for scheme, plain in (("webhdfs", "http"), ("swebhdfs", "https")):
        if text.lower().startswith(f"{scheme}://"):
            rest = text[len(scheme) + 3 :]
            host, _, path = rest.partition("/")
            text = f"{plain}://{host}{_API}/{path}"
    parts = web.split(text, example=_EXAMPLE)
    before, found, path = parts.path.partition(_API)
    if not found:
        before, path = "", parts.path if not parts.path.endswith((".html", ".jsp")) else ""
        before, path = ("", "") if path.startswith("/explorer") else (before, path)
    query = parse_qs(parts.query)
    credentials = web.of_url(parts)
    if token := query.get("delegation", [""])[0]:
        credentials = replace(credentials, delegation_token=token)
    host = parts.netloc.rpartition("@")[2]
    user = query.get("user.name", [None])[0]
    return Address(f"{parts.scheme}://{host}{before}{_API}", unquote(path).rstrip("/"), credentials, user)


class NameNode:
    """A server that answers WebHDFS; of several addresses, the one that is active.

    Parameters
    ----------
    urls
        Address, or several of a highly available file system separated by commas.
    pause_s
        Between the first tries of a request that fails.

    Raises
    ------
    UsageError
        If an address cannot be read.
    """

    def __init__(self, urls: str, *, progress: web.Progress | None = None, pause_s: float = 0.5) -> None:
        self._addresses = deque(parse(url) for url in urls.split(",") if url.strip())
        if not self._addresses:
            raise UsageError("the address of the NameNode is empty", hint=f"Write it like {_EXAMPLE}.")
        self._connections = {
            address.base: web.Connection(
                address.credentials, kerberos_hint=_KERBEROS, progress=progress, pause_s=pause_s
            )
            for address in self._addresses
        }
        self._batches = True
        self._locate: Callable[[str], answers.Located] = self._located_blocks

    def __str__(self) -> str:
        return self._addresses[0].base.removesuffix(_API)

    def __enter__(self) -> NameNode:
        return self

    def __exit__(self, *_error: object) -> None:
        for connection in self._connections.values():
            connection.close()

    @property
    def path(self) -> str:
        """The path in the address; empty for none."""
        return self._addresses[0].path

    # -- what to ask -----------------------------------------------------------------------------

    def summary(self, path: str) -> answers.Summary:
        """Return the totals below a path.

        Raises
        ------
        SourceError
            If nothing is there, or the server does not answer.
        """
        return self._get(path, "GETCONTENTSUMMARY", answers.ContentSummary).summary

    def entries(self, path: str) -> list[answers.FileStatus]:
        """Return what lies in a folder, or the status of a file, whose name is then empty.

        In parts (``LISTSTATUS_BATCH``), which do not keep the NameNode busy for long; all at once where
        it does not know this, as before Hadoop 2.9.

        Raises
        ------
        SourceError
            If nothing is there, or the server does not answer.
        """
        from ..web import session

        found: list[answers.FileStatus] = []
        if self._batches:
            try:
                after: str | None = None
                while True:
                    query = {} if after is None else {"startAfter": after}
                    part = self._get(path, "LISTSTATUS_BATCH", answers.DirectoryListing, **query).listing
                    found += part.listing.listed.statuses
                    if not part.remaining or not part.listing.listed.statuses:
                        return found
                    after = found[-1].name
            except session.HadoopRefusal as error:
                if error.exception not in _UNKNOWN_OPERATION:
                    raise
                self._batches = False
        return self._get(path, "LISTSTATUS", answers.FileStatuses).listed.statuses

    def located(self, path: str) -> answers.Located:
        """Return where the blocks of a file lie.

        Raises
        ------
        SourceError
            If the server does not tell.
        """
        from ..web import session

        try:
            return self._locate(path)
        except session.HadoopRefusal as error:
            if error.exception not in _UNKNOWN_OPERATION or self._locate == self._locations:
                raise
            self._locate = self._locations
            return self._locate(path)

    def _located_blocks(self, path: str) -> answers.Located:
        return answers.of_located(self._get(path, "GET_BLOCK_LOCATIONS", answers.LocatedBlocks))

    def _locations(self, path: str) -> answers.Located:
        return answers.of_locations(self._get(path, "GETFILEBLOCKLOCATIONS", answers.BlockLocations))

    # -- how -------------------------------------------------------------------------------------

    def _get(self, path: str, operation: str, type_: type[T], **query: str) -> T:
        """Return an answer; a NameNode that stands by is left for the next one."""
        from ..web import session

        for number in range(len(self._addresses)):
            address = self._addresses[0]
            parameters: dict[str, Any] = {"op": operation, **query}
            if address.credentials.delegation_token:
                parameters["delegation"] = address.credentials.delegation_token
            elif address.user:
                parameters["user.name"] = address.user
            url = f"{address.base}{quote(path or '/')}"
            try:
                answer = self._connections[address.base].ask(url, parameters)
            except SourceError as error:
                last = number == len(self._addresses) - 1
                if last or isinstance(error, SourceNotFound) or not _elsewhere(error, session):
                    raise
                self._addresses.rotate(-1)
                continue
            break
        if answer.is_page:
            raise login_page(url, answer.url)
        try:
            return msgspec.json.decode(answer.content, type=type_)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            kind = "XML" if answer.content.lstrip()[:1] == b"<" else str(error).splitlines()[0][:120]
            raise UnrecognisedSource(
                f"{url}: the answer to {operation} is not what WebHDFS gives ({kind})",
                hint=f"Check that the address is that of a NameNode's web server, such as {_EXAMPLE}.",
            ) from error


def _elsewhere(error: SourceError, session: Any) -> bool:
    """Return whether another NameNode may answer where this one did not."""
    if isinstance(error, session.HadoopRefusal):
        return error.exception in ("StandbyException", "ObserverRetryOnActiveException")
    return not isinstance(error, session.SignInWanted)


def read(
    server: NameNode,
    paths: Sequence[str],
    *,
    most_located: int = _MOST_LOCATED,
) -> Listing:
    """Return the files at and below some paths, with the places of their blocks.

    A path may be that of a file or folder, or a pattern as Hadoop understands it. What cannot be listed
    is told in a note, if anything else can.

    Parameters
    ----------
    server
        Whom to ask.
    paths
        Where to look.
    most_located
        Files whose blocks are asked for; of more, some evenly spread ones.

    Raises
    ------
    SourceError
        If nothing can be listed.
    """
    listing, errors = Listing(), []
    for path in dict.fromkeys(path_of(path) for path in paths):
        try:
            listing.files += _below(server, path, listing)
        except SourceError as error:
            errors.append(error)
            listing.notes.append(str(error))
    if errors and not listing.files:
        raise errors[0]
    _add_blocks(server, listing, most_located)
    return listing


def _below(server: NameNode, path: str, listing: Listing) -> list[StoredFile]:
    """Return the files at and below a path, folder by folder."""
    from .patterns import fixed_part, matcher

    wanted = matcher(path)
    root = fixed_part(path)
    files: list[StoredFile] = []
    waiting, seen, first = deque([root]), 0, True
    while waiting and seen < _MOST_FOLDERS:
        folder = waiting.popleft()
        try:
            entries = server.entries(folder)
        except SourceError as error:
            if first:
                raise
            listing.notes.append(str(error))
            continue
        seen, first = seen + 1, False
        for entry in entries:
            if entry.is_folder:
                waiting.append(f"{folder.rstrip('/')}/{entry.name}")
            elif entry.type == "FILE" and wanted((file := entry.stored(folder or "/")).path):
                files.append(file)
    if waiting:
        listing.notes.append(f"{server}: {path} has too many folders; {len(waiting)} were not listed")
    return files


def _add_blocks(server: NameNode, listing: Listing, most: int) -> None:
    """Ask where the blocks are."""
    chosen: Iterable[int] = [i for i, file in enumerate(listing.files) if file.size_bytes]
    chosen = list(chosen)
    if len(chosen) > most:
        listing.notes.append(
            f"{server}: there are {len(chosen)} files; the places of the blocks of {most} stand for all"
        )
        chosen = [chosen[i * len(chosen) // most] for i in range(most)]
    for position in chosen:
        file = listing.files[position]
        try:
            blocks, racks, addresses = server.located(file.path)
        except SourceError as error:
            listing.notes.append(f"where blocks lie is not known: {error}")
            return
        listing.racks |= racks
        listing.addresses |= addresses
        listing.files[position] = merged(file, StoredFile(file.path, file.size_bytes, 0, 0, blocks))
