"""Copies of an application and others share its executors evenly."""

from __future__ import annotations

from pathlib import Path

import pytest

from pertract.dsl.text import parse
from pertract.errors import UsageError
from pertract.simulate import Companion, Options, predict

PATH = Path(__file__).resolve().parents[3] / "dsl" / "valid" / "minimal.yaml"
MODEL = parse(PATH.read_text(encoding="utf-8"), name="minimal.yaml")


def predicted(**options: object):
    return predict(MODEL, Options(data_scale=8.0, **options), replications=4)  # type: ignore[arg-type]


def test_copies_that_run_alike_have_their_part_of_the_executors_each():
    halves = predicted(executors=8, copies=2)
    # The first four of eight executors do not register at quite the same times as four.
    assert halves.replications_s == pytest.approx(predicted(executors=4).replications_s, rel=0.02)
    assert len(halves.configuration.executors) == 8
    assert halves.support.kind == "extrapolation"
    assert "2 copies at the same time" in halves.support.why
    assert any("share the executors evenly" in warning for warning in halves.warnings)


def test_one_copy_is_the_application_alone():
    assert predicted(executors=8, copies=1) == predicted(executors=8)


def test_more_copies_take_longer_and_never_longer_than_one_after_the_other():
    times = [predicted(executors=6, copies=copies).response_time_s.mean for copies in (1, 2, 3, 6)]
    assert times == sorted(times)
    alone_s = predicted(executors=6).response_time_s.mean
    assert predicted(executors=1, copies=3).response_time_s.mean > 2 * alone_s


def test_copies_without_room_wait_for_the_others():
    one = predicted(executors=1).response_time_s.mean
    assert 1.5 * one < predicted(executors=1, copies=2).response_time_s.mean <= 2 * one * (1 + 1e-9)


def test_the_application_itself_is_company_like_a_copy():
    """At the measured amount of data, which is that of others."""
    twin = Companion("twin.yaml", MODEL)
    with_twin = predict(MODEL, Options(executors=8, company=(twin,)), replications=4)
    copies = predict(MODEL, Options(executors=8, copies=2), replications=4)
    assert with_twin.replications_s == pytest.approx(copies.replications_s)
    assert "together with twin.yaml" in with_twin.support.why


def test_equal_models_have_equal_digests():
    other = MODEL.model_copy(update={"name": "other"})
    assert Companion("a", MODEL).digest == Companion("b", MODEL).digest != Companion("a", other).digest


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"copies": 0}, "--copies must be above zero"),
        ({"copies": 2, "lose_executor_s": (1.0,)}, "executors that die"),
        ({"copies": 2, "settings": {"spark.dynamicAllocation.enabled": "true"}}, "come and go"),
    ],
)
def test_what_cannot_be_simulated_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        predict(MODEL, Options(**options), replications=1)
