"""The MapReduce History Server, and application masters behind YARN's proxy, as something to ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from ...errors import (
    SourceError,
    SourceNotFound,
    UnreadableSource,
    UnrecognisedSource,
)
from ..web import Connection, Progress, credentials, quoted
from ..web.connection import login_page
from . import answers
from .records import MapReduceRun, job_id

_HISTORY = "ws/v1/history/mapreduce"
_MASTER = "ws/v1/mapreduce"
_PORTS = (19888, 19890)
"""Usual ports of the History Server (``mapreduce.jobhistory.webapp.address``, ``...webapp.https.address``)."""
_AT_ONCE = 8
_KERBEROS = "Read the .jhist file in mapreduce.jobhistory.done-dir, such as hdfs://..., or copy it first."


class JobServer:
    """A server that answers the REST API of MapReduce.

    Parameters
    ----------
    url
        Its address, or that of any of its pages or answers.
    progress
        Called while data is received.
    pause_s
        Between the first tries of a request that fails.

    Raises
    ------
    UsageError
        If it is no http or https URL.
    """

    def __init__(self, url: str, *, progress: Progress | None = None, pause_s: float = 0.5) -> None:
        parts = credentials.split(url, example="http://host:19888")
        base, api, self.job = _split(parts.path)
        self.base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{base}"
        self.api = api or _HISTORY
        self.named = api is not None
        """Whether the path is that of such a server."""
        self.sure = self.named or parts.port in _PORTS
        """Whether it looks like the address of one."""
        self._connection = Connection(
            credentials.of_url(parts), kerberos_hint=_KERBEROS, progress=progress, pause_s=pause_s
        )

    def __str__(self) -> str:
        return self.base

    def __enter__(self) -> JobServer:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def get(self, path: str) -> answers.Answer:
        """Return the answer at a path below the API.

        Raises
        ------
        SourceError
            If the server cannot be reached, refuses, or answers something else.
        """
        url = f"{self.base}/{self.api}" + (f"/{path}" if path else "")
        answer = self._connection.ask(url, accept="application/json")
        if answer.is_page:
            raise login_page(url, answer.url)
        return answers.parse(answer.content, url)


def _split(path: str) -> tuple[str, str | None, str | None]:
    """Return the path before the API, the API, and the job that a path names."""
    found = re.search(r"job_\d+_\d+", path)
    job = job_id(found[0]) if found else None
    for api in (_HISTORY, "ws/v1/history", "jobhistory"):
        before, marked, _ = path.partition(f"/{api}")
        if marked:
            return before, _HISTORY, job
    before, marked, _ = path.partition(f"/{_MASTER}")
    if marked:
        return before, _MASTER, job
    return path.rstrip("/"), None, job


def probe(url: str, *, anywhere: bool = False, progress: Progress | None = None) -> JobServer | None:
    """Return the server at an http or https URL, or None where something else answers.

    Parameters
    ----------
    url
        The address.
    anywhere
        Whether to ask also where neither the port nor the path is that of such a server.
    progress
        Called while data is received.

    Raises
    ------
    SourceError
        If there is probably such a server, but it cannot be reached, refuses, or wants a login.
    """
    server = JobServer(url, progress=progress)
    if not (server.sure or anywhere):
        return None
    with server:
        try:
            server.get("jobs" if server.api == _MASTER else "")
        except (UnrecognisedSource, UnreadableSource, SourceNotFound):
            if server.named:
                raise
            return None  # another server
        return server


def applications(server: JobServer) -> list[str]:
    """Return the jobs that a server knows and that succeeded, in its order."""
    _, found = server.get("jobs")
    jobs = found.get("job") or []
    known = jobs if isinstance(jobs, list) else [jobs]
    return [job_id(str(job["id"])) for job in known if job.get("state") in ("SUCCEEDED", None)]


def ask(server: JobServer, application: str | None = None) -> MapReduceRun:
    """Return a job of a server.

    Parameters
    ----------
    server
        The server.
    application
        Identifier of the job or of its application; may be left out if the address names it, or there is
        only one.

    Raises
    ------
    SourceNotFound
        If the server does not know it.
    UnrecognisedSource
        If there are several jobs.
    SourceError
        If the server does not tell enough.
    """
    job = job_id(application) if application else server.job or _only(server)
    answer = server.get(f"jobs/{quoted(job)}")
    found = [answer, *_optional(server, [f"jobs/{quoted(job)}/conf"]), *_tasks(server, job)]
    digest = answers.digest(found)
    runs = [run for run in answers.jobs_of(found, digest, str(server)) if run.id == job_id(job)]
    if not runs:
        raise UnreadableSource(f"{server}: the answers are about another job than {job}", hint="Try again.")
    return runs[0]


def _only(server: JobServer) -> str:
    known = applications(server)
    if len(known) == 1:
        return known[0]
    if not known:
        raise SourceNotFound(
            f"{server}: the server knows no job that succeeded", hint="Is this the right server?"
        )
    raise UnrecognisedSource(
        f"{server}: there are {len(known)} jobs, such as {', '.join(known[:3])}",
        hint="Name one of them with --app, or give a folder for a model of each: -o models/",
    )


def _tasks(server: JobServer, job: str) -> Iterator[answers.Answer]:
    """Yield the answers about tasks, their attempts, and what these counted."""
    base = f"jobs/{quoted(job)}/tasks"
    listed = _optional(server, [base])
    yield from listed
    tasks = [str(task["id"]) for _, found in listed for task in answers.many(found.get("task"))]
    attempts = _optional(server, [f"{base}/{quoted(task)}/attempts" for task in tasks])
    yield from attempts
    paths = []
    for _, found in attempts:
        for attempt in answers.many(found.get("taskAttempt")):
            name = str(attempt["id"])
            task = name.rpartition("_")[0].replace("attempt_", "task_", 1)
            paths.append(f"{base}/{quoted(task)}/attempts/{quoted(name)}/counters")
    yield from _optional(server, paths)


def _optional(server: JobServer, paths: Sequence[str]) -> list[answers.Answer]:
    """Return the answers at some paths; those that the server does not give are left out."""

    def get(path: str) -> answers.Answer | None:
        try:
            return server.get(path)
        except SourceError:
            return None

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return [answer for answer in threads.map(get, paths) if answer is not None]
