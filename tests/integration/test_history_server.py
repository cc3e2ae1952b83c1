"""A real History Server: its event logs and its REST API give the same model."""

from pathlib import Path

import pytest

from pertract.errors import SourceNotFound, UsageError
from pertract.extract import build_model
from pertract.simulate import replay
from pertract.sources import history_server, spark

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

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def server(start_history_server):
    """Return the address of a server over all logs at hand."""
    return start_history_server(list(LOGS))


def content(model):
    """Return what a model says about the run, and not about where it was read.

    Tasks that were launched or took equally long may stand in another order: the log has them in the
    order in which they ended, which the API tells to the millisecond only.
    """
    said = model.model_dump(exclude={"completeness"})
    del said["runs"][0]["digest"]
    for stage in said["profiles"]["stages"]:
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
    assert replay(models[0]) == pytest.approx(replay(models[1]), rel=1e-6)
    assert (from_log.tasks_started, from_log.tasks_ended) == (
        from_answers.tasks_started,
        from_answers.tasks_ended,
    )


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
