"""Elements, identifiers and references of PCM files.

References inside a file are attributes that hold identifiers, references into another file child elements
with an ``href``. Identifiers come from names, so that the same model gives the same bytes.
"""

from __future__ import annotations

import re

from lxml import etree

Element = etree._Element

_PCM = "http://palladiosimulator.org/PalladioComponentModel/"
XMI = "http://www.omg.org/XMI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = {
    "allocation": f"{_PCM}Allocation/5.2",
    "composition": f"{_PCM}Core/Composition/5.2",
    "repository": f"{_PCM}Repository/5.2",
    "resourceenvironment": f"{_PCM}ResourceEnvironment/5.2",
    "seff": f"{_PCM}SEFF/5.2",
    "system": f"{_PCM}System/5.2",
    "usagemodel": f"{_PCM}UsageModel/5.2",
    "stoex": "http://sdq.ipd.uka.de/StochasticExpressions/2.2",
    "measuringpoint": "http://palladiosimulator.org/EDP2/MeasuringPoint/1.0",
    "metricspec": "http://palladiosimulator.org/MetricSpec/1.0",
    "monitorrepository": "http://palladiosimulator.org/MonitorRepository/1.0",
    "pcmmeasuringpoint": "http://palladiosimulator.org/PCM/MeasuringPoint/1.0",
}
"""Prefixes of the packages of PCM 5.2, and of Palladio's monitoring."""

RESOURCES = "pathmap://PCM_MODELS/Palladio.resourcetype#"
"""The resource types that come with Palladio."""
CPU, DELAY, LAN = "_oro4gG3fEdy4YaaT-RYrLQ", "_nvHX4KkREdyEA_b89s7q9w", "_o3sScH2AEdyH8uerKnHYug"
"""Their identifiers."""
PRIMITIVE = "pathmap://PCM_MODELS/PrimitiveTypes.repository#//@dataTypes__Repository."
"""Path to the primitive data types."""
INT, DOUBLE = 0, 3
"""Their positions."""


def root(name: str, *prefixes: str, **attributes: str) -> Element:
    """Return the root element ``prefix:Class`` of a file that uses the packages of ``prefixes`` too."""
    own = name.partition(":")[0]
    used = {"xmi": XMI, "xsi": XSI} | {prefix: NAMESPACES[prefix] for prefix in sorted({own, *prefixes})}
    element = etree.Element(_qualified(name), nsmap=used)
    element.set(f"{{{XMI}}}version", "2.0")
    _set(element, attributes)
    return element


def child(parent: Element, feature: str, kind: str | None = None, /, **attributes: str) -> Element:
    """Append the element of a feature and return it.

    Parameters
    ----------
    parent
        Element that contains it.
    feature
        Name of the containing feature.
    kind
        Class as ``prefix:Class``, where the feature's own is abstract.
    **attributes
        Attributes, in the order in which they are written.
    """
    element = etree.SubElement(parent, feature)
    if kind is not None:
        element.set(f"{{{XSI}}}type", kind)
    _set(element, attributes)
    return element


def link(parent: Element, feature: str, href: str, kind: str | None = None) -> Element:
    """Append a reference into another file."""
    return child(parent, feature, kind, href=href)


def variable(parent: Element, feature: str, name: str, expression: str) -> None:
    """Append the characterisation ``name.VALUE = expression``."""
    usage = child(parent, feature)
    value = child(usage, "variableCharacterisation_VariableUsage", type="VALUE")
    child(value, "specification_VariableCharacterisation", specification=expression)
    child(usage, "namedReference__VariableUsage", "stoex:VariableReference", referenceName=name)


def to_bytes(element: Element, comment: str) -> bytes:
    """Return the file, an element a line, with a comment in front of the root."""
    etree.indent(element, "")  # deep files would be a tenth larger with blanks
    note = etree.Comment(f" {re.sub('-(?=-)', '- ', _legal(comment))} ")
    note.tail = "\n"
    document = etree.tostring(element, encoding="UTF-8")
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + etree.tostring(note, encoding="UTF-8") + document + b"\n"


def plain_name(name: str) -> str:
    """Return a name with nothing but what identifiers and references allow."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name.replace(" ", "-")) or "_"


class Identifiers:
    """Hands out identifiers that are readable, allowed in references, and used once."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def make(self, name: str) -> str:
        """Return an identifier for a name."""
        plain = plain_name(name)
        found, number = plain, 2
        while found in self._used:
            found, number = f"{plain}-{number}", number + 1
        self._used.add(found)
        return found


def _qualified(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def _set(element: Element, attributes: dict[str, str]) -> None:
    for key, value in attributes.items():
        element.set(key, _legal(value))


def _legal(text: str) -> str:
    """Return text without the characters that XML does not allow."""
    return re.sub(
        r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]", "\N{REPLACEMENT CHARACTER}", text
    )
