"""Model documents as YAML or JSON text, and errors that name line and field.

YAML follows the 1.2 core schema (``no`` is text, ``1e-5`` is a number), so that a document means the
same in every tool. JSON is read by the same parser.
"""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

import yaml
from pydantic import ValidationError

from ..errors import MalformedModel, SchemaVersionError
from .resolve import check, problems
from .system import SCHEMA_VERSION, PerformanceModel

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_CORE_SCHEMA = (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^(?:<<)$", "<"),
)


class _CoreLoader(_Loader):  # type: ignore[misc]
    """YAML 1.2 core schema on the fast loader."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


class _CoreDumper(_Dumper):  # type: ignore[misc]
    """Short lists and records on one line, long structures in blocks."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _register() -> None:
    for tag, pattern, first in _CORE_SCHEMA:
        for target in (_CoreLoader, _CoreDumper):
            target.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
    _CoreDumper.add_representer(dict, _represent_dict)
    _CoreDumper.add_representer(list, _represent_list)
    _CoreDumper.add_representer(float, _represent_float)


def _flat(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _represent_dict(dumper: Any, data: dict[str, Any]) -> Any:
    short = all(_flat(v) for v in data.values()) and len(data) <= 5 and "id" not in data
    short = short or data.get("kind") == "delay"
    return dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=short or not data)


def _represent_list(dumper: Any, data: list[Any]) -> Any:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=all(map(_flat, data)))


def _represent_float(dumper: Any, value: float) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:float", repr(value))


_register()


def to_yaml(model: PerformanceModel) -> str:
    """Return the document as YAML; fields at their default are left out."""
    header = f"# PerTract-DSL model of {' '.join(model.name.split())}\n"
    body = yaml.dump(as_data(model), Dumper=_CoreDumper, sort_keys=False, allow_unicode=True, width=110)
    return header + body


def to_json(model: PerformanceModel) -> str:
    """Return the document as indented JSON; fields at their default are left out."""
    return json.dumps(as_data(model), indent=1, ensure_ascii=False) + "\n"


def as_data(model: PerformanceModel) -> dict[str, Any]:
    """Return the document as plain data, ``schema`` first, without fields at their default."""
    data = model.model_dump(mode="json", exclude_defaults=True)
    document: dict[str, Any] = _with_kinds(model.model_dump(mode="json"), data)
    return {"schema": model.schema_version} | document


def _with_kinds(full: Any, short: Any) -> Any:
    """Put back the ``kind`` that tells variants apart, which exclude_defaults leaves out."""
    if isinstance(short, dict):
        kind = {"kind": full["kind"]} if "kind" in full else {}
        return kind | {key: _with_kinds(full[key], value) for key, value in short.items()}
    if isinstance(short, list):
        return [_with_kinds(f, s) for f, s in zip(full, short, strict=True)]
    return short


def parse(text: str, *, name: str) -> PerformanceModel:
    """Return the checked model in a YAML or JSON document.

    Parameters
    ----------
    text
        The document.
    name
        File name for error messages.

    Raises
    ------
    MalformedModel
        If syntax or a field is wrong; the message names file, line and field.
    SchemaVersionError
        If the document was written for another schema version.
    DanglingReference, CyclicExecution
        If the parts do not fit together.
    """
    try:
        loader = _CoreLoader(text)
        root = loader.get_single_node()
        data = loader.construct_document(root) if root is not None else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        detail = getattr(error, "problem", None) or "not YAML"
        raise MalformedModel(
            f"{name}{line}: {detail}", hint="Check quotes, brackets and indentation there."
        ) from error
    if not isinstance(data, dict):
        raise MalformedModel(
            f"{name}: not a PerTract model, which is a mapping that begins with 'schema'",
            hint="Make one with: pertract extract LOG -o model.yaml",
        )
    if data.get("schema") != SCHEMA_VERSION:
        found = f"'{data['schema']}'" if "schema" in data else "none"
        raise SchemaVersionError(
            f"{name}: the field 'schema' must be '{SCHEMA_VERSION}', found {found}",
            hint="Extract the model again with this version of pertract.",
        )
    try:
        model = PerformanceModel.model_validate(data)
    except ValidationError as error:
        raise MalformedModel(_first_problem(error, root, name), hint=_count(error)) from error
    for problem in problems(model):
        field = ".".join(map(str, problem.path))
        raise problem.error(
            f"{name}, line {_line(root, problem.path)}: {field}: {problem.message}",
            hint="Correct the name, or add the element it refers to.",
        )
    return check(model)


def _first_problem(error: ValidationError, root: yaml.Node, name: str) -> str:
    first = error.errors(include_url=False)[0]
    path = tuple(
        p for p in first["loc"] if p not in ("job", "delay", "stage", "file", "record", "single", "open")
    )
    field = ".".join(map(str, path)) or "document"
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if first["type"] == "extra_forbidden":
        message = "this field does not exist in the language"
    elif first["type"] == "missing":
        message = "this field is missing"
    elif message != first["msg"]:
        message = message if first["type"] == "value_error" else f"must be {message}"
    given = first.get("input")
    if first["type"] not in ("missing", "extra_forbidden", "value_error") and not isinstance(
        given, (dict, list)
    ):
        message += f", found {given!r}"
    return f"{name}, line {_line(root, path)}: {field}: {message}"


def _count(error: ValidationError) -> str:
    more = error.error_count() - 1
    rest = f" There {'is' if more == 1 else 'are'} {more} more after it." if more else ""
    return f"The fields are described in dsl/README.md.{rest}"


def _line(node: yaml.Node, path: tuple[str | int, ...]) -> int:
    """Return the line of the deepest node on the path that exists in the document."""
    for step in path:
        child = None
        if isinstance(node, yaml.MappingNode):
            child = next((v for k, v in node.value if k.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1
