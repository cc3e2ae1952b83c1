"""The same PCM model written in another way, as other tools or people would."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

from lxml import etree

from pertract.transforms import stoex

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
CORE = (".repository", ".system", ".allocation", ".resourceenvironment", ".usagemodel")
_LINKS = (
    "successor_AbstractAction",
    "describedService__SEFF",
    "role_ExternalService",
    "passiveresource_AcquireAction",
    "successor",
    "providingAssemblyContext_AssemblyConnector",
)
_UNORDERED = ("steps_Behaviour", "connectors__ComposedStructure", "allocationContexts_Allocation")


def disguised(files: Mapping[str, bytes], seed: int = 1) -> dict[str, bytes]:
    """Return files that say the same with other identifiers, names, prefixes, orders and spellings."""
    rng = random.Random(seed)
    kept = {name: content for name, content in files.items() if name.endswith(CORE)}
    roots = {name: etree.fromstring(content) for name, content in kept.items()}
    ids = {e.get("id") for root in roots.values() for e in root.iter() if e.get("id")}
    renamed = {id: f"_{rng.getrandbits(64):016x}" for id in sorted(ids)}
    return {
        f"other name{name[name.rindex('.') :]}": _written(root, renamed, rng, name.rpartition(".")[0])
        for name, root in roots.items()
    }


def _written(root: etree._Element, ids: Mapping[str, str], rng: random.Random, stem: str) -> bytes:
    for element in list(root.iter(etree.Element)):
        for key, value in dict(element.attrib).items():
            if key == "href":
                path, _, fragment = value.partition("#")
                path = path.replace(f"{stem}.", "platform:/resource/project/other%20name.")
                element.set(key, f"{path}#{ids.get(fragment, fragment)}")
            elif key == "specification":
                element.set(key, stoex.write(_turned(stoex.parse(value))))
            elif key not in ("entityName", "parameterName", "referenceName", XSI_TYPE):
                element.set(key, " ".join(ids.get(token, token) for token in value.split(" ")))
        if element.get("entityName"):
            element.set("entityName", f"name {rng.random()}")
        for link in _LINKS:
            if (target := element.attrib.pop(link, None)) is not None:
                etree.SubElement(element, link, href=f"#{target}")
        reordered = dict(reversed(element.attrib.items()))
        element.attrib.clear()
        element.attrib.update(reordered)
        _shuffle(element, rng)
        element.append(etree.Comment("a remark"))
    etree.indent(root, "\t")
    text = etree.tostring(root, encoding="unicode")
    for prefix in {p for p in root.nsmap if p not in ("xmi", "xsi")}:
        text = re.sub(rf"\bxmlns:{prefix}=", f"xmlns:my-{prefix}=", text)
        text = re.sub(rf'(xsi:type="|</?){prefix}:', rf"\1my-{prefix}:", text)
    return f'<?xml version="1.0" encoding="ASCII"?>\n{text}'.encode("ascii", "xmlcharrefreplace")


def _shuffle(element: etree._Element, rng: random.Random) -> None:
    """Change the order of children that has no meaning."""
    moved = [child for child in element if child.tag in _UNORDERED]
    for child in moved:
        element.remove(child)
    rng.shuffle(moved)
    element[:0] = moved


def _turned(tree: stoex.Expression) -> stoex.Expression:
    """Return an expression with the operands of sums and products in the other order."""
    match tree:
        case stoex.Binary("+" | "*" as operator, left, right):
            return stoex.Binary(operator, _turned(right), _turned(left))
        case stoex.Binary("<=", left, right):
            return stoex.Binary(">=", _turned(right), _turned(left))
        case stoex.Binary(operator, left, right):
            return stoex.Binary(operator, _turned(left), _turned(right))
        case stoex.Choice(condition, then, otherwise):
            return stoex.Choice(stoex.Unary("NOT", _turned(condition)), _turned(otherwise), _turned(then))
        case stoex.Call(function, arguments):
            return stoex.Call(function, tuple(map(_turned, arguments)))
    return tree
