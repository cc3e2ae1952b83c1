"""What holds for every cluster that applications share."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.simulate import simulate
from pertract.simulate.shared import Application, Closed, Cluster, Executions, Open, Queue, share
from tests.property.strategies_plan import examples, executor, plan, plans, stage, with_locality

QUEUES = (Queue("a", 0.5, 0.75), Queue("b", 0.5, 1.0))


def small(rng: np.random.Generator, name: str) -> Application:
    """Return an application of one or two stages that asks for up to five executors."""
    tasks = [rng.uniform(0.5, 5, rng.integers(1, 8)) for _ in range(rng.integers(1, 3))]
    nodes = [(stage(durations), [i - 1] if i else []) for i, durations in enumerate(tasks)]
    executors = [executor(int(rng.integers(1, 3)), registered_s=1.0) for _ in range(rng.integers(1, 6))]
    return Application(
        name,
        plan(nodes, executors),
        needs=int(rng.integers(1, 4)),
        executor_start_s=rng.uniform(0, 2),
        queue=str(rng.choice(["a", "b"])),
        weight=rng.uniform(0.5, 3),
    )


@st.composite
def clusters(draw: st.DrawFn):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    applications = [small(rng, f"app-{i}") for i in range(draw(st.integers(1, 3)))]
    arrivals = []
    for _ in applications:
        if draw(st.booleans()):
            times_s = sorted(rng.uniform(0, 20, draw(st.integers(0, 6))).tolist())
            arrivals.append(Open(tuple(times_s)))
        else:
            arrivals.append(Closed(draw(st.integers(1, 3)), rng.uniform(0, 4), draw(st.integers(1, 3))))
    scheduling = draw(st.sampled_from(["fifo", "fair", "capacity"]))
    cluster = Cluster(
        tuple(int(room) for room in rng.integers(3, 7, draw(st.integers(2, 3)))),
        scheduling,
        QUEUES if scheduling == "capacity" else (),
    )
    return (
        [Executions(each, seed=1, streams=5, apart=i) for i, each in enumerate(applications)],
        arrivals,
        cluster,
    )


def held_at(runs, time_s, *, node=None, queue=None):
    """Return the room that runs have just after a time."""
    return sum(
        run.needs
        for run in runs
        if run.end_s > time_s and queue in (None, run.queue)
        for granted_s, where in zip(run.granted_s, run.nodes, strict=True)
        if granted_s <= time_s and node in (None, where)
    )


def moments(runs):
    return sorted({time for run in runs for time in (run.arrival_s, run.end_s, *run.granted_s)})


@given(clusters())
@examples(60)
def test_room_is_never_exceeded_and_every_run_ends(drawn):
    executions, arrivals, cluster = drawn
    runs = share(executions, arrivals, cluster)
    expected = [a.copies * a.runs if isinstance(a, Closed) else len(a.times_s) for a in arrivals]
    assert [sum(run.application == i for run in runs) for i in range(len(arrivals))] == expected
    for run in runs:
        asked = executions[run.application].application.plan.executors
        assert 1 <= len(run.granted_s) <= len(asked)
        assert run.arrival_s <= run.granted_s[0] <= run.end_s
        assert run.granted_s == sorted(run.granted_s)
    for time_s in moments(runs):
        for node, room in enumerate(cluster.room):
            assert held_at(runs, time_s, node=node) <= room
        for queue in cluster.queues:
            assert held_at(runs, time_s, queue=queue.name) <= queue.most * cluster.total + 1e-9


@given(clusters())
@examples(60)
def test_no_room_is_left_that_somebody_could_use(drawn):
    executions, arrivals, cluster = drawn
    runs = share(executions, arrivals, cluster)
    most = {queue.name: queue.most * cluster.total for queue in cluster.queues}
    for time_s in moments(runs):
        free = [room - held_at(runs, time_s, node=node) for node, room in enumerate(cluster.room)]
        for run in runs:
            asked = len(executions[run.application].application.plan.executors)
            waits = run.arrival_s <= time_s < run.end_s and sum(g <= time_s for g in run.granted_s) < asked
            limit = most.get(run.queue, cluster.total) if cluster.queues else cluster.total
            within = held_at(runs, time_s, queue=run.queue if cluster.queues else None) + run.needs <= limit
            assert not (waits and within and run.needs <= max(free))


@given(clusters())
@examples(40)
def test_first_come_first_served_gives_room_in_order_of_arrival(drawn):
    executions, arrivals, cluster = drawn
    alike = [
        Executions(replace(each.application, needs=1), seed=1, streams=5) for each in executions
    ]  # otherwise a small executor may fit where a large one does not
    runs = share(alike, arrivals, replace(cluster, scheduling="fifo", queues=()))
    for earlier, later in pairwise(runs):
        asked = len(alike[earlier.application].application.plan.executors)
        assert earlier.granted_s[0] <= later.granted_s[0]
        if earlier.end_s > later.granted_s[0]:  # filled before the next one gets anything
            assert len(earlier.granted_s) == asked
            assert earlier.granted_s[-1] <= later.granted_s[0]


@given(clusters())
@examples(20)
def test_the_same_seed_gives_the_same_runs(drawn):
    executions, arrivals, cluster = drawn
    again = [Executions(each.application, seed=1, streams=5, apart=i) for i, each in enumerate(executions)]
    assert share(executions, arrivals, cluster) == share(again, arrivals, cluster)


@given(
    plans(late=True, limited=True, sharing="somewhere", extras=True, driver=True),
    st.booleans(),
    st.integers(1, 3),
    st.floats(0.01, 0.99),
)
@examples(150)
def test_executors_that_come_later_change_nothing_before(made, local, more, at):
    if local:
        made = with_locality(made, np.random.default_rng(more))
    usual = simulate(made, np.random.default_rng(1))
    time_s = at * usual.response_time_s
    # On nodes that have executors already: each node's cores are shared from the start.
    node = made.executors[0].node
    others = tuple(executor(2, node=node, registered_s=time_s) for _ in range(more))
    later = simulate(replace(made, executors=made.executors + others), np.random.default_rng(1))
    assert later.response_time_s >= time_s * (1 - 1e-9)
    for before, after in zip(usual.stages, later.stages, strict=True):
        known = np.sort(before.ends_s[before.ends_s < time_s])
        same = np.sort(after.ends_s[after.ends_s < time_s])
        assert same == pytest.approx(known, rel=1e-9)
