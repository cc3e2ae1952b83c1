"""Which configuration to take, and why."""

import pytest

from pertract.errors import UsageError
from pertract.plan import Goal, Tariff, what_if_document
from pertract.plan.decisions import decide

from .models import chain, compared, dsl, model, stage


def decision(**options):
    found = compared(chain(48), **options)
    (only,) = found.decisions
    return found, only


def test_the_cheapest_that_keeps_the_deadline_by_its_bound_and_not_by_its_mean():
    found, wanted = decision(executors=[1, 2, 4, 8, 12], deadline_s=14.0)
    means = [point.standing.time_s for point in found.points]
    bounds = [point.standing.within_s for point in found.points]
    assert means[1] < 14 < bounds[1]  # would do in the mean only
    assert wanted.met
    able = [p for p in found.points if p.standing.within_s <= 14]
    expected = min(able, key=lambda p: p.cost.mean)
    assert found.best is expected
    assert wanted.cheapest.point == wanted.recommended.point == expected.number
    assert "the cheapest of" in wanted.recommended.reason
    assert "end within 14.0 s in 95 % of runs" in wanted.recommended.reason
    assert "would cost less, but needs" in wanted.recommended.reason


def test_more_confidence_needs_more():
    slots = [
        decision(executors=range(1, 13), deadline_s=30.0, confidence=sure)[0].best.prediction["configuration"]
        for sure in (0.5, 0.95)
    ]
    assert slots[0]["slots"] < slots[1]["slots"]


def test_the_fastest_within_a_budget():
    found, wanted = decision(executors=[1, 2, 4, 8, 12], budget=0.05)
    able = [p for p in found.points if p.standing.cost_within <= 0.05]
    assert 0 < len(able) < len(found.points)
    assert found.best is min(able, key=lambda p: p.standing.time_s)
    assert "the fastest of" in wanted.recommended.reason
    assert "cost at most 0.05 slot-hours in 95 % of runs" in wanted.recommended.reason


def test_both_a_deadline_and_a_budget_are_kept():
    found, wanted = decision(executors=range(1, 13), deadline_s=40.0, budget=0.15)
    assert found.best.standing.within_s <= 40
    assert found.best.standing.cost_within <= 0.15
    assert wanted.met


def test_where_none_qualifies_the_nearest_are_told_with_what_limits_them():
    found, wanted = decision(executors=[1, 2, 12], deadline_s=4.0)
    assert wanted.met is False
    assert found.best is None
    assert wanted.recommended is wanted.cheapest is wanted.fastest is None
    nearest = min(found.points, key=lambda p: p.standing.within_s)
    assert wanted.misses[0].point == nearest.number
    assert "above the deadline" in wanted.misses[0].reason
    assert nearest.bottleneck.text in wanted.misses[0].reason


def test_a_miss_that_the_mean_would_keep_says_why_it_is_not_sure():
    _, wanted = decision(executors=[8], deadline_s=8.0)
    assert "would do, but is not sure enough; 4 times the slots" in wanted.misses[0].reason


def test_neither_deadline_nor_budget_balances_time_and_cost():
    found, wanted = decision(executors=[1, 2, 4, 8])
    assert wanted.met is None
    expected = min(found.points, key=lambda p: p.cost.mean * p.standing.time_s)
    assert found.best is expected
    assert "product of time and cost" in wanted.recommended.reason


def test_the_front_has_what_is_neither_cheaper_nor_faster_elsewhere():
    found, wanted = decision(executors=range(1, 17), executor_cores=[2, 4])
    ranks = [(p.cost.mean, p.standing.time_s, p.number) for p in found.points]
    expected = {
        n
        for cost, time_s, n in ranks
        if not any(
            c <= cost and t <= time_s and (c < cost or t < time_s or m < n) for c, t, m in ranks if m != n
        )
    }
    assert {choice.point for choice in wanted.pareto} == expected
    assert wanted.pareto[0].reason.split(": ")[1].startswith("the least cost")
    assert all("less time than" in choice.reason for choice in wanted.pareto[1:])


def test_the_reason_for_the_fastest_says_why_more_does_not_help():
    _, wanted = decision(executors=[6, 12, 24])
    assert wanted.fastest.point == 1  # 48 slots for 48 tasks
    assert "24 executors gains nothing: the only stage has 48 tasks for 96 slots" in wanted.fastest.reason


def test_every_amount_of_data_has_its_own_decision():
    found = compared(chain(48), executors=[1, 4], data_scale=[1.0, 4.0], deadline_s=60.0)
    assert [d.workload for d in found.decisions] == [{"data_scale": 1.0}, {"data_scale": 4.0}]
    assert [d.label for d in found.decisions] == ["1 times the data", "4 times the data"]
    for d in found.decisions:
        chosen = found.point(d.recommended.point)
        assert chosen.asked["data_scale"] == d.workload["data_scale"]
        assert d.recommended.reason.startswith(("1 executor:", "4 executors:"))


def test_what_has_no_price_can_be_fastest_but_not_cheapest():
    found = compared(chain(48), nodes=[2, 4], price_per_node_hour=[None, 0.5])
    assert [point.cost is None for point in found.points] == [True, False, True, False]
    (wanted,) = found.decisions
    assert found.point(wanted.cheapest.point).cost is not None
    assert {choice.point for choice in wanted.pareto} <= {1, 3}


def test_speed_up_is_relative_to_the_calibration_cluster_with_the_same_data():
    found = compared(chain(48), executors=[1, 2, 4], data_scale=[1.0, 2.0])
    assert found.base_kind == "calibration"
    for point in found.points:
        scale = point.asked["data_scale"]
        tasks, slots = 48 * scale, 4 * point.asked["executors"]
        time_s, base_s = (1 + 2 * -(-tasks // n) for n in (slots, 8))
        assert point.standing.time_s == pytest.approx(time_s)
        assert point.speed_up == pytest.approx(base_s / time_s)
        assert point.efficiency == pytest.approx(point.speed_up * 8 / slots)


def test_the_base_can_be_the_first_point_of_the_same_data():
    found = compared(chain(48), executors=[4, 8], data_scale=[1.0, 2.0], base="first")
    assert [p.speed_up for p in found.points[:2]] == [1.0, 1.0]
    assert found.points[2].speed_up > 1


@pytest.mark.parametrize(
    "goal",
    [
        {"confidence": 0.4},
        {"confidence": 1.0},
        {"deadline_s": 0.0},
        {"budget": -1.0},
        {"deadline_s": float("nan")},
    ],
)
def test_goals_that_nobody_can_mean_are_refused(goal):
    with pytest.raises(UsageError):
        Goal(**goal)


def test_no_points_no_decision():
    assert decide([], Goal(), Tariff("node-hours")) == ()


def test_what_cannot_be_simulated_is_a_point_that_says_why():
    found = compared(chain(48), nodes=2, node_memory_bytes=[2**30, 2**36], node_cores=4)
    refused, simulated = found.points
    assert refused.prediction is refused.cost is refused.response_time_s is refused.speed_up is None
    assert "does not fit on a node" in refused.refusal.message
    assert found.best is simulated
    document = what_if_document(found)
    assert document["points"][0]["error"]["message"] == refused.refusal.message
    assert "response_time_s" not in document["points"][0]


def test_if_nothing_can_be_simulated_that_is_an_error():
    with pytest.raises(UsageError, match="does not fit on a node"):
        compared(chain(48), nodes=[2, 4], node_memory_bytes=2**30, node_cores=4)
    with pytest.raises(UsageError, match="none of 2 configurations can be simulated; the first"):
        compared(chain(48), nodes=2, node_memory_bytes=[2**30, 2**30 + 2**29], node_cores=4)


def test_two_slots_of_a_barrier_stage_are_a_refusal_too():
    barrier = model(nodes=(dsl.Job(id="j", nodes=(stage(count=8, barrier=True),)),))
    found = compared(barrier, executors=[1, 4])
    assert [point.refusal is not None for point in found.points] == [True, False]
