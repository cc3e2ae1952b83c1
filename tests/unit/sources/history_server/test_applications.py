import pytest

from pertract.errors import SourceNotFound, UsageError
from pertract.sources.history_server import Server
from pertract.sources.history_server.applications import choose

APPLICATIONS = "/api/v1/applications"


def attempt(number, *, completed=True, start=0):
    return {"attemptId": number, "completed": completed, "startTimeEpoch": 1000 + start, "endTimeEpoch": 2000}


def chosen(web, *names, path=""):
    with Server(web.url + path) as server:
        return choose(server, *names)


def test_the_only_application_is_taken(web):
    web.answer(APPLICATIONS, [{"id": "local-1", "attempts": [{"completed": True}]}])
    found = chosen(web)
    assert (found.path, found.page, found.notes) == ("applications/local-1", "history/local-1", ())


def test_several_applications_are_named(web):
    web.answer(APPLICATIONS, [{"id": f"app-{i}", "name": "sort"} for i in range(5)])
    with pytest.raises(UsageError, match=r"5 applications, such as app-0 \(sort\), app-1") as caught:
        chosen(web)
    assert "--app" in caught.value.hint


def test_no_applications_at_all(web):
    web.answer(APPLICATIONS, [])
    with pytest.raises(SourceNotFound, match="has no applications"):
        chosen(web)


@pytest.mark.parametrize("there", [[], [{"id": "app-2"}]])
def test_an_unknown_application(web, there):
    web.answer(APPLICATIONS, there)
    with pytest.raises(SourceNotFound, match="no application app-1") as caught:
        chosen(web, "app-1")
    assert ("there is app-2" in str(caught.value)) == bool(there)


@pytest.mark.parametrize(
    ("attempts", "called_for", "expected"),
    [
        ([attempt("2", start=5), attempt("1")], None, "2"),
        ([attempt("3", start=9, completed=False), attempt("2", start=5), attempt("1")], None, "2"),
        ([attempt("1", completed=False)], None, "1"),
        ([attempt("10"), attempt("9")], None, "10"),
        ([attempt("2", start=5), attempt("1")], "1", "1"),
    ],
)
def test_the_last_attempt_that_ended_unless_named(web, attempts, called_for, expected):
    web.answer(f"{APPLICATIONS}/app-1", {"id": "app-1", "attempts": attempts})
    found = chosen(web, "app-1", called_for)
    assert found.path == f"applications/app-1/{expected}"
    assert any("there is also attempt" in note for note in found.notes) == (len(attempts) > 1)


@pytest.mark.parametrize("completed", [True, False])
def test_an_application_that_goes_on_is_told(web, completed):
    web.answer(APPLICATIONS, [{"id": "app-1", "attempts": [attempt("1", completed=completed)]}])
    assert any("goes on" in note for note in chosen(web).notes) != completed


@pytest.mark.parametrize("name", [".", "..", "../app-1", "app-1/../app-1", "app-1/jobs"])
def test_names_are_no_paths(web, name):
    for path in (f"{APPLICATIONS}/app-1", f"{APPLICATIONS}/", "/api/v1/"):
        web.answer(path, {"id": "app-1"})
    web.answer(APPLICATIONS, [{"id": "app-1"}])
    with pytest.raises(SourceNotFound, match="no application"):
        chosen(web, name)


@pytest.mark.parametrize("attempts", [[], [attempt("1")], [{"completed": True}]])
def test_an_attempt_that_is_not_there(web, attempts):
    web.answer(f"{APPLICATIONS}/app-1", {"id": "app-1", "attempts": attempts})
    with pytest.raises(SourceNotFound, match="no attempt 7"):
        chosen(web, "app-1", "7")


def test_an_application_without_attempts(web):
    web.answer(f"{APPLICATIONS}/app-1", {"id": "app-1"})
    with pytest.raises(SourceNotFound, match="no attempts yet"):
        chosen(web, "app-1")


def test_a_pasted_address_names_application_and_attempt(web):
    web.answer(f"{APPLICATIONS}/app-1", {"id": "app-1", "attempts": [attempt("2", start=5), attempt("1")]})
    assert chosen(web, path="/history/app-1/1/jobs/").path == "applications/app-1/1"
    assert chosen(web, None, "2", path="/history/app-1/1/jobs/").path == "applications/app-1/2"
    with pytest.raises(UsageError, match="names application app-1, but app-2"):
        chosen(web, "app-2", path="/history/app-1/1/jobs/")
