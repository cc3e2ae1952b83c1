"""The workload file: a cluster and the applications that share it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from ...dsl import core_yaml
from ...dsl.base import Element, Identifier, Inconsistent, LimitedCount, NonEmpty, NonNegative, Positive
from ...dsl.mistakes import Path, first_mistake
from ...errors import UsageError
from ...units import parse_duration, parse_memory, parse_size

SCHEMA_VERSION: Literal["pertract/workload/1"] = "pertract/workload/1"
_DESCRIBED = "docs/planning.md of the project"


def _seconds(value: Any) -> Any:
    """Return the seconds of a time such as ``5min``; numbers are seconds already."""
    if not isinstance(value, str):
        return value
    if (seconds := parse_duration(value)) is None:
        raise ValueError(f"must be a time such as 30s, 5min or 2h, found '{value}'")
    return seconds


def _of_text(read: Callable[[str], float | None], kind: str) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            found = read(value)
        except ValueError:
            found = None
        if found is None:
            raise ValueError(f"must be {kind}, found '{value}'")
        return found

    return convert


def _setting(value: Any) -> Any:
    """Return a Spark property as text, however YAML reads it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


Time = Annotated[NonNegative, BeforeValidator(_seconds)]
Period = Annotated[Positive, BeforeValidator(_seconds)]
Memory = Annotated[int, Field(ge=1), BeforeValidator(_of_text(parse_memory, "a size such as 4g"))]
Size = Annotated[Positive, BeforeValidator(_of_text(parse_size, "a size such as 15GB"))]
Setting = Annotated[str, BeforeValidator(_setting)]
Percent = Annotated[float, Field(ge=0, le=100)]


class QueueEntry(Element):
    """A queue of YARN's capacity scheduler."""

    name: Identifier
    capacity: Percent
    """Percent of the cluster that is its own."""
    maximum_capacity: Percent = 100.0
    """Percent that it can have while others leave it free."""


class ClusterEntry(Element):
    """Room for executors: nodes with cores, or just a number of executors."""

    nodes: Annotated[int, Field(ge=1, le=10_000)] | None = None
    node_cores: LimitedCount | None = None
    executors: LimitedCount | None = None
    """How many executors there is room for, whatever their size; instead of nodes and cores."""
    scheduler: Literal["fifo", "fair", "capacity"] = "fifo"
    queues: tuple[QueueEntry, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> ClusterEntry:
        if (self.nodes is None) != (self.node_cores is None) or (self.nodes is None) == (
            self.executors is None
        ):
            raise Inconsistent((), "must have nodes and node_cores, or executors", "Give one of the two.")
        if self.scheduler != "capacity":
            if self.queues:
                raise Inconsistent(("queues",), "only a capacity scheduler has queues", "Leave them out.")
            return self
        names = [queue.name for queue in self.queues]
        if len(set(names)) < len(names):
            raise Inconsistent(("queues",), "have the same name twice", "Rename one of them.")
        total = sum(queue.capacity for queue in self.queues)
        if abs(total - 100) > 0.01:
            raise Inconsistent(
                ("queues",), f"have {total:g} % of the cluster in all", "Capacities must add up to 100."
            )
        for number, queue in enumerate(self.queues):
            if queue.maximum_capacity < queue.capacity:
                raise Inconsistent(
                    ("queues", number, "maximum_capacity"), "is below the capacity", "Correct one of them."
                )
        return self


class ClosedEntry(Element):
    """Users who wait for the end of their run, think, and start the next one."""

    copies: LimitedCount
    think: Time = 0.0
    runs: LimitedCount


class ArrivalEntry(Element):
    """When runs arrive: at given times, at equal intervals, at a mean rate, or one after the other."""

    at: Annotated[NonEmpty[Time], Field(max_length=100_000)] | None = None
    every: Period | None = None
    rate_per_hour: Positive | None = None
    """Of a Poisson process."""
    closed: ClosedEntry | None = None
    count: LimitedCount | None = None
    """How many, with ``every`` and ``rate_per_hour``; else until the ``duration`` is over."""

    @property
    def endless(self) -> bool:
        """Whether nothing here says when arrivals end."""
        return self.at is None and self.closed is None and self.count is None

    @model_validator(mode="after")
    def _consistent(self) -> ArrivalEntry:
        kinds = [self.at, self.every, self.rate_per_hour, self.closed]
        if sum(kind is not None for kind in kinds) != 1:
            raise Inconsistent(
                (), "must have one of at, every, rate_per_hour and closed", "Give exactly one of them."
            )
        if self.count is not None and self.every is None and self.rate_per_hour is None:
            raise Inconsistent(
                ("count",), "goes with every or rate_per_hour only", "Leave it out: the list or runs says it."
            )
        return self


class OptionsEntry(Element):
    """What differs from the calibration run, as the options of ``pertract predict``."""

    nodes: int | None = None
    node_cores: int | None = None
    node_memory: Memory | None = None
    node_type: str | None = None
    executors: int | None = None
    executor_cores: int | None = None
    executor_memory: Memory | None = None
    data_size: Size | None = None
    data_scale: float | None = None
    cpu_rate: float = 1.0
    drive_rate: float = 1.0
    network_rate: float = 1.0
    drive_bandwidth: Size | None = None
    network_bandwidth: Size | None = None
    parameters: dict[str, float] = Field(default_factory=dict)
    settings: dict[str, Setting] = Field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """Return the fields of `pertract.Options` that are given."""
        names = {
            "node_memory": "node_memory_bytes",
            "executor_memory": "executor_memory_bytes",
            "data_size": "data_bytes",
            "drive_bandwidth": "drive_bytes_per_s",
            "network_bandwidth": "network_bytes_per_s",
        }
        return {names.get(name, name): value for name, value in self.model_dump(exclude_unset=True).items()}


class ApplicationEntry(Element):
    """An application of the workload."""

    name: Identifier
    model: Annotated[str, Field(min_length=1)]
    """A model file, relative to the workload file."""
    options: OptionsEntry = OptionsEntry()
    arrival: ArrivalEntry
    queue: str | None = None
    """With a capacity scheduler: its queue."""
    weight: Positive = 1.0
    """With a fair scheduler: its share relative to others."""


class Workload(Element):
    """A cluster and the applications that share it."""

    schema_version: Annotated[Literal["pertract/workload/1"], Field(alias="schema")]
    cluster: ClusterEntry
    applications: NonEmpty[ApplicationEntry]
    duration: Period | None = None
    """Nothing arrives later."""
    warm_up: Time = 0.0
    """Runs that arrive before do not count, because the cluster is empty at first."""

    @model_validator(mode="after")
    def _consistent(self) -> Workload:
        names = [application.name for application in self.applications]
        queues = [queue.name for queue in self.cluster.queues]
        if self.duration is not None and self.warm_up >= self.duration:
            raise Inconsistent(("warm_up",), "takes all of the duration", "Make it shorter.")
        for number, application in enumerate(self.applications):
            here = ("applications", number)
            if application.name in names[:number]:
                raise Inconsistent((*here, "name"), "is given twice", "Applications need different names.")
            if application.arrival.endless and self.duration is None:
                raise Inconsistent(
                    (*here, "arrival"), "never ends", "Give a count, or the workload a duration."
                )
            if queues and application.queue not in queues:
                raise Inconsistent((*here, "queue"), f"must be {' or '.join(queues)}", "Name its queue.")
            if not queues and application.queue is not None:
                raise Inconsistent(
                    (*here, "queue"), "the cluster has no queues", "Add scheduler: capacity and queues."
                )
        return self


def parse_workload(text: str, *, name: str) -> Workload:
    """Return the workload in a YAML or JSON document.

    Parameters
    ----------
    text
        The document.
    name
        File name for error messages.

    Raises
    ------
    UsageError
        If syntax or a field is wrong; the message names file, line and field.
    """
    try:
        data = core_yaml.load(text)
    except RecursionError as error:
        raise UsageError(f"{name}: nested too deeply", hint="Check the brackets.") from error
    except core_yaml.SyntaxProblem as error:
        line = f", line {error.line}" if error.line is not None else ""
        raise UsageError(f"{name}{line}: {error}", hint=error.hint) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA_VERSION:
        raise UsageError(
            f"{name}: not a workload, which begins with 'schema: {SCHEMA_VERSION}'",
            hint="See examples/shared-cluster.yaml of the project.",
        )
    try:
        return Workload.model_validate(data)
    except ValidationError as error:
        path, message, hint = first_mistake(error, root=Workload, described=_DESCRIBED)
        raise UsageError(f"{_place(text, name, path)}: {message}", hint=hint) from error


def _place(text: str, name: str, path: Path) -> str:
    """Return where a field is: file, line and name."""
    line = core_yaml.line_of(text, path)
    field = ".".join(map(str, path)) or "document"
    return f"{name}, line {line}: {field}" if line is not None else f"{name}: {field}"
