"""Applications arrive at a cluster, get room for executors, and give it back when they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from ...errors import SimulationError, UsageError
from .application import Application, Executions
from .arrivals import Arrivals, Closed, Open
from .cluster import ROUNDING, Cluster, Room

MOST_RUNS = 100_000
"""Most runs in one simulation of a cluster."""
_END, _ARRIVAL = 0, 1


@dataclass(slots=True)
class Run:
    """One run of an application; times in seconds after the start of the simulation."""

    application: int
    place: int
    """Position among all runs, in order of arrival."""
    stream: int
    """Which random numbers it draws (`Executions`)."""
    arrival_s: float
    needs: int
    """Room that one executor takes."""
    weight: float
    queue: str
    copy: int = 0
    """Whose run it is, where users wait for the end of theirs."""
    granted_s: list[float] = field(default_factory=list)
    """When it got room for each of its executors."""
    nodes: list[int] = field(default_factory=list)
    """Where each of them is."""
    end_s: float = 0.0
    core_s: float = 0.0
    """CPU of its executors, core seconds."""

    @property
    def held(self) -> int:
        """Room that it has while it runs."""
        return len(self.granted_s) * self.needs

    @property
    def response_s(self) -> float:
        """Time from arrival to end."""
        return self.end_s - self.arrival_s

    @property
    def waiting_s(self) -> float:
        """Time until there is room for its first executor."""
        return self.granted_s[0] - self.arrival_s


def share(
    executions: Sequence[Executions],
    arrivals: Sequence[Arrivals],
    cluster: Cluster,
    *,
    replication: int = 0,
    until_s: float = float("inf"),
) -> list[Run]:
    """Return all runs of one simulation of a shared cluster, in order of arrival.

    A run asks for all its executors when it arrives, starts with those there is room for, and gets more
    when others end. Nothing is taken away from a run. All events of a moment happen before room is given.

    Parameters
    ----------
    executions
        Of each application.
    arrivals
        When its runs arrive.
    cluster
        Room, and who gets it.
    replication
        Which random streams the runs draw from (`Executions`).
    until_s
        When the last runs may arrive.

    Raises
    ------
    UsageError
        If an application can never get an executor, or there are too many runs.
    """
    return _Simulation(executions, arrivals, cluster, replication, until_s).run()


class _Simulation:
    def __init__(
        self,
        executions: Sequence[Executions],
        arrivals: Sequence[Arrivals],
        cluster: Cluster,
        replication: int,
        until_s: float,
    ) -> None:
        self._executions, self._arrivals = executions, arrivals
        self._replication, self._until_s = replication, until_s
        self._room = Room(cluster)
        self._asking: list[Run] = []
        self._events: list[tuple[float, int, int, int]] = []  # time, kind, run or application, end or copy
        self._runs: list[Run] = []
        self._arrived = [0] * len(executions)
        self._left: dict[tuple[int, int], int] = {}
        for each in executions:
            check_fits(each.application, cluster)

    def run(self) -> list[Run]:
        if sum(len(each.times_s) for each in self._arrivals if isinstance(each, Open)) > MOST_RUNS:
            raise _too_many()
        for number, arrivals in enumerate(self._arrivals):
            if isinstance(arrivals, Closed):
                for copy in range(arrivals.copies):
                    self._left[number, copy] = arrivals.runs
                    self._announce(0.0, number, copy)
            else:
                for time_s in arrivals.times_s:
                    self._announce(time_s, number, 0)
        while self._events:
            now = self._events[0][0]
            while self._events and self._events[0][0] == now:
                _, kind, which, detail = heappop(self._events)
                if kind == _ARRIVAL:
                    self._arrive(now, which, detail)
                elif len(self._runs[which].granted_s) == detail:  # otherwise it got more since
                    self._end(now, self._runs[which])
            self._give(now)
        if any(not run.granted_s for run in self._runs):
            raise SimulationError("an application never got an executor", hint="Give the cluster more room.")
        return self._runs

    def _announce(self, time_s: float, application: int, copy: int) -> None:
        if time_s <= self._until_s:
            heappush(self._events, (time_s, _ARRIVAL, application, copy))

    def _arrive(self, now: float, number: int, copy: int) -> None:
        if len(self._runs) >= MOST_RUNS:
            raise _too_many()
        what = self._executions[number].application
        stream = self._executions[number].stream(self._replication, self._arrived[number])
        run = Run(number, len(self._runs), stream, now, what.needs, what.weight, what.queue, copy)
        self._arrived[number] += 1
        self._runs.append(run)
        self._asking.append(run)

    def _end(self, now: float, run: Run) -> None:
        self._room.give_back(run, run.nodes)
        self._asking = [other for other in self._asking if other is not run]
        arrivals = self._arrivals[run.application]
        if isinstance(arrivals, Closed):
            key = run.application, run.copy
            self._left[key] -= 1
            if self._left[key]:
                self._announce(now + arrivals.think_s, *key)

    def _give(self, now: float) -> None:
        """Give all room that somebody wants, and see when those who got some will end."""
        changed: dict[int, Run] = {}
        while self._asking and (turn := self._room.next(self._asking)) is not None:
            run = self._asking[turn]
            run.nodes.append(self._room.take(run))
            run.granted_s.append(now)
            changed[run.place] = run
            if len(run.granted_s) == len(self._executions[run.application].application.plan.executors):
                del self._asking[turn]
        for run in changed.values():
            execution = self._executions[run.application].execution(
                run.stream,
                [granted_s - run.arrival_s for granted_s in run.granted_s],
            )
            # What was before is as it was, but for the rounding of sums.
            run.end_s = max(now, run.arrival_s + execution.response_s)
            run.core_s = execution.core_s
            heappush(self._events, (run.end_s, _END, run.place, len(run.granted_s)))


def _too_many() -> UsageError:
    return UsageError(
        f"there are more than {MOST_RUNS:,} runs", hint="Give a shorter duration or a smaller count."
    )


def check_fits(application: Application, cluster: Cluster) -> None:
    """Raise UsageError if not even one executor of an application can ever have room."""
    most = next((queue.most for queue in cluster.queues if queue.name == application.queue), 1.0)
    if application.needs > max(cluster.room):
        raise UsageError(
            f"{application.name}: an executor needs {application.needs} cores, but no node has more than "
            f"{max(cluster.room)}",
            hint="Give it fewer executor_cores, or nodes more node_cores.",
        )
    if application.needs > most * cluster.total + ROUNDING:
        raise UsageError(
            f"{application.name}: an executor does not fit into queue {application.queue}, which can have "
            f"{most * cluster.total:g} of {cluster.total}",
            hint="Give the queue a larger maximum.",
        )
