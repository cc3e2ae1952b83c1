"""Model documents as YAML or JSON text, and errors that name line and field."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pydantic import ValidationError

from ..errors import MalformedModel, SchemaVersionError
from . import core_yaml, yaml_writer
from .core_yaml import SyntaxProblem
from .migrate import migrate
from .mistakes import Path, first_mistake
from .resolve import problems
from .system import PerformanceModel


def to_yaml(model: PerformanceModel) -> str:
    """Return the document as YAML; fields at their default are left out."""
    name = "".join(c if c.isprintable() else "?" for c in " ".join(model.name.split()))
    with _collector_paused():
        return f"# PerTract-DSL model of {name}\n{yaml_writer.dump(as_data(model))}"


def to_json(model: PerformanceModel) -> str:
    """Return the document as indented JSON; fields at their default are left out."""
    return json.dumps(as_data(model), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


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


def parse(text: str, *, name: str, note: Callable[[str], None] | None = None) -> PerformanceModel:
    """Return the checked model in a YAML or JSON document.

    Parameters
    ----------
    text
        The document.
    name
        File name for error messages.
    note
        Called with one sentence for everything that was read as something else, because the document is of
        an earlier version. Lines in errors of such documents are those of the nearest element.

    Raises
    ------
    MalformedModel
        If syntax or a field is wrong; the message names file, line and field.
    SchemaVersionError
        If the document was written for a later version.
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
        try:
            data, notes = migrate(data)
        except SchemaVersionError as error:
            raise SchemaVersionError(f"{name}: {error}", hint=error.hint) from error
        if note is not None:
            for sentence in notes:
                note(f"{name}: {sentence}; pertract convert writes it anew")
        try:
            model = PerformanceModel.model_validate(data)
        except ValidationError as error:
            path, message, hint = first_mistake(error)
            raise MalformedModel(_located(text, name, path, message), hint=hint) from error
        for problem in problems(model):
            raise problem.error(_located(text, name, problem.path, problem.message), hint=problem.hint)
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
            # YAML may begin with a brace as well, and its errors name lines.
            with suppress(json.JSONDecodeError):
                return json.loads(text, object_pairs_hook=_unique)
        return core_yaml.load(text)
    except RecursionError as error:
        raise MalformedModel(f"{name}: nested too deeply", hint="No model is; check the brackets.") from error
    except SyntaxProblem as error:
        line = f", line {error.line}" if error.line is not None else ""
        raise MalformedModel(f"{name}{line}: {error}", hint=error.hint) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise core_yaml.given_twice(twice, None)
    return found


def _located(text: str, name: str, path: Path, message: str) -> str:
    """Return a message with file, line and field in front."""
    line = core_yaml.line_of(text, path)
    place = f"{name}, line {line}" if line is not None else name
    return f"{place}: {'.'.join(map(str, path)) or 'document'}: {message}"
