"""Any model survives being written as YAML or JSON and read again."""

import json

from hypothesis import given, settings

from pertract.dsl import text

from .strategies_models import models

STEADY = settings(derandomize=True, deadline=None, max_examples=60)


@STEADY
@given(models())
def test_yaml_and_json_give_back_the_same_model(model):
    again = text.parse(text.to_yaml(model), name="m.yaml")
    assert again == model
    assert text.parse(text.to_json(model), name="m.json") == model
    assert text.to_yaml(again) == text.to_yaml(model)


@STEADY
@given(models())
def test_documents_are_strict_json_and_yaml_with_one_comment(model):
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    assert json.loads(text.to_json(model), parse_constant=refuse) == text.as_data(model)
    first, second, *_ = text.to_yaml(model).split("\n")
    assert first.startswith("# PerTract-DSL model of ")
    assert second == "schema: pertract/model/1"
