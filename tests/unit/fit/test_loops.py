"""What decides how often jobs repeat."""

from __future__ import annotations

import pytest

import pertract
from pertract import dsl
from pertract.errors import UsageError
from pertract.fit.loops import find_loops
from pertract.fit.runs import CalibrationRun, fit_runs

from .applications import run


def loops(*rounds: int, values: tuple[str, ...], label: str = "iterations") -> tuple[dsl.Loop, ...]:
    return find_loops(
        [run(2.0, rounds=n).execution for n in rounds], [{"label": "r", label: value} for value in values]
    )


def test_a_label_that_the_rounds_follow_is_the_parameter() -> None:
    (loop,) = loops(6, 3, values=("6", "3"))
    assert (loop.parameter, loop.value, loop.rounds_per_unit) == ("iterations", 6, 1)
    assert loop.rounds == tuple((f"job-{i}",) for i in range(2, 8))


def test_rounds_may_be_fewer_or_more_than_the_parameter_by_a_constant() -> None:
    (loop,) = loops(7, 4, values=("12", "6"))
    assert loop.rounds_per_unit == 0.5
    assert loop.rounds_for(24) == 13


def test_one_value_that_is_the_number_of_rounds_will_do() -> None:
    (loop,) = loops(5, values=("5",))
    assert loop.value == 5
    assert loops(5, values=("7",)) == ()


def test_measured_times_and_counts_are_no_parameters() -> None:
    labels = [
        {"task_run_s": "12.5", "jobs": "7", "depth": "12", "iterations": "6"},
        {"task_run_s": "6.1", "jobs": "4", "depth": "6", "iterations": "3"},
    ]
    (loop,) = find_loops([run(2.0, rounds=n).execution for n in (6, 3)], labels)
    assert loop.parameter == "iterations"


@pytest.mark.parametrize("values", [("3", "6"), ("many", "few"), ("6", "6")])
def test_labels_that_the_rounds_do_not_follow_are_no_parameters(values: tuple[str, str]) -> None:
    assert loops(6, 3, values=values) == ()


def test_a_prediction_for_more_rounds_is_that_of_a_run_with_more_rounds() -> None:
    model = fit_runs(
        [CalibrationRun(run(2.0, rounds=n), labels={"iterations": str(n)}, data_size=2.0) for n in (3, 6)]
    )
    more = pertract.predict(model, replications=3, parameters={"iterations": 20})
    truth = pertract.predict(run(2.0, rounds=20), replications=3)
    assert more.job_span_s.mean == pytest.approx(truth.job_span_s.mean, rel=0.01)
    assert more.support.kind == "extrapolation"
    assert len(more.jobs) == 21
    between = pertract.predict(model, replications=2, parameters={"iterations": 4})
    assert between.support.kind == "interpolation"
    assert len(between.jobs) == 5


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"depth": 3.0}, "no parameter 'depth'"),
        ({"iterations": -1.0}, "cannot be -1"),
        ({"iterations": 1e9}, "cannot be 1e\\+09"),
        ({"iterations": float("nan")}, "cannot be nan"),
    ],
)
def test_impossible_parameters_are_refused(parameters: dict[str, float], message: str) -> None:
    model = fit_runs([CalibrationRun(run(2.0, rounds=3), 2.0, {"iterations": "3"})])
    with pytest.raises(UsageError, match=message) as caught:
        pertract.predict(model, replications=1, parameters=parameters)
    assert caught.value.hint
