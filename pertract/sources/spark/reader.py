"""Read one event log, line by line, into a `SparkRun`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from ...errors import NoUsableRun, UnreadableSource
from .. import codecs
from .assemble import RunBuilder
from .events import EVENTS, Tag, decoders
from .layout import EventLog, Part, find
from .records import SparkRun

Progress = Callable[[int, int], None]
"""Called now and then with the stored bytes read so far and the stored bytes in all."""

_PREFIX = b'{"Event":"'
_TASK_END = b'{"Event":"SparkListenerTaskEnd"'
_TASK_START = b'{"Event":"SparkListenerTaskStart"'
_REPORT_EVERY = 1 << 14  # lines


def read(log: EventLog | Path, *, progress: Progress | None = None) -> SparkRun:
    """Return the run recorded in an event log.

    The log is read once, from first to last byte, in memory that does not grow with it.

    Parameters
    ----------
    log
        A log found by `find`, or the path of one: a file, or the folder of a rolled log.
    progress
        Called with stored bytes read and in all.

    Raises
    ------
    SourceError
        If there is no event log, it cannot be read, or no job in it finished.
    """
    return _Reader(find(log) if isinstance(log, Path) else log, progress).run()


class _Reader:
    def __init__(self, log: EventLog, progress: Progress | None) -> None:
        self._log = log
        self._progress = progress
        self._total = log.stored_bytes
        self._done = 0
        self._events: Counter[str] = Counter()
        self._malformed = 0
        self._builder = RunBuilder()
        self._builder.notes.extend(log.notes)
        self._decoders = decoders()
        self._tag = msgspec.json.Decoder(Tag)

    def run(self) -> SparkRun:
        for part in self._log.parts:
            try:
                with part.path.open("rb", buffering=1 << 20) as raw:
                    self._read_part(part, raw)
            except OSError as error:
                raise UnreadableSource(
                    f"{part.path}: reading failed ({error.strerror or error})",
                    hint="Check the disk and the permissions.",
                ) from error
            self._done += part.path.stat().st_size
        if self._malformed:
            what = "line is" if self._malformed == 1 else "lines are"
            self._builder.notes.append(f"{self._malformed} {what} damaged and not used")
        run = self._builder.build(events=dict(self._events), malformed_lines=self._malformed)
        if not any(job.finished for job in run.jobs):
            raise NoUsableRun(
                f"{self._log.path.name}: no job finished in this application, so there is nothing to predict"
                f" ({_seen(self._events)})",
                hint="Use the log of a run that completed at least one job.",
            )
        return run

    def _read_part(self, part: Part, raw: BinaryIO) -> None:
        lines = self._lines(part, raw)
        events, handlers, decode = self._events, self._builder.handlers, self._decoders
        task_end, on_task_end = decode["SparkListenerTaskEnd"].decode, self._builder.on_task_end
        task_start, on_task_start = decode["SparkListenerTaskStart"].decode, self._builder.on_task_start
        ends = starts = 0
        for line in lines:
            try:
                if line.startswith(_TASK_END):  # 85 % of the bytes: the shortest way
                    on_task_end(task_end(line))
                    ends += 1
                elif line.startswith(_TASK_START):
                    on_task_start(task_start(line))
                    starts += 1
                else:
                    name = self._name(line)
                    if name is None:
                        continue
                    if name in handlers:
                        handlers[name](decode[name].decode(line))
                    events[name] += 1
            except msgspec.ValidationError:
                self._mend(line)
            except (msgspec.DecodeError, ValueError, OverflowError):
                self._malformed += 1
        # Added at the end of a part: a Counter update per task costs as much as decoding it.
        for name, count in (("SparkListenerTaskEnd", ends), ("SparkListenerTaskStart", starts)):
            if count:
                events[name] += count

    def _mend(self, line: bytes) -> None:
        """Read an event again without its nulls, which stand for what some writers leave out."""
        try:
            event = _without_nulls(msgspec.json.decode(line))
            name = str(event["Event"]).rpartition(".")[2]
            self._builder.handlers[name](msgspec.convert(event, EVENTS[name]))
        except (msgspec.DecodeError, ValueError, OverflowError, KeyError, TypeError):
            self._malformed += 1
        else:
            self._events[name] += 1

    def _name(self, line: bytes) -> str | None:
        """Return the event class of a line without its package, or None for a blank line."""
        if line.startswith(_PREFIX):
            end = line.index(b'"', len(_PREFIX))  # ValueError: the line was cut inside the name
            name = line[len(_PREFIX) : end].decode("ascii", "replace")
        elif not line.strip():
            return None
        else:
            name = self._tag.decode(line).event
        return name.rpartition(".")[2]

    def _lines(self, part: Part, raw: BinaryIO) -> Iterator[bytes]:
        stream: Any = codecs.open_lines(raw, part.codec)
        count = 0
        try:
            for line in stream:
                yield line
                count += 1
                if self._progress and count % _REPORT_EVERY == 0:
                    self._progress(self._done + raw.tell(), self._total)
        except codecs.DECODE_ERRORS:
            self._builder.notes.append(
                f"the {part.codec} data of {part.path.name} ends or breaks in the middle"
            )
        if self._progress:
            self._progress(self._done + raw.tell(), self._total)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(v) for key, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_nulls(v) for v in value]
    return value


def _seen(events: Counter[str]) -> str:
    jobs, tasks = events["SparkListenerJobStart"], events["SparkListenerTaskEnd"]
    return f"{sum(events.values())} events, {jobs} jobs started, {tasks} tasks ended"
