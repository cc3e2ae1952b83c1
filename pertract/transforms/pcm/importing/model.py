"""A PCM model as a model of the language."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .... import dsl
from ....dsl.resolve import check
from ...stoex import ExpressionProblem
from .approximations import approximations, listed, volumes_note
from .cluster import Cluster, Pools, cluster_of
from .documents import read
from .environment import Environment
from .execution import Names, execution_of, is_fair, stage_of
from .flow import Flow, Job, Pooled, flow_of
from .objects import Objects, name, refusal
from .order import Order
from .outside import Outside, Span
from .profiles import Profiled, Profiler
from .program import Call, walk
from .quantities import Quantities
from .reading import Reading, StageReader
from .sums import Laws
from .system import System
from .unfolding import Unfolding
from .usage import Usage, UsageReader

LEAST_BYTES = 1_000.0
"""A data size below is relative, and no volume."""
ALIKE = 0.01
"""Relative difference up to which a share of CPU is the same in all stages."""


@dataclass(frozen=True, slots=True)
class PcmImport:
    """What a PCM model says, in the language."""

    model: dsl.PerformanceModel
    period_s: float | None
    """Time between the starts of two runs; None where one starts when the one before has ended.

    If a run takes longer, runs overlap in the PCM model, and the imported model does not say the same.
    """


def import_model(files: Mapping[str, bytes], place: str) -> PcmImport:
    """Return the model of the language that predicts what a PCM model says.

    Parameters
    ----------
    files
        The files of a PCM 5.2 model by name; others are left alone.
    place
        Where they lie, for messages.

    Raises
    ------
    TransformError
        If files are missing, damaged or of another version, or say something that has no counterpart.
    """
    try:
        return _import(Objects(read(files, place)))
    except ExpressionProblem as problem:
        raise refusal(place, f"an expression has no value: {problem}", "Correct it in Palladio.") from problem
    except RecursionError as error:
        raise refusal(place, "is nested too deeply", "Split long expressions and services.") from error


def _import(objects: Objects) -> PcmImport:
    quantities = Quantities()
    system = System(objects, quantities)
    environment = Environment(objects)
    unfolding = Unfolding(objects, system, environment, quantities)
    usage = UsageReader(objects, system, quantities, unfolding).read()
    flow = flow_of(usage, quantities)
    builder = _Builder(objects, quantities, system, environment, usage, flow)
    return PcmImport(builder.model(), usage.period_s)


class _Builder:
    """Puts the parts of a model together."""

    def __init__(
        self,
        objects: Objects,
        quantities: Quantities,
        system: System,
        environment: Environment,
        usage: Usage,
        flow: Flow,
    ) -> None:
        self._objects = objects
        self._quantities = quantities
        self._system = system
        self._environment = environment
        self._usage = usage
        self._flow = flow
        self._profiler = Profiler(quantities, environment)
        self._notes: list[str] = []

    def model(self) -> dsl.PerformanceModel:
        order = Order(self._flow.nodes)
        if not order.is_possible:
            raise refusal(
                self._objects.where(self._system.root),
                "parts of the application wait for each other for ever",
                "Follow the tokens: what is released must not wait for what acquires it.",
            )
        reader = StageReader(self._quantities, self._environment)
        readings: dict[int, list[Reading]] = {}
        for number, node in enumerate(self._flow.nodes):
            if isinstance(node.content, Pooled):
                read_ones = (reader.read(run, node.at) for run in node.content.runs)
                readings[number] = [reading for reading in read_ones if reading is not None]
        stages = {number: found for number, found in readings.items() if found}
        pools = Pools(self._environment, self._system, self._quantities, self._flow).of(stages.values())
        laws = Laws(
            self._quantities,
            self._usage.data,
            frozenset().union(*(pool.slot_names for pool in pools)),
            frozenset().union(*(pool.executor_names for pool in pools)),
        )
        names = Names(self._flow.nodes)
        ids = names.of
        profiled = {number: self._profiler.profile(ids[number], found) for number, found in stages.items()}
        outside = Outside(
            self._quantities,
            self._flow,
            order,
            {n: (p.foreign, {r.home for r in stages[n]}) for n, p in profiled.items()},
        )
        elements: dict[int, dsl.Stage | dsl.Delay] = {}
        service = next(iter(self._system.instances.values()))
        for number, node in enumerate(self._flow.nodes):
            if isinstance(node.content, Job):
                continue
            if number in profiled:
                elements[number] = self._stage(ids[number], profiled[number], stages[number], laws)
            elif isinstance(node.content, Pooled):
                elements[number] = dsl.Delay(id=ids[number], delay_s=0.0)  # without tasks it ends at once
            else:
                found = outside.of(number, laws, service)
                if isinstance(found, Span):
                    elements[number] = dsl.Delay(id=ids[number], delay_s=found.delay_s, law=found.law)
                    self._notes += [found.note] if found.note else []
                else:
                    stages[number] = [found]
                    profiled[number] = self._profiler.profile(ids[number], [found])
                    elements[number] = self._stage(ids[number], profiled[number], [found], None)
        self._notes += [*outside.notes, *(note for p in profiled.values() for note in p.notes)]
        real = {number: found for number, found in stages.items() if number in readings}
        self._notes += approximations(real, ids, pools, order)
        volumes = volumes_note(self._quantities, self._usage.data, real, ids)
        self._notes += [volumes] if volumes else []
        rate = self._rate(profiled)
        cluster = cluster_of(pools, self._environment, rate) if pools else self._own_cluster(stages, rate)
        execution = execution_of(
            self._flow,
            elements,
            names,
            cluster,
            fair=is_fair(order, stages),
            framework=self._framework(),
        )
        return self._model(execution, profiled, cluster)

    def _stage(
        self, id: str, profiled: Profiled, readings: Sequence[Reading], laws: Laws | None
    ) -> dsl.Stage:
        stage, note = stage_of(id, profiled.tasks, readings, laws)
        self._notes += [note] if note else []
        return stage

    # -- parts -------------------------------------------------------------------------------------------

    def _rate(self, profiled: Mapping[int, Profiled]) -> float:
        rates = {
            container: self._profiler.rate_of(container)
            for p in profiled.values()
            for container in p.containers
        }
        if len(set(rates.values())) > 1:
            one, other = list(rates)[:2]
            raise refusal(
                self._environment.containers[other].where,
                f"its cores have another speed than those of {self._environment.containers[one].name}; the "
                "language knows one speed, that of a mean core",
                "Give all containers of tasks the same processing rate.",
            )
        return next(iter(rates.values()), 1.0)

    def _own_cluster(self, stages: Mapping[int, Sequence[Reading]], rate: float) -> Cluster:
        """Return a cluster for work that is not in stages: a slot for everything that can run at once."""
        slots = max(1, len(stages))
        homes = {reading.home for readings in stages.values() for reading in readings} - {""}
        container = self._environment.containers[homes.pop()] if homes else None
        processor = self._environment.processor(container.id) if container else None
        group = dsl.NodeGroup(
            id=(container.name if container else "") or "machine",
            count=1,
            cores=processor.replicas if processor else slots,
            cores_known=processor is not None,
            processing_rate=rate,
        )
        return Cluster((group,), (dsl.ExecutorGroup(count=1, slots=slots),))

    def _beside(self, profiled: Mapping[int, Profiled]) -> float:
        """Return the CPU beside tasks for each core second of theirs, which is one for all executors."""
        busy = [p for p in profiled.values() if p.core_s > 0]
        if not busy:
            return 0.0
        mean = sum(p.beside_core_s for p in busy) / sum(p.core_s for p in busy)
        others = [p for p in busy if abs(p.beside_core_s / p.core_s - mean) > ALIKE * mean]
        if others:
            named = listed(p.profile.id for p in others)
            self._notes.append(
                f"CPU beside tasks is {mean:.3g} of theirs in all stages; the files say another in {named}"
            )
        return float(f"{mean:.10g}")

    def _framework(self) -> str:
        entry = next(step for step in walk(self._usage.program) if isinstance(step, Call))
        label = name(entry.callee.component)
        return label.removesuffix("Application") if label != "Application" else "PCM"

    def _model(
        self, execution: dsl.ExecutionArchitecture, profiled: Mapping[int, Profiled], cluster: Cluster
    ) -> dsl.PerformanceModel:
        network = self._environment.network
        model = dsl.PerformanceModel(
            name=name(self._system.root) or "PCM model",
            execution=execution,
            profiles=dsl.ResourceProfiles(
                executor=dsl.ExecutorProfile(per_task_core_second=self._beside(profiled)),
                stages=tuple(_on_hosts(p.profile, cluster) for p in profiled.values()),
            ),
            workload=self._workload(),
            resources=dsl.ResourceArchitecture(
                nodes=cluster.nodes,
                network=dsl.NetworkChannel(
                    bandwidth_bytes_per_s=network.bandwidth_bytes_per_s, latency_s=network.latency_s
                ),
            ),
            completeness=dsl.Completeness(notes=tuple(dict.fromkeys(self._notes))),
        )
        return check(model)

    def _workload(self) -> dsl.DataWorkload:
        if self._usage.data is None:
            return dsl.DataWorkload()
        size = self._quantities.known[self._usage.data]
        if isinstance(size, (bool, str)) or not 0 < size < math.inf:
            raise refusal(
                self._objects.where(self._objects.root("usagemodel")),
                f"dataSize must be a number above 0, found {size}",
                "Enter the size of the data in bytes.",
            )
        if size < LEAST_BYTES:
            return dsl.DataWorkload()
        return dsl.DataWorkload(data=(dsl.FileData(id="data", name="dataSize", size_bytes=round(size)),))


def _on_hosts(profile: dsl.StageProfile, cluster: Cluster) -> dsl.StageProfile:
    """Return a profile whose waits for the network are those of the files on nodes without executors, too.

    In the language, fetches follow the share of nodes that are others, of those with executors.
    """
    nodes = sum(group.count for group in cluster.nodes)
    placed = {group.node for group in cluster.executors}
    hosts = min(nodes, sum(g.count for g in cluster.executors)) if placed == {None} else len(placed)
    if nodes == hosts:
        return profile
    share = (1 - 1 / hosts) / (1 - 1 / nodes)
    demands = tuple(
        demand
        if demand.resource != "network"
        else demand.model_copy(update={"mean": {k: v / share for k, v in demand.mean.items()}})
        if share
        else demand.model_copy(update={"resource": "delay", "activity": "other"})
        for demand in profile.demands
    )
    return profile.model_copy(update={"demands": demands})
