"""Write plain data as YAML: short lists and records on one line, long structures in blocks.

PyYAML makes an object of every number and takes longer to write the model of a log than it takes to read
the log (benchmarks/speed/documents.py); what is needed of the notation for writing is little.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Any

_WIDTH = 110
_SHORT = 5  # fields of a record on one line
_PLAIN = re.compile(r"[A-Za-z$<(/_](?:[\w.$/()<>=+%*@;'-]|:(?=[\w/])| (?=[\w.$/()<>=+%*@;'-]))*", re.ASCII)
_NOT_TEXT = frozenset(("true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"))


def dump(data: dict[str, Any]) -> str:
    """Return plain data as YAML text, keys in their order.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    return "\n".join(_mapping(data, "")) + "\n"


def _mapping(data: dict[str, Any], indent: str) -> Iterator[str]:
    """Yield the lines of a mapping in block notation."""
    for key, value in data.items():
        head = f"{indent}{_text(key)}:"
        if isinstance(value, dict) and not _is_short(value):
            yield head
            yield from _mapping(value, indent + "  ")
        elif isinstance(value, list) and not all(map(_is_scalar, value)):
            yield head
            yield from _sequence(value, indent)
        else:
            yield from _flow(f"{head} ", value, indent + "  ")


def _sequence(data: list[Any], indent: str) -> Iterator[str]:
    """Yield the lines of a list in block notation."""
    for item in data:
        if isinstance(item, dict) and not _is_short(item):
            lines = _mapping(item, indent + "  ")
        elif isinstance(item, list) and not all(map(_is_scalar, item)):
            lines = _sequence(item, indent + "  ")
        else:
            lines = _flow(f"{indent}  ", item, indent + "    ")
        first = next(lines)
        yield f"{indent}- {first[len(indent) + 2 :]}"
        yield from lines


def _flow(head: str, value: Any, indent: str) -> Iterator[str]:
    """Yield the lines of a scalar, or of a flat list or record in brackets."""
    if isinstance(value, dict):
        words = [f"{_text(key)}: {_scalar(inner)}" for key, inner in value.items()]
        opening, closing = "{", "}"
    elif isinstance(value, list):
        words, opening, closing = [*map(_scalar, value)], "[", "]"
    else:
        yield head + _scalar(value)
        return
    line = head + opening
    for word in chain((f"{word}," for word in words[:-1]), (word + closing for word in words[-1:] or [""])):
        if len(line) + len(word) > _WIDTH and not line.endswith(opening):
            yield line.rstrip()
            line = indent
        line += word + " "
    yield line.rstrip()


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _is_short(data: dict[str, Any]) -> bool:
    """Return whether a record stands on one line."""
    if not data or data.get("kind") == "delay":
        return True
    return len(data) <= _SHORT and "id" not in data and all(map(_is_scalar, data.values()))


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} has no place in a document")
        text = repr(value)
        # YAML 1.1 takes 1e-5 for text, but not 1.0e-05
        return text.replace("e", ".0e") if "e" in text and "." not in text else text
    return "null" if value is None else json.dumps(value)


@lru_cache(1 << 12)
def _text(text: str) -> str:
    """Return a text without quotes where no version of YAML could take it for something else."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    if text.isprintable():
        return json.dumps(text, ensure_ascii=False)
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'
