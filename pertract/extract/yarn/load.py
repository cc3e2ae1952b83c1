"""What other applications held of the cluster when this one asked for containers."""

from __future__ import annotations

from collections import defaultdict

from ...sources.yarn import Application, Size, Snapshot


def held_by_others(snapshot: Snapshot, application: str, time_s: float) -> dict[str | None, Size]:
    """Return memory and vcores of other applications by the name of their queue.

    Where containers are known, those that were held at the time count; else what an application that
    had begun and not ended held on average, which is memory-seconds and vcore-seconds by its duration.

    Parameters
    ----------
    snapshot
        What is known of the cluster.
    application
        The one that asked.
    time_s
        When it asked, seconds since 1970.
    """
    held: dict[str | None, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    of_applications: dict[str | None, list[tuple[int, int]]] = defaultdict(list)
    with_containers: set[str | None] = set()
    for container in snapshot.containers.values():
        if container.allocated_s is None or container.memory_bytes is None:
            continue
        with_containers.add(container.application)
        if container.allocated_s <= time_s and (
            container.finished_s is None or container.finished_s > time_s
        ):
            of_applications[container.application].append((container.memory_bytes, container.vcores or 1))
    for other in snapshot.applications.values():
        if other.id == application or other.submitted_s is None or other.submitted_s > time_s:
            continue
        if other.finished_s is not None and other.finished_s <= time_s:
            continue
        if other.id in with_containers and (other.finished_s is not None or other.allocated is None):
            memory = float(sum(memory for memory, _ in of_applications[other.id]))
            vcores = float(sum(vcores for _, vcores in of_applications[other.id]))
        else:
            memory, vcores = _on_average(other)
        before = held[other.queue]
        held[other.queue] = before[0] + memory, before[1] + vcores
    return {queue: Size(round(m), round(v)) for queue, (m, v) in held.items() if m or v}


def _on_average(other: Application) -> tuple[float, float]:
    if other.finished_s is None or other.submitted_s is None:
        now = other.allocated
        return (float(now.memory_bytes), float(now.vcores)) if now is not None else (0.0, 0.0)
    duration_s = other.finished_s - other.submitted_s
    if duration_s <= 0:
        return 0.0, 0.0
    return (other.memory_byte_s or 0.0) / duration_s, (other.vcore_s or 0.0) / duration_s
