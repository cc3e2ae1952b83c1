"""XMI, the notation in which EMF tools open the original Ecore packages directly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from ...errors import TransformError
from .metamodel import BY_NAME, PACKAGES, Element, Feature, Package, feature, features, package_of
from .references import ROOT, from_file, split, step, to_file
from .values import checked_class, from_text, is_default, refusal, to_text

_XMI, _XSI = "http://www.omg.org/XMI", "http://www.w3.org/2001/XMLSchema-instance"
_TYPES = (f"{{{_XSI}}}type", f"{{{_XMI}}}type")
_IGNORED = (f"{{{_XMI}}}version", f"{{{_XSI}}}schemaLocation", *_TYPES)
_ID = f"{{{_XMI}}}id"


def write(root: Element, stem: str) -> str:
    """Return an element with all its parts as XMI.

    Parameters
    ----------
    root
        The element of a file.
    stem
        Name of the files of the model, without extension.

    Raises
    ------
    TransformError
        If a text holds characters that XML does not have.
    """
    package = package_of(type(root))
    uses = {"xmi": _XMI, "xsi": _XSI, package.prefix: package.uri}
    if package is PACKAGES[0]:  # its nodes may refer to data models
        uses[PACKAGES[1].prefix] = PACKAGES[1].uri
    made = etree.Element(f"{{{package.uri}}}{type(root).__name__}", nsmap=uses)
    made.set(f"{{{_XMI}}}version", "2.0")
    _fill(made, root, stem)
    etree.indent(made)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(made, encoding="unicode")}\n'


def _fill(made: etree._Element, element: Element, stem: str) -> None:
    for found in features(type(element)):
        value = getattr(element, found.field)
        if is_default(found, value):
            continue
        if found.kind == "containment":
            for item in value if found.many else (value,):
                child = etree.SubElement(made, found.name)
                if type(item) is not BY_NAME[found.type]:
                    child.set(_TYPES[0], _type(type(item)))
                _fill(child, item, stem)
        elif found.kind == "reference" and split(value)[0]:
            etree.SubElement(made, found.name).set("href", to_file(value, stem))
        else:
            _set(made, found, to_file(value, stem) if found.kind == "reference" else to_text(value))


def _set(made: etree._Element, found: Feature, text: str) -> None:
    try:
        made.set(found.name, text)
    except ValueError as error:
        raise TransformError(
            f"the {found.name} '{ascii(text)[1:-1][:60]}' has characters that XML does not have",
            hint="Write EMF-JSON instead: pertract convert MODEL --to emfjson -o DIR",
        ) from error


def _type(cls: type[Element]) -> str:
    return f"{package_of(cls).prefix}:{cls.__name__}"


def read(content: bytes, package: Package, file: str, names: Mapping[str, str]) -> Element:
    """Return the element in an XMI file.

    Parameters
    ----------
    content
        The file.
    package
        What it must hold.
    file
        Its name for messages.
    names
        Extensions of the parts of the model by the names of their files.

    Raises
    ------
    TransformError
        If it is no XML or does not follow the metamodel.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise refusal(f"{file}, line {error.lineno or 1}", "", f"not XML ({error.msg})") from error
    return _Reader(package, file, names).root(root)


class _Reader:
    def __init__(self, package: Package, file: str, names: Mapping[str, str]) -> None:
        self.package, self.file, self.names = package, file, names
        self.places: dict[str, str] = {}  # by xmi:id

    def root(self, xml: etree._Element) -> Element:
        name = etree.QName(xml)
        wanted = BY_NAME[self.package.root]
        if name.namespace == _XMI:
            raise refusal(self._at(xml), "", "must hold one element instead of a collection, xmi:XMI")
        if name.namespace != self.package.uri or BY_NAME.get(name.localname) is not wanted:
            what = (
                f"the root must be of the class {wanted.__name__}, {self.package.uri}, found {name.localname}"
            )
            raise refusal(self._at(xml), "", what)
        self._collect(xml, ROOT)
        return self.element(xml, wanted, ROOT)

    def _at(self, xml: etree._Element) -> str:
        return f"{self.file}, line {xml.sourceline}"

    def _collect(self, xml: etree._Element, place: str) -> None:
        """Note the places of elements with an identifier."""
        if identifier := xml.get(_ID):
            self.places[identifier] = place
        count: dict[str, int] = {}
        for child in xml:
            number = count[child.tag] = count.get(child.tag, -1) + 1
            many = any(f.many and f.name == child.tag for cls in BY_NAME.values() for f in features(cls))
            self._collect(child, step(place, f"{child.tag}.{number}" if many else str(child.tag)))

    def element(self, xml: etree._Element, declared: type[Element], place: str) -> Element:
        cls = self._class(xml, declared, place)
        values: dict[str, Any] = {}
        for key, text in xml.attrib.items():
            if key in _IGNORED or key == _ID:
                continue
            found = self._feature(xml, cls, str(key), place)
            if found.kind == "containment":
                raise refusal(self._at(xml), place, f"{found.name} must be an element, not an attribute")
            values[found.field] = self._value(xml, found, str(text), step(place, found.name))
        between = "".join(filter(None, (xml.text, *(child.tail for child in xml)))).strip()
        if between:
            raise refusal(self._at(xml), place, f"there is text: '{between[:60]}'")
        for child in xml:
            self._child(child, cls, place, values)
        return cls(**values)

    def _child(self, child: etree._Element, cls: type[Element], place: str, values: dict[str, Any]) -> None:
        found = self._feature(child, cls, str(child.tag), place)
        if found.many:
            before = values.get(found.field, ())
            inside = step(place, f"{found.name}.{len(before)}")
            values[found.field] = (*before, self.element(child, BY_NAME[found.type], inside))
            return
        if found.field in values:
            raise refusal(self._at(child), place, f"{found.name} appears twice")
        inside = step(place, found.name)
        if found.kind == "containment":
            values[found.field] = self.element(child, BY_NAME[found.type], inside)
        else:
            text = child.get("href", child.text or "")
            values[found.field] = self._value(child, found, text, inside)

    def _feature(self, xml: etree._Element, cls: type[Element], name: str, place: str) -> Feature:
        found = feature(cls, name)
        if found is None:
            raise refusal(self._at(xml), place, f"{cls.__name__} has no feature '{name}'")
        return found

    def _class(self, xml: etree._Element, declared: type[Element], place: str) -> type[Element]:
        tag = next((xml.get(key) for key in _TYPES if xml.get(key)), None)
        cls: type[Element] | None = declared
        if tag is not None:
            prefix, _, name = tag.rpartition(":")
            cls = BY_NAME.get(name)
            if cls is None or package_of(cls).uri != xml.nsmap.get(prefix or None):
                raise refusal(self._at(xml), place, f"there is no class '{tag}'")
        assert cls is not None
        try:
            return checked_class(cls, declared)
        except ValueError as error:
            raise refusal(self._at(xml), place, str(error)) from error

    def _value(self, xml: etree._Element, found: Feature, text: str, place: str) -> Any:
        if found.kind == "reference":
            identified = self.places.get(text.removeprefix("#"))
            return identified or from_file(text, self.names, self.package.extension)
        try:
            return from_text(found.type, text)
        except ValueError as error:
            raise refusal(self._at(xml), place, str(error)) from error
