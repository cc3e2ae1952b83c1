"""Checks that reach across elements, beyond what single fields can check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..errors import CyclicExecution, DanglingReference, MalformedModel, ModelError
from .execution import Edge, ExecutionArchitecture, Stage
from .graph import cycle, flatten
from .mistakes import Path, did_you_mean
from .system import PerformanceModel


class Problem(NamedTuple):
    """Something that does not fit together."""

    error: type[ModelError]
    message: str
    path: Path
    """Field that holds the wrong value."""
    hint: str


def check(model: PerformanceModel) -> PerformanceModel:
    """Return the model unchanged if its parts fit together.

    Raises
    ------
    MalformedModel
        If two elements of a kind share an identifier, or there is no worker.
    DanglingReference
        If an edge, stage or job names an element that does not exist.
    CyclicExecution
        If the edges form a cycle.
    """
    for problem in problems(model):
        raise problem.error(f"{'.'.join(map(str, problem.path))}: {problem.message}", hint=problem.hint)
    return model


def problems(model: PerformanceModel) -> Iterator[Problem]:
    """Yield every shared identifier and broken reference; where there is none, a cycle if there is one."""
    whole = True
    for part in (_shared, _resources, _stages, _edges, _slow_starts, _loops, _repeated):
        for problem in part(model):
            whole = False
            yield problem
    if whole:
        yield from _cycles(model.execution)


def _no_such(kind: str, name: str, path: Path, known: Iterable[str], otherwise: str = "") -> Problem:
    hint = did_you_mean(name, known) or otherwise or "Correct the name, or add the element it refers to."
    return Problem(DanglingReference, f"no {kind} has the id '{name}'", path, hint)


def _shared(model: PerformanceModel) -> Iterator[Problem]:
    seen = set[tuple[str, str]]()
    for kind, identifier, path in _identifiers(model):
        if (kind, identifier) in seen:
            message = f"the identifier '{identifier}' is used twice"
            yield Problem(MalformedModel, message, path, "Give one of the two another name.")
        seen.add((kind, identifier))


def _repeated(model: PerformanceModel) -> Iterator[Problem]:
    seen = set[tuple[str, str]]()
    for edge, path in _all_edges(model.execution):
        if (edge.tail, edge.head) in seen:
            message = f"there are two edges from '{edge.tail}' to '{edge.head}'"
            yield Problem(MalformedModel, message, path, "Leave one out; the other has the data of both.")
        seen.add((edge.tail, edge.head))
    for stage, where in _all_stages(model.execution):
        for k, name in enumerate(stage.reads):
            if name in stage.reads[:k]:
                message = f"the data model '{name}' is named twice"
                yield Problem(MalformedModel, message, (*where, "reads", k), "Name it once.")


def _identifiers(model: PerformanceModel) -> Iterator[tuple[str, str, Path]]:
    for i, node in enumerate(model.execution.nodes):
        yield "node", node.id, ("execution", "nodes", i, "id")
        if node.kind == "job":
            for j, inner in enumerate(node.nodes):
                yield "node", inner.id, ("execution", "nodes", i, "nodes", j, "id")
    for i, pool in enumerate(model.execution.configuration.pools):
        yield "pool", pool.name, ("execution", "configuration", "pools", i, "name")
    for i, profile in enumerate(model.profiles.stages):
        yield "profile", profile.id, ("profiles", "stages", i, "id")
    for i, item in enumerate(model.workload.data):
        yield "data", item.id, ("workload", "data", i, "id")
    for i, group in enumerate(model.resources.nodes):
        yield "node group", group.id, ("resources", "nodes", i, "id")
    manager = model.resources.manager
    for i, queue in enumerate(manager.queues if manager is not None else ()):
        yield "queue", queue.path, ("resources", "manager", "queues", i, "path")


def _resources(model: PerformanceModel) -> Iterator[Problem]:
    places = sum(group.count for group in model.resources.workers)
    if not places:
        message = "there is no worker among the nodes, so nothing can run"
        yield Problem(MalformedModel, message, ("resources", "nodes", 0), "Add nodes with the role worker.")
        return
    for i, group in enumerate(model.execution.configuration.executors):
        if group.node is not None and group.node >= places:
            message = f"there is no node {group.node}: the {places} workers are numbered from 0"
            path = ("execution", "configuration", "executors", i, "node")
            yield Problem(DanglingReference, message, path, "Correct the number, or leave it out.")
    request, manager = model.execution.configuration.containers, model.resources.manager
    where = ("execution", "configuration", "containers")
    if request is not None and request.master_node is not None and request.master_node >= places:
        message = f"there is no node {request.master_node}: the {places} workers are numbered from 0"
        hint = "Correct the number, or leave it out."
        yield Problem(DanglingReference, message, (*where, "master_node"), hint)
    if request is not None and manager is not None and manager.queues and not manager.queue(request.queue):
        known = [queue.path for queue in manager.queues]
        hint = did_you_mean(request.queue, known) or "Correct the path, or add the queue."
        message = f"no queue has the path '{request.queue}'"
        yield Problem(DanglingReference, message, (*where, "queue"), hint)


def _stages(model: PerformanceModel) -> Iterator[Problem]:
    profiles = {profile.id for profile in model.profiles.stages}
    data = {item.id for item in model.workload.data}
    stages = {stage.id for stage in model.execution.stages}
    for stage, where in _all_stages(model.execution):
        if stage.profile not in profiles:
            yield _no_such("resource profile", stage.profile, (*where, "profile"), profiles)
        for k, name in enumerate(stage.reads):
            if name not in data:
                yield _no_such("data model", name, (*where, "reads", k), data)
        if stage.locality is not None and stage.locality.cached_by not in stages:
            yield _no_such("stage", stage.locality.cached_by, (*where, "locality", "cached_by"), stages)


def _edges(model: PerformanceModel) -> Iterator[Problem]:
    execution = model.execution
    everywhere = {node.id for node in execution.nodes}
    for i, node in enumerate(execution.nodes):
        if node.kind == "job":
            inner = {n.id for n in node.nodes}
            everywhere |= inner
            where, elsewhere = (
                f"stage or delay of '{node.id}'",
                "An edge out of the job stands in execution.edges.",
            )
            yield from _ends(node.edges, inner, ("execution", "nodes", i), where, elsewhere)
    yield from _ends(execution.edges, everywhere, ("execution",), "job, stage or delay")


def _ends(
    edges: tuple[Edge, ...], known: set[str], where: Path, kind: str, elsewhere: str = ""
) -> Iterator[Problem]:
    for i, edge in enumerate(edges):
        for end, name in (("tail", edge.tail), ("head", edge.head)):
            if name not in known:
                yield _no_such(kind, name, (*where, "edges", i, end), known, elsewhere)


def _slow_starts(model: PerformanceModel) -> Iterator[Problem]:
    stages = {stage.id for stage in model.execution.stages}
    edges = list(_all_edges(model.execution))
    tails: dict[str, list[str]] = {}
    for edge, _ in edges:
        tails.setdefault(edge.head, []).append(edge.tail)
    for edge, path in edges:
        if edge.slow_start is None:
            continue
        for name in (edge.tail, edge.head):
            if name not in stages:
                message = f"'{name}' has no tasks, so that none of them can start before another stage ends"
                yield Problem(
                    MalformedModel, message, (*path, "slow_start"), "Leave slow_start out, or join stages."
                )
        if len(tails[edge.head]) > 1:
            others = ", ".join(f"'{name}'" for name in tails[edge.head] if name != edge.tail)
            message = f"'{edge.head}' also waits for {others}, so that its tasks cannot start early"
            yield Problem(MalformedModel, message, (*path, "slow_start"), "Leave slow_start out.")


def _loops(model: PerformanceModel) -> Iterator[Problem]:
    outer, taken = {node.id for node in model.execution.nodes}, set[str]()
    for i, loop in enumerate(model.execution.loops):
        for j, names in enumerate(loop.rounds):
            for k, name in enumerate(names):
                path = ("execution", "loops", i, "rounds", j, k)
                if name not in outer:
                    yield _no_such("job or delay of the application", name, path, outer)
                if name in taken:
                    message = f"'{name}' is in two rounds"
                    yield Problem(MalformedModel, message, path, "Name every job and delay in one round.")
                taken.add(name)


def _cycles(execution: ExecutionArchitecture) -> Iterator[Problem]:
    try:
        flatten(execution)
    except CyclicExecution as error:
        names = cycle(execution)
        edges = _all_edges(execution)
        path = next(path for edge, path in edges if edge.tail in names and edge.head in names)
        yield Problem(CyclicExecution, str(error), path, error.hint)


def _all_stages(execution: ExecutionArchitecture) -> Iterator[tuple[Stage, Path]]:
    for i, node in enumerate(execution.nodes):
        if node.kind == "job":
            for j, stage in enumerate(node.nodes):
                if stage.kind == "stage":
                    yield stage, ("execution", "nodes", i, "nodes", j)


def _all_edges(execution: ExecutionArchitecture) -> Iterator[tuple[Edge, Path]]:
    for i, node in enumerate(execution.nodes):
        if node.kind == "job":
            for j, edge in enumerate(node.edges):
                yield edge, ("execution", "nodes", i, "edges", j)
    for i, edge in enumerate(execution.edges):
        yield edge, ("execution", "edges", i)
