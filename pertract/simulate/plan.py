"""Compile a model and a configuration to flat arrays; the only reader of the language here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import dsl
from ..dsl.graph import flatten
from ..errors import SimulationError
from .configuration import Configuration, ExecutorPlan
from .policies import Allocation, Speculation

Floats = NDArray[np.float64]

MOST_TASKS = 20_000_000
"""Most tasks of one stage that fit into memory."""

DEFAULT_POOL = "default"
"""Scheduler pool of jobs that name none."""

CAUSES = ("scheduling", "cpu", "gc", "drive", "network", "other")
"""What a task spends its time on, for the breakdown of the response time."""

_SCHEDULING = ("scheduling", "deserialisation", "result")


def _cause(demand: dsl.Demand) -> str:
    """Return where a demand counts in `CAUSES`."""
    match demand.resource:
        case "cpu":
            return "gc" if demand.activity == "garbage_collection" else "cpu"
        case "drive_read" | "drive_write":
            return "drive"
        case "network":
            return "network"
    return "scheduling" if demand.activity in _SCHEDULING else "other"


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
class StagePlan:
    """One stage, ready to draw tasks from."""

    id: str
    name: str
    job: str
    priority: int
    """Stages with smaller priority get slots first (FIFO by job, then by stage)."""
    tasks: int
    """Task attempts to run."""
    weights: Floats
    """Calibration attempts in each group, shape ``(n_groups,)``."""
    causes_s: Floats
    """Seconds by cause of `CAUSES` and group, shape ``(6, n_groups)``."""
    launch_order: Floats | None = None
    """Mean position of each group in the order of launch, 0 to 1; None for a random order."""
    warm_up_s: float = 0.0
    """Extra time of the first task on each slot."""
    warm_up_cpu_s: float = 0.0
    """The CPU in it."""
    usable_slots: int | None = None
    """Most slots the stage can hold after its first wave; None for all."""
    dispatch_s: float = 0.0
    """Time a slot stays empty between two tasks; the first task on a slot does not pay it."""
    launch_interval_s: float = 0.0
    """How long a launch keeps the driver busy, if that is longer than usual."""
    pool: str | None = None
    """Scheduler pool of the job; None for the default pool."""
    barrier: bool = False
    """Whether all tasks must start together."""
    handling_s: float = 0.0
    """Time from the freeing of a slot to the noted end of its task."""

    @property
    def duration_s(self) -> Floats:
        """Time in a slot by group, shape ``(n_groups,)``."""
        return np.asarray(self.causes_s.sum(axis=0))

    @property
    def cpu_s(self) -> Floats:
        """CPU, garbage collection included, by group, shape ``(n_groups,)``."""
        return np.asarray(self.causes_s[1] + self.causes_s[2])


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
    executor_start_core_s: float = 0.0
    """CPU of each executor outside tasks, once."""
    cpu_per_task_cpu: float = 0.0
    """CPU of executors outside tasks per CPU of tasks."""
    driver_launch_s: float = 0.0
    """How long launching a task keeps the driver busy."""
    allocation: Allocation | None = None
    """How executors come and go with the load; None where ``executors`` says it."""
    speculation: Speculation | None = None
    """When slow tasks are copied; None for never."""
    losses_s: tuple[float, ...] = ()
    """When executors die."""
    shuffle_service: bool = False
    """Whether shuffle output outlives its executor."""
    executor_start_s: float = 0.0
    """Time in which another executor takes the place of a lost one."""
    cold_s: float = 0.0
    """Extra time of the first task on each slot of an executor, whatever its stage."""
    cold_cpu_s: float = 0.0
    """The CPU in it."""

    @property
    def stepwise(self) -> bool:
        """Whether tasks can do more than run once on executors known beforehand."""
        policies = self.allocation is not None or self.speculation is not None or bool(self.losses_s)
        return policies or any(stage.barrier for stage in self.stages)


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
    compiler = _StageCompiler(configuration, profiles)
    jobs = {job.id: job for job in model.execution.jobs}
    position = {node: i for i, node in enumerate(graph)}
    ids, delays, stage_of = [], [], []
    stages: list[StagePlan] = []
    for node, data in graph.nodes(data=True):
        element = data["element"]
        ids.append(node if isinstance(node, str) else ":".join(node))
        delays.append(element.delay_s if isinstance(element, dsl.Delay) else 0.0)
        if isinstance(element, dsl.Stage):
            stage_of.append(len(stages))
            # Document order is FIFO order: by job, then by stage.
            stages.append(compiler.compile(element, jobs[data["job"]], priority=len(stages)))
        else:
            stage_of.append(-1)
    overhead = model.profiles.executor
    rate = configuration.cpu_rate
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
        executor_start_core_s=overhead.start_core_seconds / rate,
        cpu_per_task_cpu=overhead.per_task_core_second,
        allocation=configuration.allocation,
        speculation=configuration.speculation,
        losses_s=configuration.losses_s,
        shuffle_service=configuration.shuffle_service,
        executor_start_s=configuration.executor_start_s,
        driver_launch_s=model.profiles.driver.launch_s,
        cold_s=overhead.cold_s / rate,
        cold_cpu_s=overhead.cold_core_seconds / rate,
    )
    return plan, compiler.warnings()


class _StageCompiler:
    def __init__(self, configuration: Configuration, profiles: dict[str, dsl.StageProfile]) -> None:
        self._configuration = configuration
        self._profiles = profiles
        self._rates = {
            "cpu": configuration.cpu_rate,
            "drive_read": configuration.drive_rate,
            "drive_write": configuration.drive_write_rate,
            "network": configuration.network_rate,
        }
        self._without_bytes = 0
        self._stages = 0

    def warnings(self) -> list[str]:
        if self._configuration.data_scale == 1.0 or not self._without_bytes:
            return []
        return [
            f"{self._without_bytes} of {self._stages} stages moved no measured bytes; "
            "their demands are assumed not to change with the data"
        ]

    def compile(self, stage: dsl.Stage, job: dsl.Job, priority: int) -> StagePlan:
        profile = self._profiles[stage.profile]
        tasks = max(1, round(self._tasks(stage) * profile.attempts_per_task))
        if tasks > MOST_TASKS:
            raise SimulationError(
                f"{stage.id} would have {tasks:,} tasks, more than can be simulated",
                hint="Ask for less data or fewer partitions.",
            )
        if stage.barrier and tasks > self._configuration.slots:
            raise SimulationError(
                f"the {tasks} tasks of {stage.id} must start together, but there are only "
                f"{self._configuration.slots} slots",
                hint="Ask for more executors or cores, or for fewer partitions.",
            )
        variables = self._variables(profile, tasks)
        causes = np.zeros((len(CAUSES), len(profile.weights)))
        for demand in profile.demands:
            if demand.unit == "bytes":
                continue
            cause = _cause(demand)
            mean = sum(coefficient * variables[name] for name, coefficient in demand.mean.items())
            causes[CAUSES.index(cause)] += (
                mean / self._rates.get(demand.resource, 1.0) * np.array(demand.spread)
            )
        self._stages += 1
        self._without_bytes += variables["task_bytes"] == 0
        return StagePlan(
            id=stage.id,
            name=stage.name,
            job=job.id,
            priority=priority,
            pool=None if job.pool == DEFAULT_POOL else job.pool,
            tasks=tasks,
            weights=np.array(profile.weights),
            causes_s=causes,
            launch_order=np.array(profile.launch_order) if profile.launch_order else None,
            warm_up_s=profile.warm_up_s / self._configuration.cpu_rate,
            warm_up_cpu_s=profile.warm_up_core_seconds / self._configuration.cpu_rate,
            usable_slots=None
            if profile.usable_slots_ratio == 1
            else max(1, round(profile.usable_slots_ratio * self._configuration.slots)),
            barrier=stage.barrier,
            dispatch_s=profile.dispatch_s,
            launch_interval_s=profile.launch_interval_s,
            handling_s=profile.handling_s,
        )

    def _tasks(self, stage: dsl.Stage) -> int:
        """Return the number of tasks that the stage's rule gives in this configuration."""
        measured, configuration = stage.partitions.count, self._configuration
        match stage.partitions.rule:
            case "input_splits":
                return max(1, round(measured * configuration.data_scale))
            case "total_slots":
                return max(1, round(measured * configuration.slots / configuration.measured_slots))
            case "shuffle_partitions":
                return configuration.shuffle_partitions or measured
            case "default_parallelism":
                return configuration.default_parallelism or measured
        return measured

    def _variables(self, profile: dsl.StageProfile, tasks: int) -> dict[str, float]:
        entering = profile.volumes.entering_bytes * self._configuration.data_scale
        return {
            "constant": 1.0,
            "task_bytes": entering / tasks,
            "partitions": float(tasks),
            "executors": float(len(self._configuration.executors)),
        }
