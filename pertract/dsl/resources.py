"""Resource architecture: the cluster as groups of nodes and the network between them.

Kroß & Krcmar 2019, section 3.1.4. Rates are relative to the calibration run unless a unit is named.
"""

from __future__ import annotations

from typing import Literal

from .base import Count, Element, Identifier, NonEmpty, NonNegative, Positive, PositiveCount
from .containers import ClusterManager

Role = Literal["master", "worker"]
"""What nodes are for: workers carry executors."""


class Drives(Element):
    """Drives of one node."""

    count: PositiveCount = 1
    """Number of drives."""
    read_rate: Positive = 1.0
    """Read speed relative to the calibration run."""
    write_rate: Positive = 1.0
    """Write speed relative to the calibration run."""
    read_bytes_per_s: Positive | None = None
    """Volume that all drives of a node together can read; absent where unknown."""
    write_bytes_per_s: Positive | None = None
    """Volume that all drives of a node together can write; absent where unknown."""


class NodeGroup(Element):
    """Nodes that are alike."""

    id: Identifier
    """Identifier, unique among its kind."""
    role: Role = "worker"
    """Workers carry executors."""
    count: PositiveCount
    """Number of nodes."""
    cores: PositiveCount
    """Cores of one node."""
    cores_known: bool = True
    """False where the log tells only the executor slots, which then stand for the cores."""
    processing_rate: Positive = 1.0
    """Speed of a core relative to the calibration run."""
    memory_bytes: Count | None = None
    """Memory of one node, bytes; absent where unknown."""
    container_memory_bytes: PositiveCount | None = None
    """Memory of one node that its cluster manager gives to containers; absent where unknown."""
    vcores: PositiveCount | None = None
    """Virtual cores of one node, likewise; they need not be its cores."""
    labels: tuple[Identifier, ...] = ()
    """Labels (partitions) of the nodes; only applications that ask for one of them run there."""
    racks: tuple[Identifier, ...] = ()
    """Racks the nodes stand in, in turn; empty where unknown."""
    drives: Drives = Drives()
    """Drives of one node."""


class NetworkChannel(Element):
    """The network that joins the nodes."""

    rate: Positive = 1.0
    """Speed relative to the calibration run."""
    bandwidth_bytes_per_s: Positive | None = None
    """Bandwidth of a node's link in each direction; absent where unknown."""
    latency_s: NonNegative = 0.0
    """Latency, seconds."""


class ResourceArchitecture(Element):
    """The cluster."""

    nodes: NonEmpty[NodeGroup]
    """Groups of nodes."""
    network: NetworkChannel = NetworkChannel()
    """The network channel."""
    manager: ClusterManager | None = None
    """Who grants containers to executors; absent where executors are placed without one."""

    @property
    def workers(self) -> tuple[NodeGroup, ...]:
        """The groups that carry executors."""
        return tuple(group for group in self.nodes if group.role == "worker")
