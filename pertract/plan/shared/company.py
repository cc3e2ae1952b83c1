"""A workload ready to be simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ... import dsl
from ...simulate import Configuration, Options
from ...simulate.shared import (
    Arrivals,
    Closed,
    Cluster,
    Executions,
    Open,
    Queue,
    Run,
    application,
    poisson_times,
    share,
)
from .workload import ApplicationEntry, ClusterEntry, Workload

HOUR_S = 3600.0
STREAMS = 20
"""Different executions of an application: as many as a prediction has replications."""


@dataclass(frozen=True, slots=True)
class Member:
    """One application of the workload."""

    entry: ApplicationEntry
    model: dsl.PerformanceModel
    configuration: Configuration
    executions: Executions
    warnings: tuple[str, ...]

    @property
    def rate_per_s(self) -> float | None:
        """Mean number of runs that arrive per second, where they come at a rate; else None."""
        arrival = self.entry.arrival
        if arrival.every is not None:
            return 1 / arrival.every
        return None if arrival.rate_per_hour is None else arrival.rate_per_hour / HOUR_S


class Company:
    """The applications of a workload and the cluster that they share.

    Parameters
    ----------
    workload
        From a file.
    models, options
        Model and question of each application, by its name.
    seed, replications
        Of the random numbers, and how many simulations there are.

    Raises
    ------
    UsageError
        If an application cannot be simulated on the cluster.
    """

    def __init__(
        self,
        workload: Workload,
        models: Mapping[str, dsl.PerformanceModel],
        options: Mapping[str, Options],
        *,
        seed: int,
        replications: int,
    ) -> None:
        self.workload, self._seed = workload, seed
        self.cluster = _cluster(workload.cluster)
        self.until_s = workload.duration or float("inf")
        self.members: list[Member] = []
        for number, entry in enumerate(workload.applications):
            model = models[entry.name]
            made, configuration, warnings = application(model, options[entry.name], name=entry.name)
            needs = made.needs if workload.cluster.executors is None else 1
            made = replace(made, needs=needs, queue=entry.queue or "", weight=entry.weight)
            executions = Executions(made, seed=seed, streams=max(STREAMS, replications), apart=number)
            self.members.append(Member(entry, model, configuration, executions, warnings))
        self._alone_s: dict[tuple[int, int], float] = {}

    def runs(self, replication: int, rates_per_s: Mapping[int, float] | None = None) -> list[Run]:
        """Return all runs of a replication.

        Parameters
        ----------
        replication
            Its number.
        rates_per_s
            Other rates than those of the workload, by the number of the application. The random numbers
            are the same for all rates.
        """
        arrivals = [
            self.arrivals(number, replication, (rates_per_s or {}).get(number))
            for number in range(len(self.members))
        ]
        return self._share(arrivals, replication)

    def arrivals(self, number: int, replication: int, rate_per_s: float | None = None) -> Arrivals:
        """Return when the runs of an application arrive in a replication."""
        entry = self.members[number].entry.arrival
        if entry.at is not None:
            return Open(tuple(sorted(entry.at)))
        if entry.closed is not None:
            return Closed(entry.closed.copies, entry.closed.think, entry.closed.runs)
        if entry.every is not None:
            count = entry.count or int(self.until_s / entry.every) + 1
            return Open(tuple(i * entry.every for i in range(count)))
        rate_per_s = rate_per_s or self.members[number].rate_per_s
        assert rate_per_s is not None
        rng = np.random.default_rng([self._seed, replication, number])
        return Open(poisson_times(rate_per_s, rng, count=entry.count, until_s=self.until_s))

    def counts(self, run: Run) -> bool:
        """Return whether a run arrives late enough to count."""
        return run.arrival_s >= self.workload.warm_up

    def alone_s(self, run: Run) -> float:
        """Return the response time of a run if nobody else used the cluster, with the same random numbers."""
        key = run.application, run.stream
        if key not in self._alone_s:
            arrivals: list[Arrivals] = [Open(()) for _ in self.members]
            arrivals[run.application] = Open((0.0,))
            # The first run of an application draws from a stream that only its replication moves.
            first = self.members[run.application].executions.stream(0, 0)
            (alone,) = self._share(arrivals, run.stream - first)
            self._alone_s[key] = alone.response_s
        return self._alone_s[key]

    def load(self) -> float | None:
        """Return how much the cluster is asked for by runs at a rate, relative to what it can serve.

        That is the time it takes to work off all of them if they come at once, relative to the time in which
        they come: the saturation rule (Baccelli & Foss, Journal of Applied Probability 32, 1995). None with
        too few of them to tell.
        """
        span_s, runs = 0.0, 0
        arrivals: list[Arrivals] = []
        for number, member in enumerate(self.members):
            times_s: tuple[float, ...] = ()
            found = self.arrivals(number, 0)
            if member.rate_per_s is not None and isinstance(found, Open):
                times_s = tuple(time for time in found.times_s if time <= self.until_s)
                span_s = max(span_s, min(len(times_s) / member.rate_per_s, self.until_s))
            runs += len(times_s)
            # In the order in which they come, and yet all at once.
            arrivals.append(Open(tuple(time * 1e-9 for time in times_s)))
        if runs < FEWEST_FOR_LOAD:
            return None
        return max(run.end_s for run in self._share(arrivals, 0)) / span_s

    def _share(self, arrivals: list[Arrivals], replication: int) -> list[Run]:
        executions = [member.executions for member in self.members]
        return share(executions, arrivals, self.cluster, replication=replication, until_s=self.until_s)


FEWEST_FOR_LOAD = 10
"""Runs that come at a rate, below which the load is not told."""


def _cluster(entry: ClusterEntry) -> Cluster:
    if entry.nodes is not None and entry.node_cores is not None:
        room = (entry.node_cores,) * entry.nodes
    else:
        assert entry.executors is not None
        room = (entry.executors,)
    queues = tuple(
        Queue(queue.name, queue.capacity / 100, queue.maximum_capacity / 100) for queue in entry.queues
    )
    return Cluster(room, entry.scheduler, queues)
