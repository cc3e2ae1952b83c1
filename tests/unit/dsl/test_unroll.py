"""Loops get other numbers of rounds, and the rest of the application stays what it was."""

from __future__ import annotations

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from pertract import dsl
from pertract.dsl.graph import flatten
from pertract.dsl.unroll import unroll


def job(name: str) -> dsl.Job:
    stage = dsl.Stage(id=f"{name}-s", profile="p", partitions=dsl.Partitions(count=1))
    return dsl.Job(id=name, nodes=(stage,))


def looping(rounds: int, width: int = 1, *, delays: bool = True) -> dsl.ExecutionArchitecture:
    """first, then rounds of ``width`` jobs with a delay before each, then last."""
    nodes: list[dsl.Job | dsl.Delay] = [job("first")]
    names, before, edges = [], "first", []
    for r in range(rounds):
        inside = []
        for w in range(width):
            chain = [f"d{r}.{w}", f"j{r}.{w}"] if delays else [f"j{r}.{w}"]
            for name in chain:
                nodes.append(dsl.Delay(id=name, delay_s=1.0) if name.startswith("d") else job(name))
                edges.append(dsl.Edge(tail=before, head=name))
                before = name
            inside += chain
        names.append(tuple(inside))
    nodes.append(job("last"))
    edges.append(dsl.Edge(tail=before, head="last"))
    # Every round reads what the first job left.
    edges += [dsl.Edge(tail="first-s", head=f"j{r}.0-s", data_transmission_factor=0.5) for r in range(rounds)]
    return dsl.ExecutionArchitecture(
        framework="Spark",
        configuration=dsl.ApplicationConfiguration(executors=(dsl.ExecutorGroup(count=1, slots=1),)),
        nodes=tuple(nodes),
        edges=tuple(edges),
        loops=(dsl.Loop(parameter="n", value=rounds, rounds=tuple(names)),),
    )


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 9), st.booleans())
def test_rounds_follow_the_parameter_and_stay_a_chain(
    rounds: int, width: int, wanted: int, delays: bool
) -> None:
    execution = unroll(looping(rounds, width, delays=delays), {"n": wanted})
    expected = looping(wanted, width, delays=delays)
    assert len(execution.nodes) == len(expected.nodes)
    assert len(execution.edges) == len(expected.edges)
    ids = [node.id for node in execution.nodes]
    assert len(set(ids)) == len(ids)
    assert (ids[0], ids[-1]) == ("first", "last")
    shape, same = flatten(execution), flatten(expected)
    assert nx.is_isomorphic(shape, same)
    assert nx.dag_longest_path_length(shape) == nx.dag_longest_path_length(same)
    order = list(nx.topological_sort(shape))
    assert order.index(("last", "start")) == max(
        order.index((j.id, "end")) + 1 for j in execution.jobs if j.id != "last"
    )


def test_other_parameters_change_nothing() -> None:
    execution = looping(3)
    assert unroll(execution, {}) == execution
    assert unroll(execution, {"n": 3}) == execution


def test_rounds_can_be_a_multiple_of_the_parameter() -> None:
    loop = dsl.Loop(parameter="n", value=10, rounds=(("a",), ("b",)), rounds_per_unit=0.2)
    assert [loop.rounds_for(value) for value in (10, 15, 20, 0)] == [2, 3, 4, 1]
