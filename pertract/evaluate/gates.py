"""Limits that turn a validation into a regression test."""

from __future__ import annotations

from dataclasses import dataclass

from .validation import Validation


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit and what was found."""

    name: str
    limit: float
    value: float | None
    """None where nothing could be compared."""
    met: bool

    def __str__(self) -> str:
        if self.name == UNPREDICTED:
            return f"{self.name}: {self.value:.0f}"
        found = "nothing to compare" if self.value is None else f"{self.value:.1%}"
        return f"{self.name}: {found}, limit {self.limit:.1%}"


UNPREDICTED = "runs that could not be predicted"
"""A run that is left out must not let a gate pass."""


@dataclass(frozen=True, slots=True)
class Gates:
    """Limits on predicted response times, as ratios; None where there is none."""

    max_mean_error: float | None = None
    """Most that errors may be on average."""
    max_error: float | None = None
    """Most that any error may be."""
    min_coverage: float | None = None
    """Least share of measurements inside their 90 % interval."""

    def check(self, validation: Validation) -> tuple[Gate, ...]:
        """Return every gate that was asked for, with whether it is met."""
        found = validation.summary.get("response_time_s")
        gates = []
        if self.max_mean_error is not None:
            gates.append(_at_most("mean error", self.max_mean_error, found.mean if found else None))
        if self.max_error is not None:
            gates.append(_at_most("largest error", self.max_error, found.max if found else None))
        if self.min_coverage is not None:
            value = found.coverage if found else None
            met = value is not None and value >= self.min_coverage
            gates.append(Gate("coverage", self.min_coverage, value, met))
        if gates and (failed := len(validation.failed)):
            gates.append(Gate(UNPREDICTED, 0.0, float(failed), met=False))
        return tuple(gates)


def _at_most(name: str, limit: float, value: float | None) -> Gate:
    return Gate(name, limit, value, value is not None and value <= limit)
