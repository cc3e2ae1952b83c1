"""Asking a ResourceManager, a Timeline service or a NodeManager.

What one question cannot tell does not keep the others from being asked: it becomes a problem, one
sentence each. Only a server that cannot be reached, or does not let us in, ends it.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any
from urllib.parse import urlsplit

from ...errors import SourceError, SourceNotFound, UnreadableSource, UnrecognisedSource
from ...units import MS
from .. import web
from . import answers, tree
from .merge import merge
from .parts import Part, Rank
from .records import Snapshot

EXAMPLE = "http://rm:8088"
_PATHS = ("/ws/", "/cluster", "/applicationhistory", "/node", "/conf", "/ui2", "/proxy")
_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"\s;]+)", re.IGNORECASE)
_HOPS = 3  # from one standby ResourceManager to the next
_KEPT = ("yarn.", "io.file.", "dfs.")
_ATTEMPTS = 20  # of one application that are asked for


def read(
    url: str, application: str | None, ended_s: float | None, *, progress: web.Progress | None = None
) -> Part:
    """Return what a server tells of the cluster and of one application.

    Parameters
    ----------
    url
        Address of a ResourceManager, a Timeline service or a NodeManager, or of a page of it.
    application
        Of which attempts and containers are wanted, if any.
    ended_s
        When it ended, seconds since 1970: applications that were submitted later do not matter.
    progress
        Called while data is received.

    Raises
    ------
    SourceError
        If the server cannot be reached, wants to know who asks, or is none of these.
    UsageError
        If it is no http or https URL.
    """
    service = _Service(url, progress)
    with contextlib.closing(service.connection):
        if service.is_resource_manager():
            return Part(Rank.answers, service.name, _resource_manager(service, application, ended_s))
        if (what := service.kind()) is not None:
            told = _node_manager(service) if what == "node" else _timeline(service, what, application)
            return Part(Rank.timeline, service.name, told)
    raise UnrecognisedSource(
        f"{service.name}: neither a ResourceManager nor a Timeline service of YARN answers there",
        hint=f"Give the web address of the ResourceManager, such as {EXAMPLE}.",
    )


class _Service:
    """One server, and what could not be read from it."""

    def __init__(self, url: str, progress: web.Progress | None) -> None:
        parts = web.split(url, example=EXAMPLE)
        path = parts.path.rstrip("/")
        cut = min((path.find(begin) for begin in _PATHS if begin in f"{path}/"), default=len(path))
        self.base = (
            f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path[: cut if cut >= 0 else len(path)]}"
        )
        self.name = self.base
        self.snapshot = Snapshot()
        self.connection = web.Connection(
            web.of_url(parts), kerberos_hint=self._kerberos(), progress=progress, timeout_s=(10.0, 60.0)
        )

    def _kerberos(self) -> str:
        return (
            "Put a delegation token into PERTRACT_DELEGATION_TOKEN; with a ticket (kinit), "
            f"curl --negotiate -u : -X POST -H 'Content-Type: application/json' -d '{{\"renewer\": \"me\"}}' "
            f"{self.base}/ws/v1/cluster/delegation-token gives one. "
            "Or save the answers with curl --negotiate -u : into a folder and give that."
        )

    def is_resource_manager(self) -> bool:
        """Return whether it is one; raises what keeps it from answering."""
        try:
            answer = self.ask("ws/v1/cluster/info")
        except SourceNotFound:
            return False
        return self.add(answer, "ws/v1/cluster/info")

    def kind(self) -> str | None:
        """Return ``v1`` or ``v2`` of a Timeline service, or ``node``."""
        for what, path in (
            ("v1", "ws/v1/applicationhistory/about"),
            ("v2", "ws/v2/timeline"),
            ("node", "ws/v1/node/info"),
        ):
            with contextlib.suppress(SourceNotFound, UnrecognisedSource):
                if answers.read(self.ask(path)) is not None:
                    return what
        return None

    def ask(self, path: str, **query: str | int) -> Any:
        """Return the answer to a question, from the active ResourceManager; raises SourceError."""
        for _ in range(_HOPS):
            url = f"{self.base}/{path}"
            answer = self.connection.ask(url, query, accept="application/json")
            self._sent_on(answer.url)
            target = _REFRESH.search(answer.refresh)
            if target is None:
                return tree.parse(answer.content, url)
            if not self._sent_on(target[1]):
                break
        raise UnreadableSource(
            f"{self.base}: this ResourceManager is on standby, and sends to no active one",
            hint="Give the address of the active ResourceManager; yarn rmadmin -getAllServiceState tells it.",
        )

    def _sent_on(self, url: str) -> bool:
        """Go on with another server if it sent us there; return whether it did."""
        there, here = urlsplit(url), urlsplit(self.base)
        if not there.netloc or there.netloc.rpartition("@")[2] == here.netloc:
            return False
        active = f"{there.scheme}://{there.netloc.rpartition('@')[2]}"
        self.snapshot.notes.append(f"{self.base} is on standby; {active} answered in its place")
        self.base = active
        return True

    def add(self, answer: Any, path: str) -> bool:
        """Add what an answer tells; return whether it tells anything."""
        told = answers.read(answer)
        if told is None:
            return False
        merge(self.snapshot, told[0], f"{self.base}/{path}")
        return True

    def try_add(self, path: str, **query: str | int) -> bool:
        """Ask and add; what goes wrong becomes a problem. Return whether the server knows such a thing."""
        try:
            answer = self.ask(path, **query)
        except SourceNotFound:
            return False
        except SourceError as error:
            self.snapshot.problems.append(str(error))
            return False
        if answer not in ({}, []) and not self.add(answer, path):  # empty where there is nothing to list
            self.snapshot.problems.append(f"{self.base}/{path}: the answer is none that YARN gives to this")
        return True


def _resource_manager(service: _Service, application: str | None, ended_s: float | None) -> Snapshot:
    snapshot = service.snapshot
    if snapshot.info is not None and snapshot.info.ha_state == "STANDBY":
        # It tells of itself, and sends on with all other questions.
        snapshot.info = None
        service.try_add("ws/v1/cluster/metrics")
        service.try_add("ws/v1/cluster/info")
    else:
        service.try_add("ws/v1/cluster/metrics")
    for what in ("nodes", "scheduler"):
        if not service.try_add(f"ws/v1/cluster/{what}") and not snapshot.problems:
            snapshot.problems.append(
                f"{service.base}/ws/v1/cluster/{what}: the server knows no such thing (404)"
            )
    _configuration(service)
    query = {"startedTimeEnd": round((ended_s + 1) / MS)} if ended_s is not None else {}
    service.try_add("ws/v1/cluster/apps", **query)
    if application is not None and service.try_add(f"ws/v1/cluster/apps/{web.quoted(application)}"):
        path = f"ws/v1/cluster/apps/{web.quoted(application)}/appattempts"
        service.try_add(path)
        _containers(service, path, application)
    snapshot.sources.append(f"{service.base}: ResourceManager")
    return snapshot


def _configuration(service: _Service) -> None:
    """Add what is configured, where the server tells: it need not, and only lets administrators see it."""
    with contextlib.suppress(SourceError):
        told = answers.read(service.ask("conf", format="json"))
        if told is not None:
            found = told[0].configuration
            service.snapshot.configuration.update(
                {name: value for name, value in found.items() if name.startswith(_KEPT)}
            )


def _containers(service: _Service, path: str, application: str) -> None:
    for attempt in service.snapshot.attempts_of(application)[-_ATTEMPTS:]:
        number = application.removeprefix("application_")
        service.try_add(f"{path}/appattempt_{number}_{attempt.number:06d}/containers")


def _timeline(service: _Service, version: str, application: str | None) -> Snapshot:
    snapshot = service.snapshot
    if application is None:
        service.try_add("ws/v1/applicationhistory/apps" if version == "v1" else "ws/v2/timeline")
    elif version == "v1":
        path = f"ws/v1/applicationhistory/apps/{web.quoted(application)}"
        if service.try_add(path):
            service.try_add(f"{path}/appattempts")
            _containers(service, f"{path}/appattempts", application)
        service.try_add("ws/v1/applicationhistory/apps")
    else:
        path = f"ws/v2/timeline/apps/{web.quoted(application)}"
        if service.try_add(path, fields="ALL"):
            for kind in ("YARN_APPLICATION_ATTEMPT", "YARN_CONTAINER"):
                service.try_add(f"{path}/entities/{kind}", fields="ALL")
    snapshot.applications_listed = False  # it keeps what the ResourceManager has forgotten
    snapshot.sources.append(f"{service.base}: Timeline service {version}")
    return snapshot


def _node_manager(service: _Service) -> Snapshot:
    for what in ("info", "apps", "containers"):
        service.try_add(f"ws/v1/node/{what}")
    service.snapshot.applications_listed = False
    service.snapshot.sources.append(f"{service.base}: NodeManager")
    return service.snapshot
