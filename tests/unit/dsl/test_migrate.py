"""Documents of other versions: migrated step by step, or refused."""

import pytest
from typer.testing import CliRunner

from pertract import dsl
from pertract.cli import app
from pertract.dsl import migrate, text
from pertract.dsl.migrate import Step
from pertract.errors import MalformedModel, SchemaVersionError


def renamed(old: str, new: str) -> Step:
    """A step that gives a field at the top another name."""

    def change(document: dict) -> dict:
        return {new if key == old else key: value for key, value in document.items()}

    return Step(change, f"'{old}' is called '{new}'")


STEPS = {1: renamed("a", "b"), 2: renamed("b", "c")}


# -- the chain -------------------------------------------------------------------------------------


def test_steps_are_taken_one_after_the_other():
    document, notes = migrate.migrate({"schema": "pertract/model/1", "a": 1}, current=3, steps=STEPS)
    assert document == {"schema": "pertract/model/3", "c": 1}
    assert notes == (
        "version 1 of the language was read as version 3: 'a' is called 'b'",
        "version 1 of the language was read as version 3: 'b' is called 'c'",
    )


def test_a_later_document_skips_earlier_steps():
    document, notes = migrate.migrate({"schema": "pertract/model/2", "a": 1, "b": 2}, current=3, steps=STEPS)
    assert document == {"schema": "pertract/model/3", "a": 1, "c": 2}
    assert len(notes) == 1


def test_the_current_version_is_left_alone():
    document = {"schema": "pertract/model/3", "a": 1}
    assert migrate.migrate(dict(document), current=3, steps=STEPS) == (document, ())


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("pertract/model/4", "version 4 of the language, and this pertract knows version 3"),
        ("pertract/model/0", "version 0 of the language, which is not read any more"),
        ("pertract/model/-1", "the field 'schema' must be 'pertract/model/3', found"),
        ("pertract/prediction/1", "the field 'schema' must be 'pertract/model/3', found"),
        (1, "the field 'schema' must be 'pertract/model/3', found '1'"),
    ],
)
def test_other_versions_are_refused_with_what_to_do(version, message):
    with pytest.raises(SchemaVersionError, match=message) as caught:
        migrate.migrate({"schema": version}, current=3, steps=STEPS)
    assert caught.value.hint


def test_there_is_a_step_from_every_version_that_was_released():
    assert sorted(migrate.STEPS) == list(range(1, migrate.CURRENT))


# -- a document of an earlier version on its way through the commands -------------------------------


@pytest.fixture
def old_document(monkeypatch, tmp_path, minimal_text):
    """A document of a version that only this test knows, in which ``name`` was called ``application``."""
    monkeypatch.setitem(migrate.STEPS, 0, renamed("application", "name"))
    path = tmp_path / "old.yaml"
    old = minimal_text.replace("pertract/model/1\nname:", "pertract/model/0\napplication:")
    assert old != minimal_text
    path.write_text(old)
    return path


def test_it_is_read_like_one_of_today(old_document, minimal):
    notes: list[str] = []
    document = old_document.read_text()
    assert text.parse(document, name="old.yaml", note=notes.append) == minimal
    assert text.parse(document, name="old.yaml") == minimal
    (note,) = notes
    assert note.startswith(
        "old.yaml: version 0 of the language was read as version 1: 'application' is called"
    )


def test_mistakes_in_it_still_name_line_and_field(old_document):
    document = old_document.read_text().replace("count: 8", "count: many")
    line = document[: document.index("many")].count("\n") + 1
    with pytest.raises(MalformedModel, match=f"line {line}: .*partitions.count: must be a whole number"):
        text.parse(document, name="old.yaml")


@pytest.mark.parametrize(
    "command",
    [
        ["check"],
        ["show"],
        ["show", "--format", "json"],
        ["predict", "--replications", "1", "--format", "json"],
    ],
    ids=" ".join,
)
def test_commands_say_so_beside_their_result(old_document, command):
    name, *options = command
    result = CliRunner().invoke(app, [name, str(old_document), *options])
    assert result.exit_code == 0, result.output
    (note,) = result.stderr.splitlines()
    assert note.startswith(f"note: {old_document}: version 0 of the language")
    quiet = CliRunner().invoke(app, [name, str(old_document), *options, "-q"])
    assert quiet.stderr == ""


@pytest.mark.parametrize("notation", ["yaml", "json"])
def test_convert_writes_the_current_version(old_document, notation, minimal):
    target = old_document.parent / f"new.{notation}"
    result = CliRunner().invoke(app, ["convert", str(old_document), "--to", notation, "-o", str(target)])
    assert result.exit_code == 0, result.output
    written = target.read_text()
    assert f"{dsl.SCHEMA_VERSION}" in written
    assert "application:" not in written
    assert text.parse(written, name="new", note=pytest.fail) == minimal


# -- version 1 before its first release ------------------------------------------------------------


def with_flag(document: str, value: str) -> str:
    return document.replace("  configuration:\n", f"  configuration:\n    dynamic_allocation: {value}\n")


def test_a_flag_for_dynamic_allocation_means_the_defaults_of_spark(minimal_text):
    notes: list[str] = []
    model = text.parse(with_flag(minimal_text, "true"), name="m.yaml", note=notes.append)
    assert model.execution.configuration.dynamic_allocation == dsl.DynamicAllocation()
    assert notes == [
        "m.yaml: an early 'dynamic_allocation: true' was read as dynamic allocation with Spark's defaults; "
        "pertract convert writes it anew"
    ]


def test_a_flag_against_dynamic_allocation_means_none(minimal_text, minimal):
    assert text.parse(with_flag(minimal_text, "false"), name="m.yaml", note=pytest.fail) == minimal


@pytest.mark.parametrize("configuration", ["", "3", "[]", "{dynamic_allocation: maybe}"])
def test_other_mistakes_there_are_told_as_ever(configuration):
    with pytest.raises(MalformedModel, match="configuration"):
        text.parse(
            f"schema: pertract/model/1\nname: x\nexecution: {{framework: Spark, nodes: [], configuration: "
            f"{configuration or 'null'}}}\nprofiles: {{}}\nresources: {{nodes: []}}\n",
            name="m.yaml",
        )


def test_an_execution_that_is_no_mapping_is_told():
    with pytest.raises(MalformedModel, match="execution: must be a mapping"):
        text.parse("schema: pertract/model/1\nname: x\nexecution: 3\n", name="m.yaml")
