"""Where elements are: the places that references name.

A place inside a file is a path such as ``//@topNode/@children.0``; the root is ``/``. The file of another
part of the same model has the part's extension before it (``ptd#//@dataModels.0``), whatever its name, and
any other file its own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from .metamodel import PACKAGES, Element, feature, features

ROOT = "/"
_STEP = re.compile(r"@(\w+)(?:\.([0-9]+))?")
_PARTS = frozenset(package.extension for package in PACKAGES)


def walk(root: Element) -> Iterator[tuple[str, Element]]:
    """Yield every element of a file with its place, in the order of the file."""
    waiting = [(ROOT, root)]
    while waiting:
        place, element = waiting.pop()
        yield place, element
        waiting.extend(reversed(list(contents(place, element))))


def contents(place: str, element: Element) -> Iterator[tuple[str, Element]]:
    """Yield the parts of an element with their places."""
    for inside in features(type(element)):
        if inside.kind != "containment":
            continue
        value = getattr(element, inside.field)
        if inside.many:
            for i, item in enumerate(value):
                yield step(place, f"{inside.name}.{i}"), item
        elif value is not None:
            yield step(place, inside.name), value


def step(place: str, name: str) -> str:
    """Return the place of a part, whose name has its position after a point if it is one of several."""
    return f"{place}/@{name}"


def find(root: Element, place: str) -> Element | None:
    """Return the element at a place, or None where there is none."""
    if place == ROOT:
        return root
    if not place.startswith("//"):
        return None
    found: Element | None = root
    for text in place[2:].split("/"):
        match = _STEP.fullmatch(text)
        if match is None or found is None:
            return None
        name, number = match.groups()
        inside = feature(type(found), name)
        if inside is None or inside.kind != "containment" or inside.many != (number is not None):
            return None
        value = getattr(found, inside.field)
        if number is not None:
            value = value[int(number)] if int(number) < len(value) else None
        found = value
    return found


def split(reference: str) -> tuple[str, str]:
    """Return the file of a reference, empty for its own, and the place in it."""
    file, mark, place = reference.rpartition("#")
    return (file, place) if mark else ("", reference)


def from_file(text: str, names: Mapping[str, str], own: str) -> str:
    """Return a reference as it is kept here.

    Parameters
    ----------
    text
        As written in a file.
    names
        Extensions of the parts of the model by the names of their files.
    own
        Extension of the part that holds it.
    """
    file, place = split(text.strip())
    part = names.get(PurePosixPath(unquote(file)).name, "") if file else own
    if part == own:
        return place
    return f"{part or file}#{place}"


def to_file(reference: str, stem: str) -> str:
    """Return a reference as it is written; the parts of the model are files of this stem."""
    file, place = split(reference)
    if file in _PARTS:
        file = f"{quote(stem)}.{file}"
    return f"{file}#{place}" if file else place
