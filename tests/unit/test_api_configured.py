"""A model as it would be if it had been measured in another configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

import pertract
from pertract import dsl
from pertract.api.configured import configured
from pertract.dsl.resolve import check
from pertract.simulate import Options
from pertract.simulate.configuration import resolve

VALID = Path(__file__).parents[2] / "dsl" / "valid"
QUESTIONS = {
    "more nodes": {"nodes": 4, "node_cores": 4, "executors": 4, "executor_cores": 4},
    "more data": {"data_scale": 3.0},
    "both": {"nodes": 3, "node_cores": 8, "executors": 6, "executor_cores": 4, "data_scale": 2.0},
    "faster": {"cpu_rate": 2.0, "drive_rate": 3.0, "network_rate": 0.5},
}


def load(name: str) -> dsl.PerformanceModel:
    return pertract.load(VALID / f"{name}.yaml")


def changed(model: dsl.PerformanceModel, **options: object) -> dsl.PerformanceModel:
    return check(configured(model, resolve(model, Options(**options))))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", ["minimal", "diamond", "concurrent-jobs", "several-runs", "shared-cores"])
def test_its_replay_is_the_prediction_of_that_configuration(name: str, question: str) -> None:
    model, options = load(name), QUESTIONS[question]
    expected = pertract.predict(model, **options, replications=40)
    found = pertract.predict(changed(model, **options), replications=40)
    assert [(s.id, s.tasks) for s in found.stages] == [(s.id, s.tasks) for s in expected.stages]
    assert found.configuration.slots == expected.configuration.slots
    assert found.response_time_s.mean == pytest.approx(expected.response_time_s.mean, rel=0.06)


def test_the_measured_configuration_changes_nothing() -> None:
    model = load("minimal")
    assert changed(model) is model


def test_sizes_splits_and_nodes_are_those_of_the_configuration() -> None:
    model = changed(load("minimal"), nodes=5, node_cores=2, executors=5, executor_cores=2, data_scale=2.0)
    (data,) = model.workload.data
    assert (data.size_bytes, data.partitions) == (2 * 1024**3, 16)
    assert [(g.id, g.count, g.cores) for g in model.resources.nodes] == [("workers", 5, 2)]
    assert [(g.count, g.slots) for g in model.execution.configuration.executors] == [(5, 2)]
    assert [s.partitions.count for s in model.execution.stages] == [16, 10]
    assert model.profiles.stages[0].volumes.input_bytes == 2 * 1024**3
