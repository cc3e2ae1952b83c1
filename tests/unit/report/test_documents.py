"""JSON documents that scripts rely on."""

import json
from pathlib import Path

import pytest

from pertract import api, dsl
from pertract.report import documents
from pertract.simulate.document import prediction_document

VALID = Path(__file__).parents[3] / "dsl" / "valid"
ESTIMATE = {"mean", "std", "ci95", "interval90", "p50", "p95"}
PREDICTION = {
    "schema": None,
    "model": {"name", "digest", "runs", "completeness"},
    "configuration": {"nodes", "executors", "executor_cores", "slots", "data_bytes", "data_scale"},
    "response_time_s": ESTIMATE,
    "job_span_s": ESTIMATE,
    "cpu_utilisation": {"mean", "ci95", "interval90", "series"},
    "breakdown_s": {"driver", "scheduling", "slot_wait", "cpu", "gc", "drive", "network", "other", "skew"},
    "stages": None,
    "support": {"kind", "why"},
    "warnings": None,
    "provenance": {"tool", "version", "created", "replications", "seed", "sources"},
}
STAGE = {"id", "job", "name", "tasks", "start_s", "end_s", "task_s"}
SUMMARY = [
    "application",
    "framework",
    "framework_version",
    "jobs",
    "stages",
    "tasks",
    "response_time_s",
    "executors",
    "slots",
    "completeness",
]


@pytest.fixture(scope="module")
def model() -> dsl.PerformanceModel:
    return api.load(VALID / "minimal.yaml")


@pytest.fixture(scope="module")
def prediction(model) -> dict:
    return prediction_document(api.predict(model, replications=4, seed=3, executors=3, data_scale=2))


def test_a_prediction_has_the_agreed_keys(prediction):
    assert prediction["schema"] == "pertract/prediction/1"
    for key, inner in PREDICTION.items():
        assert key in prediction
        if inner:
            assert inner <= set(prediction[key])
    for stage in prediction["stages"]:
        assert set(stage) >= STAGE
        assert set(stage["task_s"]) == {"mean", "p95", "max"}


def test_a_prediction_survives_strict_json(prediction):
    assert json.loads(json.dumps(prediction, allow_nan=False)) == prediction


def test_a_prediction_tells_what_it_was_made_for(prediction):
    configuration = prediction["configuration"]
    assert configuration["executors"] == 3
    assert configuration["executor_cores"] == 2
    assert configuration["slots"] == 6
    assert configuration["data_scale"] == 2
    assert configuration["data_bytes"] == 2 * 1073741824
    assert not configuration["as_measured"]
    assert prediction["provenance"]["seed"] == 3
    assert prediction["provenance"]["replications"] == 4


def test_parts_of_the_response_time_add_up_to_its_mean(prediction):
    assert sum(prediction["breakdown_s"].values()) == pytest.approx(prediction["response_time_s"]["mean"])


def test_the_utilisation_over_time_has_the_mean_utilisation(model):
    document = prediction_document(api.predict(model, replications=1))
    times, values = zip(*document["cpu_utilisation"]["series"], strict=True)
    assert times[-1] == pytest.approx(document["response_time_s"]["mean"])
    assert sum(values) / len(values) == pytest.approx(document["cpu_utilisation"]["mean"])


def test_a_summary_begins_with_the_agreed_keys(model):
    assert [key for key in documents.summary(model) if key in SUMMARY] == SUMMARY


def test_a_summary_without_a_run_counts_what_the_model_holds(model):
    summary = documents.summary(model)
    assert (summary["jobs"], summary["stages"], summary["tasks"]) == (1, 2, 12)
    assert (summary["executors"], summary["slots"]) == (2, 4)
    assert summary["response_time_s"] is None


def test_a_summary_with_a_run_tells_what_was_measured(model):
    run = dsl.Run(
        application_id="app-1",
        source="log",
        digest="d",
        jobs=7,
        stages=8,
        tasks=9,
        response_time_s=12.5,
        job_span_s=10.0,
        executors=5,
        slots=6,
    )
    summary = documents.summary(model.model_copy(update={"runs": (run,)}))
    assert [summary[key] for key in ("jobs", "stages", "tasks", "executors", "slots")] == [7, 8, 9, 5, 6]
    assert summary["response_time_s"] == 12.5
    assert summary["application_id"] == "app-1"


def test_a_model_document_is_the_model_after_its_summary(model):
    document = documents.model_document(model)
    assert next(iter(document)) == "summary"
    del document["summary"]
    assert document["schema"] == "pertract/model/1"
    assert dsl.PerformanceModel.model_validate(document) == model
