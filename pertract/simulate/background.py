"""CPU outside tasks: what executors compile, and what the driver does, while tasks want the same cores."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .agenda import Agenda
from .servers import Key, ProcessorSharing

_COMPILING, _DRIVING, _DELAY = -1, -2, -3  # in place of a stage in keys of a server


@dataclass(frozen=True, slots=True)
class BackgroundWork:
    """CPU of executors and driver outside the threads of tasks, core seconds."""

    start_core_s: float = 0.0
    """Of each executor until it registers."""
    warm_up_core_s: float = 0.0
    """Of each executor for compiling, once its tasks have used much CPU."""
    warm_up_task_core_s: float = 1.0
    """Task CPU of an executor after which about two thirds of that are done."""
    per_task_core_s: float = 0.0
    """Of each executor per core second of its tasks, always."""
    per_second_cores: float = 0.0
    """Of each executor all the time from its registration on."""
    driver_node: int | None = None
    """Position of the node that the driver shares with executors; None if it has one for itself."""
    driver_start_core_s: float = 0.0
    """Of the driver until its first job."""
    driver_per_stage_core_s: float = 0.0
    """Of the driver for each stage, while tasks run."""
    driver_per_delay_s: float = 0.0
    """Of other threads of the driver, per second of a driver delay."""

    def beside(self, task_core_s: float, present_s: float = 0.0) -> float:
        """Return what an executor has used outside tasks since it registered.

        Parameters
        ----------
        task_core_s
            CPU of its tasks so far, core seconds.
        present_s
            How long ago it registered.
        """
        learnt = -math.expm1(-task_core_s / self.warm_up_task_core_s)
        always = self.per_second_cores * present_s
        return self.warm_up_core_s * learnt + self.per_task_core_s * task_core_s + always

    def shortest_start_s(self, executors_on_node: int, cores: int) -> float:
        """Return how long the cores of the driver's node need to start the driver and executors, seconds."""
        return (self.driver_start_core_s + executors_on_node * self.start_core_s) / cores

    @property
    def competes(self) -> bool:
        """Whether executors use CPU that tasks could want."""
        return self.warm_up_core_s > 0 or self.per_task_core_s > 0

    def threads(self, executors_on_node: int, node: int) -> int:
        """Return how many cores the work outside tasks can occupy on a node."""
        driver = node == self.driver_node and (
            self.driver_per_stage_core_s > 0 or self.driver_per_delay_s > 0
        )
        return executors_on_node * self.competes + driver


class Background:
    """Lets executors and driver take part in the processor sharing of contended nodes.

    Parameters
    ----------
    work
        How much they do.
    servers
        The servers of the nodes where cores do not suffice, by position of the node.
    agenda
        That of the servers.
    """

    __slots__ = ("_agenda", "_backlog_s", "_delays", "_driver", "_server_of", "_task_core_s", "_work")

    def __init__(self, work: BackgroundWork, servers: Mapping[int, ProcessorSharing], agenda: Agenda) -> None:
        self._work, self._agenda = work, agenda
        self._driver = None if work.driver_node is None else servers.get(work.driver_node)
        self._task_core_s: dict[int, float] = {}
        self._backlog_s: dict[int, float] = {}
        self._server_of: dict[int, ProcessorSharing] = {}  # of executors that compile
        self._delays: list[Callable[[], None]] = []

    def task_started(self, executor: int, server: ProcessorSharing, demand_s: float) -> None:
        """Let an executor compile for a task, one thread at a time.

        Parameters
        ----------
        executor, server
            The executor and the server of its node.
        demand_s
            CPU demand of the task, core seconds.
        """
        if not self._work.competes:
            return
        before = self._task_core_s.get(executor, 0.0)
        after = self._task_core_s[executor] = before + demand_s
        more_s = self._work.beside(after) - self._work.beside(before)
        self._backlog_s[executor] = self._backlog_s.get(executor, 0.0) + more_s
        if executor not in self._server_of:
            self._server_of[executor] = server
            self._next(executor)

    def stage_started(self) -> None:
        """Let the driver do its work for a stage."""
        if self._driver is not None and self._work.driver_per_stage_core_s > 0:
            self._driver.add((_DRIVING, 0, 0), self._work.driver_per_stage_core_s)

    def delay(self, delay_s: float, over: Callable[[], None]) -> bool:
        """Let the driver's main thread compute for a delay if it must share cores; return whether it must."""
        if self._driver is None or not self._work.driver_per_delay_s:
            return False
        self._delays.append(over)
        self._driver.add((_DELAY, len(self._delays) - 1, 0), delay_s)
        self._driver.add((_DRIVING, 0, 0), delay_s * self._work.driver_per_delay_s)
        return True

    def done(self, key: Key) -> None:
        """Note that a server has served a demand that was no task's."""
        kind, delay, executor = key
        if kind == _DELAY:
            self._agenda.in_simulation(self._delays[delay])
        elif kind == _COMPILING:
            self._next(executor)

    def _next(self, executor: int) -> None:
        backlog_s, self._backlog_s[executor] = self._backlog_s[executor], 0.0
        if backlog_s > 0:
            self._server_of[executor].add((_COMPILING, 0, executor), backlog_s)
        else:
            del self._server_of[executor]
