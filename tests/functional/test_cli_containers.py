"""Logs of containers on the command line."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pertract.api import extract
from pertract.cli import app

RECORDED = Path(__file__).parents[1] / "data/hadoop"
CLIENT, CLUSTER = "application_1795302742954_0003", "application_1795302742954_0004"
EVENTS = RECORDED / f"events/{CLIENT}.zstd"
TEXT = RECORDED / f"yarn-logs/{CLIENT}.txt"


def run(*arguments):
    return CliRunner(env={"FORCE_COLOR": None, "COLUMNS": "100"}).invoke(app, [str(a) for a in arguments])


def test_they_add_to_the_model(tmp_path):
    result = run("extract", EVENTS, "--containers", TEXT, "-o", tmp_path / "model.yaml")
    assert result.exit_code == 0, result.output
    assert "executor 1 in container_1795302742954_0003_01_000002" in " ".join(result.stdout.split())
    model = yaml.safe_load((tmp_path / "model.yaml").read_text())
    groups = model["execution"]["configuration"]["executors"]
    assert all(group["allocated_s"] < group["registered_s"] < group["released_s"] for group in groups)
    assert any("paused 12 times" in note for note in model["completeness"]["notes"])


def test_times_are_those_that_the_timeline_knows():
    """Log lines bear whole seconds; the timeline has the times of the same containers to the millisecond."""
    from_logs, known = (
        extract(EVENTS, **more).execution.configuration.executors
        for more in ({"containers": [TEXT]}, {"yarn": [RECORDED / "rm-running", RECORDED / "timeline"]})
    )
    for name in ("allocated_s", "released_s"):
        times = [[getattr(group, name) for group in groups] for groups in (from_logs, known)]
        assert times[0] == pytest.approx(times[1], abs=1.5)


def test_those_of_another_application_are_refused(tmp_path):
    result = run(
        "extract", EVENTS, "--containers", RECORDED / f"yarn-logs/{CLUSTER}.txt.gz", "-o", tmp_path / "m.yaml"
    )
    assert result.exit_code == 3
    assert f"{CLUSTER}, but the event log is of {CLIENT}" in " ".join(result.stderr.split())
    assert not (tmp_path / "m.yaml").exists()


@pytest.mark.parametrize("packed", [False, True])
def test_alone_they_are_no_event_log(tmp_path, packed):
    source = RECORDED / f"yarn-logs/{CLUSTER}.txt.gz" if packed else TEXT
    result = run("extract", source, "-o", tmp_path / "model.yaml")
    assert result.exit_code == 3
    said = " ".join(result.stderr.split())
    assert "not a Spark event log; it looks like logs of containers as yarn logs prints them" in said
    assert "--containers" in said


def test_they_are_for_one_application(tmp_path):
    for arguments in ((EVENTS, "-o", f"{tmp_path}/"), (EVENTS, EVENTS, "-o", tmp_path / "m.yaml")):
        result = run("extract", *arguments, "--containers", TEXT)
        assert result.exit_code == 2
        assert "--containers is for" in result.stderr


def test_jobs_of_mapreduce_have_no_use_for_them(tmp_path):
    (history,) = (RECORDED / "jhist").glob("*.jhist")
    result = run("extract", history, "--containers", TEXT, "-o", tmp_path / "m.yaml")
    assert result.exit_code == 2
    assert "a job of MapReduce" in result.stderr
