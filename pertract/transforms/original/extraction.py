"""The model that the original's extractor would have made of a run, for comparison with it.

Its formulas are those of the shipped extractor (johanneskross/pertract-dsl-extraction), from what an event
log tells instead of the History Server and the sampling agent: CPU of task threads is Spark's CPU time of
the tasks; the agent's second figure, CPU of threads named ``nio-worker``, is the client of its own data
base, so it is 0 here. Where the extractor does something that cannot be meant, a field of `Quirks` keeps or
corrects it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from ...errors import TransformError
from ...extract.execution import entering_bytes
from ...extract.resources import build_resources
from ...extract.settings import positive_integer
from ...extract.workload import build_workload
from ...sources.spark import JobRecord, SparkRun, StageRecord
from ...units import MIB, MS, parse_memory
from .. import stoex
from ..stoex.tree import INT_MOST, Binary, Distribution, Expression, Literal, Variable
from .flow import TOP
from .graph_reader import EXTRACTORS_TOP
from .metamodel import (
    ApplicationConfiguration,
    ApplicationExecutionArchitecture,
    BatchConfiguration,
    DirectedEdge,
    ExecutionNode,
    MiniBatchConfiguration,
    Operation,
    ResourceDemand,
    ResourceProfile,
)
from .references import step
from .resources import write_resources
from .task_times import TaskTimes
from .trio import Trio
from .workload import write_workload

_CHANCES = (0.05, 0.25, 0.25, 0.25, 0.20)
_JOB_GAP_S, _STAGE_GAP_S = 0.1, 0.5
_SCHEDULING_MS = 15
_EXECUTORS = 4
_INTERVAL_S = 5
_DATA, _EXECUTOR_COUNT = "dataSize.VALUE", "executors.BYTESIZE"


@dataclass(frozen=True, slots=True)
class Quirks:
    """What the original's extractor does oddly; true keeps it."""

    mean_of_quantiles: bool = True
    """The mean run time of tasks is that of five quantiles; corrected: the mean."""
    four_executors: bool = True
    """Overhead of executors is divided by four; corrected: by their number."""
    delay_after_last_but_one: bool = True
    """A delay between jobs follows the last node but one, and there is an error where there is none.

    Corrected: the last node.
    """
    spout_by_count: bool = True
    """A stage reads data if it has neither the default parallelism nor one task; corrected: if it does."""
    unguarded_ratios: bool = True
    """Where no data enter, factors are NaN or Infinity and the demand per MB is the largest number.

    Corrected: a factor of 1 and a constant demand.
    """
    previous_stage_by_number: bool = True
    """The delay before a stage begins when the stage of the number before ends, which must be in the job.

    Corrected: when the stage before ends.
    """
    fixed_interval: bool = True
    """Micro-batches come every five seconds; corrected: as measured."""

    @classmethod
    def none(cls) -> Quirks:
        """Return all corrected."""
        return cls(**{field.name: False for field in fields(cls)})


def extract(run: SparkRun, quirks: Quirks = Quirks()) -> Trio:
    """Return the original model of a run.

    Parameters
    ----------
    run
        The measured run.
    quirks
        Which oddities of the original's extractor are kept.

    Raises
    ------
    TransformError
        Where the original's extractor would have ended with an error.
    """
    workload, _ = build_workload(run)
    extractor = _Extractor(run, quirks)
    application = ApplicationExecutionArchitecture(
        name=run.application_id,
        framework="SPARK",
        application_configuration=extractor.configuration,
        top_node=extractor.top_node(),
    )
    return Trio(application, write_workload(workload), write_resources(build_resources(run)))


class _Extractor:
    def __init__(self, run: SparkRun, quirks: Quirks) -> None:
        self.run, self.quirks = run, quirks
        self.configuration = self._configuration()
        self.first_input = 0.0  # bytes entering the first stage of the last job

    def _configuration(self) -> ApplicationConfiguration:
        """Return the settings; where the extractor needs one that is not set, what was measured."""
        properties, executors = self.run.properties, self.run.executors
        count = positive_integer(properties, "spark.executor.instances") or max(1, len(executors))
        slots = positive_integer(properties, "spark.executor.cores")
        slots = slots or max((executor.slots for executor in executors), default=1)
        memory = (parse_memory(properties.get("spark.executor.memory", "")) or 0) // MIB
        common = {
            "default_parallelism": positive_integer(properties, "spark.default.parallelism") or count * slots,
            "executors": count,
            "memory_per_executor": memory,
            "task_slots_per_executor": slots,
            "memory_per_task_slot": memory // slots,
        }
        if not self.run.streams:
            return BatchConfiguration(**common)
        measured_s = self.run.streams[0].interval_s or 0.0
        interval_s = _INTERVAL_S if self.quirks.fixed_interval else max(1, round(measured_s))
        return MiniBatchConfiguration(**common, mini_batch_interval=interval_s)

    # -- nodes -----------------------------------------------------------------------------------

    def top_node(self) -> ExecutionNode:
        """Return the application: its succeeded jobs one after the other, in order of their numbers."""
        jobs = sorted(self.run.jobs, key=lambda job: job.id)
        children: list[ExecutionNode] = []
        edges: list[DirectedEdge] = []
        before: tuple[JobRecord, ExecutionNode] | None = None  # the last one with a node
        for i, job in enumerate(jobs):
            if not (job.finished and job.succeeded):
                continue
            gap_s = job.submitted_s - jobs[i - 1].completed_s if i else 0.0
            if gap_s >= _JOB_GAP_S:
                edges += self._edge_into_delay(children, job)
                children.append(_delay(f"jobDelay{job.id}", TOP, gap_s, self.first_input))
            place = step(TOP, f"children.{len(children)}")
            node = self._job(job, place, first=i == 0)
            if children:
                factor = 1.0 if before is None else self._job_factor(job, *before)
                edges.append(_edge(step(TOP, f"children.{len(children) - 1}"), place, factor))
            children.append(node)
            before = (job, node)
        return ExecutionNode(
            name=EXTRACTORS_TOP,
            starting_node=True,
            children=tuple(children),
            edges_of_children=tuple(edges),
        )

    def _edge_into_delay(self, children: Sequence[ExecutionNode], job: JobRecord) -> Iterable[DirectedEdge]:
        back = 2 if self.quirks.delay_after_last_but_one else 1
        if len(children) < back and self.quirks.delay_after_last_but_one:
            raise TransformError(
                f"the original's extractor ends with an error at the time before job {job.id}: "
                "there are not two nodes before it",
                hint="Extract with Quirks(delay_after_last_but_one=False).",
            )
        head = step(TOP, f"children.{len(children)}")
        if len(children) >= back:
            yield _edge(step(TOP, f"children.{len(children) - back}"), head, 1.0)

    def _job_factor(self, job: JobRecord, previous: JobRecord, node: ExecutionNode) -> float:
        first = node.children[0] if node.children else None
        if first is not None and first.starting_node and not first.spout:
            return 1.0
        return self._ratio(_first_input(job), _first_input(previous))

    def _ratio(self, head: float, tail: float) -> float:
        if tail:
            return head / tail
        if not self.quirks.unguarded_ratios:
            return 1.0
        return math.inf if head else math.nan

    def _job(self, job: JobRecord, place: str, *, first: bool) -> ExecutionNode:
        children: list[ExecutionNode] = []
        edges: list[DirectedEdge] = []
        entering = 0.0  # of the node before, by the factors
        last: StageRecord | None = None
        for stage in _completed(job):
            data = entering_bytes(stage)
            starting = last is None
            if starting:
                self.first_input = entering = data
            factor = self._ratio(data, entering)
            gap_s = self._gap_s(job, stage, last)
            if gap_s > _STAGE_GAP_S:
                children.append(_delay(f"stageDelay{stage.id}", place, gap_s, data))
                if len(children) > 1:
                    edges.append(self._inner_edge(place, children, factor))
                    entering *= factor
                factor = 1.0
            children.append(self._stage(stage, place, starting=starting))
            if len(children) > 1:
                edges.append(self._inner_edge(place, children, factor))
                entering *= factor
            last = stage
        return ExecutionNode(
            name=f"job{job.id}",
            starting_node=first,
            children=tuple(children),
            edges_of_children=tuple(edges),
        )

    @staticmethod
    def _inner_edge(place: str, children: Sequence[ExecutionNode], factor: float) -> DirectedEdge:
        """Return the edge into the last of the children."""
        tail, head = (step(place, f"children.{len(children) - k}") for k in (2, 1))
        return _edge(tail, head, factor)

    def _gap_s(self, job: JobRecord, stage: StageRecord, last: StageRecord | None) -> float:
        """Return the time before a stage in which the original sees nothing happen."""
        if last is None:
            return stage.submitted_s - job.submitted_s
        if self.quirks.previous_stage_by_number:
            found = next((s for s in _completed(job) if s.id == stage.id - 1), None)
            if found is None:
                raise TransformError(
                    f"the original's extractor ends with an error at stage {stage.id}: "
                    f"stage {stage.id - 1} did not run in the same job",
                    hint="Extract with Quirks(previous_stage_by_number=False).",
                )
            last = found
        return stage.submitted_s - last.completed_s

    def _stage(self, stage: StageRecord, parent: str, *, starting: bool) -> ExecutionNode:
        completed = stage.summary.succeeded if stage.summary else stage.tasks
        spout = completed not in (self.configuration.default_parallelism, 1)
        if not self.quirks.spout_by_count:
            spout = bool(stage.summary and stage.summary.volumes["input_bytes"] > 0)
        return ExecutionNode(
            name=f"stage{stage.id}",
            operations=(Operation(name=stage.name),),
            parent=parent,
            resource_profile=self._profile(stage, completed),
            parallelism=0 if spout else completed,
            starting_node=starting,
            spout=spout,
        )

    # -- demands ---------------------------------------------------------------------------------

    def _profile(self, stage: StageRecord, completed: int) -> ResourceProfile:
        times = TaskTimes(stage)
        run_ms = times.mean_of_quantiles("run") if self.quirks.mean_of_quantiles else times.mean("run")
        demands = []
        cpu_ms = 0
        if completed != 1:
            total_ms = int(times.total_cpu_ms + 1e-6)  # sums of whole numbers are not exact
            cpu_ms = total_ms // times.attempts
            if cpu_ms > run_ms:
                cpu_ms = math.trunc(run_ms)
                total_ms = cpu_ms * times.attempts
            demands.append(self._data_demand(total_ms, cpu_ms, int(entering_bytes(stage)) // MIB))
        demands.append(ResourceDemand(processing_type="CPU", random_variable="0"))
        demands.append(self._overhead(times))
        delay_ms = _SCHEDULING_MS + math.ceil(max(0.0, run_ms - cpu_ms))
        demands.append(_demand("DELAY", Literal(delay_ms), _EXECUTOR_COUNT))
        return ResourceProfile(resource_demands=tuple(demands))

    def _data_demand(self, total_ms: int, task_ms: int, megabytes: int) -> ResourceDemand:
        if megabytes == 0 and not self.quirks.unguarded_ratios:
            return _demand("CPU", Literal(task_ms), None)
        per_megabyte = math.ceil(total_ms / megabytes) if megabytes else INT_MOST
        return _demand("CPU", Binary("*", Variable(_DATA), Literal(per_megabyte)), _DATA)

    def _overhead(self, times: TaskTimes) -> ResourceDemand:
        executors = _EXECUTORS if self.quirks.four_executors else self.configuration.executors
        chances: dict[float, float] = {}
        for value, p in zip(times.quantiles("overhead"), _CHANCES, strict=True):
            rounded = float(max(1, math.ceil(value / executors)))
            chances[rounded] = chances.get(rounded, 0.0) + p
        values: Expression = Distribution("DoublePDF", tuple(sorted(chances.items())))
        if len(chances) == 1:
            values = Literal(round(next(iter(chances))))
        return _demand("CPU", Binary("*", values, Variable(_EXECUTOR_COUNT)), _EXECUTOR_COUNT)


def _completed(job: JobRecord) -> list[StageRecord]:
    """Return the stages that ran to completion, in the order in which the job lists them."""
    return [
        stage for number in job.stage_ids for stage in job.stages if stage.id == number and not stage.failed
    ]


def _first_input(job: JobRecord) -> float:
    return next((entering_bytes(stage) for stage in _completed(job)), 0.0)


def _edge(tail: str, head: str, factor: float) -> DirectedEdge:
    return DirectedEdge(tail=tail, head=head, data_transmission_factor=factor)


def _delay(name: str, parent: str, gap_s: float, entering_bytes: float) -> ExecutionNode:
    """Return time in which nothing happens; it grows with the data that enter the stage beside it."""
    gap_ms, megabytes = gap_s / MS, int(entering_bytes) // MIB
    length: Expression = Literal(_rounded(gap_ms / megabytes if megabytes else gap_ms))
    if megabytes:
        length = Binary("*", Variable(_DATA), length)
    demands = (_demand("DELAY", length, _DATA if megabytes else None), _demand("CPU", Literal(0), None))
    return ExecutionNode(name=name, parent=parent, resource_profile=ResourceProfile(resource_demands=demands))


def _rounded(value: float) -> float:
    return float(f"{value:.12g}")


def _demand(kind: str, expression: Expression, parameter: str | None) -> ResourceDemand:
    return ResourceDemand(
        processing_type=kind,
        random_variable=stoex.write(expression),
        parametric_variable_name=parameter,
    )
