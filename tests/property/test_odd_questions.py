"""Whatever is asked of a model, the answer can be true, or is one sentence that says what to change."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pertract
from pertract import dsl
from pertract.errors import PertractError
from pertract.report.prediction import prediction_report
from pertract.simulate.document import prediction_document
from pertract.simulate.settings import SETTINGS

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "benchmarks/fidelity/recorded"
LOGS = (
    ROOT / "examples/randomforest.zstd",
    RECORDED / "logs/pools-2x2-fair-r1.zstd",
    RECORDED / "logs/cached-2+2x2-wait3s-r1.zstd",
)

times = st.sampled_from(["0", "1ms", "100ms", "3s", "0.5", "10min", "infinity", "soon"])
counts = st.sampled_from(["0", "1", "2", "3", "7", "40"])
truths = st.sampled_from(["true", "false"])
sizes = st.sampled_from(["0", "1", "512m", "4g", "100t", "much"])
shares = st.sampled_from(["0", "1e-6", "0.3", "1", "2", "1e9", "nan"])
VALUES: dict[str, st.SearchStrategy[str]] = {
    "spark.scheduler.mode": st.sampled_from(["FAIR", "fifo", "LIFO"]),
    "spark.scheduler.allocation.file": st.sampled_from([str(RECORDED / "pools.xml"), "", "none.xml"]),
    "spark.executor.memory": sizes,
    "spark.executor.memoryOverhead": sizes,
    "spark.executor.cores": counts,
    "spark.executor.instances": counts,
    "spark.task.cpus": counts,
    "spark.default.parallelism": counts,
    "spark.sql.shuffle.partitions": counts,
    "spark.dynamicAllocation.enabled": truths,
    "spark.dynamicAllocation.initialExecutors": counts,
    "spark.dynamicAllocation.minExecutors": counts,
    "spark.dynamicAllocation.maxExecutors": counts,
    "spark.dynamicAllocation.executorAllocationRatio": shares,
    "spark.dynamicAllocation.schedulerBacklogTimeout": times,
    "spark.dynamicAllocation.sustainedSchedulerBacklogTimeout": times,
    "spark.dynamicAllocation.executorIdleTimeout": times,
    "spark.dynamicAllocation.shuffleTracking.enabled": truths,
    "spark.dynamicAllocation.shuffleTracking.timeout": times,
    "spark.speculation": truths,
    "spark.speculation.interval": times,
    "spark.speculation.minTaskRuntime": times,
    "spark.speculation.multiplier": shares,
    "spark.speculation.quantile": shares,
    "spark.shuffle.service.enabled": truths,
    "spark.locality.wait": times,
    "spark.locality.wait.process": times,
    "spark.locality.wait.node": times,
    "spark.locality.wait.rack": times,
    "spark.locality.wait.legacyResetOnTaskLaunch": truths,
    "spark.scheduler.revive.interval": times,
}
SWITCHES = {
    "spark.dynamicAllocation.": {"spark.dynamicAllocation.enabled": "true"},
    "spark.speculation.": {"spark.speculation": "true"},
    "spark.scheduler.allocation.file": {"spark.scheduler.mode": "FAIR"},
}
"""What a setting with this beginning needs to have an effect."""


@st.composite
def spark_settings(draw: st.DrawFn) -> dict[str, str]:
    """Return a few settings; most of the time with those that they need."""
    keys = draw(st.lists(st.sampled_from(SETTINGS), max_size=5, unique=True))
    found = {key: draw(VALUES[key]) for key in keys}
    if draw(st.integers(0, 9)):
        for start, switch in SWITCHES.items():
            if any(key.startswith(start) for key in keys):
                found |= switch
    return found


counted = st.sampled_from([1, 2, 3, 5, 16, 100, 0, 10**9])
relative = st.sampled_from([0.5, 1.0, 2.0, 1e-3, 30.0, 0.0, 1e-300, math.inf, math.nan])
of_bytes = st.sampled_from([1e6, 2e8, 1.25e9, 1e18, 0.0, 1e300])
memory = st.sampled_from([1, 2**30, 2**33, 2**36])
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "nodes": counted,
    "node_cores": counted,
    "node_memory_bytes": memory,
    "node_type": st.sampled_from(["m5.2xlarge", "none"]),
    "executors": counted,
    "executor_cores": counted,
    "executor_memory_bytes": memory,
    "data_bytes": st.sampled_from([1e3, 3e4, 0.0, 1e300]),  # recorded runs read kilobytes; more means a wait
    "data_scale": relative,
    "cpu_rate": relative,
    "drive_rate": relative,
    "network_rate": relative,
    "drive_bytes_per_s": of_bytes,
    "network_bytes_per_s": of_bytes,
    "price_per_node_hour": st.sampled_from([0.0, 0.4, -1.0, 1e300]),
    "lose_executor_s": st.lists(st.sampled_from([0.0, 1.0, 7.5, 20.0, 1e9]), min_size=1, max_size=3),
    "parameters": st.just({"iterations": 3.0}),
}


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(sorted(OPTIONS)), max_size=3, unique=True))
    return {name: draw(OPTIONS[name]) for name in names} | {"settings": draw(spark_settings())}


@cache
def model_of(log: Path) -> dsl.PerformanceModel:
    return pertract.extract(log)


def test_every_setting_is_asked() -> None:
    assert set(VALUES) == set(SETTINGS)


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
@settings(
    max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(asked=questions(), seed=st.integers(0, 3), blocked_time=st.booleans())
def test_an_answer_can_be_true_or_is_one_sentence(
    log: Path, asked: dict[str, Any], seed: int, blocked_time: bool
) -> None:
    def ask() -> pertract.Prediction:
        return pertract.predict(model_of(log), replications=2, seed=seed, blocked_time=blocked_time, **asked)

    try:
        found = ask()
    except PertractError as error:
        assert_one_sentence(str(error), error.hint)
        return
    assert_possible(found)
    document = prediction_document(found)
    again = prediction_document(ask()) | {"provenance": document["provenance"]}
    assert json.dumps(document, allow_nan=False) == json.dumps(again)
    prediction_report(found)


def assert_one_sentence(message: str, hint: str) -> None:
    assert hint
    assert "\n" not in message + hint
    assert len(message) < 300


def assert_possible(found: pertract.Prediction) -> None:
    estimates = [found.response_time_s, found.job_span_s, found.cpu_utilisation, found.task_cpu_utilisation]
    for value in (*estimates, *([found.cost] if found.cost else [])):
        for low, high in (value.ci95, value.interval90):
            assert 0 <= low <= value.mean * (1 + 1e-9)
            assert value.mean <= high * (1 + 1e-9) < math.inf
    end_s = found.response_time_s.mean * (1 + 1e-9)
    assert sum(found.breakdown_s.values()) == pytest.approx(found.response_time_s.mean)
    assert min(found.breakdown_s.values()) >= -1e-6 * end_s
    assert found.job_span_s.mean <= end_s
    for element in (*found.jobs, *found.stages):
        assert 0 <= element.start_s <= element.end_s <= end_s
    for stage in found.stages:
        assert stage.tasks > 0
        assert 0 <= stage.task_mean_s <= stage.task_max_s * (1 + 1e-9)
    assert all(0 <= time_s < math.inf for time_s in found.without_s.values())
    assert found.task_cpu_utilisation.mean <= found.cpu_utilisation.mean * (1 + 1e-9)
    busy = [found.cpu_utilisation.mean, *(value for _, value in found.cpu_series)]
    assert min(busy) >= 0
    if found.configuration.nodes_known:
        assert max(busy) <= 1 + 1e-9
