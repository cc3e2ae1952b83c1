"""Models at random whose predictions leave nothing to chance.

Times are continuous, so that no two events coincide: which of them came first would be a matter of rounding.
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from pertract import dsl


def continuous(low: float, high: float) -> st.SearchStrategy[float]:
    """Draw numbers that are never simple."""
    return st.integers(0, 2**32 - 1).map(lambda seed: float(np.random.default_rng(seed).uniform(low, high)))


SECONDS, LITTLE = continuous(0.01, 20), continuous(0.001, 0.5)
LAWS: st.SearchStrategy[dsl.Law] = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {}, optional={"constant": SECONDS, "data": SECONDS, "slots": LITTLE, "log_executors": SECONDS}
    ),
)


@st.composite
def demands(draw: st.DrawFn, groups: int) -> tuple[dsl.Demand, ...]:
    """Draw demands of alike spread: an export says one size for all demands of a task."""
    spread = draw(st.lists(continuous(0.2, 3), min_size=groups, max_size=groups))
    mean = sum(spread) / groups
    variables = st.fixed_dictionaries(
        {"constant": SECONDS},
        optional={
            "task_bytes": st.just(1e-9),
            "task_records": st.just(2e-7),
            "task_records_log": st.just(1e-8),
            "task_data": LITTLE,
            "data": LITTLE,
            "partitions": LITTLE,
            "executors": LITTLE,
            "log_executors": LITTLE,
        },
    )
    kinds = [
        ("cpu", "compute"),
        ("cpu", "garbage_collection"),
        ("cpu", "python"),
        ("network", "shuffle_fetch"),
        ("drive_read", "input"),
        ("delay", "scheduling"),
        ("delay", "other"),
    ]
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4, unique=True))
    return tuple(
        dsl.Demand(
            resource=resource,
            activity=activity,
            unit=dsl.profile.UNIT_OF[resource],
            mean=draw(variables),
            spread=tuple(value / mean for value in spread),
        )
        for resource, activity in chosen
    )


@st.composite
def profiles(
    draw: st.DrawFn, id: str, tasks: int, slots: int, *, alike: bool, launching: bool
) -> dsl.StageProfile:
    groups = 1 if alike else tasks
    between = draw(
        st.sampled_from(["nothing", "dispatch", "handling", *(["launch", "limit"] if launching else [])])
    )
    return dsl.StageProfile(
        id=id,
        weights=(float(tasks),) if alike else (1.0,) * tasks,
        launch_order=() if alike else tuple(draw(st.permutations([(i + 0.5) / tasks for i in range(tasks)]))),
        demands=draw(demands(groups)),
        volumes=dsl.Volumes(
            input_bytes=draw(st.integers(10**6, 10**10)), input_records=draw(st.integers(10, 10**8))
        ),
        **(
            {"warm_up_s": draw(continuous(0.5, 2)), "warm_up_core_seconds": draw(LITTLE)}
            if draw(st.booleans())
            else {}
        ),
        **({"dispatch_s": draw(LITTLE)} if between == "dispatch" else {}),
        **({"handling_s": draw(LITTLE)} if between == "handling" else {}),
        **({"launch_interval_s": draw(LITTLE)} if between == "launch" else {}),
        **({"usable_slots_ratio": draw(st.integers(1, slots)) / slots} if between == "limit" else {}),
    )


def delays(id: str) -> st.SearchStrategy[dsl.Delay]:
    return st.builds(dsl.Delay, id=st.just(id), delay_s=SECONDS, law=LAWS)


@st.composite
def partitions(draw: st.DrawFn, tasks: int, *, alike: bool) -> dsl.Partitions:
    rule = draw(st.sampled_from(["fixed", "input_splits", "total_slots", "law"])) if alike else "fixed"
    law = {"constant": 1.0, "data": float(tasks - 1)} if rule == "law" else {}
    return dsl.Partitions(count=tasks, rule=rule, law=law)


@st.composite
def edges(draw: st.DrawFn, names: list[str]) -> tuple[dsl.Edge, ...]:
    pairs = [(tail, head) for i, tail in enumerate(names) for head in names[i + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=5, unique=True)) if pairs else []
    return tuple(dsl.Edge(tail=tail, head=head) for tail, head in chosen)


@st.composite
def models(draw: st.DrawFn, *, launching: bool = True) -> dsl.PerformanceModel:
    """Draw a model of which every replication gives the same response time, whatever is asked.

    Parameters
    ----------
    launching
        With stages that wait for the driver, keep to some of the slots, or take slots in turn: only one form
        of an export says so.
    """
    per_executor, executors = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    slots = per_executor * executors
    names = iter(draw(st.permutations([f"{name}{n}" for n in range(2) for name in _TEXTS])))
    found: list[dsl.Job | dsl.Delay] = [draw(delays("begin"))]
    made: list[dsl.StageProfile] = []
    across: list[dsl.Edge] = []
    before: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        id = next(names)
        if draw(st.integers(0, 3)) == 0:
            found.append(draw(delays(id)))
            continue
        nodes: list[dsl.Stage | dsl.Delay] = []
        for _ in range(draw(st.integers(0, 3))):
            inner = next(names)
            if draw(st.integers(0, 4)) == 0:
                nodes.append(draw(delays(inner)))
                continue
            tasks = draw(st.integers(1, 9))
            alike = draw(st.booleans())  # else the number of tasks stays, because sizes have an order
            made.append(draw(profiles(inner, tasks, slots, alike=alike, launching=launching)))
            nodes.append(
                dsl.Stage(
                    id=inner,
                    name=draw(st.sampled_from(["", "count at A.scala:1"])),
                    profile=inner,
                    partitions=draw(partitions(tasks, alike=alike)),
                )
            )
        if before and nodes and draw(st.booleans()):
            across.append(dsl.Edge(tail=draw(st.sampled_from(before)), head=nodes[0].id))
        before += [node.id for node in nodes]
        found.append(dsl.Job(id=id, nodes=tuple(nodes), edges=draw(edges([node.id for node in nodes]))))
    waits = draw(st.sampled_from([0.0, 0.0, 7.5]))
    group = dsl.ExecutorGroup(count=executors, slots=per_executor)
    late = dsl.ExecutorGroup(count=1, slots=per_executor, registered_s=waits)
    return dsl.PerformanceModel(
        name="random",
        execution=dsl.ExecutionArchitecture(
            framework="Spark",
            configuration=dsl.ApplicationConfiguration(
                executors=(group, late) if waits else (group,),
                scheduler_mode=draw(st.sampled_from(["FIFO", "FAIR"])) if launching else "FIFO",
            ),
            nodes=tuple(found),
            edges=(*draw(edges([node.id for node in found])), *across),
        ),
        profiles=dsl.ResourceProfiles(
            stages=tuple(made),
            executor=dsl.ExecutorProfile(per_task_core_second=draw(st.sampled_from([0.0, 0.25]))),
        ),
        workload=dsl.DataWorkload(
            data=draw(st.sampled_from([(), (dsl.FileData(id="file", size_bytes=5 * 10**9, records=10**6),)]))
        ),
        resources=dsl.ResourceArchitecture(
            nodes=(dsl.NodeGroup(id="workers", count=draw(st.integers(1, 2)), cores=100),)
        ),
    )


_TEXTS = [
    "a",
    "stage-",
    "x (2 nodes)",
    "Käse & <Brot> ",
    "a/b",
    '"q"',
    "count at A.scala:",
    "I.",
    "job-",
    "é",
]
