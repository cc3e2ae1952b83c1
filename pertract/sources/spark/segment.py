"""From the lines of a log to decoded events, with the tasks between them in batches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from .events import ADDITIONAL, StageEnd, Tag, TaskEnd, decoders
from .tasks import BATCH, TaskBatch

_MOST_HELD = 16 * BATCH  # where stages never end in the log

Item = tuple[str, Any] | TaskBatch
"""An event with its class name, or tasks."""

_TASK_END = b'{"Event":"SparkListenerTaskEnd"'
_TASK_START = b'{"Event":"SparkListenerTaskStart"'
_QUERY = "SparkListenerSQLExecution"
CLASS = re.compile(rb'{"Event":"([\w.$]+)"')
"""The class of an event as Spark writes it, at the beginning of the line."""
_REPEATED = "Resubmitted"  # announces again a task that already ended: no new work


@dataclass(slots=True)
class Counts:
    """What was counted while reading."""

    events: Counter[str] = field(default_factory=Counter)
    """Lines by event class."""
    malformed: int = 0
    """Lines that are no events."""
    resubmitted: int = 0
    """Task ends that announce an earlier one again."""

    def add(self, other: Counts) -> None:
        """Add what was counted elsewhere."""
        self.events.update(other.events)
        self.malformed += other.malformed
        self.resubmitted += other.resubmitted


class Tasks:
    """Gathers task ends by stage attempt until there are enough for a batch, or their stage ends."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, int], list[TaskEnd]] = {}
        self._held = 0

    def add(self, task: TaskEnd) -> TaskBatch | None:
        """Add a task; return a batch if that makes one."""
        key = (task.stage, task.attempt)
        tasks = self._open.get(key)
        if tasks is None:
            tasks = self._open[key] = []
        tasks.append(task)
        self._held += 1
        if len(tasks) >= BATCH:
            return self.take(key)
        return self.take(next(iter(self._open))) if self._held > _MOST_HELD else None

    def take(self, key: tuple[int, int]) -> TaskBatch | None:
        """Return what is left of a stage attempt."""
        tasks = self._open.pop(key, None)
        if not tasks:
            return None
        self._held -= len(tasks)
        return TaskBatch.of(tasks)

    def rest(self) -> Iterator[TaskBatch]:
        """Yield what is left of all stages."""
        while self._open:
            if batch := self.take(next(iter(self._open))):
                yield batch


class SegmentReader:
    """Decodes the lines of one or more parts of a log."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self._tasks = Tasks()
        self._decoders = decoders()
        self._tag = msgspec.json.Decoder(Tag)

    def items(self, lines: Iterable[bytes]) -> Iterator[Item]:
        """Yield what the lines tell; call `rest` after the last of them."""
        counts, decode = self.counts, self._decoders
        task_end, task_start = decode["SparkListenerTaskEnd"].decode, decode["SparkListenerTaskStart"].decode
        add = self._tasks.add
        ends = starts = 0
        for line in lines:
            try:
                if line.startswith(_TASK_END):  # 85 % of the bytes: the shortest way
                    task = task_end(line)
                    ends += 1
                    if task.reason.reason == _REPEATED:
                        counts.resubmitted += 1
                    elif batch := add(task):
                        yield batch
                elif line.startswith(_TASK_START):
                    task_start(line)
                    starts += 1
                else:
                    name = self._name(line)
                    if name in decode:
                        event = decode[name].decode(line)
                        counts.events[name] += 1
                        yield from self._event(name, event)
                    elif name is not None:
                        counts.events[name] += 1
            except msgspec.ValidationError:
                yield from self._mended(line)
            except (msgspec.DecodeError, ValueError, OverflowError, RecursionError) as error:
                self._unread(line, error)
        # Added at the end: a Counter update per task costs as much as decoding it.
        for name, count in (("SparkListenerTaskEnd", ends), ("SparkListenerTaskStart", starts)):
            if count:
                counts.events[name] += count

    def rest(self) -> Iterator[TaskBatch]:
        """Yield the tasks of stages that have not ended."""
        return self._tasks.rest()

    def _event(self, name: str, event: Any) -> Iterator[Item]:
        if isinstance(event, TaskEnd):
            if event.reason.reason == _REPEATED:
                self.counts.resubmitted += 1
            elif batch := self._tasks.add(event):
                yield batch
        elif name != "SparkListenerTaskStart":
            if isinstance(event, StageEnd) and (
                batch := self._tasks.take((event.info.id, event.info.attempt))
            ):
                yield batch
            yield name, event

    def _mended(self, line: bytes) -> Iterator[Item]:
        """Read an event again without its nulls, which stand for what some writers leave out."""
        try:
            event = _without_nulls(msgspec.json.decode(line))
            name = str(event["Event"]).rpartition(".")[2]
            items = list(self._event(name, self._decoders[name].decode(msgspec.json.encode(event))))
        except (msgspec.DecodeError, ValueError, OverflowError, KeyError, TypeError) as error:
            self._unread(line, error)
        else:
            self.counts.events[name] += 1
            yield from items

    def _unread(self, line: bytes, error: Exception) -> None:
        """Count a line that cannot be decoded.

        Plans of many hundred operators are too deep, not damaged, and events that a model can do without
        may have another form.
        """
        name = None
        if isinstance(error, msgspec.ValidationError) or (
            isinstance(error, RecursionError) and CLASS.match(line)
        ):
            with suppress(msgspec.DecodeError, ValueError, RecursionError):
                name = self._name(line)
        if name and (
            name in ADDITIONAL
            or (isinstance(error, RecursionError) and (name not in self._decoders or name.startswith(_QUERY)))
        ):
            self.counts.events[name] += 1
        else:
            self.counts.malformed += 1

    def _name(self, line: bytes) -> str | None:
        """Return the event class of a line without its package, or None for a blank line."""
        if plain := CLASS.match(line):
            name = plain[1].decode()
        elif line.strip():
            name = self._tag.decode(line).event
        else:
            return None
        return name.rpartition(".")[2]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(v) for key, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_nulls(v) for v in value]
    return value
