"""The sentence that comes first."""

from __future__ import annotations

import re

import pytest

from pertract.report.page.answer import what_if_answer
from pertract.units import format_duration

from .pages import plan, small


def plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text)


def test_the_answer_says_what_to_take_with_time_cpu_and_cost() -> None:
    document = plan(small(), data_scale=1.0)
    best = document["points"][document["best"]["point"]]
    answer = plain(what_if_answer(document))
    time = best["response_time_s"]
    assert answer.startswith(f"Take {document['best']['reason'].partition(':')[0]}. It takes")
    for seconds in (time["mean"], *time["interval90"]):
        assert format_duration(seconds) in answer
    assert f"{100 * best['cpu_utilisation']['mean']:.0f} % of its worker cores' CPU" in answer
    assert f"{best['cost']['mean']:.3g} node-hours" in answer


def test_every_amount_of_data_has_its_row() -> None:
    answer = plain(what_if_answer(plan(small())))
    assert answer.startswith("With 1 times the data: take")
    assert answer.count("2 times the data") == 1


@pytest.mark.parametrize("several", [False, True])
def test_the_answer_is_honest_where_nothing_qualifies(several) -> None:
    scales = [1.0, 2.0] if several else 1.0
    document = plan(small(), data_scale=scales, deadline_s=0.5, budget=1.0)
    answer = plain(what_if_answer(document))
    assert "o configuration ends within 500 ms and costs at most 1 node-hours in 95 % of runs" in answer
    assert "The nearest:" in answer
    assert ("nothing qualifies" in answer) == several


def test_the_answer_names_what_keeps_the_deadline() -> None:
    answer = plain(what_if_answer(plan(small(), data_scale=1.0, deadline_s=60.0)))
    assert "The cheapest of" in answer
    assert "that end within 1 min 0 s in 95 % of runs" in answer
