import pytest

from pertract.errors import UsageError
from pertract.sources import web
from pertract.sources.history_server import address


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    for name in ("PERTRACT_TOKEN", "PERTRACT_USER", "PERTRACT_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://h:18080", ("http://h:18080", None, None)),
        ("http://h:18080/?showIncomplete=true", ("http://h:18080", None, None)),
        ("https://gate/spark/", ("https://gate/spark", None, None)),
        ("http://h:18080/history/app-1/jobs/", ("http://h:18080", "app-1", None)),
        (
            "http://h:18080/history/application_1_2/3/stages/stage/?id=4",
            ("http://h:18080", "application_1_2", "3"),
        ),
        ("http://h/x/api/v1", ("http://h/x", None, None)),
        ("http://h/api/v1/applications/local-1/2/jobs", ("http://h", "local-1", "2")),
        ("http://h:4040/jobs/", ("http://h:4040", None, None)),
        ("http://h:4040/SQL/execution/?id=1", ("http://h:4040", None, None)),
        ("http://rm:8088/proxy/application_1_2/", ("http://rm:8088/proxy/application_1_2", None, None)),
        ("http://[::1]:18080/", ("http://[::1]:18080", None, None)),
    ],
)
def test_addresses_as_people_paste_them(url, expected):
    found = address.parse(url)
    assert (found.base, found.application, found.attempt) == expected


@pytest.mark.parametrize("url", ["ftp://h/x", "http://", "http://h:port/", "h:18080"])
def test_what_is_no_address_is_refused_without_repeating_it(url):
    with pytest.raises(UsageError, match="cannot be read"):
        address.parse(url)


@pytest.mark.parametrize(
    ("url", "worth_asking"),
    [
        ("http://h:18080", True),
        ("http://h/spark", True),
        ("http://h/logs/app-1.zstd", False),
        ("https://bucket/app-1?signature=abc", False),
        ("http://h/history/app.with.dots/jobs/", True),
    ],
)
def test_files_are_not_asked_whether_they_are_servers(url, worth_asking):
    assert address.may_be_server(url) is worth_asking


def test_credentials_come_from_the_url_first_and_are_never_shown(monkeypatch):
    monkeypatch.setenv("PERTRACT_TOKEN", "t0ken")
    given = address.parse("http://me:s%2Fcret@h:18080/")
    assert (given.credentials.user, given.credentials.password, given.credentials.token) == (
        "me",
        "s/cret",
        None,
    )
    from_environment = address.parse("http://h:18080/")
    assert from_environment.credentials.token == "t0ken"
    for shown in (given, from_environment, given.credentials, from_environment.credentials):
        assert not any(secret in f"{shown} {shown!r}" for secret in ("me:", "cret", "t0ken"))


def test_user_and_password_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("PERTRACT_USER", "me")
    monkeypatch.setenv("PERTRACT_PASSWORD", "secret")
    assert address.parse("http://h").credentials == web.Credentials(user="me", password="secret")


@pytest.mark.parametrize("token", ["t0ken\nX-Other: 1", "töken", "t0ken\x7f"])
def test_a_token_that_cannot_be_sent(monkeypatch, token):
    monkeypatch.setenv("PERTRACT_TOKEN", token)
    with pytest.raises(UsageError, match="something else than a token") as caught:
        address.parse("http://h:18080/")
    assert token not in f"{caught.value} {caught.value.hint}"
