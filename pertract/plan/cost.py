"""What a run costs: machines for as long as they are billed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..errors import UsageError
from ..simulate import Estimate
from ..simulate.intervals import estimate
from ..units import format_duration, parse_duration

HOUR_S = 3600.0
LONGEST_S = 365 * 24 * HOUR_S
"""Longest unit of time that is billed."""
_WORDS = {"second": 1.0, "minute": 60.0, "hour": HOUR_S}


@dataclass(frozen=True, slots=True)
class Billing:
    """How the time of machines is counted; the defaults bill exactly the response time."""

    unit_s: float = 0.0
    """Begun units count in full; 0 for no units."""
    minimum_s: float = 0.0
    """Least time that is billed."""

    def billed_s(self, time_s: float) -> float:
        """Return the time that is billed for a run, seconds."""
        if self.unit_s:
            units = time_s / self.unit_s
            # What a quotient of floating-point numbers is above a whole number is no begun unit.
            time_s = self.unit_s * max(1, math.ceil(units * (1 - 1e-12)))
        return max(time_s, self.minimum_s)

    def __str__(self) -> str:
        if not self.unit_s and not self.minimum_s:
            return "billed for exactly as long as it runs"
        text = f"begun units of {format_duration(self.unit_s)}" if self.unit_s else "exact time"
        return f"billed by {text}" + (
            f", at least {format_duration(self.minimum_s)}" if self.minimum_s else ""
        )


def parse_billing(text: str) -> Billing:
    """Return how time is billed, from ``hour``, ``1min`` or, with a minimum, ``1s:60s``.

    Raises
    ------
    UsageError
        If it cannot be read.
    """
    unit, _, least = text.partition(":")
    times = [_WORDS.get(part.strip().lower(), parse_duration(part)) for part in (unit, least or "0")]
    if any(time is None or time > LONGEST_S for time in times) or not times[0]:
        raise UsageError(
            f"--billing: '{text}' is not a unit of time", hint="Write hour, 1min or, with a minimum, 1s:60s."
        )
    return Billing(float(times[0] or 0), float(times[1] or 0))


@dataclass(frozen=True, slots=True)
class Tariff:
    """What time on machines costs."""

    unit: str
    """A currency, ``price``, ``node-hours`` or ``slot-hours``."""
    billing: Billing = Billing()

    @property
    def is_money(self) -> bool:
        """Whether there are prices; otherwise cost is only time."""
        return self.unit not in ("node-hours", "slot-hours")

    def per_hour(self, configuration: Mapping[str, Any]) -> float | None:
        """Return what an hour of a configuration costs; None without a price.

        Parameters
        ----------
        configuration
            Of the document ``pertract/prediction/1``.
        """
        if self.unit == "slot-hours":
            return float(configuration["slots"])
        if self.unit == "node-hours":
            return float(configuration["nodes"])
        price = configuration["price_per_node_hour"]
        return None if price is None else float(configuration["nodes"] * price)

    def cost(self, prediction: Mapping[str, Any], response_time_s: Estimate) -> Estimate | None:
        """Return the cost of a run in the predicted configuration; None without a price.

        Bounds follow from those of the response time, of which the cost is a rising function.
        """
        per_hour = self.per_hour(prediction["configuration"])
        if per_hour is None:
            return None
        if self.billing == Billing():
            return response_time_s.scaled(per_hour / HOUR_S)

        def cost(time_s: float) -> float:
            return self.billing.billed_s(time_s) * per_hour / HOUR_S

        low, high = response_time_s.interval90
        simulated = estimate([cost(time_s) for time_s in prediction["replications_s"]])
        return replace(simulated, interval90=(cost(low), cost(high)))
