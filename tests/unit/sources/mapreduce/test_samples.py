"""Real traces, old logs and answers parse to their figures, or are refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from pertract.errors import SourceError
from pertract.sources import mapreduce

DATA = Path(__file__).resolve().parents[4].parent / "shared" / "data" / "yarn"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no samples at {DATA}")


def jobs(name: str) -> list[mapreduce.MapReduceRun]:
    return list(mapreduce.read_all(mapreduce.find(DATA / name)))


def test_nineteen_jobs_of_a_rumen_trace():
    found = jobs("rumen/19-jobs.trace.json.gz")
    assert len(found) == 19
    assert sum(run.maps for run in found) == 8573
    assert sum(run.state == "FAILED" for run in found) == 5


@pytest.mark.parametrize(
    ("name", "count", "maps", "reduces"),
    [
        ("rumen/wordcount.json", 1, 3, 1),
        ("rumen/wordcount.json.gz", 1, 3, 1),
        ("rumen/compression_case1_trace.json.gz", 2, 21, 112),
        ("rumen/trace_1m.json.gz", 5, 42, 5),
        ("rumen/folder-input-trace.json.gz", 59, 787, 321),
        ("rumen/v20-single-input-log.gz", 1, 20, 1),
        ("rumen/sample-job-tracker-logs.gz", 4, 155, 50),
        ("sls/2jobs2min-rumen-jh.json", 2, 192, 0),
        ("sls/inputsls.json", 2, 5, 0),
    ],
)
def test_traces_hold_their_tasks(name, count, maps, reduces):
    found = jobs(name)
    assert (len(found), sum(r.maps for r in found), sum(r.reduces for r in found)) == (count, maps, reduces)


def test_an_old_log_and_the_trace_of_it_say_the_same():
    (log,) = (run for run in jobs("rumen/sample-job-tracker-logs.gz") if run.id.endswith("_0004"))
    (trace,) = (run for run in jobs("rumen/job-tracker-logs-trace-output.gz") if run.id.endswith("_0004"))
    assert log.finish_s == trace.finish_s
    times = [[(a.start_s, a.finish_s, a.kind) for a in run.attempts] for run in (log, trace)]
    assert sorted(times[0]) == sorted(times[1])


def test_sums_of_progress_twelfths_are_the_cpu_time():
    run = jobs("sls/2jobs2min-rumen-jh.json")[0]
    (first,) = (a for a in run.attempts if a.id.endswith("_m_000000_0"))
    assert first.counters["CPU_MILLISECONDS"] == 14300


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("rumen/19-jobs.topology.json.gz", "a network topology"),
        ("rumen/input-topology.json", "a network topology"),
        ("rumen/sample-conf.file.xml", "a job configuration"),
        ("sls/nodes.json", "a list of nodes"),
        ("sls/syn.json", "load generator"),
        ("sls/syn_generic.json", "load generator"),
    ],
)
def test_what_names_no_job_is_refused(name, why):
    with pytest.raises(SourceError, match=why) as caught:
        mapreduce.find(DATA / name)
    assert caught.value.hint
    assert caught.value.exit_code == 3


def test_answers_as_xml_and_json_say_the_same():
    files = mapreduce.find(DATA / "rest_docs" / "jhs")
    runs = []
    for suffix in (".json", ".xml"):
        (run,) = (
            run
            for run in mapreduce.read_all([f for f in files if f.place.name.endswith(suffix)])
            if run.id == "job_1326381300833_0002"
        )
        runs.append(run)
    assert runs[0].attempts == runs[1].attempts
    assert runs[0].attempts[0].counters["SPILLED_RECORDS"] == 0


def test_answers_about_a_running_job():
    (run,) = jobs("rest_cluster_a")
    assert (run.id, run.state, run.maps, run.reduces) == ("job_1479206441898_30784", "RUNNING", 161, 72)
