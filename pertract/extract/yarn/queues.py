"""Queues of the cluster manager, as shares of the whole cluster."""

from __future__ import annotations

from ... import dsl
from ...dsl.containers import Ordering
from ...sources import yarn
from ...sources.yarn import Size


def queues(found: yarn.Scheduler, total: Size | None) -> tuple[dsl.Queue, ...]:
    """Return the queues of a scheduler.

    Parameters
    ----------
    found
        The scheduler.
    total
        Memory and vcores of the cluster, where they are known.
    """
    by_path = {queue.path: queue for queue in found.queues}
    return tuple(_queue(queue, by_path, total, fair=found.kind == "fair") for queue in by_path.values())


def _queue(queue: yarn.Queue, by_path: dict[str, yarn.Queue], total: Size | None, *, fair: bool) -> dsl.Queue:
    capacity, maximum = queue.absolute_ratio, queue.absolute_maximum_ratio
    if fair:
        capacity = _share(queue.fair_share, total)
        if capacity is None:
            capacity = _by_weight(queue, by_path)
        maximum = _share(queue.maximum, total)
    return dsl.Queue(
        path=queue.path,
        capacity=1.0 if capacity is None else capacity,
        maximum=maximum if maximum else 1.0,
        maximum_size=None if queue.maximum is None or not fair else size(queue.maximum),
        weight=queue.weight if queue.weight else 1.0,
        minimum_user_share=queue.user_limit_ratio or 1.0,
        user_limit_factor=queue.user_limit_factor or None,
        application_master_ratio=_positive_share(queue.master_ratio),
        ordering=_ordering(queue.policy),
    )


def size(found: Size) -> dsl.ContainerSize:
    """Return memory and vcores in the language."""
    return dsl.ContainerSize(memory_bytes=found.memory_bytes, vcores=found.vcores)


def _share(part: Size | None, total: Size | None) -> float | None:
    if part is None or total is None or not total.memory_bytes:
        return None
    return round(min(1.0, part.memory_bytes / total.memory_bytes), 6)


def _by_weight(queue: yarn.Queue, by_path: dict[str, yarn.Queue]) -> float:
    """Return the share that weights give if all queues are busy."""
    above = queue.path.rpartition(".")[0]
    if not above:
        return 1.0
    beside = [q.weight or 1.0 for q in by_path.values() if q.path.rpartition(".")[0] == above]
    upper = by_path.get(above)
    share = (queue.weight or 1.0) / sum(beside) if sum(beside) else 1.0
    return round(share * (1.0 if upper is None else _by_weight(upper, by_path)), 6)


def _positive_share(ratio: float | None) -> float | None:
    return None if ratio is None or ratio <= 0 else min(ratio, 1.0)


def _ordering(policy: str | None) -> Ordering:
    return "fair" if policy in ("fair", "drf") else "fifo"


def path_of(name: str | None, known: tuple[dsl.Queue, ...]) -> str | None:
    """Return the path of a queue that may be called by its last part alone; None where it is unknown."""
    paths = [queue.path for queue in known]
    if name is None or name in paths:
        return name
    return next((path for path in paths if path.rpartition(".")[2] == name.rpartition(".")[2]), None)
