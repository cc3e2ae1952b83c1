"""``pertract what-if`` as people and scripts use it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pertract.cli import app

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
MODEL = ROOT / "dsl" / "valid" / "minimal.yaml"


def run(*arguments: object):
    runner = CliRunner(env={"FORCE_COLOR": None, "GITHUB_ACTIONS": None})
    return runner.invoke(app, ["what-if", str(MODEL), *map(str, arguments)])


def document(*arguments: object) -> dict:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


OUTPUTS = {
    "what-if.txt": ["--executors", "1,2,4..16*2", "--data-scale", "1,4", "--no-cache"],
    "what-if-deadline.txt": ["--nodes", "2..8:2", "--price", "0.2", "--deadline", "20s", "--no-cache"],
    "what-if-advise.txt": ["--executors", "8", "--data-scale", "8", "--advise", "--no-cache"],
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_output_is_as_before(name):
    result = run(*OUTPUTS[name])
    assert result.exit_code == 0, result.stderr
    file = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        file.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == file.read_text(encoding="utf-8"), "see the top of test_cli_golden.py"


def test_every_option_of_a_configuration_takes_lists():
    found = document(
        *(
            "--nodes",
            "2,3",
            "--node-cores",
            "4..8:4",
            "--executor-cores",
            "1,2",
            "--executor-memory",
            "2g,4g",
        ),
        *("--node-memory", "32g", "--data-size", "1GiB,2GiB", "--cpu-rate", "1,2", "--drive-rate", "1"),
        *("--network-bandwidth", "100MB,1GB", "--lose-executor", "3s,5s", "-n", "1"),
        *("--set", "spark.speculation=true,false"),
    )
    assert [(axis["field"], axis["key"], axis["values"]) for axis in found["axes"]] == [
        ("nodes", None, [2, 3]),
        ("node_cores", None, [4, 8]),
        ("executor_cores", None, [1, 2]),
        ("executor_memory_bytes", None, [2**31, 2**32]),
        ("data_bytes", None, [2**30, 2**31]),
        ("cpu_rate", None, [1.0, 2.0]),
        ("network_bytes_per_s", None, [1e8, 1e9]),
        ("settings", "spark.speculation", ["true", "false"]),
        ("lose_executor_s", None, [[3.0], [5.0]]),
    ]
    assert len(found["points"]) == 2**9
    assert found["fixed"] == {"node_memory_bytes": 2**35, "drive_rate": 1.0}


def test_losses_given_together_happen_together():
    found = document("--executors", "4", "--lose-executor", "3s", "--lose-executor", "5s,6s", "-n", "1")
    assert found["axes"][0]["values"] == [[3.0, 5.0], [3.0, 6.0]]


def test_a_table_of_values_is_printed_as_csv():
    result = run("--executors", "1..4", "--format", "csv")
    table = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["executors"] for row in table] == ["1", "2", "3", "4"]
    assert sum(row["recommended"] == "True" for row in table) == 1


def test_the_best_that_keeps_the_deadline_is_told():
    found = document("--nodes", "1..8", "--price", "0.2", "--billing", "1s:60s", "--deadline", "30s")
    best = found["points"][found["best"]["point"]]
    assert best["within_s"] <= 30
    cheaper = [p for p in found["points"] if p["cost"]["mean"] < best["cost"]["mean"]]
    assert all(point["within_s"] > 30 for point in cheaper)
    assert found["goal"] == {"deadline_s": 30.0, "budget": None, "confidence": 0.95}
    assert found["tariff"]["billing"] == {"unit_s": 1.0, "minimum_s": 60.0}


def test_a_deadline_that_nothing_keeps_is_exit_code_1():
    result = run("--nodes", "1,2", "--deadline", "1s")
    assert result.exit_code == 1
    assert "no configuration qualifies; the nearest:" in result.stdout
    assert "above the deadline" in result.stdout
    assert "no configuration keeps what was asked for" in result.stderr
    assert run("--nodes", "1,2", "--budget", "1e-9").exit_code == 1


def test_of_two_workloads_one_that_cannot_be_done_in_time_is_exit_code_1():
    result = run("--executors", "8", "--data-scale", "1,1000", "--deadline", "30s", "--format", "json")
    assert result.exit_code == 1
    assert [d["met"] for d in json.loads(result.stdout)["best"]["workloads"]] == [True, False]


def test_advice_can_be_pasted_into_spark():
    found = document("--executors", "8", "--data-scale", "8", "--advise")
    lines = found["advice"]["defaults"].splitlines()
    settings = dict(line.split() for line in lines if not line.startswith("#"))
    assert settings["spark.executor.instances"] == "8"
    assert settings["spark.executor.cores"] == "2"
    assert re.search(r"^spark-submit .*--num-executors 8 .*APPLICATION$", found["advice"]["submit"])


def test_a_search_looks_at_a_part():
    found = document("--executors", "1..60", "--executor-cores", "1,2,4", "--search", "--deadline", "30s")
    assert found["search"]["configurations"] == 180
    assert found["search"]["share"] <= 0.1
    assert len(found["points"]) < 20


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nodes", "4.."], "--nodes: '4..' is not a range"),
        (["--nodes", "four"], "--nodes: 'four' is not a whole number"),
        (["--data-scale", "1,much"], "--data-scale: 'much' is not a number"),
        (["--executor-memory", "4g,lots"], "--executor-memory: 'lots' is not a size"),
        (["--nodes", "1..9000", "--executors", "1..9000"], "configurations, more than 200,000"),
        (["--nodes", "1..9000", "--all"], "9,000 nodes are 9,000 configurations, more than 5,000"),
        (["--set", "spark.unknown=1,2"], "the setting 'spark.unknown' has no effect"),
        (["--set", "a"], "'a' is not a setting"),
        (["--set", "a=1", "--set", "a=2"], "--set a is given twice"),
        (["--parameter", "iterations"], "is not a name and numbers"),
        (["--parameter", "iterations=1,2"], "has no parameter 'iterations'"),
        (["--deadline", "soon"], "--deadline: 'soon' is not a time"),
        (["--confidence", "2"], "--confidence"),
        (["--price", "cheap"], "--price: 'cheap' is not a price"),
        (["--node-type", "m5.xlarge,m6.nothing"], "no node type is called 'm6.nothing'"),
        (["--data-size", "1GB", "--data-scale", "2"], "exclude each other"),
        (["--nodes", "4", "--replications", "0"], "replications must be above zero"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(arguments, said):
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_second_call_computes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    arguments = ["--executors", "1..6", "--data-scale", "1,2"]
    first, second = document(*arguments), document(*arguments)
    assert first["provenance"]["simulated"] == 14 * 20
    assert second["provenance"]["simulated"] == 0
    assert second["points"] == first["points"]
    assert document(*arguments, "--no-cache")["provenance"]["simulated"] == 14 * 20
    broken = list(tmp_path.rglob("*.gz"))[:3]
    for path in broken:
        path.write_bytes(path.read_bytes()[:40])
    assert document(*arguments)["provenance"]["simulated"] == 3 * 20


def test_ctrl_c_shows_and_keeps_what_is_done(tmp_path):
    arguments = ["what-if", str(MODEL), "--executors", "1..300", "-n", "200", "--jobs", "2"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "pertract", *arguments, "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    patience = time.monotonic() + 60
    while len(list(tmp_path.rglob("*.gz"))) < 5 and time.monotonic() < patience:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    printed, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    found = json.loads(printed)
    assert not found["complete"]
    assert 4 <= len(found["points"]) < 300
    assert "interrupted: what was ready is shown and kept" in errors
    assert "Traceback" not in errors


def test_copies_and_others_share_the_executors(tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(MODEL.read_text(encoding="utf-8"), encoding="utf-8")
    found = document("--executors", 8, "--copies", "1,2", "--with", other, "-n", 2)
    assert [(axis["field"], axis["values"]) for axis in found["axes"]] == [("copies", [1, 2])]
    assert found["fixed"]["company"] == [str(other)]
    alone, two = (point["configuration"] for point in found["points"])
    assert (alone["copies"], two["copies"], two["company"]) == (1, 2, [str(other)])
    times = [point["response_time_s"]["mean"] for point in found["points"]]
    assert document("--executors", 8, "-n", 2)["points"][0]["response_time_s"]["mean"] < times[0] < times[1]
    assert [workload["point"] for workload in found["best"]["workloads"]] == [0, 1]


def test_another_application_of_the_same_name_is_another_question(tmp_path):
    other = tmp_path / "other.yaml"
    text = MODEL.read_text(encoding="utf-8")
    asked = ("--executors", 4, "--with", other, "-n", 2)
    other.write_text(text, encoding="utf-8")
    assert document(*asked)["provenance"]["simulated"] > 0
    assert document(*asked)["provenance"]["simulated"] == 0
    other.write_text(text.replace("name: word count", "name: another", 1), encoding="utf-8")
    assert document(*asked)["provenance"]["simulated"] > 0


def test_another_application_that_is_not_there():
    result = run("--executors", 4, "--with", "nothing.yaml")
    assert result.exit_code == 3
    assert "nothing.yaml: no such file" in result.stderr
