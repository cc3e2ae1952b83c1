"""One configuration of a plan with what is predicted for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..simulate import Estimate
from ..simulate.document import estimate_of
from .bottleneck import Bottleneck
from .standing import Standing


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a configuration cannot be simulated."""

    message: str
    hint: str = ""


@dataclass(frozen=True)
class Point:
    """One configuration: what was asked, what is predicted, and how that compares."""

    number: int
    """Its position in the grid, from 0."""
    label: str
    """What it is called, in few words."""
    asked: Mapping[str, Any]
    """The values that vary, in the form of the fields of `simulate.Options`."""
    prediction: Mapping[str, Any] | None
    """The document ``pertract/prediction/1`` (docs/json.md); None if it cannot be simulated."""
    refusal: Refusal | None = None
    """Why not, if so."""
    standing: Standing | None = None
    """What decisions rest on."""
    cost: Estimate | None = None
    """In the unit of the tariff; None without a price."""
    speed_up: float | None = None
    """Mean response time of the base / its own."""
    efficiency: float | None = None
    """Speed-up / (its slots / slots of the base)."""
    bottleneck: Bottleneck | None = None
    """What limits it."""

    @cached_property
    def response_time_s(self) -> Estimate | None:
        """Application start to end."""
        return self._estimate("response_time_s")

    @cached_property
    def cpu_utilisation(self) -> Estimate | None:
        """CPU of executors / (worker cores x response time)."""
        return self._estimate("cpu_utilisation")

    def _estimate(self, key: str) -> Estimate | None:
        return None if self.prediction is None else estimate_of(self.prediction[key])
