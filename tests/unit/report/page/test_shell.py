"""What holds for every page, whatever the names in a log are."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256

import pytest

from pertract.report.page.fits import fits_page
from pertract.report.page.shell import document, safe, safe_json

from .pages import NASTY, Elements, addresses, by_hand, nasty, page, small


@pytest.fixture(scope="module")
def nasty_page() -> str:
    return page(nasty())


@pytest.mark.parametrize("model", [small(), nasty(), by_hand()], ids=["usual", "bad names", "by hand"])
def test_elements_are_nested_well_and_identifiers_are_unique(model) -> None:
    for text in (page(model), fits_page(model)):
        elements = Elements(text)
        identifiers = elements.values("id")
        assert len(set(identifiers)) == len(identifiers)
        for names in elements.values("aria-labelledby") + elements.values("for"):
            assert set(names.split()) <= set(identifiers)
        for target in elements.values("href"):
            assert target.startswith("#")
            assert target[1:] in identifiers


def test_nothing_is_loaded_from_anywhere(nasty_page) -> None:
    elements = Elements(nasty_page)
    assert addresses(nasty_page) == []
    assert elements.values("src") == elements.values("style") == elements.values("onclick") == []
    assert not {"link", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in elements.found}


def test_names_stay_text(nasty_page) -> None:
    elements = Elements(nasty_page)
    assert sum(tag == "script" for tag, _ in elements.found) == 2
    assert "alert(1)" in "".join(elements.inside["h1"])
    assert "\x07" not in nasty_page
    assert "\u2028" not in elements.inside["script"][0]
    data = json.loads(elements.inside["script"][0])
    assert data["model"]["name"] == NASTY
    assert set(data["stages"]["name"]) == {NASTY}


def test_the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else(nasty_page) -> None:
    elements = Elements(nasty_page)
    (policy,) = (
        a["content"] for tag, a in elements.found if a.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    assert rules.pop("require-trusted-types-for") == "'script'"
    for rule, content in (
        ("style-src", elements.inside["style"][0]),
        ("script-src", elements.inside["script"][1]),
    ):
        assert rules.pop(rule) == f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
    assert rules == {}


def test_no_script_makes_markup_of_text(nasty_page) -> None:
    script = Elements(nasty_page).inside["script"][1]
    for risky in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert risky not in script
    for network in ("fetch(", "XMLHttpRequest", "WebSocket", "import(", "sendBeacon"):
        assert network not in script


def test_text_is_safe_in_attributes_and_json_in_scripts() -> None:
    assert safe("a\x00b\ud800'\"<>&") == "a\ufffdb\ufffd&#x27;&quot;&lt;&gt;&amp;"
    text = safe_json({"a": "</script>&\u2028\u2029"})
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == {"a": "</script>&\u2028\u2029"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        safe_json({"a": float("nan")})


def test_a_page_without_scripts_allows_none() -> None:
    text = document(title="a<b", body="<p>text</p>", styles=["base.css"])
    assert "script-src" not in text
    assert "<title>a&lt;b</title>" in text
