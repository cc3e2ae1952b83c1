"""The folder dsl/: reference, JSON Schema, valid and invalid documents say what the package does."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic_core import PydanticUndefined

from pertract import api, dsl
from pertract.dsl import text
from pertract.dsl.base import Element
from pertract.dsl.schema import json_schema
from pertract.errors import ModelError

FOLDER = Path(__file__).parents[3] / "dsl"
SCHEMA = FOLDER / "schema" / "pertract-model-1.json"
VALID = sorted((FOLDER / "valid").glob("*.yaml"))
INVALID = sorted((FOLDER / "invalid").glob("*.yaml"))
README = (FOLDER / "README.md").read_text(encoding="utf-8")
ELEMENTS = [e for e in (getattr(dsl, name) for name in dsl.__all__) if isinstance(e, type)]


def by_name(path: Path) -> str:
    return path.stem


def remarks(path: Path) -> dict[str, str]:
    """The ``# key: value`` lines at the top of a document."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not (match := re.fullmatch(r"# ([a-z-]+): (.+)", line)):
            break
        found[match[1]] = match[2]
    return found


def read(path: Path) -> dsl.PerformanceModel:
    return text.parse(path.read_text(encoding="utf-8"), name=path.name)


def data_of(path: Path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


# -- JSON Schema -----------------------------------------------------------------------------------


def test_schema_file_is_what_the_package_generates():
    assert SCHEMA.read_text(encoding="utf-8") == json_schema(), (
        "The language has changed. Regenerate the file in the repository's root with:\n"
        'python -c "from pathlib import Path; from pertract.dsl.schema import json_schema; '
        f"Path('dsl/schema/{SCHEMA.name}').write_text(json_schema(), encoding='utf-8')\""
    )


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(json_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", VALID, ids=by_name)
def test_valid_documents_tell_editors_where_the_schema_is(path):
    first, _, _ = path.read_text(encoding="utf-8").partition("\n")
    target = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / target).resolve() == SCHEMA


@pytest.mark.parametrize("path", VALID, ids=by_name)
def test_json_schema_accepts_valid_documents(path, validator):
    assert [error.message for error in validator.iter_errors(data_of(path))] == []


@pytest.mark.parametrize("path", [p for p in INVALID if "json-schema" in remarks(p)], ids=by_name)
def test_json_schema_refuses_wrong_fields_and_accepts_what_it_cannot_see(path, validator):
    expected = remarks(path)["json-schema"]
    assert ("accepts" if validator.is_valid(data_of(path)) else "refuses") == expected


@pytest.mark.parametrize("path", VALID, ids=by_name)
def test_json_schema_accepts_what_the_package_writes(path, validator):
    model = read(path)
    assert validator.is_valid(json.loads(text.to_json(model)))


# -- documents -------------------------------------------------------------------------------------


def test_there_are_documents():
    assert {path.stem for path in VALID} >= {"minimal", "diamond", "concurrent-jobs", "shared-cores"}
    assert len(INVALID) > 20


@pytest.mark.parametrize("path", VALID, ids=by_name)
def test_valid_documents_are_read_and_written_back(path):
    model = read(path)
    assert text.parse(text.to_yaml(model), name="yaml") == model
    assert text.parse(text.to_json(model), name="json") == model


@pytest.mark.parametrize("path", VALID, ids=by_name)
def test_the_mean_of_the_spread_is_1_in_valid_documents(path):
    model = read(path)
    for profile in model.profiles.stages:
        for demand in profile.demands:
            total = sum(w * s for w, s in zip(profile.weights, demand.spread, strict=True))
            assert total / sum(profile.weights) == pytest.approx(1)


@pytest.mark.parametrize("path", INVALID, ids=by_name)
def test_invalid_documents_are_refused_with_the_expected_message(path):
    expected = remarks(path)
    with pytest.raises(ModelError) as caught:
        text.parse(path.read_text(encoding="utf-8"), name=path.name)
    message = str(caught.value)
    assert expected["expect"] in message
    assert message.startswith(path.name)
    assert "\n" not in message
    assert caught.value.hint
    assert expected.get("hint", "") in caught.value.hint
    if "line" in expected:
        assert message.startswith(f"{path.name}, line {expected['line']}: ")


# -- reference -------------------------------------------------------------------------------------


def section(element: type[Element]) -> str:
    """The part of the reference about an element."""
    found = re.search(rf"^### {element.__name__}\n(.*?)(?=^### |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"dsl/README.md has no section '### {element.__name__}'"
    return found[1]


def rows(element: type[Element]) -> dict[str, list[str]]:
    """The cells after the field's name, by field."""
    cells = [
        [c.strip() for c in line.split("|")[1:-1]]
        for line in section(element).splitlines()
        if line.startswith("| `")
    ]
    return {row[0].strip("`"): row[1:] for row in cells}


def default_in_words(name: str, field) -> str:
    default = field.get_default(call_default_factory=True)
    if name in ("kind", "schema_version") or default is PydanticUndefined:
        return "required"
    if isinstance(default, dsl.SingleSource):
        return "`kind: single`"
    if isinstance(default, Element):
        return "defaults"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, (int, float)):
        return f"{default:.12g}"
    if default is None:
        return "absent"
    return f"`{default}`" if default else "empty"


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda e: e.__name__)
def test_reference_has_every_field_in_order(element):
    assert list(rows(element)) == [f.alias or name for name, f in element.model_fields.items()]


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda e: e.__name__)
def test_reference_has_the_default_and_a_meaning_of_every_field(element):
    table = rows(element)
    for name, field in element.model_fields.items():
        value, default, meaning = table[field.alias or name]
        assert default == default_in_words(name, field), name
        assert value, name
        assert meaning.endswith("."), name


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda e: e.__name__)
def test_reference_names_every_word_a_field_accepts(element):
    table = rows(element)
    properties = element.model_json_schema(by_alias=True)["properties"]
    for name, schema in properties.items():
        for word in schema.get("enum", [schema["const"]] if "const" in schema else []):
            assert f"`{word}`" in table[name][0], name


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda e: e.__name__)
def test_reference_names_the_unit_of_times_and_volumes(element):
    for name, (value, *_) in rows(element).items():
        if name.endswith("_per_s"):
            assert "/s" in value, name
        elif name.endswith("_s"):
            assert ", s," in f"{value},", name
        elif name.endswith("_bytes"):
            assert "bytes" in value, name


def test_reference_explains_every_variable_activity_and_rule():
    def explained(word: str) -> bool:
        return f"\n| `{word}` | " in README

    demand = dsl.Demand.model_json_schema()["properties"]
    words = demand["activity"]["enum"] + demand["mean"]["propertyNames"]["enum"]
    words += dsl.Partitions.model_json_schema()["properties"]["rule"]["enum"]
    assert [word for word in words if not explained(word)] == []


def test_the_example_in_the_reference_is_the_minimal_document():
    (example,) = (
        block for block in re.findall(r"^```yaml\n(.*?)^```", README, re.M | re.S) if "schema:" in block
    )
    assert example == (FOLDER / "valid" / "minimal.yaml").read_text(encoding="utf-8")


def test_the_profile_in_the_reference_is_one(minimal_text):
    (snippet,) = re.findall(r"^   ```yaml\n(.*?)^   ```", README, re.M | re.S)
    data = yaml.safe_load(minimal_text)
    data["profiles"]["stages"][0] = {"id": "read", **yaml.safe_load(snippet)}
    text.parse(json.dumps(data), name="snippet")


def test_the_settings_of_editors_in_the_reference_name_the_schema():
    snippets = re.findall(r"\{\"(?:yaml|json)\.schemas\".*\}", README)
    assert len(snippets) == 2
    for snippet in snippets:
        assert SCHEMA.name in snippet
        json.loads(snippet)


def fields_in(value: object) -> set[str]:
    """The fields that a document gives, as ``Element.field``."""
    if isinstance(value, tuple):
        return set().union(*map(fields_in, value))
    if not isinstance(value, Element):
        return set()
    inner = (fields_in(getattr(value, name)) for name in value.model_fields_set)
    return {f"{type(value).__name__}.{name}" for name in value.model_fields_set}.union(*inner)


def test_valid_documents_use_every_field():
    used = set().union(*(fields_in(read(path)) for path in VALID))
    fields = {f"{e.__name__}.{name}" for e in ELEMENTS for name in e.model_fields}
    assert fields - used == set()


def without(value, marked: dict[str, set[str]]):
    """The same with other values in the marked fields."""
    if isinstance(value, tuple):
        return tuple(without(item, marked) for item in value)
    if not isinstance(value, Element):
        return value
    changes = {
        name: without(getattr(value, name), marked)
        for name in type(value).model_fields
        if isinstance(getattr(value, name), (tuple, Element))
    }
    for name in marked.get(type(value).__name__, ()):
        before, default = getattr(value, name), type(value).model_fields[name].default
        changes[name] = 7 if isinstance(before, (int, float)) else default
    return value.model_copy(update=changes)


def test_fields_marked_as_not_predicted_with_change_no_prediction():
    marked = {
        e.__name__: {name for name, row in rows(e).items() if "Not predicted with" in row[-1]}
        for e in ELEMENTS
    }
    assert sum(map(len, marked.values())) >= 5
    for path in VALID:
        model = read(path)
        changed = without(model, marked)
        for options in ({"data_scale": 2.0}, {"executors": 9, "executor_cores": 16}):
            before, after = (api.predict(m, replications=1, **options) for m in (model, changed))
            assert after.stages == before.stages, path.name


def test_links_in_the_reference_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (FOLDER / target).exists(), target
    anchors = {
        heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= anchors
