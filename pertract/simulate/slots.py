"""Task slots of the executors, given to stages in turn by a driver that may need time for it.

Between two events of the simulation nothing happens but tasks ending and tasks taking their slots.
The pool plays these on a heap of its own up to the next event, which is exact and costs a third of
an event per task (benchmarks/speed). Tasks that slow each other down, as they share cores, drives or
links, do several things one after the other, which are played in the same way (`Courses`).
"""

from __future__ import annotations

import math
from array import array
from bisect import insort
from collections import deque
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush, heapreplace
from random import Random

import simpy
from simpy.events import Event

from .agenda import TaskAgenda
from .course import Courses
from .plan import Plan
from .pools import Turns
from .servers import Key
from .stage_run import StageRun
from .warmth import Warmth

_DRIVER = -1
"""Stands for a stage in the heap of tasks: then the driver is free again."""
_ALL = -1
"""Stands for an executor in a message: all executors."""


class SlotPool:
    """All slots of the application.

    Slots are offered as Spark does: when a stage is submitted, those of all executors, in random order
    of the executors and one of each executor per round; when a task ends, the slot it held. With a
    driver that needs time to launch tasks, offers wait for each other in order of arrival, like the
    messages to ``CoarseGrainedSchedulerBackend.DriverEndpoint``, and the launches of an offer follow one
    after the other.

    Parameters
    ----------
    env
        The simulation.
    plan
        Executors and nodes.
    stage_done
        Called when the last task of a stage frees its slot.
    seed
        Of the random order of executors.
    """

    def __init__(
        self,
        env: simpy.Environment,
        plan: Plan,
        stage_done: Callable[[StageRun], None],
        *,
        seed: int = 0,
    ) -> None:
        self._stage_done = stage_done
        self._executors = plan.executors
        self._busy: list[tuple[float, int, int, int]] = []  # end, stage (or _DRIVER), task, executor
        self._free = [0] * len(plan.executors)
        self._n_free = 0
        self._waiting: list[tuple[int, int]] = []  # priority, stage: stages with tasks to launch
        self._runs: dict[int, StageRun] = {}
        self._agenda = TaskAgenda(env)
        self._gone: set[int] = set()
        self._here: set[int] = set()
        self._turns = Turns(plan)
        self._warmth = Warmth(plan)
        self._random = Random(seed)
        self._driven = plan.driver_launch_s > 0 or any(stage.launch_interval_s for stage in plan.stages)
        self._driver_free_s = 0.0
        self._inbox: deque[int] = deque()  # executors with a slot that became free, or _ALL
        self._courses = Courses(self._agenda, plan, self._runs, self._shared_task_ended)
        self.servers, self.background = self._courses.servers, self._courses.background
        self._moves = plan.bandwidth is not None
        self._shares = [self._moves or executor.node in self.servers for executor in plan.executors]
        self._sharing = any(self._shares)
        self._at = self._agenda.simulate_at
        for i, executor in enumerate(plan.executors):
            self._at(executor.registered_s, partial(self._register, i))
            if executor.removed_s is not None:
                self._at(executor.removed_s, partial(self._remove, i))

    # -- executors -------------------------------------------------------------------------------

    def _register(self, executor: int, _: Event) -> None:
        self._here.add(executor)
        self._free[executor] = self._executors[executor].slots
        self._n_free += self._free[executor]
        self._warmth.arrive(executor, self._executors[executor], self._runs.values())
        self._fill()
        self.advance()

    def _remove(self, executor: int, _: Event) -> None:
        others_come = len(self._here) + len(self._gone) < len(self._executors)
        if self._here == {executor} and not others_come:
            self.advance()  # it stays: the log's removal times are those of the measured schedule
            return
        self._here.discard(executor)
        self._gone.add(executor)
        self._n_free -= self._free[executor]
        self._free[executor] = 0
        self._warmth.leave(executor)
        self.advance()

    # -- stages ----------------------------------------------------------------------------------

    def submit(self, run: StageRun) -> None:
        """Offer slots to the tasks of a stage from now on."""
        self._runs[run.index] = run
        if self._sharing:
            run.ends_s = array("d", [math.nan]) * run.left
        if self._moves:
            run.drive_s, run.network_s = (array("d", [0.0]) * run.left for _ in range(2))
        self._warmth.begin(run)
        insort(self._waiting, (run.priority, run.index))
        self._fill()

    def waiting(self) -> list[int]:
        """Return the stages that still have tasks to launch."""
        return [stage for _, stage in self._waiting]

    # -- offers ----------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Offer all free slots."""
        if not self._driven:
            self._offer_all(self._agenda.now_s)
        else:
            self._message(_ALL, self._agenda.now_s)

    def _refill(self, _: Event) -> None:
        self._fill()
        self.advance()

    def _message(self, about: int, now: float) -> None:
        """Tell the driver of free slots; it looks at them when it has launched what came before."""
        self._inbox.append(about)
        if len(self._inbox) == 1:
            self._read(now)

    def _read(self, now: float) -> None:
        """Let the driver answer what it was told, until it is busy."""
        while self._inbox and self._driver_free_s <= now:
            about = self._inbox.popleft()
            if about == _ALL:
                self._offer_all(now)
            elif about not in self._gone:
                self._offer_one(about, now)
            elif self._n_free:  # a limited stage may go on, but not on this slot
                self._offer_all(now)
        if self._inbox:
            heappush(self._busy, (self._driver_free_s, _DRIVER, 0, 0))

    def _offer_all(self, now: float) -> None:
        if self._waiting and self._n_free:
            executors = [executor for executor, free in enumerate(self._free) if free]
            if len(executors) > 1:
                self._random.shuffle(executors)
            self._offer(executors, now)

    def _offer_one(self, executor: int, now: float) -> None:
        """Offer a slot that has become free."""
        if not self._waiting:
            self._free[executor] += 1
            self._n_free += 1
        else:
            run = self._runs[self._order()[0] if self._turns.fair else self._waiting[0][1]]
            self._launch(run, executor, now)
            if run.begun == run.pause_at:
                self._waiting.remove((run.priority, run.index))

    def _order(self) -> list[int]:
        """Return the waiting stages in the order in which one offer goes round them."""
        running = {stage: run.begun - len(run.slot_s) + run.left for stage, run in self._runs.items()}
        return self._turns.order(self._waiting, running)

    def _offer(self, executors: list[int], now: float) -> None:
        """Launch tasks of the stages in turn, one per executor and round, until no slot is free."""
        free = self._free
        for stage in self._order():
            run = self._runs[stage]
            offered = [executor for executor in executors if free[executor]]
            if not offered:
                return
            plain = not (self._driven or self._sharing or run.pays)
            while offered and run.begun < run.pause_at:
                offered = offered[: run.pause_at - run.begun]
                self._n_free -= len(offered)
                for executor in offered:
                    free[executor] -= 1
                    if plain:  # as `_launch`, without asking for each task what is rare
                        task = run.begun
                        heappush(self._busy, (now + run.slot_s[task], stage, task, executor))
                        run.starts_s.append(now)
                        run.executors.append(executor)
                        run.begun = task + 1
                    else:
                        self._launch(run, executor, now)
                offered = [executor for executor in offered if free[executor]]
            if run.begun == run.pause_at:
                self._waiting.remove((run.priority, stage))

    def _launch(self, run: StageRun, executor: int, now: float) -> None:
        """Start the next task of a stage on a slot that no longer counts as free."""
        stage, task = run.index, run.begun
        run.begun = task + 1
        launch = now
        if self._driven:
            launch = max(now, self._driver_free_s)
            self._driver_free_s = launch + run.launch_s
        if run.pays:
            self._warmth.pay(run, task, executor)
        run.starts_s.append(launch)
        run.executors.append(executor)
        if not self._shares[executor]:
            heappush(self._busy, (launch + run.slot_s[task], stage, task, executor))
        elif launch > now:
            self._agenda.at(launch, self._courses.begin, (stage, task, executor))
        else:
            self._courses.begin((stage, task, executor))

    # -- tasks that end --------------------------------------------------------------------------

    def advance(self) -> None:
        """Let tasks end, and others take their slots, up to the next event of the simulation."""
        self._agenda.begin()
        while self._agenda.play(self._busy):
            self._play_alone()

    def _play_alone(self) -> None:
        """Let tasks end that share nothing, until something else happens."""
        busy, waiting, runs, gone = self._busy, self._waiting, self._runs, self._gone
        fair, driven = self._turns.fair, self._driven
        agenda = self._agenda
        horizon = agenda.horizon_s
        while busy and busy[0][0] <= horizon:
            now, stage, task, executor = busy[0]
            if stage == _DRIVER:
                heappop(busy)
                agenda.now_s = now
                self._read(now)
                horizon = agenda.horizon_s
                continue
            run = runs[stage]
            run.left -= 1
            if run.limited:
                self._resume(run)
            if driven:
                heappop(busy)
                agenda.now_s = now
                self._message(executor, now)
                horizon = agenda.horizon_s
            elif waiting and executor not in gone:
                # The shortest way for a slot that is taken again at once: one heap operation.
                following = self._order()[0] if fair else waiting[0][1]
                successor = runs[following]
                begun = successor.begun
                if successor.pays:
                    self._warmth.pay(successor, begun, executor)
                heapreplace(busy, (now + successor.slot_s[begun], following, begun, executor))
                successor.starts_s.append(now)
                successor.executors.append(executor)
                begun += 1
                successor.begun = begun
                if begun == successor.pause_at:
                    waiting.remove((successor.priority, following))
            else:
                heappop(busy)
                if executor not in gone:
                    self._free[executor] += 1
                    self._n_free += 1
                elif waiting and self._n_free:  # a limited stage may go on, but not on this slot
                    self._at(now, self._refill)
                    horizon = min(horizon, now)
            if not run.left:
                self._finish(run, task, now)
                horizon = min(horizon, now)

    def _resume(self, run: StageRun) -> None:
        """Allow a limited stage one more launch, because one of its tasks has ended."""
        if run.surplus:
            run.surplus -= 1
        elif run.pause_at < len(run.slot_s):
            if run.begun == run.pause_at:
                insort(self._waiting, (run.priority, run.index))
            run.pause_at += 1

    def _finish(self, run: StageRun, task: int, now: float) -> None:
        run.last = task
        run.ended_s = now
        del self._runs[run.index]
        self._at(now, lambda _: self._ended(run))

    def _ended(self, run: StageRun) -> None:
        self._stage_done(run)
        self.advance()

    def _shared_task_ended(self, key: Key) -> None:
        stage, task, executor = key
        now = self._agenda.now_s
        run = self._runs[stage]
        run.ends_s[task] = now
        run.left -= 1
        if run.limited:
            self._resume(run)
        if self._driven:
            self._message(executor, now)
        elif executor not in self._gone:
            self._offer_one(executor, now)
        else:
            self._offer_all(now)
        if not run.left:
            self._finish(run, task, now)
