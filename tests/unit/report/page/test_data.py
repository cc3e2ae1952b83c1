"""The data of a page: columns of numbers, and as many details as there is room for."""

from __future__ import annotations

import json

import pytest

from pertract.report.page import prediction_page, what_if_page
from pertract.report.page.data import page_data, short
from pertract.report.page.detail import LEVELS, MOST_STAGES, details
from pertract.report.page.planner import MOST_BYTES

from .pages import Elements, plan, small

ROOM = 10**7


@pytest.fixture(scope="module")
def model():
    return small()


@pytest.fixture(scope="module")
def document(model):
    return plan(model)


@pytest.fixture(scope="module")
def data(model, document):
    return page_data(model, document, room_bytes=ROOM)


def test_columns_hold_what_the_document_says(document, data) -> None:
    columns, points = data["columns"], document["points"]
    assert {len(column) for column in columns.values()} == {len(points)} == {6}
    for row, point in enumerate(points):
        assert columns["point"][row] == point["point"]
        assert columns["slots"][row] == point["configuration"]["slots"]
        assert columns["response_time_s"][row] == pytest.approx(point["response_time_s"]["mean"], rel=1e-4)
        low, high = point["cpu_utilisation"]["interval90"]
        assert columns["cpu_utilisation_low"][row] == pytest.approx(low, rel=1e-4)
        assert columns["cpu_utilisation_high"][row] == pytest.approx(high, rel=1e-4)
        assert columns["cost"][row] == pytest.approx(point["cost"]["mean"], rel=1e-4)
        parts = sum(columns[f"breakdown_{part}_s"][row] for part, _ in data["parts"])
        assert parts == pytest.approx(point["response_time_s"]["mean"], rel=1e-3)
        assert [data["texts"][number] for number in columns["why"][row]] == point["support"]["why"]


def test_every_point_has_its_place_on_the_axes(document, data) -> None:
    names = [axis["name"] for axis in data["axes"]]
    assert names == ["executors", "data_scale"]
    for place, point in zip(data["places"], document["points"], strict=True):
        for axis, position in zip(data["axes"], place, strict=True):
            assert axis["numbers"][position] == point["asked"][axis["name"]]


def test_values_that_a_search_has_left_out_are_on_no_axis(model, document) -> None:
    best = document["best"] | {"workloads": []}
    left = {"points": document["points"][2:], "best": best}
    found = page_data(model, document | left, room_bytes=ROOM)
    assert found["axes"][0]["numbers"] == [2, 4]
    assert found["places"] == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_the_calibration_run_is_there_with_its_place(model, data) -> None:
    (run,) = data["measured"]
    assert run["response_time_s"] == short(model.runs[0].response_time_s)
    assert run["at"] == [model.runs[0].executors, 1]
    assert data["calibration"]["response_time_s"][0] == pytest.approx(run["response_time_s"], rel=0.05)


def test_refused_points_keep_their_row_and_say_why(model) -> None:
    document = plan(model, executors=[1, 2], settings={"spark.task.cpus": ["1", "50"]}, data_scale=1.0)
    columns = page_data(model, document, room_bytes=ROOM)["columns"]
    assert [error is None for error in columns["error"]] == [True, False, True, False]
    assert columns["response_time_s"][1] is None
    text = what_if_page(model, document)
    assert "Cannot be simulated" in text


def test_details_repeat_the_stages_of_the_prediction(document, data) -> None:
    for row, point in enumerate(document["points"]):
        detail = data["detail"][str(row)]
        assert [data["stages"]["id"][number] for number in detail["name"]] == [
            s["id"] for s in point["stages"]
        ]
        assert detail["end_s"] == pytest.approx([s["end_s"] for s in point["stages"]], rel=1e-3)
        assert detail["tasks"] == [s["tasks"] for s in point["stages"]]
        busy = point["timeline"]["busy"]
        letters = detail["timeline"]["busy"]
        for shares, row_letters in zip(busy, letters, strict=True):
            told = [LEVELS.index(letter) / (len(LEVELS) - 1) for letter in row_letters]
            assert told == pytest.approx(shares, abs=1 / len(LEVELS))
            assert [value == 0 for value in told] == [share == 0 for share in shares]


def _point(number: int, stages: int, tasks: int = 0) -> dict:
    return {
        "point": number,
        "error": None,
        "stages": [
            {
                "id": f"stage-{i}",
                "job": "job-0",
                "name": "collect at Main.scala:12",
                "tasks": 2,
                "start_s": float(i),
                "end_s": i + 1.5,
                "task_s": {"mean": 1.0, "p95": 1.2, "max": 1.5},
                "critical_s": 1.5 if i % 2 else 0.0,
            }
            for i in range(stages)
        ],
        "cpu_utilisation": {"series": [[1.0, 0.5], [2.0, 0.25]]},
        "timeline": {
            "response_time_s": 100.0,
            "rows": [{"first": 0, "last": 3, "slots": 8}],
            "busy": [[0.0, 0.001, 0.5, 1.0]],
            "tasks": [[i % max(stages, 1), 0, i / 10, i / 10 + 0.05] for i in range(tasks)],
        },
    }


def test_of_many_stages_those_on_the_critical_path_are_kept() -> None:
    found = details([_point(0, 300)], [0], [], room_bytes=ROOM)["detail"]["0"]
    assert len(found["start_s"]) == MOST_STAGES
    assert set(found["critical_s"]) == {1.5}
    assert found["others"]["stages"] == 300 - MOST_STAGES
    assert found["others"]["tasks"] == 2 * (300 - MOST_STAGES)
    spans = found["others"]["spans_s"]
    assert spans[0][0] == 0
    assert spans[-1][1] == pytest.approx(299.5, abs=2)


def test_tasks_go_first_where_room_is_short_and_then_the_points_that_matter_least() -> None:
    points = [_point(number, 20, tasks=200) for number in range(10)]
    numbers = list(range(10))
    everything = details(points, numbers, [], room_bytes=ROOM)
    assert all(detail["timeline"]["tasks"] for detail in everything["detail"].values())
    assert len(everything["detail"]) == 10
    size = len(json.dumps(everything["detail"], separators=(",", ":")))
    without = details(points, numbers, [], room_bytes=size - 1)["detail"]
    assert len(without) == 10
    assert not any(detail["timeline"]["tasks"] for detail in without.values())
    least = len(json.dumps(without, separators=(",", ":")))
    few = details(points, numbers, [7, 3], room_bytes=least // 3)["detail"]
    assert {"7", "3"} <= set(few)
    assert len(few) < 5


def test_tasks_are_left_out_where_their_stage_is() -> None:
    found = details([_point(0, 200, tasks=300)], [0], [], room_bytes=ROOM)["detail"]["0"]
    assert found["timeline"]["tasks"] is None


def test_a_page_of_thousands_of_configurations_stays_below_two_megabytes(model, document) -> None:
    first = document["points"][0]
    executors, scales = list(range(1, 501)), [float(scale) for scale in range(1, 11)]
    axes = [
        document["axes"][0] | {"values": executors, "texts": [str(v) for v in executors]},
        document["axes"][1] | {"values": scales, "texts": [f"{v:g}" for v in scales]},
    ]
    stages = [first["stages"][0] | {"id": f"stage-{i}"} for i in range(200)]
    points = []
    for number in range(5000):
        scale = 1 + number / 7919
        time_s = {
            key: value if isinstance(value, list) else value * scale
            for key, value in first["response_time_s"].items()
        }
        points.append(
            first
            | {"point": number, "response_time_s": time_s, "stages": stages}
            | {"label": f"{number // 10 + 1} executors, {number % 10 + 1} times the data"}
            | {"breakdown_s": {part: value * scale for part, value in first["breakdown_s"].items()}}
        )
    text = what_if_page(model, document | {"axes": axes, "points": points})
    assert len(text.encode()) <= MOST_BYTES < 2_000_000
    data = json.loads(Elements(text).inside["script"][0])
    assert len(data["columns"]["point"]) == 5000
    assert 0 < len(data["detail"]) < 5000


def test_the_page_of_a_prediction_needs_no_plan(model, document) -> None:
    calibration = document["calibration"]
    keys = calibration.keys()
    alone = {key: value for key, value in document["points"][3].items() if key in keys}
    text = prediction_page(model, alone, calibration)
    elements = Elements(text)
    identifiers = elements.values("id")
    assert "cost-chart" not in identifiers
    assert "time-curve" in identifiers
    lead = text[text.index("class='lead'") :][:300]
    assert "On <strong>2 nodes, 2 executors with 2 cores" in lead
    assert "90 % of runs between" in lead


def test_a_prediction_tells_what_else_it_was_asked_for(model, document) -> None:
    point = document["points"][0]
    stream = {
        "name": "<clicks>",
        "arrival_rate_per_s": 12.5,
        "batch_s": 3.0,
        "batch_interval_s": None,
        "late": True,
    }
    more = point | {"without_s": {"drives": point["response_time_s"]["mean"] / 2}, "streams": [stream]}
    text = prediction_page(model, more, document["calibration"])
    assert "<td>without drives</td>" in text
    assert "<td>-50.0 %</td>" in text
    assert "<td>&lt;clicks&gt;</td><td>12.5</td><td>3.0 s</td><td>-</td><td>falls behind</td>" in text
    assert "Micro-batches" not in prediction_page(model, point, document["calibration"])


def test_numbers_keep_five_digits() -> None:
    assert short(41.0810035762595) == 41.081
    assert short(123456.7) == 123460
    assert short(0.000123456) == 0.00012346
    assert isinstance(short(16.0), int)
