"""A real History Server: its event logs and its REST API give the same model."""

import base64
import hmac
import sys
from pathlib import Path

import pytest

from pertract.errors import NoUsableRun, SourceNotFound, UnreadableSource, UsageError
from pertract.extract import build_model
from pertract.simulate import replay
from pertract.sources import history_server, spark
from pertract.sources.history_server.answers import Application

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared/data"
PUBLIC = SHARED / "spark-eventlogs/public"
RAPIDS = PUBLIC / "spark-rapids-tools/spark-events-qualification"
LOGS = {
    path: application
    for path, application in [
        (ROOT / "examples/randomforest.zstd", "app-20261121025243-0018"),
        (PUBLIC / "apache-spark/spark-events/local-1422981759269", "local-1422981759269"),  # Spark 1.2
        (PUBLIC / "apache-spark/spark-events/local-1430917381534", "local-1430917381534"),  # 1.4
        (PUBLIC / "apache-spark/spark-events/app-20161115172038-0000", "app-20161115172038-0000"),  # 2.1
        (
            PUBLIC / "apache-spark/spark-events/application_1553914137147_0018",
            "application_1553914137147_0018",
        ),
        (RAPIDS / "multiple_attempts/attempt_1_eventlog.zstd", "application_1724877841851_0016"),  # 3.3
        (RAPIDS / "multiple_attempts/attempt_3_eventlog.zstd", "application_1724877841851_0016"),
        (
            SHARED / "spark-runs/sleep/eventlogs/app-20261121021733-0050.zstd",
            "app-20261121021733-0050",
        ),  # 4.3
    ]
    if path.is_file()
}
APPLICATIONS = sorted(set(LOGS.values()))
EXAMPLE = LOGS[ROOT / "examples/randomforest.zstd"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def server(start_history_server):
    """Return the address of a server over all logs at hand."""
    return start_history_server(list(LOGS))


def content(model):
    """Return what a model says about the run, and not about where it was read.

    Tasks that were launched or took equally long may stand in another order: the log has them in the
    order in which they ended, which the API tells to the millisecond only. It does not tell which tables
    stages read, which stages cached data, and nothing of streams.
    """
    said = model.model_dump(exclude={"completeness", "workload"})
    for key in ("digest", "data_bytes"):
        del said["runs"][0][key]
    for node in said["execution"]["nodes"]:
        node.pop("batch", None)
        for inner in node.get("nodes", ()):
            for key in ("reads", "locality", "cached_on"):
                inner.pop(key, None)
    for group in said["execution"]["configuration"]["executors"]:
        group.pop("node")
    for stage in said["profiles"]["stages"]:
        stage.pop("usable_slots_ratio")  # waits for cached data, where their place is unknown
        stage["launch_order"] = sorted(stage["launch_order"])
        columns = [stage.pop("weights"), *(demand.pop("spread") for demand in stage["demands"])]
        stage["tasks"] = sorted(zip(*columns, strict=True))
    return said


@pytest.mark.parametrize("application", APPLICATIONS)
def test_both_roads_give_the_same_model(server, application):
    from_log = history_server.read(server, application)
    from_answers = history_server.read(server, application, raw=False)
    assert "event log" in from_log.notes[0]
    assert "REST API" in from_answers.notes[0]
    models = [build_model(run, source=application) for run in (from_log, from_answers)]
    assert content(models[0]) == content(models[1])
    # Waits for cached data are simulated from the log, and kept as measured from the answers.
    assert replay(models[0]) == pytest.approx(replay(models[1]), rel=0.08)
    assert (from_log.tasks_started, from_log.tasks_ended) == (
        from_answers.tasks_started,
        from_answers.tasks_ended,
    )


def _collection():
    """Yield every event log at hand, also those that no server reads."""
    folders = [path for path in SHARED.rglob("eventlog_v2_*") if path.is_dir()]
    yield from folders
    for place in ("spark-eventlogs/public", "spark-runs"):
        for path in (SHARED / place).rglob("*"):
            other = path.suffix in (".csv", ".md", ".py") or path.name == "NOTICE"
            if path.is_file() and not other and not any(parent in folders for parent in path.parents):
                yield path


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="needs the collection of logs")
def test_both_roads_on_the_whole_collection(start_history_server):
    """Measures what docs/history-server.md tells; shown with ``pytest -rP``."""
    url = start_history_server(list(_collection()), expected=100)
    with history_server.Server(url) as server:
        there = [
            (a.id, t.attempt_id) for a in server.get("applications", list[Application]) for t in a.attempts
        ]
    same, apart, refused = 0, {}, 0
    for application, attempt in there:
        models = []
        for raw in (True, False):
            try:
                run = history_server.read(url, application, attempt, raw=raw)
                models.append(build_model(run, source=application))
            except NoUsableRun:
                models.append(None)
        if None in models:
            assert models == [None, None], application
            refused += 1
        elif content(models[0]) == content(models[1]):
            same += 1
        else:
            from_log, from_answers = (replay(model)[0] for model in models)
            apart[application, attempt] = from_answers / from_log - 1
    sys.stdout.write(
        f"{same} the same; {refused} refused both ways; {len(apart)} apart, replays by {apart}\n"
    )
    assert same > 4 * len(apart)
    assert max(map(abs, apart.values())) < 0.02


def test_the_log_that_is_handed_out_is_the_log(server):
    path = ROOT / "examples/randomforest.zstd"
    there, here = history_server.read(server, LOGS[path]), spark.read(spark.find(path))
    assert there.digest == here.digest
    assert there.notes[1:] == here.notes


def test_pages_and_answers_without_the_log(start_history_server):
    path = ROOT / "examples/randomforest.zstd"
    few = start_history_server([path], spark__ui__retainedTasks="5", spark__ui__retainedStages="10")
    run = history_server.read(f"{few}/history/{LOGS[path]}/jobs/", raw=False)
    assert any("spark.ui.retainedStages" in sentence for sentence in run.missing)
    assert build_model(run, source="few").execution.nodes


@pytest.mark.skipif(
    "application_1724877841851_0016" not in APPLICATIONS, reason="needs the collection of logs"
)
def test_attempts(server):
    last = history_server.read(server, "application_1724877841851_0016")
    first = history_server.read(server, "application_1724877841851_0016", "1")
    assert "this is attempt 3; there is also attempt 1" in last.notes
    assert first.response_time_s != last.response_time_s


def test_an_application_must_be_named_and_there(server):
    with pytest.raises(SourceNotFound, match="no application app-0"):
        history_server.read(server, "app-0")
    if len(APPLICATIONS) > 1:
        with pytest.raises(UsageError, match="applications, such as"):
            history_server.read(server)


def test_probing(server):
    with history_server.probe(server + "/") as found:
        assert str(found) == server
    assert history_server.probe(f"{server}/static/spark-logo-77x50px-hd.png") is None


@pytest.mark.parametrize(
    "logs",
    [
        (403, b"no"),
        (404, b"no"),
        (500, b"no"),
        (503, b"no"),
        (200, b"<html>sign in</html>", "text/html"),
        (200, b"PK\x05\x06" + bytes(18)),
        (200, b"PK and no more"),
    ],
    ids=["403", "404", "500", "503", "page", "empty", "truncated"],
)
def test_behind_a_proxy_that_keeps_the_log_back(server, reverse_proxy, logs):
    gate = reverse_proxy(server, logs=logs)
    run = history_server.read(f"{gate}/history/{EXAMPLE}/jobs/")
    assert "the event log cannot be had" in run.notes[0]
    here = history_server.read(server, EXAMPLE)
    assert content(build_model(run, source="x")) == content(build_model(here, source="x"))


def test_behind_a_path_prefix(start_history_server, reverse_proxy):
    behind = start_history_server([ROOT / "examples/randomforest.zstd"], spark__ui__proxyBase="/spark")
    gate = reverse_proxy(behind)
    with history_server.probe(gate) as found:
        assert str(found) == gate
        from_log = history_server.read(found)
    from_answers = history_server.read(gate, raw=False)
    assert "event log" in from_log.notes[0]
    assert content(build_model(from_log, source="x")) == content(build_model(from_answers, source="x"))


def test_signing_in_with_a_token(start_history_server, spark_major, monkeypatch):
    if spark_major < 4:
        pytest.skip("Spark checks tokens since 4.0")
    key = b"k" * 32
    signed = b".".join(map(_base64, (b'{"alg":"HS256","typ":"JWT"}', b'{"user":"me"}')))
    token = b".".join([signed, _base64(hmac.digest(key, signed, "sha256"))]).decode()
    guard = "org.apache.spark.ui.JWSFilter"
    server = start_history_server(
        [ROOT / "examples/randomforest.zstd"],
        token=token,
        spark__ui__filters=guard,
        **{f"spark.{guard}.param.secretKey": base64.urlsafe_b64encode(key).decode()},
    )
    for refused in ("", token + "x"):
        monkeypatch.setenv("PERTRACT_TOKEN", refused)
        with pytest.raises(UnreadableSource, match=r"does not let you read this \(403\)"):
            history_server.read(server, EXAMPLE)
    monkeypatch.setenv("PERTRACT_TOKEN", token)
    for raw in (True, False):
        assert token not in str(build_model(history_server.read(server, EXAMPLE, raw=raw), source="x"))


def _base64(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=")
