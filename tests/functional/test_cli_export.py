"""`pertract export pcm` as users call it, and its golden output."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pertract.cli import app

ROOT = Path(__file__).resolve().parents[2]
MODEL = str(ROOT / "dsl" / "valid" / "minimal.yaml")
GOLDEN = ROOT / "transforms" / "pcm" / "golden"
KINDS = (
    "repository",
    "system",
    "allocation",
    "resourceenvironment",
    "usagemodel",
    "monitorrepository",
    "measuringpoint",
)


def run(*arguments: str):
    return CliRunner(env={"FORCE_COLOR": None}).invoke(app, ["export", "pcm", *arguments])


def test_the_files_are_written_and_what_they_leave_out_is_said(tmp_path):
    result = run(MODEL, "-o", str(tmp_path / "new" / "folder"))
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} == {
        f"word_count.{k}" for k in KINDS
    }
    assert "What PCM cannot say" in result.stdout
    assert "CPU outside tasks" in result.stdout
    assert "predicted response time of these files: 9.4 s" in result.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_are_as_before(kind, tmp_path):
    """After a wanted change, write them anew with GOLDEN=write and look at the difference."""
    assert run(MODEL, "-o", str(tmp_path), "-q", "--no-effects").exit_code == 0
    made, golden = tmp_path / f"word_count.{kind}", GOLDEN / f"word_count.{kind}"
    if os.environ.get("GOLDEN") == "write":
        golden.write_bytes(made.read_bytes())
    assert made.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")


def test_json_names_files_omissions_and_the_prediction(tmp_path):
    result = run(MODEL, "-o", str(tmp_path), "--format", "json", "--executors", "4")
    document = json.loads(result.stdout)
    assert document["schema"] == "pertract/export/1"
    assert set(document["files"]) == {f"word_count.{kind}" for kind in KINDS}
    assert document["response_time_s"] > 0
    [omission] = [o for o in document["omissions"] if o["name"] == "CPU outside tasks"]
    assert set(omission) == {"name", "instead", "response_time_change", "cpu_change"}


def test_quiet_writes_files_and_nothing_else(tmp_path):
    result = run(MODEL, "-o", str(tmp_path), "-q")
    assert result.exit_code == 0
    assert result.output == ""


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    result = run(MODEL, "-o", str(tmp_path / "file" / "folder"))
    assert result.exit_code == 2
    assert "cannot be made" in result.stderr
    assert (tmp_path / "file").read_text() == ""


def test_a_folder_in_the_place_of_a_file_leaves_nothing_half_written(tmp_path):
    (tmp_path / "word_count.usagemodel").mkdir()
    result = run(MODEL, "-o", str(tmp_path))
    assert result.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["word_count.usagemodel"]


def test_a_question_that_cannot_be_answered_writes_nothing(tmp_path):
    result = run(MODEL, "-o", str(tmp_path / "out"), "--executors", "0")
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_other_files_in_the_folder_stay(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    assert run(MODEL, "-o", str(tmp_path), "-q").exit_code == 0
    assert (tmp_path / "notes.txt").read_text() == "mine"
