"""Elements of PCM 5.0, whose namespaces are the same with the extension of the original PerTract and without.

Identifiers begin with the kind of element and end with the name of the component, so none can be another.
"""

from __future__ import annotations

from lxml import etree

from ..xml import PRIMITIVE, RESOURCES, XMI, XSI, Element, child, link

_PCM = "http://sdq.ipd.uka.de/PalladioComponentModel/"
NAMESPACES = {
    "allocation": f"{_PCM}Allocation/5.0",
    "composition": f"{_PCM}Core/Composition/5.0",
    "repository": f"{_PCM}Repository/5.0",
    "resourceenvironment": f"{_PCM}ResourceEnvironment/5.0",
    "resourcetype": f"{_PCM}ResourceType/5.0",
    "seff": f"{_PCM}SEFF/5.0",
    "system": f"{_PCM}System/5.0",
    "usagemodel": f"{_PCM}UsageModel/5.0",
    "stoex": "http://sdq.ipd.uka.de/StochasticExpressions/1.0",
}
"""Prefixes of the packages."""
INT, BOOL = 0, 2
"""Positions of the primitive types."""
STEM = "default"
"""Name of all files."""


def root(name: str, *prefixes: str, **attributes: str) -> Element:
    """Return the root element ``prefix:Class`` of a file that uses the packages of ``prefixes`` too."""
    prefix, _, local = name.partition(":")
    used = {"xmi": XMI, "xsi": XSI} | {p: NAMESPACES[p] for p in sorted({prefix, *prefixes})}
    element = etree.Element(f"{{{NAMESPACES[prefix]}}}{local}", nsmap=used)
    element.set(f"{{{XMI}}}version", "2.0")
    for key, value in attributes.items():
        element.set(key, value)
    return element


def inputs(parent: Element, feature: str, values: dict[str, str]) -> None:
    """Append what a call passes; every variable has the same expression as VALUE and as BYTESIZE."""
    for name, expression in values.items():
        usage = child(parent, feature)
        child(usage, "namedReference__VariableUsage", "stoex:VariableReference", referenceName=name)
        for kind in ("VALUE", "BYTESIZE"):
            value = child(usage, "variableCharacterisation_VariableUsage", type=kind)
            child(value, "specification_VariableCharacterisation", specification=expression)


def in_file(extension: str, id: str) -> str:
    """Return the reference to an element of another of the files."""
    return f"{STEM}.{extension}#{id}"


def primitive(parent: Element, kind: int) -> None:
    """Append the type of a parameter."""
    link(parent, "dataType__Parameter", f"{PRIMITIVE}{kind}", "repository:PrimitiveDataType")


def resource_type(parent: Element, feature: str, id: str, kind: str | None = None) -> None:
    """Append a reference to Palladio's resource types, as the extension knows them."""
    link(parent, feature, RESOURCES + id, kind)
