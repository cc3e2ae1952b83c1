"""Compile a model and a configuration to flat arrays; the only reader of the language here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .. import dsl
from ..dsl.graph import flatten
from ..dsl.law import LawVariable, evaluate
from .background import BackgroundWork
from .configuration import Configuration
from .dataflow import DataFlow
from .network import receivers_limit
from .placement import ExecutorPlan, measured_executors
from .policies import Allocation, LocalityWaits, Speculation
from .stage import StageCompiler, StagePlan, without_part
from .transfers import Bandwidth

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pool:
    """A scheduler pool of Spark's FAIR mode; the defaults are those of a pool that no file mentions."""

    name: str
    fair: bool = False
    """Whether its stages share its slots, instead of going one after the other."""
    weight: int = 1
    """Its share of the slots relative to other pools."""
    minimum_share: int = 0
    """Slots it gets before weights count."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the engine runs: a graph of delays and stages, and executors on nodes."""

    ids: tuple[str, ...]
    """Identifier of each graph node; job boundaries end in ``:start`` and ``:end``."""
    delay_s: tuple[float, ...]
    """Length of each delay; 0 for stages and job boundaries."""
    stage_of: tuple[int, ...]
    """Position in ``stages`` of each graph node, -1 for others."""
    successors: tuple[tuple[int, ...], ...]
    waits_for: tuple[int, ...]
    """Number of predecessors of each graph node."""
    stages: tuple[StagePlan, ...]
    executors: tuple[ExecutorPlan, ...]
    node_cores: tuple[int, ...]
    cores: int
    """Cores that CPU utilisation is relative to."""
    cores_known: bool
    """Whether these are cores of machines, of which no more than all can be busy."""
    slots: int
    """Most slots available at one time."""
    fair: bool = False
    """Whether slots are shared among pools instead of going to the first stage."""
    pools: tuple[Pool, ...] = ()
    """The pools that differ from one that no file mentions."""
    job_starts: tuple[int, ...] = ()
    """Graph nodes at which a job begins."""
    job_ends: tuple[int, ...] = ()
    """Graph nodes at which a job ends."""
    background: BackgroundWork = field(default_factory=BackgroundWork)
    """CPU outside tasks."""
    driver_launch_s: float = 0.0
    """How long launching a task keeps the driver busy."""
    allocation: Allocation | None = None
    """How executors come and go with the load; None where ``executors`` says it."""
    speculation: Speculation | None = None
    """When slow tasks are copied; None for never."""
    locality: LocalityWaits | None = None
    """How long tasks wait for a slot near their data; None if none does."""
    losses_s: tuple[float, ...] = ()
    """When executors die."""
    shuffle_service: bool = False
    """Whether shuffle output outlives its executor."""
    executor_start_s: float = 0.0
    """Time in which another executor takes the place of a lost one."""
    bandwidth: Bandwidth | None = None
    """What tasks share to move their bytes; None where times of moving are as measured."""
    cold_s: float = 0.0
    """Extra time of the first task on each slot of an executor, whatever its stage."""
    cold_cpu_s: float = 0.0
    """The CPU in it."""
    slow_starts: Mapping[int, tuple[int, dsl.SlowStart]] = field(default_factory=dict)
    """Stages whose tasks start before another one has ended: that one and the rules, by their positions."""

    @property
    def stepwise(self) -> bool:
        """Whether tasks can do more than run once, each by itself, on executors known beforehand."""
        policies = (self.allocation, self.speculation, self.locality)
        alone = all(policy is None for policy in policies) and not self.losses_s and self.links_apart
        return not alone or bool(self.slow_starts) or any(stage.barrier for stage in self.stages)

    @property
    def links_apart(self) -> bool:
        """Whether the rate of a fetch depends on the other fetches of its own node only."""
        if self.bandwidth is None or self.bandwidth.network is None:
            return True
        nodes = {executor.node for executor in self.executors}
        receivers = nodes if self.allocation is None else range(len(self.node_cores))
        return receivers_limit(self.bandwidth.shares, receivers)

    def crowded_nodes(self) -> list[int]:
        """Return the nodes where tasks, executors and the driver can want more cores than there are."""
        slots = [(executor.node, executor.slots) for executor in self.executors]
        if self.allocation is not None:
            nodes, each = len(self.node_cores), self.allocation.slots
            slots += [(number % nodes, each) for number in range(self.allocation.limit)]
        wanted, executors = Counter[int](), Counter[int]()
        for node, count in slots:
            wanted[node] += count
            executors[node] += 1
        if self.cores_known:  # otherwise the cores are just the slots: what else runs there is not known
            for node in range(len(self.node_cores)):
                wanted[node] += self.background.threads(executors[node], node)
        return [node for node, cores in enumerate(self.node_cores) if wanted[node] > cores]


def compile_plan(model: dsl.PerformanceModel, configuration: Configuration) -> tuple[Plan, list[str]]:
    """Return the plan and what had to be assumed, one sentence each.

    Raises
    ------
    CyclicExecution
        If the edges form a cycle.
    SimulationError
        If a stage would have more tasks than fit into memory, or than slots where all must start together.
    """
    graph = flatten(model.execution)
    profiles = {profile.id: profile for profile in model.profiles.stages}
    flow = DataFlow(model, graph, configuration)
    compiler = StageCompiler(configuration, profiles, flow)
    jobs = {job.id: job for job in model.execution.jobs}
    position = {node: i for i, node in enumerate(graph)}
    ids, delays, stage_of = [], [], []
    stages: list[StagePlan] = []
    for node, data in graph.nodes(data=True):
        element = data["element"]
        ids.append(node if isinstance(node, str) else ":".join(node))
        delays.append(_delay_s(element, flow.variables) if isinstance(element, dsl.Delay) else 0.0)
        if isinstance(element, dsl.Stage):
            stage_of.append(len(stages))
            # Document order is FIFO order: by job, then by stage.
            stages.append(compiler.compile(element, jobs[data["job"]], priority=len(stages)))
        else:
            stage_of.append(-1)
    background = _background(
        model.profiles, configuration, _allocated_gb(model, flow) / max(_tasks_core_s(stages), 1e-9)
    )
    start = _Start(model, configuration, background)
    delays = [
        start.length_s(delay_s) if delay_s and not graph.in_degree(node) else delay_s
        for node, delay_s in zip(graph, delays, strict=True)
    ]
    plan = Plan(
        ids=tuple(ids),
        delay_s=tuple(delays),
        stage_of=tuple(stage_of),
        successors=tuple(tuple(position[s] for s in graph.successors(node)) for node in graph),
        waits_for=tuple(graph.in_degree(node) for node in graph),
        stages=tuple(stages),
        executors=configuration.executors if configuration.allocation is None else (),
        node_cores=configuration.node_cores,
        cores=configuration.worker_cores,
        cores_known=configuration.nodes_known,
        slots=configuration.slots,
        fair=configuration.fair,
        pools=tuple(
            Pool(pool.name, pool.mode == "FAIR", pool.weight, pool.minimum_share)
            for pool in configuration.pools
        ),
        job_starts=tuple(position[job.id, "start"] for job in model.execution.jobs),
        job_ends=tuple(position[job.id, "end"] for job in model.execution.jobs),
        background=background,
        allocation=configuration.allocation,
        speculation=configuration.speculation,
        locality=_locality(configuration, stages),
        losses_s=configuration.losses_s,
        shuffle_service=configuration.shuffle_service,
        executor_start_s=configuration.executor_start_s,
        bandwidth=_bandwidth(configuration, stages),
        driver_launch_s=model.profiles.driver.launch_s,
        cold_s=model.profiles.executor.cold_s / configuration.cpu_rate,
        cold_cpu_s=model.profiles.executor.cold_core_seconds / configuration.cpu_rate,
        slow_starts=_slow_starts(model.execution, [stage.id for stage in stages], configuration),
    )
    return plan, compiler.warnings()


def _slow_starts(
    execution: dsl.ExecutionArchitecture, stages: list[str], configuration: Configuration
) -> dict[int, tuple[int, dsl.SlowStart]]:
    """Return which stages start before which others have ended; none does that waits for all of these."""
    found = {}
    for edge in (*execution.edges, *(edge for job in execution.jobs for edge in job.edges)):
        rules = edge.slow_start and configuration.slow_start(edge.slow_start)
        if rules is not None and rules.completed_ratio < 1:
            found[stages.index(edge.head)] = stages.index(edge.tail), rules
    return found


def _delay_s(delay: dsl.Delay, variables: dict[LawVariable, float]) -> float:
    return evaluate(delay.law, variables) if delay.law else delay.delay_s


def _locality(configuration: Configuration, stages: list[StagePlan]) -> LocalityWaits | None:
    """Return how long tasks wait, if any finds its data in some places and not in others."""
    local = any(stage.locality is not None for stage in stages)
    alone = len(configuration.executors) == 1
    return configuration.locality if local and not alone and not configuration.locality.none else None


def _bandwidth(configuration: Configuration, stages: list[StagePlan]) -> Bandwidth | None:
    """Return what tasks share, if any of them moves bytes over it."""
    if not any(s.volumes.drive_read or s.volumes.network or s.volumes.drive_write for s in stages):
        return None
    holders = {executor.node for executor in configuration.executors}
    return Bandwidth(
        drive_read=configuration.drive_read_bytes_per_s,
        drive_write=configuration.drive_write_bytes_per_s,
        network=configuration.network_bytes_per_s,
        shares=tuple(
            1 / len(holders) if node in holders else 0.0 for node in range(len(configuration.node_cores))
        ),
    )


def _allocated_gb(model: dsl.PerformanceModel, flow: DataFlow) -> float:
    """Return what all tasks allocate on the heap, 10^9 bytes; it follows the data that enter their stages."""
    profiles = {profile.id: profile for profile in model.profiles.stages}
    return sum(
        profiles[stage.profile].volumes.allocated_bytes * flow.of(stage).ratio / 1e9
        for stage in model.execution.stages
    )


def _tasks_core_s(stages: Sequence[StagePlan]) -> float:
    return float(sum(stage.tasks * np.average(stage.cpu_s, weights=stage.weights) for stage in stages))


def _background(
    profiles: dsl.ResourceProfiles, configuration: Configuration, gb_per_core_s: float
) -> BackgroundWork:
    """Return the work outside tasks, whose tasks allocate so much in a core second."""
    executor, driver, rate = profiles.executor, profiles.driver, configuration.cpu_rate
    collecting = executor.per_allocated_gb_core_seconds * gb_per_core_s / rate
    return BackgroundWork(
        start_core_s=executor.start_core_seconds / rate,
        warm_up_core_s=executor.warm_up_core_seconds / rate,
        # A faster core gets through the same tasks, which teach it the same, in less time.
        warm_up_task_core_s=executor.warm_up_task_core_seconds / rate,
        per_task_core_s=executor.per_task_core_second + collecting,
        per_second_cores=executor.per_second_cores / rate,
        driver_node=0 if driver.beside_executors else None,
        driver_start_core_s=driver.start_core_seconds / rate,
        driver_per_stage_core_s=driver.per_stage_core_seconds / rate,
        driver_per_delay_s=driver.per_delay_core_seconds,
    )


class _Start:
    """The time until the first job, where executors start on the driver's node."""

    def __init__(
        self, model: dsl.PerformanceModel, configuration: Configuration, background: BackgroundWork
    ) -> None:
        self._now_s = self._measured_s = 0.0
        node = background.driver_node
        if node is not None and configuration.nodes_known:
            cores = configuration.node_cores[node]
            now, measured = (
                sum(executor.node == node for executor in executors)
                for executors in (configuration.executors, measured_executors(model))
            )
            self._now_s = background.shortest_start_s(now, cores)
            self._measured_s = background.shortest_start_s(measured, cores)

    def length_s(self, delay_s: float) -> float:
        """Return how long a first delay is: as measured, or what starting takes on the node's cores.

        The calibration run cannot have needed more CPU than its node had until the first job: where the
        prior says so, it is too large by this factor.
        """
        known = min(1.0, delay_s / self._measured_s) if self._measured_s else 1.0
        return max(delay_s, known * self._now_s)


WITHOUT = ("drive", "network", "skew")
"""What a plan can do without, to learn what it costs."""


def without(plan: Plan, part: str) -> Plan:
    """Return a plan in which drives or network take no time, or all tasks of a stage are alike.

    The question of blocked-time analysis (Ousterhout et al., NSDI 2015).

    Parameters
    ----------
    plan
        The plan.
    part
        One of `WITHOUT`.
    """
    return replace(plan, stages=tuple(without_part(stage, part) for stage in plan.stages))
