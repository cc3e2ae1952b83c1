"""Follow the executors of an application: who they were, when, and with how many slots."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...units import MS
from .records import ExecutorRecord

MOST_CORES = 10_000
"""No executor has more; a larger number is damage and counts as unknown."""

_DRIVER = ("driver", "<driver>", "localhost")  # the last one in local mode before Spark 1.5
_CONTAINER = re.compile(r"container_(?:e\d+_)?\d+_\d+_\d+_\d+")
_LOCAL = re.compile(r"local\[(\d+|\*)(?:\s*,\s*\d+)?\]|local")


@dataclass(slots=True)
class _Executor:
    host: str = ""
    added_ms: int | None = None
    removed_ms: int | None = None
    cores: int = 0
    announced: bool = False
    registered: bool = False  # with its block manager
    most: int = 0  # tasks at the same time
    container: str | None = None
    tasks: int = 0


class Executors:
    """Collects executor events and the tasks seen on each executor."""

    def __init__(self) -> None:
        self._known: dict[str, _Executor] = {}

    def _get(self, identifier: str) -> _Executor:
        found = self._known.get(identifier)
        if found is None:
            found = self._known[identifier] = _Executor()
        return found

    def added(
        self, identifier: str, host: str, time_ms: int, cores: int, logs: Iterable[object] = ()
    ) -> None:
        """Note an ExecutorAdded event; addresses of its logs name its container of YARN."""
        executor = self._get(identifier)
        named = (_CONTAINER.search(str(address)) for address in logs)
        executor.container = next((match[0] for match in named if match), None)
        executor.host, executor.added_ms = host, time_ms
        executor.cores = cores if 0 < cores <= MOST_CORES else 0
        executor.announced = True

    def removed(self, identifier: str, time_ms: int) -> None:
        """Note an ExecutorRemoved event."""
        self._get(identifier).removed_ms = time_ms

    def removed_ids(self) -> set[str]:
        """Return the executors that have been removed so far."""
        return {name for name, executor in self._known.items() if executor.removed_ms is not None}

    def block_manager(self, identifier: str, host: str, time_ms: int) -> None:
        """Note a BlockManagerAdded event, the only announcement before Spark 1.3."""
        executor = self._get(identifier)
        executor.host = executor.host or host
        executor.registered = True
        if executor.added_ms is None and time_ms > 0:
            executor.added_ms = time_ms

    def tasks_ended(self, identifier: str, host: str, tasks: int, launch_ms: int) -> None:
        """Note that tasks ended, the first of which was launched at a time."""
        executor = self._get(identifier)
        executor.tasks += tasks
        if executor.added_ms is None:
            executor.added_ms, executor.host = launch_ms, host

    def ran_at_once(self, tasks: Mapping[str, int]) -> None:
        """Note how many tasks each executor ran at the same time in some stage."""
        for identifier, most in tasks.items():
            executor = self._get(identifier)
            executor.most = max(executor.most, most)

    def unannounced(self) -> int:
        """Return how many executors ran tasks but were never announced; the driver need not be."""
        return sum(
            bool(executor.tasks) and not executor.announced and not executor.registered
            for name, executor in self._known.items()
            if name not in _DRIVER
        )

    def slots(self, task_cpus: int) -> dict[str, int]:
        """Return the slots of each executor as known so far; 0 where unknown."""
        return {name: e.cores // task_cpus or e.most for name, e in self._known.items()}

    def driver_host(self) -> str | None:
        """Return the host of the driver, which announces its block manager as executors do."""
        return next((self._known[name].host for name in _DRIVER if name in self._known), "") or None

    def records(self, start_ms: int, task_cpus: int, properties: Mapping[str, str]) -> list[ExecutorRecord]:
        """Return the executors that took part, by registration.

        The driver counts only where it ran tasks. Where no event tells the cores of an executor,
        its slots are taken from the properties, or else from the tasks it ran at the same time.
        """
        records = []
        for name, executor in self._known.items():
            if name in _DRIVER[:2] and not executor.tasks:
                continue
            if not executor.tasks and not executor.announced:
                continue
            slots = (
                executor.cores // task_cpus
                or _from_properties(name, properties) // task_cpus
                or executor.most
            )
            added_ms = executor.added_ms if executor.added_ms is not None else start_ms
            removed = executor.removed_ms
            records.append(
                ExecutorRecord(
                    id=name,
                    host=executor.host or "unknown",
                    slots=max(1, slots),
                    added_s=max(0, added_ms - start_ms) * MS,
                    removed_s=max(0, removed - start_ms) * MS if removed is not None else None,
                    tasks=executor.tasks,
                    container=executor.container,
                )
            )
        return sorted(records, key=lambda e: (e.added_s, e.id))


def _from_properties(identifier: str, properties: Mapping[str, str]) -> int:
    """Return the cores of an executor that no event announced; 0 where they are unknown."""
    cores = properties.get("spark.executor.cores", "")
    if identifier in _DRIVER:
        match = _LOCAL.fullmatch(properties.get("spark.master", ""))
        cores = (match[1] or "1") if match else ""
    return int(cores) if cores.isdecimal() and int(cores) <= MOST_CORES else 0
