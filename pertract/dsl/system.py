"""The document: four architecture parts, and where they come from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Count, Element, Finite, NonNegative, Positive
from .execution import ExecutionArchitecture
from .profile import ResourceProfiles
from .resources import ResourceArchitecture
from .workload import DataWorkload

SCHEMA_VERSION: Literal["pertract/model/1"] = "pertract/model/1"


class Run(Element):
    """One measured execution the model was calibrated on."""

    application_id: str
    """Identifier the framework gave."""
    source: str
    """Name of the log, without its folder."""
    digest: str
    """Content digest of the log as stored."""
    jobs: Count
    """Jobs whose start is in the log."""
    stages: Count
    """Stage attempts that were executed; skipped stages do not count."""
    tasks: Count
    """Task attempts that ended, however they ended."""
    response_time_s: NonNegative
    """Application start to application end, seconds."""
    job_span_s: NonNegative
    """First job submission to last job end, seconds."""
    task_cpu_utilisation: NonNegative | None = None
    """CPU of the tasks / (slots x response time); absent where Spark did not record CPU time."""
    cpu_utilisation: NonNegative | None = None
    """CPU of executors and Python workers / (slots x response time); absent without samples of all."""
    executors: Count
    """Executors that took part."""
    slots: Count
    """Most task slots available at one time."""
    data_bytes: Count = 0
    """Volume read from storage."""
    vcore_seconds: NonNegative | None = None
    """Vcores x time that the cluster manager accounted for it; absent where unknown."""
    memory_byte_seconds: NonNegative | None = None
    """Memory x time of its containers, likewise, byte seconds."""
    data_size: Positive | None = None
    """Amount of work in the unit of the table of runs; absent where none was given."""
    labels: dict[str, str] = Field(default_factory=dict)
    """What else the table of runs says, such as ``iterations``."""
    replay_error: Finite | None = None
    """(simulated - measured) / measured response time of this run, if it is one of several."""

    @property
    def size(self) -> float:
        """Amount of work: the data size, or the volume read from storage where none was given."""
        return self.data_size if self.data_size is not None else float(self.data_bytes)


class Replay(Element):
    """The model's answer for the calibration run's own configuration."""

    response_time_s: NonNegative
    """Simulated mean response time, seconds."""
    error: Finite
    """(simulated - measured) / measured response time."""
    job_span_s: NonNegative
    """Simulated mean job span, seconds."""
    job_span_error: Finite
    """(simulated - measured) / measured job span."""


class Completeness(Element):
    """What the log held, and what it lacked."""

    events: dict[str, Count] = Field(default_factory=dict)
    """Events read, by class."""
    tasks_started: Count = 0
    """Task attempts announced."""
    tasks_ended: Count = 0
    """Task attempts whose end is in the log."""
    tasks_expected: Count = 0
    """Tasks of the stages that ran to completion."""
    tasks_seen: Count = 0
    """Successful tasks of these stages in the log."""
    malformed_lines: Count = 0
    """Lines that are not readable events."""
    covered_s: tuple[NonNegative, NonNegative] | None = None
    """First and last moment of which the log tells, after application start."""
    missing: tuple[str, ...] = ()
    """What the log lacked, one sentence each."""
    notes: tuple[str, ...] = ()
    """What else was unusual or assumed, one sentence each."""

    @property
    def warning(self) -> str | None:
        """One line on what was missing, or None for a complete log."""
        found = list(self.missing)
        if self.ratio < 1:
            found.insert(
                0, f"the log holds {self.tasks_seen} of {self.tasks_expected} tasks ({self.ratio:.1%})"
            )
        if not found:
            return None
        return found[0] + (f", and {len(found) - 1} more" if len(found) > 1 else "")

    @property
    def ratio(self) -> float:
        """Share of the expected tasks that the log holds, 0 to 1."""
        return self.tasks_seen / self.tasks_expected if self.tasks_expected else 1.0


class Provenance(Element):
    """Which program made the document, and when."""

    tool: str = "pertract"
    """Name of the program."""
    version: str
    """Its version."""
    created: str
    """Time of creation, ISO 8601."""


class OriginalFiles(Element):
    """Files of the original PerTract that the document was read from, each as EMF-JSON on one line.

    When the document is written in that form again, they give what this language has no place for.
    """

    application: str
    """The application execution architecture (``.pta``)."""
    workload: str
    """The data workload architecture (``.ptd``)."""
    resources: str
    """The resource architecture (``.ptr``)."""


class PerformanceModel(Element):
    """One application on one cluster: the root of a PerTract-DSL document."""

    schema_version: Annotated[Literal["pertract/model/1"], Field(alias="schema")] = SCHEMA_VERSION
    """Version of the language."""
    name: str
    """Name of the application."""
    execution: ExecutionArchitecture
    """What runs after what."""
    profiles: ResourceProfiles
    """What the tasks demand."""
    workload: DataWorkload = DataWorkload()
    """What data is read."""
    resources: ResourceArchitecture
    """What it runs on."""
    runs: tuple[Run, ...] = ()
    """Calibration runs; the first is the one whose structure, number of tasks and spread the model has."""
    replay: Replay | None = None
    """How well the model repeats its calibration run."""
    completeness: Completeness = Completeness()
    """How much of the run the log held."""
    provenance: Provenance | None = None
    """Who made the document."""
    original: OriginalFiles | None = None
    """Files of the original PerTract that the document was read from; absent if it was not."""
