"""What is recorded: runs used for calibration, and runs to be predicted from them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

POOLS = "pools.xml"
"""The allocation file of the FAIR scheduler, next to the table of runs."""
POOLS_TEXT = """<?xml version="1.0"?>
<allocations>
  <pool name="nightly"><schedulingMode>FIFO</schedulingMode><weight>1</weight><minShare>0</minShare></pool>
  <pool name="reports"><schedulingMode>FIFO</schedulingMode><weight>2</weight><minShare>0</minShare></pool>
  <pool name="adhoc"><schedulingMode>FIFO</schedulingMode><weight>1</weight><minShare>2</minShare></pool>
</allocations>
"""
WORKERS = (4, 4, 4)
"""Cores of the workers that most runs have."""


@dataclass(frozen=True)
class Run:
    """One application on one cluster."""

    scenario: str
    workload: str
    label: str
    executors: int = 2
    cores: int = 2
    """Cores of an executor."""
    settings: dict[str, str] = field(default_factory=dict)
    """Spark properties in which the run differs from its calibration run."""
    lose_after_s: float | None = None
    """When an executor is killed, seconds after the end of the warm-up."""
    workers: tuple[int, ...] = WORKERS
    """Cores of each worker."""
    later_workers: tuple[int, ...] = ()
    """Workers that come when the application has loaded its data."""
    beside: Run | None = None
    """Another application on the same workers, submitted when this one has started."""

    @property
    def is_dynamic(self) -> bool:
        """Whether Spark asks for executors by itself."""
        return self.settings.get("spark.dynamicAllocation.enabled") == "true"

    @property
    def first_executors(self) -> int:
        """Executors that must be there before the first job."""
        if self.is_dynamic:
            return int(self.settings["spark.dynamicAllocation.initialExecutors"])
        if self.scenario == "shared workers":  # the second application gets what the first one left
            return 1
        return self.executors // 2 if self.later_workers else self.executors


def options(run: Run, calibration: Run, lost_s: float | None = None) -> str:
    """Return the options of ``pertract predict`` that lead from a calibration run to a run.

    Parameters
    ----------
    run
        The run to be predicted.
    calibration
        The run that the model is made from.
    lost_s
        When an executor was killed, seconds after the start of the application.
    """
    words = []
    if not run.is_dynamic and run.executors != calibration.executors:
        words += ["--executors", str(run.executors)]
    if run.cores != calibration.cores:
        words += ["--executor-cores", str(run.cores)]
    for key, value in run.settings.items():
        words += ["--set", f"{key}={value}"]
    if lost_s is not None:
        words += ["--lose-executor", f"{lost_s:.1f}s"]
    return shlex.join(words)


def _dynamic(initial: int, least: int, most: int, **more: str) -> dict[str, str]:
    prefix = "spark.dynamicAllocation."
    return {
        f"{prefix}enabled": "true",
        f"{prefix}shuffleTracking.enabled": "true",
        f"{prefix}initialExecutors": str(initial),
        f"{prefix}minExecutors": str(least),
        f"{prefix}maxExecutors": str(most),
        **{f"{prefix}{key}": value for key, value in more.items()},
    }


def _speculation(**more: str) -> dict[str, str]:
    return {"spark.speculation": "true", **{f"spark.speculation.{key}": value for key, value in more.items()}}


_FAIR = {"spark.scheduler.mode": "FAIR"}
_POOLS = {**_FAIR, "spark.scheduler.allocation.file": POOLS}
_TWO_CPUS = {"spark.task.cpus": "2"}
_LATE = {"executors": 4, "workers": (4,), "later_workers": (4,)}

CALIBRATION = {
    run.workload: run
    for run in (
        Run("calibration", "chain", "chain-2x2"),
        Run("calibration", "diamond", "diamond-2x2"),
        Run("calibration", "brief", "brief-2x2"),
        Run("calibration", "pools", "pools-2x2-fifo"),
        Run("calibration", "bursts", "bursts-2x2"),
        Run("calibration", "stragglers", "stragglers-2x2"),
        Run("calibration", "cached", "cached-2+2x2-wait3s", **_LATE),  # type: ignore[arg-type]
    )
}
"""One plain run per workload on a small cluster; the only runs that models are made from."""

TARGETS = (
    Run("more executors", "chain", "chain-4x2", 4),
    Run("more executors", "chain", "chain-6x2", 6),
    Run("more executors", "diamond", "diamond-4x2", 4),
    Run("more executors", "diamond", "diamond-6x2", 6),
    Run("short tasks", "brief", "brief-4x2", 4),
    Run("short tasks", "brief", "brief-6x2", 6),
    Run("task cpus", "chain", "chain-2x2-cpus2", settings=_TWO_CPUS),
    Run("task cpus", "chain", "chain-2x4-cpus2", cores=4, settings=_TWO_CPUS),
    Run("task cpus", "chain", "chain-6x2-cpus2", 6, settings=_TWO_CPUS),
    Run("executor loss", "chain", "chain-2x2-lost-in-first", lose_after_s=3.0),
    Run("executor loss", "chain", "chain-2x2-lost-in-second", lose_after_s=8.5),
    Run("executor loss", "chain", "chain-4x2-lost-in-second", 4, lose_after_s=4.5),
    Run("fair pools", "pools", "pools-4x2-fifo", 4),
    Run("fair pools", "pools", "pools-2x2-fair", settings=_FAIR),
    Run("fair pools", "pools", "pools-2x2-fair-file", settings=_POOLS),
    Run("fair pools", "pools", "pools-4x2-fair", 4, settings=_FAIR),
    Run("fair pools", "pools", "pools-4x2-fair-file", 4, settings=_POOLS),
    Run(
        "dynamic allocation",
        "bursts",
        "bursts-1to4",
        4,
        settings=_dynamic(1, 1, 4, executorIdleTimeout="3s"),
    ),
    Run(
        "dynamic allocation",
        "bursts",
        "bursts-2to6-tracked",
        6,
        settings=_dynamic(
            2,
            2,
            6,
            executorIdleTimeout="2s",
            **{"shuffleTracking.timeout": "3s"},
            schedulerBacklogTimeout="2s",
        ),
    ),
    Run(
        "dynamic allocation",
        "bursts",
        "bursts-4to4",
        4,
        settings=_dynamic(4, 1, 4, executorIdleTimeout="60s"),
    ),
    Run("speculation", "stragglers", "stragglers-2x2-usual", settings=_speculation()),
    Run(
        "speculation",
        "stragglers",
        "stragglers-2x2-late",
        settings=_speculation(multiplier="3", quantile="0.9"),
    ),
    Run(
        "speculation",
        "stragglers",
        "stragglers-4x2-early",
        4,
        settings=_speculation(multiplier="1.5", quantile="0.5"),
    ),
    Run("locality wait", "cached", "cached-2+2x2-wait0s", settings={"spark.locality.wait": "0s"}, **_LATE),  # type: ignore[arg-type]
    Run("locality wait", "cached", "cached-2+2x2-wait1s", settings={"spark.locality.wait": "1s"}, **_LATE),  # type: ignore[arg-type]
    Run(
        "shared workers",
        "chain",
        "chain-3x2-first",
        3,
        workers=(4, 4),
        beside=Run("shared workers", "chain", "chain-2x2-second", 2),
    ),
)
"""Runs to be predicted."""
