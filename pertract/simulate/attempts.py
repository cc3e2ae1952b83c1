"""What a stage and its executors do, attempt by attempt."""

from __future__ import annotations

from array import array
from bisect import insort
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .draw import Tasks
from .stage import StagePlan

if TYPE_CHECKING:
    from .locality import DelayScheduling
    from .slow_start import EarlyTasks


@dataclass(slots=True, eq=False)
class Attempt:
    """One try to run one task."""

    stage: LiveStage
    number: int
    """Position among all attempts of the stage."""
    task: int
    worker: Worker
    start_s: float
    slot_s: float
    cpu_s: float
    working_s: float
    """When it began to do other things than reading and fetching; infinite before."""
    behind_s: float = 0.0
    """Part of its slot time that is over when it begins with these, where it waited for another stage."""
    alive: bool = True
    """Whether it neither ended nor was killed."""


@dataclass(slots=True, eq=False)
class Worker:
    """An executor: there or gone, and what it runs."""

    index: int
    slots: int
    node: int
    registered_s: float
    removed_s: float | None = None
    free: int = 0
    running: dict[Attempt, None] = field(default_factory=dict)
    """Attempts it runs, in order of launch."""
    idle_since_s: float = 0.0
    outputs: dict[LiveStage, None] = field(default_factory=dict)
    """Stages of which it holds output."""


class LiveStage:
    """State of one stage whose tasks may run more than once.

    Parameters
    ----------
    index, plan, tasks
        The stage and its drawn tasks.
    at_first
        Slots of the application: so many first launches do not count for the limit of usable slots.
    launch_s
        How long a launch keeps the driver busy.
    """

    def __init__(self, index: int, plan: StagePlan, tasks: Tasks, *, at_first: int, launch_s: float) -> None:
        self.index, self.plan, self.tasks = index, plan, tasks
        self.priority = plan.priority
        self.launch_s = launch_s
        self._at_first = at_first
        self.pending: deque[int] = deque(range(len(tasks.slot_s)))
        """Tasks to launch, next one first."""
        self.waits: DelayScheduling | None = None
        """How long tasks wait for a slot near their data; None if they do not."""
        self.early: EarlyTasks | None = None
        """How its tasks start before the stage before has ended; None if they do not."""
        self.copies: list[int] = []
        """Slow tasks to launch once more."""
        self.current: dict[int, list[Attempt]] = {}
        """Running attempts of each task."""
        self.running = 0
        self.where: dict[int, Worker] = {}
        """Executor on which each task succeeded."""
        self.lost: set[int] = set()
        """Tasks that succeeded, but whose output was lost after the end of the stage."""
        self.blocked = False
        """Whether output of an earlier stage must be made again first."""
        self.active = True
        """Whether tasks are left, for the first time or because output was lost."""
        self.ended = False
        """Whether all tasks have succeeded once."""
        self.durations_s: list[float] = []
        """Times of successful attempts, ascending."""
        # One value per attempt.
        self.starts_s = array("d")
        self.ends_s = array("d")
        self.executors = array("i")
        self.group = array("l")
        self.slot_s: list[float] = []
        self.cpu_s: list[float] = []
        self.shared: list[int] = []
        """Attempts that shared the cores of their node."""
        self.drive_s = array("d")
        """Time of each attempt on drives whose bandwidth is shared; empty where none is."""
        self.network_s = array("d")
        """The same for the network."""
        self.last = -1
        self.ended_s = 0.0
        # What `Warmth` counts.
        self.first_s = plan.warm_up_s - plan.dispatch_s
        self.first_cpu_s = plan.warm_up_cpu_s
        self.warmed: dict[int, int] = {}
        self.fresh = 0
        self.pays = self.paid = False

    @property
    def turn(self) -> float:
        """Its place in FIFO order."""
        return self.early.turn if self.early else self.priority

    @property
    def left(self) -> int:
        """Tasks that have not succeeded, or whose output was lost."""
        return len(self.tasks.slot_s) - len(self.where)

    def may_launch(self) -> bool:
        """Return whether there is something to launch, within the limit of usable slots."""
        if self.blocked or not (self.pending or self.copies):
            return False
        if self.early and not self.early.may_launch():
            return False
        most = self.plan.usable_slots
        return most is None or len(self.starts_s) < self._at_first or self.running < most

    def next_task(self, worker: Worker) -> int | None:
        """Take the next task for an executor; copies only of tasks that run on no executor of its node.

        As ``TaskSetManager.dequeueTask``, whose copies avoid the host of the first attempt.
        """
        if self.pending:
            return self.pending.popleft()
        for position, task in enumerate(self.copies):
            if all(attempt.worker.node != worker.node for attempt in self.current.get(task, ())):
                return self.copies.pop(position)
        return None

    def again(self, tasks: list[int]) -> None:
        """Put tasks back that must run again; Spark takes these before all others."""
        self.pending.extendleft(reversed(tasks))
        if self.waits:
            self.waits.again(tasks)

    def draw_anew(self, rng: np.random.Generator) -> tuple[int, float, float]:
        """Return group, slot time and CPU of an attempt that is drawn by itself."""
        plan = self.plan
        group = int(rng.choice(len(plan.weights), p=plan.weights / plan.weights.sum()))
        cpu_s = float(plan.cpu_s[group])
        slot_s = float(plan.duration_s[group]) + plan.dispatch_s
        if plan.handling_s:
            slot_s = max(slot_s - plan.handling_s, cpu_s)
        return group, slot_s, cpu_s

    def succeeded(self, attempt: Attempt, now: float) -> None:
        """Note the first success of a task."""
        self.where[attempt.task] = attempt.worker
        attempt.worker.outputs[self] = None
        insort(self.durations_s, now - attempt.start_s)
        if not self.ended:
            self.last, self.ended_s = attempt.number, now

    def executed(self) -> Tasks:
        """Return all attempts with the times they really had."""
        return Tasks(np.array(self.slot_s), np.array(self.cpu_s), np.frombuffer(self.group, dtype="l"))
