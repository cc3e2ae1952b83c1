"""What limits a configuration."""

import pytest

from pertract.plan.bottleneck import bottleneck
from pertract.simulate.outcome import BREAKDOWN

from .models import chain, compared, dsl, model


def prediction(slots=4, stages=(), **parts):
    found = [
        {
            "id": f"s{i}",
            "tasks": tasks,
            "critical_s": taken,
            "task_s": {"mean": mean, "p95": mean, "max": most},
        }
        for i, (tasks, taken, mean, most) in enumerate(stages)
    ]
    breakdown = dict.fromkeys(BREAKDOWN, 0.0) | parts
    return {
        "breakdown_s": breakdown,
        "configuration": {"slots": slots},
        "stages": found,
        "response_time_s": {"mean": sum(breakdown.values())},
    }


def test_stages_that_fill_the_slots_are_limited_by_what_their_tasks_do():
    found = bottleneck(prediction(4, [(40, 20.0, 2.0, 2.0)], slot_wait=18.0, cpu=1.5, network=0.5))
    assert found.kind == "cpu"
    assert found.shares["cpu"] == pytest.approx(0.75)
    assert found.shares["network"] == pytest.approx(0.25)
    assert found.idle_slots == pytest.approx(0.0)


def test_stages_with_fewer_tasks_than_slots_have_too_few():
    found = bottleneck(prediction(16, [(40, 2.0, 1.0, 1.0), (4, 10.0, 10.0, 10.0)], cpu=12.0))
    assert found.kind == "few_tasks"
    assert found.share == pytest.approx(10 / 12)
    assert "the last stage has 4 tasks for 16 slots" in found.text
    assert found.idle_slots == pytest.approx(1 - 80 / (16 * 12))


def test_the_driver_and_skew_count_by_themselves():
    assert bottleneck(prediction(4, driver=5.0, cpu=1.0)).kind == "driver"
    skewed = bottleneck(prediction(4, [(4, 4.0, 1.0, 2.0), (4, 10.0, 1.0, 9.0)], skew=9.0, cpu=5.0))
    assert skewed.kind == "skew"
    assert "stage s1" in skewed.text


def test_shares_add_up():
    parts = {part: float(i) for i, part in enumerate(BREAKDOWN)}
    found = bottleneck(prediction(4, [(3, 5.0, 1.0, 1.0), (40, 9.0, 1.0, 1.0)], **parts))
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert found.share == max(found.shares.values())


def test_an_application_of_no_length_has_a_bottleneck_too():
    assert bottleneck(prediction(4)).kind == "driver"


def test_of_a_simulated_application():
    few = compared(chain(4), executors=[1, 8]).points
    assert [point.bottleneck.kind for point in few] == ["cpu", "few_tasks"]
    assert few[1].bottleneck.text.startswith("the only stage has 4 tasks for 32 slots")
    alone = compared(model(nodes=(dsl.Delay(id="d", delay_s=9.0), dsl.Delay(id="e", delay_s=1.0)))).points
    assert alone[0].bottleneck.kind == "driver"
