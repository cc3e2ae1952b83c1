"""References between elements, over all files of a PCM model.

EMF writes a reference as an attribute that holds identifiers or paths, or as a child element with an
``href``. Both are read alike. Elements are known by identifier or by their path, as in
``#//@dataTypes__Repository.0``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from lxml import etree

from ....errors import TransformError
from ...stoex import Expression, ExpressionProblem, parse
from ..xml import XMI, XSI, Element
from .documents import Document

_STEP = re.compile(r"@(\w+)(?:\.(\d+))?")
_TYPE = f"{{{XSI}}}type"
_XMI_ID = f"{{{XMI}}}id"


class Objects:
    """The elements of a PCM model.

    Parameters
    ----------
    documents
        Its files.

    Raises
    ------
    TransformError
        If two elements of a file have the same identifier.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self._file = {document.root.getroottree().getroot(): document for document in documents}
        self._by_name = {document.name: document for document in documents}
        self._ids: dict[str, dict[str, Element]] = {}
        self._parsed: dict[str, Expression] = {}
        for document in documents:
            ids = self._ids[document.name] = {}
            for element in document.root.iter(etree.Element):
                id = element.get("id") or element.get(_XMI_ID)
                if id is None:
                    continue
                if id in ids:
                    raise refusal(
                        self.place(element),
                        f"the identifier '{id}' is used twice",
                        "Give one of the two elements another identifier.",
                    )
                ids[id] = element

    def root(self, kind: str) -> Element:
        """Return the root element of the file of a kind."""
        return next(document.root for document in self.documents if document.kind == kind)

    def place(self, element: Element) -> str:
        """Return where an element stands, for messages."""
        return f"{self._document(element).name}, line {element.sourceline}"

    def where(self, element: Element) -> str:
        """Return where an element stands and what it is called."""
        return f"{self.place(element)}: {described(element)}"

    def targets(self, element: Element, feature: str) -> list[Element]:
        """Return the elements that a reference names.

        Raises
        ------
        TransformError
            If one of them is not there.
        """
        return [self._resolved(element, feature, token) for token in tokens(element, feature)]

    def target(self, element: Element, feature: str, of: str) -> Element:
        """Return the element that a reference names.

        Parameters
        ----------
        element, feature
            The reference.
        of
            Name of the feature that contains what may be named.

        Raises
        ------
        TransformError
            If the reference is missing, or what it names.
        """
        found = self.targets(element, feature)
        if len(found) != 1:
            raise refusal(
                self.where(element),
                f"the reference {feature} is missing" if not found else f"{feature} names several elements",
                "Set it in Palladio, and save the model.",
            )
        if etree.QName(found[0]).localname != of:
            raise refusal(
                self.where(element),
                f"{feature} names a {kind(found[0])}, which cannot stand there",
                "Set the reference again in Palladio, and save.",
            )
        return found[0]

    def child(self, element: Element, feature: str) -> Element:
        """Return the only element of a containing feature.

        Raises
        ------
        TransformError
            If it is missing.
        """
        found = next(children(element, feature), None)
        if found is None:
            raise refusal(
                self.where(element), f"{feature} is missing", "Complete the model in Palladio, and save it."
            )
        return found

    def id(self, element: Element) -> str:
        """Return the identifier of an element.

        Raises
        ------
        TransformError
            If it has none.
        """
        found = element.get("id") or element.get(_XMI_ID)
        if not found:
            raise refusal(self.where(element), "has no identifier", "Save the model again in Palladio.")
        return found

    def library(self, element: Element, feature: str) -> str:
        """Return the identifier of an element of Palladio's own libraries, which are not read.

        Raises
        ------
        TransformError
            If the reference is missing.
        """
        found = tokens(element, feature)
        if len(found) != 1:
            raise refusal(
                self.where(element),
                f"the reference {feature} is missing",
                "Set it in Palladio, and save the model.",
            )
        return found[0].rpartition("#")[2]

    def expression(self, parent: Element, feature: str) -> Expression:
        """Return the stochastic expression that an element contains.

        Raises
        ------
        TransformError
            If it is missing, or does not follow the grammar.
        """
        element = next(children(parent, feature), None)
        text = None if element is None else element.get("specification")
        if element is None or text is None:
            raise refusal(
                self.where(parent), f"the expression {feature} is missing", "Enter it in Palladio, and save."
            )
        if text not in self._parsed:
            try:
                self._parsed[text] = parse(text)
            except ExpressionProblem as problem:
                raise refusal(
                    self.place(element), str(problem), "Correct the expression in Palladio, and save."
                ) from problem
        return self._parsed[text]

    def number(self, element: Element, attribute: str, default: int) -> int:
        """Return a whole number above zero in an attribute.

        Raises
        ------
        TransformError
            If it is something else.
        """
        text = element.get(attribute, str(default))
        if not re.fullmatch(r"\+?0*[1-9]\d{0,8}", text):
            raise refusal(
                self.where(element),
                f"{attribute} must be a whole number above 0, found '{text}'",
                "Correct it.",
            )
        return int(text)

    def _document(self, element: Element) -> Document:
        return self._file[element.getroottree().getroot()]

    def _resolved(self, element: Element, feature: str, token: str) -> Element:
        path, hash_, fragment = token.rpartition("#")
        name = unquote(path.rpartition("/")[2]) if hash_ else ""
        document = self._by_name.get(name) if name else self._document(element)
        if document is None:
            raise refusal(
                self.where(element),
                f"{feature} refers to the file '{name}', which is not there",
                "Copy all files of the model into one folder.",
            )
        found = (
            self._at(document.root, fragment)
            if fragment.startswith("/")
            else self._ids[document.name].get(fragment)
        )
        if found is None:
            raise refusal(
                self.where(element),
                f"{feature} refers to '{fragment}', which {document.name} does not have",
                "Set the reference again in Palladio, and save.",
            )
        return found

    @staticmethod
    def _at(root: Element, fragment: str) -> Element | None:
        element: Element | None = root
        for step in fragment.strip("/").split("/"):
            if element is None or step in ("", "0"):
                continue
            match = _STEP.fullmatch(step)
            inner = list(children(element, match[1])) if match else []
            number = int(match[2] or 0) if match else 0
            element = inner[number] if number < len(inner) else None
        return element


def children(element: Element, feature: str) -> Iterator[Element]:
    """Yield the elements of a containing feature."""
    for child in element.iterchildren(etree.Element):
        if etree.QName(child).localname == feature:
            yield child


def tokens(element: Element, feature: str) -> list[str]:
    """Return what a reference says, however it is written."""
    found = (element.get(feature) or "").split()
    return found + [child.get("href") or "" for child in children(element, feature) if child.get("href")]


def kind(element: Element) -> str:
    """Return the class of an element where its feature leaves it open, and the name of the feature else."""
    declared = element.get(_TYPE)
    return declared.rpartition(":")[2] if declared else etree.QName(element).localname


def name(element: Element) -> str:
    """Return what an element is called; its identifier where it has no name."""
    return element.get("entityName") or element.get("id") or ""


def described(element: Element) -> str:
    """Return the class and name of an element."""
    return f"{kind(element)} '{name(element)}'" if name(element) else kind(element)


def refusal(where: str, what: str, hint: str) -> TransformError:
    """Return the error that a file cannot be imported, in one sentence and what to do."""
    return TransformError(f"{where}: {what}", hint=hint)


def unknown_recursion(where: str) -> TransformError:
    """Return the error that a recursion is not that of the tasks of a stage."""
    return refusal(
        where,
        "calls itself in a way that is not known as the tasks of a stage",
        "Halve the tasks until one is left, which takes a slot, or use a loop.",
    )
