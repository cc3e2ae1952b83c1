"""What one source tells, and how far it is trusted beside others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from .log import DaemonLog
from .records import Snapshot


class Rank(IntEnum):
    """In which order sources count where they tell the same."""

    answers = 0
    """Answers of the ResourceManager, which decides."""
    timeline = 1
    log = 2
    """The log of the ResourceManager."""
    node_log = 3
    configuration = 4
    """What is configured; what is in use may be another."""


@dataclass(slots=True)
class Part:
    """What one file, or one server, tells."""

    rank: Rank
    name: str
    snapshot: Snapshot
    log: DaemonLog | None = None
    """Where it is a log, whose times are still local."""
