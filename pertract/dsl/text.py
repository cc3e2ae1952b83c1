"""Model documents as YAML or JSON text, and errors that name line and field.

YAML follows the 1.2 core schema (``no`` is text, ``1e-5`` is a number), so that a document means the
same in every tool. JSON is read by the same parser.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import yaml
from pydantic import ValidationError

from ..errors import CyclicExecution, MalformedModel, SchemaVersionError
from .graph import flatten
from .resolve import Path, problems
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
    """YAML 1.2 core schema on the fast loader; a key that appears twice is an error."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = super().construct_mapping(node, deep)
        if len(found) < len(node.value):
            keys = [key.value for key, _ in node.value]
            key = next(k for k, _ in node.value if keys.count(k.value) > 1)
            raise yaml.constructor.ConstructorError(
                problem=f"the field '{key.value}' appears twice in one element", problem_mark=key.start_mark
            )
        return found


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
    with _collector_paused():
        body: str = yaml.dump(
            as_data(model), Dumper=_CoreDumper, sort_keys=False, allow_unicode=True, width=110
        )
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
    if isinstance(short, list) and short and isinstance(short[0], (dict, list)):
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
    with _collector_paused():
        data = _data(text, name)
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
            raise MalformedModel(_first_problem(error, text, name), hint=_hint(error)) from error
        for problem in problems(model):
            field = ".".join(map(str, problem.path))
            raise problem.error(
                f"{name}, line {_line(text, problem.path)}: {field}: {problem.message}",
                hint="Correct the name, or add the element it refers to.",
            )
        try:
            flatten(model.execution)
        except CyclicExecution as error:
            raise CyclicExecution(f"{name}: {error}", hint=error.hint) from error
    return model


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector, which would walk the many small objects of a document repeatedly.

    Reading a document of 3,400 stages takes a third of the time (benchmarks/speed/documents.py).
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _data(text: str, name: str) -> Any:
    """Return the plain data of a document; JSON is recognised by its first character."""
    try:
        if text.lstrip()[:1] == "{":
            try:
                return json.loads(text, object_pairs_hook=_unique)
            except json.JSONDecodeError:
                pass  # YAML may begin with a brace as well, and its errors name lines
        return yaml.load(text, _CoreLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        detail = getattr(error, "problem", None) or "not YAML"
        raise MalformedModel(
            f"{name}{line}: {detail}", hint="Check quotes, brackets and indentation there."
        ) from error
    except _DuplicateKey as error:
        raise MalformedModel(f"{name}: {error}", hint="Remove one of them.") from error


class _DuplicateKey(Exception):
    """A mapping has the same key twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _DuplicateKey(f"the field '{twice}' appears twice in one element")
    return found


def _first_problem(error: ValidationError, text: str, name: str) -> str:
    first = error.errors(include_url=False)[0]
    path = tuple(p for p in first["loc"] if p not in _VARIANTS)
    field = ".".join(map(str, path)) or "document"
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if first["type"] == "extra_forbidden":
        message = "this field does not exist in the language"
    elif first["type"] == "missing":
        message = "this field is missing"
    elif first["type"] != "value_error" and message != first["msg"]:
        message = f"must be {message}"
    given = first.get("input")
    if first["type"] not in _SELF_EXPLAINING and not isinstance(given, (dict, list)):
        message += f", found {given!r}"
    return f"{name}, line {_line(text, path)}: {field}: {message}"


_VARIANTS = ("job", "delay", "stage", "file", "record", "single", "open")
_SELF_EXPLAINING = ("missing", "extra_forbidden", "value_error")


def _hint(error: ValidationError) -> str:
    more = error.error_count() - 1
    rest = f" There {'is' if more == 1 else 'are'} {more} more after it." if more else ""
    return f"The fields are described in dsl/README.md.{rest}"


def _line(text: str, path: Path) -> int:
    """Return the line of the deepest node on the path that exists in the document."""
    node = yaml.compose(text, _CoreLoader)
    for step in path:
        child = None
        if isinstance(node, yaml.MappingNode):
            child = next((v for k, v in node.value if k.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1 if node is not None else 1
