"""From a workload to what can be said of its applications and the cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ... import dsl
from ...errors import UsageError
from ...simulate import Options
from ...simulate.shared import Run
from ...units import counted
from .company import Company, Member
from .figures import Figure, Usage, Window, figure, usage
from .largest_rate import ENOUGH, LargestRate, largest_rate
from .workload import Workload

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Deadline:
    """How an application keeps its deadline."""

    deadline_s: float
    kept: float
    """Share of its runs that end in time."""
    largest: LargestRate | None
    """The largest rate at which enough of them do; None where its arrivals have no rate."""

    @property
    def met(self) -> bool:
        """Whether enough runs end in time."""
        return self.kept >= ENOUGH


@dataclass(frozen=True, slots=True)
class Served:
    """What becomes of the runs of one application."""

    member: Member
    runs: int
    """Runs that count, of all replications."""
    executors: Figure
    """Executors of a run at its end."""
    response_s: Figure
    """From arrival to end."""
    waiting_s: Figure
    """From arrival until there is room for the first executor."""
    slowdown: Figure
    """Response time relative to that of the same run alone on the cluster."""
    alone_s: float
    """Mean response time of the runs if each were alone on the cluster."""
    deadline: Deadline | None


@dataclass(frozen=True, slots=True)
class Sharing:
    """Several applications on one cluster, and what becomes of them."""

    workload: Workload
    room: int
    applications: tuple[Served, ...]
    usage: Usage
    load: float | None
    """What runs at a rate ask of the cluster, relative to what it can serve; None where that is unknown."""
    replications: int
    seed: int
    warnings: tuple[str, ...]

    @property
    def deadlines_met(self) -> bool:
        """Whether every deadline is kept by enough runs."""
        return all(served.deadline is None or served.deadline.met for served in self.applications)


def study_sharing(
    workload: Workload,
    models: Mapping[str, dsl.PerformanceModel],
    options: Mapping[str, Options],
    *,
    deadlines_s: Mapping[str, float] | None = None,
    replications: int = 10,
    seed: int = 1,
    progress: Progress | None = None,
) -> Sharing:
    """Return what becomes of the applications of a workload.

    Parameters
    ----------
    workload
        The cluster, and when what arrives.
    models, options
        Model and question of each application, by its name.
    deadlines_s
        Deadlines of applications by name, seconds after arrival.
    replications
        Simulations of the whole workload.
    seed
        The same seed gives the same answer.
    progress
        Called with simulations done and, where known, simulations in all.

    Raises
    ------
    UsageError
        If an application is unknown or cannot be simulated on the cluster, or none of its runs counts.
    """
    deadlines_s = deadlines_s or {}
    _check(workload, deadlines_s, replications, seed)
    company = Company(workload, models, options, seed=seed, replications=replications)
    found: list[list[Run]] = []
    for replication in range(replications):
        found.append(company.runs(replication))
        if progress:
            progress(replication + 1, None if deadlines_s else replications)
    tried = replications

    def rate_tried() -> None:
        nonlocal tried
        tried += 1
        if progress:
            progress(tried, None)

    served = []
    for number, member in enumerate(company.members):
        counting = [
            [run for run in runs if run.application == number and company.counts(run)] for runs in found
        ]
        deadline = None
        if (deadline_s := deadlines_s.get(member.entry.name)) is not None and any(counting):
            largest = None
            if member.entry.arrival.rate_per_hour is not None:
                largest = largest_rate(
                    company, number, deadline_s, replications=replications, tried=rate_tried
                )
            times_s = [run.response_s for runs in counting for run in runs]
            kept = sum(time_s <= deadline_s for time_s in times_s) / len(times_s)
            deadline = Deadline(deadline_s, kept, largest)
        served.append(_served(company, member, counting, deadline))
    cluster = workload.cluster
    load = company.load()
    return Sharing(
        workload=workload,
        room=company.cluster.total,
        applications=tuple(served),
        usage=usage(
            found,
            room=company.cluster.total,
            cores=company.cluster.total if cluster.node_cores else None,
            window=Window(workload.warm_up, workload.duration),
        ),
        load=load,
        replications=replications,
        seed=seed,
        warnings=_warnings(company, served, load),
    )


def _check(workload: Workload, deadlines_s: Mapping[str, float], replications: int, seed: int) -> None:
    names = [entry.name for entry in workload.applications]
    for name, deadline_s in deadlines_s.items():
        if name not in names:
            raise UsageError(
                f"--deadline: no application is called '{name}'", hint=f"There are {', '.join(names)}."
            )
        if not 0 < deadline_s < float("inf"):
            raise UsageError(f"--deadline {name}: must be above zero", hint="Write, for example, 10min.")
    if replications < 1:
        raise UsageError(
            f"the number of replications must be above zero, not {replications}", hint="10 is usual."
        )
    if seed < 0:
        raise UsageError(
            f"the seed must not be negative, not {seed}", hint="Any whole number from 0 will do."
        )


def _served(company: Company, member: Member, counting: list[list[Run]], deadline: Deadline | None) -> Served:
    def of(quantity: Callable[[Run], float]) -> Figure:
        found = figure(counting, quantity)
        if found is None:
            raise UsageError(
                f"{member.entry.name}: none of its runs counts",
                hint="Give a longer duration or less warm_up.",
            )
        return found

    return Served(
        member=member,
        runs=sum(map(len, counting)),
        executors=of(lambda run: float(len(run.granted_s))),
        response_s=of(lambda run: run.response_s),
        waiting_s=of(lambda run: run.waiting_s),
        slowdown=of(lambda run: run.response_s / (company.alone_s(run) or 1.0)),
        alone_s=of(company.alone_s).mean,
        deadline=deadline,
    )


def _warnings(company: Company, served: list[Served], load: float | None) -> tuple[str, ...]:
    """Return what the answer leaves out or assumes, one sentence each."""
    found = []
    if load is not None and load >= 1:
        found.append(
            f"runs arrive {load:.2g} times as fast as the cluster can serve them: the queue grows, and "
            "response times say more about the duration than about the cluster"
        )
    for each in served:
        name, asked = each.member.entry.name, len(each.member.executions.application.plan.executors)
        most = _most(company, each.member)
        if asked > most:
            found.append(
                f"{name} asks for {counted(asked, 'executor')}, but can never have more than {most} here"
            )
        found += [f"{name}: {warning}" for warning in each.member.warnings]
    rated = any(member.rate_per_s is not None for member in company.members)
    if rated and not company.workload.warm_up:
        found.append("the cluster is empty at first, and all runs count (warm_up leaves the first ones out)")
    found.append(
        "run-to-run noise of a real cluster is not in the spread of these times; predict tells it for one run"
    )
    return tuple(found)


def _most(company: Company, member: Member) -> int:
    """Return the most executors that an application can have when nobody else is there."""
    needs = member.executions.application.needs
    fit = sum(room // needs for room in company.cluster.room)
    for queue in company.cluster.queues:
        if queue.name == member.entry.queue:
            fit = min(fit, int(queue.most * company.cluster.total / needs + 1e-9))
    return fit
