"""REST answers of ResourceManager, NodeManagers and Timeline service, known by their content."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import policies, timeline
from .records import (
    Application,
    Attempt,
    ClusterInfo,
    ClusterMetrics,
    Container,
    Node,
    Size,
    Snapshot,
    application_of,
    attempt_of,
    host_of,
)
from .tree import Fields, items


def read(answer: Any) -> tuple[Snapshot, str] | None:
    """Return what an answer tells, and what it is; None where it is no answer that tells of a cluster.

    Parameters
    ----------
    answer
        As `tree.parse` returns it.
    """
    snapshot = Snapshot()
    if isinstance(answer, list):
        what = timeline.read_v2(items(answer), snapshot)
        return (snapshot, what) if what else None
    fields = Fields(answer)
    for envelope, (what, add) in _ENVELOPES.items():
        if envelope in fields:
            add(fields.raw(envelope), snapshot)
            return snapshot, what
    for key, (what, add_one) in _BARE.items():
        if key in fields:
            add_one([fields], snapshot)
            return snapshot, what
    timelined = timeline.read(fields, snapshot)
    return (snapshot, timelined) if timelined else None


def _info(value: Any, snapshot: Snapshot) -> None:
    fields = Fields(value)
    version = fields.text("hadoopVersion", "resourceManagerVersion")
    snapshot.info = ClusterInfo(fields.text("id"), version, fields.text("haState"))


def _metrics(value: Any, snapshot: Snapshot) -> None:
    fields = Fields(value)
    # The plain totals add what is in use to what is left, which is cut off at 0: with the
    # DefaultResourceCalculator more vcores are in use than there are.
    total = fields.size("totalClusterResourcesAcrossPartition")
    told = total is not None and total.memory_bytes > 0
    snapshot.metrics = ClusterMetrics(
        total_memory_bytes=total.memory_bytes if total and told else fields.mebibytes("totalMB"),
        total_vcores=total.vcores if total and told else fields.count("totalVirtualCores"),
        allocated_memory_bytes=fields.mebibytes("allocatedMB"),
        allocated_vcores=fields.count("allocatedVirtualCores"),
        active_nodes=fields.count("activeNodes"),
        containers=fields.count("containersAllocated"),
        running_applications=fields.count("appsRunning"),
    )


def _nodes(value: Any, snapshot: Snapshot) -> None:
    for fields in Fields(value).items("node"):
        _node(fields, snapshot)


def _one_node(value: Any, snapshot: Snapshot) -> None:
    for fields in items(value):
        _node(fields, snapshot)


def _node(fields: Fields, snapshot: Snapshot) -> None:
    identifier = fields.text("id", "nodeHostName")
    if identifier is None:
        snapshot.notes.append("a node without a name is left out")
        return
    total = fields.size("totalResource")
    memory = _sum(fields.mebibytes("usedMemoryMB"), _signed_mebibytes(fields, "availMemoryMB"))
    vcores = _sum(fields.count("usedVirtualCores"), _signed(fields, "availableVirtualCores"))
    node = Node(
        identifier,
        host=fields.text("nodeHostName") or host_of(identifier),
        rack=fields.text("rack"),
        state=fields.text("state"),
        memory_bytes=total.memory_bytes if total else memory,
        vcores=total.vcores if total else vcores,
        used_memory_bytes=fields.mebibytes("usedMemoryMB"),
        used_vcores=fields.count("usedVirtualCores"),
        containers=fields.count("numContainers"),
        labels=_labels(fields),
        version=fields.text("version"),
    )
    key = identifier
    while key in snapshot.nodes:  # the same name twice in one answer is two nodes
        key += "'"
    snapshot.nodes[key] = node


def _signed(fields: Fields, name: str) -> int | None:
    """Return what is left, which is negative where more was given than there is."""
    found = fields.number(name)
    return None if found is None else int(found)


def _signed_mebibytes(fields: Fields, name: str) -> int | None:
    found = fields.number(name)
    return None if found is None else int(found) * 2**20


def _sum(used: int | None, left: int | None) -> int | None:
    return None if used is None or left is None else max(0, used + left)


def _labels(fields: Fields) -> tuple[str, ...] | None:
    found = fields.texts("nodeLabels")
    if found is None:
        return None
    return tuple(sorted({label for text in found for label in text.split(",") if label}))


def _scheduler(value: Any, snapshot: Snapshot) -> None:
    snapshot.scheduler = policies.read(Fields(value).raw("schedulerInfo") or value)
    if snapshot.scheduler is None:
        named = Fields(Fields(value).raw("schedulerInfo")).text("type") or "unknown"
        snapshot.notes.append(f"the scheduler ({named}) is none of the capacity, fair and FIFO schedulers")


def _applications(value: Any, snapshot: Snapshot) -> None:
    found = Fields(value).items("app")
    _each_application(found, snapshot)
    snapshot.applications_listed = not any("containerids" in fields or "appId" in fields for fields in found)


def _one_application(value: Any, snapshot: Snapshot) -> None:
    _each_application(items(value), snapshot)


def _each_application(found: Iterable[Fields], snapshot: Snapshot) -> None:
    for fields in found:
        identifier = fields.text("id", "appId")
        if identifier is None:
            snapshot.notes.append("an application without an identifier is left out")
            continue
        vcores, memory = fields.count("allocatedVCores"), fields.mebibytes("allocatedMB")
        seconds = fields.number("memorySeconds")
        preempted = (fields.count("numNonAMContainerPreempted"), fields.count("numAMContainerPreempted"))
        snapshot.applications[identifier] = Application(
            identifier,
            name=fields.text("name"),
            user=fields.text("user"),
            queue=fields.text("queue"),
            type=fields.text("applicationType", "type"),
            state=fields.text("state", "appState"),
            final_status=fields.text("finalStatus", "finalAppStatus"),
            submitted_s=fields.moment_s("startedTime", "submittedTime"),
            launched_s=fields.moment_s("launchTime"),
            finished_s=fields.moment_s("finishedTime"),
            memory_byte_s=None if seconds is None or seconds < 0 else seconds * 2**20,
            vcore_s=_not_negative(fields.number("vcoreSeconds")),
            allocated=None if vcores is None or memory is None else Size(memory, vcores),
            containers=fields.count("runningContainers"),
            preempted_containers=None if preempted == (None, None) else sum(n or 0 for n in preempted),
            node_label=_expression(fields.text("appNodeLabelExpression")),
        )
        for container in fields.texts("containerids") or ():
            snapshot.containers[container] = Container(container)


def _expression(label: str | None) -> str | None:
    """Return a node label; what stands in angle brackets says that there is none."""
    return None if label is None or label.startswith("<") else label


def _not_negative(value: float | None) -> float | None:
    return None if value is None or value < 0 else value


def _attempts(value: Any, snapshot: Snapshot) -> None:
    _each_attempt(Fields(value).items("appAttempt"), snapshot)


def _one_attempt(value: Any, snapshot: Snapshot) -> None:
    _each_attempt(items(value), snapshot)


def _each_attempt(found: Iterable[Fields], snapshot: Snapshot) -> None:
    for fields in found:
        container = fields.text("containerId", "amContainerId")
        named = fields.text("appAttemptId")
        application = application_of(container or "") or application_of(named or "")
        number = fields.count("id") or (attempt_of(container) if container else None)
        if number is None and named and named.rpartition("_")[2].isdecimal():
            number = int(named.rpartition("_")[2])
        if application is None or number is None:
            snapshot.notes.append("an attempt that does not tell its application is left out")
            continue
        snapshot.attempts[application, number] = Attempt(
            application,
            number,
            container=container,
            node=fields.text("nodeId"),
            started_s=fields.moment_s("startTime"),
            finished_s=fields.moment_s("finishedTime"),
            state=fields.text("appAttemptState"),
        )


def _containers(value: Any, snapshot: Snapshot) -> None:
    _each_container(Fields(value).items("container"), snapshot)


def _one_container(value: Any, snapshot: Snapshot) -> None:
    _each_container(items(value), snapshot)


def _each_container(found: Iterable[Fields], snapshot: Snapshot) -> None:
    for fields in found:
        identifier = fields.text("containerId", "id")
        if identifier is None:
            snapshot.notes.append("a container without an identifier is left out")
            continue
        finished_s = fields.moment_s("finishedTime")
        done = fields.text("containerState", "state") not in ("RUNNING", "NEW")
        status = fields.number("containerExitStatus", "exitCode") if finished_s or done else None
        priority = fields.number("priority")
        snapshot.containers[identifier] = Container(
            identifier,
            node=fields.text("assignedNodeId", "nodeId"),
            memory_bytes=fields.mebibytes("allocatedMB", "totalMemoryNeededMB"),
            vcores=fields.count("allocatedVCores", "totalVCoresNeeded"),
            priority=None if priority is None else int(priority),
            state=fields.text("containerState", "state"),
            exit_status=None if status is None else int(status),
            allocated_s=fields.moment_s("startedTime"),
            finished_s=finished_s,
        )


def _node_manager(value: Any, snapshot: Snapshot) -> None:
    """Add the node of which a NodeManager tells (``/ws/v1/node/info``): what it gave, not what it has."""
    fields = Fields(value)
    identifier = fields.text("id")
    if identifier is not None:
        snapshot.nodes[identifier] = Node(
            identifier,
            host=fields.text("nodeHostName") or host_of(identifier),
            version=fields.text("hadoopVersion", "nodeManagerVersion"),
        )


def _properties(value: Any, snapshot: Snapshot) -> None:
    """Add the configuration of a daemon (``/conf?format=json``)."""
    for fields in items(value):
        name = fields.text("key", "name")
        if name is not None:
            snapshot.configuration[name] = fields.text("value") or ""


_ENVELOPES: dict[str, tuple[str, Callable[[Any, Snapshot], None]]] = {
    "clusterInfo": ("information about the cluster", _info),
    "clusterMetrics": ("metrics of the cluster", _metrics),
    "nodes": ("nodes", _nodes),
    "node": ("a node", _one_node),
    "scheduler": ("the scheduler", _scheduler),
    "apps": ("applications", _applications),
    "appAttempts": ("attempts of an application", _attempts),
    "appAttempt": ("attempts of an application", _one_attempt),
    "containers": ("containers", _containers),
    "container": ("containers", _one_container),
    "app": ("applications", _one_application),
    "nodeInfo": ("a NodeManager", _node_manager),
    "properties": ("the configuration of a daemon", _properties),
}
_BARE: dict[str, tuple[str, Callable[[Iterable[Fields], Snapshot], None]]] = {
    "containerId": ("a container", _each_container),
    "appAttemptId": ("an attempt of an application", _each_attempt),
    "appId": ("an application", _each_application),
}
