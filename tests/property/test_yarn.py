"""What YARN grants never exceeds what there is, whatever is asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pertract import dsl
from pertract.errors import UsageError
from pertract.simulate import yarn
from pertract.simulate.yarn.cluster import Nodes
from pertract.simulate.yarn.sizes import Size, counts_vcores
from pertract.units import MIB

sizes = st.builds(Size, st.integers(256, 65536), st.integers(1, 64))


def contained(size: Size) -> dsl.ContainerSize:
    return dsl.ContainerSize(memory_bytes=size.memory_mib * MIB, vcores=size.vcores)


queues = st.builds(
    dsl.Queue,
    path=st.just("root.a"),
    capacity=st.floats(0, 1),
    maximum=st.floats(0.01, 1),
    maximum_size=st.none() | sizes.map(contained),
    minimum_user_share=st.floats(0.01, 1),
    user_limit_factor=st.none() | st.floats(0.1, 10),
    active_users=st.integers(1, 4),
    used=st.none() | sizes.map(contained),
)
managers = st.builds(
    dsl.ClusterManager,
    scheduler=st.sampled_from(["capacity", "fair", "fifo"]),
    calculator=st.sampled_from(["memory", "dominant"]),
    minimum=st.builds(Size, st.integers(1, 4096), st.integers(1, 2)).map(contained),
    maximum=st.just(contained(Size(2**20, 2**10))),
    increment=st.none() | st.builds(Size, st.integers(1, 2048), st.integers(1, 2)).map(contained),
    heartbeat_s=st.floats(0.1, 5),
    containers_per_heartbeat=st.none() | st.integers(1, 5),
    queues=st.lists(queues, max_size=1).map(tuple),
)
clusters = st.lists(sizes, min_size=1, max_size=6).map(tuple)


def granted(
    rules: dsl.ClusterManager, nodes: Nodes, heap_mib: int, cores: int, asked: int
) -> yarn.Grant | None:
    """What is granted, or None for a container that is too large."""
    try:
        containers = yarn.container_sizes(
            rules,
            dsl.ContainerRequest(),
            heap_bytes=heap_mib * MIB,
            cores=cores,
            settings={},
            largest=nodes.largest,
        )
    except UsageError:
        return None
    return yarn.grant(rules, "root.a", nodes, containers, asked)


@given(managers, clusters, st.integers(100, 20000), st.integers(1, 8), st.integers(1, 60))
def test_nothing_is_granted_that_is_not_there(rules, machines, heap_mib, cores, asked):
    nodes = Nodes(machines, 0, ())
    found = granted(rules, nodes, heap_mib, cores, asked)
    if found is None:
        return
    assert len(found.nodes) == len(found.allocated_s) <= asked
    assert (found.limited_by is None) == (len(found.nodes) == asked)
    assert found.sizes.executor.memory_mib >= found.sizes.asked.memory_mib
    assert list(found.allocated_s) == sorted(found.allocated_s)
    for position, node in enumerate(machines):
        taken = found.sizes.executor.times(found.nodes.count(position))
        if position == 0 and found.nodes.count(0):
            taken = taken.plus(found.sizes.master)
        assert found.nodes.count(position) <= found.room[position]
        assert taken.memory_mib <= node.memory_mib
        assert taken.vcores <= node.vcores or not counts_vcores(rules)
    assert yarn.why(rules, nodes, found)


@given(
    managers, clusters, st.integers(100, 20000), st.integers(1, 4000), st.integers(1, 8), st.integers(1, 60)
)
def test_larger_executors_are_never_more(rules, machines, heap_mib, more_mib, cores, asked):
    nodes = Nodes(machines, 0, ())
    small = granted(rules, nodes, heap_mib, cores, asked)
    large = granted(rules, nodes, heap_mib + more_mib, cores, asked)
    if large is not None:
        assert small is not None
        assert len(large.nodes) <= len(small.nodes)


@given(managers, clusters, st.integers(100, 20000), st.integers(1, 8), st.integers(1, 60))
def test_who_asks_for_more_gets_no_fewer(rules, machines, heap_mib, cores, asked):
    nodes = Nodes(machines, 0, ())
    some, more = (granted(rules, nodes, heap_mib, cores, number) for number in (asked, asked + 1))
    if some is not None and more is not None:
        assert len(some.nodes) <= len(more.nodes) <= len(some.nodes) + 1
