"""Resource architecture as far as executors tell: hosts, and slots in place of cores."""

from __future__ import annotations

from collections import Counter, defaultdict

from .. import dsl
from ..dsl.execution import most_at_once
from ..sources.hdfs import Listing
from ..sources.spark import SparkRun
from .placement import hosts_of, racks_of
from .settings import positive_integer


def build_resources(run: SparkRun, listing: Listing | None = None) -> dsl.ResourceArchitecture:
    """Return groups of alike hosts; their cores are the slots of the executors on them.

    An event log does not know the cores of a machine, so ``cores_known`` is false.
    """
    task_cpus = positive_integer(run.properties, "spark.task.cpus") or 1
    on_host: dict[str, list[tuple[int, float, float | None]]] = defaultdict(list)
    rack = dict(zip(hosts_of(run), racks_of(run, listing), strict=False))
    for executor in run.executors:
        on_host[executor.host].append((executor.slots, executor.added_s, executor.removed_s))
    cores_of = {host: most_at_once(executors) * task_cpus for host, executors in on_host.items()}
    alike = Counter(cores_of.values())
    groups = tuple(
        dsl.NodeGroup(
            id="workers" if len(alike) == 1 else f"workers-{cores}-cores",
            count=count,
            cores=max(1, cores),
            cores_known=False,
            drives=_drives(listing),
            racks=_racks([rack.get(host, "") for host in on_host if cores_of[host] == cores]),
        )
        for cores, count in sorted(alike.items())
    )
    return dsl.ResourceArchitecture(nodes=groups)


def _drives(listing: Listing | None) -> dsl.Drives:
    """Return the drives of a node; the most common number where those of data nodes differ."""
    counts = Counter(node.drives for node in listing.data_nodes if node.drives) if listing else None
    return dsl.Drives(count=counts.most_common(1)[0][0]) if counts else dsl.Drives()


def _racks(racks: list[str]) -> tuple[str, ...]:
    """Return the racks of alike nodes, once where all have the same; none unless all are known."""
    if not all(racks):
        return ()
    return tuple(racks[:1] if len(set(racks)) == 1 else racks)
