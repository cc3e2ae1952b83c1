"""Read what several sources tell of one cluster."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...errors import SourceError
from .. import places, web
from . import configuration, rest, saved
from .log import ahead_s
from .merge import merge, shared_moments
from .parts import Part, Rank
from .records import Scheduler, Snapshot


def read(
    sources: Sequence[str | Path],
    *,
    application: str | None = None,
    ended_s: float | None = None,
    progress: web.Progress | None = None,
) -> Snapshot:
    """Return what ResourceManagers, Timeline services, files and folders tell of a cluster.

    They complete each other: answers of the ResourceManager count before those of the Timeline service,
    these before logs, and these before configuration files. Where they disagree, a note says so; what
    cannot be read becomes a problem.

    Parameters
    ----------
    sources
        URLs, and paths of files and folders.
    application
        Of which attempts and containers are wanted.
    ended_s
        When it ended, seconds since 1970, if that is known.
    progress
        Called with the bytes received.

    Raises
    ------
    SourceNotFound
        If a path does not exist.
    UsageError
        If a URL cannot be read.
    """
    parts: list[Part] = []
    snapshot = Snapshot()
    for source in sources:
        try:
            if places.is_web(str(source)):
                parts.append(rest.read(str(source), application, ended_s, progress=progress))
            else:
                parts += saved.read(source)
        except SourceError as error:
            snapshot.problems.append(" ".join(filter(None, (f"{error}.", error.hint))))
    allocations: list[tuple[str, Scheduler]] = []
    for part in sorted(parts, key=lambda part: part.rank):
        if part.log is not None:
            _settle_times(part, snapshot)
        if part.rank is Rank.configuration and part.snapshot.scheduler is not None:
            allocations.append((part.name, part.snapshot.scheduler))
            part.snapshot.scheduler = None
        merge(snapshot, part.snapshot, part.name)
    _configured(snapshot, allocations)
    _versions(snapshot)
    return snapshot


def _configured(snapshot: Snapshot, allocations: list[tuple[str, Scheduler]]) -> None:
    """Add what is configured of the scheduler; files of a scheduler that is not in use say nothing."""
    if (configured := configuration.scheduler(snapshot.configuration)) is not None:
        used = snapshot.scheduler is None or snapshot.scheduler.kind == configured.kind
        if used or configuration.names_scheduler(snapshot.configuration):
            merge(snapshot, Snapshot(scheduler=configured), "the configuration")
    for name, scheduler in allocations:
        if snapshot.scheduler is None or snapshot.scheduler.kind == scheduler.kind:
            merge(snapshot, Snapshot(scheduler=scheduler), name)


def _settle_times(part: Part, known: Snapshot) -> None:
    """Turn the local times of a log into true ones, by what it or other sources tell both of."""
    log = part.log
    assert log is not None
    ahead = log.offset_s()
    if ahead is None:
        ahead = ahead_s(shared_moments(known, log.snapshot))
    if ahead is None:
        ahead = 0.0
        log.snapshot.notes.append(
            f"{part.name}: nothing tells the time zone of its times, which are taken as UTC"
        )
    log.shift(ahead)
    exact = log.exact
    merge(exact, log.snapshot, part.name)
    part.snapshot = exact


def _versions(snapshot: Snapshot) -> None:
    versions = sorted({node.version for node in snapshot.running_nodes() if node.version})
    if len(versions) > 1:
        snapshot.notes.append(f"nodes run several versions of Hadoop: {', '.join(versions[:4])}")
