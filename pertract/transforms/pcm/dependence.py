"""How tasks, volumes and delays of an exported model follow the data and the cluster.

Everything is a sum of coefficient x factor, as in the language. Factors are expressions over the parameters
of a service; a coefficient is such that the sum is exact in the exported configuration. The number of tasks
by Spark's rules for splits and for joining partitions follows the data in proportion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx

from ... import dsl
from ...dsl.law import evaluate, law_variables
from . import expressions
from .scenario import Scenario

Sum = dict[str, float]
"""Coefficients by factor; the factor of a constant is empty."""

DATA = "data.VALUE"
"""Size of the data relative to the exported configuration, as a service knows it."""
EULER = "2.718281828"


@dataclass(frozen=True, slots=True)
class Flow:
    """What reaches a stage, relative to the exported configuration: there the sums are 1."""

    tasks: Sum
    bytes: Sum
    records: Sum


class Dependence:
    """The sums of one model in one configuration.

    Parameters
    ----------
    model, scenario
        What is exported.
    graph
        The flat graph of the model.
    slots
        Expressions of the task slots of each pool.
    executors
        Expressions of the executors of each pool.
    """

    def __init__(
        self,
        model: dsl.PerformanceModel,
        scenario: Scenario,
        graph: nx.DiGraph[Any],
        slots: list[str],
        executors: list[str],
    ) -> None:
        self._scenario = scenario
        self._graph = graph
        self._profiles = {profile.id: profile for profile in model.profiles.stages}
        self._inputs = {data.id: data for data in model.workload.data if isinstance(data, dsl.FileData)}
        total = executors[0] if len(executors) == 1 else f"({' + '.join(executors)})"
        self._factors = {
            "constant": "",
            "data": DATA,
            "slots": slots[0] if len(slots) == 1 else f"({' + '.join(slots)})",
            "executors": total,
            "log_executors": f"Log({EULER}, {total})",
        }
        self._variables = law_variables(
            data=scenario.data_scale, slots=scenario.slots, executors=max(1, scenario.executors)
        )
        self.flows: dict[str, Flow] = {}
        """What reaches each stage, by its identifier."""
        for node in nx.topological_sort(graph):
            element = graph.nodes[node]["element"]
            if isinstance(element, dsl.Stage):
                self.flows[element.id] = self._flow(element)

    def delay(self, delay: dsl.Delay) -> Sum:
        """Return the length of a driver delay, seconds."""
        return self._by_law(delay.law, self._scenario.delays_s[delay.id])

    def _flow(self, stage: dsl.Stage) -> Flow:
        volumes = self._profiles[stage.profile].volumes
        read = [self._inputs[name] for name in stage.reads if name in self._inputs]
        if any(data.law for data in read):
            inputs = self._added(
                [(self._by_law(d.law, 1.0) if d.law else {DATA: 1.0}, d.size_bytes) for d in read]
            )
        else:
            inputs = {DATA: 1.0}
        fetched = self._fetched(stage)
        return Flow(
            tasks=self._tasks(stage, inputs),
            bytes=self._added([(inputs, volumes.input_bytes), (fetched, volumes.shuffle_read_bytes)]),
            records=self._added([(inputs, volumes.input_records), (fetched, volumes.shuffle_read_records)]),
        )

    def _tasks(self, stage: dsl.Stage, inputs: Sum) -> Sum:
        match stage.partitions.rule:
            case "input_splits":
                return inputs
            case "adaptive":
                return self._fetched(stage)
            case "total_slots":
                return {self._factors["slots"]: 1 / self._scenario.slots}
            case "law":
                return self._by_law(stage.partitions.law, 1.0)
        return {"": 1.0}

    def _fetched(self, stage: dsl.Stage) -> Sum:
        """Return the volume of shuffle blocks relative to the exported configuration."""
        parts: list[tuple[Sum, float]] = []
        for tail, edge in self._tails(stage.id):
            flow, load = self.flows[tail.id], self._scenario.stages[tail.id]
            if edge["law"]:
                law = edge["law"]
                parts.append(({"": 1.0}, law.get("constant", 0.0)))
                parts.append((flow.bytes, law.get("tail_bytes", 0.0) * load.entering_bytes))
                parts.append((flow.tasks, law.get("tail_partitions", 0.0) * load.tasks))
                parts.append(({DATA: 1.0}, law.get("data", 0.0) * self._scenario.data_scale))
            elif edge["factor"]:
                parts.append((flow.bytes, edge["factor"] * load.entering_bytes))
        return self._added(parts)

    def _tails(self, node: str) -> list[tuple[dsl.Stage, dict[str, Any]]]:
        """Return the stages that hand data to a node, also through a delay before it."""
        found: list[tuple[dsl.Stage, dict[str, Any]]] = []
        for tail in self._graph.predecessors(node):
            element = self._graph.nodes[tail]["element"]
            if isinstance(element, dsl.Stage):
                found.append((element, self._graph.edges[tail, node]))
            elif isinstance(element, dsl.Delay) and self._graph.edges[tail, node]["factor"]:
                found += self._tails(tail)
        return found

    def _added(self, parts: list[tuple[Sum, float]]) -> Sum:
        """Return the mean of sums by weight; what nobody measured grows with the data."""
        total = sum(weight for _, weight in parts)
        if not total:
            return {DATA: 1.0}
        found: Sum = {}
        for part, weight in parts:
            for factor, value in part.items():
                found[factor] = found.get(factor, 0.0) + value * weight / total
        return found

    def _by_law(self, law: dsl.Law, value: float) -> Sum:
        """Return a law scaled to a value in the exported configuration."""
        known = evaluate(law, self._variables) if law else 0.0
        if not known:
            return {"": value}
        scale = {"data": self._scenario.data_scale}
        return {
            self._factors[name]: coefficient * scale.get(name, 1.0) * value / known
            for name, coefficient in law.items()
            if coefficient
        }

    @property
    def counts_executors(self) -> bool:
        """Whether anything follows the number of executors."""
        elements = (data["element"] for _, data in self._graph.nodes(data=True))
        sums = [self.delay(element) for element in elements if isinstance(element, dsl.Delay)]
        sums += [total for flow in self.flows.values() for total in (flow.tasks, flow.bytes, flow.records)]
        names = (self._factors["executors"], self._factors["log_executors"])
        return any(name in total for total in sums for name in names)


def tasks_text(tasks: Sum) -> str:
    """Return the number of tasks as an integer expression, at least 1."""
    if set(tasks) == {""}:
        return str(round(tasks[""]))
    return f"Max(1, Round({expressions.linear(tasks)}))"


def scaled(relative: Sum, value: float) -> Sum:
    """Return a sum that has a value in the exported configuration, where it was 1."""
    return {factor: coefficient * value for factor, coefficient in relative.items()}
