"""What `show` and `predict` print for a small model, so that changes of the layout are seen.

After a wanted change, write the files anew and look at the difference:

    GOLDEN=write .venv/bin/pytest tests/functional/test_cli_golden.py
    git diff tests/golden docs/graph.svg
"""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pertract.cli import app

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
MODEL = str(ROOT / "dsl" / "valid" / "minimal.yaml")

OUTPUTS = {
    "show.txt": ["show", MODEL],
    "show-graph.txt": ["show", MODEL, "--graph"],
    "predict-replay.txt": ["predict", MODEL],
    "predict-larger.txt": ["predict", MODEL, "--executors", "4", "--data-scale", "3"],
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_output_is_as_before(name):
    result = CliRunner(env={"FORCE_COLOR": None, "GITHUB_ACTIONS": None}).invoke(app, OUTPUTS[name])
    assert result.exit_code == 0, result.stderr
    file = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        file.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == file.read_text(encoding="utf-8"), f"see the top of {Path(__file__).name}"


def test_the_drawing_in_the_documentation_is_that_of_the_example(tmp_path):
    model, drawing = str(tmp_path / "model.yaml"), tmp_path / "graph.svg"
    log = str(ROOT / "examples" / "randomforest.zstd")
    for arguments in (["extract", log, "-o", model], ["show", model, "--graph", "-o", str(drawing)]):
        assert CliRunner().invoke(app, arguments).exit_code == 0
    drawn, file = drawing.read_text(encoding="utf-8"), ROOT / "docs" / "graph.svg"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(drawn, encoding="utf-8")
    assert drawn == file.read_text(encoding="utf-8"), f"see the top of {Path(__file__).name}"
