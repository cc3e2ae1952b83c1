"""``pertract share`` as people and scripts use it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import pertract
from pertract.cli import app

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "share.txt"
MODEL = ROOT / "dsl" / "valid" / "minimal.yaml"
WORKLOAD = f"""
schema: pertract/workload/1
cluster: {{executors: 4, scheduler: fifo}}
applications:
  - name: etl
    model: {MODEL}
    options: {{executors: 4}}
    arrival: {{rate_per_hour: 60, count: 30}}
  - name: report
    model: {MODEL}
    options: {{executors: 2, data_scale: 0.5}}
    arrival: {{closed: {{copies: 2, think: 1min, runs: 10}}}}
"""


@pytest.fixture
def workload(tmp_path):
    def write(text: str = WORKLOAD) -> Path:
        path = tmp_path / "workload.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def run(*arguments: object):
    runner = CliRunner(env={"FORCE_COLOR": None, "GITHUB_ACTIONS": None})
    return runner.invoke(app, ["share", *map(str, arguments)])


def document(*arguments: object) -> dict:
    result = run(*arguments, "--format", "json")
    assert result.exit_code in (0, 1), result.stderr
    return json.loads(result.stdout)


def test_output_is_as_before(workload):
    result = run(workload(), "-n", 4, "--deadline", "etl=60s")
    assert result.exit_code == 0, result.stderr
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == GOLDEN.read_text(encoding="utf-8"), "see the top of test_cli_golden.py"


def test_one_application_alone_is_what_predict_says(workload):
    text = f"""
schema: pertract/workload/1
cluster: {{executors: 8}}
applications:
  - {{name: lone, model: {MODEL}, options: {{executors: 8, data_scale: 3}}, arrival: {{at: [0s]}}}}
"""
    (lone,) = document(workload(text), "-n", 7)["applications"]
    predicted = pertract.predict(pertract.load(MODEL), executors=8, data_scale=3.0, replications=7)
    assert lone["response_time_s"]["mean"] == pytest.approx(predicted.response_time_s.mean, rel=1e-12)
    assert lone["response_time_s"]["ci95"] == pytest.approx(predicted.response_time_s.ci95, rel=1e-12)
    assert lone["response_time_s"]["p50"] == pytest.approx(np.median(predicted.replications_s), rel=1e-12)
    assert lone["slowdown"]["mean"] == 1.0
    assert lone["waiting_s"]["p99"] == 0.0
    assert lone["alone_s"] == pytest.approx(predicted.response_time_s.mean)


def test_cpu_of_one_application_alone_is_what_predict_says(workload):
    text = f"""
schema: pertract/workload/1
cluster: {{nodes: 2, node_cores: 4}}
applications:
  - name: lone
    model: {MODEL}
    options: {{nodes: 2, node_cores: 4, executors: 4, executor_cores: 2}}
    arrival: {{at: [0s]}}
"""
    found = document(workload(text))
    model = pertract.load(MODEL)
    predicted = pertract.predict(model, nodes=2, node_cores=4, executors=4, executor_cores=2, replications=10)
    assert found["cpu_utilisation"]["mean"] == pytest.approx(predicted.cpu_utilisation.mean)
    assert found["room_utilisation"]["mean"] == pytest.approx(1.0)


def test_the_same_seed_gives_the_same_document(workload):
    first, again, other = (document(workload(), "-n", 3, "--seed", seed) for seed in (1, 1, 2))
    for each in (first, again, other):
        del each["provenance"]
    assert first == again
    assert first != other


def test_the_largest_rate_keeps_the_deadline_and_a_larger_one_does_not(workload):
    found = document(workload(), "-n", 4, "--deadline", "etl=60s")
    deadline = found["applications"][0]["deadline"]
    rate = deadline["largest_rate_per_hour"]
    kept = {
        factor: document(
            workload(WORKLOAD.replace("rate_per_hour: 60", f"rate_per_hour: {rate * factor}")),
            *("-n", 4, "--deadline", "etl=60s"),
        )["applications"][0]["deadline"]["kept"]
        for factor in (1.0, 1.03)
    }
    assert kept[1.0] >= 0.95 > kept[1.03]


def test_a_deadline_that_is_missed_is_told_by_the_exit_code(workload):
    result = run(workload(), "-n", 2, "--deadline", "etl=1s")
    assert result.exit_code == 1
    assert "not every deadline is kept" in result.stderr
    assert "largest rate: not even a rate 64 times lower is kept" in result.stdout


def test_a_queue_that_grows_is_warned_of(workload):
    text = WORKLOAD.replace("rate_per_hour: 60", "rate_per_hour: 600")
    found = document(workload(text), "-n", 2)
    assert found["load"] > 1
    assert any("the queue grows" in warning for warning in found["warnings"])
    calm = document(workload(), "-n", 2)
    assert calm["load"] < 1
    assert not any("the queue grows" in warning for warning in calm["warnings"])


def test_the_first_runs_can_be_left_out(workload):
    counted = document(workload(), "-n", 2)["applications"][0]["runs"]
    later = document(workload(WORKLOAD + "warm_up: 10min\n"), "-n", 2)["applications"][0]["runs"]
    assert 0 < later < counted == 60


@pytest.mark.parametrize(
    ("right", "wrong", "code", "message"),
    [
        ("rate_per_hour: 60", "rate_per_huor: 60", 2, "line 8: applications.0.arrival.rate_per_huor"),
        (str(MODEL), "nothing.yaml", 3, "etl: "),
        ("{executors: 4}", "{node_type: nothing}", 2, "no node type is called 'nothing'"),
        (
            "cluster: {executors: 4, scheduler: fifo}",
            "cluster: {nodes: 3, node_cores: 1, scheduler: fifo}",
            2,
            "no node has more than 1",
        ),
        (
            "{executors: 4}",
            "{settings: {spark.dynamicAllocation.enabled: true}}",
            2,
            "come and go",
        ),
        ("count: 30", "count: 1000000", 2, "more than 100,000 runs"),
        ("scheduler: fifo", "scheduler: fifo, nodes: 2", 2, "nodes and node_cores, or executors"),
    ],
)
def test_mistakes_are_one_sentence(workload, right, wrong, code, message):
    text = WORKLOAD.replace(right, wrong, 1)
    result = run(workload(text), "-n", 1)
    assert result.exit_code == code, result.stderr
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("etl", "is not a name and a time"),
        ("etl=soon", "is not a name and a time"),
        ("other=5s", "no application is called 'other'"),
        ("etl=0s", "must be above zero"),
    ],
)
def test_a_wrong_deadline_is_one_sentence(workload, option, message):
    result = run(workload(), "--deadline", option)
    assert result.exit_code == 2
    assert message in result.stderr


def test_the_example_works_with_the_model_of_the_log_beside_it(tmp_path, monkeypatch):
    (tmp_path / "examples").mkdir()
    text = (ROOT / "examples" / "shared-cluster.yaml").read_text(encoding="utf-8")
    text = text.replace("duration: 1h\nwarm_up: 10min", "duration: 10min")
    (tmp_path / "examples" / "shared-cluster.yaml").write_text(text, encoding="utf-8")
    pertract.save(pertract.extract(ROOT / "examples" / "randomforest.zstd"), tmp_path / "model.yaml")
    monkeypatch.chdir(tmp_path)
    result = run("examples/shared-cluster.yaml", "-n", 1)
    assert result.exit_code == 0, result.stderr
    assert "Response times on 4 nodes with 4 cores, capacity queues" in result.stdout
