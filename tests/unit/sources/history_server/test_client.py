import base64
import socket
import traceback

import pytest
import requests

from pertract.errors import SourceError, SourceNotFound, UnreadableSource, UnrecognisedSource
from pertract.sources.history_server import Server, probe
from pertract.sources.history_server.answers import Application

APPLICATIONS = "/api/v1/applications"


def ask(url, **options):
    with Server(url, pause_s=0.001, **options) as server:
        return server.get("applications", list[Application])


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, UnreadableSource, "who you are"),
        (403, UnreadableSource, "does not let you read"),
        (404, SourceNotFound, "no such thing"),
        (407, UnreadableSource, "proxy"),
        (500, UnreadableSource, "failed to answer"),
        (502, UnreadableSource, "does not work at the moment"),
    ],
)
def test_every_refusal_is_one_sentence_with_a_hint(web, status, error, words):
    web.answer(APPLICATIONS, "<html>no</html>", status)
    with pytest.raises(error, match=words) as caught:
        ask(web.url)
    assert str(caught.value).startswith(f"{web.url}{APPLICATIONS}: ")
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_passing_failure_is_tried_again(web):
    web.answer(APPLICATIONS, "bad gateway", 502)
    web.answer(APPLICATIONS, "wait", 503, Retry_After="0")
    web.answer(APPLICATIONS, [{"id": "app-1"}])
    assert [a.id for a in ask(web.url)] == ["app-1"]
    assert len(web.requests) == 3


def test_a_long_retry_after_is_cut_short():
    from urllib3 import HTTPResponse

    from pertract.sources.web import session

    patience = session._Patience()
    assert patience.get_retry_after(HTTPResponse(headers={"Retry-After": "3600"})) == session._LONGEST_PAUSE_S
    assert patience.get_retry_after(HTTPResponse(headers={"Retry-After": "2"})) == 2
    assert patience.get_retry_after(HTTPResponse()) is None


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json"])
def test_a_login_page_is_recognised(web, kind):
    web.answer(APPLICATIONS, "<!DOCTYPE html><form>password</form>", Content_Type=kind)
    with pytest.raises(UnrecognisedSource, match="probably a login page"):
        ask(web.url)


@pytest.mark.parametrize("body", ["{", '{"a": 1}', "[{}]", b"\xff\xfe", ""])
def test_what_is_not_spark_is_said_so(web, body):
    web.answer(APPLICATIONS, body, Content_Type="application/json")
    with pytest.raises(UnrecognisedSource, match="not what a Spark server gives"):
        ask(web.url)


def test_credentials_do_not_follow_to_another_host(web, new_web, monkeypatch):
    monkeypatch.setenv("PERTRACT_TOKEN", "t0ken")
    other = new_web()
    other.answer("/login", "<html>sign in</html>")
    web.answer(APPLICATIONS, b"", 302, Location=f"{other.url.replace('127.0.0.1', 'localhost')}/login")
    with pytest.raises(UnrecognisedSource, match="sent by localhost, instead of data"):
        ask(web.url)
    assert web.asked(APPLICATIONS)[0]["Authorization"] == "Bearer t0ken"
    assert "Authorization" not in other.asked("/login")[0]


def test_basic_authentication_from_the_url(web):
    web.answer(APPLICATIONS, [])
    ask(web.url.replace("://", "://me:s%C3%A9cret@"))
    sent = web.asked(APPLICATIONS)[0]["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent).decode() == "me:sécret"


def test_refused_credentials_are_not_repeated(web):
    web.answer(APPLICATIONS, "no", 401)
    with pytest.raises(SourceError, match="does not accept the credentials") as caught:
        ask(web.url.replace("://", "://me:secret@"))
    with Server(web.url.replace("://", "://me:secret@")) as server:
        shown = f"{caught.value} {caught.value.hint} {server} {server!r} {server.address!r}"
    assert "secret" not in shown
    assert "me:" not in shown


def test_no_answer_in_time(web):
    web.answer(APPLICATIONS, [], X_Delay="0.4")
    with pytest.raises(UnreadableSource, match="no answer in time"):
        ask(web.url, timeout_s=(1.0, 0.05))


def test_an_answer_that_stops_in_the_middle(web):
    web.answer(APPLICATIONS, [{"id": "app-1"}], X_Pause="0.4")
    with pytest.raises(UnreadableSource, match="no answer in time"):
        ask(web.url, timeout_s=(1.0, 0.05))


def test_nobody_there():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(UnreadableSource, match="cannot be reached"):
        ask(f"http://127.0.0.1:{port}")


def test_tls_where_there_is_none(web):
    with pytest.raises(UnreadableSource, match="does not speak TLS"):
        ask(web.url.replace("http://", "https://"))


def test_tls(new_web, certificate, monkeypatch):
    web = new_web(certificate=certificate)
    web.answer(APPLICATIONS, [{"id": "app-1"}])
    with pytest.raises(UnreadableSource, match="certificate is not trusted") as caught:
        ask(web.url)
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert [a.id for a in ask(web.url)] == ["app-1"]


def test_no_tls_where_it_is_wanted(new_web, certificate):
    with pytest.raises(UnreadableSource, match="hangs up") as caught:
        ask(new_web(certificate=certificate).url.replace("https://", "http://"))
    assert "write https://" in caught.value.hint


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificate_authorities_that_cannot_be_read(new_web, certificate, monkeypatch, tmp_path, content):
    if content:
        (tmp_path / "ca.pem").write_text(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with pytest.raises(UnreadableSource, match="certificate authorities cannot be read"):
        ask(new_web(certificate=certificate).url)


def test_credentials_follow_to_tls_on_the_same_host_only(web, new_web, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("PERTRACT_TOKEN", "t0ken")
    secure, plain = new_web(certificate=certificate), new_web()
    elsewhere = secure.url.replace("127.0.0.1", "localhost")
    for server, url in ((secure, secure.url), (secure, elsewhere), (plain, plain.url)):
        server.answer(APPLICATIONS, [])
        web.answers[APPLICATIONS].clear()
        web.answer(APPLICATIONS, b"", 302, Location=f"{url}{APPLICATIONS}")
        ask(web.url)
    sent = [headers.get("Authorization") for headers in secure.asked(APPLICATIONS)]
    assert sent == ["Bearer t0ken", None]
    assert "Authorization" not in plain.asked(APPLICATIONS)[0]


def test_an_address_of_ipv6(new_web):
    try:
        web = new_web(host="::1")
    except OSError:
        pytest.skip("no IPv6 on this machine")
    web.answer(APPLICATIONS, [{"id": "app-1"}])
    assert [a.id for a in ask(f"{web.url}/jobs/")] == ["app-1"]


def test_a_proxy_from_the_environment(web, monkeypatch):
    web.answer(APPLICATIONS, [{"id": "app-1"}])  # a proxy is asked with the whole URL
    monkeypatch.setenv("HTTP_PROXY", web.url.replace("://", "://me:secret@"))
    assert [a.id for a in ask("http://history.invalid:18080")] == ["app-1"]
    assert web.asked(APPLICATIONS)[0]["Proxy-Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "proxy", ["http://me:secret@127.0.0.1:9", "me:secret", "socks5://me:secret@127.0.0.1:9"]
)
def test_a_proxy_that_cannot_be_used(web, monkeypatch, proxy):
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(UnreadableSource, match="proxy on the way cannot be used") as caught:
        ask("http://history.invalid:18080")
    assert "secret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("status", [None, 401, 403, 500, 200])
def test_no_secret_in_a_traceback(web, status):
    secret = "t0ps3cret"  # a traceback shows lines of this test, too
    base = (web.url if status else "http://127.0.0.1:9").replace("://", f"://me:{secret}@")
    url = f"{base}/history/app-1/jobs/?token={secret}"
    web.answer(APPLICATIONS, "<html>", status)
    with pytest.raises(SourceError) as caught:
        ask(url)
    assert secret not in "".join(traceback.format_exception(caught.value)).replace(f'"{secret}"', "")


def test_no_secret_in_what_led_to_an_error(monkeypatch):
    def failing(*_args, **_options):
        raise requests.exceptions.ConnectionError(":".join(["me", "secret"]))

    monkeypatch.setattr(requests.Session, "get", failing)
    with pytest.raises(UnreadableSource, match="cannot be reached") as caught:
        ask("http://h:18080")
    assert "me:secret" not in "".join(traceback.format_exception(caught.value))


def test_kerberos_is_not_spoken(web):
    web.answer(APPLICATIONS, "", 401, WWW_Authenticate="Negotiate")
    with pytest.raises(UnreadableSource, match="Kerberos ticket"):
        ask(web.url)


def test_a_redirect_in_circles(web):
    web.answer(APPLICATIONS, b"", 302, Location=f"{web.url}{APPLICATIONS}")
    with pytest.raises(UnreadableSource, match="sends on and on"):
        ask(web.url)


def test_an_answer_that_breaks_off(web):
    web.answer(APPLICATIONS, b"[", Content_Length="100")
    with pytest.raises(UnreadableSource, match="breaks off in the middle"):
        ask(web.url)


def test_an_answer_that_breaks_off_is_asked_for_again(web):
    web.answer(APPLICATIONS, b"[", Content_Length="100")
    web.answer(APPLICATIONS, [{"id": "app-1"}])
    assert [a.id for a in ask(web.url)] == ["app-1"]


def test_received_bytes_are_reported(web, recorded, tmp_path):
    log, seen = recorded.log(), []
    web.answer("/api/v1/logs", log)
    with Server(web.url, progress=lambda done, total: seen.append((done, total))) as server:
        server.download("logs", tmp_path / "log.zip")
    assert seen[-1] == (len(log), len(log))
    assert (tmp_path / "log.zip").read_bytes() == log


def test_a_login_page_instead_of_an_archive(web, tmp_path):
    web.answer("/api/v1/logs", "<html>sign in</html>")
    with Server(web.url) as server, pytest.raises(UnrecognisedSource, match="probably a login page"):
        server.download("logs", tmp_path / "log.zip")


@pytest.mark.parametrize("cut", [1, 100])
def test_an_archive_that_breaks_off(web, recorded, tmp_path, cut):
    web.answer("/api/v1/logs", recorded.log()[:-cut])
    with Server(web.url) as server, pytest.raises(UnreadableSource, match="archive breaks off"):
        server.download("logs", tmp_path / "log.zip")


def test_an_archive_that_cannot_be_written(web, recorded, tmp_path):
    web.answer("/api/v1/logs", recorded.log())
    with Server(web.url) as server, pytest.raises(UnreadableSource, match="no room to download"):
        server.download("logs", tmp_path / "no folder" / "log.zip")


def test_probing_finds_a_server(web):
    web.answer("/spark" + APPLICATIONS, [])
    with probe(f"{web.url}/spark/") as server:
        assert repr(server) == f"Server('{web.url}/spark')"


def test_probing_the_page_of_an_application_expects_a_server(web):
    with pytest.raises(SourceNotFound):
        probe(f"{web.url}/history/app-1/jobs/")


@pytest.mark.parametrize(("path", "status"), [("/logs/", 404), ("/logs", 403), ("/logs", 200), ("", 404)])
def test_probing_leaves_other_web_servers_alone(web, path, status):
    web.answer(path + APPLICATIONS, "<html>", status)
    assert probe(web.url + path) is None


def test_probing_does_not_ask_for_files(web):
    assert probe(f"{web.url}/logs/app-1.zstd") is None
    assert web.requests == []


@pytest.mark.parametrize("status", [200, 401, 403])
def test_probing_says_what_keeps_a_server_from_answering(web, status):
    web.answer(APPLICATIONS, "<html>", status)
    with pytest.raises(SourceError):
        probe(web.url)
