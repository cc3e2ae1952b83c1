"""One model of several real runs, on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pertract.cli import app

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "benchmarks" / "fidelity" / "recorded"
LOGS = RECORDED / "logs"
pytestmark = pytest.mark.skipif(not LOGS.is_dir(), reason="benchmarks are not part of a source package")


def run(*arguments: object):
    result = CliRunner(env={"FORCE_COLOR": None, "GITHUB_ACTIONS": None}).invoke(app, [*map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def printed(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(code: int, *arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    message, hint = result.stderr.splitlines()
    assert message.startswith("error: ")
    assert hint
    return message


def table(path: Path, *labels: str, **columns: tuple[str, ...]) -> Path:
    """Write a table of recorded runs, with more columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["log", "label", *columns])
        for number, label in enumerate(labels):
            log = "" if label == "lost" else f"{LOGS / label}.zstd"
            writer.writerow([log, label, *(values[number] for values in columns.values())])
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("several")
    runs = table(
        folder / "runs.csv", "chain-2x2-r1", "chain-2x2-r2", "chain-4x2-r1", data_units=("7", "7", "7")
    )
    text = printed("extract", "--runs", runs, "-o", folder / "model.yaml")
    assert "Calibrated on 3 runs; structure of the first" in text
    # Of the most data, that with the most slots comes first.
    assert text.index("chain-4x2-r1") < text.index("chain-2x2-r1")
    return folder / "model.yaml"


def test_a_prediction_says_what_it_rests_on(model) -> None:
    between = printed("predict", model, "--executors", 3, "--executor-cores", 2, "-n", 3)
    assert "interpolation: 0.75 times the slots, between calibration runs, calibrated on 3 runs" in between
    beyond = printed("predict", model, "--executors", 6, "--executor-cores", 2, "-n", 3)
    assert "extrapolation: 1.5 times the slots of the calibration run with most" in beyond
    again = json.loads(printed("predict", model, "--executors", 2, "-n", 3, "--format", "json"))
    assert again["support"]["kind"] == "replay"
    assert again["model"]["runs"] == 3


def test_data_size_is_in_the_unit_of_the_table(model) -> None:
    document = json.loads(printed("predict", model, "--data-size", 14, "-n", 3, "--format", "json"))
    assert document["configuration"]["data_scale"] == 2


def test_other_clusters_are_predicted_as_well_as_from_one_run(model) -> None:
    with (RECORDED / "runs.csv").open() as file:
        measured = {row["label"]: float(row["job_span_s"]) for row in csv.DictReader(file)}
    document = json.loads(printed("predict", model, "--executors", 6, "--format", "json"))
    assert document["job_span_s"]["mean"] == pytest.approx(measured["chain-6x2"], rel=0.1)


def test_functions_are_shown_with_their_fit(model, tmp_path) -> None:
    shown = printed("show", model, "--profiles", "--report", tmp_path / "fits.html")
    assert "Demands as functions, fitted to 3 runs" in shown
    assert "assumed" not in shown
    assert (tmp_path / "fits.html").read_text(encoding="utf-8").count("<svg") > 1


def test_logs_alone_will_do(tmp_path) -> None:
    logs = [LOGS / f"chain-2x2-r{i}.zstd" for i in (1, 2)]
    document = json.loads(printed("extract", *logs, "-o", tmp_path / "m.json", "--format", "json"))
    assert document["summary"]["executors"] == 2
    assert len(json.loads((tmp_path / "m.json").read_text())["runs"]) == 2


def test_runs_of_several_applications_are_refused_together(tmp_path) -> None:
    logs = [LOGS / f"{name}-r1.zstd" for name in ("chain-2x2", "pools-2x2-fifo")]
    message = refused(5, "extract", *logs, "-o", tmp_path / "m.yaml")
    assert "are not runs of the same application" in message
    assert "chain-2x2-r1.zstd" in message
    assert "pools-2x2-fifo-r1.zstd" in message
    assert list(tmp_path.iterdir()) == []


def test_a_run_without_log_is_named_by_its_line(tmp_path) -> None:
    runs = table(tmp_path / "runs.csv", "chain-2x2-r1", "lost")
    assert "runs.csv, line 3: no log is given" in refused(
        2, "extract", "--runs", runs, "-o", tmp_path / "m.yaml"
    )


def test_a_workload_must_be_chosen(tmp_path) -> None:
    runs = table(tmp_path / "r.csv", "chain-2x2-r1", "pools-2x2-fifo-r1", workload=("chain", "pools"))
    assert "several workloads: chain, pools" in refused(
        2, "extract", "--runs", runs, "-o", tmp_path / "m.yaml"
    )
    printed("extract", "--runs", runs, "--workload", "pools", "-o", tmp_path / "m.yaml", "-q")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "there is nothing to read"),
        (("x.zstd", "--runs", "runs.csv"), "exclude each other"),
        (("x.zstd", "--workload", "w"), "--workload is for a table"),
        (("x.zstd", "y.zstd", "--app", "a"), "--app and --attempt choose from one source"),
    ],
)
def test_contradictions_are_refused(arguments: tuple[str, ...], message: str, tmp_path) -> None:
    assert message in refused(2, "extract", *arguments, "-o", tmp_path / "m.yaml")
