"""Read an application from a server into a `SparkRun`, from its log or else from the answers of the API."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ...errors import NoUsableRun, SourceError
from .. import spark
from ..spark.assemble import RunBuilder
from ..spark.reader import finish, receive
from ..spark.segment import Counts
from ..web import Progress
from .applications import Chosen, choose
from .client import Server
from .gather import Gathering


def read(
    server: Server | str,
    app: str | None = None,
    attempt: str | None = None,
    *,
    raw: bool = True,
    jobs: int = 1,
    progress: Progress | None = None,
) -> spark.SparkRun:
    """Return the run of an application that a History Server or a running application tells of.

    The event log itself is read where the server hands it out, and the JSON of its REST API otherwise;
    the notes of the run say which. Credentials are described at `address.parse`.

    Parameters
    ----------
    server
        A server found by `probe`, or its URL, or the URL of one of its pages or of its API.
    app, attempt
        Identifiers. Without an application, the one in the URL or the only one the server has; without
        an attempt, the last one that has ended.
    raw
        Whether to ask for the event log at all.
    jobs
        Processes to use for the parts of a large rolled log, as for `spark.read`.
    progress
        Called with bytes received and, where the server tells, in all; then with bytes of the log read.

    Raises
    ------
    UsageError
        If the server has several applications and none is named.
    SourceError
        If there is no such application, the server refuses, or no job of the application finished.
    """
    from ..web.session import SignInWanted

    with Server(server, progress=progress) if isinstance(server, str) else server as opened:
        chosen = choose(opened, app, attempt)
        why = ""
        if raw:
            try:
                return _from_log(opened, chosen, jobs=jobs, progress=progress)
            except (NoUsableRun, SignInWanted):
                raise
            except SourceError as error:
                why = f"; the event log cannot be had: {_reason(error)}"
        return _from_answers(opened, chosen, why)


def _from_log(server: Server, chosen: Chosen, *, jobs: int, progress: Progress | None) -> spark.SparkRun:
    with tempfile.TemporaryDirectory(prefix="pertract-") as folder:
        archive = Path(folder) / f"{chosen.application.id}.zip".replace("/", "-")
        server.download(f"{chosen.path}/logs", archive)
        try:
            run = _read_archive(archive, jobs=jobs, progress=progress)
        except NoUsableRun as error:
            said = str(error).partition(": ")[2]  # the archive is nothing people know
            raise NoUsableRun(f"{chosen.application.id}: {said}", hint=error.hint) from error
    run.notes[:0] = [f"read from the event log that {server} handed out", *chosen.notes]
    return run


def _read_archive(archive: Path, *, jobs: int, progress: Progress | None) -> spark.SparkRun:
    return spark.read(spark.find(archive), jobs=jobs, progress=progress)


def _from_answers(server: Server, chosen: Chosen, why: str) -> spark.SparkRun:
    builder, counts = RunBuilder(), Counts()
    builder.notes += [f"read from the REST API of {server}{why}", *chosen.notes]
    gathering = Gathering(server, chosen, builder.missing, builder.notes)
    for item in gathering.items(counts):
        receive(builder, item, counts)
    return finish(builder, counts, name=chosen.application.id)


def _reason(error: SourceError) -> str:
    return str(error).partition(": ")[2] or str(error)
