"""From a MapReduce job to a model: one job of two stages, the reduces starting while maps still run."""

from __future__ import annotations

from collections.abc import Sequence

from ... import dsl
from ...dsl.resolve import check
from ...errors import NoUsableRun
from ...sources.mapreduce import AttemptRecord, MapReduceRun
from ...sources.mapreduce.configuration import number
from ...sources.mapreduce.records import Kind
from . import phases, slots

MAP, REDUCE, DATA = "map", "reduce", "input"
SLOW_START, RAMP_UP = 0.05, 0.5
"""Defaults of ``mapreduce.job.reduce.slowstart.completedmaps`` and the AM's ``rampup.limit``."""
SHORTEST_DELAY_S = 0.0005
_READ = ("HDFS_BYTES_READ", "S3A_BYTES_READ", "S3_BYTES_READ", "WASB_BYTES_READ", "ABFS_BYTES_READ")
_READ += ("GS_BYTES_READ", "VIEWFS_BYTES_READ", "MAP_INPUT_BYTES")
_WRITTEN = tuple(name.replace("READ", "WRITTEN") for name in _READ if name.endswith("_READ"))


def build_mapreduce_model(
    run: MapReduceRun, *, source: str, provenance: dsl.Provenance | None = None
) -> dsl.PerformanceModel:
    """Return the performance model of one job, not yet replayed.

    Parameters
    ----------
    run
        The measured job.
    source
        Name of what it was read from.
    provenance
        Program and time, if they are to be recorded.

    Raises
    ------
    NoUsableRun
        If the job did not succeed, or no task of it is known.
    """
    _usable(run, source)
    return check(_Builder(run).build(source, provenance))


def _usable(run: MapReduceRun, source: str) -> None:
    if run.state in ("FAILED", "KILLED", "ERROR", "KILL_WAIT", "FAIL_ABORT"):
        how = "was killed" if run.state.startswith("KILL") else "failed"
        raise NoUsableRun(
            f"{source}: {run.id} {how}, and its times say nothing of a run that succeeds",
            hint="Use the history of a job that succeeded.",
        )
    if run.state in ("RUNNING", "INITED", "NEW"):
        raise NoUsableRun(f"{source}: {run.id} was still running", hint="Ask again when the job has ended.")
    if not any(attempt.state == "SUCCEEDED" for attempt in run.attempts):
        raise NoUsableRun(
            f"{source}: no task of {run.id} is known that succeeded, so there is nothing to predict",
            hint="Give the whole history file; of a server, also the answers at /tasks/TASK/attempts.",
        )


def _sum(attempts: Sequence[AttemptRecord], *names: str) -> int:
    """Return the sum of the first of these counters that any successful attempt has."""
    done = [attempt for attempt in attempts if attempt.state == "SUCCEEDED"]
    sums = (sum(attempt.counters.get(name, 0) for attempt in done) for name in names)
    return next((value for value in sums if value), 0)


class _Builder:
    def __init__(self, run: MapReduceRun) -> None:
        self.run = run
        self.maps, self.reduces = run.of_kind("map"), run.of_kind("reduce")
        ratio = number(run.properties, "mapreduce.job.reduce.slowstart.completedmaps", *_OLD_SLOW_START)
        ramp = number(run.properties, "yarn.app.mapreduce.am.job.reduce.rampup.limit")
        self.rules = dsl.SlowStart(
            completed_ratio=min(1.0, max(0.0, SLOW_START if ratio is None else ratio)),
            slots_ratio=min(1.0, max(0.0, RAMP_UP if ramp is None else ramp)),
        )
        self.map_ends_s = sorted(a.finish_s for a in self.maps if a.state == "SUCCEEDED")
        self.slots = slots.slots(run)
        self.map_wait_s = slots.map_wait_s(run)
        self.reduce_wait_s = slots.reduce_wait_s(run, slots.eligible_s(run, self.rules.completed_ratio))
        self.notes = list(run.notes)

    def build(self, source: str, provenance: dsl.Provenance | None) -> dsl.PerformanceModel:
        run = self.run
        profiles, stages = [], []
        volumes = self._volumes()
        for kind, attempts, wait_s in (
            (MAP, self.maps, self.map_wait_s),
            (REDUCE, self.reduces, self.reduce_wait_s),
        ):
            if attempts:
                stages.append(self._stage(kind, attempts, reads=kind == MAP and volumes[MAP].input_bytes > 0))
                profiles.append(self._profile(kind, attempts, volumes[kind], wait_s))
        if not phases.cpu_known(run.attempts):
            self.notes.append("no CPU time was counted; time that is not known to be waiting counts as CPU")
        configuration = self._configuration()
        at_once = configuration.most_slots
        cpu_s = _sum(run.attempts, "CPU_MILLISECONDS") / 1000
        utilisation = cpu_s / (at_once * run.finish_s) if cpu_s and run.finish_s else None
        data = self._data(volumes[MAP])
        return dsl.PerformanceModel(
            name=run.name,
            execution=dsl.ExecutionArchitecture(
                framework="MapReduce",
                configuration=configuration,
                **self._graph(stages, volumes),  # type: ignore[arg-type]
            ),
            profiles=dsl.ResourceProfiles(
                # A container is a process of its own: what it uses beside its task is counted with it.
                stages=tuple(profiles),
                includes_core_waits=True,
            ),
            workload=dsl.DataWorkload(data=data),
            resources=slots.nodes(run),
            runs=(
                dsl.Run(
                    application_id=run.id,
                    source=source,
                    digest=run.digest,
                    jobs=1,
                    stages=len(stages),
                    tasks=len(run.attempts),
                    response_time_s=round(run.finish_s, 3),
                    job_span_s=round(run.finish_s - self._begin_s(), 3),
                    task_cpu_utilisation=None if utilisation is None else round(utilisation, 6),
                    executors=len(self.slots),
                    slots=at_once,
                    data_bytes=sum(item.size_bytes for item in data),
                ),
            ),
            completeness=self._completeness(),
            provenance=provenance,
        )

    def _begin_s(self) -> float:
        """Return when the job could ask for containers, seconds."""
        first_s = min(attempt.start_s for attempt in self.run.attempts)
        return round(min(self.run.launched_s, first_s), 3)

    def _configuration(self) -> dsl.ApplicationConfiguration:
        queue = self.run.queue
        return dsl.ApplicationConfiguration(
            executors=slots.executors(self.run, self.map_wait_s if self.maps else self.reduce_wait_s),
            shuffle_partitions=self.run.reduces or None,
            containers=dsl.ContainerRequest(
                queue=queue if queue.startswith("root") else f"root.{queue or 'default'}",
                deploy_mode="cluster",
                executor=slots.container(self.run, MAP),
                master=slots.master(self.run),
            )
            if self.run.properties
            else None,
        )

    # -- what runs after what --------------------------------------------------------------------

    def _graph(self, stages: list[dsl.Stage], volumes: dict[str, dsl.Volumes]) -> dict[str, object]:
        begin_s = self._begin_s()
        edges: tuple[dsl.Edge, ...] = ()
        if len(stages) == 2:
            entering = volumes[MAP].entering_bytes
            shuffled = volumes[REDUCE].shuffle_read_bytes
            factor = float(f"{shuffled / entering:.6g}") if entering and shuffled else None
            rules = self.rules if self.rules.completed_ratio < 1 else None
            edges = (dsl.Edge(tail=MAP, head=REDUCE, data_transmission_factor=factor, slow_start=rules),)
        inside: list[dsl.Stage | dsl.Delay] = list(stages)
        after_s = round(self.run.finish_s - max(a.finish_s for a in self.run.attempts), 3)
        if after_s >= SHORTEST_DELAY_S:
            inside.append(dsl.Delay(id="commit", delay_s=after_s))
            edges = (*edges, dsl.Edge(tail=stages[-1].id, head="commit"))
        job = dsl.Job(id="job", name=self.run.id, nodes=tuple(inside), edges=edges)
        nodes: list[dsl.Job | dsl.Delay] = [job]
        joined = []
        if begin_s >= SHORTEST_DELAY_S:
            nodes.insert(0, dsl.Delay(id="master-start", delay_s=begin_s))
            joined.append(dsl.Edge(tail="master-start", head="job"))
        return {"nodes": tuple(nodes), "edges": tuple(joined)}

    def _tasks(self, kind: str, attempts: Sequence[AttemptRecord]) -> int:
        known = len({attempt.task for attempt in attempts})
        return max(known, self.run.maps if kind == MAP else self.run.reduces)

    def _stage(self, kind: str, attempts: Sequence[AttemptRecord], *, reads: bool) -> dsl.Stage:
        steps = ("map",) if kind == MAP else ("shuffle", "sort", "reduce")
        return dsl.Stage(
            id=kind,
            name=kind,
            profile=kind,
            partitions=dsl.Partitions(
                count=self._tasks(kind, attempts),
                rule="input_splits" if kind == MAP else "shuffle_partitions",
            ),
            reads=(DATA,) if reads else (),
            operations=tuple(dsl.Operation(name=step) for step in steps),
        )

    # -- what tasks demand -----------------------------------------------------------------------

    def _profile(
        self, kind: Kind, attempts: Sequence[AttemptRecord], volumes: dsl.Volumes, wait_s: float
    ) -> dsl.StageProfile:
        succeeded = len({a.task for a in attempts if a.state == "SUCCEEDED"})
        measured = phases.Measured(
            attempts=attempts,
            wait_s=wait_s,
            map_ends_s=self.map_ends_s if kind == REDUCE else (),
            reads=volumes.input_bytes > 0,
            writes=volumes.output_bytes > 0,
        )
        return phases.profile(kind, measured, volumes, attempts_per_task=len(attempts) / max(1, succeeded))

    def _volumes(self) -> dict[str, dsl.Volumes]:
        """Return the data that maps and reduces moved; of blocks on the own node only the mean is known."""
        maps, reduces = self.maps, self.reduces
        made = _sum(maps, "MAP_OUTPUT_MATERIALIZED_BYTES", "MAP_OUTPUT_BYTES", "FILE_BYTES_WRITTEN")
        fetched = _sum(reduces, "REDUCE_SHUFFLE_BYTES") or (made if reduces else 0)
        local = round(fetched / len({slot.host for slot in self.slots}))
        return {
            MAP: dsl.Volumes(
                input_bytes=_sum(maps, "BYTES_READ", *_READ),
                input_records=_sum(maps, "MAP_INPUT_RECORDS"),
                shuffle_write_bytes=made if reduces or self.run.reduces else 0,
                output_bytes=_sum(maps, *_WRITTEN),
            ),
            REDUCE: dsl.Volumes(
                shuffle_read_local_bytes=local,
                shuffle_read_remote_bytes=fetched - local,
                shuffle_read_records=_sum(reduces, "REDUCE_INPUT_RECORDS"),
                output_bytes=_sum(reduces, "BYTES_WRITTEN", *_WRITTEN),
            ),
        }

    def _data(self, volumes: dsl.Volumes) -> tuple[dsl.FileData, ...]:
        if not volumes.input_bytes:
            return ()
        block = number(self.run.properties, *_SPLIT)
        return (
            dsl.FileData(
                id=DATA,
                name=self.run.properties.get("mapreduce.input.fileinputformat.inputdir", "")[:200],
                size_bytes=volumes.input_bytes,
                records=volumes.input_records,
                partitions=max(1, self.run.maps),
                split_bytes=int(block) if block and block >= 1 else None,
            ),
        )

    def _completeness(self) -> dsl.Completeness:
        run = self.run
        done = len({a.task for a in run.attempts if a.state == "SUCCEEDED"})
        return dsl.Completeness(
            events=dict(run.events),
            tasks_started=len(run.attempts),
            tasks_ended=len(run.attempts),
            tasks_expected=max(done, run.maps + run.reduces),
            tasks_seen=done,
            malformed_lines=run.malformed,
            covered_s=(0.0, round(run.finish_s, 3)),
            missing=run.missing,
            notes=tuple(self.notes),
        )


_OLD_SLOW_START = ("mapred.reduce.slowstart.completed.maps",)
_SPLIT = ("dfs.blocksize", "dfs.block.size")
