"""Identifiers of the language for elements that have other names, or none, in original files."""

from __future__ import annotations

from .metamodel import DataModel, FileDataModel

_LONGEST = 180  # of an identifier, with room for a number


def unique(name: str, taken: set[str]) -> str:
    """Return a name as an identifier that is not taken yet, and take it."""
    name = name[:_LONGEST] or "unnamed"
    found, number = name, 2
    while found in taken:
        found, number = f"{name}~{number}", number + 1
    taken.add(found)
    return found


def data_id(position: int) -> str:
    """Return the identifier of a data model."""
    return f"data-{position}"


def is_empty(data: DataModel) -> bool:
    """Return whether a data model only fills the place of one, which the metamodel wants."""
    return isinstance(data, FileDataModel) and not any(
        file.size > 0 or file.records > 0 for file in data.files
    )
