"""What notebooks and programs get."""

import csv
import io
import json
import sys
from types import ModuleType

import pytest

from pertract.errors import UsageError
from pertract.plan import what_if_document
from pertract.plan.table import csv_text, rows
from pertract.report.what_if import MOST_ROWS, what_if_report

from .models import chain, compared, dsl

POINT_KEYS = {
    "schema", "model", "configuration", "response_time_s", "job_span_s", "cpu_utilisation", "cost",
    "breakdown_s", "stages", "support", "warnings", "provenance", "replications_s",
    "point", "label", "asked", "texts", "error", "within_s", "cost_within", "meets", "speed_up",
    "efficiency", "bottleneck",
}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return compared(chain(48), executors=[1, 4], data_scale=[1.0, 2.0], price=0.5, deadline_s=60.0, nodes=2)


def test_the_document_is_a_list_of_predictions_and_what_to_take(found):
    document = what_if_document(found)
    assert document == json.loads(json.dumps(document, allow_nan=False))
    assert document["schema"] == "pertract/what-if/1"
    assert [point["asked"] for point in document["points"]] == [
        {"executors": executors, "data_scale": scale} for executors in (1, 4) for scale in (1.0, 2.0)
    ]
    for number, point in enumerate(document["points"]):
        assert set(point) >= POINT_KEYS
        assert point["schema"] == "pertract/prediction/1"
        assert point["point"] == number
        assert point["cost"]["mean"] == pytest.approx(2 * 0.5 * point["response_time_s"]["mean"] / 3600)
        assert point["meets"] == (point["within_s"] <= 60)
        assert sum(point["bottleneck"]["shares"].values()) == pytest.approx(1)
    best = document["best"]
    assert best["point"] == best["workloads"][0]["point"] == found.best.number
    assert [decision["workload"] for decision in best["workloads"]] == [
        {"data_scale": 1.0},
        {"data_scale": 2.0},
    ]
    assert document["axes"][0] == {
        "field": "executors", "key": None, "heading": "executors", "title": "Executors",
        "values": [1, 4], "texts": ["1", "4"], "is_workload": False,
    }  # fmt: skip
    assert document["fixed"] == {"nodes": 2}
    assert document["tariff"]["is_money"]
    assert [base["slots"] for base in document["base"]["workloads"]] == [8, 8]
    assert document["provenance"]["replications"] == 2
    assert document["complete"]


def test_rows_have_the_same_columns_and_the_values_of_the_points(found):
    table = rows(found)
    assert [list(row) for row in table] == [list(table[0])] * 4
    for row, point in zip(table, found.points, strict=True):
        assert row["executors"] == point.asked["executors"]
        assert row["response_time_s"] == point.response_time_s.mean
        assert row["within_s"] == point.standing.within_s
        assert row["cost"] == point.cost.mean
        assert row["error"] is None
    assert [row["point"] for row in table if row["recommended"]] == [
        decision.recommended.point for decision in found.decisions
    ]


def test_refused_points_are_rows_with_an_error():
    refused = compared(chain(48), nodes=2, node_memory_bytes=[2**30, 2**36], node_cores=4)
    first, second = rows(refused)
    assert "does not fit" in first["error"]
    assert first["response_time_s"] is None
    assert list(first) == list(second)


def test_csv_can_be_read_again(found):
    table = list(csv.DictReader(io.StringIO(csv_text(found))))
    assert len(table) == 4
    assert float(table[1]["response_time_s"]) == found.points[1].response_time_s.mean
    assert table[0]["error"] == ""


def test_a_data_frame_has_a_row_for_each_point(found, monkeypatch):
    made = []
    pandas = ModuleType("pandas")
    pandas.DataFrame = lambda table: made.append(table) or "frame"
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    assert found.to_frame() == "frame"
    assert made == [rows(found)]


def test_without_pandas_it_is_said_what_to_do(found, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match="pandas is not installed") as caught:
        found.to_frame()
    assert "pip install pandas" in caught.value.hint


def test_jupyter_shows_the_answer_and_a_table(found):
    shown = found._repr_html_()
    assert shown.count("<tr>") == 5
    assert "<td>tasks compute" not in shown
    assert "the cheapest of" in shown
    nothing = compared(chain(48), executors=1, deadline_s=1.0)._repr_html_()
    assert "nothing qualifies" in nothing


def test_names_of_settings_cannot_bring_markup_into_the_page():
    asked = {"spark.scheduler.mode": ["FIFO", "FAIR"]}
    assert "<script>" not in compared(chain(8), settings=asked)._repr_html_()


def test_the_same_question_has_the_same_answer():
    options = {"executors": [1, 2, 4], "data_scale": [1.0, 2.0], "seed": 5}
    first, second = (what_if_document(compared(chain(48, spread=(0.5, 1.0, 1.5)), **options)) for _ in "ab")
    for document in (first, second):
        document.pop("provenance")
        for point in document["points"]:
            point.pop("provenance")
    assert first == second


def printed(document, width=200) -> str:
    from rich.console import Console

    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(what_if_report(document))
    return console.file.getvalue()


def test_the_report_begins_with_the_answer(found):
    text = printed(what_if_document(found))
    assert text.splitlines()[0] == "application with 1 times the data"
    assert text.splitlines()[1].startswith("take ")
    assert text.count("\n> ") == 3  # and the legend
    assert "cost is nodes x price, billed for exactly as long as it runs" in text


def test_the_report_of_one_configuration_does_not_choose():
    text = printed(what_if_document(compared(chain(48), executors=2)))
    assert "take " not in text
    assert text.startswith("1 configuration")


def test_long_reports_show_what_matters():
    many = compared(chain(8), executors=range(1, MOST_ROWS + 2), replications=1)
    text = printed(what_if_document(many))
    assert "best are shown (all: --format csv)" in text
    assert len(text.splitlines()) < MOST_ROWS


def test_the_report_says_why_configurations_cannot_be_simulated_each_reason_once():
    refused = compared(
        chain(48), nodes=[1, 2, 3], node_memory_bytes=[2**30, 2**36], node_cores=4, executor_cores=4
    )
    text = printed(what_if_document(refused))
    assert "3 configurations cannot be simulated" in text
    assert text.count("does not fit on a node") == 1
    assert "and 2 more: " in text


def test_an_interrupted_comparison_without_points_can_be_shown():
    found = compared(chain(48), executors=2)
    nothing = type(found)(**{**vars(found), "points": (), "decisions": (), "complete": False})
    document = what_if_document(nothing)
    assert document["best"]["point"] is None
    assert printed(document)
    assert csv_text(nothing) == "\n"


def test_measured_runs_are_there_to_compare_with():
    runs = [
        dsl.Run(
            application_id=f"app-{number}",
            source=f"{number}.zstd",
            digest=str(number) * 64,
            jobs=1,
            stages=1,
            tasks=48,
            response_time_s=13.5 * number,
            job_span_s=12.0,
            executors=2,
            slots=8,
            data_size=float(number),
        )
        for number in (1, 3)
    ]
    document = what_if_document(compared(chain(48).model_copy(update={"runs": tuple(runs)}), executors=2))
    measured = [(run["source"], run["data_scale"], run["response_time_s"]) for run in document["measured"]]
    assert measured == [("1.zstd", 1.0, 13.5), ("3.zstd", 3.0, 40.5)]
