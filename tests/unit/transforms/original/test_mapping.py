"""The table transforms/original/mapping.csv, the metamodels and the code say the same."""

from __future__ import annotations

import csv
import importlib
import sys
from pathlib import Path

import pytest

from pertract import api, dsl
from pertract.dsl.base import Element
from pertract.transforms import original
from pertract.transforms.original import File
from pertract.transforms.original import metamodel as mm
from pertract.transforms.original.limits import LIMITS

ROOT = Path(__file__).parents[4]
TABLE = ROOT / "transforms" / "original" / "mapping.csv"
PACKAGE = "pertract.transforms.original"
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
ELEMENTS = {
    name: element
    for name in dsl.__all__
    if isinstance(element := getattr(dsl, name), type) and issubclass(element, Element)
}
PARTS = ("schema_version", "execution", "profiles", "kind", "original")
"""Fields that only hold others, or that tell what an element or document is."""
NOT_THERE = ("SchedulerPool", "AdaptiveExecution", "DynamicAllocation", "Locality", "LocalityWaits", "Loop")
NOT_THERE += (
    "Run",
    "Replay",
    "Completeness",
    "Provenance",
    "OriginalFiles",
    "ExecutorProfile",
    "DriverProfile",
)
NOT_THERE += ("ContainerRequest", "ClusterManager", "ContainerSize", "Queue", "SlowStart")
NOT_THERE += ("Fit", "Storage", "FileSizes", "Placement", "RackShare")
"""Elements that stand only in fields which are left out as a whole."""


def test_every_feature_of_the_original_has_a_row() -> None:
    features = {
        f"{cls.__name__}.{feature.name}"
        for cls in mm.BY_NAME.values()
        for feature in mm.features(cls)
        if not any(feature in mm.features(base) for base in cls.__mro__[1:] if base in mm.BY_NAME.values())
    }
    assert features == {row["original"] for row in ROWS}


def test_every_field_of_the_language_has_a_row_or_is_a_limit() -> None:
    fields = {
        f"{name}.{field}"
        for name, element in ELEMENTS.items()
        if name not in NOT_THERE
        for field in element.model_fields
        if field not in PARTS
    }
    mapped = {row["language"] for row in ROWS} - {"-"}
    limits = {field for limit in LIMITS for field in limit.fields}
    assert mapped <= fields
    assert limits <= fields
    assert mapped & limits == set()
    assert sorted(fields - mapped - limits) == []


def function_named(name: str):
    module, _, rest = name.partition(".")
    found = importlib.import_module(f"{PACKAGE}.{module}")
    for part in rest.split("."):
        found = getattr(found, part)
    return found


@pytest.fixture(scope="module")
def called() -> set[str]:
    """Functions that run when real models go both ways."""
    seen: set[str] = set()

    def watch(frame, event, _argument) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith(PACKAGE):
            seen.add(f"{module.removeprefix(f'{PACKAGE}.')}.{frame.f_code.co_qualname}")

    models = [api.load(path) for path in sorted((ROOT / "dsl" / "valid").glob("*.yaml"))]
    stream = dsl.RecordData(id="s", mean_record_bytes=9, source=dsl.OpenSource(arrival_rate_per_s=5))
    models.append(models[0].model_copy(update={"workload": dsl.DataWorkload(data=(stream,))}))
    folder = ROOT / "transforms" / "original" / "example"
    files = {path.suffix[1:]: File(path.name, path.read_bytes()) for path in folder.iterdir()}
    sys.setprofile(watch)
    try:
        original.trio_of(original.read(files))
        for model in models:
            written = original.write(model, "emfjson", "m")
            original.read({name[-3:]: File(name, text.encode()) for name, text in written.items()})
    finally:
        sys.setprofile(None)
    return seen


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['original']}-{row['language']}")
def test_every_rule_is_there_and_is_used(row: dict[str, str], called: set[str]) -> None:
    rules = [row[column] for column in ("read by", "written by") if row[column] != "-"]
    assert rules, "a row needs a rule"
    for rule in rules:
        assert callable(function_named(rule)), rule
        assert rule in called, f"{rule} is not used"
    assert (row["language"] != "-") or row["read by"] == "-"
