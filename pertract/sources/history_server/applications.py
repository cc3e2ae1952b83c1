"""Which application of a server, and which attempt of it."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import SourceNotFound, UsageError
from ..web import quoted
from .answers import Application, Attempt
from .client import Server

_LISTED = 100
_NAMED = 3
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """One attempt of one application."""

    application: Application
    attempt: Attempt
    notes: tuple[str, ...] = ()
    """What to know about the choice, one sentence each."""

    @property
    def home(self) -> str:
        """Where the API has the application, whatever the attempt."""
        return quoted("applications", self.application.id)

    @property
    def path(self) -> str:
        """Where the API has it."""
        return quoted("applications", *self._names)

    @property
    def page(self) -> str:
        """Where the web interface of a History Server has it."""
        return quoted("history", *self._names)

    @property
    def _names(self) -> list[str]:
        return [self.application.id, *([self.attempt.attempt_id] if self.attempt.attempt_id else [])]


def applications(server: Server, *, limit: int = _LISTED) -> list[Application]:
    """Return the applications that a server knows, newest first."""
    return server.get("applications", list[Application], limit=limit)


def identifiers(server: Server) -> list[str]:
    """Return the identifiers of the application in a server's address, or of all it knows, newest first."""
    named = server.address.application
    return [named] if named else [known.id for known in applications(server, limit=_MOST)]


def choose(server: Server, application: str | None = None, attempt: str | None = None) -> Chosen:
    """Return the attempt called for: by default the last one that has ended.

    Parameters
    ----------
    server
        The server; its address may name an application and attempt already.
    application, attempt
        Identifiers; without an application, the only one the server has.

    Raises
    ------
    UsageError
        If the server has several applications, or another one than the address names is called for.
    SourceNotFound
        If it does not have the one called for.
    """
    named = server.address.application
    if application and named and application != named:
        raise UsageError(
            f"the address names application {named}, but {application} is called for",
            hint="Leave out one of them.",
        )
    if attempt is None and application in (None, named):
        attempt = server.address.attempt
    application = application or named
    return _attempt(server, _named(server, application) if application else _only(server), attempt)


def _named(server: Server, application: str) -> Application:
    try:
        # In a URL, dots mean other folders.
        name = application if application.strip(".") else f"'{application}'"
        return server.get(quoted("applications", name), Application)
    except SourceNotFound as error:
        there = applications(server)
        held = f"; there is {_names(there)}" if there else ""
        raise SourceNotFound(
            f"{server}: no application {application}{held}",
            hint="Give one of these with --app."
            if there
            else "Check the address, and that the server looks where the application wrote its log.",
        ) from error


def _only(server: Server) -> Application:
    there = applications(server)
    if len(there) == 1:
        return there[0]
    if not there:
        raise SourceNotFound(
            f"{server}: the server has no applications",
            hint="It lists those in its spark.history.fs.logDirectory, some time after they began.",
        )
    number = f"{_LISTED} or more" if len(there) >= _LISTED else str(len(there))
    raise UsageError(
        f"{server}: the server has {number} applications, such as {_names(there, more=False)}",
        hint="Name one of them with --app.",
    )


def _names(there: list[Application], *, more: bool = True) -> str:
    shown = ", ".join(f"{a.id} ({a.name})" if a.name else a.id for a in there[:_NAMED])
    return shown + (f" and {len(there) - _NAMED} more" if more and len(there) > _NAMED else "")


def _attempt(server: Server, application: Application, called_for: str | None) -> Chosen:
    attempts = sorted(application.attempts, key=lambda a: (a.start_ms or 0, _number(a)), reverse=True)
    if called_for is not None:
        attempts = [a for a in attempts if (a.attempt_id or "-") == called_for]
        if not attempts:
            held = ", ".join(sorted(a.attempt_id or "-" for a in application.attempts)) or "none"
            raise SourceNotFound(
                f"{server}: no attempt {called_for} of {application.id}; there is {held}",
                hint="Give one of these with --attempt.",
            )
    if not attempts:
        raise SourceNotFound(
            f"{server}: {application.id} has no attempts yet", hint="Try again when it has begun."
        )
    last = next((a for a in attempts if a.completed), attempts[0])
    others = sorted(a.attempt_id for a in application.attempts if a.attempt_id and a is not last)
    notes = []
    if others:
        notes.append(f"this is attempt {last.attempt_id}; there is also attempt {', '.join(others)}")
    if not last.completed:
        notes.append("the application goes on, or its log lacks the end; this is what it had done by now")
    return Chosen(application, last, tuple(notes))


def _number(attempt: Attempt) -> int:
    text = attempt.attempt_id or ""
    return int(text) if text.isdecimal() else 0
