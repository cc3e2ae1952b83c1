"""dsl/invalid has a document for everything that can be wrong with one."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, TracebackType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from pydantic import ValidationError

from pertract import dsl
from pertract.dsl import resolve, text
from pertract.dsl.base import Element
from pertract.errors import ModelError

ROOT = Path(__file__).parents[3]
INVALID = sorted((ROOT / "dsl" / "invalid").glob("*.yaml"))
ELEMENTS = [e for e in (getattr(dsl, name) for name in dsl.__all__) if isinstance(e, type)]
Place = tuple[str, int]
"""File and line."""

ELSEWHERE = {
    "_unique": "JSON has no comments that could tell what is expected; see test_text.py",
    "check": "models that a program built; see test_resolve.py",
    "flatten": "resolve says it again, with the field",
}
"""Functions whose errors no document here can cause."""
TOO_DEEP = "nested too deeply"  # needs thousands of brackets; see test_text.py
OTHER_USES = ("ecore", "yaml_writer")
"""Modules that do not read documents."""


# -- every place that refuses a document -----------------------------------------------------------


def refusals() -> dict[Place, str]:
    """Where the package raises an error about a document or yields a problem, and what stands there."""
    found = {}
    for path in sorted((ROOT / "pertract" / "dsl").glob("*.py")):
        if path.stem in OTHER_USES:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            if function.name in ELSEWHERE:
                continue
            for node in ast.walk(function):
                is_problem = isinstance(node, ast.Call) and ast.unparse(node.func) == "Problem"
                if (isinstance(node, ast.Raise) or is_problem) and TOO_DEEP not in ast.unparse(node):
                    found[path.stem, node.lineno] = ast.unparse(node)
    return found


def places(error: BaseException) -> Iterator[Place]:
    """Where an error was raised, and those that caused it."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        yield Path(trace.tb_frame.f_code.co_filename).stem, trace.tb_lineno
        trace = trace.tb_next
    for cause in (error.__cause__, error.__context__):
        if cause is not None:
            yield from places(cause)
    if isinstance(error, ValidationError):
        for detail in error.errors():
            if isinstance(inner := detail.get("ctx", {}).get("error"), BaseException):
                yield from places(inner)


def test_every_refusal_has_a_document(monkeypatch):
    seen: set[Place] = set()

    class Recorded(resolve.Problem):
        def __new__(cls, *args, **kwargs):
            seen.add(("resolve", sys._getframe(1).f_lineno))
            return super().__new__(cls, *args, **kwargs)

    monkeypatch.setattr(resolve, "Problem", Recorded)
    for path in INVALID:
        with pytest.raises(ModelError) as caught:
            text.parse(path.read_text(encoding="utf-8"), name=path.name)
        seen.update(places(caught.value))
    missing = {place: what for place, what in refusals().items() if place not in seen}
    assert missing == {}, "add documents to dsl/invalid"


# -- every kind of field ---------------------------------------------------------------------------

OF_TYPE = {
    bool: {"bool_parsing"},
    int: {"int_parsing", "int_from_float"},
    float: {"float_parsing"},
    str: {"string_type"},
    dict: {"dict_type"},
}
OF_LIMIT = {
    "ge": "greater_than_equal",
    "gt": "greater_than",
    "le": "less_than_equal",
    "min_length": "string_too_short",
    "max_length": "string_too_long",
    "allow_inf_nan": "finite_number",
    "func": "value_error",
}


def kinds(hint: Any) -> Iterator[str]:
    """The kinds of error that values of a type can have."""
    origin, inner = get_origin(hint), get_args(hint)
    marks = getattr(hint, "__metadata__", ())
    for mark in (each for m in marks for each in (m, *getattr(m, "metadata", ()))):
        yield from (OF_LIMIT[name] for name in OF_LIMIT if getattr(mark, name, None) is not None)
        if getattr(mark, "discriminator", None):
            yield from ("union_tag_not_found", "union_tag_invalid")
    if origin is Literal:
        yield "literal_error"
    elif origin is tuple:
        yield from ("tuple_type",) if inner[-1] is Ellipsis else ("tuple_type", "too_long", "missing")
    elif isinstance(hint, type) and issubclass(hint, Element):
        yield "model_type"
    elif hint not in (NoneType, Ellipsis):
        yield from OF_TYPE.get(origin or hint, ())
    if origin is not Literal:
        for each in inner:
            yield from kinds(each)


def test_every_kind_of_wrong_field_has_a_document():
    found = set()
    for path in INVALID:
        with pytest.raises(ModelError) as caught:
            text.parse(path.read_text(encoding="utf-8"), name=path.name)
        if isinstance(caught.value.__cause__, ValidationError):
            found |= {detail["type"] for detail in caught.value.__cause__.errors()}
    of_fields = {
        kind
        for element in ELEMENTS
        for name, hint in get_type_hints(element, include_extras=True).items()
        if name in element.model_fields
        for kind in kinds(hint)
    }
    assert of_fields >= {"less_than_equal", "literal_error", "union_tag_invalid", "too_long", "bool_parsing"}
    assert (of_fields | {"missing", "extra_forbidden"}) - found == set()
