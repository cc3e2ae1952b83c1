"""The execution architecture of an imported model: jobs, stages and delays, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .... import dsl
from .cluster import Cluster
from .flow import Flow, Job, Node, Pooled
from .objects import name, refusal
from .order import Order
from .reading import Reading
from .sums import Laws


class Names:
    """Makes identifiers from what actions are called.

    Parameters
    ----------
    nodes
        The nodes of a flow.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._taken: set[str] = set()
        self.of: dict[int, str] = {}
        """Identifiers by position of the node."""
        for number, node in enumerate(nodes):
            content = node.content
            self.of[number] = self.unique(content.call.name if isinstance(content, Job) else content.name)

    def unique(self, wanted: str) -> str:
        """Return a name that is not taken yet."""
        begin = wanted[:180] or "unnamed"
        found, number = begin, 2
        while found in self._taken:
            found, number = f"{begin} ({number})", number + 1
        self._taken.add(found)
        return found


def stage_of(
    id: str, tasks: int, readings: Sequence[Reading], laws: Laws | None
) -> tuple[dsl.Stage, str | None]:
    """Return a stage, and what its number of tasks does not say.

    How the number follows data and cluster is one of the language's rules.

    Parameters
    ----------
    id
        Identifier of the stage and of its profile.
    tasks
        Tasks in all pools.
    readings
        The stage in each pool.
    laws
        How values follow data and cluster; None for work outside of stages.
    """
    note = None
    partitions = dsl.Partitions(count=tasks)
    counts = [reading.count for reading in readings if reading.count is not None]
    if laws is not None and len(counts) == len(readings) and any(map(laws.depends, counts)):
        law = laws.of(counts, readings[0].cold)
        if law is None:
            note = f"{id}: its number of tasks follows no law of the language, and stays"
        elif set(law) == {"data"}:
            partitions = dsl.Partitions(count=tasks, rule="input_splits")
        elif set(law) == {"slots"}:
            partitions = dsl.Partitions(count=tasks, rule="total_slots")
        elif set(law) - {"constant"}:
            partitions = dsl.Partitions(count=tasks, rule="law", law=law)
    label = name(readings[0].run.service.component)
    return dsl.Stage(id=id, name=_rest(label, id), profile=id, partitions=partitions), note


def is_fair(order: Order, stages: Mapping[int, Sequence[Reading]]) -> bool:
    """Return whether stages that run at the same time take slots in turn.

    Raises
    ------
    TransformError
        If some do, and others make them wait until they have launched all of their tasks.
    """
    in_turn = {n for n, [first, *_] in stages.items() if first.form == "tokens" and first.turn is None}
    together = order.side_by_side(stages) if in_turn else set()
    if together & in_turn and together - in_turn:
        number = min(together & in_turn)
        raise refusal(
            stages[number][0].run.where,
            "takes slots in turn with a stage that takes all of them first",
            "Let all stages that run at the same time hold the same turn, or none.",
        )
    return bool(together & in_turn)


def execution_of(
    flow: Flow,
    elements: Mapping[int, dsl.Stage | dsl.Delay],
    names: Names,
    cluster: Cluster,
    *,
    fair: bool,
    framework: str,
) -> dsl.ExecutionArchitecture:
    """Return the execution architecture.

    Parameters
    ----------
    flow, names
        The graph, and the identifiers of its nodes.
    elements
        Stages and delays by position.
    cluster
        The executors.
    fair
        Whether stages that run at the same time take slots in turn.
    framework
        Name of the framework.

    Raises
    ------
    TransformError
        If there is nothing in it.
    """
    outer: list[dsl.Job | dsl.Delay] = []
    edges: dict[int | None, list[dsl.Edge]] = {}
    inner: dict[int, list[int]] = {}
    for number, node in enumerate(flow.nodes):
        if node.job is not None:
            inner.setdefault(node.job, []).append(number)
        for tail in sorted(node.after):
            same = flow.nodes[tail].job == node.job
            edge = dsl.Edge(tail=names.of[tail], head=names.of[number])
            edges.setdefault(node.job if same else None, []).append(edge)
    for number in _by_priority(flow, (n for n, node in enumerate(flow.nodes) if node.job is None)):
        content = flow.nodes[number].content
        if isinstance(content, Job):
            label = name(content.call.callee.component)
            members = _by_priority(flow, inner.get(number, ()))
            outer.append(
                dsl.Job(
                    id=names.of[number],
                    name=_rest(label, names.of[number]),
                    nodes=tuple(elements[member] for member in members),
                    edges=tuple(edges.get(number, ())),
                )
            )
        elif isinstance(element := elements[number], dsl.Delay):
            outer.append(element)
        else:  # a stage of one task stands alone
            outer.append(dsl.Job(id=names.unique(f"job of {names.of[number]}"), nodes=(element,)))
    if not outer:
        raise refusal(
            "the system",
            "does nothing that takes time",
            "Add actions with demands to the services that are called.",
        )
    return dsl.ExecutionArchitecture(
        framework=framework,
        configuration=dsl.ApplicationConfiguration(
            executors=cluster.executors, scheduler_mode="FAIR" if fair else "FIFO"
        ),
        nodes=tuple(outer),
        edges=tuple(edges.get(None, ())),
    )


def _by_priority(flow: Flow, numbers: Iterable[int]) -> list[int]:
    """Return nodes with jobs and stages in the order of their components, which is that of priority.

    In the files, jobs and stages stand in lanes; their components are in the order of the model.
    """
    found = list(numbers)

    def component(number: int) -> int | None:
        match flow.nodes[number].content:
            case Job(call):
                return call.callee.order
            case Pooled(runs=runs):
                return runs[0].service.order
        return None

    places = [i for i, number in enumerate(found) if component(number) is not None]
    ordered = sorted((found[i] for i in places), key=lambda number: (component(number), number))
    for i, number in zip(places, ordered, strict=True):
        found[i] = number
    return found


def _rest(label: str, id: str) -> str:
    """Return what a component is called beside the identifier that an export writes in front."""
    return label.removeprefix(id).strip() if label.startswith(f"{id} ") else ""
