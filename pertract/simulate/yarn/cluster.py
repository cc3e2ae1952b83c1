"""What the nodes of a cluster offer to the executors of an application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ... import dsl
from ...units import MIB, format_size
from ..memory import SYSTEM_BYTES
from .sizes import UNLIMITED, Size, size_of


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes that executors may run on, before anything runs there."""

    sizes: tuple[Size, ...]
    """What each node of the cluster offers to containers; nothing where executors may not run."""
    master: int
    """Position of the node that carries the application master."""
    assumed: tuple[str, ...]
    """What had to be assumed, one sentence each."""

    @property
    def total(self) -> Size:
        """What all of them offer together; shares of queues are of this."""
        return Size(sum(node.memory_mib for node in self.sizes), sum(node.vcores for node in self.sizes))

    @property
    def largest(self) -> Size:
        """Most memory and most vcores of a node."""
        return Size(max(n.memory_mib for n in self.sizes), max(n.vcores for n in self.sizes))

    def free(self, master: Size, used: Size) -> tuple[Size, ...]:
        """Return what each node has left for executors.

        Parameters
        ----------
        master
            The application master.
        used
            What other applications use; it lies on the nodes evenly, as nobody knows better.
        """
        there = sum(1 for node in self.sizes if node.memory_mib)
        each = Size(-(-used.memory_mib // there), -(-used.vcores // there)) if there else used
        left = [node.minus(each) for node in self.sizes]
        left[self.master] = left[self.master].minus(master)
        return tuple(left)


def can_offer(resources: dsl.ResourceArchitecture, node_memory_bytes: int | None) -> bool:
    """Return whether a cluster manager is known, and what its nodes offer."""
    if resources.manager is None:
        return False
    return node_memory_bytes is not None or all(g.container_memory_bytes for g in resources.workers)


def nodes(
    model: dsl.PerformanceModel,
    count: int,
    *,
    node_memory_bytes: int | None,
    node_cores: int | None,
    node_type: str | None,
) -> Nodes:
    """Return the nodes of a cluster of a size, which repeat those of the calibration run in turn.

    Parameters
    ----------
    model
        A model with a cluster manager.
    count
        Number of workers.
    node_memory_bytes, node_cores, node_type
        Other machines that were asked for; None for those of the calibration run.
    """
    groups = [group for group in model.resources.workers for _ in range(group.count)]
    assumed: list[str] = []
    sizes = {
        group.id: _offered(group, node_memory_bytes, node_cores, node_type, assumed)
        for group in model.resources.workers
    }
    request = model.execution.configuration.containers or dsl.ContainerRequest()
    found = []
    for position in range(count):
        group = groups[position % len(groups)]
        wanted = request.node_label in group.labels if request.node_label else not group.labels
        found.append(sizes[group.id] if wanted else Size(0, 0))
    return Nodes(tuple(found), _master_node(request, groups, count), tuple(dict.fromkeys(assumed)))


def _master_node(request: dsl.ContainerRequest, groups: Sequence[dsl.NodeGroup], count: int) -> int:
    """Return where the application master is: as measured, or on the first node without a label."""
    if request.master_node is not None:
        return request.master_node % count
    free = (i for i in range(count) if not groups[i % len(groups)].labels)
    return next(free, 0)


def _offered(
    group: dsl.NodeGroup,
    node_memory_bytes: int | None,
    node_cores: int | None,
    node_type: str | None,
    assumed: list[str],
) -> Size:
    """Return what a node of a group offers, also where it is to have other memory and cores."""
    memory_mib = (group.container_memory_bytes or 0) // MIB
    if node_memory_bytes is not None:
        memory_mib = _memory_mib(group, node_memory_bytes, assumed)
    vcores = group.vcores
    if vcores is not None and node_cores is not None:
        machine = node_type or f"a node with {node_cores} cores"
        if group.cores_known and group.cores:
            ratio = group.vcores / group.cores if group.vcores else 1.0
            vcores = max(1, int(ratio * node_cores + 0.5))
            assumed.append(
                f"YARN is taken to offer {vcores} vcores of {machine}, {ratio:.3g} for each core as on the "
                "measured nodes"
            )
        elif node_type is not None or node_memory_bytes is not None:
            vcores = node_cores
            assumed.append(f"YARN is taken to offer a vcore for each of the {node_cores} cores of {machine}")
    return Size(memory_mib, UNLIMITED if vcores is None else vcores)


def _memory_mib(group: dsl.NodeGroup, node_memory_bytes: int, assumed: list[str]) -> int:
    """Return the memory that YARN offers of a machine: the share that it has of a measured one."""
    if group.container_memory_bytes and group.memory_bytes:
        ratio = min(1.0, group.container_memory_bytes / group.memory_bytes)
        offered = node_memory_bytes * ratio
        why = f"{ratio:.1%} as on the measured nodes"
    else:
        offered = max(0, node_memory_bytes - SYSTEM_BYTES)
        why = (
            f"all but {format_size(SYSTEM_BYTES)} for the system, as the memory of measured nodes is unknown"
        )
    has = format_size(node_memory_bytes)
    assumed.append(f"YARN is taken to offer {format_size(offered)} of the {has} of a node: {why}")
    return int(offered) // MIB


def used_by_others(manager: dsl.ClusterManager) -> Size:
    """Return what other applications held of the cluster: the root's figure, or those of all leaves."""
    root = manager.queue("root")
    if root is not None and root.used is not None:
        return _known(root.used)
    paths = [queue.path for queue in manager.queues]
    total = Size(0, 0)
    for queue in manager.queues:
        leaf = not any(path.startswith(queue.path + ".") for path in paths)
        if leaf and queue.used is not None:
            total = total.plus(_known(queue.used))
    return total


def used_of(manager: dsl.ClusterManager, queue: dsl.Queue) -> Size:
    """Return what other applications held of a queue: its own figure, or those of the queues below."""
    if queue.used is not None:
        return _known(queue.used)
    below = [q for q in manager.queues if q.path.startswith(queue.path + ".") and q.used is not None]
    total = Size(0, 0)
    for each in below:
        if not any(each.path.startswith(other.path + ".") for other in below):
            total = total.plus(_known(each.used)) if each.used is not None else total
    return total


def _known(used: dsl.ContainerSize) -> Size:
    size = size_of(used)
    return Size(size.memory_mib, 0 if size.vcores == UNLIMITED else size.vcores)
