"""Original files against pyecore, which reads and writes them by the original Ecore packages."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from pertract.transforms.original import metamodel as mm
from pertract.transforms.original import trio as files
from pertract.transforms.original.references import to_file, walk
from pertract.transforms.original.trio import File, Trio

from ..property.strategies_original import trios

ORACLE = Path(__file__).parents[2].parent / "shared" / "pertract-dsl"


@pytest.fixture(scope="module")
def ecore():
    if not (ORACLE / "check_dsl.py").is_file():
        pytest.skip("the original Ecore packages (../shared/pertract-dsl) are not there")
    spec = importlib.util.spec_from_file_location("check_dsl", ORACLE / "check_dsl.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_the_original_metamodel(ecore) -> None:
    rset = ecore.resource_set()
    for package, classes in mm.CLASSES.items():
        original = rset.metamodel_registry[package.uri]
        assert original.nsPrefix == package.prefix
        assert {c.name for c in original.eClassifiers if c.eClass.name == "EClass"} == {
            c.__name__ for c in classes
        }
        for cls in classes:
            theirs = original.getEClassifier(cls.__name__)
            assert theirs.abstract == (cls in mm.ABSTRACT)
            assert [c.name for c in theirs.eAllSuperTypes()] == [
                c.__name__ for c in cls.__mro__[1:] if c in mm.BY_NAME.values()
            ]
            expected = {
                f.name: (f.eType.name, f.many, bool(f.lowerBound), getattr(f, "containment", None))
                for f in theirs.eAllStructuralFeatures()
            }
            containment = {"attribute": None, "containment": True, "reference": False}
            assert expected == {
                f.name: (f.type, f.many, f.required, containment[f.kind]) for f in mm.features(cls)
            }
            own = [f.name for f in theirs.eStructuralFeatures]
            assert [f.name for f in mm.features(cls)][-len(own) :] == own or not own


def same(value: Any, other: Any) -> bool:
    if isinstance(value, float) and isinstance(other, float):
        return value == other or (math.isnan(value) and math.isnan(other))
    return value == other and type(value) is type(other)


def compare(place: str, mine: mm.Element, theirs: Any) -> None:
    """Assert that an element has the same structure as one of pyecore; references are compared as places."""
    assert theirs.eClass.name == type(mine).__name__, place
    for feature in mm.features(type(mine)):
        value, other = getattr(mine, feature.field), theirs.eGet(feature.name)
        where = f"{place}/{feature.name}"
        if feature.kind == "attribute":
            assert same(value, other), (where, value, other)
        elif feature.kind == "containment":
            items, others = (value, list(other)) if feature.many else ([value], [other])
            assert len(items) == len(others), where
            for item, their in zip(items, others, strict=True):
                if item is None or their is None:
                    assert item is their, where
                else:
                    compare(where, item, their)
        elif value is None:
            assert other is None, where
        elif "#" in value:
            assert str(other._proxy_path) == to_file(value, "model"), where
        else:
            other.force_resolve() if hasattr(other, "force_resolve") else None
            assert other.eURIFragment().removeprefix("#") == value, where


@given(trio=trios())
@settings(max_examples=60)
@pytest.mark.parametrize("notation", ["emfjson", "xmi"])
def test_pyecore_reads_our_files_with_the_same_structure(ecore, tmp_path_factory, notation, trio) -> None:
    folder = tmp_path_factory.mktemp("trio")
    for name, text in files.write(trio, notation, "model").items():
        (folder / name).write_text(text, encoding="utf-8")
    rset = ecore.resource_set()
    for package, root in trio.parts:
        resource = ecore.load(rset, folder / f"model.{package.extension}")
        compare(package.extension, root, resource.contents[0])


def to_pyecore(rset: Any, trio: Trio) -> list[Any]:
    """Return the three roots as objects of pyecore."""
    made: dict[tuple[str, str], Any] = {}
    for package, root in trio.parts:
        theirs = rset.metamodel_registry
        for place, element in walk(root):
            original = theirs[mm.package_of(type(element)).uri]
            made[package.extension, place] = original.getEClassifier(type(element).__name__)()
    for package, root in trio.parts:
        for place, element in walk(root):
            obj = made[package.extension, place]
            for feature in mm.features(type(element)):
                value = getattr(element, feature.field)
                if feature.kind == "attribute" and value is not None:
                    obj.eSet(feature.name, value)
                elif feature.kind == "containment" and feature.many:
                    inside = f"{place}/@{feature.name}"
                    obj.eGet(feature.name).extend(
                        made[package.extension, f"{inside}.{i}"] for i in range(len(value))
                    )
                elif feature.kind == "containment" and value is not None:
                    obj.eSet(feature.name, made[package.extension, f"{place}/@{feature.name}"])
                elif feature.kind == "reference" and value is not None:
                    part, _, target = value.rpartition("#")
                    obj.eSet(feature.name, made[part or package.extension, target])
    return [made[package.extension, "/"] for package in mm.PACKAGES]


@given(trio=trios())
@settings(max_examples=60)
@pytest.mark.parametrize("notation", ["emfjson", "xmi"])
def test_we_read_files_of_pyecore_with_the_same_structure(ecore, tmp_path_factory, notation, trio) -> None:
    folder = tmp_path_factory.mktemp("trio")
    factory = ecore.JsonResource if notation == "emfjson" else ecore.XMIResource
    rset = ecore.resource_set()
    made = []
    for package, root in zip(mm.PACKAGES, to_pyecore(rset, trio), strict=True):
        path = folder / f"model.{package.extension}"
        resource = factory(ecore.URI(str(path)))
        resource.append(root)
        made.append((package, path, resource))
    for _, _, resource in made:
        resource.save()
    read = files.read({p.extension: File(str(path), path.read_bytes()) for p, path, _ in made})
    assert files.write(read, "emfjson", "m") == files.write(trio, "emfjson", "m")


@given(trio=trios())
@pytest.mark.parametrize("notation", ["emfjson", "xmi"])
def test_files_survive(notation, trio) -> None:
    written = files.write(trio, notation, "a model")
    read = files.read({name[-3:]: File(f"x/{name}", text.encode()) for name, text in written.items()})
    assert files.write(read, notation, "a model") == written
    assert files.write(read, "emfjson", "m") == files.write(trio, "emfjson", "m")


def test_our_json_is_strict(ecore) -> None:
    del ecore
    root = mm.DirectedEdge(data_transmission_factor=math.nan)
    node = mm.ExecutionNode(edges_of_children=(root,))
    from pertract.transforms.original import emf_json

    text = emf_json.write(mm.ApplicationExecutionArchitecture(top_node=node), "m")
    assert json.loads(text, parse_constant=pytest.fail)["topNode"]["edgesOfChildren"] == [
        {"dataTransmissionFactor": "NaN"}
    ]
