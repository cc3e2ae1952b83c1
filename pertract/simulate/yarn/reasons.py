"""Why as many executors were granted as were, in a sentence."""

from __future__ import annotations

from ... import dsl
from ...units import MIB, counted, format_size
from .cluster import Nodes, used_by_others
from .grants import Grant
from .sizes import ContainerSizes, Size, counts_vcores, needs


def why(manager: dsl.ClusterManager, nodes: Nodes, grant: Grant) -> str:
    """Return what an executor needs, and why not more of them were granted."""
    vcores = counts_vcores(manager)
    each = f"each needs {_container(manager, grant.sizes, vcores=vcores)}"
    if grant.limited_by is None:
        return each
    if grant.limited_by != "nodes":
        return f"{grant.limit}, and {each}"
    return f"{each}; {_packing(manager, nodes, grant, vcores=vcores)}"


def _container(manager: dsl.ClusterManager, sizes: ContainerSizes, *, vcores: bool) -> str:
    text = needs(sizes.heap_mib, sizes.beside)
    if sizes.executor.memory_mib != sizes.asked.memory_mib:
        text += f", rounded up to {_size(sizes.executor.memory_mib)} {_by(manager, sizes)}"
    if vcores:
        text += f", and {counted(sizes.executor.vcores, 'vcore')}"
    return text


def _by(manager: dsl.ClusterManager, sizes: ContainerSizes) -> str:
    """Return what memory is rounded up by."""
    least_mib = manager.minimum.memory_bytes // MIB
    step = manager.increment
    if step is None or step.memory_bytes == manager.minimum.memory_bytes:
        return f"by the minimum allocation of {_size(least_mib)}"
    if sizes.executor.memory_mib == least_mib:
        return "by the minimum allocation"
    return f"by steps of {_size(step.memory_bytes // MIB)}"


def _packing(manager: dsl.ClusterManager, nodes: Nodes, grant: Grant, *, vcores: bool) -> str:
    """Return how many executors the nodes hold, and what takes room of them."""
    master, used = grant.sizes.master, used_by_others(manager)
    there = sum(1 for node in nodes.sizes if node.memory_mib)
    if not there:
        return "no node has the label that was asked for"
    holds = [node.holds(grant.sizes.executor, vcores=vcores) for node in nodes.sizes]
    kinds = dict.fromkeys(
        (size, hold) for size, hold in zip(nodes.sizes, holds, strict=True) if size.memory_mib
    )
    parts = [
        f"a node of {_offer(size, grant.sizes.executor, vcores=vcores)} holds {hold or 'none'}"
        for size, hold in list(kinds)[:3]
    ]
    text = " and ".join(parts)
    if len(kinds) == 1 and there > 1:
        text += f" and there are {there}"
    if used.memory_mib or used.vcores:
        text += f", others use {format_size(used.memory_mib * MIB)}"
        if vcores:
            text += f" and {counted(used.vcores, 'vcore')}"
        text += " of them"
    if (
        nodes.sizes[grant_master := nodes.master].memory_mib
        and grant.room[grant_master] < holds[grant_master]
    ):
        text += f", the application master takes {_size(master.memory_mib)} of one"
    return text


def _offer(size: Size, executor: Size, *, vcores: bool) -> str:
    """Return what a node offers: its memory, or its vcores where these are scarcer."""
    if not vcores:
        return _size(size.memory_mib)
    by_memory, by_vcores = size.memory_mib // executor.memory_mib, size.vcores // max(1, executor.vcores)
    if by_vcores < by_memory:
        return counted(size.vcores, "vcore")
    return _size(size.memory_mib)


def _size(memory_mib: int) -> str:
    return format_size(memory_mib * MIB)
