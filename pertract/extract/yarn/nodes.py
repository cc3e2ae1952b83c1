"""Nodes of the cluster as groups of alike ones, and where executors and the application master were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ... import dsl
from ...sources.spark import ExecutorRecord
from ...sources.yarn import Node, Snapshot, host_of
from ...units import MIB, counted
from ..hardware import Hardware, equipped, kind_of

_Kind = tuple[int, int, tuple[str, ...], int | None]
"""Memory, vcores, labels, and the entry of the hardware file."""


@dataclass(slots=True)
class Placement:
    """Groups of nodes, and the numbers of nodes by the names they are called by."""

    groups: tuple[dsl.NodeGroup, ...]
    by_node: dict[str, int] = field(default_factory=dict)
    """Number by host and port."""
    by_host: dict[str, int] = field(default_factory=dict)
    """Number by host, in full and short."""
    notes: list[str] = field(default_factory=list)

    def find(self, node: str | None, host: str | None) -> int | None:
        """Return the number of a node by its identifier, or else by its host."""
        if node is not None and node in self.by_node:
            return self.by_node[node]
        for name in (node and host_of(node), host):
            if name:
                for spelled in (name.lower(), _short(name)):
                    if spelled in self.by_host:
                        return self.by_host[spelled]
        return None


def place(
    snapshot: Snapshot, executors: Iterable[ExecutorRecord], hardware: Hardware | None = None
) -> Placement | None:
    """Return the nodes that containers can be placed on, those of executors first; None without any.

    An executor on a host that is not among them has a node of its own kind, which YARN had then.
    """
    executors = list(executors)
    nodes = [node for node in snapshot.running_nodes() if node.memory_bytes and node.vcores]
    if not nodes:
        return None
    used = _used(snapshot, nodes, executors)
    alike: dict[_Kind, list[Node]] = defaultdict(list)
    for node in sorted(nodes, key=lambda node: (used.get(node.id, len(executors)), node.id)):
        labels = node.labels or ()
        kind = kind_of(hardware, node.host, labels)
        alike[node.memory_bytes or 0, node.vcores or 0, labels, kind].append(node)
    placement = Placement(
        tuple(
            equipped(_group(kind, members, len(alike) == 1), hardware, kind[-1])
            for kind, members in alike.items()
        )
    )
    for number, node in enumerate(node for members in alike.values() for node in members):
        placement.by_node[node.id] = number
        if node.host:
            placement.by_host.setdefault(node.host.lower(), number)
            placement.by_host.setdefault(_short(node.host), number)
    _add_gone(placement, snapshot, executors)
    _say(placement, snapshot)
    return placement


def node_of(snapshot: Snapshot, executor: ExecutorRecord) -> str | None:
    """Return the node of the container that an executor ran in, where YARN tells."""
    container = snapshot.containers.get(executor.container or "")
    return container.node if container is not None else None


def _used(snapshot: Snapshot, nodes: list[Node], executors: list[ExecutorRecord]) -> dict[str, int]:
    """Return which executor was the first on each node that had any."""
    names: dict[str, str] = {}
    for node in nodes:
        for name in (node.id, (node.host or "").lower(), _short(node.host or "")):
            names.setdefault(name, node.id)
    found: dict[str, int] = {}
    for i, executor in enumerate(executors):
        at = node_of(snapshot, executor) or ""
        for name in (at, executor.host.lower(), _short(executor.host)):
            if name in names:
                found.setdefault(names[name], i)
                break
    return found


def _short(host: str) -> str:
    """Return the first part of the name of a host, in small letters; an address stays whole."""
    first = host.lower().partition(".")[0]
    return host.lower() if first.isdecimal() else first


def _group(kind: _Kind, members: list[Node], alone: bool) -> dsl.NodeGroup:
    memory, vcores, labels, entry = kind
    racks = [node.rack for node in members]
    named = [rack for rack in racks if rack]
    parts = [f"{vcores}-vcores", f"{memory // MIB}-mib", *labels]
    parts += [] if entry is None else [f"{entry + 1}"]
    return dsl.NodeGroup(
        id="workers" if alone else "-".join(("workers", *parts)),
        count=len(members),
        cores=vcores,
        cores_known=False,
        container_memory_bytes=memory,
        vcores=vcores,
        labels=labels,
        racks=(tuple(dict.fromkeys(named)) if len(set(named)) == 1 else tuple(named))
        if len(named) == len(racks)
        else (),
    )


def _add_gone(placement: Placement, snapshot: Snapshot, executors: list[ExecutorRecord]) -> None:
    """Add a group for hosts of executors that are not in the cluster any more."""
    unknown = [e for e in executors if placement.find(node_of(snapshot, e), e.host) is None]
    hosts = list(dict.fromkeys(executor.host for executor in unknown))
    if not hosts:
        return
    count = sum(group.count for group in placement.groups)
    most = max(sum(e.slots for e in unknown if e.host == host) for host in hosts)
    for number, host in enumerate(hosts, start=count):
        placement.by_host[host.lower()] = number
    gone = dsl.NodeGroup(
        id="workers-unknown-to-yarn", count=len(hosts), cores=max(1, most), cores_known=False
    )
    placement.groups += (gone,)
    placement.notes.append(
        f"executors ran on {counted(len(hosts), 'host')} that are not among its running nodes "
        f"({', '.join(hosts[:3])}); they are a group of their own, with the executors' slots as cores"
    )


def _say(placement: Placement, snapshot: Snapshot) -> None:
    others: dict[str, int] = defaultdict(int)
    for node in snapshot.nodes.values():
        if node.state not in (None, "RUNNING"):
            others[node.state.lower()] += 1
    if others:
        shown = ", ".join(f"{number} {state}" for state, number in sorted(others.items()))
        placement.notes.append(f"it also lists nodes that take no containers ({shown}); they are left out")
    vcores = sorted({group.vcores for group in placement.groups if group.vcores})
    if any(not group.cores_known for group in placement.groups):
        shown = " or ".join(map(str, vcores))
        placement.notes.append(
            f"it tells vcores ({shown} a node) and not the cores of machines, which stay unknown; "
            "--hardware completes them"
        )
    metrics = snapshot.metrics
    total = sum((g.vcores or 0) * g.count for g in placement.groups)
    if metrics is not None and metrics.total_vcores not in (None, 0, total):
        placement.notes.append(
            f"the running nodes have {total} vcores in all, but the metrics of the cluster say "
            f"{metrics.total_vcores}"
        )
