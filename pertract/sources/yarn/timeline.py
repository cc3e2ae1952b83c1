"""Entities of the Timeline services that tell of applications and containers, versions 1 and 2.

Version 1 (``/ws/v1/timeline/``) keeps what happened as ``events`` and ``otherinfo``, version 2
(``/ws/v2/timeline/``) as ``events``, ``info`` and ``metrics``. The ResourceManager writes entities of
the types ``YARN_APPLICATION``, ``YARN_APPLICATION_ATTEMPT`` and ``YARN_CONTAINER``, with the names of
``ApplicationMetricsConstants``, ``AppAttemptMetricsConstants`` and ``ContainerMetricsConstants``;
other programs, such as Tez, their own, which tell of their work and not of the cluster.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...units import MIB
from .records import Application, Attempt, Container, Snapshot, application_of
from .tree import Fields


def read(fields: Fields, snapshot: Snapshot) -> str | None:
    """Add what one object tells; return what it is, or None if it is nothing of the Timeline."""
    if "entities" in fields:
        return _add(fields.items("entities"), "entitytype", "entity", snapshot)
    if "entitytype" in fields:
        return _add([fields], "entitytype", "entity", snapshot)
    if "type" in fields and "createdtime" in fields:
        return read_v2([fields], snapshot)
    if "about" in fields or "About" in fields:
        return "the Timeline service itself"
    if "domains" in fields or ("owner" in fields and "readers" in fields):
        return "domains of the Timeline service"
    return None


def read_v2(found: Iterable[Fields], snapshot: Snapshot) -> str | None:
    """Add what entities of version 2 tell; return what they are, or None if they are none."""
    entities = [fields for fields in found if "type" in fields and "id" in fields]
    return _add(entities, "type", "id", snapshot) if entities else None


def _add(entities: list[Fields], type_: str, name: str, snapshot: Snapshot) -> str:
    kinds = set()
    for entity in entities:
        kind, identifier = entity.text(type_), entity.text(name)
        kinds.add(kind)
        if identifier is None:
            continue
        if kind == "YARN_APPLICATION":
            _application(entity, identifier, snapshot)
        elif kind == "YARN_APPLICATION_ATTEMPT":
            _attempt(entity, identifier, snapshot)
        elif kind == "YARN_CONTAINER":
            _container(entity, identifier, snapshot)
    named = ", ".join(sorted(kind for kind in kinds if kind)) or "nothing"
    return f"entities of the Timeline service ({named})"


def _event_s(entity: Fields, *ends: str) -> float | None:
    """Return when the event whose type has one of these ends happened."""
    for event in entity.items("events"):
        kind = (event.text("eventtype", "id") or "").upper()
        if kind.endswith(ends):
            return event.moment_s("timestamp")
    return None


def _info(entity: Fields) -> Fields:
    """Return what is told besides: version 1 calls it ``otherinfo``."""
    return entity.inner("info") or entity.inner("otherinfo")


def _metric(entity: Fields, *names: str) -> float | None:
    """Return the last value of a metric of version 2."""
    for metric in entity.items("metrics"):
        if metric.text("id") in names:
            values = metric.inner("values")
            times = sorted(metric.raw("values") or {}, key=str) if values else []
            return values.number(times[-1]) if times else None
    return None


def _application(entity: Fields, identifier: str, snapshot: Snapshot) -> None:
    info = _info(entity)
    # The names changed with Hadoop 3; version 2 has them as metrics.
    memory, vcore_s = (
        next((n for n in (info.number(*names), _metric(entity, *names)) if n is not None), None)
        for names in (
            ("YARN_APPLICATION_MEMORY", "YARN_APPLICATION_MEM_METRIC"),
            ("YARN_APPLICATION_CPU", "YARN_APPLICATION_CPU_METRIC"),
        )
    )
    snapshot.applications[identifier] = Application(
        identifier,
        name=info.text("YARN_APPLICATION_NAME"),
        user=info.text("YARN_APPLICATION_USER", "SYSTEM_INFO_USER"),
        queue=info.text("YARN_APPLICATION_QUEUE"),
        type=info.text("YARN_APPLICATION_TYPE"),
        state=info.text("YARN_APPLICATION_STATE"),
        final_status=info.text("YARN_APPLICATION_FINAL_STATUS"),
        submitted_s=info.moment_s("YARN_APPLICATION_SUBMITTED_TIME")
        or _event_s(entity, "APPLICATION_CREATED", "CREATED")
        or entity.moment_s("createdtime", "starttime"),
        finished_s=_event_s(entity, "FINISHED"),
        memory_byte_s=None if memory is None else memory * MIB,
        vcore_s=vcore_s,
    )


def _attempt(entity: Fields, identifier: str, snapshot: Snapshot) -> None:
    application, number = application_of(identifier), identifier.rpartition("_")[2]
    if application is None or not number.isdecimal():
        return
    info = _info(entity)
    snapshot.attempts[application, int(number)] = Attempt(
        application,
        int(number),
        container=info.text("YARN_APPLICATION_ATTEMPT_MASTER_CONTAINER"),
        started_s=entity.moment_s("createdtime", "starttime"),
        registered_s=_event_s(entity, "REGISTERED"),
        finished_s=_event_s(entity, "FINISHED"),
        state=info.text("YARN_APPLICATION_ATTEMPT_STATE"),
    )


def _container(entity: Fields, identifier: str, snapshot: Snapshot) -> None:
    info = _info(entity)
    host, port = info.text("YARN_CONTAINER_ALLOCATED_HOST"), info.text("YARN_CONTAINER_ALLOCATED_PORT")
    status, priority = (
        info.number("YARN_CONTAINER_EXIT_STATUS"),
        info.number("YARN_CONTAINER_ALLOCATED_PRIORITY"),
    )
    snapshot.containers[identifier] = Container(
        identifier,
        node=f"{host}:{port}" if host and port else host,
        memory_bytes=info.mebibytes("YARN_CONTAINER_ALLOCATED_MEMORY"),
        vcores=info.count("YARN_CONTAINER_ALLOCATED_VCORE"),
        priority=None if priority is None else int(priority),
        state=info.text("YARN_CONTAINER_STATE"),
        exit_status=None if status is None else int(status),
        allocated_s=_event_s(entity, "CREATED") or entity.moment_s("createdtime", "starttime"),
        finished_s=info.moment_s("YARN_CONTAINER_FINISHED_TIME") or _event_s(entity, "FINISHED"),
    )
