"""Resource architecture as far as executors tell: hosts, and slots in place of cores."""

from __future__ import annotations

from collections import defaultdict

from .. import dsl
from ..sources.spark import SparkRun
from .settings import positive_integer


def build_resources(run: SparkRun) -> dsl.ResourceArchitecture:
    """Return groups of alike hosts; their cores are the slots of the executors on them.

    An event log does not know the cores of a machine, so ``cores_known`` is false.
    """
    task_cpus = positive_integer(run.properties, "spark.task.cpus") or 1
    slots_of: dict[str, int] = defaultdict(int)
    most_of: dict[str, int] = defaultdict(int)
    changes = []
    for executor in run.executors:
        changes.append((executor.added_s, 1, executor))
        if executor.removed_s is not None:
            changes.append((executor.removed_s, -1, executor))
    for _, sign, executor in sorted(changes, key=lambda c: (c[0], c[1])):
        slots_of[executor.host] += sign * executor.slots
        most_of[executor.host] = max(most_of[executor.host], slots_of[executor.host])
    alike: dict[int, int] = defaultdict(int)
    for slots in most_of.values():
        alike[slots * task_cpus] += 1
    groups = tuple(
        dsl.NodeGroup(
            id="workers" if len(alike) == 1 else f"workers-{cores}-cores",
            count=count,
            cores=max(1, cores),
            cores_known=False,
        )
        for cores, count in sorted(alike.items())
    )
    return dsl.ResourceArchitecture(nodes=groups)
