"""Hadoop's delegation tokens, and servers that send on to others; see history_server for the rest."""

import pytest

from pertract.errors import UnreadableSource
from pertract.sources import web as asking

HEADERS = ("X-Hadoop-Delegation-Token", "Hadoop-YARN-Auth-Delegation-Token")


def connection(url, **options):
    credentials = asking.of_url(asking.split(url, example="http://host"))
    return asking.Connection(credentials, kerberos_hint="Take the bus.", pause_s=0.01, **options)


def test_a_delegation_token_is_sent(web, monkeypatch):
    monkeypatch.setenv("PERTRACT_DELEGATION_TOKEN", "t0ken")
    web.answer("/a", {"a": 1})
    answer = connection(web.url).ask(f"{web.url}/a", accept="application/json")
    assert answer.content == b'{"a": 1}'
    assert not answer.is_page
    (sent,) = web.asked("/a")
    assert [sent[name] for name in HEADERS] == ["t0ken"] * 2
    assert sent["Accept"] == "application/json"


def test_a_delegation_token_is_not_sent_on_to_another_host(web, new_web, monkeypatch):
    monkeypatch.setenv("PERTRACT_DELEGATION_TOKEN", "t0ken")
    other = new_web(host="127.0.0.2")
    other.answer("/a", {"a": 1})
    web.answer("/a", b"", 307, Location=f"{other.url}/a")
    assert connection(web.url).ask(f"{web.url}/a").url == f"{other.url}/a"
    (sent,) = other.asked("/a")
    assert not set(HEADERS) & set(sent)


def test_the_token_is_never_shown(monkeypatch):
    monkeypatch.setenv("PERTRACT_DELEGATION_TOKEN", "t0ken")
    credentials = asking.of_url(asking.split("http://host", example=""))
    assert credentials
    assert "t0ken" not in repr(credentials)


def test_kerberos_has_a_hint_that_fits_the_server(web):
    web.answer("/a", b"", 401, WWW_Authenticate="Negotiate")
    with pytest.raises(UnreadableSource, match="Kerberos ticket") as caught:
        connection(web.url).ask(f"{web.url}/a")
    assert caught.value.hint == "Take the bus."


def test_where_the_other_server_cannot_be_reached(web):
    web.answer("/a", b"", 307, Location="http://127.0.0.1:1/a")
    with pytest.raises(UnreadableSource) as caught:
        connection(web.url).ask(f"{web.url}/a")
    assert (
        str(caught.value)
        == f"http://127.0.0.1:1, where {web.url}/a sends on to: the server cannot be reached"
    )
