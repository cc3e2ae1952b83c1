"""The Ecore metamodel: it says what the JSON Schema says, and every document is an instance of it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from pyecore.ecore import EAttribute, EDataType, EEnum, EReference
from pyecore.resources import ResourceSet

import pertract
from pertract import dsl
from pertract.dsl import text
from pertract.dsl.base import Element
from pertract.dsl.ecore import NAMESPACE, ecore
from pertract.dsl.schema import json_schema

from ...property.strategies_models import models
from .ecore_instance import METAMODEL, content, data, instance, metamodel, out_of_bounds, write

ROOT = Path(__file__).parents[3]
VALID = sorted((ROOT / "dsl" / "valid").glob("*.yaml"))
SCHEMA = json.loads(json_schema())
FACETS = {
    "minimum": "minInclusive",
    "exclusiveMinimum": "minExclusive",
    "maximum": "maxInclusive",
    "minLength": "minLength",
    "maxLength": "maxLength",
}
EXTENDED = "http:///org/eclipse/emf/ecore/util/ExtendedMetaData"
GENMODEL = "http://www.eclipse.org/emf/2002/GenModel"


@pytest.fixture(scope="module")
def package():
    return metamodel()


def test_file_is_what_the_package_generates():
    assert METAMODEL.read_text(encoding="utf-8") == ecore(), "The language has changed: make schema"


def test_the_namespace_has_the_number_of_the_schema(package):
    assert package.nsURI == NAMESPACE
    assert NAMESPACE.endswith(dsl.SCHEMA_VERSION.removeprefix("pertract/"))


# -- the same language as the JSON Schema ----------------------------------------------------------


def definitions() -> dict[str, dict]:
    return SCHEMA["$defs"] | {"PerformanceModel": SCHEMA}


def without_null(schema: dict) -> dict:
    options = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    return options[0] if options else schema


@pytest.mark.parametrize("name", sorted(definitions()))
def test_every_field_is_a_feature_and_required_where_it_is_required(name, package):
    features = {f.name: f for f in package.getEClassifier(name).eAllStructuralFeatures()}
    definition = definitions()[name]
    fields = {key: value for key, value in definition["properties"].items() if "const" not in value}
    assert features.keys() == fields.keys()
    for field, schema in fields.items():
        feature = features[field]
        schema = without_null(schema)  # noqa: PLW2901
        is_list = schema.get("type") in ("array", "object") and "maxItems" not in schema
        assert (feature.upperBound == -1) == is_list, field
        if is_list:
            assert feature.lowerBound == schema.get("minItems", 0), field
        elif field in definition.get("required", []):
            assert feature.lowerBound == 1, field
        elif feature.lowerBound == 1:
            assert feature.defaultValueLiteral is not None, field
        if isinstance(feature, EAttribute) and not is_list:
            assert same_default(feature, schema.get("default")), field


def same_default(feature: EAttribute, default: object) -> bool:
    literal = feature.defaultValueLiteral
    if default is None:
        return literal is None
    if isinstance(default, (bool, str)):
        return literal == str(default).lower() if isinstance(default, bool) else literal == default
    return float(literal) == default


@pytest.mark.parametrize("name", sorted(definitions()))
def test_attributes_have_the_limits_and_words_of_the_json_schema(name, package):
    properties = definitions()[name]["properties"]
    for feature in package.getEClassifier(name).eAllStructuralFeatures():
        if isinstance(feature, EReference):
            continue
        schema = without_null(properties[feature.name])
        schema = schema.get("items", schema)
        if isinstance(feature.eType, EEnum):
            assert [literal.name for literal in feature.eType.eLiterals] == schema["enum"]
            continue
        note = feature.eType.getEAnnotation(EXTENDED)
        found = {key: float(value) for key, value in note.details.items()} if note else {}
        assert found == {facet: schema[key] for key, facet in FACETS.items() if key in schema}, feature.name


def test_identifiers_that_name_elements_are_references(package):
    kinds = {
        "Stage.profile": "StageProfile",
        "Stage.reads": "DataModel",
        "Locality.cached_by": "Stage",
        "Edge.tail": "Node",
        "Edge.head": "Node",
        "Round.nodes": "ApplicationNode",
    }
    found = {
        f"{each.name}.{feature.name}": feature.eType.name
        for each in package.eClassifiers
        if not isinstance(each, EDataType)
        for feature in each.eStructuralFeatures
        if isinstance(feature, EReference) and not feature.containment
    }
    assert found == kinds


def test_every_element_and_field_of_it_has_a_documentation(package):
    for element in (getattr(dsl, name) for name in dsl.__all__):
        if isinstance(element, type) and issubclass(element, Element):
            of = package.getEClassifier(element.__name__)
            for each in (of, *of.eStructuralFeatures):
                assert each.getEAnnotation(GENMODEL).details["documentation"].endswith((".", "``.")), (
                    each.name
                )


# -- documents as instances ------------------------------------------------------------------------


def read(path: Path) -> dsl.PerformanceModel:
    return text.parse(path.read_text(encoding="utf-8"), name=path.name)


def numbers_of_elements(value: object) -> int:
    """Elements in a model, without the entries of mappings, pairs and rounds."""
    if isinstance(value, Element):
        return 1 + sum(numbers_of_elements(getattr(value, name)) for name in type(value).model_fields)
    return sum(map(numbers_of_elements, value)) if isinstance(value, tuple) else 0


@pytest.fixture(scope="module")
def example() -> dsl.PerformanceModel:
    return pertract.extract(ROOT / "examples" / "randomforest.zstd")


@pytest.mark.parametrize("path", [*VALID, None], ids=lambda path: path.stem if path else "example")
def test_documents_are_instances(path, package, request, tmp_path):
    model = read(path) if path else request.getfixturevalue("example")
    root = instance(package, model)
    write(root, tmp_path / "model.pertract")
    assert list(out_of_bounds(root)) == []
    everything = [root, *root.eAllContents()]
    elements = [each for each in everything if hasattr(dsl, each.eClass.name)]
    assert len(elements) == numbers_of_elements(model)
    assert dsl.PerformanceModel.model_validate(data(root)) == model
    # The same from a file of Eclipse.
    resources = ResourceSet()
    resources.metamodel_registry[package.nsURI] = package
    loaded = content(tmp_path / "model.pertract", resources)
    assert dsl.PerformanceModel.model_validate(data(loaded)) == model


@settings(max_examples=25)
@given(models())
def test_any_model_is_an_instance(package, model):
    root = instance(package, model)
    assert list(out_of_bounds(root)) == []
    assert dsl.PerformanceModel.model_validate(data(root)) == model


def test_what_is_missing_is_out_of_bounds(package):
    root = instance(package, read(ROOT / "dsl" / "valid" / "minimal.yaml"))
    root.execution.nodes[1].nodes[0].profile = None
    root.profiles.stages[0].weights.clear()
    assert sorted(out_of_bounds(root)) == ["Stage.profile: 0", "StageProfile.weights: 0"]
