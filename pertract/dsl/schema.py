"""The JSON Schema of the language, generated from the models."""

from __future__ import annotations

import json

from .system import PerformanceModel


def json_schema() -> str:
    """Return the JSON Schema (draft 2020-12) as indented text, ending in a newline."""
    schema = PerformanceModel.model_json_schema(by_alias=True)
    for element in (schema, *schema["$defs"].values()):
        # Fields that tell what the document or element is have a default in Python only.
        marks = [name for name, field in element.get("properties", {}).items() if "const" in field]
        if marks:
            element["required"] = sorted({*element.get("required", ()), *marks})
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "PerTract-DSL model",
    } | {key: value for key, value in schema.items() if key != "title"}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
