"""Sources that complete each other, and what they contradict each other in."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from ...units import MIB, counted
from .records import Application, ClusterInfo, Container, Node, Scheduler, Snapshot

T = TypeVar("T")


def merge(into: Snapshot, other: Snapshot, source: str) -> None:
    """Add what another source tells.

    What is known already stays, because sources come in the order in which they are trusted; a note
    tells where they disagree.

    Parameters
    ----------
    into
        What is known.
    other
        What is new; not to be used afterwards.
    source
        Name of the new source, for notes.
    """
    _info(into, other.info, source)
    _node_contradictions(into.nodes, other.nodes, source, into.notes)
    _size_contradictions(into.containers, other.containers, source, into.notes)
    for known, new in (
        (into.nodes, _by_place(into.nodes, other.nodes)),
        (into.applications, other.applications),
        (into.attempts, other.attempts),
        (into.containers, other.containers),
    ):
        _records(known, new)
    _scheduler(into, other.scheduler, source)
    into.metrics = _completed(into.metrics, other.metrics)
    for name, value in other.configuration.items():
        into.configuration.setdefault(name, value)
    into.applications_listed |= other.applications_listed
    into.sources += other.sources
    into.problems += [text for text in other.problems if text not in into.problems]
    into.notes += [text for text in other.notes if text not in into.notes]


def _completed(known: T | None, new: T | None) -> T | None:
    """Return a record whose unknown fields come from another one."""
    if known is None or new is None:
        return known if new is None else new
    for field in fields(known):  # type: ignore[arg-type]
        if getattr(known, field.name) in (None, ()):
            setattr(known, field.name, getattr(new, field.name))
    return known


def _records(known: dict[Any, Any], new: dict[Any, Any]) -> None:
    for key, record in new.items():
        before = known.get(key)
        later = before is not None and _is_later(before, record)
        known[key] = _completed(record, before) if later else _completed(before, record)


def _is_later(known: Any, new: Any) -> bool:
    """Return whether a record was made later than another one: it has ended, or used more."""
    if not isinstance(new, Application | Container) or known.finished_s is not None:
        return False
    if new.finished_s is not None or isinstance(new, Container):
        return new.finished_s is not None
    return (new.memory_byte_s or 0.0) > (known.memory_byte_s or 0.0)


def _by_place(known: dict[str, Node], new: dict[str, Node]) -> dict[str, Node]:
    """Return nodes under the identifiers they are known by: a log may tell a host with another port.

    A host may run several NodeManagers, but then their ports tell them apart.
    """
    hosts: dict[str | None, list[str]] = {}
    for key, node in known.items():
        hosts.setdefault(node.host, []).append(key)
    found: dict[str, Node] = {}
    for key, node in new.items():
        same = hosts.get(node.host, [])
        renamed = len(same) == 1 and key not in known and ":" not in key
        found[same[0] if renamed else key] = node
    return found


def _info(into: Snapshot, new: ClusterInfo | None, source: str) -> None:
    known = into.info
    if known is not None and new is not None and known.id and new.id and known.id != new.id:
        into.notes.append(
            f"{source} tells of another start of the ResourceManager ({new.id}) than {known.id}"
        )
    into.info = _completed(known, new)


def _scheduler(into: Snapshot, new: Scheduler | None, source: str) -> None:
    known = into.scheduler
    if known is None or new is None:
        into.scheduler = known or new
        return
    if known.kind != new.kind:
        into.notes.append(
            f"{source} tells of the {new.kind} scheduler, but the {known.kind} scheduler is known; its "
            "queues are left out"
        )
        return
    for name in (
        "calculator",
        "minimum_memory_bytes",
        "maximum_memory_bytes",
        "minimum_vcores",
        "maximum_vcores",
    ):
        before, after = getattr(known, name), getattr(new, name)
        if before is None:
            setattr(known, name, after)
        elif after is not None and before != after:
            shown = [f"{v // MIB} MiB" if name.endswith("bytes") else str(v) for v in (before, after)]
            what = name.removesuffix("_bytes").replace("_", " ")
            into.notes.append(f"{source} gives {shown[1]} as {what} of containers, but {shown[0]} counts")
    paths = {queue.path: queue for queue in known.queues}
    for queue in new.queues:
        if queue.path in paths:
            _completed(paths[queue.path], queue)
        else:
            known.queues.append(queue)
    if paths and (unknown := [queue.path for queue in new.queues if queue.path not in paths]):
        into.notes.append(f"only {source} knows {counted(len(unknown), 'queue')}: {', '.join(unknown[:3])}")


def _node_contradictions(known: dict[str, Node], new: dict[str, Node], source: str, notes: list[str]) -> None:
    differing = [
        (known[key], node)
        for key, node in new.items()
        if key in known
        and None not in (node.memory_bytes, known[key].memory_bytes, node.vcores, known[key].vcores)
        and (node.memory_bytes, node.vcores) != (known[key].memory_bytes, known[key].vcores)
    ]
    if differing:
        before, after = differing[0]
        notes.append(
            f"{source} gives another size for {counted(len(differing), 'node')}, such as {_sized(after)} for "
            f"{after.id}; {_sized(before)} counts"
        )


def _size_contradictions(
    known: dict[str, Container], new: dict[str, Container], source: str, notes: list[str]
) -> None:
    differing = [
        (known[key], container)
        for key, container in new.items()
        if key in known
        and None not in (container.memory_bytes, known[key].memory_bytes)
        and container.memory_bytes != known[key].memory_bytes
    ]
    if differing:
        before, after = differing[0]
        notes.append(
            f"{source} gives another size for {counted(len(differing), 'container')}, such as "
            f"{_sized(after)} for {after.id}; {_sized(before)} counts"
        )


def _sized(record: Node | Container) -> str:
    return f"{(record.memory_bytes or 0) // MIB} MiB and {counted(record.vcores or 0, 'vcore')}"


def shared_moments(known: Snapshot, local: Snapshot) -> list[tuple[float, float]]:
    """Return local and true times of what both a log and other sources tell."""
    pairs: list[tuple[float, float]] = []
    for before, after, names in (
        (known.applications, local.applications, ("submitted_s", "finished_s")),
        (known.containers, local.containers, ("allocated_s", "running_s", "launched_s", "finished_s")),
    ):
        for key, record in after.items():
            if key not in before:
                continue
            for name in names:
                true_s, local_s = getattr(before[key], name), getattr(record, name)
                if true_s is not None and local_s is not None:
                    pairs.append((local_s, true_s))
    for key, container in local.containers.items():  # seconds apart, which does not matter here
        same = known.containers.get(key)
        if same is not None and same.allocated_s is not None and container.launched_s is not None:
            pairs.append((container.launched_s, same.allocated_s))
    return pairs
