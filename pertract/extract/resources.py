"""Resource architecture, as far as an event log, and perhaps a hardware file, knows the cluster."""

from __future__ import annotations

from collections import Counter, defaultdict

from .. import dsl
from ..dsl.execution import most_at_once
from ..sources.hdfs import Listing
from ..sources.spark import SparkRun
from .hardware import Hardware, complete, equipped, kind_of
from .placement import hosts_of, racks_of
from .settings import positive_integer


def build_resources(
    run: SparkRun, listing: Listing | None = None, hardware: Hardware | None = None
) -> dsl.ResourceArchitecture:
    """Return groups of alike hosts; their cores are the slots of the executors on them.

    An event log does not know the cores of a machine, so ``cores_known`` is false where the hardware file
    does not tell them either.
    """
    task_cpus = positive_integer(run.properties, "spark.task.cpus") or 1
    on_host: dict[str, list[tuple[int, float, float | None]]] = defaultdict(list)
    for executor in run.executors:
        on_host[executor.host].append((executor.slots, executor.added_s, executor.removed_s))
    rack = dict(zip(hosts_of(run), racks_of(run, listing), strict=False))
    alike: dict[tuple[int | None, int], list[str]] = defaultdict(list)
    for host, executors in on_host.items():
        alike[kind_of(hardware, host), most_at_once(executors) * task_cpus].append(host)
    many = len({kind for kind, _ in alike}) > 1
    groups = []
    for (kind, cores), hosts in sorted(alike.items(), key=lambda item: (item[0][0] or 0, item[0][1])):
        name = "workers" if len(alike) == 1 else f"workers-{cores}-cores"
        group = dsl.NodeGroup(
            id=name if not many or kind is None else f"{name}-{kind + 1}",
            count=len(hosts),
            cores=max(1, cores),
            cores_known=False,
            drives=_drives(listing),
            racks=_racks([rack.get(host, "") for host in hosts]),
        )
        groups.append(equipped(group, hardware, kind))
    return complete(dsl.ResourceArchitecture(nodes=tuple(groups)), hardware)


def _drives(listing: Listing | None) -> dsl.Drives:
    """Return the drives of a node; the most common number where those of data nodes differ."""
    counts = Counter(node.drives for node in listing.data_nodes if node.drives) if listing else None
    return dsl.Drives(count=counts.most_common(1)[0][0]) if counts else dsl.Drives()


def _racks(racks: list[str]) -> tuple[str, ...]:
    """Return the racks of alike nodes, once where all have the same; none unless all are known."""
    if not all(racks):
        return ()
    return tuple(racks[:1] if len(set(racks)) == 1 else racks)
