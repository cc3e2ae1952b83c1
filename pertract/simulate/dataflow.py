"""How much data reaches each stage in a configuration, and into how many tasks it is cut.

Data enter where stages read a data model, and flow along the edges: what a stage hands on follows what has
entered it (Kroß & Krcmar 2019, data transmission factor), or the law of the edge where several calibration
runs tell more. Where nothing was measured, a volume grows with the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx

from .. import dsl
from ..dsl.execution import EdgeLaw, EdgeVariable
from ..dsl.law import evaluate, law_variables
from ..dsl.workload import parallelism
from .configuration import Configuration

DEFAULT_SHUFFLE_PARTITIONS = 200
"""Default of ``spark.sql.shuffle.partitions`` since Spark 1.1."""


@dataclass(frozen=True, slots=True)
class StageData:
    """The data of one stage."""

    tasks: int
    """Tasks by the stage's rule, without repeated attempts."""
    input_ratio: float
    """Volume read from storage relative to the calibration run."""
    shuffle_ratio: float
    """Volume of shuffle blocks read, likewise."""
    entering_bytes: float
    """Data volume entering the stage."""
    entering_records: float
    """Records entering the stage."""
    ratio: float
    """Entering volume relative to the calibration run; what is written follows it."""


class DataFlow:
    """The data of all stages of a model in a configuration.

    Parameters
    ----------
    model
        A checked model.
    graph
        Its execution architecture as `dsl.graph.flatten` returns it.
    configuration
        Data and cluster to predict for.
    """

    def __init__(
        self, model: dsl.PerformanceModel, graph: nx.DiGraph[Any], configuration: Configuration
    ) -> None:
        self._graph = graph
        self._configuration = configuration
        self._profiles = {profile.id: profile for profile in model.profiles.stages}
        measured = model.execution.configuration
        self._measured_parallelism = parallelism(measured.default_parallelism, measured.most_slots)
        self._inputs = {d.id: d for d in model.workload.data if isinstance(d, dsl.FileData)}
        self.variables = law_variables(
            data=configuration.data_scale,
            slots=configuration.slots,
            executors=len(configuration.executors),
        )
        """Variables of laws (`dsl.law.LawVariable`)."""
        self._stages: dict[str, StageData] = {}
        for node in nx.topological_sort(graph):
            element = graph.nodes[node]["element"]
            if isinstance(element, dsl.Stage):
                self._stages[element.id] = self._stage(element)

    def of(self, stage: dsl.Stage) -> StageData:
        """Return the data of a stage."""
        return self._stages[stage.id]

    def read_by(self, stage: dsl.Stage) -> list[dsl.FileData]:
        """Return the files that a stage reads."""
        return [self._inputs[name] for name in stage.reads if name in self._inputs]

    def _stage(self, stage: dsl.Stage) -> StageData:
        volumes = self._profiles[stage.profile].volumes
        scale = self._configuration.data_scale
        inputs, shuffles = self._input_ratio(stage), self._shuffle_ratio(stage)
        entering = volumes.input_bytes * inputs + volumes.shuffle_read_bytes * shuffles
        return StageData(
            tasks=self._tasks(stage, inputs, volumes.shuffle_read_bytes, shuffles),
            input_ratio=inputs,
            shuffle_ratio=shuffles,
            entering_bytes=entering,
            entering_records=volumes.input_records * inputs + volumes.shuffle_read_records * shuffles,
            ratio=entering / volumes.entering_bytes if volumes.entering_bytes else scale,
        )

    def _input_ratio(self, stage: dsl.Stage) -> float:
        scale = self._configuration.data_scale
        read = self.read_by(stage)
        before = sum(data.size_bytes for data in read)
        after = sum(evaluate(d.law, self.variables) if d.law else d.size_bytes * scale for d in read)
        return after / before if before else scale

    def _shuffle_ratio(self, stage: dsl.Stage) -> float:
        before = after = 0.0
        for tail, edge in self._tails(stage.id):
            profile = self._profiles[tail.profile]
            data = self._stages[tail.id]
            if edge["law"]:
                scale = self._configuration.data_scale
                before += _volume(edge["law"], profile.volumes.entering_bytes, tail.partitions.count, 1.0)
                after += _volume(edge["law"], data.entering_bytes, data.tasks, scale)
            elif edge["factor"]:
                before += edge["factor"] * profile.volumes.entering_bytes
                after += edge["factor"] * data.entering_bytes
        return after / before if before else self._configuration.data_scale

    def _tails(self, node: str) -> Iterator[tuple[dsl.Stage, dict[str, Any]]]:
        """Yield the stages that hand data to a node, also through the driver's delay before it."""
        for tail in self._graph.predecessors(node):
            element = self._graph.nodes[tail]["element"]
            if isinstance(element, dsl.Stage):
                yield element, self._graph.edges[tail, node]
            elif isinstance(element, dsl.Delay) and self._graph.edges[tail, node]["factor"]:
                yield from self._tails(tail)

    def _tasks(self, stage: dsl.Stage, inputs: float, shuffle_bytes: int, shuffles: float) -> int:
        """Return the number of tasks that the stage's rule gives in this configuration."""
        measured, configuration = stage.partitions.count, self._configuration
        tasks: float = measured
        match stage.partitions.rule:
            case "input_splits":
                tasks = measured * self._cut(stage, inputs)
            case "total_slots":
                tasks = measured * configuration.slots / configuration.measured_slots
            case "shuffle_partitions":
                tasks = configuration.shuffle_partitions or measured
            case "default_parallelism":
                tasks = configuration.default_parallelism or measured
            case "law":
                tasks = evaluate(stage.partitions.law, self.variables)
            case "adaptive" if configuration.adaptive is not None:
                tasks = measured * self._joined(configuration.adaptive, shuffle_bytes, shuffles)
        return max(1, round(tasks))

    def _cut(self, stage: dsl.Stage, ratio: float) -> float:
        """Return the splits of the input relative to the calibration run."""
        read = self.read_by(stage)
        if len(read) != 1 or not read[0].explains(stage.partitions.count, self._measured_parallelism):
            return ratio  # splits of one size, as of blocks
        before = read[0].splits(1.0, self._measured_parallelism)
        now = parallelism(self._configuration.default_parallelism, self._configuration.slots)
        after = read[0].splits(ratio, now)
        return after / before if before and after else ratio

    def _joined(self, adaptive: dsl.AdaptiveExecution, shuffle_bytes: int, ratio: float) -> float:
        """Return joined partitions by Spark's rule relative to the calibration run."""
        configuration = self._configuration
        most = configuration.shuffle_partitions or DEFAULT_SHUFFLE_PARTITIONS
        parallelism = configuration.default_parallelism
        before = adaptive.partitions(shuffle_bytes, parallelism or configuration.measured_slots, most)
        after = adaptive.partitions(shuffle_bytes * ratio, parallelism or configuration.slots, most)
        return after / before


def _volume(law: EdgeLaw, tail_bytes: float, tail_partitions: float, data: float) -> float:
    variables: dict[EdgeVariable, float] = {
        "constant": 1.0,
        "tail_bytes": tail_bytes,
        "tail_partitions": tail_partitions,
        "data": data,
    }
    return evaluate(law, variables)
