"""Jobs, stages and delays as nodes and edges of an original model."""

from __future__ import annotations

import networkx as nx

from ... import dsl
from ...errors import TransformError
from ...units import MIB, MS
from .. import stoex
from ..stoex import ExpressionProblem
from . import flow
from .demand_writer import joined, whole, write_demand
from .demands import WRITTEN_AS
from .metamodel import (
    DataWorkloadArchitecture,
    DirectedEdge,
    ExecutionNode,
    Operation,
    ResourceDemand,
    ResourceProfile,
)
from .references import ROOT, step
from .values import INT_MOST

_TOP = "application"  # not the name that the original's extractor gives, whose edges have another meaning


class GraphWriter:
    """Turns the execution architecture into the top node.

    Parameters
    ----------
    model
        A checked model.
    workload
        Its data, as they are written.
    """

    def __init__(self, model: dsl.PerformanceModel, workload: DataWorkloadArchitecture) -> None:
        self._model = model
        self._workload = workload
        self._profiles = {profile.id: profile for profile in model.profiles.stages}
        self._data = {data.id: i for i, data in enumerate(model.workload.data)}
        files = flow.first_files(workload)
        self._total_bytes = float(flow.megabytes(files) * MIB) if files else 0.0
        self._executors = sum(group.count for group in model.execution.configuration.executors)

    def top_node(self) -> ExecutionNode:
        """Return the node that holds all jobs and delays.

        Raises
        ------
        TransformError
            If a demand is too large for the original's numbers.
        """
        execution = self._model.execution
        edges = tuple(self._outer_edges())
        heads = {edge.head for edge in edges}
        bare = ExecutionNode(
            children=tuple(
                ExecutionNode(
                    children=tuple(ExecutionNode() for _ in node.nodes) if isinstance(node, dsl.Job) else (),
                    edges_of_children=self._inner_edges(node, i) if isinstance(node, dsl.Job) else (),
                )
                for i, node in enumerate(execution.nodes)
            ),
            edges_of_children=edges,
        )
        shares = dict(flow.shares(bare))  # of the graph with its factors, before there are demands
        children = []
        for i, node in enumerate(execution.nodes):
            place = step(flow.TOP, f"children.{i}")
            starting = place not in heads
            if isinstance(node, dsl.Job):
                children.append(self._job(node, place, shares, bare.children[i], starting=starting))
            else:
                children.append(self._delay(node, flow.TOP, starting=starting))
        return ExecutionNode(
            name=_TOP,
            operations=(Operation(name=_TOP),),
            children=tuple(children),
            edges_of_children=edges,
            starting_node=True,
        )

    # -- nodes -----------------------------------------------------------------------------------

    def _job(
        self, job: dsl.Job, place: str, shares: dict[str, float], bare: ExecutionNode, *, starting: bool
    ) -> ExecutionNode:
        heads = {edge.head for edge in bare.edges_of_children}
        children = []
        for i, node in enumerate(job.nodes):
            where = step(place, f"children.{i}")
            first = where not in heads
            if isinstance(node, dsl.Stage):
                children.append(self._stage(node, place, shares[where], starting=first))
            else:
                children.append(self._delay(node, place, starting=first))
        return ExecutionNode(
            name=job.id,
            operations=(Operation(name=job.name or job.id),),
            parent=flow.TOP,
            children=tuple(children),
            edges_of_children=bare.edges_of_children,
            starting_node=starting,
        )

    def _stage(self, stage: dsl.Stage, parent: str, share: float, *, starting: bool) -> ExecutionNode:
        spout = stage.partitions.rule == "input_splits"
        operations = tuple(Operation(name=o.call_site or o.name) for o in stage.operations)
        return ExecutionNode(
            name=stage.id,
            operations=operations or (Operation(name=stage.name or stage.id),),
            parent=parent,
            resource_profile=self._profile(stage, share),
            parallelism=min(stage.partitions.count, INT_MOST),
            starting_node=starting,
            spout=spout,
            data_input=self._data_input(stage, spout=spout),
        )

    def _data_input(self, stage: dsl.Stage, *, spout: bool) -> str | None:
        """Return the first data model that a stage reads, where that is not plain from its being a spout."""
        if not stage.reads or (spout and self._data[stage.reads[0]] == 0):
            return None
        return f"ptd#{step(ROOT, f'dataModels.{self._data[stage.reads[0]]}')}"

    def _delay(self, delay: dsl.Delay, parent: str, *, starting: bool) -> ExecutionNode:
        length = self._number(delay.delay_s / MS, delay.id)
        demands = (
            ResourceDemand(processing_type="DELAY", random_variable=length),
            ResourceDemand(processing_type="CPU", random_variable="0"),
        )
        return ExecutionNode(
            name=delay.id,
            operations=(Operation(name="delay"),),
            parent=parent,
            resource_profile=ResourceProfile(resource_demands=demands),
            starting_node=starting,
        )

    def _profile(self, stage: dsl.Stage, share: float) -> ResourceProfile:
        profile = self._profiles[stage.profile]
        variables = profile.measured_variables(self._executors)
        task_megabytes = self._total_bytes / MIB * share / stage.partitions.count
        demands = []
        for demand in joined(profile, variables):
            try:
                text, parameter = write_demand(demand, profile.weights, variables, task_megabytes)
            except ExpressionProblem as error:
                raise _too_large(stage.id) from error
            demands.append(
                ResourceDemand(
                    processing_type=WRITTEN_AS[demand.resource],
                    random_variable=text,
                    parametric_variable_name=parameter,
                )
            )
        nothing = ResourceDemand(processing_type="CPU", random_variable="0")
        return ResourceProfile(resource_demands=tuple(demands) or (nothing,))

    def _number(self, value: float, node: str) -> str:
        try:
            return stoex.number(whole(value))
        except ExpressionProblem as error:
            raise _too_large(node) from error

    # -- edges -----------------------------------------------------------------------------------

    def _inner_edges(self, job: dsl.Job, position: int) -> tuple[DirectedEdge, ...]:
        place = step(flow.TOP, f"children.{position}")
        places = {node.id: step(place, f"children.{i}") for i, node in enumerate(job.nodes)}
        entering = self._entering_inside(job)
        return tuple(_edge(edge, places, entering) for edge in job.edges)

    def _outer_edges(self) -> list[DirectedEdge]:
        """Return the edges between jobs and delays; those between stages of jobs join the jobs."""
        execution = self._model.execution
        places = {node.id: step(flow.TOP, f"children.{i}") for i, node in enumerate(execution.nodes)}
        outer = {inner.id: job.id for job in execution.jobs for inner in job.nodes}
        outer |= {name: name for name in places}
        entering = self._entering_outside()
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(places)
        found = []
        # Edges between stages come last: they only matter where nothing else joins the jobs.
        for edge in sorted(execution.edges, key=lambda e: e.tail not in places or e.head not in places):
            direct = edge.tail in places and edge.head in places
            tail, head = outer[edge.tail], outer[edge.head]
            if not direct and (tail == head or graph.has_edge(tail, head) or nx.has_path(graph, head, tail)):
                continue
            graph.add_edge(tail, head)
            joined = edge if direct else dsl.Edge(tail=tail, head=head)
            found.append(_edge(joined, places, entering))
        return found

    def _entering_bytes(self, stage: dsl.Stage) -> float:
        return float(self._profiles[stage.profile].volumes.entering_bytes)

    def _entering_inside(self, job: dsl.Job) -> dict[str, float]:
        """Return the data entering stages, and delays, which hand on those of the node before."""
        found = {n.id: self._entering_bytes(n) for n in job.nodes if isinstance(n, dsl.Stage)}
        return self._with_delays(found, [n.id for n in job.nodes], job.edges, self._entering_job(job))

    def _entering_outside(self) -> dict[str, float]:
        execution = self._model.execution
        found = {job.id: self._entering_job(job) for job in execution.jobs}
        return self._with_delays(found, [n.id for n in execution.nodes], execution.edges, self._total_bytes)

    def _entering_job(self, job: dsl.Job) -> float:
        return next((self._entering_bytes(n) for n in job.nodes if isinstance(n, dsl.Stage)), 0.0)

    @staticmethod
    def _with_delays(
        known: dict[str, float], names: list[str], edges: tuple[dsl.Edge, ...], first: float
    ) -> dict[str, float]:
        before: dict[str, str] = {}
        for edge in edges:
            before.setdefault(edge.head, edge.tail)
        for name in names:
            chain, node = [], name
            while node not in known and node in before:
                chain.append(node)
                node = before[node]
            known |= dict.fromkeys((*chain, node), known.get(node, first))
        return known


def _edge(edge: dsl.Edge, places: dict[str, str], entering: dict[str, float]) -> DirectedEdge:
    factor = edge.data_transmission_factor
    if factor is None:  # for the original's tools, which multiply the factors along the way
        tail, head = entering[edge.tail], entering[edge.head]
        factor = head / tail if tail and head else 1.0
    return DirectedEdge(tail=places[edge.tail], head=places[edge.head], data_transmission_factor=factor)


def _too_large(node: str) -> TransformError:
    return TransformError(
        f"a demand of '{node}' is too large a number for the original's milliseconds",
        hint="Correct the demand, or its length.",
    )
