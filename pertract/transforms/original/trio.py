"""The three files of an original model as one, in either notation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast

from ...errors import TransformError
from . import emf_json, xmi
from .metamodel import (
    APPLICATION,
    BY_NAME,
    PACKAGES,
    RESOURCES,
    WORKLOAD,
    ApplicationExecutionArchitecture,
    DataWorkloadArchitecture,
    Element,
    Package,
    ResourceArchitecture,
    features,
)
from .references import find, split, step, walk
from .values import refusal

Notation = Literal["emfjson", "xmi"]
"""How files are written."""


class File(NamedTuple):
    """A file as it was read."""

    name: str
    """For messages."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Trio:
    """An original model."""

    application: ApplicationExecutionArchitecture
    workload: DataWorkloadArchitecture
    resources: ResourceArchitecture

    @property
    def parts(self) -> tuple[tuple[Package, Element], ...]:
        """The contents of the three files with their packages."""
        roots = (self.application, self.workload, self.resources)
        return tuple(zip(PACKAGES, roots, strict=True))


def write(trio: Trio, notation: Notation, stem: str) -> dict[str, str]:
    """Return the contents of the three files by their names.

    Parameters
    ----------
    trio
        The model.
    notation
        How to write it.
    stem
        Name of the files without extension.

    Raises
    ------
    TransformError
        If a text holds characters that the notation does not have.
    """
    writer = emf_json.write if notation == "emfjson" else xmi.write
    return {f"{stem}.{package.extension}": writer(root, stem) for package, root in trio.parts}


def read(files: Mapping[str, File], names: Mapping[str, str] | None = None) -> Trio:
    """Return the model in three files, whose notation is told by their first character.

    Parameters
    ----------
    files
        Name and content by extension: ``pta``, ``ptd`` and ``ptr``.
    names
        Extensions by the names that references between the files use; else the names of the files.

    Raises
    ------
    TransformError
        If a file is not of its notation, does not follow the metamodel, or refers to an element that is
        not there.
    """
    names = names or {_base(file.name): extension for extension, file in files.items()}
    roots = {p: read_part(files[p.extension], p, names) for p in PACKAGES}
    for package in PACKAGES:
        _check_references(package, roots, files[package.extension].name)
    return Trio(
        cast("ApplicationExecutionArchitecture", roots[APPLICATION]),
        cast("DataWorkloadArchitecture", roots[WORKLOAD]),
        cast("ResourceArchitecture", roots[RESOURCES]),
    )


def read_part(file: File, package: Package, names: Mapping[str, str]) -> Element:
    """Return the content of one file.

    Raises
    ------
    TransformError
        If it is not of its notation or does not follow the metamodel.
    """
    content = file.content.removeprefix(b"\xef\xbb\xbf")
    start = content.lstrip()[:1]
    try:
        if start in (b"{", b"["):
            return emf_json.read(content.decode("utf-8"), package, file.name, names)
        if start == b"<" or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return xmi.read(content, package, file.name, names)
    except UnicodeDecodeError as error:
        raise refusal(file.name, "", "not text in UTF-8") from error
    except RecursionError as error:
        raise refusal(file.name, "", "nested too deeply") from error
    raise refusal(file.name, "", "neither EMF-JSON, which begins with '{', nor XMI, which begins with '<'")


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _check_references(package: Package, roots: Mapping[Package, Element], file: str) -> None:
    """Refuse references to elements of the model that are not there, or of another class."""
    by_extension = {p.extension: root for p, root in roots.items()}
    for place, element in walk(roots[package]):
        for feature in features(type(element)):
            reference = getattr(element, feature.field)
            if feature.kind != "reference" or reference is None:
                continue
            where = step(place, feature.name)
            part, target = split(reference)
            root = by_extension.get(part or package.extension)
            if root is None:
                continue  # another file, which is not read
            found = find(root, target)
            if found is None:
                raise refusal(file, where, f"refers to '{target}', where nothing is")
            if not isinstance(found, BY_NAME[feature.type]):
                what = f"must refer to the class {feature.type}, found {type(found).__name__}"
                raise refusal(file, where, what)


def name_in(file: File) -> str | None:
    """Return the name of the application in a file; None if it holds none that can be read."""
    try:
        root = read_part(file, APPLICATION, {})
    except TransformError:
        return None
    return cast("ApplicationExecutionArchitecture", root).name
