"""From a table of runs to the points a coarse model is fitted to: settings with mean response times."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import FitError
from ..sources.runs_table import MeasuredRun

MOST_TIMES = 1e9
"""Most that the data of one run can be relative to those of another."""
SAME_SIZE = 0.05
"""Relative difference up to which partitions follow a rule."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Runs on the same cluster with the same data."""

    executors: int
    slots_per_executor: int
    nodes: int
    node_cores: int | None
    """None where the table does not tell."""
    data: float
    """Amount of data in the unit of the table; 1 where it tells none."""
    partitions: int | None
    """Tasks the work was cut into (column ``partitions``); None where the table does not tell."""
    response_time_s: float
    """Mean over the runs."""
    busy_core_s: float | None
    """Mean over the runs of what executors computed, core seconds; None where one of them lacks it."""
    runs: tuple[MeasuredRun, ...]

    @property
    def slots(self) -> int:
        """All task slots."""
        return self.executors * self.slots_per_executor


def settings_of(runs: Sequence[MeasuredRun]) -> tuple[Setting, ...]:
    """Return the settings of runs of one workload, in order of slots and data.

    Without ``executors`` there is one per node; without ``cores_per_executor`` they share the cores of the
    nodes, and where these are unknown, an executor counts as one slot.

    Raises
    ------
    FitError
        If a run has no response time, the table does not tell how large its cluster was, or amounts of data
        have no unit in common.
    """
    found: dict[tuple[int, int, int, int | None, float, int | None], list[MeasuredRun]] = defaultdict(list)
    for run in runs:
        found[_key(run)].append(run)
    check_one_unit([key[4] for key in found])
    settings = (_setting(key, tuple(same)) for key, same in found.items())
    return tuple(sorted(settings, key=lambda s: (s.slots, s.data, s.executors)))


def check_one_unit(sizes: Sequence[float]) -> None:
    """Raise FitError if amounts of data are too different to be in the same unit; 0 is unknown."""
    known = [size for size in sizes if size]
    if known and max(known) > MOST_TIMES * min(known):
        raise FitError(
            f"the amounts of data of the runs, {min(known):g} to {max(known):g}, have no unit in common",
            hint="Correct the column of data sizes in the table of runs.",
        )


def _key(run: MeasuredRun) -> tuple[int, int, int, int | None, float, int | None]:
    executors = run.executors or run.nodes
    if executors is None:
        raise FitError(
            f"{run.label} (line {run.row}): the table does not tell how large its cluster was",
            hint="Fill in the column 'nodes' or 'executors'.",
        )
    if run.response_time_s is None:
        raise FitError(
            f"{run.label} (line {run.row}): there is no response time",
            hint="Fill in the column 'response_time_s', or name the run's log in the column 'log'.",
        )
    nodes = run.nodes or executors
    slots = run.cores_per_executor
    if slots is None and run.node_cores is not None:
        slots = max(1, nodes * run.node_cores // executors)
    data = run.data_size if run.data_size is not None else 1.0
    told = run.labels.get("partitions", "")
    partitions = int(told) if told.isdecimal() else None
    return executors, slots or 1, nodes, run.node_cores, data, partitions


def _setting(
    key: tuple[int, int, int, int | None, float, int | None], runs: tuple[MeasuredRun, ...]
) -> Setting:
    executors, slots, nodes, node_cores, data, partitions = key
    times = [run.response_time_s for run in runs if run.response_time_s is not None]
    cores = nodes * node_cores if node_cores else executors * slots
    busy = [
        run.cpu_utilisation * (run.cpu_cores or cores) * run.response_time_s
        for run in runs
        if run.cpu_utilisation is not None and run.response_time_s is not None
    ]
    return Setting(
        executors=executors,
        slots_per_executor=slots,
        nodes=nodes,
        node_cores=node_cores,
        data=data,
        partitions=partitions or None,
        response_time_s=math.fsum(times) / len(times),
        busy_core_s=math.fsum(busy) / len(busy) if len(busy) == len(runs) else None,
        runs=runs,
    )
