"""As many executors are predicted as a real ResourceManager granted, for 16 ways to ask."""

import json
from pathlib import Path

import pytest

from pertract.api import extract, predict
from pertract.units import parse_memory

RECORDED = Path(__file__).parents[1] / "data/hadoop"
NODES = ["127.0.0.2", "127.0.0.3", "127.0.0.4"]
GRANTS = json.loads((RECORDED / "grants.json").read_text())


@pytest.fixture(scope="module")
def models():
    events = RECORDED / "events/application_1795302742954_0003.zstd"
    answers = RECORDED / "rm-running"
    return {
        "capacity": extract(events, yarn=[answers]),
        "dominant": extract(events, yarn=[answers, RECORDED / "conf-dominant"]),
    }


def with_master(model, node):
    """Return a model whose master ran on a node: which one that is depends on heartbeats."""
    configuration = model.execution.configuration
    containers = configuration.containers.model_copy(update={"master_node": node})
    configuration = configuration.model_copy(update={"containers": containers})
    execution = model.execution.model_copy(update={"configuration": configuration})
    return model.model_copy(update={"execution": execution})


def test_the_master_is_found(models):
    assert models["capacity"].execution.configuration.containers.master_node == NODES.index("127.0.0.3")


@pytest.mark.parametrize(
    "row",
    GRANTS,
    ids=lambda row: f"{row['cluster']}-{row['queue']}-{row['executor_memory']}-{row['executor_cores']}",
)
def test_executors_granted(models, row):
    settings = {} if row["queue"] == "default" else {"spark.yarn.queue": row["queue"]}
    predicted = predict(
        with_master(models[row["cluster"]], NODES.index(row["master"])),
        executors=row["executors_asked"],
        executor_memory_bytes=parse_memory(row["executor_memory"]),
        executor_cores=row["executor_cores"],
        settings=settings,
        replications=1,
    )
    assert len(predicted.configuration.executors) == row["executors_granted"]
