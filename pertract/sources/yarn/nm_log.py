"""The log of a NodeManager: when a container was fetched, started and ended, and what it used.

Messages of ``ContainerImpl``, ``ContainersMonitorImpl`` and ``NodeStatusUpdaterImpl``. How much memory a
container uses is told by default in Hadoop 2 and with the level DEBUG in 3, CPU with DEBUG in 3.
"""

from __future__ import annotations

from ...units import MIB, MS, parse_size
from .log import DaemonLog, DamagedLine, Handler, Message
from .records import Container, Node, host_of

_ID = r"container_\w+"


def new_log() -> DaemonLog:
    """Return a log to read lines into."""
    return DaemonLog(_MESSAGES)


def _container(log: DaemonLog, identifier: str) -> Container:
    found = log.snapshot.containers.get(identifier)
    if found is None:
        (node,) = tuple(log.snapshot.nodes)[-1:] or (None,)
        found = log.snapshot.containers[identifier] = Container(identifier, node=node)
    return found


def _transition(log: DaemonLog, said: Message) -> None:
    container, after = _container(log, said["moved"]), said["after"]
    if after == "LOCALIZING":
        container.localising_s = said.time_s
    elif after == "RUNNING":
        container.launched_s = said.time_s
    elif (
        after in ("EXITED_WITH_SUCCESS", "EXITED_WITH_FAILURE", "KILLING", "DONE")
        and not container.finished_s
    ):
        container.finished_s = said.time_s


def _usage(log: DaemonLog, said: Message) -> None:
    container = _container(log, said["measured"])
    # Hadoop counts binary units here, whatever they are called.
    used = int(parse_size(said["used"].replace(" ", "").upper().removesuffix("B") + "ib"))
    container.peak_memory_bytes = max(container.peak_memory_bytes or 0, used)


def _cpu(log: DaemonLog, said: Message) -> None:
    container = _container(log, said["counted"])
    container.cpu_s = max(container.cpu_s or 0.0, int(said["cpu"]) * MS)


def _registered(log: DaemonLog, said: Message) -> None:
    size = said.resource()
    if size is None:
        raise DamagedLine(f"node {said['node']} without memory and vcores")
    identifier = said["node"]
    log.snapshot.nodes[identifier] = Node(
        identifier,
        host=host_of(identifier),
        state="RUNNING",
        memory_bytes=int(size[1]) * MIB,
        vcores=int(size[2]),
    )


_MESSAGES: tuple[tuple[bytes, str, Handler], ...] = (
    (
        b" transitioned from ",
        rf"Container (?P<moved>{_ID}) transitioned from \w+ to (?P<after>\w+)",
        _transition,
    ),
    (
        b"physical memory",
        rf"for container-id (?P<measured>{_ID}): (?P<used>[\d.]+ ?[KMGT]?B) of [\d.]+ ?[KMGT]?B physical",
        _usage,
    ),
    (b"Cumulative-CPU-ms", rf"for container-id (?P<counted>{_ID}):.*Cumulative-CPU-ms: (?P<cpu>\d+)", _cpu),
    (
        b"Registered with ResourceManager",
        r"Registered with ResourceManager as (?P<node>\S+:\d+) with total resource of",
        _registered,
    ),
)
