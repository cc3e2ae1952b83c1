"""The plan of one stage: how many tasks it has, and what each needs, in a configuration."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .. import dsl
from ..dsl.law import evaluate
from ..dsl.profile import CAUSES, CPU_CAUSES, Variable, task_variables
from ..errors import SimulationError
from ..units import format_size
from .blocks import BlockPlaces, block_places
from .configuration import Configuration
from .dataflow import DataFlow, StageData
from .volumes import FASTEST_DRIVE_BYTES_PER_S, TaskVolumes, task_volumes

Floats = NDArray[np.float64]

MOST_TASKS = 20_000_000
"""Most tasks of one stage that fit into memory."""

DEFAULT_POOL = "default"
"""Scheduler pool of jobs that name none."""

UNEVEN = 1.5
"""Times the mean share of an executor that holds cached data, above which these lie unevenly."""

IS_CPU = np.array([cause in CPU_CAUSES for cause in CAUSES])
"""Which of `CAUSES` occupy a core."""

_GROWING = frozenset(("data", "task_data", "task_records", "task_records_log"))


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
    """Seconds by cause of `CAUSES` and group, shape ``(7, n_groups)``."""
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
    locality: dsl.Locality | None = None
    """Cached data near which its tasks prefer to run; None for none."""
    blocks: BlockPlaces | None = None
    """Where the blocks lie that its tasks read; None where they prefer no node for these."""
    cached_on: tuple[float, ...] = ()
    """Share of the data it caches on each executor; empty where that follows from the simulation."""
    volumes: TaskVolumes = field(default_factory=TaskVolumes)
    """Bytes that a task moves; ``causes_s`` has no times for these."""

    @property
    def duration_s(self) -> Floats:
        """Time in a slot by group, shape ``(n_groups,)``."""
        return np.asarray(self.causes_s.sum(axis=0))

    @property
    def cpu_s(self) -> Floats:
        """CPU of the task and of its Python worker by group, shape ``(n_groups,)``."""
        return np.asarray(self.causes_s[IS_CPU].sum(axis=0))

    @property
    def python_s(self) -> Floats:
        """CPU of the Python worker by group, shape ``(n_groups,)``; task metrics do not see it."""
        return np.asarray(self.causes_s[CAUSES.index("python")])


class StageCompiler:
    """Compiles stages one after the other, and collects what had to be assumed.

    Parameters
    ----------
    configuration
        What is predicted.
    profiles
        Resource profiles by identifier.
    data
        The data of the stages.
    workers
        Nodes of the calibration run.
    """

    def __init__(
        self,
        configuration: Configuration,
        profiles: dict[str, dsl.StageProfile],
        data: DataFlow,
        workers: tuple[dsl.NodeGroup, ...] = (),
    ) -> None:
        self._configuration = configuration
        self._profiles = profiles
        self._data = data
        self._workers = workers
        self._rates = {
            "cpu": configuration.cpu_rate,
            "drive_read": configuration.drive_rate,
            "drive_write": configuration.drive_write_rate,
            "network": configuration.network_rate,
        }
        self._without_bytes = 0
        self._stages = 0
        hosts, measured = configuration.hosts, configuration.measured_hosts
        # Of what a task fetches, (n - 1) / n lies on other nodes; blocks of its own node cost nothing.
        self._remote = (1 - 1 / hosts) / (1 - 1 / measured) if measured > 1 else 1.0
        self._only_local = 0
        self._spilling = 0
        self._data_read: set[str] = set()
        self._in_memory = 0
        self._most_needed = 0.0
        self._uneven = 0

    def warnings(self) -> list[str]:
        """Return what the compiled stages assume, one sentence each."""
        found = []
        if self._configuration.data_scale != 1.0 and self._without_bytes:
            found.append(
                f"{self._without_bytes} of {self._stages} stages moved no measured bytes; "
                "their demands are assumed not to change with the data"
            )
        if self._only_local:
            found.append(
                f"in the calibration run, {self._only_local} of {self._stages} stages found all shuffle "
                "blocks on their own node; what fetching them from other nodes takes is not predicted"
            )
        if self._in_memory and self._configuration.drive_read_bytes_per_s:
            found.append(
                f"{self._in_memory} of {self._stages} stages read again, and faster than from drives, what "
                "an earlier stage has read; they are taken to find it in memory"
            )
        if self._uneven:
            found.append(
                f"the data that {self._uneven} of {self._stages} stages cached lay unevenly on executors; "
                "with other executors they are predicted to lie where the simulated tasks run"
            )
        if self._spilling:
            needed = format_size(self._most_needed)
            limit = format_size(self._configuration.slot_memory_bytes or 0)
            found.append(
                f"tasks of {self._spilling} of {self._stages} stages may need up to {needed} of execution "
                f"memory where a slot has {limit}; the time for spilling is not predicted"
            )
        return found

    def compile(self, stage: dsl.Stage, job: dsl.Job, priority: int) -> StagePlan:
        """Return the plan of a stage.

        Raises
        ------
        SimulationError
            If the stage would have more tasks than fit into memory, or than slots where all must
            start together.
        """
        profile = self._profiles[stage.profile]
        data = self._data.of(stage)
        tasks = max(1, round(data.tasks * profile.attempts_per_task))
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
        variables = task_variables(
            entering_bytes=data.entering_bytes,
            entering_records=data.entering_records,
            tasks=tasks,
            measured_tasks=round(stage.partitions.count * profile.attempts_per_task),
            data=self._configuration.data_scale,
            executors=len(self._configuration.executors),
        )
        in_memory = self._finds_in_memory(stage, profile, data, tasks, variables)
        volumes = task_volumes(
            profile.volumes,
            data,
            self._configuration,
            tasks,
            in_memory=in_memory,
            near_blocks=stage.near_blocks,
        )
        causes = np.zeros((len(CAUSES), len(profile.weights)))
        for demand in profile.demands:
            mean = evaluate(demand.mean, variables)
            if demand.cause is None:
                larger = tasks < stage.partitions.count * profile.attempts_per_task
                self._check_memory(mean * max(demand.spread), larger=larger)
                continue
            if volumes.cover(demand.resource):
                continue
            if demand.resource == "network":
                mean *= self._remote
            causes[CAUSES.index(demand.cause)] += (
                mean / self._rates.get(demand.resource, 1.0) * np.array(demand.spread)
            )
        self._stages += 1
        self._only_local += volumes.network is None and self._comes_from_elsewhere(profile)
        self._in_memory += in_memory
        self._without_bytes += not data.entering_bytes and not _grows(profile)
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
            if profile.usable_slots_ratio == 1 or self._configuration.anywhere
            else max(1, round(profile.usable_slots_ratio * self._configuration.slots)),
            barrier=stage.barrier,
            dispatch_s=profile.dispatch_s,
            launch_interval_s=profile.launch_interval_s,
            handling_s=profile.handling_s,
            locality=stage.locality,
            cached_on=self._cached_on(stage),
            blocks=self._blocks(stage),
            volumes=volumes,
        )

    def _blocks(self, stage: dsl.Stage) -> BlockPlaces | None:
        """Return where the blocks lie that the tasks of a stage read, if they prefer to be near them."""
        if not stage.near_blocks:
            return None
        configuration = self._configuration
        return block_places(
            self._data.read_by(stage),
            self._workers,
            nodes=len(configuration.node_cores),
            measured_nodes=configuration.measured_hosts,
            network_known=configuration.network_bytes_per_s is not None,
        )

    def _cached_on(self, stage: dsl.Stage) -> tuple[float, ...]:
        """Return where the data lie that a stage caches: as measured, if the executors are as measured."""
        shares = [share for share in stage.cached_on if share]
        if shares and self._configuration.executors_as_measured:
            return stage.cached_on
        self._uneven += bool(shares) and max(shares) > UNEVEN * sum(shares) / len(shares)
        return ()

    def _comes_from_elsewhere(self, profile: dsl.StageProfile) -> bool:
        """Return whether a stage would fetch from other nodes what it found on its own."""
        volumes = profile.volumes
        local_only = volumes.shuffle_read_local_bytes > 0 and not volumes.shuffle_read_remote_bytes
        return local_only and self._configuration.hosts > 1

    def _finds_in_memory(
        self,
        stage: dsl.Stage,
        profile: dsl.StageProfile,
        data: StageData,
        tasks: int,
        variables: dict[Variable, float],
    ) -> bool:
        """Return whether a stage reads again what an earlier one has read, and faster than from drives."""
        again = not self._data_read.isdisjoint(stage.reads)
        self._data_read.update(stage.reads)
        read_s = sum(evaluate(d.mean, variables) for d in profile.demands if d.resource == "drive_read")
        read_bytes = profile.volumes.input_bytes * data.input_ratio / tasks
        return again and read_bytes > read_s * FASTEST_DRIVE_BYTES_PER_S

    def _check_memory(self, needed_bytes: float, *, larger: bool) -> None:
        """Note a stage whose tasks need more memory than a slot has, if that is new to them."""
        limit, before = self._configuration.slot_memory_bytes, self._configuration.measured_slot_memory_bytes
        if limit is None or before is None or needed_bytes <= limit:
            return
        if larger or self._configuration.data_scale > 1 or limit < before:
            self._spilling += 1
            self._most_needed = max(self._most_needed, needed_bytes)


def _grows(profile: dsl.StageProfile) -> bool:
    """Return whether a demand follows the data of the application, or the records of the stage."""
    return any(not _GROWING.isdisjoint(demand.mean) for demand in profile.demands)


def without_part(stage: StagePlan, part: str) -> StagePlan:
    """Return a stage in which a cause takes no time, or, for ``skew``, all tasks are alike."""
    causes_s = stage.causes_s.copy()
    if part == "skew":
        causes_s[:] = np.average(causes_s, axis=1, weights=stage.weights)[:, None]
    else:
        causes_s[CAUSES.index(part)] = 0.0
    volumes = stage.volumes
    if part == "drive":
        volumes = replace(volumes, drive_read=None, drive_write=None)
    elif part == "network":
        volumes = replace(volumes, network=None, remote_read=None)
    return replace(stage, causes_s=causes_s, volumes=volumes)
