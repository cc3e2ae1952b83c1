"""Questions on the command line to a model whose executors YARN grants."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pertract.cli import app

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "dsl" / "valid" / "yarn.yaml"


def run(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def predicted(*options: object) -> dict:
    result = run("predict", MODEL, *options, "--replications", 1, "--format", "json", "-q")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_predict_says_what_was_asked_for_and_granted():
    found = predicted("--executors", 20)
    containers = found["configuration"]["containers"]
    assert (containers["asked"], containers["granted"], containers["limited_by"]) == (20, 10, "queue")
    assert found["configuration"]["executors"] == 10
    assert found["configuration"]["slots"] == 20
    assert containers["reason"] in found["warnings"]
    assert containers["memory_bytes"] == 4608 * 2**20
    assert (
        "asked for 20 executors, 10 fit: the queue root.etl may use 75 % of the cluster"
        in found["warnings"][0]
    )


def test_the_report_says_so_too():
    result = run("predict", MODEL, "--executors", 20, "--replications", 1)
    assert "10 of 20 executors with 2 cores (20 slots) on 4 nodes" in result.stdout
    assert "asked for 20 executors, 10 fit" in " ".join(result.stdout.split())


def test_more_memory_gives_fewer_executors_and_more_nodes_more():
    executors = [
        predicted("--executors", 40, "--executor-memory", heap)["configuration"]["executors"]
        for heap in ("1g", "2g", "4g", "8g")
    ]
    assert executors == [22, 19, 10, 5]
    queue = "spark.yarn.queue=adhoc"
    counts = [
        predicted("--executors", 40, "--nodes", n, "--set", queue)["configuration"]["executors"]
        for n in (2, 4, 8)
    ]
    assert counts == [6, 13, 29]


def test_what_is_too_large_is_refused_as_by_yarn():
    result = run("predict", MODEL, "--executor-memory", "20g")
    assert result.exit_code == 2
    assert "more than the maximum allocation of 16 GiB" in result.output
    assert "Ask for less with --executor-memory" in result.output


@pytest.mark.parametrize("format", ["table", "json"])
def test_what_if_lists_what_cannot_be_granted(format):
    options = ["--executors", 20, "--executor-memory", "4g,20g", "--replications", 2, "--format", format]
    result = run("what-if", MODEL, *options)
    assert result.exit_code == 0, result.output
    assert "more than the maximum allocation of 16 GiB" in " ".join(result.output.split())


def test_the_planner_knows_the_limits():
    result = run("what-if", MODEL, "--nodes", "2..8*2", "--advise", "--replications", 2, "--format", "json")
    assert result.exit_code == 0, result.output
    points = json.loads(result.stdout)["points"]
    assert {point["configuration"]["containers"]["granted"] for point in points} == {2, 4, 8}


def test_without_a_manager_there_are_no_containers(tmp_path):
    other = ROOT / "dsl" / "valid" / "minimal.yaml"
    result = run("predict", other, "--executors", 4, "--replications", 1, "--format", "json", "-q")
    assert json.loads(result.stdout)["configuration"]["containers"] is None


def test_the_exported_model_has_the_granted_executors(tmp_path):
    for asked in (20, 10, 9):
        result = run("export", "pcm", MODEL, "-o", tmp_path / str(asked), "--executors", asked)
        assert result.exit_code == 0, result.output
    twenty, ten, nine = (
        {path.name: path.read_text() for path in sorted((tmp_path / str(asked)).iterdir())}
        for asked in (20, 10, 9)
    )
    assert twenty == ten != nine
