"""Checks that reach across elements, beyond what single fields can check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..errors import DanglingReference, MalformedModel, ModelError
from .execution import Edge, ExecutionArchitecture
from .graph import flatten
from .system import PerformanceModel

Path = tuple[str | int, ...]


class Problem(NamedTuple):
    """Something that does not fit together."""

    error: type[ModelError]
    message: str
    path: Path
    """Field that holds the wrong value."""
    hint: str = "Correct the name, or add the element it refers to."


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
    flatten(model.execution)
    return model


def problems(model: PerformanceModel) -> Iterator[Problem]:
    """Yield every shared identifier and broken reference."""
    seen: set[tuple[str, str]] = set()
    for part, identifier, path in _identifiers(model):
        if (part, identifier) in seen:
            message = f"the identifier '{identifier}' is used twice"
            yield Problem(MalformedModel, message, path, "Give one of the two another name.")
        seen.add((part, identifier))
    if not model.resources.workers:
        message = "there is no worker among the nodes, so nothing can run"
        yield Problem(MalformedModel, message, ("resources", "nodes", 0), "Add nodes with the role worker.")
    nodes = {node.id for node in model.execution.nodes}
    for i, node in enumerate(model.execution.nodes):
        if node.kind != "job":
            continue
        where: Path = ("execution", "nodes", i)
        for j, stage in enumerate(node.nodes):
            if stage.kind != "stage":
                continue
            if ("profile", stage.profile) not in seen:
                path = (*where, "nodes", j, "profile")
                yield Problem(DanglingReference, f"no resource profile has the id '{stage.profile}'", path)
            for k, name in enumerate(stage.reads):
                if ("data", name) not in seen:
                    path = (*where, "nodes", j, "reads", k)
                    yield Problem(DanglingReference, f"no data model has the id '{name}'", path)
        inner = {n.id for n in node.nodes}
        nodes |= inner
        yield from _dangling(node.edges, inner, where)
    yield from _dangling(model.execution.edges, nodes, ("execution",))
    yield from _loops(model.execution)


def _loops(execution: ExecutionArchitecture) -> Iterator[Problem]:
    outer, taken = {node.id for node in execution.nodes}, set[str]()
    for i, loop in enumerate(execution.loops):
        for j, names in enumerate(loop.rounds):
            for k, name in enumerate(names):
                path = ("execution", "loops", i, "rounds", j, k)
                if name not in outer:
                    message = f"no job or delay of the application has the id '{name}'"
                    yield Problem(DanglingReference, message, path)
                if name in taken:
                    message = f"'{name}' is in two rounds"
                    yield Problem(MalformedModel, message, path, "Name every job and delay in one round.")
                taken.add(name)


def _dangling(edges: tuple[Edge, ...], known: set[str], where: Path) -> Iterator[Problem]:
    for i, edge in enumerate(edges):
        for end in ("tail", "head"):
            if (name := getattr(edge, end)) not in known:
                yield Problem(
                    DanglingReference, f"no node here has the id '{name}'", (*where, "edges", i, end)
                )


def _identifiers(model: PerformanceModel) -> Iterator[tuple[str, str, Path]]:
    for i, node in enumerate(model.execution.nodes):
        yield "node", node.id, ("execution", "nodes", i, "id")
        if node.kind == "job":
            for j, inner in enumerate(node.nodes):
                yield "node", inner.id, ("execution", "nodes", i, "nodes", j, "id")
    for i, profile in enumerate(model.profiles.stages):
        yield "profile", profile.id, ("profiles", "stages", i, "id")
    for i, item in enumerate(model.workload.data):
        yield "data", item.id, ("workload", "data", i, "id")
    for i, group in enumerate(model.resources.nodes):
        yield "node group", group.id, ("resources", "nodes", i, "id")
