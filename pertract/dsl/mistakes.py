"""Wrong fields in the words of the language, and not of the library that finds them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple, get_args, get_type_hints

from pydantic import ValidationError

from .base import Element, Inconsistent
from .system import PerformanceModel

Path = tuple[str | int, ...]

_WORDS = {
    "extra_forbidden": "this field does not exist in the language",
    "missing": "this field is missing",
    "union_tag_not_found": "this field is missing",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "finite_number": "must be a finite number",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be above {gt}",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "too_long": "must have {max_length} values and not {actual_length}",
}
_WITHOUT_VALUE = ("missing", "union_tag_not_found", "extra_forbidden", "value_error")
_LONGEST = 60
"""Characters of a wrong value that are shown."""


class Mistake(NamedTuple):
    """A wrong field."""

    path: Path
    message: str
    hint: str


def first_mistake(
    error: ValidationError,
    *,
    root: type[Element] = PerformanceModel,
    described: str = "dsl/README.md of the project",
) -> Mistake:
    """Return the first wrong field of a document, how it is wrong and what to do about it.

    Parameters
    ----------
    error
        What pydantic says.
    root
        What the document is.
    described
        Where to read about it.
    """
    first: dict[str, Any] = dict(error.errors(include_url=False)[0])
    kind, context, given = first["type"], first.get("ctx", {}), first.get("input")
    path, element = _located(first["loc"], root)
    do: list[str] = []
    if kind == "value_error" and isinstance(context["error"], Inconsistent):
        inconsistent = context["error"]
        path, message = (*path, *inconsistent.field), inconsistent.message
        do.append(inconsistent.hint)
    elif kind == "union_tag_invalid":
        given, expected = context["tag"], context["expected_tags"].replace(", ", " or ")
        message = f"must be {expected}"
        do += _did_you_mean(str(given), _quoted(expected))
    elif kind in _WORDS:
        message = _WORDS[kind].format(**{name: _plain(limit) for name, limit in context.items()})
        if kind == "extra_forbidden":
            names = (field.alias or name for name, field in element.model_fields.items())
            do += _did_you_mean(str(path[-1]), names)
        elif kind == "literal_error":
            do += _did_you_mean(str(given), _quoted(context["expected"]))
    else:
        message = first["msg"].removeprefix("Value error, ")
    if kind.startswith("union_tag"):
        path = (*path, "kind")
    if kind not in _WITHOUT_VALUE and not isinstance(given, (dict, list)):
        message += f", found {_as_written(given)}"
    if kind != "value_error" or not do:
        do.append(f"{element.__name__} is described in {described}.")
    if more := error.error_count() - 1:
        do.append(f"There {'is' if more == 1 else 'are'} {more} more after it.")
    return Mistake(path, message, " ".join(do))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question that names the most similar known word, or nothing if none is similar."""
    return " ".join(_did_you_mean(word, known))


def _did_you_mean(word: str, known: Iterable[str]) -> list[str]:
    return [f"Did you mean '{match}'?" for match in get_close_matches(word, list(known), n=1)]


def _quoted(text: str) -> list[str]:
    return re.findall("'(.*?)'", text)


def _located(steps: Path, root: type[Element]) -> tuple[Path, type[Element]]:
    """Return the path without the marks of variants that pydantic puts into it, and the element it is in."""
    path: list[str | int] = []
    variants: list[type[Element]] = [root]
    owner: type[Element] = root
    inside = False  # whether the last step was a field or item, and not the mark of a variant
    for step in steps:
        if step == "[key]":
            continue
        if inside and len(variants) > 1 and isinstance(step, str):
            variants = [each for each in variants if each.model_fields["kind"].default == step]
            inside = False
            continue
        path.append(step)
        if isinstance(step, str) and variants:
            owner = variants[0]
            field = next((n for n, f in owner.model_fields.items() if step in (n, f.alias)), None)
            variants = [*_elements(get_type_hints(owner)[field])] if field else []
        inside = True
    return tuple(path), owner


def _elements(hint: Any) -> Iterator[type[Element]]:
    """Yield the elements in a type."""
    if isinstance(hint, type) and issubclass(hint, Element):
        yield hint
    for inner in get_args(hint):
        yield from _elements(inner)


def _plain(limit: Any) -> Any:
    """Return a limit without the point that a whole number may do without."""
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def _as_written(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= _LONGEST else f"'{value[:_LONGEST]}...'"
    return json.dumps(value) if value is None or isinstance(value, (bool, int, float)) else str(value)
