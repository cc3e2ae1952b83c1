"""Stages as components: one on the driver that launches tasks, and one of the tasks on each pool of nodes.

PCM forks no variable number of behaviours. How N tasks are run on K slots is said in one of three forms:

``tokens``
    The driver takes a slot and forks a task without waiting for it, in a loop; each task leaves a token, and
    the stage ends when as many tokens have been taken as there are tasks. The size of the files grows with
    neither number. Two runs of the application at the same time would mix their tokens.
``slots``
    A branch for each slot runs its share of the tasks. The files grow with the slots, and tasks cannot move
    to a slot that is free earlier, but other simulators than SimuLizar and SimuCom know all that it uses.
``tree``
    The tasks are halved until one is left, which takes a slot. Right also for overlapping runs; all tasks of
    a stage are processes at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ... import dsl
from . import expressions, sizes
from .behaviour import Behaviour, service
from .demands import PARAMETERS, TaskDemand, parameters, task_demands
from .dependence import DATA, Dependence, Sum, scaled
from .executors import Executors
from .repository import Component, Interface, Operation, Repository, Required
from .scenario import Scenario, StageLoad
from .xml import CPU, DELAY, DOUBLE, INT

Form = Literal["tokens", "slots", "tree"]
"""How tasks share the slots."""

_STAGE_PARAMETERS = {
    "tasks": INT,
    "bytes": DOUBLE,
    "records": DOUBLE,
    "data": DOUBLE,
    "executors": INT,
    "nodes": INT,
}
"""What a stage may need beside its slots, and the types."""

_NEEDED = {
    "taskBytes": ("bytes",),
    "taskRecords": ("records",),
    "taskData": ("data",),
    "data": ("data",),
    "executors": ("executors",),
    "nodes": ("nodes",),
}
"""What a stage needs for a parameter of its tasks."""


@dataclass(frozen=True, slots=True)
class StageComponents:
    """What has been written for a stage."""

    stage: Component
    """On the driver."""
    task: Component
    """On the nodes."""
    interface: Interface
    """What the job calls."""
    to_executors: Required
    to_tasks: Required
    to_itself: Required | None
    """Where the form ``tree`` calls the stage from itself."""
    inputs: dict[str, Sum]
    """Number of tasks and volumes that the job passes, for all pools together."""
    takes: tuple[str, ...]
    """All that the job passes."""


class StageWriter:
    """Writes the components of stages.

    Parameters
    ----------
    repository, executors
        Where they are added, and whose slots they take.
    model, scenario, dependence
        What is exported.
    form
        How tasks share the slots.
    turns
        Whether stages take turns.
    """

    def __init__(
        self,
        repository: Repository,
        executors: Executors,
        model: dsl.PerformanceModel,
        scenario: Scenario,
        dependence: Dependence,
        *,
        form: Form,
        turns: bool,
    ) -> None:
        self._repository = repository
        self._executors = executors
        self._profiles = {profile.id: profile for profile in model.profiles.stages}
        self._scenario = scenario
        self._dependence = dependence
        self._form: Form = form
        self._turns = turns

    def write(self, stage: dsl.Stage) -> StageComponents:
        """Add the components of a stage."""
        load = self._scenario.stages[stage.id]
        demands = task_demands(stage, self._profiles[stage.profile], load, self._scenario)
        passed = parameters(demands)
        task, tasks = self._task(stage, demands, passed)
        flow = self._dependence.flows[stage.id]
        needed = {name for parameter in passed for name in _NEEDED.get(parameter, ())}
        inputs = {
            "tasks": scaled(flow.tasks, load.tasks),
            "bytes": scaled(flow.bytes, load.entering_bytes),
            "records": scaled(flow.records, load.entering_records),
        }
        inputs = {name: total for name, total in inputs.items() if name == "tasks" or name in needed}
        known = {name: _STAGE_PARAMETERS[name] for name in _STAGE_PARAMETERS if name in needed | {"tasks"}}
        shape = Operation(known | {"slots": INT, "index": INT})
        operations = {"run": shape}
        if self._form == "tree":
            operations["part"] = Operation(dict(shape.parameters) | {"count": INT})
        interface = self._repository.shared_interface("Istage", operations)
        component = self._repository.component(_label(stage), stage.id)
        component.provide(interface)
        to_executors = component.require(self._executors.interface)
        to_tasks = component.require(tasks)
        itself = component.require(interface, "itself") if self._form == "tree" else None
        usable = 1.0 if load.usable_slots is None else load.usable_slots / self._scenario.slots
        calls = _Launch(
            stage, load, component, to_executors, to_tasks, itself, tuple(passed), tuple(known), usable
        )
        with service(component.element, f"{component.id}.run", interface.operations["run"]) as body:
            if self._form == "tokens":
                calls.tokens(body, turns=self._turns)
            elif self._form == "slots":
                calls.slots(body, max(pool.slots for pool in self._scenario.working))
            else:
                calls.tree(body)
            if load.handling_s:
                body.demand("handling", DELAY, expressions.number(load.handling_s))
        if itself is not None:
            with service(component.element, f"{component.id}.part", interface.operations["part"]) as body:
                calls.part(body)
        takes = tuple(shape.parameters)
        return StageComponents(component, task, interface, to_executors, to_tasks, itself, inputs, takes)

    def _task(
        self, stage: dsl.Stage, demands: list[TaskDemand], passed: list[str]
    ) -> tuple[Component, Interface]:
        """Add the component of the tasks of a stage."""
        shape = Operation({name: PARAMETERS[name] for name in passed})
        interface = self._repository.shared_interface("Itask", {"run": shape})
        task = self._repository.component(f"task of {stage.id}", f"task.{stage.id}")
        task.provide(interface)
        with service(task.element, f"{task.id}.run", interface.operations["run"]) as body:
            beside = self._scenario.beside_core_s
            on_cores = " + ".join(demand.expression for demand in demands if demand.resource == CPU)
            if beside and on_cores:
                with body.spawn("beside") as other:
                    other.demand("executor", CPU, f"{expressions.number(beside)} * ({on_cores})")
            for demand in demands:
                body.demand(demand.name, demand.resource, demand.expression)
        return task, interface


@dataclass(frozen=True, slots=True)
class _Launch:
    """Actions by which a stage launches its tasks."""

    stage: dsl.Stage
    load: StageLoad
    component: Component
    to_executors: Required
    to_tasks: Required
    to_itself: Required | None
    passed: tuple[str, ...]
    """Parameters of a task."""
    known: tuple[str, ...]
    """Parameters of the stage beside slots and index."""
    usable_ratio: float
    """Share of the slots that the stage can use after its first wave."""

    def tokens(self, body: Behaviour, *, turns: bool) -> None:
        """Launch every task when a slot is free, and wait for as many tokens."""
        done = self.component.passive("done", "0")
        if turns:
            body.call("turn", self.to_executors.to("takeTurn"))
        ended = self.component.passive("ended", "0") if self.usable_ratio < 1 else None
        usable = f"Max(1, Round({expressions.number(self.usable_ratio)} * slots.VALUE))"
        with body.loop("launch", "tasks.VALUE") as each:
            if ended is not None:  # from the second wave on, a task starts when few enough are left
                with each.when("first wave over", "index.VALUE >= slots.VALUE") as then:
                    count = f"index.VALUE == slots.VALUE ? slots.VALUE - {usable} + 1 : 1"
                    with then.loop("wait for ends", count) as one:
                        one.acquire("await limit", ended)
            each.call("slot", self.to_executors.to("allocSlot"), {"index": "index.VALUE"}, "index")
            with each.spawn("fork") as task:
                task.call(
                    "task",
                    self.to_tasks.to("run"),
                    self._inputs(self._size("index.VALUE"), "index.VALUE"),
                )
                task.call("free", self.to_executors.to("freeSlot"))
                task.release("end", done)
                if ended is not None:
                    task.release("lift limit", ended)
            if self.load.launch_s:
                each.demand("driver", DELAY, expressions.number(self.load.launch_s))
        if turns:
            body.call("end turn", self.to_executors.to("endTurn"))
        with body.loop("barrier", "tasks.VALUE") as each:
            each.acquire("await end", done)
        if ended is not None:
            with body.loop("forget", f"tasks.VALUE > slots.VALUE ? {usable} : tasks.VALUE") as each:
                each.acquire("take back", ended)

    def slots(self, body: Behaviour, slots: int) -> None:
        """Run the share of each slot in a branch of its own."""
        times = [sum(group) for group in zip(*self.load.causes_s, strict=True)]
        total = sum(self.load.weights)
        mean = sum(t * w for t, w in zip(times, self.load.weights, strict=True)) / total
        size = expressions.discrete([t / mean for t in times], self.load.weights) if mean else "1.0"
        fork = body.fork("every slot")
        for slot in range(slots):
            share = f"(tasks.VALUE - {slot} + slots.VALUE - 1) / slots.VALUE"
            with fork.branch() as branch:
                with branch.loop("first task", f"slots.VALUE > {slot} ? Min(1, {share}) : 0") as each:
                    each.call("task", self.to_tasks.to("run"), self._inputs(size, "0"))
                with branch.loop("later tasks", f"slots.VALUE > {slot} ? Max(0, {share} - 1) : 0") as each:
                    each.call("task", self.to_tasks.to("run"), self._inputs(size, "slots.VALUE + 1"))

    def tree(self, body: Behaviour) -> None:
        """Begin with all tasks."""
        with body.when("any", "tasks.VALUE > 0") as then:
            self._part(then, "all", "tasks.VALUE", "0")

    def part(self, body: Behaviour) -> None:
        """Halve the tasks until one is left, and run that."""
        with body.when("one left", "count.VALUE <= 1") as then:
            then.call("slot", self.to_executors.to("allocSlot"), {"index": "index.VALUE"}, "index")
            then.call("task", self.to_tasks.to("run"), self._inputs(self._size("index.VALUE"), "index.VALUE"))
            then.call("free", self.to_executors.to("freeSlot"))
        with body.when("several left", "count.VALUE > 1") as then:
            fork = then.fork("halves")
            with fork.branch() as first:
                self._part(first, "first half", "count.VALUE / 2", "index.VALUE")
            with fork.branch() as second:
                self._part(
                    second, "second half", "count.VALUE - count.VALUE / 2", "index.VALUE + count.VALUE / 2"
                )

    def _part(self, body: Behaviour, name: str, count: str, index: str) -> None:
        assert self.to_itself is not None  # only the form of a tree gets here
        inputs = {parameter: f"{parameter}.VALUE" for parameter in (*self.known, "slots")}
        body.call(name, self.to_itself.to("part"), inputs | {"index": index, "count": count})

    def _size(self, index: str) -> str:
        return sizes.expression(self.load, self.stage.id, index, "tasks.VALUE")

    def _inputs(self, size: str, index: str) -> dict[str, str]:
        """Return what is passed to the task of a number."""
        possible = {
            "size": size,
            "first": f"{index} <= slots.VALUE ? 1 : 0",
            "taskBytes": "bytes.VALUE / tasks.VALUE",
            "taskRecords": "records.VALUE / tasks.VALUE",
            "taskData": f"{DATA} * {expressions.number(self.load.tasks)} / tasks.VALUE",
            "data": DATA,
            "tasks": "tasks.VALUE",
            "executors": "executors.VALUE",
            "nodes": "nodes.VALUE",
        }
        return {name: possible[name] for name in self.passed}


def _label(stage: dsl.Stage) -> str:
    return f"{stage.id} {stage.name}".strip()
