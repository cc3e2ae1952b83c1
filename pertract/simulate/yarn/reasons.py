"""Why as many executors were granted as were, in a sentence."""

from __future__ import annotations

from collections import Counter

from ... import dsl
from ...units import MIB, counted, format_size
from .cluster import Nodes, used_by_others
from .grants import Grant
from .sizes import ContainerSizes, Size, counts_vcores, needs

MOST_KINDS = 3
"""Kinds of nodes that are named."""


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
    holds = [node.holds(grant.sizes.executor, vcores=vcores) for node in nodes.sizes]
    kinds = Counter((size, hold) for size, hold in zip(nodes.sizes, holds, strict=True) if size.memory_mib)
    parts = [
        f"{_nodes(count)} of {_offer(size, grant.sizes.executor, vcores=vcores)} "
        f"hold{'s' if count == 1 else ''} {hold or 'none'}{' each' if count > 1 else ''}"
        for (size, hold), count in kinds.most_common(MOST_KINDS)
    ]
    text = " and ".join(parts)
    if used.memory_mib or used.vcores:
        text += f", others use {format_size(used.memory_mib * MIB)}"
        if vcores:
            text += f" and {counted(used.vcores, 'vcore')}"
        text += " of them"
    if nodes.sizes[nodes.master].memory_mib and grant.room[nodes.master] < holds[nodes.master]:
        taken = _size(master.memory_mib) + (f" and {counted(master.vcores, 'vcore')}" if vcores else "")
        text += f", the application master takes {taken} of one"
    return text


def _nodes(count: int) -> str:
    return "a node" if count == 1 else f"{count} nodes"


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
