import json
import tempfile

import pytest

from pertract.errors import NoUsableRun, SourceNotFound, UnreadableSource, UnrecognisedSource
from pertract.extract import build_model
from pertract.sources import history_server
from pertract.sources.history_server import gather

API = "/api/v1/applications/app-1"


def content(run):
    model = build_model(run, source="app-1").model_dump(exclude={"completeness"})
    del model["runs"][0]["digest"]
    return model


@pytest.mark.parametrize("attempt", [None, "2"])
def test_both_roads_give_the_same_model(web, recorded, attempt):
    recorded.serve(web, attempt=attempt)
    from_log = history_server.read(web.url)
    from_answers = history_server.read(web.url, raw=False)
    assert content(from_log) == content(from_answers)
    assert from_log.notes[0] == f"read from the event log that {web.url} handed out"
    assert from_answers.notes[0] == f"read from the REST API of {web.url}"
    assert from_answers.notes[1:] == from_log.notes[1:] == ["1 task ends came after their stage; not used"]
    assert (from_answers.missing, from_log.missing) == ([], [])
    assert (from_log.tasks_started, from_log.tasks_ended) == (6, 6)
    assert (from_answers.tasks_started, from_answers.tasks_ended) == (6, 6)
    assert from_log.covered_s == from_answers.covered_s


def test_the_answers_in_detail(web, recorded):
    recorded.serve(web, log=False)
    run = history_server.read(web.url)
    (job,) = run.jobs
    assert (run.name, run.version, run.response_time_s, run.tasks) == ("wordcount", "3.5.1", 5.0, 4)
    assert (job.name, job.group, job.pool, job.submitted_s) == ("count at Main.scala:1", "sql-7", None, 1.0)
    assert [(s.id, s.parents, s.submitted_s, s.completed_s) for s in job.stages] == [
        (0, (), 1.01, 3.11),
        (1, (0,), 3.12, 4.21),
    ]
    assert job.stages[1].summary.parts_s["result"].tolist() == pytest.approx([0.0, 0.05])
    assert [e.id for e in run.executors] == ["1"]


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "no such thing"), (403, "does not let"), (500, "failed to answer (500"), (503, "503")],
)
def test_without_the_log_the_answers_are_read(web, recorded, status, words):
    recorded.serve(web, log=False)
    web.answer(f"{API}/logs", "Event logs are only available through the history server.", status)
    note = history_server.read(web.url).notes[0]
    assert words in note
    assert len(web.asked(f"{API}/logs")) == 1


@pytest.mark.parametrize("body", [b"PK\x05\x06" + bytes(18), b"PK and no more"])
def test_an_archive_of_no_use_is_replaced_by_the_answers(web, recorded, body):
    recorded.serve(web, log=False)
    web.answer(f"{API}/logs", body)
    assert "the event log cannot be had" in history_server.read(web.url).notes[0]


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        ("<html>sign in</html>", {"Content_Type": "text/html"}, "login page"),
        (b"PK", {"Content_Length": "1000"}, "breaks off"),
    ],
)
def test_a_download_that_fails_is_replaced_by_the_answers(web, recorded, body, headers, words):
    recorded.serve(web, log=False)
    web.answer(f"{API}/logs", body, **headers)
    run = history_server.read(web.url)
    assert words in run.notes[0]
    assert run.tasks_ended == 6


def test_credentials_that_are_wanted_end_it(web, recorded):
    recorded.serve(web, log=False)
    web.answer(f"{API}/logs", "", 401)
    with pytest.raises(UnreadableSource, match="who you are"):
        history_server.read(web.url)


def test_no_file_stays_behind(web, recorded, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    recorded.serve(web)
    history_server.read(web.url)
    web.answers[f"{API}/logs"].clear()
    web.answer(f"{API}/logs", recorded.log()[:-9])
    history_server.read(web.url)
    assert list(tmp_path.iterdir()) == []


def test_without_pages_parents_are_inferred_and_it_is_said(web, recorded):
    recorded.serve(web, pages=False)
    run = history_server.read(web.url, raw=False)
    assert [s.parents for s in run.stages] == [(), (0,)]
    assert run.stages[0].rdds == ((3, "", None, None),)
    assert any("shows no graphs" in note for note in run.notes)


def test_pages_of_a_running_application(web, recorded):
    recorded.serve(web, pages=False)
    web.answer("/jobs/job/", recorded.page)
    run = history_server.read(web.url, raw=False)
    assert run.stages[0].rdds[0][1] == "PairwiseRDD"


def test_long_task_lists_come_in_pages(web, recorded, monkeypatch):
    recorded.serve(web)
    monkeypatch.setattr(gather, "_TASKS", 1)
    run = history_server.read(web.url, raw=False)
    assert (run.tasks, run.tasks_ended) == (4, 6)
    assert len(web.asked(f"{API}/stages/0/0/taskList")) == 5


def test_what_the_server_no_longer_has_is_said(web, recorded):
    recorded.serve(web)
    job = json.loads(web.answers[f"{API}/jobs"][0][1])[0]
    web.answers[f"{API}/jobs"].clear()
    web.answer(f"{API}/jobs", [{**job, "jobId": 3, "stageIds": [0, 1, 9]}])
    web.answers[f"{API}/stages/1/0/taskList"].clear()
    web.answer(f"{API}/stages/1/0/taskList", recorded.tasks(1)[:1])
    missing = history_server.read(web.url, raw=False).missing
    for words in ("3 jobs", "1 stage:", "1 task:"):
        assert any(words in sentence for sentence in missing), words


def test_a_stage_or_all_of_the_application_is_gone_meanwhile(web, recorded):
    recorded.serve(web)
    web.answers[f"{API}/stages/1/0/taskList"].clear()
    run = history_server.read(web.url, raw=False)
    assert any("does not tell of 2 tasks" in sentence for sentence in run.missing)
    web.answers[API].clear()  # as while the server starts again
    with pytest.raises(SourceNotFound, match="knows no such thing"):
        history_server.read(web.url, raw=False)


def test_a_server_that_is_too_old(web, recorded):
    recorded.serve(web)
    old = [{k: v for k, v in row.items() if k not in ("duration", "status")} for row in recorded.tasks(0)]
    web.answers[f"{API}/stages/0/0/taskList"].clear()
    web.answer(f"{API}/stages/0/0/taskList", old)
    with pytest.raises(UnrecognisedSource, match=r"older than Spark 2\.3"):
        history_server.read(web.url, raw=False)


def test_a_running_application(web, recorded):
    recorded.serve(web)
    web.answers[API].clear()
    application = recorded.application()
    application["attempts"][0] |= {
        "completed": False,
        "endTimeEpoch": -1,
        "endTime": "1969-12-31T23:59:59.999GMT",
    }
    web.answers["/api/v1/applications"].clear()
    web.answer("/api/v1/applications", [application])
    stage = {**recorded.stage(1), "status": "ACTIVE"}
    del stage["completionTime"]
    web.answers[f"{API}/stages"].clear()
    web.answer(f"{API}/stages", [stage, recorded.stage(0)])
    running = {**recorded.tasks(1)[1], "status": "RUNNING"}
    web.answers[f"{API}/stages/1/0/taskList"].clear()
    web.answer(f"{API}/stages/1/0/taskList", [recorded.tasks(1)[0], running])
    run = history_server.read(web.url, raw=False)
    assert "the application end is not in the log; the last event stands for it" in run.missing
    assert (run.tasks_started, run.tasks_ended, run.stages[1].summary.succeeded) == (6, 5, 1)


def test_nothing_finished(web, recorded):
    recorded.serve(web)
    web.answers[f"{API}/jobs"].clear()
    web.answer(f"{API}/jobs", [])
    with pytest.raises(NoUsableRun, match="app-1: no job finished"):
        history_server.read(web.url, raw=False)
