"""Resource architecture, as far as an event log, and perhaps a hardware file, knows the cluster."""

from __future__ import annotations

from collections import Counter, defaultdict

from .. import dsl
from ..dsl.execution import most_at_once
from ..sources.spark import SparkRun
from .hardware import Hardware, complete, equipped, kind_of
from .settings import positive_integer


def build_resources(run: SparkRun, hardware: Hardware | None = None) -> dsl.ResourceArchitecture:
    """Return groups of alike hosts; their cores are the slots of the executors on them.

    An event log does not know the cores of a machine, so ``cores_known`` is false where the hardware file
    does not tell them either.
    """
    task_cpus = positive_integer(run.properties, "spark.task.cpus") or 1
    on_host: dict[str, list[tuple[int, float, float | None]]] = defaultdict(list)
    for executor in run.executors:
        on_host[executor.host].append((executor.slots, executor.added_s, executor.removed_s))
    alike = Counter(
        (kind_of(hardware, host), most_at_once(executors) * task_cpus) for host, executors in on_host.items()
    )
    many = len({kind for kind, _ in alike}) > 1
    groups = []
    for (kind, cores), count in sorted(alike.items(), key=lambda item: (item[0][0] or 0, item[0][1])):
        name = "workers" if len(alike) == 1 else f"workers-{cores}-cores"
        group = dsl.NodeGroup(
            id=name if not many or kind is None else f"{name}-{kind + 1}",
            count=count,
            cores=max(1, cores),
            cores_known=False,
        )
        groups.append(equipped(group, hardware, kind))
    return complete(dsl.ResourceArchitecture(nodes=tuple(groups)), hardware)
