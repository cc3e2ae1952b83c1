"""What YARN tells of a cluster, as records in bytes and seconds since 1970.

What a source does not tell is None; nothing is assumed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...units import MS

_CONTAINER = re.compile(r"container_(?:e\d+_)?(\d+)_(\d+)_(\d+)_(\d+)")
_APPLICATION = re.compile(r"application_(\d+)_\d+")


def application_of(identifier: str) -> str | None:
    """Return the application of a container or of an attempt; None if it is neither.

    Examples
    --------
    >>> application_of("container_e26_1497832133857_0330_01_000002")
    'application_1497832133857_0330'
    """
    if found := _CONTAINER.fullmatch(identifier):
        return f"application_{found[1]}_{found[2]}"
    if found := re.fullmatch(r"appattempt_(\d+_\d+)_\d+", identifier):
        return f"application_{found[1]}"
    return None


def is_master(container: str) -> bool:
    """Return whether a container is that of an application master, which is always the first."""
    found = _CONTAINER.fullmatch(container)
    return found is not None and int(found[4]) == 1


def attempt_of(container: str) -> int | None:
    """Return the number of the attempt that a container belongs to, from 1."""
    found = _CONTAINER.fullmatch(container)
    return int(found[3]) if found else None


def cluster_started_s(application: str) -> float | None:
    """Return when the ResourceManager started that gave an application its identifier."""
    found = _APPLICATION.fullmatch(application)
    return int(found[1]) * MS if found else None


@dataclass(frozen=True, slots=True)
class Size:
    """Memory and vcores, of a node, a container or a share of a cluster."""

    memory_bytes: int
    vcores: int


@dataclass(slots=True)
class ClusterInfo:
    """The ResourceManager itself."""

    id: str | None = None
    """When it started, in milliseconds: the first number of the identifiers of its applications."""
    version: str | None = None
    """Of Hadoop."""
    ha_state: str | None = None
    """``ACTIVE`` or ``STANDBY``."""


@dataclass(slots=True)
class ClusterMetrics:
    """What the ResourceManager counts."""

    total_memory_bytes: int | None = None
    total_vcores: int | None = None
    allocated_memory_bytes: int | None = None
    allocated_vcores: int | None = None
    active_nodes: int | None = None
    containers: int | None = None
    """Containers that are allocated now."""
    running_applications: int | None = None


@dataclass(slots=True)
class Node:
    """One NodeManager."""

    id: str
    """Host and port."""
    host: str | None = None
    rack: str | None = None
    state: str | None = None
    """``RUNNING``, ``UNHEALTHY``, ``DECOMMISSIONED``, ``LOST`` ..."""
    memory_bytes: int | None = None
    """All that YARN may give to containers there, whether it is in use or not."""
    vcores: int | None = None
    """Likewise; a number from the configuration, not the processors of the machine."""
    used_memory_bytes: int | None = None
    used_vcores: int | None = None
    containers: int | None = None
    """Containers that run there now."""
    labels: tuple[str, ...] | None = None
    version: str | None = None
    """Of Hadoop."""


@dataclass(slots=True)
class Queue:
    """One queue of a scheduler."""

    path: str
    """From the root, such as ``root.production.daily``."""
    leaf: bool = True
    capacity_ratio: float | None = None
    """Share of the queue above that is its own."""
    maximum_ratio: float | None = None
    """Largest share of the queue above."""
    absolute_ratio: float | None = None
    """Share of the cluster that is its own."""
    absolute_maximum_ratio: float | None = None
    """Largest share of the cluster."""
    weight: float | None = None
    """What it gets relative to its neighbours (fair scheduler, and the capacity scheduler's weights)."""
    minimum: Size | None = None
    maximum: Size | None = None
    fair_share: Size | None = None
    """What the fair scheduler thinks it should have if all queues were busy."""
    used: Size | None = None
    containers: int | None = None
    """Containers of its applications now."""
    applications: int | None = None
    policy: str | None = None
    """Order inside: ``fifo``, ``fair`` or ``drf``."""
    state: str | None = None
    user_limit_ratio: float | None = None
    """Share of the queue that each user gets at least if all ask."""
    user_limit_factor: float | None = None
    """Multiple of the queue's capacity that one user may take."""
    master_ratio: float | None = None
    """Share that application masters may take."""
    labels: tuple[str, ...] = ()
    """Node labels its applications may use."""
    preemptable: bool | None = None


@dataclass(slots=True)
class Scheduler:
    """What decides which application gets the next container."""

    kind: str
    """``capacity``, ``fair`` or ``fifo``."""
    queues: list[Queue] = field(default_factory=list)
    """All queues, each after the one above it."""
    calculator: str | None = None
    """``DefaultResourceCalculator`` (memory alone) or ``DominantResourceCalculator``."""
    minimum_memory_bytes: int | None = None
    """Smallest container; sizes are rounded up to multiples of it."""
    maximum_memory_bytes: int | None = None
    """Largest container."""
    minimum_vcores: int | None = None
    maximum_vcores: int | None = None

    def limit(self, least: Size | None, most: Size | None) -> None:
        """Note the smallest and the largest container, where they are known."""
        if least is not None:
            self.minimum_memory_bytes, self.minimum_vcores = least.memory_bytes, least.vcores
        if most is not None:
            self.maximum_memory_bytes, self.maximum_vcores = most.memory_bytes, most.vcores


@dataclass(slots=True)
class Attempt:
    """One attempt of an application: the life of one application master."""

    application: str
    number: int
    container: str | None = None
    """The container of the application master."""
    node: str | None = None
    started_s: float | None = None
    finished_s: float | None = None
    state: str | None = None
    registered_s: float | None = None
    """When the application master came to the ResourceManager; it asks for containers from then on."""
    scheduled_s: float | None = None
    """When its own container was asked for."""


@dataclass(slots=True)
class Container:
    """One container."""

    id: str
    node: str | None = None
    """Host and port of the NodeManager."""
    memory_bytes: int | None = None
    vcores: int | None = None
    """As the ResourceManager counts them: always 1 with the DefaultResourceCalculator."""
    priority: int | None = None
    state: str | None = None
    exit_status: int | None = None
    allocated_s: float | None = None
    """When the scheduler set it apart; it counts as used from then on."""
    acquired_s: float | None = None
    """When the application master learned of it."""
    running_s: float | None = None
    """When it ran, as the ResourceManager learned."""
    finished_s: float | None = None
    localising_s: float | None = None
    """When its node began to fetch its files."""
    launched_s: float | None = None
    """When its node started its process."""
    peak_memory_bytes: int | None = None
    """Most physical memory its node saw in use."""
    cpu_s: float | None = None
    """CPU time its node counted."""

    @property
    def application(self) -> str | None:
        """The application it belongs to."""
        return application_of(self.id)

    @property
    def host(self) -> str | None:
        """The host of its node."""
        return host_of(self.node) if self.node else None


@dataclass(slots=True)
class Application:
    """One application."""

    id: str
    name: str | None = None
    user: str | None = None
    queue: str | None = None
    type: str | None = None
    """``SPARK``, ``MAPREDUCE``, ``TEZ`` ..."""
    state: str | None = None
    final_status: str | None = None
    submitted_s: float | None = None
    launched_s: float | None = None
    """When its application master got a container (Hadoop 3.3 and later tell)."""
    finished_s: float | None = None
    """None while it runs."""
    memory_byte_s: float | None = None
    """Memory of its containers x the time each was held."""
    vcore_s: float | None = None
    """Vcores of its containers, as the ResourceManager counts them, x time."""
    allocated: Size | None = None
    """What it holds now."""
    containers: int | None = None
    """Containers it holds now."""
    preempted_containers: int | None = None
    node_label: str | None = None
    """Label of the nodes it asked for."""


@dataclass(slots=True)
class Snapshot:
    """All that one or several sources tell of one cluster."""

    info: ClusterInfo | None = None
    metrics: ClusterMetrics | None = None
    nodes: dict[str, Node] = field(default_factory=dict)
    """By identifier."""
    scheduler: Scheduler | None = None
    applications: dict[str, Application] = field(default_factory=dict)
    attempts: dict[tuple[str, int], Attempt] = field(default_factory=dict)
    """By application and number."""
    containers: dict[str, Container] = field(default_factory=dict)
    configuration: dict[str, str] = field(default_factory=dict)
    """Properties of Hadoop that were set, by name."""
    applications_listed: bool = False
    """Whether the ResourceManager was asked for its applications: one that is not there is forgotten."""
    sources: list[str] = field(default_factory=list)
    """What was read, each with what it is."""
    problems: list[str] = field(default_factory=list)
    """What could not be read, one sentence each."""
    notes: list[str] = field(default_factory=list)
    """What is unusual or contradicts itself, one sentence each."""

    @property
    def is_empty(self) -> bool:
        """Whether it tells nothing of a cluster."""
        parts = (self.nodes, self.applications, self.attempts, self.containers, self.configuration)
        return not any(parts) and self.scheduler is None and self.metrics is None and self.info is None

    def running_nodes(self) -> list[Node]:
        """Return the nodes that containers can be placed on."""
        return [node for node in self.nodes.values() if node.state in (None, "RUNNING")]

    def containers_of(self, application: str) -> list[Container]:
        """Return the containers of an application, in order of their identifiers."""
        found = [c for c in self.containers.values() if c.application == application]
        return sorted(found, key=lambda container: container.id)

    def attempts_of(self, application: str) -> list[Attempt]:
        """Return the attempts of an application, first to last."""
        found = [a for a in self.attempts.values() if a.application == application]
        return sorted(found, key=lambda attempt: attempt.number)


def host_of(node: str) -> str:
    """Return the host of a node's identifier.

    Examples
    --------
    >>> host_of("h2.example.com:45454"), host_of("h2")
    ('h2.example.com', 'h2')
    """
    host, colon, port = node.rpartition(":")
    return host if colon and port.isdecimal() else node
