"""What Spark asks for beside the heap of an executor, and for its application master."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ... import dsl
from ...units import MIB, format_size
from ..memory import OVERHEAD
from ..settings import YARN_SETTINGS, memory, number, truth, whole

QUEUE = YARN_SETTINGS[-1]
"""The property that names the queue."""
_FACTOR, _LEAST, _OFF_HEAP, _OFF_HEAP_SIZE, _PYSPARK = YARN_SETTINGS[:5]
_MASTER = {"client": YARN_SETTINGS[5:8], "cluster": YARN_SETTINGS[8:11]}
"""Properties of the application master by deploy mode: heap, overhead, cores."""
_MASTER_HEAP_MIB = {"client": 512, "cluster": 1024}
LEAST_MIB = 384
"""Least overhead of the application master; its factor is 0.1."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Memory of an executor's container beside its heap, MiB."""

    overhead_mib: int | None
    """Overhead that was set; None: by the two fields below."""
    ratio: float
    least_mib: int
    off_heap_mib: int
    pyspark_mib: int

    def overhead(self, heap_mib: int) -> int:
        """Return the overhead for a heap, as ``ResourceProfile`` and ``YarnAllocator`` round it."""
        if self.overhead_mib is not None:
            return self.overhead_mib
        return max(int(self.ratio * heap_mib), self.least_mib)

    def of(self, heap_mib: int) -> int:
        """Return all that is beside a heap."""
        return self.overhead(heap_mib) + self.off_heap_mib + self.pyspark_mib

    def heap_in(self, container_mib: int) -> int:
        """Return the largest heap whose container is no larger than this."""
        rest = container_mib - self.off_heap_mib - self.pyspark_mib
        if self.overhead_mib is not None:
            return max(1, rest - self.overhead_mib)
        heap_mib = max(1, min(rest - self.least_mib, int(rest / (1 + self.ratio)) + 1))
        return heap_mib if self.of(heap_mib) + heap_mib <= container_mib else max(1, heap_mib - 1)

    def in_words(self, heap_mib: int) -> str:
        """Return what it is made of."""
        if self.overhead_mib is None and self.ratio * heap_mib >= self.least_mib:
            found = f"{100 * self.ratio:g} % overhead"
        else:
            found = f"{format_size(self.overhead(heap_mib) * MIB)} overhead"
        for size_mib, what in ((self.off_heap_mib, "off-heap"), (self.pyspark_mib, "for Python")):
            if size_mib:
                found += f" + {format_size(size_mib * MIB)} {what}"
        return found


def beside(request: dsl.ContainerRequest, settings: Mapping[str, str]) -> Beside:
    """Return what executors ask for beside their heap: as measured, or as settings say.

    Raises
    ------
    UsageError
        If a setting cannot be read.
    """
    off_heap = _mib(settings, _OFF_HEAP_SIZE, request.off_heap_bytes, bare="b")
    on = truth(settings, _OFF_HEAP)
    if not (request.off_heap_bytes > 0 if on is None else on):
        off_heap = 0
    overhead = request.overhead_bytes
    ratio = number(settings, _FACTOR)
    return Beside(
        _mib(settings, OVERHEAD, overhead) if overhead is not None or OVERHEAD in settings else None,
        request.overhead_ratio if ratio is None else ratio,
        _mib(settings, _LEAST, request.least_overhead_bytes),
        off_heap,
        _mib(settings, _PYSPARK, request.pyspark_bytes),
    )


def master(request: dsl.ContainerRequest, settings: Mapping[str, str]) -> tuple[int, int]:
    """Return what the application master asks for, MiB and vcores: as measured, or as settings say.

    Raises
    ------
    UsageError
        If a setting cannot be read.
    """
    heap_key, overhead_key, cores_key = keys = _MASTER[request.deploy_mode]
    measured = request.master
    vcores = whole(settings, cores_key) or (measured.vcores if measured else None) or 1
    if measured is not None and not any(key in settings for key in keys[:2]):
        return measured.memory_bytes // MIB, vcores
    heap_mib = _mib(settings, heap_key, _MASTER_HEAP_MIB[request.deploy_mode] * MIB)
    usual_mib = max(int(0.1 * heap_mib), LEAST_MIB)
    return heap_mib + _mib(settings, overhead_key, usual_mib * MIB), vcores


def _mib(settings: Mapping[str, str], key: str, otherwise_bytes: int | None, bare: str = "m") -> int:
    given = memory(settings, key, least=0, default_unit=bare)
    return (given if given is not None else otherwise_bytes or 0) // MIB
