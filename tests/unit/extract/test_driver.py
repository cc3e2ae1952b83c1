"""How long launching a task keeps the driver busy."""

from __future__ import annotations

from dataclasses import replace
from heapq import heapify, heappop, heappush

import numpy as np
import pytest

from pertract.extract.driver import launch_s, unqueued_ratio, wait_s
from pertract.sources.spark.records import Launches


def measured(cost_s: float, inside_s: float, slots: int, latency_s: float = 0.002) -> Launches:
    """Play a driver that handles tasks one at a time, and tasks of random length on slots."""
    dice = np.random.default_rng(1)
    ends = [float(t) for t in dice.exponential(inside_s, slots)]
    heapify(ends)
    free_s, outside, launches = 0.0, [], []
    for _ in range(4000):
        end_s = heappop(ends)
        free_s = max(free_s, end_s) + cost_s
        launches.append(free_s)
        outside.append(free_s - end_s + latency_s)
        heappush(ends, free_s + latency_s + float(dice.exponential(inside_s)))
    span_s = launches[-1] - launches[0]
    return Launches(
        per_s=(len(launches) - 1) / span_s,
        inside_s=inside_s,
        outside_s=float(np.mean(outside)),
        least_outside_s=float(np.quantile(outside, 0.1)),
    )


def run_of(records, *launches):
    stages = [records.stage(i, [(i, i + 1)] * 2) for i in range(len(launches))]
    for stage, each in zip(stages, launches, strict=True):
        stage.summary = replace(stage.summary, launches=each)
    return records.run([records.job(0, 0, len(stages), stages)], len(stages))


def test_a_single_task_does_not_wait():
    assert wait_s(0.001, 0.02, 1) == 0.0


def test_a_saturated_driver_makes_all_others_wait():
    """100 tasks, each 1 ms of the driver and 20 ms elsewhere: 80 of them are at the driver."""
    assert wait_s(0.001, 0.02, 100) == pytest.approx(0.079, rel=1e-3)


@pytest.mark.parametrize("slots", [8, 16, 40])
@pytest.mark.parametrize("cost_s", [0.001, 0.002])
def test_the_cost_of_a_launch_is_found_from_the_waits(records, cost_s, slots):
    found = launch_s(run_of(records, measured(cost_s, 0.02, slots)))
    if slots * cost_s < 0.4 * (0.02 + 0.002 + cost_s):
        assert found == 0.0
    else:
        assert found == pytest.approx(cost_s, rel=0.35)


def test_a_driver_that_is_seldom_busy_tells_nothing(records):
    assert launch_s(run_of(records, measured(0.001, 1.0, 8))) == 0.0


def test_the_stage_in_which_the_driver_was_fastest_counts(records):
    slow, fast = measured(0.004, 0.02, 40), measured(0.001, 0.02, 40)
    assert launch_s(run_of(records, slow, fast)) == launch_s(run_of(records, fast))


def test_the_wait_is_taken_out_of_what_tasks_spent_outside(records):
    """What is left is the latency of 2 ms and the driver's own millisecond."""
    launches = measured(0.001, 0.02, 14)
    (stage,) = run_of(records, launches).stages
    left_s = launches.outside_s * unqueued_ratio(stage.summary, 0.001)
    assert left_s == pytest.approx(0.003, abs=0.0005)
    assert unqueued_ratio(stage.summary, 0.0) == 1.0


def test_stages_with_few_tasks_tell_nothing(records):
    run = run_of(records, None)
    assert launch_s(run) == 0.0
    assert unqueued_ratio(run.stages[0].summary, 0.001) == 1.0
