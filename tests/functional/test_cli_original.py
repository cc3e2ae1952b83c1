"""Files of the original PerTract on the command line."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import pertract
from pertract.cli import app

ROOT = Path(__file__).parents[2]
MINIMAL = ROOT / "dsl" / "valid" / "minimal.yaml"
EXAMPLE = ROOT / "transforms" / "original" / "example"
APPLICATION = "application_1564214400000_0001.pta"
URI = "http://www.fortiss.org/pmwt/pertract/dsl"


def run(*arguments: object):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "example"))


def test_a_model_becomes_three_files_and_comes_back(tmp_path: Path) -> None:
    written = run("convert", MINIMAL, "--to", "emfjson", "-o", tmp_path / "files")
    assert written.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == [
        "word_count.pta",
        "word_count.ptd",
        "word_count.ptr",
    ]
    assert "warning: " in written.stderr
    assert "word_count.pta" in written.stdout
    back = run("convert", tmp_path / "files", "--to", "yaml", "-o", tmp_path / "back.yaml")
    assert back.exit_code == 0
    model, again = pertract.load(MINIMAL), pertract.load(tmp_path / "back.yaml")
    assert [n.id for n in again.execution.nodes] == [n.id for n in model.execution.nodes]
    assert again.workload.size_bytes == model.workload.size_bytes
    assert again.original is None, "our own files say nothing that the document cannot"


@pytest.mark.parametrize("to", ["emfjson", "xmi"])
def test_original_files_survive_a_document(example: Path, tmp_path: Path, to: str) -> None:
    assert run("convert", example, "--to", "yaml", "-o", tmp_path / "m.yaml").exit_code == 0
    assert run("convert", tmp_path / "m.yaml", "--to", to, "-o", tmp_path / "x").exit_code == 0
    assert run("convert", tmp_path / "x", "--to", "emfjson", "-o", tmp_path / "y").exit_code == 0
    for file in example.iterdir():
        (again,) = (tmp_path / "y").glob(f"*{file.suffix}")
        assert json.loads(again.read_text()) == json.loads(file.read_text()), file.name


def test_a_changed_document_changes_the_files_there_and_nowhere_else(example: Path, tmp_path: Path) -> None:
    document = tmp_path / "m.yaml"
    run("convert", example, "--to", "yaml", "-o", document)
    text = document.read_text()
    assert "{count: 4, slots: 4" in text
    document.write_text(text.replace("{count: 4, slots: 4", "{count: 9, slots: 4", 1))
    run("convert", document, "--to", "emfjson", "-o", tmp_path / "x")
    (changed,) = (tmp_path / "x").glob("*.pta")
    expected = json.loads((example / APPLICATION).read_text())
    expected["applicationConfiguration"]["executors"] = 9
    assert json.loads(changed.read_text()) == expected


@pytest.mark.parametrize("command", ["check", "show", "predict"])
@pytest.mark.parametrize("name", [".", APPLICATION, "dataclassify.ptd", "ResourceArchitecture.ptr"])
def test_every_command_reads_original_files(example: Path, command: str, name: str) -> None:
    assert run(command, example / name).exit_code == 0


def test_a_prediction_of_original_files_follows_executors_and_data(example: Path) -> None:
    def seconds(*options: object) -> float:
        found = run("predict", example, "--format", "json", *options)
        return json.loads(found.stdout)["response_time_s"]["mean"]

    assert seconds("--nodes", 8, "--executors", 8) < seconds() < seconds("--data-scale", 2)


def test_the_program_in_the_how_to_runs(tmp_path: Path, monkeypatch, capsys) -> None:
    text = (ROOT / "docs" / "original-formats.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "docs/original-formats.md", "exec"), {})
    assert 20 < float(capsys.readouterr().out) < 200
    assert run("check", tmp_path / "original").exit_code == 0


def test_the_model_of_the_original_s_generator_is_exported(example: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pcm"
    result = run(
        "export", "pcm", example, "-o", folder, "--profile", "pertract", "--nodes", 8, "--executors", 8
    )
    assert result.exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"default.{e}" for e in ("allocation", "repository", "resourceenvironment", "system", "usagemodel")
    )
    again = run("export", "pcm", MINIMAL, "-o", folder, "--profile", "pertract", "--format", "json")
    document = json.loads(again.stdout)
    assert document["files"]["default.repository"] == (folder / "default.repository").stat().st_size
    assert "Time on drives is written as DELAY; memory is left out." in document["warnings"]
    refused = run("export", "pcm", MINIMAL, "-o", folder, "--profile", "pertract", "--join-nodes")
    assert refused.exit_code == 2
    assert "of the standard profile" in refused.stderr


# -- mistakes --------------------------------------------------------------------------------------


def refused(path: Path, code: int = 7) -> str:
    result = run("check", path)
    assert result.exit_code == code, result.output
    message, hint = result.stderr.split("\n", 1)
    assert message.startswith("error: ")
    assert hint.strip()
    return message.removeprefix("error: ")


def changed(example: Path, old: str, new: str, name: str = APPLICATION) -> Path:
    file = example / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    return example


def test_two_models_in_a_folder_need_a_choice(example: Path) -> None:
    shutil.copy(example / APPLICATION, example / "another.pta")
    message = refused(example)
    assert f"there are 2 files to choose from: another.pta, {APPLICATION}" in message
    assert run("check", example / "another.pta").exit_code == 0


def test_a_missing_part_is_named(example: Path) -> None:
    (example / "dataclassify.ptd").unlink()
    assert "the data workload (.ptd) is missing beside" in refused(example)


def test_a_folder_of_something_else_is_named(tmp_path: Path) -> None:
    assert "a directory without files of the original PerTract" in refused(tmp_path, 3)
    assert "no such file" in refused(tmp_path / "m.pta", 3)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"framework": "SPARK",',
            '"framework": "SPARK"',
            "0001.pta, line 5: not JSON",
        ),
        ('"framework"', '"colour"', ".pta: /: ApplicationExecutionArchitecture has no feature 'colour'"),
        ('"framework": "SPARK"', '"name": "x"', "'name' appears twice in one element"),
        (
            f"{URI}/application#//ApplicationExecutionArchitecture",
            f"{URI}/resources#//ResourceArchitecture",
            "/: must be of the class ApplicationExecutionArchitecture, found ResourceArchitecture",
        ),
        ("#//BatchConfiguration", "#//HugeConfiguration", "there is no class 'http"),
        (
            "#//BatchConfiguration",
            "#//ApplicationConfiguration",
            "is abstract, so its kind must be told",
        ),
        ('"executors": 4', '"executors": "four"', "//@applicationConfiguration/@executors: must be a whole"),
        ('"executors": 4', '"executors": 4000000000', "must be a whole number of 32 bit"),
        ('"$ref": "//@topNode/@children.0"', '"$ref": "//@topNode/@children.9"', "where nothing is"),
        (
            '"$ref": "//@topNode/@children.0"',
            '"$ref": "/"',
            "must refer to the class ExecutionNode, found Applica",
        ),
        ("dataSize.VALUE * 52", "dataSize.VALUE ^ 2", "'stage0' has a demand that the language cannot say"),
        ("dataSize.VALUE * 52", "dataSize.VALUE *", "'stage0' has a demand"),
        ('"topNode": {', '"topNode": [', "not JSON"),
        ("{", "", "neither EMF-JSON"),
    ],
)
def test_mistakes_in_json_are_named_with_their_place(example: Path, old: str, new: str, message: str) -> None:
    found = refused(changed(example, old, new))
    assert message in found
    assert APPLICATION in found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</topNode>", "</top>", "not XML"),
        ('framework="SPARK"', 'colour="SPARK"', "line 2: /: ApplicationExecutionArchitecture has no feature"),
        ("topNode", "node", "has no feature 'node'"),
        (":ApplicationExecutionArchitecture", ":Operation", "the root must be of the class Applicat"),
        ('executors="4"', 'executors="four"', "line 3: //@applicationConfiguration/@executors: must be"),
        (":BatchConfiguration", ":Huge", "there is no class"),
        (":BatchConfiguration", ":ExecutionNode", "must be of the class ApplicationConfiguration"),
        ('parent="//@topNode/@children.0"', 'parent="//@topNode/@children.7"', "where nothing is"),
        ("<topNode ", "some text <topNode ", "there is text: 'some text'"),
    ],
)
def test_mistakes_in_xml_are_named_with_their_line(
    example: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    folder = tmp_path / "xmi"
    run("convert", example, "--to", "xmi", "-o", folder)
    (file,) = folder.glob("*.pta")
    text = file.read_text()
    assert old in text
    text = text.replace(old, new) if old.startswith(("</", ":App", "topNode")) else text.replace(old, new, 1)
    file.write_text(text)
    assert message in refused(folder)


def test_a_cycle_is_named_with_the_file(example: Path) -> None:
    file = example / APPLICATION
    data = json.loads(file.read_text())
    edges = data["topNode"]["children"][0]["edgesOfChildren"]
    edges.append({"tail": edges[0]["head"], "head": edges[0]["tail"]})
    file.write_text(json.dumps(data))
    message = refused(example)
    assert APPLICATION in message
    assert "the edges form a cycle through stage" in message


def test_entities_of_xml_are_not_followed(example: Path, tmp_path: Path) -> None:
    folder, secret = tmp_path / "xmi", tmp_path / "secret"
    secret.write_text("a secret")
    run("convert", example, "--to", "xmi", "-o", folder)
    (file,) = folder.glob("*.pta")
    head, _, rest = file.read_text().partition("\n")
    entity = f'<!DOCTYPE x [<!ENTITY secret SYSTEM "{secret}">]>'
    file.write_text(f"{head}\n{entity}\n{rest.replace('<topNode ', '&secret;<topNode ', 1)}")
    result = run("show", folder)
    assert "a secret" not in result.output


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["emfjson", "xmi"])
@pytest.mark.parametrize(
    ("name", "stem"),
    [('a/b "c" <d> & ü', "a_b_c_d"), ("../../etc", "etc"), ("", "application"), ("ß", "application")],
)
def test_names_of_files_are_safe_and_names_of_models_stay(
    tmp_path: Path, to: str, name: str, stem: str
) -> None:
    model = pertract.load(MINIMAL).model_copy(update={"name": name})
    saved = pertract.save_original(model, tmp_path / "x", to)
    assert [path.name for path in saved.files] == [f"{stem}.pta", f"{stem}.ptd", f"{stem}.ptr"]
    assert pertract.load(tmp_path / "x").name == name


def test_another_model_of_the_same_file_name_is_not_replaced(tmp_path: Path) -> None:
    model = pertract.load(MINIMAL)
    pertract.save_original(model.model_copy(update={"name": "a/b"}), tmp_path)
    pertract.save_original(model.model_copy(update={"name": "a/b"}), tmp_path)
    with pytest.raises(pertract.errors.OutputError, match="holds another model, 'a/b'"):
        pertract.save_original(model.model_copy(update={"name": "a b"}), tmp_path)
    pertract.save_original(model.model_copy(update={"name": "a b"}), tmp_path / "second.pta")
    assert pertract.load(tmp_path / "second.pta").name == "a b"


def test_characters_that_xml_does_not_have_are_refused(tmp_path: Path) -> None:
    model = pertract.load(MINIMAL).model_copy(update={"name": "bell \a"})
    with pytest.raises(pertract.errors.TransformError, match="characters that XML does not have"):
        pertract.save_original(model, tmp_path / "x", "xmi")
    assert not (tmp_path / "x").exists()
    pertract.save_original(model, tmp_path / "x")
    assert pertract.load(tmp_path / "x").name == "bell \a"
