"""Read one event log into a `SparkRun`: line by line, the parts of a rolled log side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import NoUsableRun
from ..places import Place
from ..processes import in_order
from .assemble import RunBuilder
from .layout import EventLog, find
from .parts import OpenPart, Part, open_part
from .records import SparkRun
from .segment import Counts, Item, SegmentReader
from .tasks import TaskBatch

Progress = Callable[[int, int | None], None]
"""Called now and then with the stored bytes read so far and, where known, the stored bytes in all."""

_REPORT_EVERY = 1 << 14  # lines
_WORTH_IT = 500 << 20  # bytes of JSON below which starting other processes takes longer than it saves
_PACKED = 15  # how much smaller compressed logs are


def read(
    log: EventLog | Place | Path | str,
    *,
    jobs: int = 1,
    keep_tasks: bool = False,
    progress: Progress | None = None,
) -> SparkRun:
    """Return the run recorded in an event log.

    The log is read once, from first to last byte, in memory that does not grow with it.

    Parameters
    ----------
    log
        A log found by `find`, or what `find` takes.
    jobs
        Processes to use for the parts of a large rolled log. Programs that ask for more than one need
        the usual ``if __name__ == "__main__":`` guard.
    keep_tasks
        Whether to keep every task by itself (`SparkRun.task_times`), which takes 200 bytes a task.
    progress
        Called with stored bytes read and in all.

    Raises
    ------
    SourceError
        If there is no event log, it cannot be read, or no job in it finished.
    """
    found = log if isinstance(log, EventLog) else find(log)
    reading = _Reading(found, progress, keep_tasks=keep_tasks)
    if jobs < 2 or len(found.parts) < 2 or _weight(found) < _WORTH_IT:
        reading.one_by_one()
    else:
        reading.side_by_side(jobs)
    return reading.run()


class _Reading:
    """One log on its way into a run."""

    def __init__(self, log: EventLog, progress: Progress | None, *, keep_tasks: bool) -> None:
        self._log = log
        self._progress = progress
        self._done = 0
        self._builder = RunBuilder(keep_tasks=keep_tasks)
        self._builder.missing.extend(log.missing)
        self._builder.notes.extend(log.notes)
        self._counts = Counts()
        self._digest = hashlib.sha256()

    def one_by_one(self) -> None:
        reader = SegmentReader(self._counts)
        for part in self._log.parts:
            with open_part(part) as opened:
                for item in reader.items(self._reported(opened) if self._progress else opened):
                    receive(self._builder, item, self._counts)
                self._part_read(part, opened.digest(), damaged=opened.damaged)
                self._done += opened.taken
        for item in reader.rest():
            receive(self._builder, item, self._counts)

    def side_by_side(self, jobs: int) -> None:
        for part, read in in_order(read_part, self._log.parts, jobs=jobs):
            for item in read.items:
                receive(self._builder, item, self._counts)
            self._counts.add(read.counts)
            self._part_read(part, read.digest, damaged=read.damaged)
            self._done += read.taken
            if self._progress:
                self._progress(self._done, self._log.stored_bytes)

    def run(self) -> SparkRun:
        digest = f"sha256:{self._digest.hexdigest()[:16]}"
        return finish(self._builder, self._counts, name=str(self._log.place), digest=digest)

    def _part_read(self, part: Part, digest: bytes, *, damaged: bool) -> None:
        self._digest.update(digest)
        if damaged:
            self._builder.missing.append(
                f"the {part.codec} data of {part.place.name} ends or breaks in the middle"
            )

    def _reported(self, opened: OpenPart) -> Iterator[bytes]:
        assert self._progress is not None
        total = self._log.stored_bytes
        for count, line in enumerate(opened):
            yield line
            if count % _REPORT_EVERY == 0:
                self._progress(self._done + opened.taken, total)
        self._progress(self._done + opened.taken, total)


def receive(builder: RunBuilder, item: Item, counts: Counts) -> None:
    """Hand an item to the builder; an event with impossible content counts as malformed."""
    if isinstance(item, TaskBatch):
        builder.on_tasks(item)
        return
    name, event = item
    try:
        builder.handlers[name](event)
    except (ValueError, OverflowError):
        counts.malformed += 1
        counts.events[name] -= 1


def finish(builder: RunBuilder, counts: Counts, *, name: str, digest: str = "") -> SparkRun:
    """Return the run once everything was received.

    Raises
    ------
    NoUsableRun
        If no job in it finished.
    """
    if counts.malformed:
        what = "line is" if counts.malformed == 1 else "lines are"
        builder.missing.append(f"{counts.malformed} {what} damaged and not used")
    if len(builder.applications) > 1:
        raise NoUsableRun(
            f"{name}: it holds the events of {len(builder.applications)} applications, one after the other",
            hint="Give the log of each application by itself.",
        )
    run = builder.build(counts, digest=digest)
    if not any(job.finished for job in run.jobs):
        lines = counts.malformed + counts.events.total()
        if counts.malformed * 2 > lines:
            raise NoUsableRun(
                f"{name}: {counts.malformed} of its {lines} lines are no Spark events",
                hint="An event log holds one JSON object a line, as Spark writes it.",
            )
        jobs, tasks = counts.events["SparkListenerJobStart"], counts.events["SparkListenerTaskEnd"]
        raise NoUsableRun(
            f"{name}: no job finished in this application, so there is nothing to predict"
            f" ({counts.events.total()} events, {jobs} jobs started, {tasks} tasks ended)",
            hint="Use the log of a run that completed at least one job.",
        )
    return run


@dataclass(frozen=True, slots=True)
class PartRead:
    """What one part tells."""

    items: list[Item]
    counts: Counts
    digest: bytes
    taken: int
    damaged: bool


def read_part(part: Part) -> PartRead:
    """Return what one part tells; runs in a process of its own.

    Raises
    ------
    UnreadableSource
        If it cannot be read.
    """
    reader = SegmentReader(Counts())
    with open_part(part) as opened:
        items = [*reader.items(opened), *reader.rest()]
        return PartRead(items, reader.counts, opened.digest(), opened.taken, opened.damaged)


def _weight(log: EventLog) -> int:
    """Return about how many bytes of JSON a log holds."""
    return sum((part.size or 0) * (1 if part.codec == "plain" else _PACKED) for part in log.parts)
