"""``pertract extract --yarn`` and ``--hardware`` on what a real cluster told."""

import json
import os
import shutil
from pathlib import Path

import pytest
import zstandard
from typer.testing import CliRunner

import pertract
from pertract.cli import app

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "yarn"
LOG = str(DATA / "application_1795302742954_0004_1.zstd")
SOURCES = [arg for name in ("rm", "timeline", "logs", "conf") for arg in ("--yarn", str(DATA / name))]


def invoke(*arguments):
    return CliRunner(env={"FORCE_COLOR": None, "GITHUB_ACTIONS": None}).invoke(app, list(map(str, arguments)))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("yarn") / "model.yaml"
    result = invoke("extract", LOG, *SOURCES, "-o", path, "-q")
    assert (result.exit_code, result.stderr) == (0, "")
    return path


def test_the_cluster_is_shown_as_before(model):
    """Written anew as in test_cli_golden.py."""
    result = invoke("show", model, "--resources")
    assert result.exit_code == 0
    file = ROOT / "tests" / "golden" / "show-yarn.txt"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == file.read_text(encoding="utf-8")


def test_the_document_has_all_that_was_told(model):
    document = json.loads(invoke("show", model, "--format", "json").stdout)["resources"]
    assert sum(group["count"] * group["vcores"] for group in document["nodes"]) == 10
    assert [queue["path"] for queue in document["manager"]["queues"]] == [
        "root",
        "root.default",
        "root.batch",
    ]


def test_a_model_with_its_cluster_is_a_model_like_others(model):
    assert invoke("check", model).exit_code == 0
    assert invoke("predict", model, "--replications", 2).exit_code == 0


def test_what_cannot_be_asked_is_told_with_exit_code_3_and_the_model_is_written(tmp_path):
    result = invoke(
        "extract", LOG, "--yarn", "http://127.0.0.1:1", "--yarn", DATA / "rm", "-o", tmp_path / "m.yaml"
    )
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith(
        "error: http://127.0.0.1:1/ws/v1/cluster/info: the server cannot be reached."
    )
    model = pertract.load(tmp_path / "m.yaml")
    assert sum(group.count for group in model.resources.nodes) == 3
    assert any("cannot be reached" in note for note in model.completeness.notes)


def test_an_application_that_was_forgotten(tmp_path):
    shutil.copytree(DATA / "rm", tmp_path / "rm")
    for path in (tmp_path / "rm").glob("application*"):
        path.unlink()
    (tmp_path / "rm" / "apps.json").write_text('{"apps": null}')
    result = invoke("extract", LOG, "--yarn", tmp_path / "rm", "-o", tmp_path / "m.yaml", "-q")
    assert result.exit_code == 3
    assert "is not known to the ResourceManager any more" in result.stderr
    assert pertract.load(tmp_path / "m.yaml").resources.manager is not None


def test_a_log_of_another_cluster_manager(tmp_path):
    log = ROOT / "examples" / "randomforest.zstd"
    result = invoke("extract", log, "--yarn", DATA, "-o", tmp_path / "m.yaml")
    assert result.exit_code == 2
    assert "which did not run on YARN" in result.stderr
    assert not (tmp_path / "m.yaml").exists()


def test_hardware(tmp_path):
    result = invoke(
        "extract", LOG, *SOURCES, "--hardware", ROOT / "examples/hardware.yaml", "-o", tmp_path / "m.yaml"
    )
    assert result.exit_code == 0
    groups = pertract.load(tmp_path / "m.yaml").resources.nodes
    assert [(group.role, group.cores, group.cores_known) for group in groups] == [
        ("worker", 16, True),
        ("worker", 16, True),
        ("master", 8, True),
    ]


@pytest.mark.parametrize("option", [["--yarn", str(DATA)], ["--hardware", "x.yaml"]])
def test_one_model_at_a_time(option, tmp_path):
    result = invoke("extract", LOG, *option, "-o", tmp_path)
    assert result.exit_code == 2
    assert f"{option[0]} is for one application" in result.stderr


def test_several_runs(tmp_path):
    (tmp_path / "second").write_bytes(
        zstandard.ZstdDecompressor().stream_reader(Path(LOG).read_bytes()).read()
    )
    table = tmp_path / "runs.csv"
    table.write_text(f"log,data_units\n{LOG},1\nsecond,2\n")
    result = invoke("extract", "--runs", table, *SOURCES, "-o", tmp_path / "m.yaml", "-j", 1)
    assert result.exit_code == 0, result.stderr
    model = pertract.load(tmp_path / "m.yaml")
    assert model.resources.manager is not None
    assert [run.vcore_seconds for run in model.runs] == [127, 127]
