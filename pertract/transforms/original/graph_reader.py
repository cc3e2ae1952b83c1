"""Nodes and edges of an original model as jobs, stages and delays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ... import dsl
from ...dsl.execution import PartitionRule
from ...dsl.law import LawVariable
from ...errors import TransformError
from ...units import MIB
from ..stoex import ExpressionProblem
from . import flow
from .demand_reader import MOST_COMBINATIONS, ReadDemands, read_demands
from .demands import TYPES
from .metamodel import (
    DirectedEdge,
    ExecutionNode,
    MiniBatchConfiguration,
    OpenDataSource,
    RecordDataModel,
    ResourceDemand,
)
from .naming import data_id, is_empty, unique
from .references import ROOT, step
from .resources import is_master
from .trio import Trio
from .workload import arrivals

EXTRACTORS_TOP = "hiddenTopNode"
"""Name of the top node of models that the original's extractor made."""


class Inside(NamedTuple):
    """A node as the language knows it, with its ends for the edges that name it."""

    elements: tuple[dsl.Stage | dsl.Delay, ...]
    edges: tuple[dsl.Edge, ...]
    first: tuple[str, ...]
    """Identifiers of what begins with the node."""
    last: tuple[str, ...]
    """Identifiers of what ends with it."""


class GraphReader:
    """Turns the nodes of an original model into jobs, stages and delays.

    Parameters
    ----------
    trio
        The original model.
    file
        Name of the application's file for messages.
    """

    def __init__(self, trio: Trio, file: str) -> None:
        self._trio = trio
        self._file = file
        self._taken: set[str] = set()
        self._names: dict[str, str] = {}  # identifiers by place
        self.profiles: list[dsl.StageProfile] = []
        """Profiles of the stages read so far."""
        self.notes: list[str] = []
        """What predictions leave out, one sentence each."""

    def read(self) -> tuple[tuple[dsl.Job | dsl.Delay, ...], tuple[dsl.Edge, ...]]:
        """Return jobs and delays of the application, and the edges that are not inside of a job.

        Raises
        ------
        TransformError
            If there is no graph, or a demand that the language cannot say.
        """
        top = self._trio.application.top_node
        if top is None:
            raise TransformError(
                f"{self._file}: there is no topNode, so the model has no graph",
                hint="Add the node that holds the jobs.",
            )
        shares = dict(flow.shares(top))
        if not top.children:  # the application is one stage
            return (self._job(top, flow.TOP, shares),), ()
        nodes = tuple(
            self._outer(child, step(flow.TOP, f"children.{i}"), shares)
            for i, child in enumerate(top.children)
        )
        edges = _repaired(top) if top.name == EXTRACTORS_TOP else top.edges_of_children
        return nodes, tuple(self._edges(edges, flow.TOP))

    # -- nodes -----------------------------------------------------------------------------------

    def _outer(self, node: ExecutionNode, place: str, shares: dict[str, float]) -> dsl.Job | dsl.Delay:
        if _is_delay(node):
            return self._delay(node, place, shares)
        return self._job(node, place, shares)

    def _job(self, node: ExecutionNode, place: str, shares: dict[str, float]) -> dsl.Job:
        name = self._name(node, place, "job")
        if node.children:
            if node.resource_profile is not None:
                self.notes.append(f"'{name}' has nodes inside, so its own resource profile is left out")
            inside = self._inside(node, place, shares)
        elif node.resource_profile is not None:
            stage = self._stage(node, place, shares, unique(f"{name}-stage", self._taken))
            inside = Inside((stage,), (), (stage.id,), (stage.id,))
        else:
            inside = Inside((), (), (), ())
        operations = [operation.name or "" for operation in node.operations]
        spoken = operations[0] if len(operations) == 1 and operations[0] != name else ""
        return dsl.Job(id=name, name=spoken, nodes=inside.elements, edges=inside.edges)

    def _inside(self, node: ExecutionNode, place: str, shares: dict[str, float]) -> Inside:
        """Return what is in a composite node; composites in it are taken apart."""
        parts = {}
        for i, child in enumerate(node.children):
            where = step(place, f"children.{i}")
            if child.children:
                parts[where] = self._inside(child, where, shares)
            else:
                leaf = (
                    self._delay(child, where, shares)
                    if _is_delay(child)
                    else self._stage(child, where, shares, self._name(child, where, "stage"))
                )
                parts[where] = Inside((leaf,), (), (leaf.id,), (leaf.id,))
        edges = [edge for part in parts.values() for edge in part.edges]
        heads, tails = set(), set()
        for edge in node.edges_of_children:
            tail, head = parts.get(edge.tail or ""), parts.get(edge.head or "")
            if tail is None or head is None:
                self.notes.append(
                    f"an edge of '{node.name or ''}' leads to or from something else than its children "
                    "and is left out"
                )
                continue
            tails.add(edge.tail)
            heads.add(edge.head)
            edges += [_edge(a, b, edge.data_transmission_factor) for a in tail.last for b in head.first]
        return Inside(
            tuple(element for part in parts.values() for element in part.elements),
            tuple(edges),
            tuple(name for where, part in parts.items() if where not in heads for name in part.first),
            tuple(name for where, part in parts.items() if where not in tails for name in part.last),
        )

    def _delay(self, node: ExecutionNode, place: str, shares: dict[str, float]) -> dsl.Delay:
        name = self._name(node, place, "delay")
        demands = node.resource_profile.resource_demands if node.resource_profile else ()
        read = self._demands(name, [d for d in demands if d.processing_type == "DELAY"], 1)
        if len(read.weights) > 1:
            self.notes.append(f"the length of '{name}' varies; predictions use its mean")
        total_bytes = self._entering_bytes(shares[place])
        law: dict[LawVariable, float] = {}
        for demand in read.demands:
            for variable, coefficient in demand.mean.items():
                if variable == "executors":
                    law["executors"] = law.get("executors", 0.0) + coefficient
                elif variable == "constant":
                    law["constant"] = law.get("constant", 0.0) + coefficient
                else:
                    volume = total_bytes if variable == "task_bytes" else self._records() * shares[place]
                    law["data"] = law.get("data", 0.0) + coefficient * volume
        values = {"constant": 1.0, "data": 1.0, "executors": float(self._executors())}
        length_s = sum(coefficient * values[variable] for variable, coefficient in law.items())
        return dsl.Delay(id=name, delay_s=length_s, law=law if set(law) - {"constant"} else {})

    def _stage(self, node: ExecutionNode, place: str, shares: dict[str, float], name: str) -> dsl.Stage:
        workload = self._trio.workload
        tasks = max(1, node.parallelism) if node.parallelism > 0 else flow.forks(node, workload)
        reads = self._reads(node)
        self.profiles.append(self._profile(node, name, tasks, shares[place], reads=bool(reads)))
        configuration = self._trio.application.application_configuration
        default = configuration.default_parallelism if configuration else 0
        rule: PartitionRule = "fixed"
        if node.spout:
            rule = "input_splits"
        elif tasks > 1 and tasks == default:
            rule = "default_parallelism"
        return dsl.Stage(
            id=name,
            profile=name,
            partitions=dsl.Partitions(count=tasks, rule=rule),
            reads=reads,
            operations=tuple(_operation(operation.name or "") for operation in node.operations),
        )

    def _name(self, node: ExecutionNode, place: str, kind: str) -> str:
        self._names[place] = unique(node.name or kind, self._taken)
        return self._names[place]

    def _reads(self, node: ExecutionNode) -> tuple[str, ...]:
        models = self._trio.workload.data_models
        known = {f"ptd#{step(ROOT, f'dataModels.{i}')}": i for i in range(len(models))}
        position = known.get(node.data_input or "", 0 if node.spout and models else None)
        if position is None or is_empty(models[position]):
            return ()
        return (data_id(position),)

    # -- what tasks need -------------------------------------------------------------------------

    def _profile(
        self, node: ExecutionNode, name: str, tasks: int, share: float, *, reads: bool
    ) -> dsl.StageProfile:
        demands = list(node.resource_profile.resource_demands if node.resource_profile else ())
        if len(demands) == 1 and _is_zero(demands[0]):
            demands = []  # it only fills the place of one
        read = self._demands(name, demands, tasks)
        if read.sampled:
            self.notes.append(
                f"random values of '{name}' have more than {MOST_COMBINATIONS:,} combinations; "
                f"{len(read.weights)} of them stand for all"
            )
        entering = round(self._entering_bytes(share))
        records = round(self._records() * share)
        if reads:
            volumes = dsl.Volumes(input_bytes=entering, input_records=records)
        else:  # blocks lie evenly on the nodes
            local = entering // self._hosts()
            volumes = dsl.Volumes(
                shuffle_read_local_bytes=local,
                shuffle_read_remote_bytes=entering - local,
                shuffle_read_records=records,
            )
        return dsl.StageProfile(id=name, weights=read.weights, demands=read.demands, volumes=volumes)

    def _demands(self, name: str, demands: list[ResourceDemand], tasks: int) -> ReadDemands:
        known = []
        for demand in demands:
            if demand.processing_type in TYPES:
                known.append((demand.processing_type, demand.random_variable or "0"))
            else:
                self.notes.append(
                    f"a demand of '{name}' is for '{demand.processing_type}', which predictions leave out"
                )
        try:
            return read_demands(known, tasks)
        except ExpressionProblem as error:
            raise TransformError(
                f"{self._file}: '{name}' has a demand that the language cannot say: {error}",
                hint="The forms of demands that can be read are listed in docs/original-formats.md.",
            ) from error

    def _entering_bytes(self, share: float) -> float:
        files = flow.first_files(self._trio.workload)
        if files is not None:
            return flow.megabytes(files) * MIB * share
        first = next(iter(self._trio.workload.data_models), None)
        size = first.mean_record_size if isinstance(first, RecordDataModel) else 0
        return max(0, size) * self._records() * share

    def _records(self) -> float:
        """Return the records that enter the application at once."""
        first = next(iter(self._trio.workload.data_models), None)
        if not isinstance(first, RecordDataModel) or not isinstance(first.data_source, OpenDataSource):
            return 0.0
        configuration = self._trio.application.application_configuration
        if isinstance(configuration, MiniBatchConfiguration):
            return max(0.0, arrivals(first.data_source) * configuration.mini_batch_interval)
        return 1.0

    def _hosts(self) -> int:
        workers = sum(not is_master(node) for node in self._trio.resources.resource_nodes)
        return max(1, min(workers, self._executors()))

    def _executors(self) -> int:
        configuration = self._trio.application.application_configuration
        return max(1, configuration.executors if configuration else 1)

    # -- edges -----------------------------------------------------------------------------------

    def _edges(self, edges: tuple[DirectedEdge, ...], place: str) -> Iterator[dsl.Edge]:
        for edge in edges:
            tail, head = self._names.get(edge.tail or ""), self._names.get(edge.head or "")
            if tail is None or head is None:
                self.notes.append(
                    f"an edge of {place} leads to or from no job, stage or delay and is left out"
                )
            else:
                yield _edge(tail, head, edge.data_transmission_factor)


def _edge(tail: str, head: str, factor: float) -> dsl.Edge:
    known = 0 < factor < float("inf")
    return dsl.Edge(tail=tail, head=head, data_transmission_factor=factor if known else None)


def _repaired(top: ExecutionNode) -> tuple[DirectedEdge, ...]:
    """Return the edges between jobs as the original's extractor means them.

    It lets a delay between jobs follow the last child but one, while all children run one after the other.
    """
    edges = list(top.edges_of_children)
    tails = {edge.tail for edge in edges}
    for i in range(2, len(top.children)):
        before, place = (step(flow.TOP, f"children.{k}") for k in (i - 1, i))
        entering = [k for k, edge in enumerate(edges) if edge.head == place]
        wrong = step(flow.TOP, f"children.{i - 2}")
        if len(entering) == 1 and edges[entering[0]].tail == wrong and before not in tails:
            edge = edges[entering[0]]
            edges[entering[0]] = DirectedEdge(
                tail=before, head=place, data_transmission_factor=edge.data_transmission_factor
            )
    return tuple(edges)


def _is_delay(node: ExecutionNode) -> bool:
    """Return whether a node only lets time pass: no tasks are told, and nothing but DELAY is demanded."""
    demands = node.resource_profile.resource_demands if node.resource_profile else ()
    return (
        not node.children
        and not node.spout
        and node.parallelism == 0
        and any(demand.processing_type == "DELAY" for demand in demands)
        and all(demand.processing_type == "DELAY" or _is_zero(demand) for demand in demands)
    )


def _is_zero(demand: ResourceDemand) -> bool:
    return (demand.random_variable or "").strip() in ("0", "0.0") and demand.processing_type in TYPES


def _operation(text: str) -> dsl.Operation:
    """Return an operation; the original's are lines such as ``textFile at Main.scala:10``."""
    name, at, place = text.partition(" at ")
    if at and name and " " not in name and place:
        return dsl.Operation(name=name, call_site=text)
    return dsl.Operation(name=text)
