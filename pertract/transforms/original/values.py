"""Values of attributes, and what both notations refuse."""

from __future__ import annotations

import math
import re
from typing import Any

from ...errors import TransformError
from .metamodel import ABSTRACT, BY_NAME, Element, Feature, Package, package_of

INT_MOST, LONG_MOST = 2**31 - 1, 2**63 - 1
"""Largest values of EInt and ELong."""
_MOST = {"EInt": INT_MOST, "ELong": LONG_MOST}
_WORDS = {
    "EString": "a text",
    "EInt": "a whole number of 32 bit",
    "ELong": "a whole number of 64 bit",
    "EDouble": "a number",
    "EBoolean": "true or false",
}
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_ALSO_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}  # of XML Schema and pyecore
_HINT = "Elements and features of these files are listed in docs/original-formats.md of the project."


def refusal(file: str, place: str, what: str) -> TransformError:
    """Return the error of a file that does not follow the metamodel.

    Parameters
    ----------
    file
        Its name, with the line where that is known.
    place
        The element concerned; empty for the file as a whole.
    what
        What is wrong, without a full stop.
    """
    return TransformError(f"{file}: {place}: {what}" if place else f"{file}: {what}", hint=_HINT)


def from_text(type: str, text: str) -> Any:
    """Return the value of an attribute in its text form.

    Raises
    ------
    ValueError
        If the text is no value of the type; the message says what is.
    """
    text = text if type == "EString" else text.strip()
    if type == "EString":
        return text
    if type == "EBoolean" and text in ("true", "false"):
        return text == "true"
    if type in _MOST and re.fullmatch(r"[-+]?[0-9]{1,20}", text):
        value = int(text)
        if -_MOST[type] - 1 <= value <= _MOST[type]:
            return value
    if type == "EDouble":
        if text in _NOT_FINITE:
            return _NOT_FINITE[text]
        if text.lower() in _ALSO_NOT_FINITE:
            return _ALSO_NOT_FINITE[text.lower()]
        if re.fullmatch(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", text):
            return float(text)
    raise ValueError(f"must be {_WORDS[type]}, found '{text[:60]}'")


def to_text(value: Any) -> str:
    """Return the text form of a value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return next(text for text, known in _NOT_FINITE.items() if repr(known) == repr(value))
    return repr(value) if isinstance(value, float) else str(value)


def is_default(feature: Feature, value: Any) -> bool:
    """Return whether a value is left out in files."""
    return bool(value == feature.default) and type(value) is type(feature.default)


def class_named(uri: str, package: Package | None = None) -> type[Element] | None:
    """Return the class of a type tag such as ``http://...#//ExecutionNode``, or None."""
    namespace, _, name = uri.rpartition("#//")
    cls = BY_NAME.get(name)
    if cls is None or package_of(cls).uri != namespace or package not in (None, package_of(cls)):
        return None
    return cls


def checked_class(cls: type[Element], wanted: type[Element]) -> type[Element]:
    """Return a class that may stand where another is wanted.

    Raises
    ------
    ValueError
        If it may not; the message says why.
    """
    if not issubclass(cls, wanted):
        raise ValueError(f"must be of the class {wanted.__name__}, found {cls.__name__}")
    if cls in ABSTRACT:
        kinds = ", ".join(c.__name__ for c in BY_NAME.values() if issubclass(c, cls) and c not in ABSTRACT)
        raise ValueError(f"the class {cls.__name__} is abstract, so its kind must be told: {kinds}")
    return cls
