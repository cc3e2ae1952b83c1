"""Ask a server for everything it tells of an application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ...errors import SourceError, SourceNotFound, UnrecognisedSource
from ...units import counted
from ..spark import events as ev
from ..spark.segment import Counts, Item
from . import answers, graph
from .applications import Chosen
from .client import Server
from .events import Told, batch, events, task_end
from .inference import infer_parents

T = TypeVar("T")

_TASKS = 4096  # in a page of the task list
_EXECUTIONS = 1000  # in a page of the SQL executions
_OLDEST = "2.3"


@dataclass(slots=True)
class Gathering:
    """What a server tells, and what it does not."""

    server: Server
    chosen: Chosen
    missing: list[str]
    """What the server no longer has, one sentence each."""
    notes: list[str]
    """What else is unusual or was assumed, one sentence each."""
    _places: tuple[str, ...] = ()
    _lost: int = 0
    """Tasks that ended and that the server no longer has."""

    def __post_init__(self) -> None:
        self._places = (self.chosen.page + "/", "")  # a History Server's, a running application's

    def items(self, counts: Counts) -> Iterator[Item]:
        """Yield the events and tasks in the order of a log, asking for the tasks stage by stage.

        Raises
        ------
        SourceError
            If the server stops answering, or is too old to tell how long tasks took.
        """
        told = self._told()
        stages = {(stage.stage_id, stage.attempt_id): stage for stage in told.stages}
        for name, event in events(told):
            late: list[ev.TaskEnd] = []
            stage = stages[event.info.id, event.info.attempt] if isinstance(event, ev.StageEvent) else None
            ended = name == "SparkListenerStageCompleted"
            if stage and ended:
                yield from self._tasks(stage, late, counts)
            counts.events[name] += 1
            yield name, event
            if stage and not ended and stage.status == "ACTIVE":  # its end will not come
                yield from self._tasks(stage, late, counts)
            if late_tasks := batch(late):
                yield late_tasks
        if self._lost:
            self.missing.append(_gone(self._lost, "task"))

    # -- everything but the tasks ----------------------------------------------------------------

    def _told(self) -> Told:
        path = self.chosen.path
        environment = self._optional("environment", answers.Environment, answers.Environment())
        jobs = self.server.get(f"{path}/jobs", list[answers.Job])
        stages = self.server.get(f"{path}/stages", list[answers.Stage])
        told = Told(
            self.chosen.application,
            self.chosen.attempt,
            properties=dict(environment.spark_properties),
            executors=self._executors(),
            jobs=jobs,
            stages=stages,
            executions=self._executions(),
        )
        self._graphs(told)
        self._gaps(jobs, stages)
        return told

    def _optional(self, what: str, type_: type[T], otherwise: T, **query: str | int) -> T:
        """Return an answer that not every server has."""
        try:
            return self.server.get(f"{self.chosen.path}/{what}", type_, **query)
        except SourceNotFound:
            return otherwise

    def _executors(self) -> list[answers.Executor]:
        everything = self._optional("allexecutors", list[answers.Executor], [])
        return everything or self._optional("executors", list[answers.Executor], [])

    def _executions(self) -> list[answers.SqlExecution]:
        found: list[answers.SqlExecution] = []
        while True:
            page = self._optional(
                "sql",
                list[answers.SqlExecution],
                [],
                details="false",
                planDescription="false",
                offset=len(found),
                length=_EXECUTIONS,
            )
            found += page
            if len(page) < _EXECUTIONS:
                return found

    def _gaps(self, jobs: Sequence[answers.Job], stages: Sequence[answers.Stage]) -> None:
        """Note the jobs and stages that must have been there."""
        numbers = {job.job_id for job in jobs}
        if lost := len(set(range(max(numbers, default=-1) + 1)) - numbers):
            self.missing.append(_gone(lost, "job"))
        known = {stage.stage_id for stage in stages}
        if lost := len({number for job in jobs for number in job.stage_ids} - known):
            self.missing.append(_gone(lost, "stage"))

    # -- data sets and parents -------------------------------------------------------------------

    def _graphs(self, told: Told) -> None:
        """Complete what is told with the graphs on the pages of the jobs."""
        rdds: dict[int, list[ev.RddInfo]] = {}
        parents: dict[int, list[int]] = {}
        lacking: list[answers.Job] = []
        for job in sorted(told.jobs, key=lambda job: job.job_id):
            graphs = self._job_graphs(job) if job.stage_ids else {}
            if graphs is None:
                lacking = list(told.jobs)
                break
            if not graphs and job.stage_ids:
                lacking.append(job)
            rdds.update({number: list(drawn.rdds) for number, drawn in graphs.items()})
            parents.update(graph.parents(graphs, job.stage_ids))
        if lacking:
            parents = infer_parents(told.jobs, told.stages) | parents
            self.notes.append(
                "the server shows no graphs of jobs; which stage reads from which is taken from volumes"
                " and times, and operations and rules for numbers of tasks are unknown"
            )
        told.rdds, told.parents = rdds, parents

    def _job_graphs(self, job: answers.Job) -> dict[int, graph.StageGraph] | None:
        """Return the graphs of a job, or None where pages are not to be had at all."""
        reached = False
        for place in self._places:
            try:
                graphs = graph.stage_graphs(self.server.page(f"{place}jobs/job/", id=job.job_id))
            except SourceError:
                continue
            reached = True
            if graphs:
                self._places = (place,)
                return graphs
        return {} if reached else None

    # -- tasks -----------------------------------------------------------------------------------

    def _tasks(self, stage: answers.Stage, late: list[ev.TaskEnd], counts: Counts) -> Iterator[Item]:
        """Yield the tasks of a stage attempt page by page; put aside those that ended after it."""
        path = f"{self.chosen.path}/stages/{stage.stage_id}/{stage.attempt_id}/taskList"
        completed_ms = answers.millis(stage.completion_time)
        offset = ended = 0
        while True:
            page = self._page(path, offset)
            counts.events["SparkListenerTaskStart"] += len(page)
            if any(task.duration is None and task.status is None and task.task_metrics for task in page):
                raise UnrecognisedSource(
                    f"{self.server}: the server does not tell how long tasks took; it is older than Spark"
                    f" {_OLDEST}",
                    hint="Give the event log itself; it lies where spark.eventLog.dir points.",
                )
            ends = [end for task in page if (end := task_end(stage, task))]
            counts.events["SparkListenerTaskEnd"] += len(ends)
            ended += len(ends)
            in_time = [e for e in ends if completed_ms is None or e.info.finish_ms <= completed_ms]
            late += [e for e in ends if completed_ms is not None and e.info.finish_ms > completed_ms]
            if tasks := batch(in_time):
                yield tasks
            offset += len(page)
            if len(page) < _TASKS:
                self._lost += max(0, _ended(stage) - ended)
                return

    def _page(self, path: str, offset: int) -> list[answers.Task]:
        try:
            return self.server.get(path, list[answers.Task], offset=offset, length=_TASKS)
        except SourceNotFound:  # cleaned up since the list of stages was asked for
            self.server.get(self.chosen.home, answers.Application)  # unless it is all gone
            return []


def _ended(stage: answers.Stage) -> int:
    return stage.num_complete_tasks + stage.num_failed_tasks + stage.num_killed_tasks


def _gone(number: int, what: str) -> str:
    return (
        f"the server does not tell of {counted(number, what)}: it keeps no more"
        f" (spark.ui.retained{what.title()}s) or the log lacks them"
    )
