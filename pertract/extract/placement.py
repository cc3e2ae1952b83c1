"""Where the blocks that tasks read lie: as a listing tells, or as the nearness of tasks speaks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from .. import dsl
from ..dsl import splits as rules
from ..dsl.workload import OLD_LEAST_SPLITS, parallelism
from ..sources.hdfs import Listing, StoredFile
from ..sources.spark import SparkRun, StageRecord
from .settings import configuration, working
from .splits import hadoop, preferred_by_hadoop, preferred_by_scan, scan

USUAL_REPLICATION = 3
"""Default of ``dfs.replication``."""
NEAR = "NODE_LOCAL"
"""What Spark says of a task on a node with its blocks."""
_LEAST_MEASURED = 8
"""Tasks near their data, and elsewhere, that it takes to compare their durations."""
_LARGEST_RATIO = 10.0
_ONE_RACK = "/default-rack"
"""What Hadoop calls the rack of nodes of which it knows none."""
_RACK, _FAR = "RACK_LOCAL", "ANY"


def prefers_nodes(stage: StageRecord) -> bool:
    """Return whether most tasks of a stage had blocks on certain nodes, and not in memory of executors."""
    if stage.nearness is None or stage.locality is not None:
        return False
    tasks = stage.nearness.tasks
    return 2 * sum(tasks.get(name, 0) for name in (NEAR, _RACK, _FAR)) > sum(tasks.values())


def hosts_of(run: SparkRun) -> list[str]:
    """Return the host of each node, by its number in the model."""
    return list(dict.fromkeys(executor.host for executor in working(run)))


def racks_of(run: SparkRun, listing: Listing | None) -> tuple[str, ...]:
    """Return the rack of each node; empty where Spark knew none, or they are not known.

    Only YARN tells Spark the racks. Where a listing does not, but tasks found their data on their rack, all
    nodes stand on one.
    """
    near_rack = any(_RACK in s.nearness.tasks for s in run.stages if s.nearness and prefers_nodes(s))
    if not near_rack and not run.properties.get("spark.master", "").startswith("yarn"):
        return ()
    hosts = hosts_of(run)
    if listing is not None and listing.racks:
        known = {_short(host): rack for host, rack in listing.racks.items()}
        racks = [known.get(_short(host), "") for host in hosts]
        if all(racks):
            return tuple(racks)
    return (_ONE_RACK,) * len(hosts) if near_rack else ()


def placement_of(
    data: dsl.FileData,
    files: Sequence[StoredFile],
    stages: Sequence[StageRecord],
    run: SparkRun,
    listing: Listing | None,
    racks: Sequence[str],
) -> dsl.Placement | None:
    """Return where blocks lie: as listed, else on as many nodes as the nearness of tasks speaks for."""
    wanted = Counter(file.replication for file in files if file.replication)
    replication = wanted.most_common(1)[0][0] if wanted else 0
    found = dsl.Placement(replication=replication or USUAL_REPLICATION)
    near = nearness_of(stages)
    hosts = hosts_of(run)
    listed = _listed_places(data, files, hosts, racks, listing, run) if listing else None
    # Where the log tells of tasks near their blocks, but no host is a listed one, names differ.
    if listed is not None and not (near[NEAR] and not any(listed.on_node)):
        found = _placed(found, listed)
    elif listed is not None:
        found = found.model_copy(update={"data_nodes": listed.data_nodes})
    elif stages:
        found = _from_nearness(found, near, len(hosts), racks)
    elif not replication:
        return None
    if stages:
        found = found.model_copy(update=_remote(near, stages))
    return found


def _placed(placement: dsl.Placement, listed: dsl.Placement) -> dsl.Placement:
    """Return a placement with the places of another one."""
    places = {
        name: getattr(listed, name) for name in ("data_nodes", "on_node", "preferring_share", "on_rack")
    }
    return placement.model_copy(update=places)


def _listed_places(
    data: dsl.FileData,
    files: Sequence[StoredFile],
    hosts: Sequence[str],
    racks: Sequence[str],
    listing: Listing,
    run: SparkRun,
) -> dsl.Placement | None:
    """Return which tasks prefer which node by the blocks of their splits; None where no block has a host."""
    located = [file for file in files if any(block.hosts for block in file.blocks)]
    if not located:
        return None
    tasks = _preferred(data, located, parallelism_of(run), listing.addresses)
    racks_of_hosts = {
        name: rack
        for host, rack in listing.racks.items()
        for name in (host, listing.addresses.get(host, host))
    }
    stores = {_short(host) for file in located for block in file.blocks for host in block.hosts}
    number = {_short(host): node for node, host in enumerate(hosts)}
    on_node, on_rack, preferring = Counter[int](), Counter[str](), 0
    for task in tasks:
        nodes = {number[_short(host)] for host in task if _short(host) in number}
        on_node.update(nodes)
        preferring += any(_short(host) in stores for host in task)
        on_rack.update({racks_of_hosts[host] for host in task if host in racks_of_hosts})
    share = 1 / max(1, len(tasks))
    return dsl.Placement(
        data_nodes=len(stores),
        preferring_share=round(preferring * share, 4),
        on_node=tuple(round(on_node[node] * share, 4) for node in range(len(hosts))),
        on_rack=tuple(
            dsl.RackShare(rack=rack, share=round(on_rack[rack] * share, 4) if racks_of_hosts else 1.0)
            for rack in sorted(set(racks))
        ),
    )


def _preferred(
    data: dsl.FileData, files: Sequence[StoredFile], slots: int, addresses: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """Return the hosts that each task prefers."""
    splittable = data.storage is None or data.storage.splittable
    total = sum(file.size_bytes for file in files)
    if data.split_rule == "scan":
        most = rules.scan_split_bytes(
            [(1, file.size_bytes) for file in files],
            most_bytes=data.split_bytes or 128 * 2**20,
            opening_bytes=data.opening_bytes,
            least_splits=data.least_splits or slots,
        )
        parts = scan(files, most, opening_bytes=data.opening_bytes, splittable=splittable)
        return [preferred_by_scan(part) for part in parts]
    least = data.least_splits or min(slots, OLD_LEAST_SPLITS)
    goal = rules.goal_bytes(total, least) if data.split_rule != "hadoop" else data.split_bytes
    sizes = [
        rules.split_bytes(file.block_bytes or total or 1, least_bytes=data.least_split_bytes, most_bytes=goal)
        for file in files
    ]
    named = addresses if data.split_rule == "hadoop_old" else None
    return [preferred_by_hadoop(split, named) for split in hadoop(files, sizes, splittable=splittable)]


def _from_nearness(
    placement: dsl.Placement, near: Mapping[str, int], nodes: int, racks: Sequence[str]
) -> dsl.Placement:
    """Return the placement on so many nodes that the measured share of tasks found a block on their node.

    With r replicas on random ones of d nodes, a block is on none of w others with about (1 - w / d) ** r.
    """
    total = sum(near.get(name, 0) for name in (NEAR, _RACK, _FAR))
    local = near.get(NEAR, 0) / total
    on_a_rack = round(1 - near.get(_FAR, 0) / total, 4)
    on_rack = tuple(dsl.RackShare(rack=rack, share=on_a_rack) for rack in sorted(set(racks)))
    if not local:
        return placement.model_copy(update={"on_node": (0.0,) * nodes, "on_rack": on_rack})
    data_nodes = max(nodes, round(nodes / (1 - (1 - local) ** (1 / placement.replication))))
    return placement.model_copy(update={"data_nodes": data_nodes, "on_rack": on_rack})


def _remote(near: Mapping[str, int], stages: Sequence[StageRecord]) -> dict[str, float]:
    """Return how many tasks ran elsewhere, and how much longer they took, where both were measured."""
    total = sum(near.get(name, 0) for name in (NEAR, _RACK, _FAR))
    remote_share = 1 - near.get(NEAR, 0) / total
    ratios, weights = 0.0, 0
    for stage in stages:
        assert stage.nearness is not None
        tasks, median_s = stage.nearness.tasks, stage.nearness.median_s
        away = [(tasks[name], median_s[name]) for name in (_RACK, _FAR) if name in tasks]
        count = sum(n for n, _ in away)
        if min(count, tasks.get(NEAR, 0)) >= _LEAST_MEASURED and median_s[NEAR] > 0:
            mean = sum(n * time_s for n, time_s in away) / count
            ratios += count * mean / median_s[NEAR]
            weights += count
    ratio = min(_LARGEST_RATIO, max(1.0, ratios / weights)) if weights else 1.0
    return {"remote_share": round(remote_share, 4), "remote_ratio": round(ratio, 4)}


def nearness_of(readers: Sequence[StageRecord]) -> Counter[str]:
    """Return how many tasks ran near their blocks, on the rack of these, or elsewhere."""
    near: Counter[str] = Counter()
    for stage in readers:
        if stage.nearness is not None:
            near.update({name: stage.nearness.tasks.get(name, 0) for name in (NEAR, _RACK, _FAR)})
    return near


def parallelism_of(run: SparkRun) -> int:
    """Return the default parallelism of a run."""
    settings = configuration(run)
    return parallelism(settings.default_parallelism, settings.most_slots)


def _short(host: str) -> str:
    """Return a host without its domain; an address stays."""
    host = host.lower()
    return host if re.fullmatch(r"[\d.]+|.*:.*", host) else host.partition(".")[0]
