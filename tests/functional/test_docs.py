"""The commands and programs in README and tutorial do what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pertract.cli import app

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "randomforest.zstd"
MODEL = ROOT / "dsl" / "valid" / "minimal.yaml"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(document: str, language: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return [body for kind, body in BLOCK.findall(text) if kind == language]


def commands(document: str) -> list[str]:
    lines = [line.removeprefix(".venv/bin/") for body in blocks(document, "") for line in body.splitlines()]
    return [line for line in lines if line.startswith("pertract ")]


@pytest.mark.parametrize(
    ("document", "least"), [("README.md", 2), ("docs/tutorial.md", 7), ("docs/original-formats.md", 4)]
)
def test_every_command_succeeds_in_the_order_given(document, least, tmp_path, monkeypatch):
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "randomforest.zstd").symlink_to(EXAMPLE)
    monkeypatch.chdir(tmp_path)
    found = commands(document)
    assert len(found) >= least
    for command in found:
        arguments = shlex.split(command.replace("EVENTLOG", str(EXAMPLE)))[1:]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, (command, result.output)


def test_every_question_of_the_planning_guide_has_an_answer():
    text = (ROOT / "docs/planning.md").read_text(encoding="utf-8")
    table = text.split("| --- | --- |\n")[1].split("\n\n")[0]
    questions = [re.findall(r"`(.+?)`", line.split("|")[2]) for line in table.splitlines()]
    assert len(questions) >= 10
    for (asked,) in questions:
        real = asked.replace("--node-type a,b", "--node-type m5.xlarge,r5.xlarge")
        real = real.replace("--price a=", "--price m5.xlarge=").replace(",b=", ",r5.xlarge=")
        real = real.replace("other.yaml", str(MODEL))
        if "--price" in real or "--confidence" in real:
            real += " --nodes 2..32*2 --node-type m5.xlarge,r5.xlarge"
        if "--billing" in real:
            real += " --budget 5"
        arguments = ["what-if", str(MODEL), *shlex.split(real), "--replications", "1"]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code in (0, 1), (asked, result.output)
        assert "limited by" in result.stdout


def test_the_outputs_of_the_tutorial_are_those_of_the_program(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    log, model = str(EXAMPLE), "model.yaml"
    runs = [
        ["extract", log, "-o", model],
        ["predict", model, "--executors", "4", "--executor-cores", "2"],
        ["predict", model, "--nodes", "2", "--node-cores", "2", "--executors", "2", "--executor-cores", "4"],
    ]
    printed = "".join(CliRunner().invoke(app, arguments).output for arguments in runs)
    shown = [body for body in blocks("docs/tutorial.md", "") if "pertract" not in body]
    assert len(shown) == 3
    for body in shown:
        assert body in printed
    assert "response time    38.1 s" in printed


def test_the_program_in_the_readme_runs(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    (program,) = blocks("README.md", "python")
    exec(compile(program, "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "4"]


def _documents() -> list[Path]:
    tracked = (
        "*.md",
        "*/README.md",
        "docs/*.md",
        "benchmarks/**/*.md",
        "transforms/**/*.md",
        "tests/**/*.md",
    )
    found = {path for pattern in tracked for path in ROOT.glob(pattern)}
    return sorted(path for path in found if not {".venv", "node_modules", "target", "out"} & {*path.parts})


def _headings(document: Path) -> set[str]:
    """Return the anchors of a document, as GitHub makes them."""
    prose = BLOCK.sub("", document.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ +(.+?) *$", prose, re.MULTILINE)
    words = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower() for title in titles)
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in words}


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(document):
    prose = BLOCK.sub("", document.read_text(encoding="utf-8"))
    for target, anchor in re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]+))?\)", prose):
        file = document.parent / target if target else document
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            assert anchor in _headings(file), f"{target}#{anchor}"
