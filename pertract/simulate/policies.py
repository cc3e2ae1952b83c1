"""What Spark does beyond giving slots to tasks, as the properties of the application say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .. import dsl
from ..errors import UsageError
from .settings import number, period, seconds, truth, whole

_ALLOCATION = "spark.dynamicAllocation."
_LOCALITY = "spark.locality.wait"
_SPECULATION = "spark.speculation"

LOOK_S = 0.1
"""Time between two looks of Spark at the backlog, of which none can be over sooner."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """Dynamic allocation of executors (``spark.dynamicAllocation.*``)."""

    slots: int
    """Slots of an executor."""
    limit: int
    """Most executors at one time: ``maxExecutors``, or what the cluster holds."""
    initial: int = 0
    """Executors at the start."""
    least: int = 0
    """Executors that stay, however idle."""
    backlog_s: float = 1.0
    """Time that tasks must wait before an executor is asked for."""
    sustained_s: float = 1.0
    """Time after which more are asked for, if tasks still wait."""
    idle_s: float = 60.0
    """Time without tasks after which an executor leaves."""
    ratio: float = 1.0
    """Executors asked for relative to those that would run all tasks at once."""
    tracking: bool = True
    """Whether executors stay while a running job may need their shuffle output."""
    tracking_timeout_s: float | None = None
    """How long output of jobs that have ended keeps an idle executor; None if it does not."""
    first_s: float = 0.0
    """When the first executors register."""
    start_s: float = 0.0
    """Time from asking for an executor to its registration."""
    room: tuple[int, ...] | None = None
    """Most executors on each node; None where only their number is limited."""


@dataclass(frozen=True, slots=True)
class Speculation:
    """Copies of slow tasks (``spark.speculation.*``)."""

    interval_s: float = 0.1
    """Time between two checks."""
    multiplier: float = 3.0
    """Times the median time of successful tasks that a slow one has run longer than."""
    quantile: float = 0.9
    """Share of the stage's tasks that must have succeeded before."""
    least_runtime_s: float = 0.1
    """No task is slow before it has run for so long (``spark.speculation.minTaskRuntime``)."""


@dataclass(frozen=True, slots=True)
class LocalityWaits:
    """How long tasks wait for a slot near their data (``spark.locality.wait``)."""

    process_s: float = 3.0
    """For a slot of the executor that holds the data."""
    node_s: float = 3.0
    """For one of its node after that."""
    every_launch_resets: bool = False
    """Whether every launch begins the wait anew, as before Spark 3.1."""
    revive_s: float = 1.0
    """Time between two offers of all free slots, with which a wait ends."""

    @property
    def none(self) -> bool:
        """Whether tasks do not wait."""
        return not (self.process_s or self.node_s)


def locality_waits(measured: dsl.LocalityWaits, settings: Mapping[str, str]) -> LocalityWaits:
    """Return how long tasks wait for a slot near their data: as measured, or as settings say.

    Raises
    ------
    UsageError
        If a setting cannot be read.
    """

    def wait(key: str) -> float | None:
        wait_s = seconds(settings, key, default_unit="ms")
        if wait_s == math.inf:
            raise UsageError(f"the setting {key} must have an end", hint="Write, for example, 1h.")
        return wait_s

    usual_s, process_s, node_s = wait(_LOCALITY), wait(_LOCALITY + ".process"), wait(_LOCALITY + ".node")
    usual_s = measured.wait_s if usual_s is None else usual_s
    process_s = measured.process_s if process_s is None else process_s
    node_s = measured.node_s if node_s is None else node_s
    legacy = truth(settings, _LOCALITY + ".legacyResetOnTaskLaunch")
    revive_s = period(settings, "spark.scheduler.revive.interval", default_unit="ms")
    return LocalityWaits(
        process_s=usual_s if process_s is None else process_s,
        node_s=usual_s if node_s is None else node_s,
        every_launch_resets=measured.every_launch_resets if legacy is None else legacy,
        revive_s=revive_s or measured.revive_s,
    )


def allocated(
    measured: dsl.ApplicationConfiguration, settings: Mapping[str, str]
) -> dsl.DynamicAllocation | None:
    """Return the dynamic allocation that settings ask for on top of the measured one, None for none.

    Without any such setting executors come and go as measured, and the answer is None as well.

    Raises
    ------
    UsageError
        If a setting cannot be read or has no effect.
    """
    asked = [key for key in settings if key.startswith(_ALLOCATION)]
    if not asked:
        return None
    enabled = truth(settings, _ALLOCATION + "enabled")
    before = measured.dynamic_allocation
    if enabled is False or (enabled is None and before is None):
        if others := [key for key in asked if key != _ALLOCATION + "enabled"]:
            raise UsageError(
                f"the setting {others[0]} has no effect without dynamic allocation",
                hint="Add --set spark.dynamicAllocation.enabled=true.",
            )
        return None
    before = before or dsl.DynamicAllocation(shuffle_tracking=not measured.shuffle_service)
    values = (
        ("initial_executors", whole(settings, _ALLOCATION + "initialExecutors", least=0)),
        ("minimum_executors", whole(settings, _ALLOCATION + "minExecutors", least=0)),
        ("maximum_executors", whole(settings, _ALLOCATION + "maxExecutors")),
        ("backlog_timeout_s", period(settings, _ALLOCATION + "schedulerBacklogTimeout")),
        (
            "sustained_backlog_timeout_s",
            period(settings, _ALLOCATION + "sustainedSchedulerBacklogTimeout"),
        ),
        ("idle_timeout_s", seconds(settings, _ALLOCATION + "executorIdleTimeout")),
        ("allocation_ratio", number(settings, _ALLOCATION + "executorAllocationRatio", most=1.0)),
        ("shuffle_tracking", truth(settings, _ALLOCATION + "shuffleTracking.enabled")),
        ("shuffle_tracking_timeout_s", seconds(settings, _ALLOCATION + "shuffleTracking.timeout")),
    )
    found: dict[str, object] = {field: value for field, value in values if value is not None}
    if "backlog_timeout_s" in found:  # Spark's default of the second timeout is the first one
        found.setdefault("sustained_backlog_timeout_s", found["backlog_timeout_s"])
    return before.model_copy(update=found)


def speculation(settings: Mapping[str, str], version: str | None) -> Speculation | None:
    """Return when tasks are to be copied, None if they are not.

    Spark 4 waits for more tasks to end and calls fewer tasks slow than earlier versions do.

    Raises
    ------
    UsageError
        If a setting cannot be read or has no effect.
    """
    if not truth(settings, _SPECULATION):
        if others := [key for key in settings if key.startswith(_SPECULATION + ".")]:
            raise UsageError(
                f"the setting {others[0]} has no effect without speculation",
                hint="Add --set spark.speculation=true.",
            )
        return None
    major = (version or "").partition(".")[0]
    old = major.isdecimal() and int(major) < 4
    interval_s = period(settings, _SPECULATION + ".interval", default_unit="ms")
    least_s = seconds(settings, _SPECULATION + ".minTaskRuntime", default_unit="ms")
    return Speculation(
        interval_s=interval_s or 0.1,
        multiplier=number(settings, _SPECULATION + ".multiplier") or (1.5 if old else 3.0),
        quantile=number(settings, _SPECULATION + ".quantile", most=1.0) or (0.75 if old else 0.9),
        least_runtime_s=0.1 if least_s is None else least_s,
    )
