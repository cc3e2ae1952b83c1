"""Max-min fairness of random links, as the definition says it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from pertract.simulate import Plan, simulate
from pertract.simulate.network import Network, fair_rates, receivers_limit
from pertract.simulate.outcome import breakdown, busy_core_s
from pertract.simulate.transfers import Bandwidth
from pertract.simulate.volumes import TaskVolumes

from .strategies_plan import eventful_plans, examples, plans

CLOSE = 1e-9

capacities = st.sampled_from([1.0, 2.0, 3.0, 7.5, 10.0, 1e9])


@st.composite
def links(draw: st.DrawFn) -> tuple[list[int], list[float], list[float], list[float]]:
    """Draw tasks per node, shares of the blocks, ingress and egress; nobody holds all blocks."""
    nodes = draw(st.integers(2, 7))
    tasks = draw(st.lists(st.integers(0, 5), min_size=nodes, max_size=nodes))
    weights = draw(st.lists(st.integers(0, 4), min_size=nodes, max_size=nodes))
    if sum(weight > 0 for weight in weights) < 2:
        weights = [1] * nodes
    shares = [weight / sum(weights) for weight in weights]
    ingress, egress = (draw(st.lists(capacities, min_size=nodes, max_size=nodes)) for _ in range(2))
    return tasks, shares, ingress, egress


@given(links())
@examples(400)
def test_rates_are_max_min_fair(drawn: tuple[list[int], list[float], list[float], list[float]]) -> None:
    """No link carries more than it can, and every flow has a full link where none is faster."""
    tasks, shares, ingress, egress = map(np.array, drawn)
    rates = np.array(fair_rates(*drawn))
    nodes = len(tasks)
    uses = np.array(
        [[shares[s] / (1 - shares[r]) if s != r else 0.0 for r in range(nodes)] for s in range(nodes)]
    )
    uses = np.vstack([np.eye(nodes), uses])  # link by receiving node: bytes on the link per byte fetched
    capacity = np.concatenate([ingress, egress])
    carried = uses @ (tasks * rates)
    assert (carried <= capacity * (1 + CLOSE)).all()
    full = carried >= capacity * (1 - CLOSE)
    active = tasks > 0
    assert (rates[~active] == 0).all()
    for node in np.flatnonzero(active):
        fastest = [rates[active & (link > 0)].max() for link in uses[full] if link[node] > 0]
        assert any(rates[node] >= rate * (1 - CLOSE) for rate in fastest)


@given(links())
@examples(400)
def test_where_receivers_limit_fetches_each_gets_its_part_of_the_receivers_link(
    drawn: tuple[list[int], list[float], list[float], list[float]],
) -> None:
    """And elsewhere one fetch on every node that may fetch is enough for a sender to be the limit."""
    tasks, shares, *_ = drawn
    receivers = [node for node, count in enumerate(tasks) if count]
    one_each = fair_rates(
        [min(count, 1) for count in tasks], shares, [10.0] * len(tasks), [10.0] * len(tasks)
    )
    alone = [one_each[node] >= 10 * (1 - CLOSE) for node in receivers]
    assert receivers_limit(shares, receivers) == all(alone)
    if all(alone):
        rates = fair_rates(tasks, shares, [10.0] * len(tasks), [10.0] * len(tasks))
        assert rates == pytest.approx([10 / count if count else 0.0 for count in tasks])


@given(st.integers(2, 5), st.integers(0, 2**32 - 1), st.integers(1, 25))
@examples(100)
def test_every_byte_is_served_and_no_link_is_faster_than_it_can(nodes: int, seed: int, fetches: int) -> None:
    rng = np.random.default_rng(seed)
    env = simpy.Environment()
    ends_s: dict[int, float] = {}
    network = Network(env, [1 / nodes] * nodes, 5.0, lambda key: ends_s.setdefault(key[1], env.now))
    sizes, at_s = rng.lognormal(2, 1, fetches), rng.uniform(0, 4, fetches)
    receivers = rng.integers(0, nodes, fetches)
    for number in range(fetches):
        env.timeout(at_s[number]).callbacks.append(
            lambda _, n=number: network.add((0, n, 0), int(receivers[n]), float(sizes[n]))
        )
    env.run()
    assert len(ends_s) == fetches
    assert network.served_bytes == pytest.approx(sizes.sum())
    for number, end_s in ends_s.items():
        assert end_s >= at_s[number] + sizes[number] / 5.0 - CLOSE
    for node in set(receivers.tolist()):
        here = receivers == node
        assert (
            max(ends_s[n] for n in np.flatnonzero(here)) >= at_s[here].min() + sizes[here].sum() / 5.0 - CLOSE
        )


def moving(plan: Plan, bytes_per_s: float, seed: int) -> Plan:
    """Return a plan whose tasks move bytes over drives and links of this bandwidth."""
    rng = np.random.default_rng(seed)
    nodes = len(plan.node_cores)
    links = Bandwidth((bytes_per_s,) * nodes, (bytes_per_s,) * nodes, bytes_per_s, (1 / nodes,) * nodes)
    stages = [replace(s, volumes=TaskVolumes(*rng.lognormal(0, 1, 3).tolist())) for s in plan.stages]
    return replace(plan, stages=tuple(stages), bandwidth=links)


@given(
    plans(late=True, limited=True, sharing="somewhere", extras=True, driver=True), st.integers(0, 2**32 - 1)
)
@examples(60)
def test_ample_bandwidth_changes_nothing(plan: Plan, seed: int) -> None:
    usual = simulate(plan, np.random.default_rng(seed), stepwise=True)
    ample = simulate(moving(plan, 1e15, seed), np.random.default_rng(seed))
    assert ample.response_time_s == pytest.approx(usual.response_time_s, rel=1e-6, abs=1e-6)


@given(
    st.one_of(
        plans(late=True, limited=True, sharing="somewhere", extras=True, driver=True), eventful_plans()
    ),
    st.integers(0, 2**32 - 1),
)
@examples(100)
def test_tasks_move_their_bytes_in_the_time_they_take(plan: Plan, seed: int) -> None:
    """Every task is as long as its parts, and nobody moves bytes faster than a drive or link can."""
    speed = 2.0
    made = moving(plan, speed, seed)
    trace = simulate(made, np.random.default_rng(seed))
    assert sum(breakdown(trace).values()) == pytest.approx(trace.response_time_s)
    for stage, planned in zip(trace.stages, made.stages, strict=True):
        assert stage.moved_s is not None
        volumes = planned.volumes
        assert volumes.drive_read is not None
        assert volumes.drive_write is not None
        assert volumes.network is not None
        length_s = stage.ends_s - stage.starts_s
        assert (stage.moved_s.sum(axis=0) <= length_s + CLOSE).all()
        assert (stage.tasks.cpu_s <= length_s + CLOSE).all()
        last = stage.moved_s[:, stage.last]
        assert last[0] >= (volumes.drive_read + volumes.drive_write) / speed - CLOSE
        assert last[1] >= volumes.network / speed - CLOSE


def partly_moving(plan: Plan, seed: int) -> Plan:
    """Return a plan of which some tasks move bytes over some of the drives and links, not all alike."""
    rng = np.random.default_rng(seed)
    nodes = len(plan.node_cores)
    read, write = (tuple(rng.uniform(1, 5, nodes).tolist()) for _ in range(2))
    link = rng.uniform(1, 5)
    drives, network = [(True, True), (True, False), (False, True)][rng.integers(3)]
    links = Bandwidth(
        read if drives else None, write if drives else None, link if network else None, (1 / nodes,) * nodes
    )

    def bytes_of(shared: bool) -> float | None:
        return None if not shared or rng.random() < 0.25 else rng.lognormal()

    stages = tuple(
        replace(s, volumes=TaskVolumes(bytes_of(drives), bytes_of(network), bytes_of(drives)))
        for s in plan.stages
    )
    return replace(plan, stages=stages, bandwidth=links)


@given(
    plans(late=True, leaving=True, limited=True, sharing="somewhere", extras=True, driver=True),
    st.integers(0, 2**32 - 1),
)
@examples(300)
def test_one_server_per_device_and_flows_over_all_links_give_the_same_schedule(plan: Plan, seed: int) -> None:
    """Played between events, with an event for every task, and with rates of all fetches found anew."""
    made = partly_moving(plan, seed)
    assert not made.stepwise
    fast = simulate(made, np.random.default_rng(seed))
    with pytest.MonkeyPatch.context() as patch:
        stepwise = simulate(made, np.random.default_rng(seed), stepwise=True)
        patch.setattr(Plan, "links_apart", False)
        flows = simulate(made, np.random.default_rng(seed))
    for other in (stepwise, flows):
        assert fast.end_s == pytest.approx(other.end_s, abs=1e-7)
        for mine, yours in zip(fast.stages, other.stages, strict=True):
            assert mine.starts_s == pytest.approx(yours.starts_s, abs=1e-7)
            assert mine.ends_s == pytest.approx(yours.ends_s, abs=1e-7)
            assert (mine.executors == yours.executors).all()
            assert mine.last == yours.last
            assert mine.moved_s is not None
            assert mine.moved_s == pytest.approx(yours.moved_s, abs=1e-7)
            assert (mine.shared is None) == (yours.shared is None)
        end_s = np.linspace(0, fast.response_time_s, 7)
        assert busy_core_s(fast, end_s) == pytest.approx(busy_core_s(other, end_s), abs=1e-6)
