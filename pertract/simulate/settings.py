"""Spark properties of a what-if question, as numbers, truth values and times."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from ..errors import UsageError
from ..units import parse_duration, parse_memory

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
    "spark.locality.wait.process",
    "spark.locality.wait.node",
    "spark.locality.wait.legacyResetOnTaskLaunch",
    "spark.scheduler.revive.interval",
)
"""The properties of Spark that have an effect on the prediction."""
YARN_SETTINGS = (
    "spark.executor.memoryOverheadFactor",
    "spark.executor.minMemoryOverhead",
    "spark.memory.offHeap.enabled",
    "spark.memory.offHeap.size",
    "spark.executor.pyspark.memory",
    "spark.yarn.am.memory",
    "spark.yarn.am.memoryOverhead",
    "spark.yarn.am.cores",
    "spark.driver.memory",
    "spark.driver.memoryOverhead",
    "spark.driver.cores",
    "spark.yarn.queue",
)
"""Those that have one only where the model tells what YARN grants."""
REDUCES = "mapreduce.job.reduces"
SLOW_START = "mapreduce.job.reduce.slowstart.completedmaps"
RAMP_UP = "yarn.app.mapreduce.am.job.reduce.rampup.limit"
CONTAINER_MB = "mapreduce.map.memory.mb"
MAPREDUCE_SETTINGS = (REDUCES, SLOW_START, RAMP_UP, CONTAINER_MB)
"""Those of MapReduce."""

Settings = Mapping[str, str]
MAPREDUCE = "MapReduce"
"""What the framework of such models is called."""

SHORTEST_S = 1e-3
"""Shortest period; what happens more often would take for ever to simulate."""
_WHOLE = re.compile(r"\d{1,9}")


def check_known(settings: Settings) -> None:
    """Raise UsageError if a property has no effect."""
    for key in settings:
        if key not in (*SETTINGS, *YARN_SETTINGS, *MAPREDUCE_SETTINGS):
            raise UsageError(
                f"the setting '{key}' has no effect on the prediction",
                hint=f"Settings that have: {', '.join(SETTINGS + MAPREDUCE_SETTINGS)}.",
            )


def check_framework(settings: Settings, framework: str) -> None:
    """Raise UsageError if a property is of another framework than that of the model."""
    mapreduce = framework == MAPREDUCE
    for key in settings:
        if (key in MAPREDUCE_SETTINGS) != mapreduce:
            known = MAPREDUCE_SETTINGS if mapreduce else SETTINGS
            raise UsageError(
                f"the setting '{key}' has no effect on an application of {framework}",
                hint=f"Settings that have: {', '.join(known)}.",
            )


def share(settings: Settings, key: str) -> float | None:
    """Return a number from 0 to 1, or None where the property is not set; otherwise as `whole`."""
    text = settings.get(key)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise UsageError(
            f"the setting {key} must be a number from 0 to 1, not '{text}'", hint="Correct the number."
        )
    return value


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
    value = int(text) if _WHOLE.fullmatch(text.strip()) else -1
    if value < least:
        raise UsageError(
            f"the setting {key} must be a whole number {'above zero' if least else 'from zero'}, "
            f"not '{text}'",
            hint="Correct the number; it has nine digits at most.",
        )
    return value


def memory(settings: Settings, key: str, *, least: int = 1, default_unit: str = "m") -> int | None:
    """Return a size of memory in bytes, or None where the property is not set; otherwise as `whole`."""
    text = settings.get(key)
    if text is None:
        return None
    value = parse_memory(text, default_unit=default_unit)
    if value is None or value < least:
        raise UsageError(
            f"the setting {key} must be a memory size, not '{text}'", hint="Write, for example, 4g or 512m."
        )
    return value


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


def period(settings: Settings, key: str, *, default_unit: str = "s") -> float | None:
    """Return the time after which something happens again and again, or None; otherwise as `seconds`."""
    value = seconds(settings, key, default_unit=default_unit)
    if value is not None and not SHORTEST_S <= value < math.inf:
        raise UsageError(
            f"the setting {key} must be {SHORTEST_S * 1000:g} ms or longer and have an end, "
            f"not '{settings[key]}'",
            hint="Write, for example, 1s.",
        )
    return value
