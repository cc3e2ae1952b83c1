"""How well measurements support a prediction, and how far a real run may be from it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pertract import dsl
from pertract.simulate import Options, resolve
from pertract.simulate.support import DATA_DOUBLED, RATE_DOUBLED, RUN_TO_RUN, SLOTS_DOUBLED, Support, support

from .models import model


def supported(options: dict[str, Any] | None = None, *, task_share: float = 1.0, **fields: Any) -> Support:
    described = model(**fields)
    return support(described, resolve(described, Options(**(options or {}))), task_share)


def test_the_measured_configuration_is_a_replay() -> None:
    backing = supported()
    assert backing.kind == "replay"
    assert backing.why == ("the configuration of the calibration run",)
    assert (backing.error_below, backing.error_above) == pytest.approx((RUN_TO_RUN, RUN_TO_RUN))


@pytest.mark.parametrize(
    ("options", "phrase", "doubled"),
    [
        ({"executors": 4}, "2 times the slots", SLOTS_DOUBLED),
        ({"executors": 1}, "0.5 times the slots", SLOTS_DOUBLED),
        ({"data_scale": 2.0}, "2 times the data", DATA_DOUBLED),
        ({"cpu_rate": 0.5}, "0.5 times the CPU rate", RATE_DOUBLED),
        ({"drive_rate": 2.0}, "2 times the drive rate", RATE_DOUBLED),
        ({"network_rate": 2.0}, "2 times the network rate", RATE_DOUBLED),
    ],
)
def test_another_configuration_is_an_extrapolation_that_says_why(
    options: dict[str, Any], phrase: str, doubled: float
) -> None:
    backing = supported(options)
    assert backing.kind == "extrapolation"
    assert (f"{phrase} of the calibration run",) == backing.why
    assert backing.error_above == pytest.approx(math.hypot(RUN_TO_RUN, doubled))


def test_several_changes_are_all_told_and_add_up_as_independent() -> None:
    backing = supported({"executors": 4, "data_scale": 4.0})
    assert [w.removesuffix(" of the calibration run") for w in backing.why] == [
        "2 times the slots",
        "4 times the data",
    ]
    expected = math.sqrt(RUN_TO_RUN**2 + SLOTS_DOUBLED**2 + 2 * DATA_DOUBLED**2)
    assert backing.error_above == pytest.approx(expected)


def test_what_the_driver_does_cannot_turn_out_shorter() -> None:
    backing = supported({"executors": 4}, task_share=0.25)
    assert backing.error_below == pytest.approx(math.hypot(RUN_TO_RUN, SLOTS_DOUBLED / 4))
    assert backing.error_above == pytest.approx(math.hypot(RUN_TO_RUN, SLOTS_DOUBLED))


@pytest.mark.parametrize("error", [0.3, -0.3, 1e9])
def test_a_replay_that_missed_widens_every_prediction(error: float) -> None:
    replay = dsl.Replay(response_time_s=10, error=error, job_span_s=9, job_span_error=0)
    backing = supported(replay=replay)
    expected = math.hypot(RUN_TO_RUN, math.log1p(error))
    assert (backing.error_below, backing.error_above) == pytest.approx((expected, expected))


def test_the_same_slots_on_fewer_executors_are_another_arrangement() -> None:
    backing = supported({"executors": 1, "executor_cores": 8})
    assert backing.kind == "extrapolation"
    assert backing.why == ("another arrangement of the same slots",)


def test_data_scale_one_is_the_measured_volume() -> None:
    assert supported({"data_scale": 1.0}).kind == "replay"


def test_another_number_of_partitions_is_not_another_arrangement_of_slots() -> None:
    backing = supported({"settings": {"spark.sql.shuffle.partitions": "7"}}, shuffle_partitions=200)
    assert backing.kind == "extrapolation"
    assert "another arrangement of the same slots" not in backing.why
