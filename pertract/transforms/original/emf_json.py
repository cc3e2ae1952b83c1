"""EMF-JSON, the notation that the original PerTract writes (emfjson-jackson 1.0.1).

The class of an element is told where it is not that of the feature; what has its default is left out;
references are objects with ``$ref``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from .metamodel import BY_NAME, Element, Feature, Package, feature, features, package_of
from .references import ROOT, from_file, step, to_file
from .values import checked_class, class_named, from_text, is_default, refusal, to_text

_TYPE, _REFERENCE = "eClass", "$ref"


def write(root: Element, stem: str, *, indent: int | None = 2) -> str:
    """Return an element with all its parts as EMF-JSON.

    Parameters
    ----------
    root
        The element of a file.
    stem
        Name of the files of the model, without extension.
    indent
        Spaces of a level; None for one line.
    """
    separators = None if indent else (",", ":")
    text = json.dumps(_data(root, None, stem), indent=indent, separators=separators, ensure_ascii=False)
    return text + "\n" if indent else text


def _data(element: Element, declared: type[Element] | None, stem: str) -> dict[str, Any]:
    cls = type(element)
    data: dict[str, Any] = {} if cls is declared else {_TYPE: _tag(cls)}
    for found in sorted(features(cls), key=lambda f: f.kind != "attribute"):
        value = getattr(element, found.field)
        if not is_default(found, value):
            data[found.name] = _value(found, value, stem)
    return data


def _value(found: Feature, value: Any, stem: str) -> Any:
    if found.kind == "attribute":
        return to_text(value) if isinstance(value, float) and not math.isfinite(value) else value
    declared = BY_NAME[found.type]
    if found.kind == "reference":
        # The kind of a target is not looked at by readers; it is that of the feature here.
        return {_TYPE: _tag(declared), _REFERENCE: to_file(value, stem)}
    return [_data(item, declared, stem) for item in value] if found.many else _data(value, declared, stem)


def _tag(cls: type[Element]) -> str:
    return f"{package_of(cls).uri}#//{cls.__name__}"


def read(text: str, package: Package, file: str, names: Mapping[str, str]) -> Element:
    """Return the element in an EMF-JSON file.

    Parameters
    ----------
    text
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
        If it is no JSON or does not follow the metamodel.
    """
    try:
        data = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, file))
    except json.JSONDecodeError as error:
        place = f"{file}, line {error.lineno}"
        raise refusal(place, "", f"not JSON ({error.msg})") from error
    return _Reader(package, file, names).root(data)


def _unique(pairs: list[tuple[str, Any]], file: str) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise refusal(
            file, "", f"'{next(k for k in keys if keys.count(k) > 1)}' appears twice in one element"
        )
    return found


class _Reader:
    def __init__(self, package: Package, file: str, names: Mapping[str, str]) -> None:
        self.package, self.file, self.names = package, file, names

    def root(self, data: Any) -> Element:
        if isinstance(data, list) and len(data) == 1:
            data = data[0]
        if not isinstance(data, dict):
            raise refusal(self.file, "", "must hold one element, which begins with 'eClass'")
        if _TYPE not in data:
            raise refusal(self.file, "", f"the root must tell its class, '{_TYPE}'")
        return self.element(data, BY_NAME[self.package.root], ROOT)

    def element(self, data: Any, declared: type[Element], place: str) -> Element:
        if not isinstance(data, dict):
            raise refusal(self.file, place, f"must be an element in braces, of the class {declared.__name__}")
        cls: type[Element] | None = declared
        if _TYPE in data:
            cls = class_named(str(data[_TYPE]))
            if cls is None:
                raise refusal(self.file, place, f"there is no class '{data[_TYPE]}'")
        assert cls is not None
        try:
            checked_class(cls, declared)
        except ValueError as error:
            raise refusal(self.file, place, str(error)) from error
        values = {}
        for name, value in data.items():
            if name == _TYPE:
                continue
            found = feature(cls, name)
            if found is None:
                raise refusal(self.file, place, f"{cls.__name__} has no feature '{name}'")
            if value is not None:
                values[found.field] = self.value(found, value, place)
        return cls(**values)

    def value(self, found: Feature, value: Any, place: str) -> Any:
        inside = step(place, found.name)
        if found.kind == "attribute":
            return self.attribute(found, value, inside)
        if found.kind == "reference":
            return self.reference(value, inside)
        declared = BY_NAME[found.type]
        if not found.many:
            return self.element(value, declared, inside)
        if not isinstance(value, list):
            raise refusal(self.file, inside, "must be a list")
        return tuple(self.element(item, declared, f"{inside}.{i}") for i, item in enumerate(value))

    def attribute(self, found: Feature, value: Any, place: str) -> Any:
        text = value
        if not isinstance(value, str):
            if found.type == "EString" or isinstance(value, (dict, list)):
                raise refusal(
                    self.file, place, f"must be {'a text' if found.type == 'EString' else 'a value'}"
                )
            whole = isinstance(value, float) and value.is_integer() and found.type != "EDouble"
            text = to_text(int(value) if whole else value)
        try:
            return from_text(found.type, text)
        except ValueError as error:
            raise refusal(self.file, place, str(error)) from error

    def reference(self, value: Any, place: str) -> str:
        text = value.get(_REFERENCE) if isinstance(value, dict) else value
        if not isinstance(text, str):
            raise refusal(self.file, place, f"must be a reference, '{_REFERENCE}'")
        return from_file(text, self.names, self.package.extension)
