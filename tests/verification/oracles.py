"""Slow, plain formulations of what the engine computes, to compare it with.

Both take the tasks that the engine drew; they share no code with it.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key
from random import Random
from typing import Any

import numpy as np
import simpy

from pertract.simulate.draw import Tasks, draw
from pertract.simulate.plan import Plan, Pool


@dataclass
class Schedule:
    """Times of nodes, and of the tasks of each stage."""

    end_s: list[float]
    starts_s: list[list[float]]
    ends_s: list[list[float]]
    used: list[tuple[float, float]] = field(default_factory=list)
    """Time, and core seconds used until then; linear in between."""


def predecessors_of(plan: Plan) -> list[list[int]]:
    return [[t for t, heads in enumerate(plan.successors) if head in heads] for head in range(len(plan.ids))]


def drawn(plan: Plan, seed: int) -> list[Tasks]:
    """Return the tasks that the engine draws with a seed, as on warm slots."""
    seeds = np.random.default_rng(seed).integers(1 << 63, size=len(plan.stages))
    return [draw(s, np.random.default_rng(n)) for s, n in zip(plan.stages, seeds, strict=True)]


def textbook(plan: Plan, tasks: Sequence[Tasks]) -> Schedule:
    """Model the plan as SimPy's documentation would: a process per task and a resource of slots.

    For executors that stay, nodes with enough cores, and stages without limits.
    """
    env = simpy.Environment()
    slots = simpy.PriorityResource(env, capacity=sum(e.slots for e in plan.executors))
    done = [env.event() for _ in plan.ids]
    predecessors = predecessors_of(plan)
    result = Schedule(
        [0.0] * len(plan.ids), [[0.0] * s.tasks for s in plan.stages], [[0.0] * s.tasks for s in plan.stages]
    )

    def not_yet_registered(until_s: float) -> Generator[Any, Any, None]:
        with slots.request(priority=-1) as request:
            yield request
            yield env.timeout(until_s)

    def task(stage: int, number: int) -> Generator[Any, Any, None]:
        with slots.request(priority=plan.stages[stage].priority) as request:
            yield request
            result.starts_s[stage][number] = env.now
            yield env.timeout(tasks[stage].slot_s[number])
            result.ends_s[stage][number] = env.now

    def node(number: int) -> Generator[Any, Any, None]:
        yield env.all_of([done[p] for p in predecessors[number]])
        stage = plan.stage_of[number]
        if stage >= 0:
            yield env.all_of([env.process(task(stage, t)) for t in range(plan.stages[stage].tasks)])
            yield env.timeout(plan.stages[stage].handling_s)
        else:
            yield env.timeout(plan.delay_s[number])
        result.end_s[number] = env.now
        done[number].succeed()

    for executor in plan.executors:
        if executor.registered_s:
            for _ in range(executor.slots):
                env.process(not_yet_registered(executor.registered_s))
    for number in range(len(plan.ids)):
        env.process(node(number))
    env.run()
    return result


@dataclass
class _Running:
    stage: int
    number: int
    """Position among the attempts of the stage."""
    task: int
    executor: int
    cpu_left_s: float
    """Work that shares the cores of its node."""
    rest_left_s: float
    """Time in the slot after that."""
    cpu_rate: float = 0.0
    """CPU used per second of the rest."""


class Naive:
    """Go from event to event and update whatever is left of every running task.

    Offers are made as Spark does: a stage that is submitted is offered the free slots of all executors,
    in the engine's random order of these and one of each per round; a slot that becomes free is offered
    by itself. An offer goes round the waiting stages in FIFO order, or in the order that Spark's
    comparator gives to pools and stages. A driver that needs time to launch looks at offers one after
    the other, and launches one task after the other. First tasks on a slot take longer, as drawn tasks
    do not tell. A stage with ``usable_slots`` may launch
    its first wave, as many tasks as there are slots, and from then on while it holds fewer slots than
    that. An executor that leaves finishes its tasks; the very last one stays.
    A lost executor takes its tasks with it, and without a shuffle service the output on it: a running stage
    runs those tasks again before others, an ended one when a stage is submitted that reads it, or 200 ms
    after a running one was offered a slot.
    On a node with fewer cores than slots a task first needs its CPU, at an even share of the cores
    but at most one, and then the rest of its time in the slot.
    """

    def __init__(
        self, plan: Plan, tasks: Sequence[Tasks], offers_seed: int = 0, lost: Sequence[int] = ()
    ) -> None:
        self.plan, self.tasks, self.lost = plan, tasks, lost
        self.todo = [list(range(stage.tasks)) for stage in plan.stages]
        self.made: list[dict[int, int]] = [{} for _ in plan.stages]
        self.ended: set[int] = set()
        self.fetches_failed = 0
        self.blocked: set[int] = set()
        self.parents = self._parents()
        self.shuffles = Random(offers_seed)
        self.now = 0.0
        self.running: list[_Running] = []
        self.free: list[int] = []
        self.busy_until_s = 0.0
        self.messages: list[int | None] = []
        self.launched: list[tuple[int, int]] = []
        self.launching: dict[int, _Running] = {}
        self.here: set[int] = set()
        self.submitted: dict[int, None] = {}
        self.waits_for = list(plan.waits_for)
        self.timers: list[tuple[float, str, int]] = []
        on_node = [sum(e.slots for e in plan.executors if e.node == n) for n in range(len(plan.node_cores))]
        self.shared = {n for n, cores in enumerate(plan.node_cores) if on_node[n] > cores}
        self.result = Schedule([0.0] * len(plan.ids), [[] for _ in plan.stages], [[] for _ in plan.stages])

    def _parents(self) -> list[set[int]]:
        """Return the stages whose output each stage reads: back from it, beyond delays."""
        before = predecessors_of(self.plan)
        found: list[set[int]] = [set() for _ in self.plan.stages]
        for node, stage in enumerate(self.plan.stage_of):
            nodes = list(before[node]) if stage >= 0 else []
            while nodes:
                earlier = nodes.pop()
                if self.plan.stage_of[earlier] >= 0:
                    found[stage].add(self.plan.stage_of[earlier])
                else:
                    nodes += before[earlier]
        return found

    def run(self) -> Schedule:
        for number, executor in enumerate(self.plan.executors):
            self.timers.append((executor.registered_s, "register", number))
            if number in self.lost:
                self.timers.append((executor.removed_s or 0.0, "lose", number))
            elif executor.removed_s is not None:
                self.timers.append((executor.removed_s, "remove", number))
        self.timers.append((0.0, "start", 0))  # registrations at the same time come before it
        self.result.used.append((0.0, 0.0))
        while self.timers or self.running:
            self._step()
            self._driver()
        return self.result

    def _rate(self, task: _Running) -> float:
        """Return how fast the CPU demand of a task is served."""
        node = self.plan.executors[task.executor].node
        rivals = sum(r.cpu_left_s > 0 and self.plan.executors[r.executor].node == node for r in self.running)
        return min(1.0, self.plan.node_cores[node] / rivals)

    def _step(self) -> None:
        left = [r.cpu_left_s / self._rate(r) if r.cpu_left_s > 0 else r.rest_left_s for r in self.running]
        timer = min(self.timers, key=lambda t: t[0], default=None)
        step = min([*left, timer[0] - self.now if timer else float("inf")])
        rates = [self._rate(r) if r.cpu_left_s > 0 else 0.0 for r in self.running]
        used = sum(rates) + sum(r.cpu_rate for r in self.running if not r.cpu_left_s)
        self.result.used.append((self.now + step, self.result.used[-1][1] + used * step))
        for task, rate in zip(self.running, rates, strict=True):
            if rate:
                task.cpu_left_s -= rate * step
            else:
                task.rest_left_s -= step
        self.now += step
        if left and min(left) == step:
            first = left.index(step)
            self._phase_ends(self.running[first], of_cpu=rates[first] > 0)
        else:
            assert timer is not None
            self.timers.remove(timer)
            self.now = timer[0]
            self._timer(timer[1], timer[2])

    def _timer(self, what: str, number: int) -> None:
        if what == "register":
            self.here.add(number)
            self.free += [number] * self.plan.executors[number].slots
            self._fill()
        elif what == "remove":
            later = any(kind == "register" for _, kind, _ in self.timers)
            if self.here != {number} or later:
                self.here.discard(number)
                self.free = [executor for executor in self.free if executor != number]
        elif what == "launch":
            if number in self.launching:
                self.running.append(self.launching.pop(number))
        elif what == "lose":
            self._lose(number)
        elif what == "resubmit":
            self._rerun(self._missing(number))
            self._release()
        elif what == "release":
            self._release()
        elif what == "driver":
            pass
        elif what == "start":
            self._nodes_ready([n for n, count in enumerate(self.waits_for) if not count])
        else:
            self._node_ends(number)

    def _phase_ends(self, task: _Running, *, of_cpu: bool) -> None:
        if of_cpu:
            task.cpu_left_s = 0.0
            if task.rest_left_s > 0:
                return
        self.running.remove(task)
        self.result.ends_s[task.stage][task.number] = self.now
        self.made[task.stage][task.task] = task.executor
        self.messages.append(task.executor)
        self._driver()
        if self._complete(task.stage):
            del self.submitted[task.stage]
            node = self.plan.stage_of.index(task.stage)
            handling_s = self.plan.stages[task.stage].handling_s
            again = task.stage in self.ended
            self.ended.add(task.stage)
            if again:
                self.timers.append((self.now + handling_s, "release", 0))
            elif handling_s:
                self.timers.append((self.now + handling_s, "end", node))
            else:
                self._node_ends(node)

    def _node_ends(self, node: int) -> None:
        self.result.end_s[node] = self.now
        ready = []
        for successor in self.plan.successors[node]:
            self.waits_for[successor] -= 1
            if not self.waits_for[successor]:
                ready.append(successor)
        self._nodes_ready(ready)

    def _nodes_ready(self, ready: list[int]) -> None:
        stages = []
        while ready:
            node = ready.pop()
            if self.plan.stage_of[node] >= 0:
                stages.append(self.plan.stage_of[node])
            elif self.plan.delay_s[node]:
                self.timers.append((self.now + self.plan.delay_s[node], "end", node))
            else:
                self.result.end_s[node] = self.now
                for successor in self.plan.successors[node]:
                    self.waits_for[successor] -= 1
                    if not self.waits_for[successor]:
                        ready.append(successor)
        for stage in sorted(stages):
            self._submit(stage)

    def _submit(self, stage: int) -> None:
        self.submitted[stage] = None
        if self._missing(stage):
            self.blocked.add(stage)
            self._rerun(self._missing(stage))
        self._fill()

    # -- lost executors

    def _complete(self, stage: int) -> bool:
        return len(self.made[stage]) == self.plan.stages[stage].tasks

    def _missing(self, stage: int) -> list[int]:
        return [p for p in sorted(self.parents[stage]) if not self._complete(p)]

    def _rerun(self, stages: list[int]) -> None:
        for stage in stages:
            if stage not in self.submitted:
                self.todo[stage] = sorted(set(range(self.plan.stages[stage].tasks)) - set(self.made[stage]))
                self._submit(stage)

    def _release(self) -> None:
        for stage in [s for s in self.submitted if s in self.blocked]:
            if not self._missing(stage):
                self.blocked.discard(stage)
            self._rerun(self._missing(stage))
        self._fill()

    def _lose(self, executor: int) -> None:
        self.here.discard(executor)
        self.free = [e for e in self.free if e != executor]
        for stage, made in enumerate(self.made):
            gone = sorted(t for t, e in made.items() if e == executor)
            if any(stage in parents for parents in self.parents) and not self.plan.shuffle_service:
                for task in gone:
                    del made[task]
                if stage in self.submitted:
                    self.todo[stage][:0] = gone
        killed = [r for r in [*self.running, *self.launching.values()] if r.executor == executor]
        for task in sorted(killed, key=lambda r: r.number):
            started_s = self.result.starts_s[task.stage][task.number]
            self.result.ends_s[task.stage][task.number] = max(started_s, self.now)
            self.todo[task.stage].insert(0, task.task)
        self.running = [r for r in self.running if r not in killed]
        self.launching = {key: r for key, r in self.launching.items() if r not in killed}
        self._fill()

    def _begun(self, stage: int) -> int:
        return len(self.result.starts_s[stage])

    def _held(self, stage: int) -> int:
        return sum(r.stage == stage for r in [*self.running, *self.launching.values()])

    def _may_launch(self, stage: int) -> bool:
        begun, most = self._begun(stage), self.plan.stages[stage].usable_slots
        if not self.todo[stage] or stage in self.blocked:
            return False
        return most is None or begun < self.plan.slots or self._held(stage) < most

    def _waiting(self) -> list[int]:
        return [stage for stage in sorted(self.submitted) if self._may_launch(stage)]

    def _in_turn(self) -> list[int]:
        """Return the waiting stages in the order of one offer."""
        if not self.plan.fair:
            return self._waiting()
        pools = {pool.name: pool for pool in self.plan.pools}

        def pool_of(stage: int) -> Pool:
            name = self.plan.stages[stage].pool or "default"
            return pools.get(name, Pool(name))

        def before(one: tuple[int, int, int, str], other: tuple[int, int, int, str]) -> int:
            """Compare running tasks, minimum share, weight and name as FairSchedulingAlgorithm does."""
            (tasks1, least1, weight1, name1), (tasks2, least2, weight2, name2) = one, other
            needy1, needy2 = tasks1 < least1, tasks2 < least2
            if needy1 != needy2:
                return -1 if needy1 else 1
            if needy1:
                difference = tasks1 / max(least1, 1) - tasks2 / max(least2, 1)
            else:
                difference = tasks1 / weight1 - tasks2 / weight2
            if difference:
                return -1 if difference < 0 else 1
            return (name1 > name2) - (name1 < name2)

        found: list[int] = []
        members: dict[str, list[int]] = {}
        for stage in sorted(self.submitted):
            members.setdefault(pool_of(stage).name, []).append(stage)
        heads = [
            (sum(map(self._held, inside)), pool_of(inside[0]).minimum_share, pool_of(inside[0]).weight, name)
            for name, inside in members.items()
        ]
        for *_, name in sorted(heads, key=cmp_to_key(before)):
            inside = members[name]
            if pool_of(inside[0]).fair:
                as_schedulables = {(self._held(s), 0, 1, self.plan.stages[s].id): s for s in inside}
                inside = [as_schedulables[key] for key in sorted(as_schedulables, key=cmp_to_key(before))]
            found += inside
        return [stage for stage in found if self._may_launch(stage)]

    def _fill(self) -> None:
        self.messages.append(None)
        self._driver()

    def _driver(self) -> None:
        """Answer messages while the driver is not busy."""
        while self.messages and self.busy_until_s <= self.now:
            executor = self.messages.pop(0)
            if executor is None or executor not in self.here:
                candidates = sorted(set(self.free))
                if self._waiting() and len(candidates) > 1:
                    self.shuffles.shuffle(candidates)
            else:
                self.free.append(executor)
                candidates = [executor]
            self._offer(candidates, only_one=executor in self.here)
        if self.messages and (self.busy_until_s, "driver", 0) not in self.timers:
            self.timers.append((self.busy_until_s, "driver", 0))

    def _offer(self, executors: list[int], *, only_one: bool) -> None:
        for stage in self._in_turn() if any(e in self.free for e in executors) else []:
            if self._missing(stage):
                self.blocked.add(stage)
                self.fetches_failed += 1
                self.timers.append((self.now + 0.2, "resubmit", stage))
                continue
            launched = True
            while launched:
                launched = False
                for executor in executors:
                    if executor in self.free and self._may_launch(stage):
                        self._launch(stage, executor)
                        launched = True
                        if only_one:
                            return

    def _launch(self, stage: int, executor: int) -> None:
        self.free.remove(executor)
        number, plan = self._begun(stage), self.plan.stages[stage]
        partition = self.todo[stage].pop(0)
        slot_s, cpu_s = self.tasks[stage].slot_s[partition], self.tasks[stage].cpu_s[partition]
        self.launched.append((stage, executor))
        if self.launched.count((stage, executor)) <= self.plan.executors[executor].slots:
            slot_s, cpu_s = slot_s + plan.warm_up_s - plan.dispatch_s, cpu_s + plan.warm_up_cpu_s
        if sum(e == executor for _, e in self.launched) <= self.plan.executors[executor].slots:
            slot_s, cpu_s = slot_s + self.plan.cold_s, cpu_s + self.plan.cold_cpu_s
        slot_s = max(slot_s, cpu_s)
        if self.plan.executors[executor].node in self.shared:
            task = _Running(stage, number, partition, executor, cpu_s, slot_s - cpu_s)
        else:
            task = _Running(stage, number, partition, executor, 0.0, slot_s, cpu_s / slot_s)
        launch_s = max(self.now, self.busy_until_s)
        self.busy_until_s = launch_s + max(self.plan.driver_launch_s, plan.launch_interval_s)
        self.result.starts_s[stage].append(launch_s)
        self.result.ends_s[stage].append(launch_s)
        if launch_s > self.now:
            self.launching[len(self.launched)] = task
            self.timers.append((launch_s, "launch", len(self.launched)))
        else:
            self.running.append(task)
