"""How large containers are: what Spark asks for, and what YARN makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ... import dsl
from ...errors import UsageError
from ...units import MIB, counted, format_size
from .heap import Beside, beside, master

UNLIMITED = 2**62
"""Vcores where these do not limit."""
MANY = 2**40
"""More vcores than any cluster has: then they do not limit."""


class Size(NamedTuple):
    """Memory and vcores, as YARN counts them."""

    memory_mib: int
    vcores: int

    def times(self, count: int) -> Size:
        """Return the size of several that are alike."""
        return Size(self.memory_mib * count, self.vcores * count)

    def plus(self, other: Size) -> Size:
        """Return the size of both together."""
        return Size(self.memory_mib + other.memory_mib, self.vcores + other.vcores)

    def minus(self, other: Size) -> Size:
        """Return what is left of it, at least nothing."""
        return Size(max(0, self.memory_mib - other.memory_mib), max(0, self.vcores - other.vcores))

    def holds(self, other: Size, *, vcores: bool) -> int:
        """Return how many of the other fit into it, by memory or by both."""
        number = self.memory_mib // max(1, other.memory_mib)
        return min(number, self.vcores // max(1, other.vcores)) if vcores else number


def size_of(given: dsl.ContainerSize) -> Size:
    """Return a size of the language; vcores that are unknown do not limit."""
    return Size(given.memory_bytes // MIB, UNLIMITED if given.vcores is None else given.vcores)


@dataclass(frozen=True, slots=True)
class ContainerSizes:
    """What the application asks for, and what it is granted."""

    heap_mib: int
    """Heap of an executor."""
    beside: Beside
    """What it has beside the heap."""
    asked: Size
    """Container of an executor as Spark asks for it."""
    executor: Size
    """The same as YARN grants it."""
    master: Size
    """Container of the application master as granted."""


def container_sizes(
    manager: dsl.ClusterManager,
    request: dsl.ContainerRequest,
    *,
    heap_bytes: int | None,
    cores: int,
    settings: Mapping[str, str],
    largest: Size,
) -> ContainerSizes:
    """Return the sizes of the containers of executors and of the application master.

    ``org.apache.spark.resource.ResourceProfile`` and ``org.apache.spark.deploy.yarn.Client`` on Spark's
    side, ``ResourceCalculator.normalize`` and ``SchedulerUtils.validateResourceRequest`` on YARN's.

    Parameters
    ----------
    manager, request
        The cluster manager, and what the application asked it for.
    heap_bytes
        Heap of an executor; None where it is unknown, then it is what the request leaves for it.
    cores
        Cores of an executor.
    settings
        Spark properties to change.
    largest
        Memory and vcores of the largest node.

    Raises
    ------
    UsageError
        If a container is larger than YARN allows, or the memory of executors is unknown.
    """
    more = beside(request, settings)
    if heap_bytes is not None:
        heap_mib = heap_bytes // MIB
    elif request.executor is not None:
        heap_mib = more.heap_in(request.executor.memory_bytes // MIB)
    else:
        raise UsageError(
            "the memory of executors is unknown, and so how many containers fit",
            hint="Add --executor-memory.",
        )
    most = _most(manager, largest)
    asked = Size(heap_mib + more.of(heap_mib), cores)
    _check(asked, most, f"an executor needs {needs(heap_mib, more)}", "--executor-", manager)
    first = Size(*master(request, settings))
    needed = format_size(first.memory_mib * MIB)
    _check(first, most, f"the application master needs {needed}", "--set spark.yarn.am.", manager)
    return ContainerSizes(
        heap_mib, more, asked, normalised(asked, manager, most), normalised(first, manager, most)
    )


def needs(heap_mib: int, more: Beside) -> str:
    """Return what an executor needs, in words."""
    all_of_it = format_size((heap_mib + more.of(heap_mib)) * MIB)
    return f"{all_of_it} ({format_size(heap_mib * MIB)} + {more.in_words(heap_mib)})"


def normalised(size: Size, manager: dsl.ClusterManager, most: Size) -> Size:
    """Return the container that YARN grants for a size: rounded up; a vcore where only memory counts."""
    least, step = manager.minimum, manager.increment or manager.minimum
    memory_mib = _rounded(size.memory_mib, least.memory_bytes // MIB, step.memory_bytes // MIB)
    memory_mib = min(memory_mib, most.memory_mib)
    if not counts_vcores(manager):
        return Size(memory_mib, 1)
    return Size(memory_mib, min(_rounded(size.vcores, least.vcores or 1, step.vcores or 1), most.vcores))


def counts_vcores(manager: dsl.ClusterManager) -> bool:
    """Return whether vcores limit what fits on a node; the fair scheduler always sees to that."""
    return manager.scheduler == "fair" or (
        manager.scheduler == "capacity" and manager.calculator == "dominant"
    )


def _rounded(value: int, least: int, step: int) -> int:
    step = max(1, step)
    return -(-max(value, least) // step) * step


def _most(manager: dsl.ClusterManager, largest: Size) -> Size:
    """Return the largest container: as configured, but no larger than the largest node."""
    configured = size_of(manager.maximum)
    return Size(min(configured.memory_mib, largest.memory_mib), min(configured.vcores, largest.vcores))


def _check(size: Size, most: Size, what: str, option: str, manager: dsl.ClusterManager) -> None:
    """Raise UsageError where YARN refuses a request; it does so whatever the resource calculator."""
    configured = size_of(manager.maximum)
    if size.memory_mib > most.memory_mib:
        found, word, key = format_size(most.memory_mib * MIB), "memory", "maximum-allocation-mb"
        node = most.memory_mib < configured.memory_mib
    elif size.vcores > most.vcores:
        what += f" and {counted(size.vcores, 'vcore')}"
        found, word, key = counted(most.vcores, "vcore"), "cores", "maximum-allocation-vcores"
        node = most.vcores < configured.vcores
    else:
        return
    limit = "what the largest node offers" if node else f"yarn.scheduler.{key}"
    raise UsageError(
        f"{what}, more than the maximum allocation of {found} ({limit}), so YARN refuses it",
        hint=f"Ask for less with {option}{word}, or for larger nodes or containers.",
    )
