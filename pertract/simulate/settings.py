"""Spark properties of a what-if question, as numbers, truth values and times."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..errors import UsageError
from ..units import parse_duration

SETTINGS = (
    "spark.default.parallelism",
    "spark.sql.shuffle.partitions",
    "spark.task.cpus",
    "spark.executor.instances",
    "spark.executor.cores",
    "spark.executor.memory",
    "spark.executor.memoryOverhead",
    "spark.scheduler.mode",
    "spark.scheduler.allocation.file",
    "spark.dynamicAllocation.enabled",
    "spark.dynamicAllocation.initialExecutors",
    "spark.dynamicAllocation.minExecutors",
    "spark.dynamicAllocation.maxExecutors",
    "spark.dynamicAllocation.schedulerBacklogTimeout",
    "spark.dynamicAllocation.sustainedSchedulerBacklogTimeout",
    "spark.dynamicAllocation.executorIdleTimeout",
    "spark.dynamicAllocation.executorAllocationRatio",
    "spark.dynamicAllocation.shuffleTracking.enabled",
    "spark.dynamicAllocation.shuffleTracking.timeout",
    "spark.speculation",
    "spark.speculation.interval",
    "spark.speculation.multiplier",
    "spark.speculation.quantile",
    "spark.speculation.minTaskRuntime",
    "spark.shuffle.service.enabled",
    "spark.locality.wait",
)
"""The properties that have an effect on the prediction."""

Settings = Mapping[str, str]


def check_known(settings: Settings) -> None:
    """Raise UsageError if a property has no effect."""
    for key in settings:
        if key not in SETTINGS:
            raise UsageError(
                f"the setting '{key}' has no effect on the prediction",
                hint=f"Settings that have: {', '.join(SETTINGS)}.",
            )


def whole(settings: Settings, key: str, *, least: int = 1) -> int | None:
    """Return a whole number, or None where the property is not set.

    Raises
    ------
    UsageError
        If it is no such number.
    """
    text = settings.get(key)
    if text is None:
        return None
    if not text.strip().isdecimal() or int(text) < least:
        raise UsageError(
            f"the setting {key} must be a whole number {'above zero' if least else 'from zero'}, "
            f"not '{text}'",
            hint="Correct the number.",
        )
    return int(text)


def number(settings: Settings, key: str, *, most: float = math.inf) -> float | None:
    """Return a number above zero, or None where the property is not set; otherwise as `whole`."""
    text = settings.get(key)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= most or value == math.inf:
        above = "above zero" if most == math.inf else f"above zero up to {most:g}"
        raise UsageError(
            f"the setting {key} must be a number {above}, not '{text}'", hint="Correct the number."
        )
    return value


def truth(settings: Settings, key: str) -> bool | None:
    """Return a truth value, or None where the property is not set; otherwise as `whole`."""
    text = settings.get(key)
    if text is None:
        return None
    if text.strip().lower() not in ("true", "false"):
        raise UsageError(f"the setting {key} must be true or false, not '{text}'", hint="Write one of them.")
    return text.strip().lower() == "true"


def seconds(settings: Settings, key: str, *, default_unit: str = "s") -> float | None:
    """Return a time in seconds, or None where the property is not set; otherwise as `whole`."""
    text = settings.get(key)
    if text is None:
        return None
    if text.strip().lower() == "infinity":  # what Spark shows where a timeout is off
        return math.inf
    value = parse_duration(text, default_unit=default_unit)
    if value is None:
        raise UsageError(
            f"the setting {key} must be a time, not '{text}'", hint="Write, for example, 30s or 500ms."
        )
    return value
