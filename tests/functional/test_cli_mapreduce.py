"""MapReduce on the command line: from a job history to answers, and to Hadoop's scheduler simulator."""

from __future__ import annotations

import http.server
import json
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pertract.cli import app

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data" / "mapreduce"
JOB = "job_1795302742954_0005"
HISTORY = DATA / f"{JOB}.jhist.gz"


def run(*arguments: object, code: int = 0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def model(tmp_path) -> Path:
    path = tmp_path / "model.yaml"
    run("extract", HISTORY, "-o", path)
    return path


def test_a_job_history_becomes_a_model_that_predicts(model):
    measured = json.loads(run("predict", model, "--format", "json").output)
    assert measured["response_time_s"]["mean"] == pytest.approx(30.885, rel=0.01)
    assert [stage["tasks"] for stage in measured["stages"]] == [4, 2]
    more = run("predict", model, "--data-scale", 2, "--set", "mapreduce.job.reduces=3", "--format", "json")
    assert [stage["tasks"] for stage in json.loads(more.output)["stages"]] == [8, 3]


@pytest.mark.parametrize("view", ["--profiles", "--graph", "--resources", "--workload"])
def test_every_view_shows_the_phases(model, view):
    assert run("show", model, view).output


def test_pages_and_exports_know_slow_start(model, tmp_path):
    run("predict", model, "--report", tmp_path / "page.html", "--replications", 2)
    assert "slow start" in run("export", "pcm", model, "-o", tmp_path / "pcm").output
    for kind in ("json", "emfjson", "xmi"):
        run("convert", model, "--to", kind, "-o", tmp_path / f"model-{kind}")


def test_several_runs_make_one_model(tmp_path):
    other = DATA / "job_1795302742954_0006.jhist.gz"
    run("extract", HISTORY, other, "-o", tmp_path / "several.yaml")
    run("predict", tmp_path / "several.yaml", "--executors", 8)
    table = tmp_path / "measured.csv"
    table.write_text(f"log\n{other}\n")
    run("validate", tmp_path / "several.yaml", "--runs", table)


def test_settings_of_spark_have_no_effect(model):
    result = run("predict", model, "--set", "spark.task.cpus=2", code=2)
    assert "no effect on an application of MapReduce" in result.output


def test_a_model_of_every_job_of_a_folder(tmp_path):
    result = run("extract", DATA, "-o", f"{tmp_path}/models/", "--format", "json")
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [
        "job_1795302742954_0005.yaml",
        "job_1795302742954_0006.yaml",
    ]
    assert "replay_error" in result.output


def test_one_job_of_a_folder(tmp_path):
    refused = run("extract", DATA, "-o", tmp_path / "m.yaml", code=3)
    assert "there are 2 jobs" in refused.output
    run("extract", DATA, "--app", JOB.replace("job", "application"), "-o", tmp_path / "m.yaml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<html><body>Log in</body></html>", "an HTML page"),
        ('{"rack": "a", "nodes": []}', "a list of nodes"),
        ('{"name": "<root>", "children": []}', "a network topology"),
        ('{"jobID": "job_1_1", "mapTasks": [', "damaged or cut inside its first job"),
        ('{"jobs": {"job": []}}', "about no job"),
        ("<jobs><job>", "cut or damaged"),
        ("Avro-Json\n{}\n", "names no job"),
        ("<configuration></configuration>", "a job configuration"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, content, said):
    path = tmp_path / "input"
    path.write_text(content)
    result = run("extract", path, "-o", tmp_path / "m.yaml", code=3)
    lines = result.output.strip().splitlines()
    assert lines[0].startswith("error: ")
    assert said in lines[0]
    assert len(lines) == 2


def test_a_trace_for_the_scheduler_simulator(model, tmp_path):
    out = tmp_path / "sls"
    run("export", "sls", model, "-o", out)
    job = json.loads((out / "sls-jobs.json").read_text())
    kinds = [task["container.type"] for task in job["job.tasks"]]
    assert (kinds.count("map"), kinds.count("reduce")) == (4, 2)
    assert {task["container.priority"] for task in job["job.tasks"]} == {"10", "20"}
    assert {task["container.memory-mb"] for task in job["job.tasks"]} == {"512"}  # text: Hadoop casts it
    assert job["job.id"] == JOB
    nodes = json.loads((out / "sls-nodes.json").read_text())
    hosts = {f"/{nodes['rack']}/{node['node']}" for node in nodes["nodes"]}
    assert {task["container.host"] for task in job["job.tasks"]} <= hosts
    run("extract", out / "sls-jobs.json", "-o", tmp_path / "again.yaml")


def test_executors_of_spark_are_containers_of_the_simulator(tmp_path):
    path = tmp_path / "spark.yaml"
    run("extract", ROOT / "examples" / "randomforest.zstd", "-o", path)
    out = tmp_path / "sls"
    result = json.loads(run("export", "sls", path, "-o", out, "--executors", 3, "--format", "json").output)
    assert result["containers"] == 3
    ends = [
        int(task["container.end.ms"]) for task in json.loads((out / "sls-jobs.json").read_text())["job.tasks"]
    ]
    assert ends == [round(result["response_time_s"] * 1000)] * 3


# -- History Server --------------------------------------------------------------------------------

ATTEMPT = "attempt_1795302742954_0005_m_000000_0"
TASK = "task_1795302742954_0005_m_000000"
ANSWERS = {
    "info": {"historyInfo": {"startedOn": 1}},
    "mapreduce/jobs": {"jobs": {"job": [{"id": JOB, "state": "SUCCEEDED"}]}},
    f"mapreduce/jobs/{JOB}": {
        "job": {
            "id": JOB,
            "name": "word count",
            "user": "analyst",
            "state": "SUCCEEDED",
            "submitTime": 1_000_000,
            "startTime": 1_005_000,
            "finishTime": 1_020_000,
            "mapsTotal": 1,
            "reducesTotal": 0,
        }
    },
    f"mapreduce/jobs/{JOB}/tasks": {"tasks": {"task": [{"id": TASK, "type": "MAP"}]}},
    f"mapreduce/jobs/{JOB}/tasks/{TASK}/attempts": {
        "taskAttempts": {
            "taskAttempt": [
                {
                    "id": ATTEMPT,
                    "type": "MAP",
                    "state": "SUCCEEDED",
                    "startTime": 1_007_000,
                    "finishTime": 1_019_000,
                    "nodeHttpAddress": "host:8042",
                }
            ]
        }
    },
    f"mapreduce/jobs/{JOB}/tasks/{TASK}/attempts/{ATTEMPT}/counters": {
        "jobTaskAttemptCounters": {
            "id": ATTEMPT,
            "taskAttemptCounterGroup": [
                {
                    "counterGroupName": "org.apache.hadoop.mapreduce.TaskCounter",
                    "counter": [{"name": "CPU_MILLISECONDS", "value": 9000}],
                }
            ],
        }
    },
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = ANSWERS.get(self.path.removeprefix("/ws/v1/history/"))
        body = json.dumps(found).encode()
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()
    found.server_close()


@pytest.mark.parametrize(
    "path", ["", "/jobhistory", f"/jobhistory/job/{JOB}", "/ws/v1/history/mapreduce/jobs"]
)
def test_a_history_server_is_asked(server, path, tmp_path):
    run("extract", server + path, "-o", tmp_path / "m.yaml")
    found = json.loads(run("show", tmp_path / "m.yaml", "--format", "json").output)["summary"]
    assert (found["framework"], found["tasks"], found["response_time_s"]) == ("MapReduce", 1, 20.0)


def test_a_model_of_every_job_of_a_server(server, tmp_path):
    run("extract", server, "-o", f"{tmp_path}/models/")
    assert [path.name for path in (tmp_path / "models").iterdir()] == [f"{JOB}.yaml"]


def test_a_job_that_the_server_does_not_know(server, tmp_path):
    result = run("extract", server, "--app", "job_1_0001", "-o", tmp_path / "m.yaml", code=3)
    assert "404" in result.output
