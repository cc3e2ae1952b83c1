"""The cluster, both ways."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from ... import dsl
from ...units import MIB
from .metamodel import (
    ClusterSpecification,
    DriveProcessingUnit,
    MemoryProcessingUnit,
    NetworkChannel,
    ProcessingResourceUnit,
    ResourceArchitecture,
    ResourceNode,
)
from .naming import unique
from .values import INT_MOST

MASTER, WORKER, POLICY = "MASTER", "WORKER", "ROUND_ROBIN"
"""Roles, and the policy by which a master hands tasks to workers. The extractor names its master so, too."""
MADE_UP_BANDWIDTH, MADE_UP_LATENCY_S = float(2**27), 0.01
"""What the original's extractor writes, whatever the network."""
_NAME = "ResourceArchitecture"
RATE = 1000
"""Processing rate of a core that does the work of one millisecond in a millisecond."""


def is_master(node: ResourceNode) -> bool:
    """Return whether a node only manages others."""
    cluster = node.cluster_specification
    return cluster is not None and (cluster.resource_role or "").upper() == MASTER


def cores(node: ResourceNode) -> int:
    """Return the cores of a node, at least one."""
    unit = node.processing_resource_unit
    return max(1, unit.replications if unit else 1)


def read_resources(resources: ResourceArchitecture, executors: dsl.ExecutorGroup) -> dsl.ResourceArchitecture:
    """Return the cluster; workers that follow each other and are alike are one group.

    Parameters
    ----------
    resources
        The original cluster. What its extractor makes up, a master and the network, is left out.
    executors
        For which nodes are made up where there are no workers.
    """
    groups: list[list[ResourceNode]] = []
    for node in resources.resource_nodes:
        if _is_made_up(node):
            continue
        if groups and _alike(groups[-1][-1], node):
            groups[-1].append(node)
        else:
            groups.append([node])
    taken: set[str] = set()
    found = [_group(nodes, unique(_group_name(nodes), taken)) for nodes in groups]
    if all(group.role == "master" for group in found):
        name = unique("workers", taken)
        count, slots = executors.count, executors.slots
        found.append(dsl.NodeGroup(id=name, count=count, cores=slots, cores_known=False))
    return dsl.ResourceArchitecture(nodes=tuple(found), network=_read_network(resources.network_channel))


def _alike(node: ResourceNode, other: ResourceNode) -> bool:
    """Return whether two nodes may be one group.

    Of numbered names, the text before the number must be the same. Masters need such names.
    """
    if _group([node], "same") != _group([other], "same"):
        return False
    numbered = [re.fullmatch(r"(.*)-[0-9]+", n.name or "", re.DOTALL) for n in (node, other)]
    stems = {match[1] for match in numbered if match}
    return len(stems) <= 1 and (all(numbered) or not is_master(node))


def _is_made_up(node: ResourceNode) -> bool:
    """Return whether a node is the master that the original's extractor makes up: a name and one core."""
    unit, memory = node.processing_resource_unit, node.memory_processing_unit
    return (
        is_master(node)
        and node.name == MASTER
        and unit is not None
        and (unit.replications, unit.processing_rate) == (1, RATE)
        and (memory is None or memory.capacity == 0)
    )


def _group(nodes: Sequence[ResourceNode], name: str) -> dsl.NodeGroup:
    node = nodes[0]
    unit, memory = node.processing_resource_unit, node.memory_processing_unit
    drive = node.drive_processing_unit
    return dsl.NodeGroup(
        id=name,
        role="master" if is_master(node) else "worker",
        count=len(nodes),
        cores=cores(node),
        processing_rate=_read_rate(unit.processing_rate if unit else 0),
        memory_bytes=max(0, memory.capacity) * MIB or None if memory else None,
        drives=dsl.Drives(
            count=max(1, drive.replications),
            read_rate=_read_rate(drive.read_rate),
            write_rate=_read_rate(drive.write_rate),
        )
        if drive
        else dsl.Drives(),
    )


def _read_rate(rate: int) -> float:
    return rate / RATE if rate > 0 else 1.0


def _group_name(nodes: Sequence[ResourceNode]) -> str:
    """Return the name of a node; of several what names such as ``host-1``, ``host-2`` have in common."""
    names = [node.name or "" for node in nodes]
    stem = names[0].removesuffix("-1")
    if len(names) == 1 or names == [f"{stem}-{i}" for i in range(1, len(names) + 1)]:
        return names[0] if len(names) == 1 else stem
    return "masters" if is_master(nodes[0]) else "workers"


def _read_network(channel: NetworkChannel | None) -> dsl.NetworkChannel:
    if channel is None or (channel.bandwidth, channel.latency) == (MADE_UP_BANDWIDTH, MADE_UP_LATENCY_S):
        return dsl.NetworkChannel()
    bandwidth, latency = channel.bandwidth, channel.latency
    return dsl.NetworkChannel(
        bandwidth_bytes_per_s=bandwidth if math.isfinite(bandwidth) and bandwidth > 0 else None,
        latency_s=latency if math.isfinite(latency) and latency > 0 else 0.0,
    )


def write_resources(resources: dsl.ResourceArchitecture) -> ResourceArchitecture:
    """Return the cluster with every node on its own, and with a master, which the original's tools need."""
    nodes = [node for group in resources.nodes for node in _nodes(group)]
    if all(group.role == "worker" for group in resources.nodes):
        nodes.insert(0, _node(MASTER, dsl.NodeGroup(id=MASTER, role="master", count=1, cores=1)))
    network = resources.network
    known = network.bandwidth_bytes_per_s is not None
    return ResourceArchitecture(
        name=_NAME,
        network_channel=NetworkChannel(
            bandwidth=network.bandwidth_bytes_per_s or MADE_UP_BANDWIDTH,
            latency=network.latency_s if known or network.latency_s else MADE_UP_LATENCY_S,
        ),
        resource_nodes=tuple(nodes),
    )


def _nodes(group: dsl.NodeGroup) -> list[ResourceNode]:
    if group.count == 1:
        return [_node(group.id, group)]
    return [_node(f"{group.id}-{number}", group) for number in range(1, group.count + 1)]


def _node(name: str, group: dsl.NodeGroup) -> ResourceNode:
    drives = group.drives
    return ResourceNode(
        name=name,
        processing_resource_unit=ProcessingResourceUnit(
            replications=min(group.cores, INT_MOST), processing_rate=written_rate(group.processing_rate)
        ),
        drive_processing_unit=DriveProcessingUnit(
            replications=min(drives.count, INT_MOST),
            read_rate=written_rate(drives.read_rate),
            write_rate=written_rate(drives.write_rate),
        ),
        memory_processing_unit=MemoryProcessingUnit(capacity=(group.memory_bytes or 0) // MIB),
        cluster_specification=ClusterSpecification(
            resource_role=MASTER if group.role == "master" else WORKER, scheduling_policy=POLICY
        ),
    )


def written_rate(rate: float) -> int:
    """Return a rate relative to the calibration run as the original counts it, a whole number above 0."""
    return round(max(1.0, min(rate * RATE, INT_MOST)))
