"""Spark's scheduler with an event for every task, for everything that the slots alone cannot play.

`slots` is three times as fast or more, but its tasks run once, to their end, on executors known beforehand.
Where executors come and go with the load, die, or tasks are copied, this scheduler takes its place;
without any of these both give the same schedule.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from functools import partial
from random import Random

import numpy as np
import simpy
from simpy.events import Event

from .agenda import EventAgenda
from .allocation import ExecutorAllocation
from .attempts import Attempt, LiveStage, Worker
from .background import Background
from .locality import DelayScheduling, Level, Revival, preferences
from .losses import Losses
from .placement import ExecutorPlan
from .plan import Plan
from .pools import Turns
from .servers import Key, ProcessorSharing
from .speculation import Speculator
from .transfers import Transfers
from .warmth import Warmth

_ALL = None
"""Stands for an executor in a message: all executors."""


class TaskScheduler:
    """All executors of the application and the tasks on them.

    Offers are made as in `SlotPool`, to which this has the same interface.

    Parameters
    ----------
    env
        The simulation.
    plan
        Executors, nodes and policies.
    stage_done
        Called when the last task of a stage has succeeded for the first time.
    seed
        Of the random order of executors, of copies, and of the executors that are lost.
    """

    def __init__(
        self,
        env: simpy.Environment,
        plan: Plan,
        stage_done: Callable[[LiveStage], None],
        *,
        seed: int = 0,
    ) -> None:
        self.env, self.plan = env, plan
        self.rng = np.random.default_rng([seed, 1])
        self.workers: list[Worker] = []
        self.present: dict[Worker, None] = {}
        self.stopped = False
        """Whether the application has ended."""
        self.coming = 0
        """Executors that are starting."""
        self.stages: dict[int, LiveStage] = {}
        """Every stage that was ever submitted."""
        self.active: dict[int, LiveStage] = {}
        """Those with tasks left, for the first time or again."""
        self._stage_done = stage_done
        self._turns = Turns(plan)
        self._warmth = Warmth(plan)
        self._random = Random(seed)
        self._driver_free_s = 0.0
        self._inbox: deque[Worker | None] = deque()
        self._attempts: dict[tuple[int, int, int], Attempt] = {}
        agenda = EventAgenda(env)
        self._revival = Revival(self, plan.locality, self._random) if plan.locality else None
        self.servers = {
            node: ProcessorSharing(agenda, plan.node_cores[node], self._cpu_done, recorded=True)
            for node in plan.crowded_nodes()
        }
        self.background = Background(plan.background, self.servers, agenda)
        self.transfers = Transfers(env, plan.bandwidth, apart=plan.links_apart) if plan.bandwidth else None
        self.losses = Losses(self, plan) if plan.losses_s else None
        self.speculator = Speculator(self, plan.speculation) if plan.speculation else None
        self.allocation = ExecutorAllocation(self, plan.allocation) if plan.allocation else None
        for executor in plan.executors:
            self.start_executor(executor)

    def at(self, time_s: float, callback: Callable[[], None]) -> None:
        """Call back at a time, or now if that is over, unless the application has ended by then."""

        def call(_: Event) -> None:
            if not self.stopped:
                callback()

        if time_s == math.inf:
            return
        self.env.timeout(max(0.0, time_s - self.env.now)).callbacks.append(call)

    def advance(self) -> None:
        """Do nothing: every task has an event of its own."""

    def waiting(self) -> list[int]:
        """Return the stages that still have tasks to launch."""
        return [stage.index for stage in self.active.values() if stage.pending]

    # -- executors -------------------------------------------------------------------------------

    def executors(self) -> tuple[ExecutorPlan, ...]:
        """Return the executors as they came and went."""
        return tuple(ExecutorPlan(w.slots, w.node, w.registered_s, w.removed_s) for w in self.workers)

    def start_executor(self, executor: ExecutorPlan) -> None:
        """Let an executor register, and leave, at its times."""
        worker = Worker(
            len(self.workers), executor.slots, executor.node, max(executor.registered_s, self.env.now)
        )
        self.workers.append(worker)
        self.coming += 1
        self.at(worker.registered_s, partial(self._register, worker))
        if executor.removed_s is not None:
            self.at(executor.removed_s, partial(self._leave_as_measured, worker))

    def _register(self, worker: Worker) -> None:
        self.coming -= 1
        self.present[worker] = None
        worker.free = worker.slots
        worker.idle_since_s = self.env.now
        plan = ExecutorPlan(worker.slots, worker.node, worker.registered_s, None)
        self._warmth.arrive(worker.index, plan, self.active.values())
        self._executors_changed()
        if self.allocation:
            self.allocation.became_idle()
        self.offer_all()

    def _leave_as_measured(self, worker: Worker) -> None:
        alone = list(self.present) == [worker] and not self.coming
        if worker in self.present and not alone:  # removal times are those of the measured schedule
            self.remove(worker)

    def remove(self, worker: Worker) -> None:
        """Let an executor launch no more tasks."""
        del self.present[worker]
        worker.free = 0
        worker.removed_s = self.env.now
        self._warmth.leave(worker.index)
        self._executors_changed()

    def _executors_changed(self) -> None:
        for stage in self.active.values():
            if stage.waits:
                stage.waits.executors_changed()

    # -- stages ----------------------------------------------------------------------------------

    def submit(self, stage: LiveStage) -> None:
        """Offer slots to the tasks of a stage from now on."""
        self.stages[stage.index] = stage
        self.activate(stage)

    def activate(self, stage: LiveStage) -> None:
        """Let a stage launch tasks, for the first time or again."""
        stage.active = True
        self.active[stage.index] = stage
        stage.waits = self._waits(stage)
        self._warmth.begin(stage)
        if self.losses:
            self.losses.before(stage)
        if self.allocation:
            self.allocation.backlog()
        self.offer_all()

    def _waits(self, stage: LiveStage) -> DelayScheduling | None:
        """Return how long tasks wait for a slot near their data, None if they do not."""
        if self.plan.locality is None or stage.plan.locality is None:
            return None
        name = stage.plan.locality.cached_by
        source = next((other for other in self.stages.values() if other.plan.id == name), None)
        if source is None:
            return None
        places = preferences(stage, source, self.workers, self.present)
        return DelayScheduling(self.plan.locality, places, stage.pending, self.present, self.env.now)

    def job_ended(self, job: str) -> None:
        """Note that a job needs the output of its stages no more."""
        if self.allocation:
            self.allocation.job_ended(job)

    # -- offers ----------------------------------------------------------------------------------

    def offer_all(self) -> None:
        """Offer all free slots, when the driver gets to it."""
        self._message(_ALL)

    def _message(self, about: Worker | None) -> None:
        self._inbox.append(about)
        if len(self._inbox) == 1:
            self._read()

    def _read(self) -> None:
        """Let the driver answer what it was told, until it is busy."""
        while self._inbox and self._driver_free_s <= self.env.now:
            about = self._inbox[0]
            if about is not _ALL and about in self.present:
                about.free += 1
                # Slots that were refused before are offered again with one that becomes free.
                self._offer([about], most=about.free if self.plan.locality else 1)
            else:
                free = [worker for worker in self.present if worker.free]
                if len(free) > 1 and any(stage.may_launch() for stage in self.active.values()):
                    free.sort(key=lambda worker: worker.index)
                    self._random.shuffle(free)
                self._offer(free)
            self._inbox.popleft()
        if self._inbox:
            self.at(self._driver_free_s, self._read)

    def _offer(self, workers: list[Worker], most: int = -1) -> None:
        """Launch tasks of the stages in turn, one per executor and round, until no slot is free.

        All free slots are offered if there is no limit.
        """
        ready = sorted((s.turn, s.index) for s in self.active.values() if s.may_launch())
        if not ready or not workers:
            return
        running = {stage.index: stage.running for stage in self.active.values()}
        for index in self._turns.order(ready, running):
            stage = self.active[index]
            if self.losses and self.losses.fetch_fails(stage):
                continue
            if stage.plan.barrier:
                self._launch_together(stage)
            elif stage.waits and stage.pending:
                most -= self._launch_near(stage, stage.waits, workers, most)
            else:
                most -= self._launch_some(stage, workers, most)
            if not most:
                break
        if self.allocation:
            self.allocation.launched()

    def _launch_some(self, stage: LiveStage, workers: list[Worker], most: int) -> int:
        """Launch tasks of a stage, at most so many if that is not negative; return how many."""
        count, before = 0, -1
        while count != before:
            before = count
            for worker in workers:
                if count == most or not stage.may_launch():
                    return count
                if worker.free and (task := stage.next_task(worker)) is not None:
                    self._launch(stage, task, worker)
                    count += 1
        return count

    def _launch_near(self, stage: LiveStage, waits: DelayScheduling, workers: list[Worker], most: int) -> int:
        """Launch tasks of a stage, the nearest to their data first, as `_launch_some` does for others."""
        count, refused, now = 0, False, self.env.now
        nearest: Level | None = None
        for furthest in waits.levels:
            before = -1
            while count not in (before, most):
                before = count
                for worker in workers:
                    if count == most or not (worker.free and stage.pending and stage.may_launch()):
                        continue
                    taken = waits.take(worker, furthest, now)
                    if taken is None:
                        refused = refused or furthest is Level.ANY
                        continue
                    task, level = taken
                    stage.pending.remove(task)
                    self._launch(stage, task, worker)
                    nearest = level if nearest is None else min(nearest, level)
                    count += 1
        waits.offered(nearest, refused=refused, everything=most < 0, now=now)
        if refused and self._revival:
            self._revival.arm()
        return count

    def _launch_together(self, stage: LiveStage) -> None:
        """Launch all tasks of a barrier stage on all executors, if there are slots for all."""
        free = [worker for worker in self.present if worker.free]
        if len(stage.pending) <= sum(worker.free for worker in free):
            self._launch_some(stage, free, -1)

    def _launch(self, stage: LiveStage, task: int, worker: Worker) -> None:
        """Start an attempt on a free slot."""
        worker.free -= 1
        launch_s = max(self.env.now, self._driver_free_s)
        self._driver_free_s = launch_s + stage.launch_s
        others = stage.current.setdefault(task, [])
        if others:
            group, slot_s, cpu_s = stage.draw_anew(self.rng)
        else:
            drawn = stage.tasks
            group, slot_s, cpu_s = int(drawn.group[task]), float(drawn.slot_s[task]), float(drawn.cpu_s[task])
        number = len(stage.starts_s)
        stage.starts_s.append(launch_s)
        stage.ends_s.append(launch_s)
        stage.executors.append(worker.index)
        stage.group.append(group)
        stage.slot_s.append(slot_s)
        stage.cpu_s.append(cpu_s)
        if stage.pays:
            self._warmth.pay(stage, number, worker.index)
        slot_s, cpu_s = stage.slot_s[number], stage.cpu_s[number]
        working_s = launch_s if self.transfers is None else math.inf
        attempt = Attempt(stage, number, task, worker, launch_s, slot_s, cpu_s, working_s)
        others.append(attempt)
        worker.running[attempt] = None
        stage.running += 1
        server = self.servers.get(worker.node)
        key = (stage.index, number, worker.index)
        if server is not None:
            stage.shared.append(number)
            self._attempts[key] = attempt
        if self.transfers is not None:
            stage.drive_s.append(0.0)
            stage.network_s.append(0.0)
            self.at(launch_s, partial(self._read_input, attempt, self.transfers))
        elif stage.early:
            stage.early.begin(attempt)
        elif server is None:
            self.at(launch_s + attempt.slot_s, partial(self._ended, attempt))
        elif launch_s > self.env.now:
            self.at(launch_s, partial(self._compute, key, server))
        else:
            self._compute(key, server)

    # -- attempts --------------------------------------------------------------------------------

    def _read_input(self, attempt: Attempt, transfers: Transfers) -> None:
        if attempt.alive:
            transfers.read(attempt, partial(self._work, attempt))

    def _work(self, attempt: Attempt) -> None:
        """Let an attempt that has read its input do all but writing."""
        if attempt.stage.early:
            attempt.stage.early.begin(attempt)
        else:
            self.compute(attempt)

    def compute(self, attempt: Attempt) -> None:
        """Let an attempt do what is left of its time, but for writing."""
        attempt.working_s = self.env.now
        server = self.servers.get(attempt.worker.node)
        if server is None:
            self.at(self.env.now + attempt.slot_s - attempt.behind_s, partial(self._worked, attempt))
        else:
            self._compute((attempt.stage.index, attempt.number, attempt.worker.index), server)

    def _worked(self, attempt: Attempt) -> None:
        if self.transfers is None:
            self._ended(attempt)
        elif attempt.alive:
            self.transfers.write(attempt, partial(self._ended, attempt))

    def _compute(self, key: Key, server: ProcessorSharing) -> None:
        if key in self._attempts:  # or it was killed before
            demand_s = self._attempts[key].cpu_s
            server.add(key, demand_s)
            self.background.task_started(key[2], server, demand_s)

    def _cpu_done(self, key: Key) -> None:
        if key[0] < 0:
            self.background.done(key)
            return
        attempt = self._attempts[key]
        rest = attempt.slot_s - attempt.cpu_s - attempt.behind_s
        if rest > 0:
            self.at(self.env.now + rest, partial(self._worked, attempt))
        else:
            self._worked(attempt)

    def _ended(self, attempt: Attempt) -> None:
        if not attempt.alive:
            return
        stage, now = attempt.stage, self.env.now
        stage.ends_s[attempt.number] = now
        self._over(attempt)
        stage.succeeded(attempt, now)
        beaten = list(stage.current.pop(attempt.task))
        if attempt.task in stage.copies:
            stage.copies.remove(attempt.task)
        self._message(attempt.worker)
        if any(other.early for other in self.active.values()):
            self.offer_all()  # that another task has ended may let more of the next stage start
        for other in beaten:
            self.kill(other)
            self._message(other.worker)
        if self.speculator:
            self.speculator.succeeded(stage)
        if self.allocation:
            self.allocation.task_ended(attempt.worker)
        if not stage.left and stage.active:
            self._finish(stage)

    def _over(self, attempt: Attempt) -> None:
        attempt.alive = False
        self._attempts.pop((attempt.stage.index, attempt.number, attempt.worker.index), None)
        del attempt.worker.running[attempt]
        if attempt in (others := attempt.stage.current.get(attempt.task, [])):
            others.remove(attempt)
        attempt.stage.running -= 1
        if not attempt.worker.running:
            attempt.worker.idle_since_s = self.env.now

    def kill(self, attempt: Attempt) -> None:
        """End an attempt before its time; the CPU it has used counts."""
        stage, number, now = attempt.stage, attempt.number, self.env.now
        key = (stage.index, number, attempt.worker.index)
        held_s = max(0.0, now - attempt.start_s)
        worked_s = max(0.0, now - attempt.working_s)
        if self.transfers is not None:
            self.transfers.stop(attempt)
        server = self.servers.get(attempt.worker.node)
        if server is None:
            stage.cpu_s[number] *= min(1.0, worked_s / attempt.slot_s) if attempt.slot_s else 0.0
        elif worked_s == 0:
            server.remove(key)
            stage.cpu_s[number] = 0.0
        else:
            stage.cpu_s[number] -= server.remove(key)
        stage.slot_s[number] = held_s
        stage.ends_s[number] = attempt.start_s + held_s
        self._over(attempt)

    def _finish(self, stage: LiveStage) -> None:
        stage.active = False
        del self.active[stage.index]
        if not stage.ended:
            stage.ended = True
            self._stage_done(stage)
        elif self.losses:
            self.at(self.env.now + stage.plan.handling_s, partial(self.losses.made_again, stage))
