"""Where the blocks of a stage's input lie: which nodes its tasks prefer, and what being elsewhere costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .. import dsl

_ELSEWHERE = -1
"""Number of nodes outside of the cluster; tasks with blocks there are waiting for slots there as well."""
_UNKNOWN_RACK = ""
_ALIKE = 16
"""Tasks for which nodes stand in the same random order."""


class Places(NamedTuple):
    """What one task prefers."""

    nodes: tuple[int, ...]
    racks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockPlaces:
    """Where the blocks lie that the tasks of a stage read."""

    on_node: tuple[float, ...]
    """Share of the tasks that prefer each node; after those of the cluster, nodes that only store."""
    preferring_share: float = 1.0
    """Share of the tasks that prefer any node."""
    racks: tuple[str, ...] = ()
    """Rack of each node of the cluster; empty where unknown."""
    on_rack: Mapping[str, float] | None = None
    """Share of the tasks that prefer each rack."""
    near_ratio: float = 1.0
    """Duration of a task beside its blocks / as drawn."""
    far_ratio: float = 1.0
    """The same elsewhere."""

    def draw(self, tasks: int, rng: np.random.Generator) -> list[Places]:
        """Return what each task prefers.

        Nodes are drawn systematically from a random order, so that each has its share and no task prefers
        a node twice: the replicas of a block lie on different nodes.
        """
        preferring = self.preferring_share
        shares = np.minimum(1.0, np.array(self.on_node) / preferring) if preferring else np.zeros(0)
        nodes = len(self.racks) if self.racks else len(shares)
        found: list[Places] = []
        most = int(np.ceil(shares.sum()))
        for begin in range(0, tasks, _ALIKE):
            order = rng.permutation(len(shares))
            bounds = np.cumsum(shares[order])
            count = min(_ALIKE, tasks - begin)
            points = rng.random(count)[:, None] + np.arange(most)
            hits = np.searchsorted(bounds, points, side="right")
            prefers = rng.random(count) < preferring
            for row, any_node in zip(hits, prefers, strict=True):
                chosen = tuple(int(order[i]) for i in row if i < len(order)) if any_node else ()
                racks = {self.racks[node] for node in chosen if node < nodes} if self.racks else ()
                found.append(Places(chosen or (_ELSEWHERE,), tuple(racks)))
        return self._with_racks(found, rng) if self.on_rack else found

    def _with_racks(self, found: list[Places], rng: np.random.Generator) -> list[Places]:
        """Return the same with racks on which a block lies, but on no node of the cluster."""
        assert self.on_rack is not None
        for rack, share in self.on_rack.items():
            there = sum(rack in places.racks for places in found)
            others = len(found) - there
            wanted = (share * len(found) - there) / others if others else 0.0
            also = rng.random(len(found)) < wanted
            found = [
                Places(places.nodes, (*places.racks, rack))
                if also[i] and rack not in places.racks
                else places
                for i, places in enumerate(found)
            ]
        return [places._replace(racks=places.racks or (_UNKNOWN_RACK,)) for places in found]


def block_places(
    read: Sequence[dsl.FileData],
    groups: Sequence[dsl.NodeGroup],
    *,
    nodes: int,
    measured_nodes: int,
    network_known: bool,
) -> BlockPlaces | None:
    """Return where blocks lie in a cluster; None where no data model tells.

    With as many nodes as in the calibration run they lie as measured. On other clusters they lie on random
    nodes: on those with executors, or on as many others as before, where files are stored elsewhere.

    Parameters
    ----------
    read
        The files that a stage reads.
    groups
        The workers of the calibration run.
    nodes
        Nodes of the cluster that is simulated.
    measured_nodes
        Nodes of the calibration run.
    network_known
        Whether what comes from other nodes is moved over links of a known bandwidth.
    """
    known = [(data.placement, data.size_bytes) for data in read if data.placement is not None]
    if not known:
        return None
    placements = [placement for placement, _ in known]
    weights = np.array([max(1, size) for _, size in known], dtype=float)
    weights /= weights.sum()
    each = [_shares(placement, nodes, measured_nodes) for placement in placements]
    shares = np.zeros(max(map(len, each)))
    for share, weight in zip(each, weights, strict=True):
        shares[: len(share)] += weight * np.array(share)
    preferring = float(weights @ [placement.preferring_share for placement in placements])
    racks = _racks(groups, nodes)
    remote = float(weights @ [placement.remote_share for placement in placements])
    ratio = float(weights @ [placement.remote_ratio for placement in placements])
    near = 1 / (1 - remote + remote * ratio)
    return BlockPlaces(
        on_node=tuple(shares.tolist()),
        preferring_share=preferring,
        racks=racks,
        on_rack=_on_rack(placements, racks),
        near_ratio=near,
        far_ratio=near if network_known else near * ratio,
    )


def _shares(placement: dsl.Placement, nodes: int, measured_nodes: int) -> list[float]:
    """Return the share of the tasks that prefer each node, and each node that only stores."""
    measured = list(placement.on_node)
    measured += [0.0] * (measured_nodes - len(measured)) if measured else []
    if measured and nodes == measured_nodes:
        holding, total = sum(share > 0 for share in measured), placement.data_nodes
        others = max(0, total - holding)
        left = max(0.0, placement.replication * placement.preferring_share - sum(measured))
        return measured + ([min(1.0, left / others)] * others if others else [])
    holding = sum(share > 0 for share in measured) if measured else measured_nodes
    stores_all = (placement.data_nodes or holding) <= holding
    here = round(nodes * holding / measured_nodes)
    if not here:
        return [0.0] * nodes
    total = here if stores_all else placement.data_nodes
    here = min(here, total)
    share = min(1.0, placement.replication / total) * placement.preferring_share
    beside = [(i + 1) * here // nodes > i * here // nodes for i in range(nodes)]
    return [share if holds else 0.0 for holds in beside] + [share] * (total - here)


def _racks(groups: Sequence[dsl.NodeGroup], nodes: int) -> tuple[str, ...]:
    """Return the rack of each node; empty unless all groups tell theirs."""
    if not all(group.racks for group in groups):
        return ()
    known = [group.racks[i % len(group.racks)] for group in groups for i in range(group.count)]
    return tuple(known[node % len(known)] for node in range(nodes))


def _on_rack(placements: Sequence[dsl.Placement], racks: Sequence[str]) -> dict[str, float] | None:
    if not racks:
        return None
    told = {on.rack: on.share for placement in placements for on in placement.on_rack}
    usual = sum(told.values()) / len(told) if told else 1.0
    return {rack: told.get(rack, usual) for rack in dict.fromkeys(racks)}
