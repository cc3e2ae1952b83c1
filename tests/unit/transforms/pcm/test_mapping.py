"""The mapping table and the code say the same: every row has a rule and an element, every element a row."""

from __future__ import annotations

import csv
import functools
import importlib
from pathlib import Path

import pytest
from lxml import etree

from pertract import api, dsl

ROOT = Path(__file__).resolve().parents[4]
TABLE = ROOT / "transforms" / "pcm" / "mapping.csv"
PAPER = {
    "Execution Architecture",
    "Nodes",
    "Edges",
    "Configuration",
    "Resource Profile",
    "Resource Architecture",
    "Resource Node",
    "Cluster Specification",
    "Network Channel",
    "Data Workload",
    "Data Model",
    "Data Source",
}
"""The left side of the mapping of Kroß & Krcmar 2019."""
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@functools.cache
def written_kinds() -> frozenset[str]:
    """Return the kinds of all elements with an identity in exports of the valid documents."""
    found = set()
    for path in sorted((ROOT / "dsl" / "valid").glob("*.yaml")):
        for form in ("tokens", "slots", "tree"):
            for content in api.export_pcm(api.load(path), form=form, effects=False).files.values():
                root = etree.fromstring(content)
                for element in root.iter(etree.Element):
                    if element.get("id") or element is root:
                        found.add(element.get(XSI_TYPE) or etree.QName(element).localname)
    return frozenset(found)


def test_every_term_of_the_paper_has_a_row():
    assert {row["paper"] for row in rows()} - {""} == PAPER


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['language']}-{row['pcm']}")
def test_a_row_names_a_rule_an_element_of_the_language_and_one_that_is_written(row):
    module, _, name = row["rule"].partition(":")
    functools.reduce(getattr, name.split("."), importlib.import_module(f"pertract.transforms.pcm.{module}"))
    assert row["pcm"] in written_kinds()
    element = ""
    for part in row["language"].split(", ") if row["language"] else []:
        field = part.rpartition(".")[2] if "." in part or part[0].islower() else ""
        element = part.partition(".")[0] if part[0].isupper() else element  # else a further field of it
        model = next(m for m in vars(dsl).values() if getattr(m, "__name__", "") == element)
        assert not field or field in model.model_fields


def test_every_element_that_is_written_has_a_row():
    assert written_kinds() - {row["pcm"] for row in rows()} == set()
