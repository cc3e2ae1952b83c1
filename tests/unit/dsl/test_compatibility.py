"""Documents that were valid when the version was released stay valid and mean the same.

``tests/golden/released-schema.json`` is the JSON Schema of the last release (CONTRIBUTING.md says when it is
renewed). What is compared is what documents can hold, and not how the schema is written down.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pertract import dsl
from pertract.dsl.schema import json_schema

RELEASED = json.loads(
    (Path(__file__).parents[2] / "golden" / "released-schema.json").read_text(encoding="utf-8")
)
NOW = json.loads(json_schema())
Schema = dict[str, Any]
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


def breaks(old_root: Schema, new_root: Schema) -> list[str]:
    """What of the old schema the new one refuses, or understands differently."""

    def compare(old: Schema, new: Schema, path: str) -> list[str]:
        old, new = resolved(old, old_root), resolved(new, new_root)
        if len(choices_of(old)) > 1 or len(choices_of(new)) > 1:
            now = {mark(choice, new_root): choice for choice in choices_of(new)}
            before = {mark(choice, old_root): choice for choice in choices_of(old)}
            gone = [f"{path}: the choice {which} is gone" for which in before.keys() - now.keys()]
            return gone + [
                told
                for which in before.keys() & now.keys()
                for told in compare(before[which], now[which], path)
            ]
        found = [*narrower(old, new, path), *other_fields(old, new, path)]
        for name, field in old.get("properties", {}).items():
            found += compare(field, new.get("properties", {}).get(name, field), f"{path}.{name}")
        for key in ("items", "additionalProperties", "propertyNames"):
            if isinstance(old.get(key), dict):
                found += compare(old[key], new.get(key) or {}, f"{path}[{key}]")
        for number, (was, now) in enumerate(
            zip(old.get("prefixItems", ()), new.get("prefixItems", ()), strict=False)
        ):
            found += compare(was, now, f"{path}[{number}]")
        return found

    return compare(old_root, new_root, "document")


def narrower(old: Schema, new: Schema, path: str) -> Iterator[str]:
    types = old.get("type"), new.get("type")
    if types[0] != types[1] and types != ("integer", "number"):
        yield f"{path}: was {types[0]}, is {types[1]}"
    for key in LOWER:
        if new.get(key, -math.inf) > old.get(key, -math.inf):
            yield f"{path}: {key} is narrower"
    for key in UPPER:
        if new.get(key, math.inf) < old.get(key, math.inf):
            yield f"{path}: {key} is narrower"
    if "enum" in new and (gone := set(old.get("enum", ["any"])) - set(new["enum"])):
        yield f"{path}: the words {sorted(gone)} are gone"
    if old.get("const") != new.get("const"):
        yield f"{path}: was {old.get('const')}, is {new.get('const')}"


def other_fields(old: Schema, new: Schema, path: str) -> Iterator[str]:
    if added := set(new.get("required", ())) - set(old.get("required", ())):
        yield f"{path}: {sorted(added)} became required"
    for name, field in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{path}.{name}: is gone"
        elif not same_default(field.get("default"), new["properties"][name].get("default")):
            yield f"{path}.{name}: has another default"


def resolved(schema: Schema, root: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    return root["$defs"][schema["$ref"].rpartition("/")[2]]


def choices_of(schema: Schema) -> list[Schema]:
    return schema.get("oneOf") or schema.get("anyOf") or [schema]


def mark(schema: Schema, root: Schema) -> str:
    """What tells a choice from the others: its kind, or its type."""
    schema = resolved(schema, root)
    return schema.get("properties", {}).get("kind", {}).get("const") or schema.get("type", "anything")


def same_default(old: Any, new: Any) -> bool:
    """An element may have more fields than before."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and same_default(value, new[key]) for key, value in old.items())
    return old == new


def test_documents_of_the_released_version_stay_valid():
    assert breaks(RELEASED, NOW) == [], (
        "Older documents would be refused or mean something else. Raise the version and add a step in "
        "pertract/dsl/migrate.py, or leave the language as it was."
    )


def test_the_released_schema_is_of_this_version():
    assert RELEASED["properties"]["schema"]["const"] == dsl.SCHEMA_VERSION


# -- the comparison sees what it is there for ------------------------------------------------------


def changed(change: Callable[[Schema], object]) -> list[str]:
    schema = copy.deepcopy(NOW)
    change(schema)
    return breaks(NOW, schema)


def element(schema: Schema, name: str) -> Schema:
    return schema["$defs"][name]


def field(schema: Schema, name: str) -> Schema:
    owner, _, inner = name.partition(".")
    return element(schema, owner)["properties"][inner]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s: element(s, "Stage")["properties"].pop("barrier"), "barrier: is gone"),
        (lambda s: element(s, "Stage")["required"].append("name"), "['name'] became required"),
        (lambda s: field(s, "Run.jobs").update(minimum=1), "jobs: minimum is narrower"),
        (lambda s: field(s, "NodeGroup.cores").update(maximum=128), "cores: maximum is narrower"),
        (lambda s: field(s, "Demand.unit")["enum"].remove("bytes"), "unit: the words ['bytes'] are gone"),
        (
            lambda s: field(s, "Demand.mean")["propertyNames"]["enum"].remove("data"),
            "words ['data'] are gone",
        ),
        (lambda s: field(s, "Stage.name").update(enum=["a"]), "name: the words ['any'] are gone"),
        (lambda s: field(s, "Drives.count").update(default=2), "count: has another default"),
        (lambda s: field(s, "Delay.delay_s").update(type="string"), "delay_s: was number, is string"),
        (lambda s: field(s, "Job.nodes")["items"]["oneOf"].pop(), "nodes[items]: the choice delay is gone"),
        (lambda s: field(s, "Completeness.covered_s").pop("anyOf"), "covered_s: the choice array is gone"),
        (
            lambda s: s["properties"]["schema"].update(const="pertract/model/2"),
            "schema: was pertract/model/1",
        ),
    ],
)
def test_what_breaks_documents_is_found(change, told):
    assert any(told in each for each in changed(change))


def rename(schema: Schema) -> None:
    schema["$defs"]["Machines"] = schema["$defs"].pop("NodeGroup")
    field(schema, "ResourceArchitecture.nodes")["items"]["$ref"] = "#/$defs/Machines"


@pytest.mark.parametrize(
    "change",
    [
        lambda s: element(s, "Stage")["properties"].update(colour={"type": "string", "default": ""}),
        lambda s: field(s, "Demand.unit")["enum"].append("joules"),
        lambda s: field(s, "ExecutorGroup.count").pop("maximum"),
        lambda s: field(s, "Run.jobs").update(type="number"),
        lambda s: element(s, "Run").update(required=[]),
        rename,
    ],
)
def test_what_breaks_no_document_is_allowed(change):
    assert changed(change) == []
