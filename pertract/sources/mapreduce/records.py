"""What is known of a MapReduce job, whatever told it: history file, server, trace or old log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["map", "reduce"]
State = Literal["SUCCEEDED", "FAILED", "KILLED"]
STATES: Mapping[str, State] = {
    "SUCCEEDED": "SUCCEEDED",
    "SUCCESS": "SUCCEEDED",
    "FAILED": "FAILED",
    "KILLED": "KILLED",
}
"""How servers, traces and old logs call the ends of attempts."""
COUNTER_GROUPS = re.compile(
    r"TaskCounter|Task\$Counter|FileSystemCounter|File(In|Out)putFormatCounter|"
    r"File(In|Out)putFormat(\.|\$)Counter|JobCounter|JobInProgress\$Counter|Map-Reduce Framework"
)
"""Groups of counters that Hadoop itself keeps, in the names of all versions; others are the program's."""
_ID = re.compile(r"(?:job|application|task|attempt)_(\d+)_(\d+)")


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One attempt of a task that ended; times in seconds after the submission of the job."""

    id: str
    task: str
    kind: Kind
    state: State
    start_s: float
    finish_s: float
    shuffle_finish_s: float | None = None
    """When a reduce had fetched all map output; None where unknown."""
    sort_finish_s: float | None = None
    """When it had merged that; None where unknown."""
    host: str = ""
    """Without rack and port; empty where unknown."""
    rack: str = ""
    locality: str = ""
    """``NODE_LOCAL``, ``RACK_LOCAL`` or ``OFF_SWITCH``; empty where unknown."""
    container: str = ""
    speculative: bool = False
    counters: Mapping[str, int] = field(default_factory=dict)
    """Hadoop's own counters by their names."""

    @property
    def duration_s(self) -> float:
        """Time in its container."""
        return max(0.0, self.finish_s - self.start_s)


@dataclass(frozen=True, slots=True)
class MapReduceRun:
    """One measured job; times in seconds after its submission."""

    id: str
    """Such as ``job_1479206441898_0042``."""
    name: str
    user: str
    queue: str
    state: str
    """``SUCCEEDED``, ``FAILED`` or ``KILLED``, or another word where it had not ended."""
    submitted_ms: float
    """Epoch milliseconds."""
    master_s: float | None
    """Start of the application master; None where unknown or there is none, as in Hadoop 1."""
    launched_s: float
    """When the job was set up and its tasks could be scheduled."""
    finish_s: float
    maps: int
    """Map tasks of the job, whether they are among the attempts or not."""
    reduces: int
    attempts: tuple[AttemptRecord, ...]
    """Attempts that ended, by start."""
    properties: Mapping[str, str]
    """Job configuration; empty where unknown."""
    uber: bool = False
    """Whether all tasks ran one after the other inside the application master."""
    digest: str = ""
    """Content digest of what was read."""
    events: Mapping[str, int] = field(default_factory=dict)
    """Events read, by type."""
    malformed: int = 0
    """Pieces that were not readable."""
    missing: tuple[str, ...] = ()
    """What was missing, one sentence each."""
    notes: tuple[str, ...] = ()
    """What else was unusual, one sentence each."""

    def of_kind(self, kind: Kind) -> list[AttemptRecord]:
        """Return the attempts of maps or reduces, by start."""
        return [attempt for attempt in self.attempts if attempt.kind == kind]


def job_id(text: str) -> str:
    """Return the identifier of the job that an identifier of job, application, task or attempt names.

    Some print the number with leading zeros, others without; four digits are usual. What is no such
    identifier is returned as it is.

    Examples
    --------
    >>> job_id("application_1326381300833_2")
    'job_1326381300833_0002'
    """
    found = _ID.match(text)
    return f"job_{found[1]}_{int(found[2]):04d}" if found else text


def host_of(text: str) -> tuple[str, str]:
    """Return rack and host of a name such as ``/rack/host``, ``host:port`` or ``tracker_host:...``."""
    name = text.removeprefix("tracker_")
    rack, _, host = name.rpartition("/")
    if "localhost/" in name and not name.startswith("/"):  # tracker_host:localhost/127.0.0.1:port
        rack, host = "", name.partition(":")[0]
    return rack, host.partition(":")[0]
