"""Hadoop's configuration files: ``yarn-site.xml``, ``capacity-scheduler.xml``, ``fair-scheduler.xml``.

Properties are name and value; a value may hold ``${other.name}``, and the last one counts unless an
earlier one is final.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...units import MIB
from .records import Queue, Scheduler, Size, Snapshot
from .tree import Fields, items

CAPACITY = "yarn.scheduler.capacity"
"""What the names of the properties of ``capacity-scheduler.xml`` begin with."""
_SCHEDULER = "yarn.resourcemanager.scheduler.class"
_CALCULATOR = f"{CAPACITY}.resource-calculator"
_REFERENCE = re.compile(r"\$\{([^}$\s]+)\}")
_DEEPEST = 20  # references to references, as Hadoop's MAX_SUBST
_SIZES = {"": MIB, "m": MIB, "mb": MIB, "mi": MIB, "g": 1024 * MIB, "gb": 1024 * MIB, "gi": 1024 * MIB}
_AMOUNT = re.compile(r"([\d.]+)\s*([a-z-]*)")


def read(answer: Any, snapshot: Snapshot) -> str | None:
    """Add what a configuration file tells; return what it is, or None if it is none.

    Parameters
    ----------
    answer
        The file as `tree.parse` returns it.
    snapshot
        What to add to.
    """
    fields = Fields(answer)
    if "configuration" in fields:
        properties = items(fields.inner("configuration").raw("property"))
        final: set[str] = set()
        for entry in properties:
            name = entry.text("name")
            if name is None or name in final:
                continue
            snapshot.configuration[name] = entry.text("value") or ""
            if entry.truth("final"):
                final.add(name)
        return "properties of Hadoop"
    if "allocations" in fields:
        snapshot.scheduler = _fair(fields.inner("allocations"))
        return "queues of the fair scheduler"
    return None


def value(configuration: Mapping[str, str], name: str) -> str | None:
    """Return a property with what its references stand for; None where it is not set or empty."""
    found = configuration.get(name, "")
    for _ in range(_DEEPEST):
        replaced = _REFERENCE.sub(lambda match: configuration.get(match[1], match[0]), found)
        if replaced == found:
            break
        found = replaced
    return found.strip() or None


def number(configuration: Mapping[str, str], name: str) -> float | None:
    """Return a property that is a number from 0; None for anything else, -1 included, which means "ask"."""
    text = value(configuration, name)
    try:
        found = float(text) if text is not None else -1.0
    except ValueError:
        return None
    return found if 0 <= found < 2**53 else None


def scheduler(configuration: Mapping[str, str]) -> Scheduler | None:
    """Return the scheduler of which properties tell, with its queues if they are those of capacities."""
    named = value(configuration, _SCHEDULER)
    capacity = any(name.startswith(f"{CAPACITY}.root") for name in configuration)
    kind = _kind(named) or ("capacity" if capacity else None)
    if kind is None:
        return None
    found = Scheduler(kind)
    complete(found, configuration)
    if kind == "capacity" and capacity:
        found.queues.extend(_capacity(configuration, "root", 1.0, 1.0))
    return found


def names_scheduler(configuration: Mapping[str, str]) -> bool:
    """Return whether properties say which scheduler is used."""
    return _kind(value(configuration, _SCHEDULER)) is not None


def _kind(class_name: str | None) -> str | None:
    last = (class_name or "").rpartition(".")[2].lower()
    return next((kind for kind in ("capacity", "fair", "fifo") if last.startswith(kind)), None)


def complete(found: Scheduler, configuration: Mapping[str, str]) -> None:
    """Note the calculator and the limits of containers of which properties tell."""
    if (
        found.kind == "capacity"
        and found.calculator is None
        and (class_name := value(configuration, _CALCULATOR))
    ):
        found.calculator = class_name.rpartition(".")[2]
    for least, bound in ((True, "minimum"), (False, "maximum")):
        memory = number(configuration, f"yarn.scheduler.{bound}-allocation-mb")
        vcores = number(configuration, f"yarn.scheduler.{bound}-allocation-vcores")
        if least:
            found.minimum_memory_bytes = found.minimum_memory_bytes or _bytes(memory)
            found.minimum_vcores = found.minimum_vcores or _whole(vcores)
        else:
            found.maximum_memory_bytes = found.maximum_memory_bytes or _bytes(memory)
            found.maximum_vcores = found.maximum_vcores or _whole(vcores)


def _bytes(mebibytes: float | None) -> int | None:
    return None if mebibytes is None else int(mebibytes) * MIB


def _whole(found: float | None) -> int | None:
    return None if found is None else int(found)


def _capacity(
    configuration: Mapping[str, str], path: str, absolute: float, absolute_maximum: float
) -> Iterator[Queue]:
    """Yield a queue and those below it; capacities are percentages of the queue above."""

    def share(name: str) -> float | None:
        percent = number(configuration, f"{CAPACITY}.{path}.{name}")
        return None if percent is None else round(min(percent, 100.0) / 100, 6)

    names = (value(configuration, f"{CAPACITY}.{path}.queues") or "").split(",")
    below = [f"{path}.{name.strip()}" for name in names if name.strip()]
    masters = number(configuration, f"{CAPACITY}.{path}.maximum-am-resource-percent")
    if masters is None:
        masters = number(configuration, f"{CAPACITY}.maximum-am-resource-percent")
    ordering = value(configuration, f"{CAPACITY}.{path}.ordering-policy") or "fifo"
    yield Queue(
        path,
        leaf=not below,
        capacity_ratio=1.0 if path == "root" else share("capacity"),
        maximum_ratio=share("maximum-capacity"),
        absolute_ratio=round(absolute, 6),
        absolute_maximum_ratio=round(absolute_maximum, 6),
        policy="fair" if "fair" in ordering.lower() else "fifo",
        state=value(configuration, f"{CAPACITY}.{path}.state"),
        user_limit_ratio=share("minimum-user-limit-percent"),
        user_limit_factor=number(configuration, f"{CAPACITY}.{path}.user-limit-factor"),
        master_ratio=None if masters is None else min(masters, 1.0),
        labels=_names(value(configuration, f"{CAPACITY}.{path}.accessible-node-labels")),
    )
    for inner in below:
        capacity = number(configuration, f"{CAPACITY}.{inner}.capacity")
        maximum = number(configuration, f"{CAPACITY}.{inner}.maximum-capacity")
        yield from _capacity(
            configuration,
            inner,
            absolute * min(capacity if capacity is not None else 0.0, 100.0) / 100,
            absolute_maximum * min(maximum if maximum is not None else 100.0, 100.0) / 100,
        )


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _fair(allocations: Fields) -> Scheduler:
    """Return the queues of an allocation file; a queue called root may stand around the others or not."""
    scheduler = Scheduler("fair")
    usual = _policy(allocations.text("defaultQueueSchedulingPolicy", "defaultQueueSchedulingMode"))
    top = [*allocations.items("queue"), *allocations.items("pool")]
    root = next((queue for queue in top if queue.text("name") == "root"), None)
    inner = [queue for queue in top if queue is not root]
    into = scheduler.queues
    into.append(Queue("root", leaf=not (inner or root), policy=usual, weight=1.0))
    if root is not None:
        _fair_queue(root, "", usual, into)
        del into[0]
    for queue in inner:
        _fair_queue(queue, "root", usual, into)
    return scheduler


def _fair_queue(fields: Fields, above: str, usual: str | None, into: list[Queue]) -> None:
    name = fields.text("name") or "?"
    path = name if not above or name.startswith(f"{above}.") else f"{above}.{name}"
    below = [*fields.items("queue"), *fields.items("pool")]
    weight = fields.number("weight")
    into.append(
        Queue(
            path,
            leaf=not below,
            weight=1.0 if weight is None else weight,
            minimum=amounts(fields.text("minResources")),
            maximum=amounts(fields.text("maxResources")),
            policy=_policy(fields.text("schedulingPolicy", "schedulingMode")) or usual,
            master_ratio=fields.number("maxAMShare"),
        )
    )
    for child in below:
        _fair_queue(child, path, usual, into)


def _policy(name: str | None) -> str | None:
    text = (name or "").lower().rpartition(".")[2].removesuffix("policy")
    return {
        "fair": "fair",
        "fairshare": "fair",
        "fifo": "fifo",
        "drf": "drf",
        "dominantresourcefairness": "drf",
    }.get(text)


def amounts(text: str | None) -> Size | None:
    """Return the size in ``1024 mb, 2 vcores`` or ``memory-mb=1024, vcores=2``; None for percentages."""
    if not text or "%" in text:
        return None
    memory = vcores = None
    for part in text.lower().split(","):
        name, equals, rest = part.strip().partition("=")
        found = _AMOUNT.match(rest.strip() if equals else part.strip())
        if found is None:
            return None
        amount, unit = float(found[1]), found[2]
        if name.startswith("vcore") or unit.startswith("vcore"):
            vcores = int(amount)
        elif equals or unit in _SIZES:
            memory = int(amount * _SIZES.get(unit, MIB))
    return None if memory is None or vcores is None else Size(memory, vcores)
