"""Give loops of an execution architecture other numbers of rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from .execution import Delay, Edge, ExecutionArchitecture, Job


def unroll(execution: ExecutionArchitecture, values: Mapping[str, float]) -> ExecutionArchitecture:
    """Return the execution architecture with the rounds that its loops have for values of parameters.

    Rounds are left out from the end; additional ones are copies of the last round, whose jobs, stages and
    delays get identifiers such as ``job-7~2``. What followed the last round follows the new last one.

    Parameters
    ----------
    execution
        A checked execution architecture.
    values
        Values by parameter; loops of other parameters stay as they are.
    """
    for loop in execution.loops:
        if loop.parameter in values:
            rounds = loop.rounds_for(values[loop.parameter])
            for names in reversed(loop.rounds[rounds:]):
                execution = _without(execution, set(names))
            if rounds > len(loop.rounds):
                execution = _with_copies(execution, set(loop.rounds[-1]), rounds - len(loop.rounds))
    return execution


def _without(execution: ExecutionArchitecture, names: set[str]) -> ExecutionArchitecture:
    """Leave nodes out; what followed them follows what they followed."""
    inside = _inside(execution, names)
    before = [edge.tail for edge in execution.edges if edge.head in names and edge.tail not in inside]
    after = [edge.head for edge in execution.edges if edge.tail in names and edge.head not in inside]
    kept = [edge for edge in execution.edges if edge.tail not in inside and edge.head not in inside]
    known = {(edge.tail, edge.head) for edge in kept}
    joined = dict.fromkeys((tail, head) for tail in before for head in after)
    kept += [Edge(tail=tail, head=head) for tail, head in joined if (tail, head) not in known]
    nodes = tuple(node for node in execution.nodes if node.id not in names)
    return execution.model_copy(update={"nodes": nodes, "edges": tuple(kept)})


def _with_copies(execution: ExecutionArchitecture, names: set[str], count: int) -> ExecutionArchitecture:
    """Append copies of a round to it, one after the other."""
    inside = _inside(execution, names)
    within = [edge for edge in execution.edges if edge.tail in inside and edge.head in inside]
    entries = [name for name in names if all(edge.head != name for edge in within)]
    exits = [name for name in names if all(edge.tail != name for edge in within)]
    nodes, edges = [], []
    for number in range(1, count + 1):
        copy = partial(_copy_name, inside, number)
        nodes += [_renamed(node, copy) for node in execution.nodes if node.id in names]
        edges += [
            edge.model_copy(update={"tail": copy(edge.tail), "head": copy(edge.head)}) for edge in within
        ]
        before = partial(_copy_name, inside, number - 1)
        edges += [Edge(tail=before(tail), head=copy(head)) for tail in exits for head in entries]
        # Stages of every round may read what an earlier job left.
        edges += [
            edge.model_copy(update={"head": copy(edge.head)})
            for edge in execution.edges
            if edge.head in inside - names and edge.tail not in inside
        ]
    last = partial(_copy_name, inside, count)
    for edge in execution.edges:
        leaves = edge.tail in inside and edge.head not in inside
        edges.append(edge.model_copy(update={"tail": last(edge.tail)}) if leaves else edge)
    position = 1 + max(i for i, node in enumerate(execution.nodes) if node.id in names)
    return execution.model_copy(
        update={
            "nodes": (*execution.nodes[:position], *nodes, *execution.nodes[position:]),
            "edges": tuple(edges),
        }
    )


def _inside(execution: ExecutionArchitecture, names: set[str]) -> set[str]:
    """Return the identifiers of nodes and of all that lies in them."""
    jobs = [node for node in execution.nodes if isinstance(node, Job) and node.id in names]
    return names | {inner.id for job in jobs for inner in job.nodes}


def _copy_name(inside: set[str], number: int, name: str) -> str:
    """Return the name of a node of the round in its copy of that number; 0 is the round itself."""
    return f"{name}~{number + 1}" if number and name in inside else name


def _renamed(node: Job | Delay, copy: Callable[[str], str]) -> Job | Delay:
    if isinstance(node, Delay):
        return node.model_copy(update={"id": copy(node.id)})
    return node.model_copy(
        update={
            "id": copy(node.id),
            "nodes": tuple(inner.model_copy(update={"id": copy(inner.id)}) for inner in node.nodes),
            "edges": tuple(
                edge.model_copy(update={"tail": copy(edge.tail), "head": copy(edge.head)})
                for edge in node.edges
            ),
        }
    )
