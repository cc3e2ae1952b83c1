"""What logs of containers tell, in seconds and bytes.

Times are those of the host's clock in its own time zone, so only differences between times of one
application mean something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

CONTAINER = re.compile(r"container_(?:e\d+_)?(\d+_\d+)_\d+_(\d+)")
APPLICATION = re.compile(r"application_\d+_\d+")


def application_of(container: str) -> str | None:
    """Return the application of a container.

    Examples
    --------
    >>> application_of("container_e26_1497832133857_0330_01_000002")
    'application_1497832133857_0330'
    """
    found = CONTAINER.fullmatch(container)
    return f"application_{found[1]}" if found else None


@dataclass(slots=True)
class Collections:
    """Pauses for garbage collection of one process."""

    count: int = 0
    pause_s: float = 0.0
    """All pauses together."""
    longest_s: float = 0.0
    full: int = 0
    """How many collected the whole heap."""
    most_heap_bytes: int = 0
    """Largest heap in use when one began."""

    def add(self, pause_s: float, *, is_full: bool, heap_bytes: int = 0) -> None:
        """Count one pause."""
        self.count += 1
        self.pause_s += pause_s
        self.longest_s = max(self.longest_s, pause_s)
        self.full += is_full
        self.most_heap_bytes = max(self.most_heap_bytes, heap_bytes)


@dataclass(slots=True)
class Failure:
    """An exception that a process wrote."""

    kind: str
    """Its class."""
    message: str
    """What the first of them said."""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Request:
    """What a master asked YARN for at one time."""

    executors: int
    cores: int
    memory_bytes: int
    """Of one container, its overhead included."""


@dataclass(slots=True)
class ContainerRecord:
    """What is known of one container."""

    id: str
    """Its identifier; the path of the file where no file tells it."""
    application: str | None = None
    host: str | None = None
    logs: dict[str, int] = field(default_factory=dict)
    """Bytes of its logs by type: ``stderr``, ``stdout``, ``syslog`` ..."""
    executor: str | None = None
    """Identifier of the Spark executor that it ran."""
    cores: int | None = None
    heap_bytes: int | None = None
    """Largest heap of its JVM (``-Xmx``)."""
    is_master: bool = False
    """Whether it ran the application's master."""
    launched_s: float | None = None
    """When the master launched it."""
    registered_s: float | None = None
    """When its executor had registered with the driver."""
    ended_s: float | None = None
    """Last line of its logs."""
    began_s: float | None = None
    """First line of its logs."""
    tasks: int = 0
    """Tasks that its executor was given."""
    exit_status: int | None = None
    collections: Collections = field(default_factory=Collections)
    failures: dict[str, Failure] = field(default_factory=dict)
    """Exceptions by class."""

    @property
    def life_s(self) -> float | None:
        """From its first line to its last."""
        return None if self.began_s is None or self.ended_s is None else self.ended_s - self.began_s


@dataclass(slots=True)
class ContainerLogs:
    """What some logs tell of containers."""

    places: tuple[str, ...] = ()
    """Where they were read."""
    containers: dict[str, ContainerRecord] = field(default_factory=dict)
    requests: dict[str | None, list[Request]] = field(default_factory=dict)
    """What masters asked for, by application."""
    notes: list[str] = field(default_factory=list)
    """What is missing or damaged, one sentence each."""

    @property
    def applications(self) -> list[str]:
        """The applications that they name."""
        return sorted({c.application for c in self.containers.values() if c.application})

    def of(self, application: str) -> list[ContainerRecord]:
        """Return the containers of an application, and those that do not tell theirs."""
        return [c for c in self.containers.values() if c.application in (application, None)]
