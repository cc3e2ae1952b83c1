"""Lists, bills and decisions, whatever the numbers."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

import pertract
from pertract.errors import PertractError, UsageError
from pertract.plan import Axis, Billing, Goal, Grid, Tariff, what_if_document
from pertract.plan.bottleneck import bottleneck
from pertract.plan.comparison import compare
from pertract.plan.decisions import decide
from pertract.plan.ranges import MOST_VALUES, expand
from pertract.plan.sweep import Case
from pertract.plan.table import csv_text
from pertract.report.what_if import what_if_report
from pertract.simulate import Options
from pertract.simulate.document import estimate_document
from pertract.simulate.intervals import estimate
from pertract.simulate.outcome import BREAKDOWN

MODEL = pertract.load(Path(__file__).parents[2] / "dsl" / "valid" / "minimal.yaml")

numbers = st.integers(0, 10**6)


@given(first=numbers, length=st.integers(0, 3000), step=st.integers(1, 500))
def test_a_range_of_steps_is_python_s(first, length, step):
    values = expand(f"{first}..{first + length}:{step}", option="--x", whole=True)
    assert list(map(int, values)) == list(range(first, first + length + 1, step))


@given(first=st.integers(1, 1000), last=st.integers(1, 10**6), factor=st.floats(1.01, 10.0))
def test_a_range_of_factors_rises_within_its_ends_without_repetition(first, last, factor):
    assume(first <= last)
    values = list(map(int, expand(f"{first}..{last}*{factor:.6f}", option="--x", whole=True)))
    assert values[0] == first
    assert values[-1] <= last
    assert values == sorted(set(values))


@given(text=st.text(alphabet="0123456789.,:*gm- x", max_size=24), whole=st.booleans())
def test_anything_else_is_a_list_or_one_sentence(text, whole):
    try:
        values = expand(text, option="--x", whole=whole)
    except UsageError as error:
        refusal = error
    else:
        assert 1 <= len(values) <= MOST_VALUES
        return
    assert str(refusal).startswith("--x: ")
    assert refusal.hint


@given(
    unit_s=st.floats(0, 1e5),
    minimum_s=st.floats(0, 1e5),
    times=st.lists(st.floats(0, 1e7), min_size=2, max_size=5),
)
def test_bills_rise_with_time_and_are_never_below_it(unit_s, minimum_s, times):
    billing = Billing(unit_s, minimum_s)
    billed = [billing.billed_s(time_s) for time_s in sorted(times)]
    assert billed == sorted(billed)
    for time_s, bill_s in zip(sorted(times), billed, strict=True):
        assert bill_s >= max(time_s * (1 - 1e-9), minimum_s)
        assert bill_s <= max(time_s + unit_s, minimum_s) * (1 + 1e-9)


@st.composite
def answers(draw) -> dict[int, dict]:
    found = {}
    for number in range(draw(st.integers(1, 8))):
        times = draw(st.lists(st.floats(0.1, 1e4), min_size=1, max_size=4))
        below, above = draw(st.floats(0, 0.5)), draw(st.floats(0, 0.8))
        slots, mean_s = draw(st.integers(1, 64)), sum(times) / len(times)
        breakdown = dict.fromkeys(BREAKDOWN, 0.0) | {"driver": mean_s / 3, "cpu": mean_s * 2 / 3}
        found[number] = {
            "configuration": {"nodes": draw(st.integers(1, 8)), "slots": slots, "price_per_node_hour": None},
            "response_time_s": estimate_document(estimate(times, error_below=below, error_above=above)),
            "cpu_utilisation": estimate_document(estimate([0.5])),
            "replications_s": times,
            "support": {"kind": "extrapolation", "why": [], "error_below": below, "error_above": above},
            "breakdown_s": breakdown,
            "stages": [
                {
                    "id": "s",
                    "tasks": 8,
                    "critical_s": mean_s * 2 / 3,
                    "task_s": {"mean": 1.0, "p95": 1.0, "max": 1.0},
                }
            ],
        }
    return found


goals = st.builds(
    Goal,
    deadline_s=st.none() | st.floats(0.1, 1e4),
    budget=st.none() | st.floats(1e-3, 10.0),
    confidence=st.floats(0.5, 0.999),
)


@given(
    predictions=answers(),
    goal=goals,
    billing=st.sampled_from([Billing(), Billing(3600.0), Billing(1.0, 60.0)]),
)
def test_decisions_keep_what_they_promise(predictions, goal, billing):
    tariff = Tariff("node-hours", billing)
    cases = [Case(number, {"nodes": number}, Options()) for number in predictions]
    points = compare(cases, predictions, goal=goal, tariff=tariff, bases={})
    (decision,) = decide(points, goal, tariff)
    able = [point for point in points if point.standing.excess(goal) <= 1]
    assert decision.met == (bool(able) if goal.is_set else None)
    if able:
        assert points[decision.cheapest.point].cost.mean == min(point.cost.mean for point in able)
        assert points[decision.fastest.point].standing.time_s == min(p.standing.time_s for p in able)
        assert points[decision.recommended.point] in able
        assert decision.misses == ()
    else:
        assert decision.recommended is decision.cheapest is decision.fastest is None
        assert points[decision.misses[0].point].standing.excess(goal) == min(
            point.standing.excess(goal) for point in points
        )
    ranks = [(points[c.point].cost.mean, points[c.point].standing.time_s) for c in decision.pareto]
    assert ranks == sorted(ranks)
    assert all(a[1] > b[1] for a, b in pairwise(ranks))
    for point in points:
        assert any(c <= point.cost.mean and t <= point.standing.time_s for c, t in ranks)
        low, high = point.cost.interval90
        assert low <= high
        if math.isclose(goal.confidence, 0.95):
            assert point.standing.cost_within == high


@given(predictions=answers())
def test_parts_of_a_bottleneck_add_up(predictions):
    for prediction in predictions.values():
        found = bottleneck(prediction)
        assert math.isclose(sum(found.shares.values()), 1.0)
        assert 0 <= found.idle_slots <= 1


@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4), data=st.data())
def test_combinations_and_their_numbers_belong_together(sizes, data):
    grid = Grid(tuple(Axis(f"field{i}", tuple(range(n))) for i, n in enumerate(sizes)), {})
    number = data.draw(st.integers(0, grid.size - 1))
    assert grid.number(list(grid.asked(number).values())) == number


def lists(values):
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=3)


questions = st.fixed_dictionaries(
    {},
    optional={
        "nodes": lists([1, 2, 7, 0]),
        "executors": lists([1, 3, 40, None]),
        "executor_cores": lists([1, 2, 5]),
        "node_cores": lists([1, 4, None]),
        "node_memory_bytes": lists([2**30, 2**35]),
        "executor_memory_bytes": lists([2**30, 2**34]),
        "node_type": lists(["m5.xlarge", "n2-standard-8", "nothing"]),
        "data_scale": lists([0.1, 1.0, 9.0, 1e12]),
        "data_bytes": lists([1e9, 1e10]),
        "cpu_rate": lists([0.5, 1.0, 2.0]),
        "drive_bytes_per_s": lists([1e6, 1e9]),
        "lose_executor_s": st.sampled_from([(), (1.0,), [(), (1.0, 2.0)]]),
        "settings": st.dictionaries(
            st.sampled_from(["spark.sql.shuffle.partitions", "spark.dynamicAllocation.enabled", "spark.no"]),
            lists([3, 200, True, "soon"]),
            max_size=2,
        ),
        "deadline_s": st.sampled_from([0.5, 10.0, 60.0]),
        "budget": st.sampled_from([1e-4, 0.01, 5.0]),
        "confidence": st.sampled_from([0.5, 0.99]),
        "price": st.sampled_from([0.2, {"m5.xlarge": 0.1}]),
        "billing": st.sampled_from(["hour", "1s:60s"]),
        "base": st.just("first"),
        "search": st.booleans(),
        "advise": st.booleans(),
    },
)


@settings(max_examples=60)
@given(question=questions)
def test_whatever_is_asked_has_an_answer_or_one_sentence(question):
    try:
        found = pertract.what_if(MODEL, replications=2, cache=False, jobs=1, **question)
    except PertractError as error:
        refusal = error
    else:
        document = what_if_document(found)
        json.dumps(document, allow_nan=False)
        what_if_report(document)
        csv_text(found)
        found._repr_html_()
        return
    assert str(refusal)
    assert "\n" not in str(refusal)
    assert refusal.hint
