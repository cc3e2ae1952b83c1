import json

import pytest

from pertract.errors import UnreadableSource, UnrecognisedSource
from pertract.sources.yarn import tree
from pertract.sources.yarn.records import Size
from pertract.units import MIB


def test_xml_becomes_what_json_would_be():
    xml = b"""<?xml version="1.0"?><nodes><!-- two --><node><id>a:1</id><n>3</n></node>
    <node><id>b:1</id><n/></node></nodes>"""
    assert tree.parse(xml, "x") == {"nodes": {"node": [{"id": "a:1", "n": "3"}, {"id": "b:1", "n": ""}]}}


def test_the_type_of_an_xml_element_is_a_field():
    xml = b'<s xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="fifoScheduler"><a>1</a></s>'
    assert tree.parse(xml, "x") == {"s": {"type": "fifoScheduler", "a": "1"}}


def test_entities_of_xml_are_not_expanded():
    xml = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'
    assert "root:" not in str(tree.parse(xml, "x"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"nodes": {"node": [{"id"', "f: the answer breaks off in the middle"),
        (b'{"nodes": "abc', "f: the answer breaks off in the middle"),
        (b'{"nodes": }', "f: damaged JSON at line 1, column 11"),
        (b"<nodes><node>", "f: the answer breaks off in the middle"),
        (b"<nodes></node>", "f: damaged XML at line 1"),
        (b'{"a": "\xff"}', "f: damaged JSON"),
        (b"[" * 100_000, "f: damaged JSON"),
    ],
)
def test_damage_is_told(content, sentence):
    with pytest.raises(UnreadableSource) as caught:
        tree.parse(content, "f")
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the answer is empty"),
        (b"<!DOCTYPE html><p>", "a web page instead of an answer of YARN"),
        (b"  <html>", "a web page instead"),
        (b"Hello", "neither JSON nor XML"),
        (b"{}\n{}", "several JSON documents"),
    ],
)
def test_other_things_are_told(content, said):
    with pytest.raises(UnrecognisedSource, match=said):
        tree.parse(content, "f")


def test_fields_are_read_however_they_are_written():
    fields = tree.Fields(
        json.loads(
            '{"a": "1536", "b": 2.0, "nan": "NaN", "bare": NaN, "none": null, "huge": 9223372036854775807,'
            '"yes": "true", "zero": "0", "size": {"memory": "1024", "vCores": 2}}'
        )
    )
    assert fields.count("a") == 1536
    assert fields.count("b") == 2
    assert fields.mebibytes("a") == 1536 * MIB
    assert (
        fields.number("nan")
        is fields.number("bare")
        is fields.number("none")
        is fields.number("absent")
        is None
    )
    assert fields.count("huge") is None
    assert fields.moment_s("zero") is None
    assert fields.moment_s("a") == pytest.approx(1.536)
    assert fields.truth("yes") is True
    assert fields.truth("a") is None
    assert fields.size("size") == Size(1024 * MIB, 2)
    assert fields.text("none", "a") == "1536"


@pytest.mark.parametrize("written", [None, "", [], {}, "none"])
def test_an_empty_list_in_all_its_forms(written):
    assert tree.Fields({"node": written}).items("node") == []


@pytest.mark.parametrize("written", [{"id": "a"}, [{"id": "a"}]])
def test_a_list_of_one(written):
    assert [found.text("id") for found in tree.Fields({"node": written}).items("node")] == ["a"]
