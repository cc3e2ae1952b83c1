"""From many logs to as many models."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ..errors import OutputError, PertractError, SourceError, SourceNotFound, UnrecognisedSource
from ..report.summary import Extraction, summary
from ..sources import history_server, mapreduce, places, spark
from ..sources.processes import in_order
from .files import save
from .reading import Run, model_of, server_at


def extract_all(
    sources: Iterable[str | Path],
    folder: str | Path,
    *,
    application: str | None = None,
    jobs: int = 1,
    progress: spark.Progress | None = None,
) -> Iterator[Extraction]:
    """Write a model of every application at some places into a folder; yield them as they come.

    Files that are no event logs and logs that cannot be read come with their error. Models
    are named after the application and its attempt.

    Parameters
    ----------
    sources
        Paths, URLs and patterns of event logs, of folders and archives that hold them, and of servers.
    folder
        Where to write; made if it does not exist.
    application
        Only this application.
    jobs, progress
        As for `read_run`; with several processes, each reads one log at a time.

    Raises
    ------
    SourceNotFound
        If there is no event log at all.
    OutputError
        If a model cannot be written.
    """
    folder = Path(folder)
    tasks, found = _tasks(list(sources), application)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be made ({error.strerror})", hint="Give a folder that you may write to."
        ) from error
    for refusal in (*found.skipped, *found.refused):
        yield Extraction(str(refusal).partition(": ")[0], error=refusal)
    targets = list(zip(tasks, _paths(tasks, folder), strict=True))
    alone = jobs if len(tasks) == 1 else 1  # then its parts are read side by side
    done, total = 0, sum(task.size for task in tasks)
    for (task, _), extraction in in_order(partial(_extract_to, alone), targets, jobs=min(jobs, len(tasks))):
        done += task.size
        if progress:
            progress(done, total)
        yield extraction


@dataclass(frozen=True, slots=True)
class _OfLog:
    """A log to make a model of."""

    log: spark.EventLog

    def __str__(self) -> str:
        return str(self.log.place)

    @property
    def name(self) -> str:
        return self.log.application + (f"_{self.log.attempt}" if self.log.attempt else "")

    @property
    def size(self) -> int:
        return self.log.stored_bytes or 0

    def read(self, jobs: int) -> tuple[Run, str]:
        return spark.read(self.log, jobs=jobs), self.log.place.name


@dataclass(frozen=True, slots=True)
class _OfJob:
    """A MapReduce job to make a model of, already read: a file can hold many."""

    job: mapreduce.MapReduceRun = field(repr=False)
    file: str
    size: int = 1

    def __str__(self) -> str:
        return f"{self.file} {self.job.id}"

    @property
    def name(self) -> str:
        return self.job.id

    def read(self, _jobs: int) -> tuple[Run, str]:
        return self.job, Path(self.file).name


@dataclass(frozen=True, slots=True)
class _OfServer:
    """An application on a server to make a model of."""

    url: str = field(repr=False)
    name: str
    size: int = 1
    mapreduce: bool = False

    def __str__(self) -> str:
        return f"{places.without_secrets(self.url)} {self.name}"

    def read(self, jobs: int) -> tuple[Run, str]:
        shown = places.without_secrets(self.url)
        if self.mapreduce:
            with mapreduce.JobServer(self.url) as server:
                return mapreduce.ask(server, self.name), shown
        return history_server.read(self.url, self.name, jobs=jobs), shown


_Task = _OfLog | _OfServer | _OfJob


def _tasks(sources: Sequence[str | Path], application: str | None) -> tuple[Sequence[_Task], spark.Found]:
    """Return what to make models of, and what else was found."""
    on_servers, where = [], []
    for source in map(str, sources):
        if places.is_web(source) and (server := server_at(source)):
            of_jobs = isinstance(server, mapreduce.JobServer)
            with server:
                known = [application] if application else _known(server)
            on_servers += [_OfServer(source, name, mapreduce=of_jobs) for name in known]
        else:
            where += places.expand(source)
    found = spark.find_all(where)
    logs = spark.choose(found.logs, application=application)
    from_files = list(_jobs(where, found, application))
    if not logs and not from_files and not found.refused and not on_servers:
        names = ", ".join(map(str, where[:3]))
        held = f" of application {application}" if application and found.logs else ""
        reason = f"; {found.skipped[0]}" if found.skipped and not found.logs else ""
        raise SourceNotFound(
            f"{names}: there is no event log{held}{reason}",
            hint="Give the folder that spark.eventLog.dir points to.",
        )
    return [*on_servers, *map(_OfLog, logs), *from_files], found


def _known(server: history_server.Server | mapreduce.JobServer) -> list[str]:
    """Return the applications that a server knows."""
    if isinstance(server, mapreduce.JobServer):
        return mapreduce.applications(server)
    return history_server.applications(server)


def _jobs(where: Sequence[places.Place], found: spark.Found, application: str | None) -> Iterator[_OfJob]:
    """Yield the MapReduce jobs among what was found besides event logs, and take their files out of that."""
    files = [file for place in where for file in mapreduce.find_at(place)]
    saved = [file for file in files if file.kind == "answer"]
    for group in [*([saved] if saved else []), *([file] for file in files if file.kind != "answer")]:
        shown = {f"{file.place}: " for file in group}
        found.skipped[:] = [e for e in found.skipped if not any(str(e).startswith(name) for name in shown)]
        try:
            for job in mapreduce.read_all(group, application=application):
                yield _OfJob(job, str(group[0].place))
        except UnrecognisedSource as error:
            found.skipped.append(error)
        except SourceError as error:
            found.refused.append(error)


def _extract_to(jobs: int, target: tuple[_Task, Path]) -> Extraction:
    task, path = target
    try:
        model = model_of(*task.read(jobs))
    except PertractError as error:
        return Extraction(str(task), error=error)
    save(model, path)
    return Extraction(str(task), path, summary(model))


def _paths(tasks: Sequence[_Task], folder: Path) -> Iterator[Path]:
    """Yield a file for each: its application and attempt, with a number where that is taken."""
    taken: Counter[str] = Counter()
    for task in tasks:
        name = re.sub(r"[^\w.-]+", "-", task.name)[:120]
        taken[name] += 1
        yield folder / (f"{name}-{taken[name]}.yaml" if taken[name] > 1 else f"{name}.yaml")
