"""What the lines of one container's log tell.

Spark writes ``17/06/09 20:10:40 INFO Class: message``, or another form that its log4j configuration names;
Spark 4 can write a JSON object per line. The sentences are those of ``YarnAllocator``,
``ApplicationMaster`` and ``CoarseGrainedExecutorBackend``; masters of MapReduce and other processes tell
times and exceptions alone.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Iterable
from typing import Any

from ...units import MIB, parse_memory
from .failures import add_failure, thrown
from .pauses import add_pause
from .records import APPLICATION, ContainerLogs, ContainerRecord, Request, application_of

_TIME = re.compile(
    r"\[?(\d{4}|\d{2})[-/](\d\d)[-/](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?(?:Z|[+-]\d\d:?\d\d)?\]?"
)
_CONTAINER = r"(container_(?:e\d+_)?\d+_\d+_\d+_\d+)"
_REQUEST = re.compile(
    r"Will request (\d+) (?:more )?executor container.*?each with (\d+) cores?(?:\(s\))? and (\d+) MB"
)
_LAUNCH = re.compile(
    rf"Launching container {_CONTAINER} (?:for )?on host:? (\S+)(?: for executor with ID (\w+))?"
)
_COMPLETE = re.compile(rf"Completed container {_CONTAINER}.*?exit status: (-?\d+)")
_EXECUTOR = re.compile(r"Starting executor ID (\w+) on host (\S+)")
_COMMAND = {
    "executor": re.compile(r"--executor-id[ '\"]+(\w+)"),
    "host": re.compile(r"--hostname[ '\"]+([\w.-]+)"),
    "cores": re.compile(r"--cores[ '\"]+(\d+)"),
    "heap": re.compile(r"-Xmx(\d+[kKmMgG]?)\b"),
}
_MASTER = re.compile(r"\b(?:Created MRAppMaster|ApplicationMaster: |YarnAllocator: |ExecutorLauncher\b)")
_SILENT = ("directory.info", "prelaunch.out", "prelaunch.err", "container-localizer-syslog")
"""Logs of the NodeManager's own."""


def read_lines(lines: Iterable[bytes], kind: str, container: ContainerRecord, into: ContainerLogs) -> None:
    """Take what a log tells.

    Parameters
    ----------
    lines
        The log.
    kind
        Which of the container's logs it is.
    container
        Whose log it is.
    into
        Where other containers are told of, too: masters tell of those of executors.
    """
    if kind in _SILENT:
        for _ in lines:
            pass
    elif kind.startswith("launch_container"):
        _command(b"".join(lines).decode(errors="replace"), container)
    else:
        reader = _Reader(container, into)
        for line in lines:
            reader.take(line.decode(errors="replace"))


def _command(text: str, container: ContainerRecord) -> None:
    """Take what the script tells that started a container."""
    command = next((line for line in text.splitlines() if line.startswith("exec /bin/bash")), text)
    found = {name: match[1] for name, pattern in _COMMAND.items() if (match := pattern.search(command))}
    container.executor = found.get("executor", container.executor)
    container.host = container.host or found.get("host")
    container.cores = int(found["cores"]) if "cores" in found else container.cores
    container.heap_bytes = parse_memory(found["heap"]) if "heap" in found else container.heap_bytes
    if container.application is None and (named := APPLICATION.search(text)):
        container.application = named[0]
    container.is_master |= "deploy.yarn.ApplicationMaster" in command or "MRAppMaster" in command


class _Reader:
    """Takes the lines of one log in order."""

    def __init__(self, container: ContainerRecord, into: ContainerLogs) -> None:
        self._container = container
        self._into = into
        self._now_s: float | None = None

    def take(self, line: str) -> None:
        """Take one line."""
        if line.startswith('{"ts"'):
            line = self._structured(line)
        container = self._container
        if container.application is None and (named := APPLICATION.search(line)):
            container.application = named[0]
        if add_pause(line, container.collections):
            return
        if (stamp := _TIME.match(line)) is None:
            if failure := thrown(line):
                add_failure(*failure, container.failures)
            return
        self._now_s = _seconds(stamp)
        if self._now_s is not None:
            container.began_s = (
                self._now_s if container.began_s is None else min(container.began_s, self._now_s)
            )
            container.ended_s = (
                self._now_s if container.ended_s is None else max(container.ended_s, self._now_s)
            )
        self._message(line[stamp.end() :])

    def _message(self, text: str) -> None:
        container = self._container
        if "Got assigned task" in text:
            container.tasks += 1
        elif "Successfully registered with driver" in text:
            container.registered_s = self._now_s
        elif found := _EXECUTOR.search(text):
            container.executor = container.executor or found[1]
            container.host = container.host or found[2]
        elif found := _REQUEST.search(text):
            asked = Request(int(found[1]), int(found[2]), int(found[3]) * MIB)
            self._into.requests.setdefault(container.application, []).append(asked)
        elif found := _LAUNCH.search(text):
            launched = self._other(found[1])
            launched.launched_s = self._now_s
            launched.host = launched.host or found[2].rstrip(",")
            launched.executor = launched.executor or found[3]
        elif found := _COMPLETE.search(text):
            self._other(found[1]).exit_status = int(found[2])
        if _MASTER.search(text):
            container.is_master = True

    def _other(self, identifier: str) -> ContainerRecord:
        """Return another container that a master tells of."""
        found = self._into.containers.get(identifier)
        if found is None:
            found = ContainerRecord(identifier, application_of(identifier))
            self._into.containers[identifier] = found
        return found

    def _structured(self, line: str) -> str:
        """Return a line of JSON as a line of text; its exception is taken."""
        try:
            said: dict[str, Any] = json.loads(line)
            failure = said.get("exception")
            if isinstance(failure, dict) and failure.get("class"):
                add_failure(str(failure["class"]), str(failure.get("msg") or ""), self._container.failures)
            name = str(said.get("logger") or "").rpartition(".")[2]
            return f"{said['ts']} {said.get('level')} {name}: {said.get('msg')}"
        except (ValueError, KeyError, AttributeError):
            return line


def _seconds(stamp: re.Match[str]) -> float | None:
    """Return a time on the host's clock as seconds; None where it is no time."""
    year, month, day, hour, minute, second = (int(stamp[i]) for i in range(1, 7))
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61):
        return None
    year += 2000 if year < 100 else 0
    fraction = float(f"0.{stamp[7]}") if stamp[7] else 0.0
    return calendar.timegm((year, month, day, hour, minute, second)) + fraction
