"""The page of a recording, without a browser; with one: tests/integration/test_profile_page.py."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest

from pertract.extract.sampled import profile
from pertract.report.page.profile import SCRIPTS, STYLES, profile_page
from pertract.sources.profilers.builder import Gathered

from .pages import NASTY, Elements, addresses
from .recorded import recorded
from .test_style import contrast


def nasty() -> str:
    return profile_page(recorded(job=NASTY.replace(";", "")), base=recorded())


def data_of(text: str) -> dict:
    return json.loads(Elements(text).inside["script"][0])


def test_elements_are_nested_well_and_nothing_is_loaded() -> None:
    for text in (profile_page(recorded()), nasty()):
        elements = Elements(text)
        identifiers = elements.values("id")
        assert len(set(identifiers)) == len(identifiers)
        for names in elements.values("aria-labelledby") + elements.values("for"):
            assert set(names.split()) <= set(identifiers)
        assert addresses(text) == []
        assert elements.values("src") == elements.values("style") == elements.values("onclick") == []
        assert sum(tag == "script" for tag, _ in elements.found) == 2


def test_scripts_ask_only_for_elements_that_are_there() -> None:
    identifiers = set(Elements(profile_page(recorded())).values("id"))
    own = [name for name in SCRIPTS if name in ("flame.js", "usage.js", "profile.js")]
    text = "".join(
        resources.files("pertract.report.page").joinpath("script", name).read_text("utf-8") for name in own
    )
    asked = set(re.findall(r"byId\('([\w-]+)'\)", text))
    assert asked <= identifiers
    assert len(asked) > 8


def test_the_data_hold_every_view_with_its_weights() -> None:
    data = data_of(profile_page(recorded()))
    assert [view["label"] for view in data["views"]] == ["the whole run", "stage 0", "stage 1", "stage 2"]
    whole = data["views"][0]
    assert whole["total"] == pytest.approx(3 * (7 + 8) - 3 * 0 + 3 * 2 * 0.5, rel=1e-4)
    outer = [
        value * whole["scale"]
        for value, depth in zip(whole["value"], whole["depth"], strict=True)
        if not depth
    ]
    assert sum(outer) == pytest.approx(whole["total"], rel=1e-4)
    assert {data["names"][i] for i in whole["name"]} >= {"org.example.Job.map", "(JIT compiler)"}
    assert [band["view"] for band in data["bands"]] == [1, 2, 3]
    (process, _) = data["processes"]
    assert len(process["cores"]) == len(process["heap"]) == 30
    assert process["gc_ratio"] == pytest.approx(0.01)
    assert profile_page(recorded(), stage="stage-2").count('"first":3') == 1


def test_a_comparison_has_the_weights_of_both_runs() -> None:
    data = data_of(profile_page(recorded(extra=5.0), base=recorded(stages=2)))
    assert data["compared"] == "app-1"
    assert [view["base_total"] for view in data["views"]][-1] == 0.0  # the other run has no stage 2
    first = data["views"][1]
    assert first["total"] - first["base_total"] == pytest.approx(10.0)


def test_pages_of_large_recordings_stay_small_and_say_what_they_leave_out() -> None:
    gathered = Gathered()
    process = gathered.process("folded", "f", "f")
    for number in range(30_000):
        process.add_stack((f"a{number % 7}", f"b{number % 311}", f"c{number}"), 1.0 + number % 13)
    text = profile_page(profile(gathered.samples()))
    (view,) = data_of(text)["views"]
    assert len(text) < 1_000_000
    assert len(view["value"]) <= 12_000
    assert view["left_out"] + len(view["value"]) == 7 + 7 * 311 + 30_000
    assert min(view["value"]) * view["scale"] / view["total"] >= view["least_share"] * 0.99


def test_letters_can_be_read_on_every_colour() -> None:
    style = "\n".join(
        resources.files("pertract.report.page").joinpath("style", name).read_text("utf-8") for name in STYLES
    )
    colours = {
        name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style)
    }
    boxes = [name for name in colours if re.fullmatch(r"k\d|root|more\d|less\d", name)]
    assert len(boxes) == 18
    for name in boxes:
        for theme in (0, 1):
            assert contrast(colours["text"][theme], colours[name][theme]) >= 4.5, (name, theme)
