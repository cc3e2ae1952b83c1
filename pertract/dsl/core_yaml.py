"""YAML with the scalars of the 1.2 core schema, on PyYAML's fast parser.

PyYAML follows YAML 1.1, where ``no`` is false, ``010`` is eight and ``1e-5`` is text. Documents that
people and other tools write follow 1.2.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_CORE_SCHEMA = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
)


class SyntaxProblem(Exception):
    """Text that is not YAML of the core schema, with the line from 1 where that is known."""

    def __init__(
        self, message: str, line: int | None, *, hint: str = "Check quotes, brackets and indentation there."
    ) -> None:
        super().__init__(message)
        self.line = line
        self.hint = hint


def given_twice(field: str, line: int | None) -> SyntaxProblem:
    """Return the problem that an element has a field twice."""
    return SyntaxProblem(
        f"the field '{field}' appears twice in one element", line, hint="Leave one of the two out."
    )


class _CoreLoader(_Loader):  # type: ignore[misc]
    """Core schema scalars; a key that appears twice is an error."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = super().construct_mapping(node, deep)
        if len(found) < len(node.value):
            keys = [key.value for key, _ in node.value]
            key = next(k for k, _ in node.value if keys.count(k.value) > 1)
            raise given_twice(key.value, key.start_mark.line + 1)
        return found

    def construct_int(self, node: yaml.ScalarNode) -> int:
        text = self.construct_scalar(node)
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text, base)

    def construct_float(self, node: yaml.ScalarNode) -> float:
        text = self.construct_scalar(node).lower()
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))


def _register() -> None:
    for tag, pattern, first in _CORE_SCHEMA:
        _CoreLoader.add_implicit_resolver(_TAG + tag, re.compile(f"^(?:{pattern})$"), list(first))
    _CoreLoader.add_constructor(f"{_TAG}int", _CoreLoader.construct_int)
    _CoreLoader.add_constructor(f"{_TAG}float", _CoreLoader.construct_float)


_register()


def load(text: str) -> Any:
    """Return the plain data in a YAML text.

    Raises
    ------
    SyntaxProblem
        If it is not YAML, has a key twice, or a tag that does not fit its value.
    """
    try:
        return yaml.load(text, _CoreLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = getattr(error, "problem", None)  # in the words of libyaml
        message = f"this is not YAML: {detail}" if detail else "this is not YAML"
        raise SyntaxProblem(message, mark.line + 1 if mark else None) from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        message = "a value does not fit the tag in front of it, such as !!int"
        raise SyntaxProblem(message, None, hint="Leave tags out; the language needs none.") from error
    except RecursionError as error:
        raise SyntaxProblem("nested too deeply", None) from error


def line_of(text: str, path: tuple[str | int, ...]) -> int | None:
    """Return the line, from 1, of the deepest node on a path; None if the text is not YAML.

    JSON is nearly YAML, but not where it has tabs or surrogate escapes.
    """
    try:
        node = yaml.compose(text, _CoreLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    for step in path:
        child = None
        if isinstance(node, yaml.MappingNode):
            child = next((v for k, v in node.value if k.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1 if node is not None else None
