"""What runs cost."""

import math

import pytest

from pertract.errors import UsageError
from pertract.plan import Billing, Tariff, parse_billing
from pertract.simulate.intervals import estimate

HOUR = 3600.0


@pytest.mark.parametrize(
    ("billing", "time_s", "billed_s"),
    [
        (Billing(), 90.5, 90.5),
        (Billing(HOUR), 1.0, HOUR),
        (Billing(HOUR), HOUR, HOUR),
        (Billing(HOUR), HOUR + 1, 2 * HOUR),
        (Billing(1.0, 60.0), 12.3, 60.0),
        (Billing(1.0, 60.0), 72.3, 73.0),
        (Billing(0.1), 0.3, 0.3),  # 0.3 / 0.1 is a little more than 3
        (Billing(HOUR), 0.0, HOUR),
    ],
)
def test_begun_units_count_in_full(billing, time_s, billed_s):
    assert billing.billed_s(time_s) == pytest.approx(billed_s)


@pytest.mark.parametrize(
    ("text", "billing"),
    [
        ("hour", Billing(HOUR)),
        ("second", Billing(1.0)),
        ("1min", Billing(60.0)),
        ("1s:60s", Billing(1.0, 60.0)),
        ("second:minute", Billing(1.0, 60.0)),
        ("15min", Billing(900.0)),
    ],
)
def test_billing_is_read_from_text(text, billing):
    assert parse_billing(text) == billing


@pytest.mark.parametrize("text", ["", "soon", "0s", "1h:never", "99999d", ":60s"])
def test_what_is_no_billing_is_refused(text):
    with pytest.raises(UsageError, match="--billing"):
        parse_billing(text)


def prediction(**configuration):
    return {
        "configuration": {"nodes": 4, "slots": 16, "price_per_node_hour": 0.5} | configuration,
        "replications_s": [1700.0, 1900.0],
    }


TIME = estimate([1700.0, 1900.0], error_below=0.1, error_above=0.2)


def test_cost_is_nodes_times_price_times_time():
    cost = Tariff("USD").cost(prediction(), TIME)
    assert cost is not None
    assert cost.mean == pytest.approx(4 * 0.5 * 0.5)
    assert cost.interval90 == pytest.approx([bound * 4 * 0.5 / HOUR for bound in TIME.interval90])


def test_without_prices_cost_is_time_on_machines():
    assert Tariff("node-hours").cost(prediction(price_per_node_hour=None), TIME).mean == pytest.approx(2.0)
    assert Tariff("slot-hours").cost(prediction(price_per_node_hour=None), TIME).mean == pytest.approx(8.0)
    assert Tariff("EUR").cost(prediction(price_per_node_hour=None), TIME) is None
    assert not Tariff("node-hours").is_money
    assert Tariff("").is_money


def test_bounds_of_a_billed_cost_are_the_billed_bounds_of_the_time():
    by_hour = Tariff("USD", Billing(HOUR))
    cost = by_hour.cost(prediction(), TIME)
    assert cost.mean == pytest.approx(2.0)  # every replication ends within the first hour
    expected = [math.ceil(bound / HOUR) * 2.0 for bound in TIME.interval90]
    assert list(cost.interval90) == pytest.approx(expected)


def test_billing_says_what_it_does():
    assert str(Billing()) == "billed for exactly as long as it runs"
    assert str(Billing(1.0, 60.0)) == "billed by begun units of 1.0 s, at least 1 min 0 s"
