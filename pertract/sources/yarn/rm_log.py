"""The log of a ResourceManager: lives of applications, attempts and containers, nodes and the scheduler.

Messages of ``RMAuditLogger``, ``RMAppImpl``, ``RMAppAttemptImpl``, ``RMContainerImpl``, ``SchedulerNode``,
``ResourceTrackerService``, ``RMNodeImpl``, ``RMAppManager$ApplicationSummary`` and of the schedulers, of
Hadoop 2 and 3.
"""

from __future__ import annotations

import re

from ...units import MIB, MS
from .log import RESOURCE, DaemonLog, DamagedLine, Handler, Message
from .records import (
    Application,
    Attempt,
    Container,
    Node,
    Scheduler,
    Size,
    application_of,
    attempt_of,
    host_of,
)

_ID = r"container_\w+"
_PAIR = re.compile(r"\b([A-Z]{2,})=([^\s\"]+)")
_COMMA = re.compile(r"(?<!\\),\s*")
_ENDS = ("COMPLETED", "KILLED", "RELEASED", "EXPIRED")


def new_log() -> DaemonLog:
    """Return a log to read lines into."""
    return DaemonLog(_MESSAGES)


def _container(log: DaemonLog, identifier: str) -> Container:
    return log.snapshot.containers.setdefault(identifier, Container(identifier))


def _application(log: DaemonLog, identifier: str) -> Application:
    return log.snapshot.applications.setdefault(identifier, Application(identifier))


def _attempt(log: DaemonLog, identifier: str) -> Attempt:
    application, number = application_of(identifier), identifier.rpartition("_")[2]
    if application is None or not number.isdecimal():
        raise DamagedLine(f"'{identifier}' is no attempt")
    key = application, int(number)
    return log.snapshot.attempts.setdefault(key, Attempt(*key))


def _transition(log: DaemonLog, said: Message) -> None:
    container, after = _container(log, said["moved"]), said["after"]
    if said["before"] == "RESERVED" and after in _ENDS:
        return  # it never came to be
    container.state = after
    if after == "ALLOCATED":
        container.allocated_s = said.time_s
    elif after == "ACQUIRED":
        container.acquired_s = said.time_s
    elif after == "RUNNING":
        container.running_s = said.time_s
    elif after in _ENDS:
        container.finished_s = said.time_s


def _audit(log: DaemonLog, said: Message) -> None:
    """Note a line for auditors; fields stand between tabs, or blanks where somebody pasted it."""
    pairs = dict(_PAIR.findall(said.text))
    operation = said["operation"]
    if operation == "Submit Application Request":
        if (identifier := pairs.get("APPID")) is None:
            raise DamagedLine("a submission without APPID")
        if identifier in log.submissions:
            raise DamagedLine(f"{identifier} is submitted a second time")
        log.submissions.add(identifier)
        application = _application(log, identifier)
        application.submitted_s, application.user = said.time_s, pairs.get("USER")
        application.queue = pairs.get("QUEUENAME")
    elif operation == "Register App Master":
        if (attempt := pairs.get("APPATTEMPTID")) is not None:
            _attempt(log, attempt).registered_s = said.time_s
    else:
        if (identifier := pairs.get("CONTAINERID")) is None:
            raise DamagedLine("a container without CONTAINERID")
        container = _container(log, identifier)
        if operation == "AM Allocated Container":
            container.allocated_s = said.time_s if container.allocated_s is None else container.allocated_s
        else:
            container.finished_s = said.time_s if container.finished_s is None else container.finished_s
        if size := RESOURCE.search(said.text):
            _sized(container, size)


def _sized(container: Container, size: re.Match[str]) -> None:
    container.memory_bytes, container.vcores = int(size[1]) * MIB, int(size[2])


def _application_state(log: DaemonLog, said: Message) -> None:
    application, after = _application(log, said["application"]), said["now"]
    application.state = after
    if after == "NEW_SAVING" and application.submitted_s is None:
        application.submitted_s = said.time_s
    elif after in ("FINISHED", "FAILED", "KILLED"):
        application.finished_s = said.time_s


def _attempt_state(log: DaemonLog, said: Message) -> None:
    attempt, after = _attempt(log, said["attempt"]), said["then"]
    attempt.state = after
    if after == "SUBMITTED":
        attempt.started_s = said.time_s
    elif after == "SCHEDULED":
        attempt.scheduled_s = said.time_s
    elif after == "RUNNING":
        attempt.registered_s = attempt.registered_s or said.time_s
    elif after in ("FINISHED", "FAILED", "KILLED"):
        attempt.finished_s = said.time_s


def _described(log: DaemonLog, said: Message) -> None:
    """Note node and size of the container of an application master."""
    size = said.resource()
    if size is None:
        raise DamagedLine(f"{said['described']} without memory and vcores")
    container = _container(log, said["described"])
    container.node = said["at"]
    _sized(container, size)
    application, number = container.application, attempt_of(container.id)
    if application is not None and number is not None:
        key = application, number
        attempt = log.snapshot.attempts.setdefault(key, Attempt(*key))
        attempt.container, attempt.node = container.id, said["at"]


def _assigned(log: DaemonLog, said: Message) -> None:
    container = _container(log, said["assigned"])
    container.node = said["node"]
    if size := said.resource():
        _sized(container, size)


def _registered(log: DaemonLog, said: Message) -> None:
    size = said.resource()
    if size is None:
        raise DamagedLine(f"node {said['host']} without memory and vcores")
    identifier = f"{said['host']}:{said['port']}"
    labels = re.search(r"node labels \{ ?([^}]*?) ?\}", said.text)
    log.snapshot.nodes[identifier] = Node(
        identifier,
        host=said["host"],
        state="RUNNING",
        memory_bytes=int(size[1]) * MIB,
        vcores=int(size[2]),
        labels=tuple(name for name in re.split(r"[,\s]+", labels[1]) if name not in ("", "DEFAULT"))
        if labels
        else None,
    )


def _node_state(log: DaemonLog, said: Message) -> None:
    identifier = said["place"]
    node = log.snapshot.nodes.setdefault(identifier, Node(identifier, host=host_of(identifier)))
    node.state = said["became"]


def _summary(log: DaemonLog, said: Message) -> None:
    """Note the line about an application that ended; signs in values are escaped with a backslash."""
    parts = (part.strip().partition("=") for part in _COMMA.split(said["summary"]))
    pairs = {key: value.replace("\\", "") for key, _, value in parts}
    identifier = pairs.get("appId")
    if identifier is None:
        raise DamagedLine("the summary of an application without appId")

    def number(name: str) -> float | None:
        text = pairs.get(name, "")
        return float(text) if re.fullmatch(r"\d{1,18}", text) else None

    started_ms, finished_ms, launched_ms = number("startTime"), number("finishTime"), number("launchTime")
    memory = number("memorySeconds")
    log.exact.applications[identifier] = Application(
        identifier,
        name=pairs.get("name"),
        user=pairs.get("user"),
        queue=pairs.get("queue"),
        type=pairs.get("applicationType", "").rstrip('"').strip() or None,
        state=pairs.get("state"),
        final_status=pairs.get("finalStatus"),
        submitted_s=started_ms * MS if started_ms else None,
        launched_s=launched_ms * MS if launched_ms else None,
        finished_s=finished_ms * MS if finished_ms else None,
        memory_byte_s=None if memory is None else memory * MIB,
        vcore_s=number("vcoreSeconds"),
    )
    if finished_ms:
        log.anchors.append((said.time_s, finished_ms * MS))


def _scheduler(log: DaemonLog, said: Message) -> None:
    """Note which scheduler was started, with which calculator and limits."""
    name = (said["class"] or "").rpartition(".")[2].lower()
    kind = next((kind for kind in ("capacity", "fair", "fifo") if name.startswith(kind)), None)
    if said["calculator"]:
        kind = "capacity"
    found = log.snapshot.scheduler
    if kind is not None and (found is None or found.kind != kind):
        found = log.snapshot.scheduler = Scheduler(kind)
    if found is None or not said["calculator"]:
        return
    found.calculator = said["calculator"].rpartition(".")[2]
    limits = [
        Size(int(size[1]) * MIB, int(size[2])) for size in RESOURCE.finditer(said.text, said.match.start())
    ]
    if len(limits) >= 2:
        found.limit(limits[0], limits[1])


_MESSAGES: tuple[tuple[bytes, str, Handler], ...] = (
    (
        b"Container Transitioned",
        rf"(?P<moved>{_ID}) Container Transitioned from (?P<before>\w+) to (?P<after>\w+)",
        _transition,
    ),
    (
        b"OPERATION=",
        r"OPERATION=(?P<operation>Submit Application Request|Register App Master"
        r"|AM Allocated Container|AM Released Container)\b",
        _audit,
    ),
    (
        b"State change",
        r"(?P<application>application_\w+) State change from \w+ to (?P<now>\w+)",
        _application_state,
    ),
    (b"State change", r"(?P<attempt>appattempt_\w+) State change from \w+ to (?P<then>\w+)", _attempt_state),
    (
        b"Container: [ContainerId",
        rf"Container: \[ContainerId: (?P<described>{_ID}),.*?NodeId: (?P<at>[^,\s]+)",
        _described,
    ),
    (
        b"Assigned container",
        rf"Assigned container (?P<assigned>{_ID}) of capacity .*? on host (?P<node>[^,\s]+)",
        _assigned,
    ),
    (
        b"registered with capability",
        r"from node (?P<host>[^\s(]+) ?\(cmPort: (?P<port>\d+) [^)]*\) registered with capability",
        _registered,
    ),
    (
        b"Node Transitioned",
        r"(?P<place>[^\s]+:\d+) Node Transitioned from \w+ to (?P<became>\w+)",
        _node_state,
    ),
    (b"ApplicationSummary", r"ApplicationSummary(?: \([^)]*\))?(?:\s*-|:) ?(?P<summary>\S*=.*)", _summary),
    (
        b"Scheduler",
        r"Using Scheduler: (?P<class>[\w.$]+)|Initialized CapacityScheduler with calculator=(?:class )?"
        r"(?P<calculator>[\w.$]+)",
        _scheduler,
    ),
)
