"""What logs of containers add to the records of a run: containers of executors, times, pauses, failures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ..errors import UnrecognisedSource
from ..sources.containers import ContainerLogs, ContainerRecord, Failure
from ..sources.spark import SparkRun
from ..sources.spark.records import ExecutorRecord
from ..units import counted, format_size

_LONGEST_START_S = 3600.0
"""No executor takes longer from its container to its registration; clocks of hosts may disagree."""
_NAMED = 20
"""How many are named one by one."""


def with_containers(run: SparkRun, logs: ContainerLogs) -> SparkRun:
    """Return a run with what the logs of its containers add.

    Executors get their containers, and when these were granted and given back. Times of the logs are on
    the clocks of hosts in unknown time zones. Therefore they are counted from the moment at which the
    executor registered, which event log and container log both tell.

    Raises
    ------
    UnrecognisedSource
        If the logs are of other applications.
    """
    mine = logs.of(run.application_id)
    if logs.applications and run.application_id not in logs.applications:
        others = ", ".join(logs.applications[:3])
        raise UnrecognisedSource(
            f"{', '.join(logs.places)}: these are logs of containers of {others}, but the event log is of "
            f"{run.application_id}",
            hint=f"Give what this prints: yarn logs -applicationId {run.application_id}",
        )
    executors = [_with(executor, _container_of(executor, mine)) for executor in run.executors]
    notes = [f"containers: {text}" for text in (*logs.notes, *_notes(run, logs, mine, executors))]
    return replace(run, executors=executors, notes=[*run.notes, *notes])


def _container_of(executor: ExecutorRecord, mine: Sequence[ContainerRecord]) -> ContainerRecord | None:
    """Return the container of an executor; of several attempts, which number anew, the last on its host."""
    found = [container for container in mine if container.executor == executor.id]
    found.sort(key=lambda container: (container.host == executor.host, container.id))
    return found[-1] if found else None


def _with(executor: ExecutorRecord, container: ContainerRecord | None) -> ExecutorRecord:
    if container is None:
        return executor
    allocated_s = released_s = None
    if (registered_s := container.registered_s) is not None:
        if container.launched_s is not None and 0 <= registered_s - container.launched_s <= _LONGEST_START_S:
            allocated_s = round(max(0.0, executor.added_s - (registered_s - container.launched_s)), 3)
        if container.ended_s is not None and container.ended_s >= registered_s:
            released_s = round(executor.added_s + container.ended_s - registered_s, 3)
    is_named = container.id.startswith("container_")
    return replace(
        executor,
        container=executor.container or (container.id if is_named else None),
        allocated_s=executor.allocated_s if executor.allocated_s is not None else allocated_s,
        released_s=executor.released_s if executor.released_s is not None else released_s,
    )


def _notes(
    run: SparkRun, logs: ContainerLogs, mine: Sequence[ContainerRecord], executors: Sequence[ExecutorRecord]
) -> list[str]:
    """Return what has no place in the language, one sentence each."""
    notes = [
        f"the master asked YARN for {counted(asked.executors, 'executor')}, each with "
        f"{counted(asked.cores, 'core')} and {format_size(asked.memory_bytes)} with overhead"
        for asked in logs.requests.get(run.application_id, [])
    ]
    named = [(e.id, e.container) for e in executors if e.container]
    named.sort(key=lambda pair: (len(pair[0]), pair[0]))
    if named:
        listed = ", ".join(f"{executor} in {container}" for executor, container in named[:_NAMED])
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        notes.append(f"executor {listed}{more}")
    known = {executor.id for executor in run.executors}
    unknown = [c for c in mine if c.executor and c.executor not in known]
    if unknown:
        notes.append(
            f"{counted(len(unknown), 'container')} ran executors that the event log does not know, such as "
            f"executor {unknown[0].executor} in {unknown[0].id}"
        )
    return [*notes, *_ends(mine), *_pauses(mine), *_failures(mine)]


def _ends(mine: Sequence[ContainerRecord]) -> list[str]:
    """Tell of executors that did not end well, and how long they lived."""
    notes = []
    lives = [c.life_s for c in mine if c.executor and c.life_s is not None]
    if lives:
        notes.append(
            f"{counted(len(lives), 'executor')} lived {min(lives):.0f} to {max(lives):.0f} s"
            if len(lives) > 1
            else f"the executor lived {lives[0]:.0f} s"
        )
    statuses: dict[int, list[ContainerRecord]] = defaultdict(list)
    for container in mine:
        if container.exit_status:
            statuses[container.exit_status].append(container)
    for status, ended in sorted(statuses.items()):
        who = f"executor {ended[0].executor} in {ended[0].id}" if ended[0].executor else ended[0].id
        more = f" and {len(ended) - 1} more" if len(ended) > 1 else ""
        notes.append(f"{who}{more} ended with status {status}")
    return notes


def _pauses(mine: Sequence[ContainerRecord]) -> list[str]:
    """Tell how long executors paused for garbage collection."""
    paused = [c for c in mine if c.executor and c.collections.count]
    if not paused:
        return []
    count = sum(c.collections.count for c in paused)
    pause_s = sum(c.collections.pause_s for c in paused)
    life_s = sum(c.life_s or 0.0 for c in paused)
    share = f", {pause_s / life_s:.1%} of their lives" if life_s > 0 else ""
    heap = max(c.collections.most_heap_bytes for c in paused)
    used = f"; most of the heap in use was {format_size(heap)}" if heap else ""
    return [
        f"{counted(len(paused), 'executor')} paused {count} times for garbage collection, together "
        f"{pause_s:.2f} s{share}, the longest {max(c.collections.longest_s for c in paused):.3f} s{used}"
    ]


def _failures(mine: Sequence[ContainerRecord]) -> list[str]:
    """Tell of exceptions, the most frequent first."""
    found: dict[str, list[Failure]] = defaultdict(list)
    for container in mine:
        for kind, failure in container.failures.items():
            found[kind].append(failure)
    total = {kind: sum(f.count for f in failures) for kind, failures in found.items()}
    ordered = sorted(found, key=lambda kind: (-total[kind], kind))
    notes = []
    for kind in ordered[:_NAMED]:
        message = next((f.message for f in found[kind] if f.message), "")
        times = "once" if total[kind] == 1 else f"{total[kind]} times"
        where = counted(len(found[kind]), "container")
        notes.append(f"{kind} was thrown {times} in {where}" + (f": {message}" if message else ""))
    if len(ordered) > _NAMED:
        notes.append(f"{len(ordered) - _NAMED} more kinds of exceptions were thrown")
    return notes
