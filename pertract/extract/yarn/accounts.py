"""What containers held, added up, beside what the ResourceManager accounted."""

from __future__ import annotations

from dataclasses import dataclass

from ...sources.yarn import Snapshot, is_master
from ...units import MIB, MS

TOLERANCE = 0.01
"""Times of a log are whole seconds or milliseconds; a larger difference means that something is missing."""


@dataclass(frozen=True, slots=True)
class ContainerSeconds:
    """Sums over the containers of one application that ended."""

    application: str
    containers: int
    held_s: float
    """Time they were held, from allocation to release."""
    vcore_s: int
    """Whole seconds of each times its vcores; a container whose size is unknown counts as one vcore."""
    memory_byte_s: int | None
    """Memory times time, in whole MiB-seconds of each; None where a size is unknown."""
    accounted_vcore_s: float | None
    """What the ResourceManager says."""
    accounted_memory_byte_s: float | None

    @property
    def vcore_difference(self) -> float | None:
        """(added up - accounted) / accounted vcore-seconds; None where nothing was accounted."""
        return _relative(self.vcore_s, self.accounted_vcore_s)

    @property
    def memory_difference(self) -> float | None:
        """The same of memory."""
        return (
            None
            if self.memory_byte_s is None
            else _relative(self.memory_byte_s, self.accounted_memory_byte_s)
        )

    @property
    def agrees(self) -> bool:
        """Whether both are alike, as far as they can be compared."""
        differences = (self.vcore_difference, self.memory_difference)
        return all(d is None or abs(d) <= TOLERANCE for d in differences)


def _relative(found: float, accounted: float | None) -> float | None:
    return (found - accounted) / accounted if accounted else None


def container_seconds(snapshot: Snapshot, application: str) -> ContainerSeconds | None:
    """Return the sums of an application, or None where not all of its containers are known.

    They are known if begin and end of each is, that of the first application master among them, as the
    log of the ResourceManager tells them.
    """
    # Space that was only reserved is charged to nobody.
    containers = [c for c in snapshot.containers_of(application) if c.state != "RESERVED"]
    told = snapshot.applications.get(application)
    if told is None or told.finished_s is None or not any(is_master(c.id) for c in containers):
        return None
    held: list[tuple[int, int, int | None]] = []
    for container in containers:
        if container.allocated_s is None or container.finished_s is None:
            return None
        milliseconds = round((container.finished_s - container.allocated_s) / MS)
        memory = None if container.memory_bytes is None else container.memory_bytes // MIB
        held.append((milliseconds, 1 if container.vcores is None else container.vcores, memory))
    sized = all(memory is not None for _, _, memory in held)
    memory_mib_s = sum(milliseconds * (memory or 0) // 1000 for milliseconds, _, memory in held)
    return ContainerSeconds(
        application=application,
        containers=len(held),
        held_s=sum(milliseconds for milliseconds, _, _ in held) * MS,
        # RMAppAttemptMetrics drops what is over whole seconds, container by container.
        vcore_s=sum(milliseconds * vcores // 1000 for milliseconds, vcores, _ in held),
        memory_byte_s=memory_mib_s * MIB if sized else None,
        accounted_vcore_s=told.vcore_s,
        accounted_memory_byte_s=told.memory_byte_s,
    )
