"""How long launching a task keeps the driver busy, from how tasks wait for it.

The driver launches and notes tasks one at a time. A task's time outside its executor is then a latency, the
driver's own work on it, and a wait while the driver works on others. The shortest such times have no wait, so
the mean beyond them is the wait; and mean value analysis of a closed network with one queue (Reiser &
Lavenberg, JACM 1980) tells which service time makes as many tasks wait that long.
"""

from __future__ import annotations

from ..sources.spark import SparkRun, TaskSummary
from ..sources.spark.records import Launches

LEAST_BUSY = 0.4
"""Share of its time the driver must have launched tasks for the waits to tell how long that takes."""
MOST_TASKS = 5_000
"""Tasks at a time beyond which the analysis stops counting: the driver is saturated long before."""
LONGEST_S = 0.005
"""A driver that runs compiled code does not need longer; then something else made tasks wait."""


def launch_s(run: SparkRun) -> float:
    """Return how long a launch keeps the driver busy, seconds; 0 where no stage tells.

    The stage with the shortest time counts: the driver itself is slow until it is compiled.
    """
    found = []
    for stage in run.stages:
        if stage.summary is None or stage.summary.launches is None:
            continue
        cost_s = _cost(stage.summary.launches)
        if cost_s < LONGEST_S and stage.summary.launches.per_s * cost_s >= LEAST_BUSY:
            found.append(cost_s)
    return float(f"{min(found):.3g}") if found else 0.0


def unqueued_ratio(summary: TaskSummary, cost_s: float) -> float:
    """Return the share of a task's time outside its executor that is no wait for the driver.

    Parameters
    ----------
    summary
        Tasks of a stage.
    cost_s
        Work of the driver on a task.
    """
    launches = summary.launches
    if launches is None or launches.outside_s <= 0 or cost_s <= 0:
        return 1.0
    waited_s = wait_s(cost_s, _elsewhere_s(launches, cost_s), _at_once(launches))
    return max(0.0, 1 - waited_s / launches.outside_s)


def wait_s(cost_s: float, elsewhere_s: float, tasks: int) -> float:
    """Return how long a task waits for the driver while it works on others, seconds.

    Parameters
    ----------
    cost_s
        Work of the driver on a task.
    elsewhere_s
        Time of a task between two needs of the driver.
    tasks
        Tasks at a time.
    """
    queue, response_s = 0.0, cost_s
    for present in range(1, tasks + 1):
        response_s = cost_s * (1 + queue)
        queue = response_s * present / (response_s + elsewhere_s)
    return response_s - cost_s


def _cost(launches: Launches) -> float:
    """Return the cost whose wait is the measured one, by bisection: longer work makes longer waits."""
    waited_s = launches.outside_s - launches.least_outside_s
    at_once = _at_once(launches)
    low, high = 0.0, LONGEST_S
    for _ in range(30):
        middle = (low + high) / 2
        if wait_s(middle, _elsewhere_s(launches, middle), at_once) < waited_s:
            low = middle
        else:
            high = middle
    return high


def _elsewhere_s(launches: Launches, cost_s: float) -> float:
    return launches.inside_s + max(0.0, launches.least_outside_s - cost_s)


def _at_once(launches: Launches) -> int:
    """Return how many tasks were there at a time, by Little's law."""
    return max(1, min(MOST_TASKS, round(launches.per_s * (launches.outside_s + launches.inside_s))))
