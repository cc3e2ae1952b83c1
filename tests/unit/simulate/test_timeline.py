"""Which executors were busy when: the same tasks as in the replication, seen otherwise."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import pertract
from pertract.simulate import (
    Companion,
    Options,
    compile_plan,
    median_replication,
    resolve,
    simulate,
    timeline,
)
from pertract.simulate.timeline import MOST_ROWS, STEPS, timeline_document

MODEL = pertract.load(Path(__file__).parents[3] / "dsl" / "valid" / "minimal.yaml")


def traced(options: Options, replication: int, seed: int = 1):
    """The trace itself, from the same random numbers."""
    plan, _ = compile_plan(MODEL, resolve(MODEL, options))
    children = np.random.SeedSequence(seed).spawn(replication + 1)
    return simulate(plan, np.random.default_rng(children[replication]))


@pytest.mark.parametrize("executors", [1, 3, 60])
@pytest.mark.parametrize("seed", [1, 7])
def test_the_busy_time_is_that_of_all_tasks(executors, seed) -> None:
    options = Options(executors=executors)
    found = timeline(MODEL, options, replication=2, random_streams=3, seed=seed)
    trace = traced(options, 2, seed)
    assert found.response_time_s == trace.response_time_s
    tasks_s = sum(float((stage.ends_s - stage.starts_s).sum()) for stage in trace.stages)
    step_s = found.response_time_s / STEPS
    busy_s = sum(
        row.slots * share * step_s
        for row, shares in zip(found.rows, found.busy, strict=True)
        for share in shares
    )
    assert busy_s == pytest.approx(tasks_s)
    assert all(len(shares) == STEPS for shares in found.busy)


def test_the_replication_is_the_one_of_the_prediction() -> None:
    prediction = pertract.predict(MODEL, executors=3, replications=7, seed=5)
    number = median_replication(prediction.replications_s)
    assert sorted(prediction.replications_s)[3] == prediction.replications_s[number]
    found = timeline(MODEL, Options(executors=3), replication=number, random_streams=7, seed=5)
    assert found.response_time_s == prediction.replications_s[number]


@pytest.mark.parametrize(
    "question", [{"copies": 3}, {"company": (Companion("other", MODEL),)}], ids=["copies", "with"]
)
def test_in_company_executors_come_as_in_the_prediction(question) -> None:
    prediction = pertract.predict(MODEL, executors=3, replications=6, **question)
    for number, time_s in enumerate(prediction.replications_s):
        found = timeline(
            MODEL, prediction.options, replication=number, random_streams=prediction.random_streams
        )
        assert found.response_time_s == time_s


def test_many_executors_share_rows_and_all_are_in_one() -> None:
    found = timeline(MODEL, Options(executors=100), replication=0, random_streams=1)
    assert len(found.rows) == MOST_ROWS
    assert found.tasks == ()  # more slots than anyone can tell apart
    assert found.rows[0].first == 0
    assert found.rows[-1].last == 99
    for row, after in pairwise(found.rows):
        assert after.first == row.last + 1
    assert sum(row.slots for row in found.rows) == 200


def test_few_tasks_are_told_one_by_one_in_slots_that_run_one_at_a_time() -> None:
    found = timeline(MODEL, Options(executors=3, executor_cores=2), replication=0, random_streams=1)
    trace = traced(Options(executors=3, executor_cores=2), 0)
    assert len(found.tasks) == sum(len(stage.starts_s) for stage in trace.stages)
    lanes = defaultdict(list)
    for task in found.tasks:
        lanes[task.lane].append((task.start_s, task.end_s))
    assert set(lanes) <= set(range(6))
    for spans in lanes.values():
        spans.sort()
        for (_, end_s), (start_s, _) in pairwise(spans):
            assert start_s >= end_s - 1e-6
    of_executor = defaultdict(int)
    for stage in trace.stages:
        for executor in stage.executors:
            of_executor[int(executor)] += 1
    for executor, count in of_executor.items():
        own = [task for task in found.tasks if task.lane // 2 == executor]
        assert len(own) == count


def test_the_document_holds_plain_numbers() -> None:
    document = timeline_document(timeline(MODEL, Options(), replication=0, random_streams=1))
    assert document["replication"] == 0
    assert {len(row) for row in document["busy"]} == {STEPS}
    assert all(0 <= share <= 1 for row in document["busy"] for share in row)
    assert all(len(task) == 4 for task in document["tasks"])
