"""Find node types in catalogue files: one that is named, the user's, and the built-in one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..errors import UsageError
from . import documents
from .node_type import SCHEMA_VERSION, Catalogue, NodeType, Offering

BUILT_IN = Path(__file__).with_name("node_types.yaml")
"""The catalogue that comes with Pertract."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A node type, who offers it, and which file says so."""

    node_type: NodeType
    offering: Offering
    file: Path


def user_file() -> Path:
    """Return where the user's own catalogue is looked for; it need not exist."""
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "pertract" / "catalogue.yaml"


def offers(path: str | Path | None = None) -> tuple[Offer, ...]:
    """Return all node types, the built-in ones last.

    A name that several files have means what the first of them says: the named file, then the user's,
    then the built-in one.

    Parameters
    ----------
    path
        A catalogue file beside the usual ones.

    Raises
    ------
    SourceNotFound, UnreadableSource, UsageError
        If a file cannot be read or is no catalogue.
    """
    files = [Path(path)] if path is not None else []
    files += [file for file in (user_file(), BUILT_IN) if file.is_file()]
    found: dict[str, Offer] = {}
    for file in files:
        for offering in read(file).offerings:
            for node_type in offering.node_types:
                found.setdefault(node_type.name, Offer(node_type, offering, file))
    return tuple(found.values())


def find(name: str, path: str | Path | None = None) -> NodeType:
    """Return a node type by its name; raises as `find_offer`."""
    return find_offer(name, path).node_type


def find_offer(name: str, path: str | Path | None = None) -> Offer:
    """Return a node type by its name, with who offers it.

    Raises
    ------
    UsageError
        If no catalogue has it.
    SourceNotFound, UnreadableSource
        If a catalogue cannot be read.
    """
    known = {offer.node_type.name: offer for offer in offers(path)}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=3)
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    raise UsageError(f"no node type is called '{name}'", hint=f"{hint}List them with: pertract catalogue")


def document(found: tuple[Offer, ...]) -> dict[str, Any]:
    """Return node types as the document ``pertract/node-types/1``: each with who offers it and which file."""
    return {
        "schema": "pertract/node-types/1",
        "node_types": [
            offer.node_type.model_dump()
            | offer.offering.model_dump(exclude={"node_types"})
            | {"file": str(offer.file)}
            for offer in found
        ],
    }


def read(path: Path) -> Catalogue:
    """Return the catalogue in a file.

    Raises
    ------
    SourceNotFound, UnreadableSource
        If the file cannot be read.
    UsageError
        If it is no catalogue; the message names file, line and field.
    """
    catalogue = documents.read(
        path,
        Catalogue,
        schema=SCHEMA_VERSION,
        what="a catalogue",
        option="--catalogue",
        shown_in="docs/catalogue.md",
    )
    names = [node_type.name for offering in catalogue.offerings for node_type in offering.node_types]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"{path}: '{twice[0]}' appears twice", hint="Rename or remove one.")
    return catalogue
