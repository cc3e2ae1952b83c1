"""One simulated execution of a plan, on SimPy."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import simpy

from ..errors import Deadlock
from .attempts import LiveStage
from .draw import Tasks, draw
from .plan import Plan
from .scheduler import TaskScheduler
from .slow_start import EarlyTasks
from .slots import SlotPool
from .stage_run import StageRun


@dataclass(frozen=True, slots=True)
class StageTrace:
    """What happened to one stage."""

    submitted_s: float
    ended_s: float
    starts_s: np.ndarray
    """Launch of each task, shape ``(n_tasks,)``."""
    ends_s: np.ndarray
    """End of each task, shape ``(n_tasks,)``."""
    executors: np.ndarray
    """Executor of each task, shape ``(n_tasks,)``."""
    tasks: Tasks
    last: int
    """Task that ended last."""
    shared: np.ndarray | None
    """Tasks that shared the cores of their node with more tasks than cores; None for none."""
    moved_s: np.ndarray | None = None
    """Time of each task on drives and network whose bandwidth is shared, beside the times of ``tasks``.

    Shape ``(2, n_tasks)``; None where none is shared.
    """


@dataclass(frozen=True, slots=True)
class Trace:
    """What happened in one simulated execution; times in seconds after application start."""

    plan: Plan
    begin_s: list[float]
    """When each graph node could begin."""
    end_s: list[float]
    """When each graph node ended."""
    trigger: list[int]
    """The predecessor that ended last, or -1."""
    stages: list[StageTrace]
    core_s: list[list[tuple[float, float]]] = field(default_factory=list)
    """For each node with shared cores: times and core seconds served until then."""
    offers_seed: int = 0
    """Seed of the order in which executors were offered."""

    @property
    def response_time_s(self) -> float:
        """End of the last graph node."""
        return max(self.end_s, default=0.0)

    @property
    def job_span_s(self) -> float:
        """First job start to last job end."""
        if not self.plan.job_starts:
            return 0.0
        begin = min(self.begin_s[node] for node in self.plan.job_starts)
        return max(self.end_s[node] for node in self.plan.job_ends) - begin


def simulate(plan: Plan, rng: np.random.Generator, *, record: bool = True, stepwise: bool = False) -> Trace:
    """Return the trace of one replication.

    Every stage draws from a stream of its own, so that a stage with other tasks changes no other.

    Parameters
    ----------
    plan
        The compiled model.
    rng
        Source of randomness; the same state gives the same trace.
    record
        Whether to keep what every task did; otherwise ``stages`` stays empty, and memory does not grow
        with the number of tasks, unless executors are lost or allocated dynamically.
    stepwise
        Whether every task is to have an event of its own even where the plan does not ask for it. The
        result is the same, but takes longer.

    Raises
    ------
    Deadlock
        If tasks are left but no executor will offer a slot.
    """
    return _Execution(plan, rng, record=record, stepwise=stepwise or plan.stepwise).run()


class _Execution:
    def __init__(self, plan: Plan, rng: np.random.Generator, *, record: bool, stepwise: bool) -> None:
        self.plan = plan
        self.record = record
        self.env = simpy.Environment()
        self.seeds = rng.integers(1 << 63, size=len(plan.stages))
        self.offers_seed = int(rng.integers(1 << 63))
        self.pool: SlotPool | TaskScheduler
        if stepwise:
            self.pool = TaskScheduler(self.env, plan, self._stage_ended, seed=self.offers_seed)
        else:
            self.pool = SlotPool(self.env, plan, self._stage_done, seed=self.offers_seed)
        self.job_of = {node: plan.ids[node].removesuffix(":end") for node in plan.job_ends}
        self.tasks: dict[int, Tasks] = {}
        n = len(plan.ids)
        self.begin_s, self.end_s, self.trigger = [0.0] * n, [0.0] * n, [-1] * n
        self.waits_for = list(plan.waits_for)
        self.node_of = {stage: node for node, stage in enumerate(plan.stage_of) if stage >= 0}
        self.traces: list[StageTrace | None] = [None] * len(plan.stages)
        self.unfinished = n
        self.early: dict[int, EarlyTasks] = {}
        """Stages whose tasks may start although they have to wait for another one."""

    def run(self) -> Trace:
        self.env.timeout(0).callbacks.append(self._begin)
        self.env.run()
        if self.unfinished:
            waiting = [self.plan.stages[s].id for s in self.pool.waiting()]
            raise Deadlock(
                f"tasks of {', '.join(waiting[:3])} wait for slots, but every executor has left",
                hint="Give the number of executors with --executors.",
            )
        plan = self.plan
        if isinstance(self.pool, TaskScheduler):
            plan = replace(plan, executors=self.pool.executors())
            if self.record:
                for stage in self.pool.stages.values():
                    self.traces[stage.index] = self._executed(stage)
        return Trace(
            plan=plan,
            begin_s=self.begin_s,
            end_s=self.end_s,
            trigger=self.trigger,
            stages=[trace for trace in self.traces if trace is not None],
            offers_seed=self.offers_seed,
            core_s=[server.history for server in self.pool.servers.values()],
        )

    def _begin(self, _: Any) -> None:
        self._ready([node for node, count in enumerate(self.plan.waits_for) if not count])
        self.pool.advance()

    def _ready(self, nodes: list[int]) -> None:
        """Start nodes that become ready at one moment; their stages get slots by priority."""
        stages = []
        while nodes:  # a loop, not recursion: chains of job boundaries can be long
            node = nodes.pop()
            self.begin_s[node] = self.env.now
            if (stage := self.plan.stage_of[node]) in self.early:
                self.early.pop(stage).tail_ended(self._ends_s(self.plan.slow_starts[stage][0]))
            elif stage >= 0:
                stages.append(stage)
            elif self.plan.delay_s[node] > 0:
                self._later(node, self.plan.delay_s[node])
            else:
                nodes += self._ended(node)
        for stage in sorted(stages, key=lambda s: self.plan.stages[s].priority):
            self._submit(stage)
            self._submit_early(stage)

    def _submit_early(self, tail: int) -> None:
        """Submit the stages whose tasks may start before this one has ended."""
        for head, (stage, rules) in self.plan.slow_starts.items():
            if stage == tail and isinstance(self.pool, TaskScheduler):
                live = self._live(head)
                self.early[head] = EarlyTasks(self.pool, live, self.pool.stages[tail], rules)
                self.pool.submit(live)

    def _ends_s(self, stage: int) -> list[float]:
        assert isinstance(self.pool, TaskScheduler)
        return list(self.pool.stages[stage].ends_s)

    def _submit(self, stage: int) -> None:
        if isinstance(self.pool, TaskScheduler):
            self.pool.submit(self._live(stage))
            self.pool.background.stage_started()
            return
        plan = self.plan.stages[stage]
        tasks = draw(plan, np.random.default_rng(self.seeds[stage]))
        launch_s = max(self.plan.driver_launch_s, plan.launch_interval_s)
        self.tasks[stage] = tasks
        run = StageRun(
            stage,
            plan.priority,
            tasks.slot_s.tolist(),
            tasks.cpu_s.tolist(),
            most=plan.usable_slots,
            at_first=self.plan.slots,
            launch_s=launch_s,
            first_s=plan.warm_up_s - plan.dispatch_s,
            first_cpu_s=plan.warm_up_cpu_s,
            volumes=plan.volumes,
        )
        self.pool.submit(run)
        self.pool.background.stage_started()

    def _live(self, stage: int) -> LiveStage:
        plan = self.plan.stages[stage]
        tasks = draw(plan, np.random.default_rng(self.seeds[stage]))
        launch_s = max(self.plan.driver_launch_s, plan.launch_interval_s)
        return LiveStage(stage, plan, tasks, at_first=self.plan.slots, launch_s=launch_s)

    def _later(self, node: int, delay_s: float) -> None:
        def over(_: Any = None) -> None:
            self._end(node)
            self.pool.advance()

        if not self.pool.background.delay(delay_s, over):
            self.env.timeout(delay_s).callbacks.append(over)

    def _stage_done(self, run: StageRun) -> None:
        stage = self.plan.stages[run.index]
        tasks = self.tasks.pop(run.index)
        node = self.node_of[run.index]
        if self.record:
            self.traces[run.index] = self._trace(run, tasks, self.begin_s[node], stage.handling_s)
        self._noted(node, stage.handling_s)

    def _stage_ended(self, stage: LiveStage) -> None:
        self._noted(self.node_of[stage.index], stage.plan.handling_s)

    def _noted(self, node: int, handling_s: float) -> None:
        """End the node of a stage when the driver has noted the end of its last task."""
        if handling_s:
            self._later(node, handling_s)
        else:
            self._end(node)

    def _executed(self, stage: LiveStage) -> StageTrace:
        return StageTrace(
            self.begin_s[self.node_of[stage.index]],
            stage.ended_s + stage.plan.handling_s,
            np.frombuffer(stage.starts_s),
            np.frombuffer(stage.ends_s),
            np.frombuffer(stage.executors, dtype=np.intc),
            stage.executed(),
            stage.last,
            np.array(stage.shared) if stage.shared else None,
            np.array([stage.drive_s, stage.network_s]) if stage.drive_s else None,
        )

    def _trace(self, run: StageRun, tasks: Tasks, begin_s: float, handling_s: float) -> StageTrace:
        if run.paid:
            tasks = replace(tasks, slot_s=np.array(run.slot_s), cpu_s=np.array(run.cpu_s))
        starts = np.frombuffer(run.starts_s)
        executors = np.frombuffer(run.executors, dtype=np.intc)
        ends, shared = starts + tasks.slot_s, None
        if run.ends_s:
            ends = np.where(np.isnan(run.ends_s), ends, run.ends_s)
            crowded = np.array([executor.node in self.pool.servers for executor in self.plan.executors])
            shared = np.flatnonzero(crowded[executors])
        return StageTrace(
            begin_s,
            run.ended_s + handling_s,
            starts,
            ends,
            executors,
            tasks,
            run.last,
            shared if shared is not None and len(shared) else None,
            np.array([run.drive_s, run.network_s]) if run.drive_s else None,
        )

    def _end(self, node: int) -> None:
        self._ready(self._ended(node))

    def _ended(self, node: int) -> list[int]:
        """Note the end of a node and return the nodes that waited for nothing else."""
        self.end_s[node] = self.env.now
        self.unfinished -= 1
        if node in self.job_of and isinstance(self.pool, TaskScheduler):
            self.pool.job_ended(self.job_of[node])
        if not self.unfinished and isinstance(self.pool, TaskScheduler):
            self.pool.stopped = True
        ready = []
        for successor in self.plan.successors[node]:
            self.waits_for[successor] -= 1
            if not self.waits_for[successor]:
                self.trigger[successor] = node
                ready.append(successor)
        return ready
