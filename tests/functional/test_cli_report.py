"""``--report`` of ``predict`` and ``what-if``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import pertract
from pertract.cli import app

from ..unit.report.page.pages import Elements, addresses

MODEL = Path(__file__).resolve().parents[2] / "dsl" / "valid" / "minimal.yaml"


def run(command: str, *arguments: object):
    result = CliRunner(env={"FORCE_COLOR": None, "GITHUB_ACTIONS": None}).invoke(
        app, [command, str(MODEL), *map(str, arguments)]
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def data_of(path: Path) -> dict:
    text = path.read_text(encoding="utf-8")
    assert addresses(text) == []
    return json.loads(Elements(text).inside["script"][0])


def test_what_if_writes_a_page_and_prints_the_same_as_without(tmp_path):
    page = tmp_path / "page.html"
    question = ["--executors", "1,2,4", "-n", "3", "--no-cache"]
    with_page, without = run("what-if", *question, "--report", page), run("what-if", *question)
    assert with_page.exit_code == 0, with_page.output
    assert with_page.stdout == without.stdout
    data = data_of(page)
    assert data["columns"]["executors"] == [1, 2, 4]
    assert set(data["detail"]) == {"0", "1", "2", "calibration"}
    assert all(detail["timeline"] for detail in data["detail"].values())


def test_predict_writes_a_page_and_prints_the_same_as_without(tmp_path):
    page = tmp_path / "page.html"
    question = ["--executors", "4", "--data-scale", "3", "-n", "3"]
    with_page, without = run("predict", *question, "--report", page), run("predict", *question)
    assert with_page.exit_code == 0, with_page.output
    assert with_page.stdout == without.stdout
    data = data_of(page)
    assert data["columns"]["data_scale"] == [3]
    assert data["calibration"]["data_scale"] == [1]
    assert set(data["detail"]) == {"0", "calibration"}


def test_json_has_timelines_only_with_a_page(tmp_path):
    question = ["--executors", "1,2", "-n", "3", "--no-cache", "--format", "json"]
    without = json.loads(run("what-if", *question).stdout)
    with_page = json.loads(run("what-if", *question, "--report", tmp_path / "page.html").stdout)
    assert without["calibration"] is None
    assert [point["timeline"] for point in without["points"]] == [None, None]
    assert all(len(point["timeline"]["busy"][0]) == 60 for point in with_page["points"])
    assert with_page["calibration"]["timeline"]["tasks"]
    for one, other in zip(without["points"], with_page["points"], strict=True):
        assert one["response_time_s"] == other["response_time_s"]


def test_the_page_is_written_also_where_nothing_qualifies(tmp_path):
    page = tmp_path / "page.html"
    result = run(
        "what-if", "--executors", "1,2", "-n", "2", "--deadline", "1s", "--no-cache", "--report", page
    )
    assert result.exit_code == 1
    assert "No configuration</strong> ends within 1.0 s" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["predict", "what-if"])
def test_a_page_that_cannot_be_written_is_one_sentence(tmp_path, command):
    result = run(command, "--executors", "2", "-n", "2", "--report", tmp_path / "none" / "page.html")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_a_search_has_a_page_of_what_it_confirmed(tmp_path):
    page = tmp_path / "page.html"
    question = [
        "--executors",
        "1..40",
        "--executor-cores",
        "1..4",
        "--search",
        "--no-cache",
        "--report",
        page,
    ]
    assert run("what-if", *question).exit_code == 0
    data = data_of(page)
    confirmed = len(data["columns"]["point"])
    assert 0 < confirmed < 160
    assert len(data["axes"][0]["texts"]) <= confirmed
    assert "configurations screened" in page.read_text(encoding="utf-8")


def test_pages_in_python(tmp_path):
    model = pertract.load(MODEL)
    found = pertract.what_if(model, executors=[1, 2], replications=2, cache=False)
    pertract.write_page(model, found, tmp_path / "plan.html")
    assert data_of(tmp_path / "plan.html")["calibration"] is None  # no timelines were asked for
    pertract.write_page(model, pertract.predict(model, executors=3), tmp_path / "prediction.html")
    assert data_of(tmp_path / "prediction.html")["columns"]["executors"] == [3]
