"""The application and its jobs as components: what runs after what.

Nodes that wait for several others are joined by tokens, so that any graph is exact (`lanes`). Edges between
inner nodes of different jobs have their tokens in a component of their own, which both jobs call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import networkx as nx

from ... import dsl
from ...dsl.graph import flatten, transitive_reduction
from . import expressions
from .behaviour import Behaviour, service
from .dependence import DATA, Dependence, tasks_text
from .executors import Executors
from .lanes import lanes
from .repository import Component, Interface, Operation, Repository, Required
from .scenario import Scenario
from .stages import StageComponents
from .xml import DELAY, DOUBLE, INT

Node = dsl.Job | dsl.Stage | dsl.Delay


@dataclass(slots=True)
class JobComponents:
    """What has been written for a job."""

    component: Component
    interface: Interface
    to_stages: dict[tuple[str, str], Required] = field(default_factory=dict)
    """Required roles by stage and pool."""
    to_dependencies: Required | None = None


class ApplicationWriter:
    """Writes the components of the application, its jobs, and the dependencies between jobs.

    Parameters
    ----------
    repository, executors, stages
        Where they are added, and what they call.
    model, scenario, dependence
        What is exported.
    """

    def __init__(
        self,
        repository: Repository,
        executors: Executors,
        stages: dict[str, StageComponents],
        model: dsl.PerformanceModel,
        scenario: Scenario,
        dependence: Dependence,
    ) -> None:
        self._repository = repository
        self._stages = stages
        self._scenario = scenario
        self._dependence = dependence
        self._pools = scenario.working
        self._execution = model.execution
        self._crossing = _crossing(model.execution)
        self.dependencies = self._dependencies()
        """Component of the edges between jobs, and its interface; None where there are none."""
        self._counts = [("slots", "slotCount")]
        taken = {name for stage in stages.values() for name in stage.takes}
        if dependence.counts_executors or "executors" in taken:
            self._counts.append(("executors", "executorCount"))
        if "nodes" in taken:
            self._counts.append(("nodes", "nodeCount"))
        names = [name for what, _ in self._counts for name in self._names(what)]
        self._parameters = {"data": DOUBLE} | dict.fromkeys(names, INT)
        self.jobs = {job.id: self._job(job) for job in model.execution.jobs}
        """The jobs by identifier."""
        self.interface = repository.interface(
            "Application", "I.application", {"delegate": Operation({"dataSize": DOUBLE})}
        )
        """What users call."""
        framework = model.execution.framework
        self.component = repository.component(f"{framework}Application", "application")
        """The application."""
        self.component.provide(self.interface)
        self.to_executors = {
            pool.name: self.component.require(executors.interface, pool.name) for pool in self._pools
        }
        """Required roles by pool."""
        self.to_jobs = {job: self.component.require(made.interface, job) for job, made in self.jobs.items()}
        """Required roles by job."""
        self.to_dependencies = self._to_dependencies(self.component, [*self._execution.nodes])
        """Required role of the application; None where no edge needs it."""
        self._application(model)

    def _names(self, what: str) -> list[str]:
        """Return the names of a number that each pool has."""
        return pool_names(self._scenario, what)

    def _application(self, model: dsl.PerformanceModel) -> None:
        signature = self.interface.operations["delegate"]
        with service(self.component.element, f"{self.component.id}.delegate", signature) as body:
            for what, operation in self._counts:
                for pool, name in zip(self._pools, self._names(what), strict=True):
                    target = self.to_executors[pool.name].to(operation)
                    body.call(f"ask for {what}", target, returns=name)
            for pool, name in zip(self._pools, self._names("slots"), strict=True):
                for after_s, slots in late_registrations(
                    pool.registrations, earliest_s(model, self._scenario)
                ):
                    share = expressions.number(slots / pool.slots)
                    inputs = {
                        "after": expressions.number(after_s),
                        "count": f"Round({share} * {name}.VALUE)",
                    }
                    body.call("start executors", self.to_executors[pool.name].to("register"), inputs)
            size = expressions.number(self._scenario.data_bytes or 1.0)
            data = f"dataSize.VALUE / {size}"
            self._level(
                body,
                self.component,
                list(self._execution.nodes),
                self._execution.edges,
                lambda inner, node: self._call_job(inner, node, data),
                self.to_dependencies,
                data,
            )

    def _job(self, job: dsl.Job) -> JobComponents:
        interface = self._repository.shared_interface("Ijob", {"delegate": Operation(self._parameters)})
        component = self._repository.component(f"{job.id} {job.name}".strip(), job.id)
        component.provide(interface)
        made = JobComponents(component, interface)
        for node in job.nodes:
            if isinstance(node, dsl.Stage):
                for pool in self._pools:
                    label = f"{node.id}.{pool.name}" if len(self._pools) > 1 else node.id
                    role = component.require(self._stages[node.id].interface, label)
                    made.to_stages[node.id, pool.name] = role
        made.to_dependencies = self._to_dependencies(component, list(job.nodes))
        with service(component.element, f"{component.id}.delegate", interface.operations["delegate"]) as body:
            self._level(
                body,
                component,
                list(job.nodes),
                job.edges,
                lambda inner, node: self._call_stage(inner, node, made),
                made.to_dependencies,
                DATA,
            )
        return made

    def _level(
        self,
        body: Behaviour,
        component: Component,
        nodes: list[Node],
        edges: tuple[dsl.Edge, ...],
        call: Callable[[Behaviour, Node], None],
        dependencies: Required | None,
        data: str,
    ) -> None:
        """Run nodes in the order of their edges."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        by_id = {node.id: node for node in nodes}
        graph.add_nodes_from(by_id)
        graph.add_edges_from((e.tail, e.head) for e in edges if e.tail in by_id and e.head in by_id)
        found = lanes(graph)
        tokens = {(tail, head): component.passive(f"{head} after {tail}", "0") for tail, head in found.tokens}

        def run(inner: Behaviour, id: str) -> None:
            node = by_id[id]
            for (tail, head), token in tokens.items():
                if head == id:
                    inner.acquire(f"wait for {tail}", token)
            self._across(inner, dependencies, "await", id)
            if isinstance(node, dsl.Delay):
                length = expressions.linear(self._dependence.delay(node)).replace(DATA, f"({data})")
                inner.demand(node.id, DELAY, length)
            else:
                call(inner, node)
            self._across(inner, dependencies, "signal", id)
            for (tail, head), token in tokens.items():
                if tail == id:
                    inner.release(f"tell {head}", token)

        if len(found.lanes) == 1:
            for id in found.lanes[0].nodes:
                run(body, id)
        elif found.lanes:
            fork = body.fork("side by side")
            for lane in found.lanes:
                with fork.branch() as branch:
                    for id in lane.nodes:
                        run(branch, id)

    def _across(self, body: Behaviour, dependencies: Required | None, what: str, id: str) -> None:
        """Wait for, or tell, nodes of other jobs."""
        for number, (tail, head) in enumerate(self._crossing):
            if id == (head if what == "await" else tail):
                assert dependencies is not None  # required by all that have such nodes
                other = tail if what == "await" else head
                name = f"wait for {other}" if what == "await" else f"tell {other}"
                body.call(name, dependencies.to(f"{what}{number}"))

    def _call_job(self, body: Behaviour, node: Node, data: str) -> None:
        inputs = {name: data if name == "data" else f"{name}.VALUE" for name in self._parameters}
        body.call(node.id, self.to_jobs[node.id].to("delegate"), inputs)

    def _call_stage(self, body: Behaviour, node: Node, job: JobComponents) -> None:
        inputs = stage_inputs(self._stages[node.id], self._scenario)
        if len(self._pools) == 1:
            target = job.to_stages[node.id, self._pools[0].name].to("run")
            body.call(node.id, target, inputs[0])
            return
        fork = body.fork(node.id)
        for pool, passed in zip(self._pools, inputs, strict=True):
            with fork.branch() as branch:
                branch.call(f"{node.id} on {pool.name}", job.to_stages[node.id, pool.name].to("run"), passed)

    def _dependencies(self) -> tuple[Component, Interface] | None:
        if not self._crossing:
            return None
        operations = {
            f"{what}{n}": Operation() for n in range(len(self._crossing)) for what in ("signal", "await")
        }
        interface = self._repository.interface("Dependencies", "I.dependencies", operations)
        component = self._repository.component("Dependencies", "dependencies")
        component.provide(interface)
        for number, (tail, head) in enumerate(self._crossing):
            token = component.passive(f"{head} after {tail}", "0")
            for what in ("signal", "await"):
                signature = interface.operations[f"{what}{number}"]
                with service(component.element, f"{component.id}.{what}{number}", signature) as body:
                    if what == "signal":
                        body.release(f"{tail} has ended", token)
                    else:
                        body.acquire(f"{head} waits for {tail}", token)
        return component, interface

    def _to_dependencies(self, component: Component, nodes: list[Node]) -> Required | None:
        ids = {node.id for node in nodes}
        if self.dependencies is None or not any(ids & set(edge) for edge in self._crossing):
            return None
        return component.require(self.dependencies[1])


def pool_names(scenario: Scenario, what: str) -> list[str]:
    """Return the names of a parameter that each pool with slots has one of."""
    pools = scenario.working
    return [what] if len(pools) == 1 else [f"{what}{n}" for n in range(1, len(pools) + 1)]


def stage_inputs(stage: StageComponents, scenario: Scenario) -> list[dict[str, str]]:
    """Return what a job passes to a stage, for each pool with slots.

    Pools get their share of the tasks by their slots beforehand: PCM cannot ask which slot is free.
    """
    slots = [f"{name}.VALUE" for name in pool_names(scenario, "slots")]
    executors, nodes = (
        " + ".join(f"{name}.VALUE" for name in pool_names(scenario, what)) for what in ("executors", "nodes")
    )
    tasks = tasks_text(stage.inputs["tasks"])
    common = {name: expressions.linear(total) for name, total in stage.inputs.items() if name != "tasks"}
    found = []
    for pool in range(len(slots)):
        passed = {"tasks": tasks, **common}
        if len(slots) > 1:
            total = " + ".join(slots)
            ends = [
                f"Trunc(1.0 * {tasks} * ({' + '.join(slots[:n]) or '0'}) / ({total}))"
                for n in (pool, pool + 1)
            ]
            passed["tasks"] = f"{ends[1]} - {ends[0]}"
            for name, volume in common.items():  # as much for each task
                passed[name] = f"({volume}) * ({passed['tasks']}) / {tasks}"
        passed |= {"data": DATA, "executors": executors, "nodes": nodes}
        passed |= {"slots": slots[pool], "index": "0"}
        found.append({name: passed[name] for name in stage.takes})
    return found


def _crossing(execution: dsl.ExecutionArchitecture) -> tuple[tuple[str, str], ...]:
    """Return the edges with an end inside a job that no longer path implies."""
    outer = {node.id for node in execution.nodes}
    edges = [edge for edge in execution.edges if edge.tail not in outer or edge.head not in outer]
    if not edges:
        return ()
    jobs = {job.id for job in execution.jobs}
    reduced = transitive_reduction(flatten(execution))
    return tuple(
        (edge.tail, edge.head)
        for edge in edges
        if reduced.has_edge(
            (edge.tail, "end") if edge.tail in jobs else edge.tail,
            (edge.head, "start") if edge.head in jobs else edge.head,
        )
    )


def earliest_s(model: dsl.PerformanceModel, scenario: Scenario) -> float:
    """Return the earliest time at which a stage can start, by the delays before it, seconds."""
    graph = flatten(model.execution)
    begin: dict[object, float] = {}
    first: list[float] = []
    for node in nx.topological_sort(graph):
        begin[node] = max(
            (begin[p] + _length_s(graph, p, scenario) for p in graph.predecessors(node)), default=0.0
        )
        if isinstance(graph.nodes[node]["element"], dsl.Stage):
            first.append(begin[node])
    return min(first, default=0.0)


def _length_s(graph: nx.DiGraph[object], node: object, scenario: Scenario) -> float:
    element = graph.nodes[node]["element"]
    return scenario.delays_s[element.id] if isinstance(element, dsl.Delay) else 0.0


def late_registrations(
    registrations: tuple[tuple[float, int], ...], earliest: float
) -> list[tuple[float, int]]:
    """Return the registrations after the earliest start of a stage: earlier ones make no difference."""
    return [(after_s, slots) for after_s, slots in registrations if after_s > earliest]
