"""What a cluster manager and a log do not know of machines, from a file that people write.

A hardware file names nodes by their hosts, labels or group; the first entry that fits a node counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .. import dsl
from ..dsl.base import Element, Identifier, Inconsistent, NonEmpty, NonNegative, Positive, PositiveCount
from ..dsl.resources import Role
from ..units import GIB

SCHEMA_VERSION = "pertract/hardware/1"
_MB, _GBIT = 1e6, 1e9 / 8


class DriveHardware(Element):
    """Drives of one node."""

    count: PositiveCount = 1
    """Number of drives."""
    read_mb_per_s: Positive | None = None
    """What all of them together read, MB/s; absent where unknown."""
    write_mb_per_s: Positive | None = None
    """What all of them together write, MB/s; absent: as they read."""
    read_rate: Positive = 1.0
    """Read speed relative to the calibration run."""
    write_rate: Positive = 1.0
    """Write speed, likewise."""


class NodeHardware(Element):
    """What some nodes are made of."""

    hosts: NonEmpty[str] | None = None
    """Their hosts, with ``*`` and ``?`` for any letters; absent: any."""
    labels: NonEmpty[Identifier] | None = None
    """Node labels, one of which they have; absent: any, or none."""
    group: Identifier | None = None
    """Identifier of their node group in the model; absent: any."""
    role: Role = "worker"
    """What they are for. Masters carry no executors, so nothing else tells of them: give count and cores."""
    count: PositiveCount | None = None
    """Number of nodes, of masters."""
    cores: PositiveCount | None = None
    """Physical cores of one node, or what the system counts as such; absent where unknown."""
    memory_gib: Positive | None = None
    """Memory of one node, GiB; absent where unknown."""
    processing_rate: Positive = 1.0
    """Speed of a core relative to the calibration run."""
    drives: DriveHardware | None = None
    """Drives of one node."""

    @model_validator(mode="after")
    def _fits_role(self) -> NodeHardware:
        if self.role == "master" and (self.count is None or self.cores is None):
            field = "count" if self.count is None else "cores"
            raise Inconsistent((field,), "masters need count and cores", "Add both, or leave the role out.")
        if self.role == "worker" and self.count is not None:
            raise Inconsistent(
                ("count",), "the number of workers is measured", "Leave it out, or write role: master."
            )
        return self

    def fits(self, host: str | None, labels: tuple[str, ...]) -> bool:
        """Return whether a node is meant, as far as its host and labels tell."""
        if self.role != "worker":
            return False
        if self.hosts is not None and not any(
            host is not None and fnmatchcase(host.lower(), pattern.lower()) for pattern in self.hosts
        ):
            return False
        return self.labels is None or bool(set(self.labels) & set(labels))


class NetworkHardware(Element):
    """The network between nodes."""

    gbit_per_s: Positive | None = None
    """What the link of a node carries in each direction, Gbit/s; absent where unknown."""
    latency_s: NonNegative = 0.0
    """Latency, seconds."""
    rate: Positive = 1.0
    """Speed relative to the calibration run."""


class Hardware(Element):
    """A hardware file."""

    schema_version: Annotated[Literal["pertract/hardware/1"], Field(alias="schema")]
    """Version of the format."""
    nodes: tuple[NodeHardware, ...] = ()
    """Kinds of nodes; the first one that fits a node counts."""
    network: NetworkHardware | None = None
    """The network between them."""

    def kind(self, host: str | None, labels: tuple[str, ...] = ()) -> int | None:
        """Return the position of the first entry that fits a node; None for none."""
        return next((i for i, entry in enumerate(self.nodes) if entry.fits(host, labels)), None)


def kind_of(hardware: Hardware | None, host: str | None, labels: tuple[str, ...] = ()) -> int | None:
    """Return which entry of a hardware file, if there is one, fits a node."""
    return None if hardware is None else hardware.kind(host, labels)


def equipped(group: dsl.NodeGroup, hardware: Hardware | None, kind: int | None) -> dsl.NodeGroup:
    """Return a group of nodes with the hardware of an entry, unless that is for another group."""
    if hardware is None:
        return group
    candidates = hardware.nodes if kind is None else hardware.nodes[kind:]
    entry = next(
        (e for e in candidates if e.role == "worker" and (e.group or group.id) == group.id and _may(e, kind)),
        None,
    )
    if entry is None:
        return group
    updates: dict[str, object] = {"processing_rate": entry.processing_rate}
    if entry.cores is not None:
        updates |= {"cores": entry.cores, "cores_known": True}
    if entry.memory_gib is not None:
        updates["memory_bytes"] = round(entry.memory_gib * GIB)
    if (drives := entry.drives) is not None:
        read, write = drives.read_mb_per_s, drives.write_mb_per_s or drives.read_mb_per_s
        updates["drives"] = dsl.Drives(
            count=drives.count,
            read_rate=drives.read_rate,
            write_rate=drives.write_rate,
            read_bytes_per_s=None if read is None else read * _MB,
            write_bytes_per_s=None if write is None else write * _MB,
        )
    return group.model_copy(update=updates)


def _may(entry: NodeHardware, kind: int | None) -> bool:
    """Return whether an entry can mean nodes whose hosts and labels fit no entry."""
    return kind is not None or (entry.hosts is None and entry.labels is None)


def complete(resources: dsl.ResourceArchitecture, hardware: Hardware | None) -> dsl.ResourceArchitecture:
    """Return a cluster with the masters and the network of a hardware file."""
    if hardware is None:
        return resources
    masters = [entry for entry in hardware.nodes if entry.role == "master"]
    groups = [
        dsl.NodeGroup(
            id=entry.group or ("masters" if len(masters) == 1 else f"masters-{i}"),
            role="master",
            count=entry.count or 1,
            cores=entry.cores or 1,
            memory_bytes=None if entry.memory_gib is None else round(entry.memory_gib * GIB),
            processing_rate=entry.processing_rate,
        )
        for i, entry in enumerate(masters, start=1)
    ]
    updates: dict[str, object] = {"nodes": (*resources.nodes, *groups)}
    if (network := hardware.network) is not None:
        updates["network"] = dsl.NetworkChannel(
            rate=network.rate,
            bandwidth_bytes_per_s=None if network.gbit_per_s is None else network.gbit_per_s * _GBIT,
            latency_s=network.latency_s,
        )
    return resources.model_copy(update=updates)


def unused(
    hardware: Hardware | None,
    resources: dsl.ResourceArchitecture,
    nodes: Iterable[tuple[str | None, tuple[str, ...]]],
) -> tuple[str, ...]:
    """Return a sentence on entries that fit no node of the cluster; nothing where all do.

    Parameters
    ----------
    hardware
        The file, if there is one.
    resources
        The cluster.
    nodes
        Hosts and labels of its nodes.
    """
    if hardware is None:
        return ()
    kinds = {hardware.kind(host, labels) for host, labels in nodes}
    ids = {group.id for group in resources.nodes}
    idle = [
        i
        for i, entry in enumerate(hardware.nodes, start=1)
        if entry.role == "worker"
        and (
            (i - 1 not in kinds and entry.group is None)
            or (entry.group is not None and entry.group not in ids)
        )
    ]
    if not idle:
        return ()
    shown = ", ".join(map(str, idle[:5]))
    return (f"these entries of the hardware file fit no node: number {shown} of {len(hardware.nodes)}",)
