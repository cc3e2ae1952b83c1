"""A model of a run with what YARN tells of its cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ... import dsl
from ...dsl.resolve import check
from ...sources.spark import ExecutorRecord, SparkRun
from ...sources.yarn import Application, Container, Size, Snapshot
from ...sources.yarn.configuration import value
from ...units import counted, format_size
from ..hardware import Hardware, complete, unused
from ..settings import working
from .accounts import container_seconds
from .delays import allocation_delays_s, asked_s, start_delays_s
from .load import held_by_others
from .nodes import Placement, node_of, place
from .queues import path_of, size
from .request import request
from .scheduler import manager

_Pairs = Sequence[tuple[ExecutorRecord, Container]]


def with_cluster(
    model: dsl.PerformanceModel, run: SparkRun, snapshot: Snapshot, hardware: Hardware | None = None
) -> tuple[dsl.PerformanceModel, list[str]]:
    """Return the model with the cluster of its run, and what keeps it from being whole.

    Parameters
    ----------
    model
        Model of the run alone.
    run
        The run, of an application of YARN.
    snapshot
        What YARN tells.
    hardware
        What is known of the machines besides, if anything.
    """
    problems = list(snapshot.problems)
    notes: list[str] = []
    application = snapshot.applications.get(run.application_id)
    containers = snapshot.containers_of(run.application_id)
    if application is None and not snapshot.is_empty and not containers:
        problems.append(_forgotten(run, snapshot))
    executors = working(run)
    pairs = _pairs(executors, snapshot)
    placement = place(snapshot, executors, hardware)
    resources, configuration = model.resources, model.execution.configuration
    if placement is not None:
        notes += placement.notes
        resources = complete(dsl.ResourceArchitecture(nodes=placement.groups), hardware)
        nodes = [(node.host, node.labels or ()) for node in snapshot.running_nodes()]
        notes += unused(hardware, resources, nodes)
    elif not snapshot.is_empty:
        notes.append("nothing tells of a node, so the hosts of the executors stand for the cluster")
    total = _total(placement)
    found = manager(snapshot, total, pairs, configuration.task_cpus, notes)
    asked = asked_s(run, snapshot)
    if not snapshot.is_empty:
        configuration, found = _asked_for(
            configuration, found, run, snapshot, application, placement, asked, notes
        )
    if found is not None:
        found = _with_delays(found, run, snapshot, pairs, asked, notes)
    configuration = configuration.model_copy(
        update={"executors": _executor_groups(run, snapshot, placement, configuration)}
    )
    notes += _accounts(snapshot, run.application_id, application, found, pairs, configuration.task_cpus)
    resources = resources.model_copy(update={"manager": found})
    first = model.runs[0]
    if application is not None:
        first = first.model_copy(
            update={"vcore_seconds": application.vcore_s, "memory_byte_seconds": application.memory_byte_s}
        )
    told = [f"YARN: {text}" for text in (*problems, *snapshot.notes, *notes)]
    completeness = model.completeness.model_copy(
        update={"notes": (*model.completeness.notes, *dict.fromkeys(told))}
    )
    execution = model.execution.model_copy(update={"configuration": configuration})
    changed = model.model_copy(
        update={
            "execution": execution,
            "resources": resources,
            "runs": (first, *model.runs[1:]),
            "completeness": completeness,
        }
    )
    return check(changed), problems


def _forgotten(run: SparkRun, snapshot: Snapshot) -> str:
    if snapshot.applications_listed:
        return (
            f"{run.application_id} is not known to the ResourceManager any more, which keeps only the last "
            "applications (yarn.resourcemanager.max-completed-applications); its queue, containers and "
            "delays are unknown. Add the ResourceManager's log or the Timeline service with another --yarn."
        )
    return (
        f"nothing tells of {run.application_id}; its queue, containers and delays are unknown. Add the "
        "ResourceManager's answers, its log, or the Timeline service with another --yarn."
    )


def _pairs(executors: Sequence[ExecutorRecord], snapshot: Snapshot) -> _Pairs:
    """Return the executors whose containers YARN tells of, with these."""
    found = ((executor, snapshot.containers.get(executor.container or "")) for executor in executors)
    return [(executor, container) for executor, container in found if container is not None]


def _total(placement: Placement | None) -> Size | None:
    if placement is None:
        return None
    groups = placement.groups
    return Size(
        sum(group.count * (group.container_memory_bytes or 0) for group in groups),
        sum(group.count * (group.vcores or 0) for group in groups),
    )


def _asked_for(
    configuration: dsl.ApplicationConfiguration,
    found: dsl.ClusterManager | None,
    run: SparkRun,
    snapshot: Snapshot,
    application: Application | None,
    placement: Placement | None,
    asked: float | None,
    notes: list[str],
) -> tuple[dsl.ApplicationConfiguration, dsl.ClusterManager | None]:
    """Return the configuration with what was asked for, and the manager with what others held then."""
    known = found.queues if found is not None else ()
    name = (application.queue if application else None) or run.properties.get("spark.yarn.queue") or "default"
    path = path_of(name, known)
    if path is None:
        path = name if name.startswith("root") else f"root.{name}"
        if found is not None and known:
            notes.append(f"the queue {path} of the application is none of those that the scheduler has now")
            found = found.model_copy(update={"queues": (*known, dsl.Queue(path=path))})
    if "." not in path and path != "root":
        path = f"root.{path}"
    wanted = request(run, application, path)
    granted = Counter(c.memory_bytes for _, c in _pairs(working(run), snapshot) if c.memory_bytes)
    if granted and wanted.executor and (least := min(granted)) < wanted.executor.memory_bytes:
        asked_bytes = format_size(wanted.executor.memory_bytes)
        notes.append(
            f"containers of executors have {format_size(least)}, less than the {asked_bytes} that the "
            "properties of the application ask for"
        )
    updates: dict[str, object] = {}
    masters = [attempt for attempt in snapshot.attempts_of(run.application_id) if attempt.node]
    if masters and placement is not None:
        updates["master_node"] = placement.find(masters[-1].node, None)
    if asked is not None:
        updates["requested_s"] = round(max(0.0, asked - run.started_s), 3)
    if found is not None:
        at_s = asked if asked is not None else run.started_s
        found = _with_load(found, held_by_others(snapshot, run.application_id, at_s), notes)
    return configuration.model_copy(update={"containers": wanted.model_copy(update=updates)}), found


def _with_load(
    found: dsl.ClusterManager, held: dict[str | None, Size], notes: list[str]
) -> dsl.ClusterManager:
    used: dict[str, Size] = {}
    for name, amount in held.items():
        path = path_of(name, found.queues) or "root"
        before = used.get(path, Size(0, 0))
        used[path] = Size(before.memory_bytes + amount.memory_bytes, before.vcores + amount.vcores)
    if held:
        memory = sum(amount.memory_bytes for amount in held.values())
        vcores = sum(amount.vcores for amount in held.values())
        notes.append(
            f"other applications held {format_size(memory)} and {counted(vcores, 'vcore')} of the cluster "
            "when this one asked for its executors"
        )
    return found.model_copy(
        update={
            "queues": tuple(
                queue.model_copy(update={"used": size(used[queue.path])}) if queue.path in used else queue
                for queue in found.queues
            )
        }
    )


def _timeline(snapshot: Snapshot) -> str:
    """Return where the Timeline service answers, which knows containers that ended."""
    properties = snapshot.configuration
    address = value(properties, "yarn.timeline-service.webapp.address")
    if value(properties, "yarn.timeline-service.enabled") != "true" or address is None:
        return ""
    return f"; --yarn http://{address} would tell"


def _with_delays(
    found: dsl.ClusterManager,
    run: SparkRun,
    snapshot: Snapshot,
    pairs: _Pairs,
    asked: float | None,
    notes: list[str],
) -> dsl.ClusterManager:
    dynamic = run.properties.get("spark.dynamicAllocation.enabled", "").strip().lower() == "true"
    allocation = allocation_delays_s(pairs, asked, dynamic=dynamic)
    start = start_delays_s(run, pairs)
    if not start:
        where = _timeline(snapshot)
        notes.append(
            "no source tells when the containers of the executors were granted; the delay from the start of "
            f"the application to the registration of its executors stands for it{where}"
        )
    elif not allocation:
        notes.append(
            "no source tells when the application asked for its executors, so only the time from container "
            "to registration is known; the ResourceManager's log tells"
        )
    return found.model_copy(update={"allocation_delays_s": allocation, "start_delays_s": start})


def _executor_groups(
    run: SparkRun,
    snapshot: Snapshot,
    placement: Placement | None,
    configuration: dsl.ApplicationConfiguration,
) -> tuple[dsl.ExecutorGroup, ...]:
    """Return the executors with their nodes and the times of their containers."""
    executors = working(run)
    hosts = list(dict.fromkeys(executor.host for executor in executors))
    alike: Counter[dsl.ExecutorGroup] = Counter()
    for executor in executors:
        container = snapshot.containers.get(executor.container or "")
        removed = executor.removed_s
        alike[
            dsl.ExecutorGroup(
                count=1,
                slots=executor.slots,
                memory_bytes=configuration.executors[0].memory_bytes,
                registered_s=round(executor.added_s, 3),
                removed_s=None if removed is None else round(max(removed, executor.added_s), 3),
                node=placement.find(node_of(snapshot, executor), executor.host)
                if placement
                else hosts.index(executor.host),
                allocated_s=_moment(container.allocated_s if container else None, run),
                released_s=_moment(container.finished_s if container else None, run),
            )
        ] += 1
    return tuple(group.model_copy(update={"count": count}) for group, count in alike.items())


def _moment(time_s: float | None, run: SparkRun) -> float | None:
    return None if time_s is None else round(max(0.0, time_s - run.started_s), 3)


def _accounts(
    snapshot: Snapshot,
    identifier: str,
    application: Application | None,
    found: dsl.ClusterManager | None,
    pairs: _Pairs,
    task_cpus: int,
) -> list[str]:
    """Return what is to be said of vcore-seconds and memory-seconds."""
    notes = []
    several = any(executor.slots * task_cpus > 1 for executor, _ in pairs)
    by_memory = found is not None and found.calculator == "memory" and found.scheduler != "fair"
    if application is not None and application.vcore_s and by_memory and several:
        notes.append(
            "each container counts as one vcore here, whatever cores its executor has, so its "
            "vcore-seconds are container-seconds"
        )
    sums = container_seconds(snapshot, identifier)
    if sums is not None and not sums.agrees:
        notes.append(
            f"the containers of the application add up to {sums.vcore_s} vcore-seconds, but "
            f"{sums.accounted_vcore_s or 0:.0f} were accounted; some times or sizes are not known well"
        )
    return notes
