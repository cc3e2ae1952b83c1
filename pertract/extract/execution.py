"""Execution architecture from jobs, stages and the gaps between them."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from .. import dsl
from ..dsl.execution import PartitionRule
from ..sources.spark import JobRecord, SparkRun, StageRecord
from .dependencies import job_predecessors
from .overlap import RunningStages
from .partitions import partition_rule, scope_name
from .placement import prefers_nodes
from .settings import configuration, working

SHORTEST_DELAY_S = 0.0005
"""Half the resolution of the log: shorter gaps are rounding."""


def stage_id(stage: StageRecord) -> str:
    """Return the identifier of a stage attempt in the model."""
    return attempt_id(stage.id, stage.attempt)


def attempt_id(stage: int, attempt: int) -> str:
    """Return the identifier of a stage attempt by its numbers in the log."""
    return f"stage-{stage}" + (f".{attempt}" if attempt else "")


def locality(stage: StageRecord) -> dsl.Locality | None:
    """Return the cached data near which the tasks of a stage prefer to run."""
    found = stage.locality
    if found is None:
        return None
    return dsl.Locality(cached_by=attempt_id(*found.cached_by), ratio=found.ratio)


def entering_bytes(stage: StageRecord) -> float:
    """Return the volume entering a stage, bytes."""
    if stage.summary is None:
        return 0.0
    volumes = stage.summary.volumes
    names = ("input_bytes", "shuffle_read_local_bytes", "shuffle_read_remote_bytes")
    return sum(volumes[name] for name in names)


def build_execution(run: SparkRun, reads: Mapping[str, tuple[str, ...]]) -> dsl.ExecutionArchitecture:
    """Return the execution architecture of a run.

    Parameters
    ----------
    run
        The measured run.
    reads
        The data models read by a stage, by stage identifier.
    """
    builder = _Builder(run, reads)
    return builder.build()


class _Builder:
    def __init__(self, run: SparkRun, reads: Mapping[str, tuple[str, ...]]) -> None:
        self.run = run
        self.reads = reads
        self.settings = configuration(run)
        self.slots = self.settings.most_slots
        self.nodes: list[dsl.Job | dsl.Delay] = []
        self.rules: dict[str, tuple[int, PartitionRule]] = {}
        self.edges: list[dsl.Edge] = []
        self.cross_edges: list[dsl.Edge] = []
        self.producers = _Producers(run)
        self.running = RunningStages(run.stages)
        self.registered_s = sorted(executor.added_s for executor in run.executors)

    def build(self) -> dsl.ExecutionArchitecture:
        jobs = self.run.jobs
        before = job_predecessors(jobs)
        for job, predecessors in zip(jobs, before, strict=True):
            earlier = [jobs[k] for k in predecessors]
            gap_s = job.submitted_s - max((j.completed_s for j in earlier), default=0.0)
            self._connect([_job_id(j) for j in earlier], f"driver-before-{_job_id(job)}", gap_s, _job_id(job))
            self.nodes.append(self._job(job))
        self._closing(jobs, before)
        return dsl.ExecutionArchitecture(
            framework="Spark",
            framework_version=self.run.version,
            configuration=self.settings,
            nodes=tuple(self.nodes),
            edges=tuple(self.edges + self.cross_edges),
        )

    def _connect(self, tails: Sequence[str], delay_id: str, gap_s: float, head: str) -> None:
        """Join jobs to a job, through a driver delay where time passed."""
        if gap_s >= SHORTEST_DELAY_S:
            self.nodes.append(dsl.Delay(id=delay_id, delay_s=round(gap_s, 3)))
            self.edges += [dsl.Edge(tail=tail, head=delay_id) for tail in tails]
            tails = [delay_id]
        self.edges += [dsl.Edge(tail=tail, head=head) for tail in tails]

    def _closing(self, jobs: Sequence[JobRecord], before: Sequence[Sequence[int]]) -> None:
        """Append what the driver does after the last job."""
        gap_s = self.run.response_time_s - max(job.completed_s for job in jobs)
        if gap_s < SHORTEST_DELAY_S:
            return
        followed = {k for predecessors in before for k in predecessors}
        last = [_job_id(job) for k, job in enumerate(jobs) if k not in followed]
        self.nodes.append(dsl.Delay(id="driver-end", delay_s=round(gap_s, 3)))
        self.edges += [dsl.Edge(tail=tail, head="driver-end") for tail in last]

    # -- inside a job ----------------------------------------------------------------------------

    def _job(self, job: JobRecord) -> dsl.Job:
        nodes: list[dsl.Stage | dsl.Delay] = []
        edges: list[dsl.Edge] = []
        inner = {stage_id(stage): stage for stage in job.stages}
        followed: set[str] = set()
        for stage in job.stages:
            name = stage_id(stage)
            producers = self.producers.of(stage)
            inside = [p for p in producers if stage_id(p) in inner]
            outside = [p for p in producers if stage_id(p) not in inner]
            ready_s = max([job.submitted_s, *(_end(p) for p in producers)])
            gap_s = self._start(stage) - ready_s
            head = name
            if gap_s >= SHORTEST_DELAY_S:
                head = f"{name}-delay"
                nodes.append(dsl.Delay(id=head, delay_s=round(gap_s, 3)))
                edges.append(dsl.Edge(tail=head, head=name, data_transmission_factor=1.0))
            nodes.append(self._stage(stage, producers) if stage.summary else self._unseen(stage))
            edges += [self._edge(p, stage, head) for p in inside]
            self.cross_edges += [self._edge(p, stage, head) for p in outside]
            followed |= {stage_id(p) for p in inside}
        self._job_end(job, nodes, edges, followed)
        return dsl.Job(
            id=_job_id(job),
            name=job.name,
            group=job.group,
            pool=job.pool,
            batch=job.batch,
            nodes=tuple(nodes),
            edges=tuple(edges),
        )

    def _job_end(
        self, job: JobRecord, nodes: list[dsl.Stage | dsl.Delay], edges: list[dsl.Edge], followed: set[str]
    ) -> None:
        """Append the time from the last task to the end of the job."""
        last_s = max((_end(stage) for stage in job.stages), default=job.submitted_s)
        gap_s = job.completed_s - last_s
        if gap_s < SHORTEST_DELAY_S:
            return
        last = [stage_id(s) for s in job.stages if stage_id(s) not in followed]
        delay = dsl.Delay(id=f"{_job_id(job)}-end", delay_s=round(gap_s, 3))
        nodes.append(delay)
        edges += [dsl.Edge(tail=tail, head=delay.id) for tail in last]

    def _start(self, stage: StageRecord) -> float:
        """Return when the stage could first launch a task, seconds.

        The time from submission to the first launch is the driver's, unless the stage had to wait
        for slots that other stages held or for executors that were still starting: the simulation
        makes it wait for these itself.
        """
        if stage.summary is None:
            return stage.submitted_s
        launched_s = max(stage.submitted_s, stage.summary.first_launch_s)
        if bisect(self.registered_s, stage.submitted_s) < bisect(self.registered_s, launched_s):
            return stage.submitted_s
        busy = self.running.other_than(stage, stage.submitted_s, launched_s)
        return stage.submitted_s if busy else launched_s

    def _edge(self, tail: StageRecord, head: StageRecord, head_id: str) -> dsl.Edge:
        """Return the edge with its share of the data entering the head."""
        into_tail = entering_bytes(tail)
        written = [
            (p, p.summary.volumes["shuffle_write_bytes"] if p.summary else 0.0)
            for p in self.producers.of(head)
        ]
        total = sum(volume for _, volume in written)
        factor = None
        if head.summary and into_tail > 0 and total > 0:
            volumes = head.summary.volumes
            shuffled = volumes["shuffle_read_local_bytes"] + volumes["shuffle_read_remote_bytes"]
            share = next(volume for p, volume in written if p is tail) / total
            factor = float(f"{shuffled * share / into_tail:.6g}")
        return dsl.Edge(tail=stage_id(tail), head=head_id, data_transmission_factor=factor)

    def _stage(self, stage: StageRecord, producers: Sequence[StageRecord]) -> dsl.Stage:
        name = stage_id(stage)
        assert stage.summary is not None
        count = stage.summary.succeeded or stage.tasks or round(float(stage.summary.weights.sum()))
        parents = [self.rules[stage_id(p)] for p in producers if stage_id(p) in self.rules]
        rule = partition_rule(stage, count, settings=self.settings, slots=self.slots, parents=parents)
        self.rules[name] = count, rule
        return dsl.Stage(
            id=name,
            name=" ".join(stage.name.split())[:120],
            profile=name,
            barrier=stage.barrier,
            locality=locality(stage),
            cached_on=self._cached_on(stage),
            near_blocks=bool(self.reads.get(name)) and prefers_nodes(stage),
            partitions=dsl.Partitions(count=count, rule=rule),
            reads=self.reads.get(name, ()),
            operations=tuple(operations(stage.rdds)),
        )

    def _cached_on(self, stage: StageRecord) -> tuple[float, ...]:
        """Return the share of cached data on each executor of the configuration, without zeros at the end."""
        total = sum(stage.cached_on.values())
        shares = [round(stage.cached_on.get(e.id, 0) / total, 4) for e in working(self.run)] if total else []
        while shares and not shares[-1]:
            shares.pop()
        return tuple(shares)

    def _unseen(self, stage: StageRecord) -> dsl.Delay:
        """Return a delay for a stage of which the log holds no task, only its duration."""
        return dsl.Delay(id=stage_id(stage), delay_s=round(stage.completed_s - stage.submitted_s, 3))


class _Producers:
    """Finds the stage attempts whose output a stage reads."""

    def __init__(self, run: SparkRun) -> None:
        self._attempts: dict[int, list[StageRecord]] = {}
        self._by_rdd: dict[int, list[StageRecord]] = {}
        self._rdd_of = run.skipped_stage_rdd
        stages = run.stages
        # By job, then by submission. Edges only lead forward in it, so that no clock makes a cycle.
        self._position = {stage_id(stage): position for position, stage in enumerate(stages)}
        for stage in stages:
            self._attempts.setdefault(stage.id, []).append(stage)
            if stage.id in self._rdd_of:
                self._by_rdd.setdefault(self._rdd_of[stage.id], []).append(stage)

    def of(self, stage: StageRecord) -> list[StageRecord]:
        """Return the attempts that had to end before this one: parents, or its own failed attempt.

        A parent that was skipped stands for an earlier stage which computed the same data set.
        """
        found: dict[str, StageRecord] = {}
        for parent in stage.parents:
            candidates = self._attempts.get(parent) or self._by_rdd.get(self._rdd_of.get(parent, -1), [])
            ended = [
                c
                for c in candidates
                if self._before(c, stage) and _end(c) <= stage.submitted_s + SHORTEST_DELAY_S
            ]
            if ended:
                producer = max(ended, key=_end)
                found[stage_id(producer)] = producer
        earlier = [a for a in self._attempts[stage.id] if a.attempt == stage.attempt - 1]
        for attempt in earlier:
            if self._before(attempt, stage) and _end(attempt) <= stage.submitted_s:
                found[stage_id(attempt)] = attempt
        return list(found.values())

    def _before(self, first: StageRecord, second: StageRecord) -> bool:
        return self._position[stage_id(first)] < self._position[stage_id(second)]


def _end(stage: StageRecord) -> float:
    """Return when the last task of a stage ended, seconds."""
    return stage.summary.last_finish_s if stage.summary else stage.completed_s


def _job_id(job: JobRecord) -> str:
    return f"job-{job.id}"


def operations(rdds: Iterable[tuple[int, str, str | None, str | None]]) -> list[dsl.Operation]:
    """Return the operators of a stage, one per scope, in order of their data sets."""
    operations: dict[tuple[str, str | None], dsl.Operation] = {}
    for _, name, scope, call_site in sorted(rdds, key=itemgetter(0)):
        title = (scope_name(scope) if scope else "") or name
        site = " ".join(call_site.split())[:120] if call_site else None
        operations.setdefault((title, site), dsl.Operation(name=title[:120], call_site=site))
    return list(operations.values())
