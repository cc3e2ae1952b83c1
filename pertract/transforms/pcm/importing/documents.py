"""The files of a PCM model as trees of elements, read without trusting them.

One file of each kind makes a model; components may be spread over several repositories. Declarations of a
document type are refused, so that no entity is expanded and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from ....errors import TransformError
from ..xml import XMI, Element

VERSION = "5.2"
"""The version of PCM that is read."""
KINDS = {
    "repository": "Repository",
    "system": "System",
    "allocation": "Allocation",
    "resourceenvironment": "ResourceEnvironment",
    "usagemodel": "UsageModel",
}
"""Endings of the files of a model, and the class of their root elements."""
_PCM = re.compile(r"http://[\w.]+/PalladioComponentModel/(?:[\w/]+/)?(\d+\.\d+)")
_EXTENSIONS = re.compile(rb"DistributedCallAction|ClusterResourceSpecification|ResourceRole")


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a PCM model."""

    name: str
    """Name of the file."""
    kind: str
    """One of `KINDS`."""
    root: Element


def kind_of(name: str) -> str | None:
    """Return what a file is by the ending of its name; None if it is none of a PCM model."""
    ending = name.rpartition(".")[2].lower()
    return ending if ending in KINDS else None


def read(files: Mapping[str, bytes], place: str) -> list[Document]:
    """Return the documents of one PCM model.

    Parameters
    ----------
    files
        Content by name; files of other kinds are left alone.
    place
        Where they lie, for messages.

    Raises
    ------
    TransformError
        If a file is missing, there are two of a kind, or one is not a PCM 5.2 document.
    """
    of_kind: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for name in sorted(files):
        if (kind := kind_of(name)) is not None:
            of_kind[kind].append(name)
    if not any(of_kind.values()):
        raise TransformError(
            f"{place}: there is no PCM model in it",
            hint="A PCM model is a .repository, .system, .allocation, .resourceenvironment and .usagemodel.",
        )
    for kind, names in of_kind.items():
        if not names:
            others = next(names[0] for names in of_kind.values() if names)
            raise TransformError(
                f"{place}: there is no .{kind} file beside {others}",
                hint="Copy all files of the model into one folder.",
            )
        if len(names) > 1 and kind != "repository":
            raise TransformError(
                f"{place}: there are {len(names)} .{kind} files: {', '.join(names)}",
                hint="Keep each PCM model in a folder of its own.",
            )
    return [_document(name, kind, files[name]) for kind, names in of_kind.items() for name in names]


def _document(name: str, kind: str, content: bytes) -> Document:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise _with_type(name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise TransformError(
            f"{name}{line}: not well-formed XML ({error.msg})",
            hint="Save the model again in Palladio, or undo the last edit by hand.",
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _with_type(name)
    if root.tag == f"{{{XMI}}}XMI" and len(root) == 1:
        root = root[0]
    _check_version(name, root, content)
    if etree.QName(root).localname != KINDS[kind]:
        raise TransformError(
            f"{name}, line {root.sourceline}: holds a {etree.QName(root).localname}, not a {KINDS[kind]}",
            hint=f"Files that end in .{kind} hold a {KINDS[kind]}.",
        )
    return Document(name, kind, root)


def _with_type(name: str) -> TransformError:
    return TransformError(
        f"{name}: has a document type declaration, which files of PCM models never have",
        hint="Remove it, or save the model again in Palladio.",
    )


def _check_version(name: str, root: Element, content: bytes) -> None:
    found = _PCM.fullmatch(etree.QName(root).namespace or "")
    if found is None:
        raise TransformError(
            f"{name}, line {root.sourceline}: the root element {etree.QName(root).localname} is not of PCM",
            hint=f"PCM {VERSION} is read, as Palladio 4.1 and later write it.",
        )
    if found[1] == VERSION:
        return
    if _EXTENSIONS.search(content):
        raise TransformError(
            f"{name}, line {root.sourceline}: is written for PCM {found[1]} as original PerTract extended it",
            hint=f"Import an export for standard PCM {VERSION}, or the model it was made from.",
        )
    raise TransformError(
        f"{name}, line {root.sourceline}: is written for PCM {found[1]}, and PCM {VERSION} is read",
        hint="Open the model in Palladio 4.1 or later, which converts it, and save it.",
    )
