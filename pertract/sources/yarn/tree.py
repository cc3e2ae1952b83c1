"""JSON and XML answers of Hadoop's servers as one kind of tree.

An empty list comes as ``null`` or ``""``, a list of one as the element itself, numbers as strings, and
what is not a number as ``"NaN"``. XML has the same names as JSON and becomes the same dictionaries.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from ...errors import UnreadableSource, UnrecognisedSource
from ...units import MIB, MS
from .records import Size

_MOST = 2**53  # numbers above stand for "no limit"
_WORDS = ("", "true", "false", "null", "NaN", "-", "Infinity")
_UNFINISHED = 77  # XML_ERR_TAG_NOT_FINISHED of libxml2
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def parse(content: bytes, where: str) -> Any:
    """Return the tree of an answer, JSON or XML whatever it is called.

    Parameters
    ----------
    content
        The whole answer.
    where
        Its file or URL, for messages.

    Raises
    ------
    UnrecognisedSource
        If it is a web page, or neither JSON nor XML.
    UnreadableSource
        If it breaks off, or is damaged.
    """
    text = content.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        raise UnrecognisedSource(f"{where}: the answer is empty", hint="Ask for it again.")
    begin = text[:200].lower()
    if begin.startswith((b"<!doctype html", b"<html")):
        raise UnrecognisedSource(
            f"{where}: a web page instead of an answer of YARN; it may be a login page or the user interface",
            hint="Ask below /ws/v1/cluster/, such as http://rm:8088/ws/v1/cluster/nodes.",
        )
    if begin[:1] == b"<":
        return _xml(text, where)
    if begin[:1] not in (b"{", b"["):
        raise UnrecognisedSource(
            f"{where}: neither JSON nor XML, which YARN would answer",
            hint="Give answers of YARN's REST interface, its logs, or its configuration files.",
        )
    return _json(text, where)


def _json(text: bytes, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        rest = error.doc[error.pos :]
        if error.msg.startswith("Unterminated") or any(word.startswith(rest) for word in _WORDS):
            raise UnreadableSource(
                f"{where}: the answer breaks off in the middle", hint="Ask for it again."
            ) from None
        if error.msg == "Extra data":
            raise UnrecognisedSource(
                f"{where}: several JSON documents after each other, which is no answer of YARN",
                hint="Give answers of YARN's REST interface, its logs, or its configuration files.",
            ) from None
        place = f"line {error.lineno}, column {error.colno}"
        raise UnreadableSource(f"{where}: damaged JSON at {place}", hint="Ask for it again.") from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise UnreadableSource(f"{where}: damaged JSON", hint="Ask for it again.") from None


def _xml(text: bytes, where: str) -> Any:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        end = text.count(b"\n") + 1
        cut = line is not None and line >= end and not text.endswith(b">")
        if cut or getattr(error, "code", None) == _UNFINISHED:
            said = "the answer breaks off in the middle"
        else:
            said = f"damaged XML at line {line}" if line else "damaged XML"
        raise UnreadableSource(f"{where}: {said}", hint="Ask for it again.") from None
    return {_name(root): _element(root)}


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _element(element: Any) -> Any:
    """Return an element as the JSON answer would have it: text, or its children by name."""
    children = [child for child in element if isinstance(child.tag, str)]
    if not children and not element.attrib:
        return (element.text or "").strip()
    found: dict[str, Any] = {
        "type" if key == _TYPE else key.rpartition("}")[2]: value for key, value in element.attrib.items()
    }
    for child in children:
        name, value = _name(child), _element(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    if not children and (text := (element.text or "").strip()):
        found["value"] = text
    return found


class Fields:
    """One object of an answer, whose fields may be absent or written in several ways."""

    __slots__ = ("_of",)

    def __init__(self, value: Any) -> None:
        self._of: Mapping[str, Any] = value if isinstance(value, Mapping) else {}

    def __bool__(self) -> bool:
        return bool(self._of)

    def __contains__(self, name: str) -> bool:
        return name in self._of

    def raw(self, name: str) -> Any:
        """Return a field as it came, or None."""
        return self._of.get(name)

    def text(self, *names: str) -> str | None:
        """Return the first of some fields that holds text or a number; None where all are empty."""
        for name in names:
            value = self._of.get(name)
            if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
                return str(value).strip()
        return None

    def number(self, *names: str) -> float | None:
        """Return the first of some fields that holds a finite number."""
        for name in names:
            value = self._of.get(name)
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                try:
                    found = float(value)
                except (ValueError, OverflowError):
                    continue
                if math.isfinite(found):
                    return found
        return None

    def count(self, *names: str) -> int | None:
        """Return the first of some fields that holds a number from 0; None for "no limit"."""
        found = self.number(*names)
        return int(found) if found is not None and 0 <= found < _MOST else None

    def mebibytes(self, *names: str) -> int | None:
        """Return bytes from a field in YARN's MB, which are MiB."""
        found = self.count(*names)
        return found * MIB if found is not None and found < _MOST // MIB else None

    def moment_s(self, *names: str) -> float | None:
        """Return seconds since 1970 from milliseconds; None for 0, which means "not yet"."""
        found = self.count(*names)
        return found * MS if found else None

    def size(self, *names: str) -> Size | None:
        """Return the first of some fields that holds memory and vcores."""
        for name in names:
            inner = Fields(self._of.get(name))
            memory, vcores = inner.mebibytes("memory", "memorySize"), inner.count("vCores", "virtualCores")
            if memory is not None and vcores is not None:
                return Size(memory, vcores)
        return None

    def truth(self, name: str) -> bool | None:
        """Return a field that is true or false."""
        value = str(self._of.get(name, "")).lower()
        return {"true": True, "false": False}.get(value)

    def inner(self, name: str) -> Fields:
        """Return the object in a field; an empty one where there is none."""
        return Fields(self._of.get(name))

    def items(self, name: str) -> list[Fields]:
        """Return the objects of a list."""
        return items(self._of.get(name))

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Return a list of texts; None where the field is absent."""
        if name not in self._of:
            return None
        value = self._of[name]
        values = value if isinstance(value, list) else [value]
        return tuple(item.strip() for item in values if isinstance(item, str) and item.strip())


def items(value: Any) -> list[Fields]:
    """Return the objects of a list, which may also be missing, or one object alone."""
    values = value if isinstance(value, list) else [value]
    return [Fields(item) for item in values if isinstance(item, Mapping) and item]
