"""One application of a shared cluster, and its executions with executors that come when there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ... import dsl
from ...errors import UsageError
from ..configuration import Configuration
from ..engine import simulate
from ..options import Options
from ..outcome import executor_core_s
from ..placement import ExecutorPlan
from ..plan import Plan
from ..preparation import prepare

_APART = 7
"""How far the random streams of applications are apart."""


@dataclass(frozen=True, slots=True)
class Application:
    """What runs, and what it asks the cluster for."""

    name: str
    plan: Plan
    """With all executors that it asks for, at the times at which they register if there is room at once."""
    needs: int = 1
    """Room that one executor takes, in the unit of the cluster."""
    executor_start_s: float = 0.0
    """Time from getting room to the registration of an executor that had to wait for it."""
    queue: str = ""
    weight: float = 1.0


def application(
    model: dsl.PerformanceModel, options: Options, *, name: str
) -> tuple[Application, Configuration, tuple[str, ...]]:
    """Return an application in a configuration, with room counted in cores, and what it assumes.

    Raises
    ------
    UsageError
        If its executors would come and go by themselves.
    """
    _, configuration, plan, assumed = prepare(model, options)
    check_static(configuration, name)
    made = Application(
        name,
        plan,
        needs=configuration.executor_cores,
        executor_start_s=configuration.executor_start_s,
    )
    return made, configuration, (*configuration.warnings, *assumed)


def check_static(configuration: Configuration, name: str) -> None:
    """Raise UsageError if executors of an application would come and go by themselves."""
    if configuration.allocation is not None or any(e.removed_s is not None for e in configuration.executors):
        raise UsageError(
            f"{name}: executors that come and go during a run are not simulated on a shared cluster",
            hint="Give it a fixed number of executors, such as 4.",
        )


class Execution(NamedTuple):
    """What is kept of a simulated execution."""

    response_s: float
    core_s: float
    """CPU of its executors, core seconds."""


class Executions:
    """Simulated executions of one application.

    Parameters
    ----------
    application
        What runs.
    seed, streams
        Of the random numbers, and how many different executions there are: stream ``i`` draws what
        replication ``i`` of a prediction with this seed draws.
    apart
        Tells applications apart that may have the same model: runs of another number draw from others. The
        first run of number 0 draws from the stream of its replication.
    """

    def __init__(self, application: Application, *, seed: int, streams: int, apart: int = 0) -> None:
        self.application = application
        self._offset = _APART * apart
        self._children = np.random.SeedSequence(seed).spawn(streams)
        self._at_once: dict[tuple[int, int], Execution] = {}

    def stream(self, replication: int, arrival: int) -> int:
        """Return which stream a run draws from, from the replication and the number of its arrival."""
        return (replication + arrival + self._offset) % len(self._children)

    def execution(self, stream: int, granted_s: Sequence[float]) -> Execution:
        """Return the execution whose executors get room at the given times after its arrival.

        Executors that get room later change nothing of what was before (`simulate`), so that an execution
        can be simulated again when more is known.
        """
        if any(granted_s):
            return self._simulated(stream, granted_s)
        key = stream, len(granted_s)  # those that did not wait are all alike
        if key not in self._at_once:
            self._at_once[key] = self._simulated(stream, granted_s)
        return self._at_once[key]

    def _simulated(self, stream: int, granted_s: Sequence[float]) -> Execution:
        trace = simulate(self.with_room(granted_s), np.random.default_rng(self._children[stream]))
        return Execution(trace.response_time_s, executor_core_s(trace))

    def with_room(self, granted_s: Sequence[float]) -> Plan:
        """Return the plan with as many executors as got room, each registering when it has started."""
        plan, start_s = self.application.plan, self.application.executor_start_s
        executors = [_coming(e, g, start_s) for e, g in zip(plan.executors, granted_s, strict=False)]
        return replace(plan, executors=tuple(executors))


def _coming(executor: ExecutorPlan, granted_s: float, start_s: float) -> ExecutorPlan:
    """Return an executor that gets room at a time; before it is asked for, room is of no use."""
    starting_s = min(start_s, executor.registered_s)
    return replace(executor, registered_s=max(executor.registered_s, granted_s + starting_s))
