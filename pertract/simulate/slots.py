"""Task slots of the executors, given to stages in FIFO order or in fair shares.

Between two events of the simulation nothing happens but tasks ending and tasks taking their slots.
The pool plays these on a heap of its own up to the next event, which is exact and costs a third of
an event per task (benchmarks/speed). Only executors whose node has fewer cores than slots go
through an event per task, because there tasks slow each other down.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush, heapreplace

import simpy
from simpy.events import Event

from .background import Background
from .plan import Plan
from .servers import Key, ProcessorSharing


class StageRun:
    """State of one stage while it runs."""

    __slots__ = (
        "begun",
        "cpu_s",
        "ended_s",
        "ends_s",
        "index",
        "interval_s",
        "last",
        "left",
        "limited",
        "next_launch_s",
        "pause_at",
        "priority",
        "slot_s",
        "starts_s",
        "surplus",
    )

    def __init__(
        self,
        index: int,
        priority: int,
        slot_s: list[float],
        cpu_s: list[float],
        *,
        most: int | None = None,
        at_first: int = 0,
        launch_interval_s: float = 0.0,
    ) -> None:
        self.index = index
        self.priority = priority
        self.slot_s = slot_s
        self.cpu_s = cpu_s
        self.begun = 0
        """Tasks launched so far; tasks launch in order."""
        self.left = len(slot_s)
        """Tasks that have not ended."""
        self.limited = most is not None and most < len(slot_s)
        """Whether the stage may hold only some of the slots."""
        self.pause_at = len(slot_s)
        """Number of launches after which the stage must wait until one of its tasks ends."""
        self.interval_s = launch_interval_s
        """Least time between two launches."""
        self.next_launch_s = 0.0
        """Before this time the driver launches no further task."""
        self.surplus = 0
        """Slots beyond the limit that the first wave took, to be given back."""
        if most is not None and self.limited:
            self.pause_at = min(max(most, at_first), len(slot_s))
            self.surplus = self.pause_at - most
        self.starts_s: list[float] = []
        """Launch time of each task."""
        self.ends_s: dict[int, float] = {}
        """End of each task that shared its node's cores; elsewhere it is start plus slot time."""
        self.last = -1
        """Task that ended last."""
        self.ended_s = 0.0

    def paced(self, now: float) -> float:
        """Return when a task that has a slot now is launched, and count the launch."""
        launch = max(now, self.next_launch_s)
        self.next_launch_s = launch + self.interval_s
        return launch


class SlotPool:
    """All slots of the application.

    Parameters
    ----------
    env
        The simulation.
    plan
        Executors and nodes.
    stage_done
        Called when the last task of a stage frees its slot.
    """

    def __init__(self, env: simpy.Environment, plan: Plan, stage_done: Callable[[StageRun], None]) -> None:
        self._env = env
        self._stage_done = stage_done
        self._executors = plan.executors
        self._busy: list[tuple[float, int, int, int]] = []  # end, stage, task, executor
        self._free: deque[int] = deque()
        self._waiting: list[tuple[int, int]] = []  # priority, stage: stages with tasks to launch
        self._runs: dict[int, StageRun] = {}
        self._gone: set[int] = set()
        self._here: set[int] = set()
        self._fair = plan.fair
        self._pools = [stage.pool for stage in plan.stages]
        self.servers = self._contended_nodes(plan)
        self._server_of = [self.servers.get(e.node) for e in plan.executors]
        self.background = Background(plan.background, self._server_of, self.servers)
        for i, executor in enumerate(plan.executors):
            self._at(executor.registered_s, partial(self._register, i))
            if executor.removed_s is not None:
                self._at(executor.removed_s, partial(self._remove, i))

    def _contended_nodes(self, plan: Plan) -> dict[int, ProcessorSharing]:
        wanted, executors = Counter[int](), Counter[int]()
        for executor in plan.executors:
            wanted[executor.node] += executor.slots
            executors[executor.node] += 1
        if plan.cores_known:  # otherwise the cores are just the slots: what else runs there is not known
            for node in range(len(plan.node_cores)):
                wanted[node] += plan.background.threads(executors[node], node)
        return {
            node: ProcessorSharing(self._env, cores, self._cpu_done, self.advance)
            for node, cores in enumerate(plan.node_cores)
            if wanted[node] > cores
        }

    def _at(self, time_s: float, callback: Callable[[Event], None]) -> None:
        self._env.timeout(max(0.0, time_s - self._env.now)).callbacks.append(callback)

    # -- executors -------------------------------------------------------------------------------

    def _register(self, executor: int, _: Event) -> None:
        self._here.add(executor)
        self._free.extend([executor] * self._executors[executor].slots)
        self._fill()
        self.advance()

    def _remove(self, executor: int, _: Event) -> None:
        others_come = len(self._here) + len(self._gone) < len(self._executors)
        if self._here == {executor} and not others_come:
            self.advance()  # it stays: the log's removal times are those of the measured schedule
            return
        self._here.discard(executor)
        self._gone.add(executor)
        self._free = deque(e for e in self._free if e != executor)
        self.advance()

    # -- stages ----------------------------------------------------------------------------------

    def submit(self, run: StageRun) -> None:
        """Offer slots to the tasks of a stage from now on."""
        self._runs[run.index] = run
        insort(self._waiting, (run.priority, run.index))
        if self.servers and len(self._free) > 1:
            self._spread()
        self._fill()

    def waiting(self) -> list[int]:
        """Return the stages that still have tasks to launch."""
        return [stage for _, stage in self._waiting]

    def _spread(self) -> None:
        """Order free slots round robin over executors, as Spark offers them."""
        seen: Counter[int] = Counter()
        ranked = []
        for executor in self._free:
            ranked.append((seen[executor], executor))
            seen[executor] += 1
        self._free = deque(executor for _, executor in sorted(ranked))

    def _fill(self) -> None:
        now = self._env.now
        while self._waiting and self._free:
            self._launch(now, self._free.popleft())

    def _refill(self, _: Event) -> None:
        self._fill()
        self.advance()

    def _fairest(self) -> int:
        """Return the position of the waiting stage whose pool runs the fewest tasks.

        As ``FairSchedulingAlgorithm`` of Spark with equal weights and no minimum shares. Stages of one
        pool take turns in FIFO order; every stage outside named pools is a pool of its own.
        """
        if len(self._waiting) == 1:
            return 0
        running: Counter[str | int] = Counter()
        for stage, run in self._runs.items():
            running[self._pools[stage] or stage] += run.begun - (len(run.slot_s) - run.left)
        shares = [running[self._pools[stage] or stage] for _, stage in self._waiting]
        return shares.index(min(shares))

    def _launch(self, now: float, executor: int) -> None:
        """Start the next task of the stage whose turn it is on a slot."""
        turn = self._fairest() if self._fair else 0
        _, stage = self._waiting[turn]
        run = self._runs[stage]
        task = run.begun
        run.begun = task + 1
        launch = run.paced(now)
        run.starts_s.append(launch)
        if run.begun == run.pause_at:
            del self._waiting[turn]
        server = self._server_of[executor]
        if server is None:
            heappush(self._busy, (launch + run.slot_s[task], stage, task, executor))
        elif launch > now:
            key, demand_s = (stage, task, executor), run.cpu_s[task]
            self._at(launch, lambda _: self._add_later(server, key, demand_s))
        else:
            self._add(server, (stage, task, executor), run.cpu_s[task])

    def _add(self, server: ProcessorSharing, key: Key, demand_s: float) -> None:
        server.add(key, demand_s)
        self.background.task_started(key[2], demand_s)

    def _add_later(self, server: ProcessorSharing, key: Key, demand_s: float) -> None:
        self._add(server, key, demand_s)
        self.advance()

    def advance(self) -> None:
        """Let tasks end, and others take their slots, up to the next event of the simulation."""
        busy, waiting, runs, gone, fair = self._busy, self._waiting, self._runs, self._gone, self._fair
        horizon = self._env.peek()
        while busy and busy[0][0] <= horizon:
            now, stage, task, executor = busy[0]
            run = runs[stage]
            run.left -= 1
            if run.limited:
                self._resume(run)
            if waiting and executor not in gone:
                # The shortest way for a slot that is taken again at once: one heap operation.
                turn = self._fairest() if fair else 0
                following = waiting[turn][1]
                successor = runs[following]
                begun = successor.begun
                launch = successor.paced(now) if successor.interval_s else now
                heapreplace(busy, (launch + successor.slot_s[begun], following, begun, executor))
                successor.starts_s.append(launch)
                begun += 1
                successor.begun = begun
                if begun == successor.pause_at:
                    del waiting[turn]
            else:
                heappop(busy)
                if executor not in gone:
                    self._free.append(executor)
                elif waiting and self._free:  # a limited stage may go on, but not on this slot
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

    # -- tasks on shared cores -------------------------------------------------------------------

    def _cpu_done(self, key: Key) -> None:
        stage, task, _ = key
        if stage < 0:
            self.background.done(key)
            return
        run = self._runs[stage]
        rest = run.slot_s[task] - run.cpu_s[task]
        if rest > 0:
            self._env.timeout(rest).callbacks.append(lambda _: self._shared_task_ended(key))
        else:
            self._shared_task_ended(key)

    def _shared_task_ended(self, key: Key) -> None:
        stage, task, executor = key
        now = self._env.now
        run = self._runs[stage]
        run.ends_s[task] = now
        run.left -= 1
        if run.limited:
            self._resume(run)
        if executor not in self._gone:
            self._free.append(executor)
        self._fill()
        if not run.left:
            self._finish(run, task, now)
        self.advance()
