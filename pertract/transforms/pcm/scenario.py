"""What is exported beside the model: its demands, tasks and executors in one configuration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StageLoad:
    """The tasks of one stage."""

    tasks: int
    """Task attempts to run, at least 1."""
    weights: tuple[float, ...]
    """Calibration attempts in each group of tasks."""
    causes_s: tuple[tuple[float, ...], ...]
    """Seconds by cause of `dsl.profile.CAUSES` and group."""
    launch_order: tuple[float, ...] = ()
    """Mean position of each group in the order of launch, 0 to 1; empty for a random order."""
    warm_up_s: float = 0.0
    """Extra time of the first task on each slot."""
    warm_up_cpu_s: float = 0.0
    """The CPU in it."""
    dispatch_s: float = 0.0
    """Time a slot stays empty between two tasks."""
    launch_s: float = 0.0
    """How long a launch keeps the driver busy."""
    handling_s: float = 0.0
    """Time from the freeing of a slot to the noted end of its task."""
    usable_slots: int | None = None
    """Most slots the stage can hold after its first wave; None for all."""
    entering_bytes: float = 0.0
    """Data volume entering the stage."""
    entering_records: float = 0.0
    """Records entering the stage."""


@dataclass(frozen=True, slots=True)
class NodePool:
    """Nodes that are alike, and the executors on them."""

    name: str
    """Name of the node group."""
    nodes: int
    cores: int
    """Cores of all of its nodes."""
    executors: int
    registrations: tuple[tuple[float, int], ...]
    """Slots that become usable together: seconds after application start, and how many."""

    @property
    def slots(self) -> int:
        """Task slots of the executors on the nodes."""
        return sum(slots for _, slots in self.registrations)


USUAL_NETWORK_BYTES_PER_S = 125_000_000.0
"""Bandwidth of a link of 1 Gbit/s, where the model knows none."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A model in one configuration."""

    stages: dict[str, StageLoad]
    """The tasks of each stage, by its identifier."""
    delays_s: dict[str, float]
    """Length of each driver delay, by its identifier."""
    pools: tuple[NodePool, ...]
    """The worker nodes; at least one pool has slots."""
    data_bytes: float
    """Data read from storage; 0 where the log tells of none."""
    data_scale: float = 1.0
    """Size of all data relative to the calibration run."""
    cpu_rate: float = 1.0
    """Speed of a core relative to the calibration run; the loads are those at this speed."""
    fair: bool = False
    """Whether concurrent stages take slots in turn, instead of the first one all."""
    fetches_follow_nodes: bool = False
    """Whether what tasks fetch from other nodes follows the number of nodes: (n - 1) / n of all."""
    beside_core_s: float = 0.0
    """CPU of an executor outside tasks for each core second of its tasks."""
    network_bytes_per_s: float = USUAL_NETWORK_BYTES_PER_S
    """Bandwidth of a node's link."""
    latency_s: float = 0.0
    """Latency of the network."""

    @property
    def slots(self) -> int:
        """Task slots of all pools."""
        return sum(pool.slots for pool in self.pools)

    @property
    def executors(self) -> int:
        """Executors of all pools."""
        return sum(pool.executors for pool in self.pools)

    @property
    def nodes(self) -> int:
        """Nodes of the pools that have slots."""
        return sum(pool.nodes for pool in self.working)

    @property
    def working(self) -> tuple[NodePool, ...]:
        """The pools that have slots."""
        return tuple(pool for pool in self.pools if pool.slots)
