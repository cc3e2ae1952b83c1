"""Logs of Hadoop's daemons: lines with a local time, in the ways that people keep them.

A line is ``2021-11-23 10:06:29,282 INFO org...Class: message``, or ``17/06/21 16:10:13 INFO Class:
message``, or one of these inside a line of another program. What it means, `rm_log` and `nm_log` know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from statistics import median

from .records import Application, Attempt, Container, Snapshot

QUARTER_S = 900.0
"""Time zones differ by multiples of a quarter of an hour."""
RESOURCE = re.compile(r"<memory:(\d+)\\?, ?vCores:(\d+)")
"""Memory in MiB and vcores, as YARN prints them."""

_TIME = re.compile(
    r"(?<!\d)(?:(\d{4})-(\d\d)-(\d\d)[ T]|(\d\d)/(\d\d)/(\d\d) )(\d\d):(\d\d):(\d\d)(?:[.,](\d{3}))?(?!\d)"
)
_FIRST = 400  # characters of a line in which its time stands


@dataclass(frozen=True, slots=True)
class Message:
    """A line that was found, with the named parts of its pattern."""

    match: re.Match[str]
    time_s: float
    """Local time."""
    text: str
    """The whole line."""

    def __getitem__(self, name: str) -> str:
        return self.match[name] or ""

    def resource(self) -> re.Match[str] | None:
        """Return the first memory and vcores from where the message begins."""
        return RESOURCE.search(self.text, self.match.start())


Handler = Callable[["DaemonLog", Message], None]
"""Notes what a message tells; raises `DamagedLine` if a part is missing."""


class DamagedLine(ValueError):
    """Raise when a line is of a known kind but lacks a part; says which."""


class DaemonLog:
    """What one log tells, with times as if its host were in UTC until `shift` is called.

    Parameters
    ----------
    messages
        What to look for: words that are only in such messages, the pattern of one, and who notes it.
    """

    def __init__(self, messages: Iterable[tuple[bytes, str, Handler]]) -> None:
        self.snapshot = Snapshot()
        self.anchors: list[tuple[float, float]] = []
        """Local and true time of things that the log tells both of."""
        self.exact = Snapshot()
        """What it tells with true times."""
        self.lines = self.understood = self.damaged = 0
        self.first_damage = ""
        self.submissions: set[str] = set()
        self._messages = [(words, re.compile(pattern), handler) for words, pattern, handler in messages]

    def read(self, lines: Iterable[bytes]) -> None:
        """Note all lines."""
        for line in lines:
            self.lines += 1
            for words, pattern, handler in self._messages:  # most lines are of no kind, which words tell fast
                if words in line and self._note(line.decode("utf-8", "replace"), pattern, handler):
                    break

    def _note(self, text: str, pattern: re.Pattern[str], handler: Handler) -> bool:
        """Note a line if it is a message of a kind; return whether it is."""
        if (match := pattern.search(text)) is None:
            return False
        try:
            time_s = local_time_s(text)
            if time_s is None:
                raise DamagedLine("its time cannot be read")
            handler(self, Message(match, time_s, text))
            self.understood += 1
        except DamagedLine as error:
            self.damaged += 1
            self.first_damage = self.first_damage or f"line {self.lines}: {error}"
        return True

    def offset_s(self) -> float | None:
        """Return how far local time is ahead of UTC, where the log tells; else None."""
        return ahead_s(self.anchors)

    def shift(self, ahead: float) -> None:
        """Turn local times into true ones.

        Parameters
        ----------
        ahead
            Seconds that local time is ahead of UTC.
        """
        snapshot = self.snapshot
        records: tuple[Application | Attempt | Container, ...] = (
            *snapshot.applications.values(),
            *snapshot.attempts.values(),
            *snapshot.containers.values(),
        )
        for record in records:
            for name in (field.name for field in fields(record)):
                if name.endswith("_s") and name not in _DURATIONS:
                    time_s = getattr(record, name)
                    setattr(record, name, None if time_s is None else time_s - ahead)


_DURATIONS = ("cpu_s", "vcore_s", "memory_byte_s")


def ahead_s(anchors: Iterable[tuple[float, float]]) -> float | None:
    """Return how far local times are ahead of UTC from pairs of local and true time; None without any."""
    differences = [local_s - true_s for local_s, true_s in anchors]
    return round(median(differences) / QUARTER_S) * QUARTER_S if differences else None


def local_time_s(text: str) -> float | None:
    """Return the time of a line as seconds since 1970, as if its host were in UTC; None without one."""
    found = _TIME.search(text[:_FIRST])
    if found is None:
        return None
    day = found.groups()[:3] if found[1] else (f"20{found[4]}", *found.groups()[4:6])
    year, month, day_of_month, hour, minute, second = (int(n) for n in (*day, *found.groups()[6:9]))
    try:
        time = datetime(year, month, day_of_month, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return time.timestamp() + int(found[10] or 0) / 1000


def looks_like_one(head: bytes) -> bool:
    """Return whether the first bytes of a file are lines with times."""
    lines = head.decode("utf-8", "replace").splitlines()[:200]
    return any(_TIME.search(line[:_FIRST]) for line in lines)
