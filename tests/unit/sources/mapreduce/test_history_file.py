from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pertract.errors import SourceError, UnreadableSource, UnrecognisedSource
from pertract.sources import mapreduce
from pertract.sources.mapreduce.history_file import read_history

from .conftest import JOB, SUBMIT, as_binary, as_json, attempt, job, usual

REAL = Path(__file__).resolve().parents[3] / "data" / "mapreduce"


def test_a_history_file_tells_of_the_job(history):
    run = read_history(history, "x.jhist")
    assert (run.id, run.name, run.user, run.queue) == (JOB, "word count", "someone", "root.default")
    assert (run.state, run.maps, run.reduces) == ("SUCCEEDED", 4, 1)
    assert (run.master_s, run.launched_s, run.finish_s) == (1.0, 2.0, 18.5)
    assert run.submitted_ms == SUBMIT
    assert run.missing == ()


def test_a_history_file_tells_of_every_attempt(history):
    run = read_history(history, "x.jhist")
    assert [a.kind for a in run.attempts] == ["map"] * 4 + ["reduce"]
    last = run.attempts[-1]
    assert (last.start_s, last.shuffle_finish_s, last.sort_finish_s, last.finish_s) == (9.5, 15.0, 15.5, 18.0)
    assert (last.host, last.rack, last.locality) == ("host-1", "/rack", "NODE_LOCAL")
    assert last.counters == {"CPU_MILLISECONDS": 1500}


@pytest.mark.parametrize("number", [5, 6])
def test_what_a_real_hadoop_wrote(number):
    """Job 5 is binary, job 6 JSON; the figures are those of the History Server."""
    run = mapreduce.read(mapreduce.find(REAL / f"job_1795302742954_000{number}.jhist.gz"))
    assert (run.state, run.maps, run.reduces, len(run.of_kind("reduce"))) == ("SUCCEEDED", 4, 2, 2)
    assert run.finish_s == {5: 30.885, 6: 29.835}[number]
    assert sum(a.counters["MAP_INPUT_RECORDS"] for a in run.of_kind("map")) == 60000
    assert run.properties["mapreduce.map.memory.mb"] == "512"
    assert run.missing == ()


def test_the_end_may_be_missing():
    whole = as_json(usual())
    run = read_history(whole[: whole.index(b'{"type": "JOB_FINISHED')], "x.jhist")
    assert run.finish_s == 18.0
    assert run.missing == ("the end of the job is missing; it counts as the end of its last task",)


def test_a_damaged_line_costs_one_event():
    broken = as_json(usual()).replace(b'"trackerName": "host-0"', b'"trackerName": "host-0":80', 1)
    run = read_history(broken, "x.jhist")
    assert run.malformed == 1
    assert len(run.attempts) == 3 + 1
    assert any("damaged or cut" in sentence for sentence in run.missing)


def test_an_attempt_without_a_start_starts_with_its_task():
    events = job(attempt("MAP", 0, 3000, 8000), maps=1, reduces=0, end=9000)
    task = {"taskid": events[3][2]["taskid"], "taskType": "MAP", "startTime": SUBMIT + 2500}
    events[3] = ("TASK_STARTED", "TaskStarted", task)
    run = read_history(as_json(events), "x.jhist")
    assert run.attempts[0].start_s == 2.5
    assert "counts as that of their tasks" in run.missing[0]


def test_an_attempt_that_never_had_a_container_is_left_out():
    events = job(
        attempt("MAP", 0, 3000, 8000),
        attempt("MAP", 1, 0, 4000, state="KILLED")[1:],
        maps=1,
        reduces=0,
        end=9000,
    )
    run = read_history(as_json(events), "x.jhist")
    assert len(run.attempts) == 1
    assert run.missing == ()


def test_a_binary_file_without_a_schema_cannot_be_read():
    whole = as_binary(usual())
    with pytest.raises(UnreadableSource, match="schema in line 2 is damaged"):
        read_history(whole.replace(b'{"type"', b'{"typ', 1), "x.jhist")


def test_something_else_is_no_history_file():
    with pytest.raises(UnrecognisedSource, match="not a job history file"):
        read_history(b"<html></html>", "x.jhist")


def test_a_comment_may_stand_before_it():
    commented = b"<!--\n Licensed \n-->\n" + as_json(usual())
    assert read_history(commented, "x.jhist").maps == 4


def test_the_configuration_lies_beside_it(tmp_path):
    path = tmp_path / f"{JOB}-{SUBMIT}-someone-name-1-4-1-SUCCEEDED-default.jhist"
    path.write_bytes(gzip.compress(as_json(usual())))
    run = mapreduce.read(mapreduce.find(path))
    assert "no job configuration" in run.notes[0]
    (tmp_path / f"{JOB}_conf.xml").write_text(
        "<configuration><property><name>mapreduce.job.reduces</name><value>1</value></property>"
        "<property><name>fs.s3a.secret.key</name><value>hidden</value></property></configuration>"
    )
    assert mapreduce.read(mapreduce.find(path)).properties == {"mapreduce.job.reduces": "1"}
    (tmp_path / f"{JOB}_conf.xml").write_text("<configuration><property>")
    cut = mapreduce.read(mapreduce.find(path))
    assert cut.properties == {}
    assert "not a whole XML document" in cut.missing[0]


def test_several_jobs_need_a_name(tmp_path):
    for number in (7, 8):
        text = as_json(usual()).replace(b"_0007", b"_000%d" % number)
        (tmp_path / f"job_1700000000000_000{number}-x.jhist").write_bytes(text)
    files = mapreduce.find(tmp_path)
    with pytest.raises(SourceError, match="there are 2 jobs"):
        mapreduce.read(files)
    assert mapreduce.read(files, application="application_1700000000000_8").id.endswith("_0008")
    with pytest.raises(SourceError, match="no job job_1_0001"):
        mapreduce.read(files, application="job_1_0001")


def test_counters_of_the_program_do_not_count():
    events = as_json(usual()).replace(b"mapreduce.TaskCounter", b"example.Words")
    assert read_history(events, "x.jhist").attempts[0].counters == {}
