"""``pertract extract --hdfs``: from the command line to the model, and refusals."""

from pathlib import Path

from typer.testing import CliRunner

import pertract
from pertract.cli import app

DATA = Path(__file__).parents[1] / "data/hadoop/locality"
LOG = str(DATA / "application_1795302742954_0020.zstd")


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_model_tells_files_and_places(tmp_path):
    model = tmp_path / "m.yaml"
    result = run("extract", LOG, "--hdfs", DATA / "webhdfs", "-o", model)
    assert result.exit_code == 0, result.output
    data = pertract.load(model).workload.data[0]
    assert data.storage.block_bytes == 2**20
    assert data.placement.replication == 2


def test_without_the_file_system_the_model_is_built_and_flagged(tmp_path):
    model = tmp_path / "m.yaml"
    result = run("extract", LOG, "--hdfs", "http://127.0.0.1:9", "-q", "-o", model)
    assert result.exit_code == 3
    assert "http://127.0.0.1:9/webhdfs/v1/data/h-words: the server cannot be reached" in result.stderr
    found = pertract.load(model)
    assert "could not be looked up" in found.completeness.missing[0]
    assert found.workload.data[0].storage is None


def test_an_image_is_refused_with_the_command_that_helps(tmp_path):
    image = tmp_path / "fsimage_0000000000000000042"
    image.write_bytes(b"HDFSIMG1" + bytes(100))
    result = run("extract", LOG, "--hdfs", image, "-q", "-o", tmp_path / "m.yaml")
    assert result.exit_code == 3
    assert "hdfs oiv -p XML -i fsimage_0000000000000000042" in result.stderr


def test_models_of_several_applications_are_refused(tmp_path):
    result = run("extract", LOG, "--hdfs", DATA / "webhdfs", "-o", f"{tmp_path}/")
    assert result.exit_code == 2
    assert "--hdfs is for one application" in result.stderr
