"""CPU outside tasks, of which the log tells nothing: priors, adapted to the application.

The numbers are fitted to process CPU times of applications of Spark 4.3 on Java 17 (docs/prediction.md).
"""

from __future__ import annotations

import math

from .. import dsl
from ..sources.spark import SparkRun
from .driver import launch_s
from .execution import operations

START_CORE_S = 4.2
"""Start of an executor's JVM until it registers, core seconds."""
MOST_WARM_UP_CORE_S = 16.0
"""Compiling all of a large application, core seconds per executor."""
USUAL_OPERATIONS = 20.0
"""Different operations of an application at which 63 % of that are reached."""
WARM_UP_TASK_CORE_S = 3.5
"""Task CPU after which 63 % of an executor's compiling is done, core seconds."""
PER_TASK_CORE_S = 0.4
"""CPU of an executor beside its tasks, per core second of these, when it is warm."""
DRIVER_START_CORE_S = 9.0
"""Start of the driver until its first job, core seconds."""
DRIVER_PER_STAGE_CORE_S = 0.3
"""CPU of the driver for a stage, core seconds."""
DRIVER_PER_DELAY_S = 0.25
"""CPU of other threads of the driver while its main thread works."""

_DRIVER = ("driver", "<driver>", "localhost")


def executor_profile(run: SparkRun) -> dsl.ExecutorProfile:
    """Return what the executors of a run use outside tasks.

    What is compiled grows with the code: the different operations of the application stand for it.
    """
    known = {(o.name, o.call_site) for stage in run.stages for o in operations(stage.rdds)}
    warm_up_s = MOST_WARM_UP_CORE_S * -math.expm1(-len(known) / USUAL_OPERATIONS)
    return dsl.ExecutorProfile(
        start_core_seconds=START_CORE_S,
        warm_up_core_seconds=round(warm_up_s, 2),
        warm_up_task_core_seconds=WARM_UP_TASK_CORE_S,
        per_task_core_second=PER_TASK_CORE_S,
    )


def driver_profile(run: SparkRun) -> dsl.DriverProfile:
    """Return what the driver uses, and whether it shares a host with executors."""
    apart = [executor for executor in run.executors if executor.id not in _DRIVER]
    return dsl.DriverProfile(
        launch_s=launch_s(run),
        beside_executors=any(executor.host == run.driver_host for executor in apart),
        start_core_seconds=DRIVER_START_CORE_S,
        per_stage_core_seconds=DRIVER_PER_STAGE_CORE_S,
        per_delay_core_seconds=DRIVER_PER_DELAY_S,
    )
