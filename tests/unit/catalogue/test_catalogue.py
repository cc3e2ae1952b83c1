"""Node types from catalogue files."""

from pathlib import Path

import pytest

from pertract.catalogue import BUILT_IN, document, find, offers, read, user_file
from pertract.errors import SourceNotFound, UnreadableSource, UsageError

OWN = """\
schema: pertract/catalogue/1
offerings:
- provider: us
  currency: EUR
  node_types:
  - {name: blade, cores: 32, memory_gib: 256, network_gbit_per_s: 10, drive_mb_per_s: 500, cpu_rate: 1.2}
  - {name: m5.2xlarge, cores: 8, memory_gib: 32, price_per_hour: 0.5}
"""


@pytest.fixture(autouse=True)
def _no_file_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def own(tmp_path: Path, text: str = OWN) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_built_in_price_names_its_currency_place_day_and_source():
    for offering in read(BUILT_IN).offerings:
        for node_type in offering.node_types:
            if node_type.price_per_hour is not None:
                assert offering.region
                assert offering.currency == "USD"
                assert offering.price_date.count("-") == 2
                assert offering.source


def test_no_built_in_node_type_claims_a_speed_of_its_cores():
    assert {offer.node_type.cpu_rate for offer in offers()} == {1.0}


def test_a_node_type_says_the_options_it_stands_for(tmp_path):
    assert find("blade", own(tmp_path)).options() == {
        "node_type": "blade",
        "node_cores": 32,
        "node_memory_bytes": 256 * 2**30,
        "cpu_rate": 1.2,
        "network_bytes_per_s": 1.25e9,
        "drive_bytes_per_s": 5e8,
    }


def test_what_is_unknown_of_a_node_type_is_no_option():
    said = find("n2-standard-8").options()
    assert said["price_per_node_hour"] == pytest.approx(0.388472)
    assert "network_bytes_per_s" not in said
    assert "drive_bytes_per_s" not in said


def test_a_named_file_comes_before_the_users_and_this_before_the_built_in(tmp_path):
    user_file().parent.mkdir(parents=True)
    user_file().write_text(OWN.replace("0.5}", "0.6}"), encoding="utf-8")
    assert find("m5.2xlarge").price_per_hour == 0.6
    assert find("m5.2xlarge", own(tmp_path)).price_per_hour == 0.5
    assert find("m5.4xlarge", own(tmp_path)).price_per_hour == 0.768


def test_the_document_has_the_origin_of_every_node_type(tmp_path):
    listed = document(offers(own(tmp_path)))
    blade = listed["node_types"][0]
    assert (blade["name"], blade["provider"], blade["currency"]) == ("blade", "us", "EUR")
    assert blade["price_per_hour"] is None
    assert blade["file"] == str(tmp_path / "mine.yaml")
    assert len({entry["name"] for entry in listed["node_types"]}) == len(listed["node_types"])


def test_an_unknown_name_is_answered_with_near_ones():
    with pytest.raises(UsageError, match=r"no node type is called 'm5\.2xlrge'") as caught:
        find("m5.2xlrge")
    assert "m5.2xlarge" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema: [", "line 2"),
        ("a: 1", "not a catalogue"),
        ("- 1", "not a catalogue"),
        (OWN.replace("cores: 32", "cores: 0"), "line 6: offerings.0.node_types.0.cores: "),
        (OWN.replace("memory_gib: 256, ", ""), "memory_gib: this field is missing"),
        (OWN.replace("cpu_rate", "cpu"), "cpu: this field does not exist"),
        (OWN.replace("m5.2xlarge", "blade"), "'blade' appears twice"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, text, said):
    with pytest.raises(UsageError) as caught:
        read(own(tmp_path, text))
    assert str(caught.value).startswith(str(tmp_path / "mine.yaml"))
    assert said in str(caught.value)
    assert caught.value.hint


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path):
    with pytest.raises(SourceNotFound, match="nowhere"):
        offers(tmp_path / "nowhere.yaml")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableSource, match="binary"):
        offers(binary)
