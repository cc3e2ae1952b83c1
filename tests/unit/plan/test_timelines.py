"""Timelines of the points of a plan."""

from __future__ import annotations

from pathlib import Path

import pytest

import pertract
from pertract import plan
from pertract.plan import timelines as module

MODEL = pertract.load(Path(__file__).parents[3] / "dsl" / "valid" / "minimal.yaml")


def study(tmp_path, **question):
    return pertract.what_if(MODEL, replications=5, timelines=True, cache=tmp_path, **question)


def test_every_point_has_the_timeline_of_its_median_replication(tmp_path) -> None:
    result = study(tmp_path, executors=[1, 2, 3])
    document = plan.what_if_document(result)
    for point in document["points"]:
        assert point["timeline"]["response_time_s"] == sorted(point["replications_s"])[2]
    assert document["calibration"]["configuration"]["as_measured"]
    assert document["calibration"]["timeline"]["rows"]


def test_timelines_are_known_the_second_time_and_change_no_prediction(tmp_path) -> None:
    without = pertract.what_if(MODEL, replications=5, executors=[1, 2], cache=tmp_path)
    first, second = study(tmp_path, executors=[1, 2]), study(tmp_path, executors=[1, 2])
    assert [point.prediction["response_time_s"] for point in first.points] == [
        point.prediction["response_time_s"] for point in without.points
    ]
    assert first.simulated == 3  # one replication again for each, also for the calibration run
    assert second.simulated == 0
    assert second.timelines == first.timelines
    assert without.timelines is None
    assert plan.what_if_document(without)["calibration"] is None


def test_of_too_many_points_those_that_decisions_name_come_first(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_TIMELINES", 2)
    result = study(tmp_path, executors=[1, 2, 3, 4])
    (decision,) = result.decisions
    assert len(result.timelines.of) == 2
    assert decision.recommended.point in result.timelines.of


def test_points_that_cannot_be_simulated_have_none(tmp_path) -> None:
    result = study(tmp_path, settings={"spark.task.cpus": ["1", "50"]})
    assert set(result.timelines.of) == {0}


@pytest.mark.parametrize("jobs", [1, 2])
def test_processes_change_nothing(tmp_path, jobs, monkeypatch) -> None:
    monkeypatch.setattr("pertract.plan.sweep.FEW_TASKS", 0)
    options = {"replications": 2, "executors": [1, 2], "timelines": True, "jobs": jobs}
    result = pertract.what_if(MODEL, cache=False, **options)
    assert set(result.timelines.of) == {0, 1}
    assert [len(result.timelines.of[number]["tasks"]) for number in (0, 1)] == [10, 12]
