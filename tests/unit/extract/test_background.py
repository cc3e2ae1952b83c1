"""CPU outside tasks: what depends on the run."""

from __future__ import annotations

from dataclasses import replace

from pertract.extract.background import MOST_WARM_UP_CORE_S, driver_profile, executor_profile


def test_a_driver_is_beside_executors_if_one_has_its_host(records):
    executor = records.executor("1", host="node-1")
    apart = replace(records.run([], 1, executors=[executor]), driver_host="gateway")
    beside = replace(apart, driver_host="node-1")
    assert not driver_profile(apart).beside_executors
    assert driver_profile(beside).beside_executors


def test_an_executor_that_is_the_driver_is_not_beside_it(records):
    executor = records.executor("driver", host="node-1")
    run = replace(records.run([], 1, executors=[executor]), driver_host="node-1")
    assert not driver_profile(run).beside_executors


def test_more_code_needs_more_compiling_up_to_a_limit(records):
    def warm_up_s(operations: int) -> float:
        rdds = tuple((i, f"Rdd{i}", None, f"at Main.scala:{i}") for i in range(operations))
        stage = replace(records.stage(0, [(0, 1)]), rdds=rdds)
        run = records.run([records.job(0, 0, 1, [stage])], 1)
        return executor_profile(run).warm_up_core_seconds

    assert 0 < warm_up_s(5) < warm_up_s(20) < warm_up_s(500) <= MOST_WARM_UP_CORE_S
