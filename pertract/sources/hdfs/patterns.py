"""Paths and patterns as Hadoop understands them (``org.apache.hadoop.fs.GlobFilter``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_SPECIAL = re.compile(r"[*?\[{\\]")


def split_paths(text: str) -> list[str]:
    """Return the paths in a list separated by commas, except those inside of braces."""
    paths, depth, begin = [], 0, 0
    for position, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth <= 0:
            paths.append(text[begin:position])
            begin = position + 1
    return [path.strip() for path in (*paths, text[begin:]) if path.strip()]


def fixed_part(path: str) -> str:
    """Return the folder below which everything lies that a pattern means; a path itself."""
    if not _SPECIAL.search(path):
        return path.rstrip("/") or "/"
    parts: list[str] = []
    for part in path.split("/"):
        if _SPECIAL.search(part):
            break
        parts.append(part)
    return "/".join(parts) or "/"


def matcher(path: str) -> Callable[[str], bool]:
    """Return what says whether a file is meant by a path or pattern: it, or what lies below it."""
    expression = re.compile(_expression(path.rstrip("/")) + r"(/.*)?", re.DOTALL)
    return lambda name: expression.fullmatch(name) is not None


def meant_by(paths: Sequence[str]) -> Callable[[str], bool]:
    """Return what says whether a file is meant by any of some paths; without paths, each is.

    A file of which only the end of the path is known may be meant by any.
    """
    wanted = [matcher(path) for path in paths]
    return lambda name: not wanted or name[:1] != "/" or any(fits(name) for fits in wanted)


def _expression(pattern: str) -> str:
    """Return the regular expression of a pattern with ``*``, ``?``, ``[a-c]``, ``[^a]``, ``{a,b}``."""
    found, depth, position = "", 0, 0
    while position < len(pattern):
        letter = pattern[position]
        position += 1
        end = pattern.find("]", position + 1) if letter == "[" else -1
        if letter == "\\" and position < len(pattern):
            found += re.escape(pattern[position])
            position += 1
        elif letter == "*":
            found += "[^/]*"
        elif letter == "?":
            found += "[^/]"
        elif end > 0:
            inside = pattern[position:end].replace("\\", "\\\\").replace("[", r"\[")
            found += f"[{'^' + inside[1:] if inside[:1] in '!^' else inside}]"
            position = end + 1
        elif letter == "{":
            depth += 1
            found += "(?:"
        elif letter == "}" and depth:
            depth -= 1
            found += ")"
        elif letter == "," and depth:
            found += "|"
        else:
            found += re.escape(letter)
    return found + ")" * depth
