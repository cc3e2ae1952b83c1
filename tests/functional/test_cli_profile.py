"""``pertract profile`` as people use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pertract.cli import app

from ..unit.sources.profilers.recordings import agent, lines, write

EXAMPLE = Path(__file__).parents[2] / "examples" / "randomforest.zstd"


def run(*arguments: object):
    return CliRunner().invoke(app, ["profile", *map(str, arguments)])


@pytest.fixture
def recording(tmp_path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    for name in ("0", "1"):
        records = agent(name)
        records[0]["pid"] = 100 + int(name)
        write(folder / f"{name}.jsonl.gz", lines(records), packed=True)
    return folder


def test_the_table_tells_categories_stages_frames_and_executors(recording):
    result = run(recording)
    assert result.exit_code == 0, result.output
    for text in (
        "Where 5.7s of CPU went",
        "user code",
        "garbage collection",
        "stage 0",
        "stage 1",
        "org.example.Job.map",
        "executor 0",
        "executor 1",
    ):
        assert text in result.stdout


def test_one_stage_can_be_asked_for(recording):
    document = json.loads(run(recording, "--stage", "1", "--format", "json").stdout)
    assert [stage["id"] for stage in document["stages"]] == ["stage-1"]
    assert document["stacks"]["top"][0]["self"] == pytest.approx(1.2)
    result = run(recording, "--stage", "9")
    assert result.exit_code == 2
    assert "the samples tell of no such stage" in result.output
    assert "There are stages 0, 1." in result.output


@pytest.mark.parametrize(
    ("ending", "begin"), [("html", "<!DOCTYPE html>"), ("svg", "<svg"), ("folded", "java.lang.Thread.run;")]
)
def test_the_ending_decides_what_is_written(recording, tmp_path, ending, begin):
    path = tmp_path / f"out.{ending}"
    result = run(recording, "-o", path, "--quiet")
    assert result.exit_code == 0, result.output
    assert path.read_text().startswith(begin)
    again = tmp_path / f"again.{ending}"
    assert run(recording, "-o", again, "--compare", recording, "--stage", "0").exit_code == 0
    assert again.read_text().startswith(begin)


def test_folded_stacks_of_a_file_come_back(tmp_path):
    path = write(tmp_path / "in.folded", b"a;b c 3\nz 1\n")
    assert run(path, "-o", tmp_path / "out.folded").exit_code == 0
    assert (tmp_path / "out.folded").read_bytes() == path.read_bytes()


def test_two_runs_are_compared(recording, tmp_path):
    other = write(tmp_path / "other.jsonl", lines(agent("0", samples=5)))
    document = json.loads(run(recording, "--compare", other, "--format", "json").stdout)
    frames = {row["frame"]: row["difference"] for row in document["compared"]["frames"]}
    assert frames["org.example.Job.map"] == pytest.approx(2 * 1.2 - 1.8)
    assert "Compared with app-1" in run(recording, "--compare", other).stdout
    counts = write(tmp_path / "counts.folded", b"a 1\n")
    result = run(recording, "--compare", counts, "-o", tmp_path / "x.svg")
    assert result.exit_code == 2
    assert "cannot be compared" in result.output


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "the file is empty"), (b"hello\n", "not the output of a profiler"), (b"\x1f\x8bxx", "damaged")],
)
def test_what_is_no_recording_is_one_sentence(tmp_path, content, says):
    path = tmp_path / "file"
    path.write_bytes(content)
    result = run(path)
    assert result.exit_code == 3
    assert says in result.output
    assert "Traceback" not in result.output


def test_an_unknown_ending_is_refused_before_anything_is_written(recording, tmp_path):
    result = run(recording, "-o", tmp_path / "flame.pdf")
    assert result.exit_code == 2
    assert ".html for a page" in result.output
    assert not (tmp_path / "flame.pdf").exists()


def test_samples_of_another_run_are_refused(recording):
    result = run(recording, "--log", EXAMPLE)
    assert result.exit_code == 3
    assert "Traceback" not in result.output


def test_notes_are_left_out_when_quiet(tmp_path):
    path = write(tmp_path / "cut.folded", b"a 1\nb 2\nc")
    assert "1 record is cut off" in run(path).output
    assert "cut off" not in run(path, "--quiet").output


def test_the_event_log_tells_stages_and_idle_slots():
    """CPU of processes alone: tasks have what the log says, the rest is what the operating system counted."""
    result = run(EXAMPLE.with_name("randomforest-cpu.csv"), "--log", EXAMPLE, "--format", "json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    executors = [each for each in document["processes"] if each["name"].startswith("executor")]
    assert sum(each["core_s"] for each in executors) == pytest.approx(61.53, rel=1e-3)
    assert document["stages"][0]["name"]
    assert document["idle_slot_s"] > 0
    assert sum(document["by_category"].values()) == pytest.approx(document["core_s"], rel=1e-6)
