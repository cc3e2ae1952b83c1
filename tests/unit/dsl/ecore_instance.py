"""Models as instances of the Ecore metamodel, and back, by what the metamodel says alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyecore.ecore import EAttribute, EDataType, EEnum, EObject, EPackage
from pyecore.resources import URI, ResourceSet

from pertract import dsl
from pertract.dsl.base import Element

METAMODEL = Path(__file__).parents[3] / "dsl" / "ecore" / "pertract.ecore"
KINDS = {
    "Job": "job",
    "Stage": "stage",
    "Delay": "delay",
    "FileData": "file",
    "RecordData": "record",
    "SingleSource": "single",
    "OpenSource": "open",
}
READERS = {"java.lang.Double": float, "java.lang.Long": int, "java.lang.String": str}
OF_MAPPINGS = ("LawTerm", "EdgeLawTerm", "MeanTerm", "CpuShare", "Label", "EventCount")
"""Classes of the entries of mappings; other entries are pairs and rounds."""


def metamodel() -> EPackage:
    package = content(METAMODEL, ResourceSet())
    for each in package.eClassifiers:
        # Eclipse reads numbers by the Java class of their type; pyecore must be told.
        if type(each) is EDataType:
            each.from_string = READERS[each.instanceClassName]
    return package


def content(path: Path, resources: ResourceSet) -> Any:
    """The root of a file of Eclipse."""
    uri = URI(str(path))
    (root,) = resources.get_resource(uri).contents
    uri.close_stream()
    return root


def write(root: EObject, path: Path) -> None:
    resource = ResourceSet().create_resource(URI(str(path)))
    resource.append(root)
    resource.save()


def instance(package: EPackage, model: dsl.PerformanceModel) -> EObject:
    """The model as an object of the metamodel."""
    references: list[tuple[EObject, Any, list[str]]] = []
    root = _object(package, model, references)
    everything = [root, *root.eAllContents()]
    for owner, feature, names in references:
        found = [
            next(o for o in everything if isinstance(o, feature.eType.python_class) and o.id == name)
            for name in names
        ]
        if feature.many:
            owner.eGet(feature).extend(found)
        else:
            owner.eSet(feature, found[0])
    return root


def _object(package: EPackage, element: Element, references: list[Any]) -> EObject:
    made = package.getEClassifier(type(element).__name__)()
    for feature in made.eClass.eAllStructuralFeatures():
        if (value := getattr(element, feature.name)) is not None:
            _fill(package, made, feature, value, references)
    return made


def _entry(package: EPackage, feature: Any, values: tuple[Any, ...], references: list[Any]) -> EObject:
    made = feature.eType()
    inner = list(made.eClass.eStructuralFeatures)
    if len(inner) == 1:
        values = (values,)
    for each, value in zip(inner, values, strict=True):
        _fill(package, made, each, value, references)
    return made


def _fill(package: EPackage, owner: EObject, feature: Any, value: Any, references: list[Any]) -> None:
    if isinstance(feature, EAttribute):
        of_enum = isinstance(feature.eType, EEnum)
        values = [feature.eType.getEEnumLiteral(v) if of_enum else v for v in _items(feature, value)]
    elif not feature.containment:
        references.append((owner, feature, list(_items(feature, value))))
        return
    else:
        values = [
            _object(package, v, references)
            if isinstance(v, Element)
            else _entry(package, feature, v, references)
            for v in _items(feature, value)
        ]
    if not feature.many:
        owner.eSet(feature, values[0])
    elif values:  # pyecore writes an empty list it was asked for as the text []
        owner.eGet(feature).extend(values)


def _items(feature: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return value.items()
    return value if feature.many else [value]


def data(element: EObject) -> dict[str, Any]:
    """An object of the metamodel as the plain data of a document."""
    name = element.eClass.name
    found: dict[str, Any] = {"kind": KINDS[name]} if name in KINDS else {}
    for feature in element.eClass.eAllStructuralFeatures():
        value = element.eGet(feature)
        values = [_plain(feature, v) for v in (value if feature.many else [value]) if v is not None]
        if feature.many:
            found[feature.name] = dict(values) if feature.eType.name in OF_MAPPINGS else values
        elif values:
            found[feature.name] = values[0]
    return found


def _plain(feature: Any, value: Any) -> Any:
    if isinstance(feature, EAttribute):
        return str(value) if isinstance(feature.eType, EEnum) else value
    if not feature.containment:
        return value.id
    if value.eClass.name == "Round":
        return [node.id for node in value.nodes]
    inner = data(value)
    return inner if hasattr(dsl, value.eClass.name) else tuple(inner.values())


def out_of_bounds(root: EObject) -> Iterator[str]:
    """Features with more or fewer values than the metamodel says."""
    for element in (root, *root.eAllContents()):
        for feature in element.eClass.eAllStructuralFeatures():
            value = element.eGet(feature)
            count = len(value) if feature.many else int(value is not None)
            if count < feature.lowerBound or (feature.upperBound >= 0 and count > feature.upperBound):
                yield f"{element.eClass.name}.{feature.name}: {count}"
