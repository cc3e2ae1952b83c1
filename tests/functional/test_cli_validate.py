"""`fit` and `validate` on measurements that are kept here: the PerTract paper's table, and our own logs."""

from __future__ import annotations

import csv
import json
import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pertract.cli import app

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
PAPER = ROOT / "benchmarks" / "hibench" / "tables" / "pertract-paper.csv"
RECORDED = ROOT / "benchmarks" / "fidelity" / "recorded"
pytestmark = pytest.mark.skipif(not PAPER.is_file(), reason="benchmarks are not part of a source package")
CALIBRATION = ("LR-4-small", "LR-4-large", "LR-4-huge", "LR-8-small")


def run(*arguments: object):
    runner = CliRunner(env={"FORCE_COLOR": None, "GITHUB_ACTIONS": None})
    return runner.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def fitted(tmp_path_factory) -> Path:
    """A model of the runs on 4 nodes and one on 8."""
    folder = tmp_path_factory.mktemp("fitted")
    with PAPER.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "runs.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for row in rows if row["label"] in CALIBRATION)
    result = run("fit", folder / "runs.csv", "-o", folder / "model.yaml", "-q")
    assert (result.exit_code, result.stdout) == (0, "")
    return folder / "model.yaml"


def as_before(name: str, printed: str) -> None:
    file = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        file.write_text(printed, encoding="utf-8")
    assert printed == file.read_text(encoding="utf-8"), "see the top of test_cli_golden.py"


def test_what_fit_prints(fitted):
    result = run("fit", fitted.parent / "runs.csv")
    assert result.exit_code == 0, result.stderr
    as_before("fit.txt", result.stdout)


def test_fit_as_json(fitted):
    document = json.loads(run("fit", fitted.parent / "runs.csv", "--format", "json").stdout)
    assert document["summary"]["application"] == "LR"
    assert document["fit"]["runs"] == 4
    assert document["model"] is None


def test_what_validate_prints(fitted):
    result = run("validate", fitted, "--runs", PAPER, "--workload", "LR", "-n", "1")
    assert result.exit_code == 0, result.stderr
    as_before("validate.txt", result.stdout)


def test_the_json_document_has_what_the_contract_says(fitted):
    result = run("validate", fitted, "--runs", PAPER, "--workload", "LR", "-n", "1", "--format", "json")
    document = json.loads(result.stdout)
    assert document["schema"] == "pertract/validation/1"
    roles = {row["label"]: row["role"] for row in document["rows"]}
    assert {label for label, role in roles.items() if role == "calibration"} == set(CALIBRATION)
    assert len(roles) == 9
    for row in document["rows"]:
        compared = row["response_time_s"]
        assert set(compared) == {"measured", "predicted", "error", "interval90", "inside_interval"}
        assert compared["error"] == pytest.approx(compared["predicted"] / compared["measured"] - 1)
        assert row["configuration"]["slots"] == 4 * row["configuration"]["nodes"]
        assert row["job_span_s"] is None
    errors = [abs(row["response_time_s"]["error"]) for row in document["rows"] if row["role"] == "prediction"]
    summary = document["summary"]["response_time_s"]
    assert summary["runs"] == 5
    assert summary["mean"] == pytest.approx(sum(errors) / 5)
    assert summary["max"] == max(errors)
    assert document["summary"]["cpu_utilisation"]["runs"] == 5
    names = [baseline["name"] for baseline in document["baselines"]]
    assert names == ["same as measured", "ideal scaling", "Amdahl", "Ernest"]
    assert summary["mean"] < min(b["response_time_s"]["mean"] for b in document["baselines"])


def test_gates_that_are_met(fitted, tmp_path):
    gates = ("--max-mean-error", "8%", "--max-error", "0.25", "--min-coverage", "80%")
    result = run(
        "validate", fitted, "--runs", PAPER, "--workload", "LR", *gates, "--junit", tmp_path / "j.xml"
    )
    assert (result.exit_code, result.stderr) == (0, "")
    suites = ET.parse(tmp_path / "j.xml").getroot().findall("testsuite")
    assert [(suite.get("tests"), suite.get("failures")) for suite in suites] == [("9", "0"), ("3", "0")]


def test_gates_that_are_not_met_are_said_one_by_one(fitted, tmp_path):
    gates = ("--max-mean-error", "2%", "--max-error", "5%", "--min-coverage", "80%")
    result = run(
        "validate", fitted, "--runs", PAPER, "--workload", "LR", *gates, "--junit", tmp_path / "j.xml"
    )
    assert result.exit_code == 1
    assert [line.partition(":")[2].partition(":")[0] for line in result.stderr.splitlines()] == [
        " mean error",
        " largest error",
    ]
    runs, gates = ET.parse(tmp_path / "j.xml").getroot().findall("testsuite")
    assert int(runs.get("failures")) > 0
    assert gates.get("failures") == "2"


def test_several_workloads_are_not_mixed(fitted):
    result = run("validate", fitted, "--runs", PAPER)
    assert result.exit_code == 2
    assert "RFC, LR" in result.stderr
    assert run("fit", PAPER).exit_code == 2
    assert run("fit", PAPER, "--workload", "KM").exit_code == 2


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        ("nodes,response_time_s\n1,10\n2,8\n", 5, "at least 3 different"),
        ("data_size,response_time_s\n1,10\n2,8\n3,5\n", 5, "(line 2): the table does not tell how large"),
        ("nodes,response_time_s\n1,ten\n", 3, "line 2, column 'response_time_s': 'ten'"),
        ("a,b\n1,2\n", 3, "no column of a table of runs"),
    ],
)
def test_tables_that_cannot_be_fitted(tmp_path, content, code, says):
    (tmp_path / "runs.csv").write_text(content)
    result = run("fit", tmp_path / "runs.csv")
    assert result.exit_code == code
    assert says in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("text", ["much", "nan", "inf%", "-3%"])
@pytest.mark.parametrize("gate", ["--max-mean-error", "--max-error", "--min-coverage"])
def test_a_share_that_is_none(fitted, gate, text):
    result = run("validate", fitted, "--runs", PAPER, "--workload", "LR", f"{gate}={text}")
    assert result.exit_code == 2
    assert f"{gate}: '{text}' is not a share" in result.stderr


@pytest.fixture(scope="module")
def diamond(tmp_path_factory) -> Path:
    """A model of the first recorded run of an application with two branches."""
    model = tmp_path_factory.mktemp("diamond") / "model.yaml"
    assert run("extract", RECORDED / "logs" / "diamond-2x2-r1.zstd", "-o", model, "-q").exit_code == 0
    return model


def test_a_model_of_one_log_predicts_other_recorded_runs(diamond):
    arguments = ("--workload", "diamond", "-n", "2", "--format", "json")
    document = json.loads(run("validate", diamond, "--runs", RECORDED / "runs.csv", *arguments).stdout)
    assert [row["role"] for row in document["rows"]] == ["calibration"] + ["prediction"] * 5
    assert document["summary"]["job_span_s"]["mean"] < 0.08
    assert document["summary"]["job_span_s"]["coverage"] == 1
    notes = {baseline["name"]: baseline["note"] for baseline in document["baselines"]}
    assert "two different calibration runs" in notes["Ernest"]


def test_a_calibration_run_is_known_by_its_log_though_the_table_times_it_otherwise(diamond, tmp_path):
    log = RECORDED / "logs" / "diamond-2x2-r1.zstd"
    (tmp_path / "runs.csv").write_text(f"log,executors,cores_per_executor,response_time_s\n{log},2,2,31.5\n")
    result = run("validate", diamond, "--runs", tmp_path / "runs.csv", "-n", "2", "--format", "json")
    (row,) = json.loads(result.stdout)["rows"]
    assert row["response_time_s"]["measured"] == 31.5
    assert row["role"] == "calibration"


def test_what_the_table_lacks_is_taken_from_the_logs(diamond, tmp_path):
    for name in ("diamond-2x2-r1", "diamond-4x2-r1"):
        (tmp_path / f"copy-of-{name}.zstd").symlink_to(RECORDED / "logs" / f"{name}.zstd")
    (tmp_path / "runs.csv").write_text(
        "log,cores_per_executor\ncopy-of-diamond-2x2-r1.zstd,2\ncopy-of-diamond-4x2-r1.zstd,2\nlost.zstd,2\n"
    )
    result = run("validate", diamond, "--runs", tmp_path / "runs.csv", "-n", "2", "--format", "json")
    fit, predicted, lost = json.loads(result.stdout)["rows"]
    # The copy has another name; the digest of its content tells what it is.
    assert fit["role"] == "calibration"
    assert predicted["role"] == "prediction"
    assert predicted["configuration"]["executors"] == 4
    assert predicted["response_time_s"]["measured"] == pytest.approx(17.9, abs=0.1)
    assert lost["reason"].startswith("its log cannot be used")
    failing = run("validate", diamond, "--runs", tmp_path / "runs.csv", "-n", "2", "--max-error", "50%")
    assert failing.exit_code == 1
    assert "gate not met: runs that could not be predicted: 1" in failing.stderr
