"""Small plans, by hand and at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from pertract.simulate import simulate
from pertract.simulate.placement import ExecutorPlan
from pertract.simulate.plan import Plan
from pertract.simulate.policies import Allocation, Speculation
from pertract.simulate.stage import CAUSES, StagePlan

PLENTY = 1_000_000
"""More cores than any node has slots: tasks never share one."""


def examples(count: int) -> settings:
    """Return settings that try the same examples in every run, however slow the machine is."""
    return settings(derandomize=True, deadline=None, max_examples=count)


# -- by hand -------------------------------------------------------------------------------------


def executor(
    slots: int, *, node: int = 0, registered_s: float = 0.0, removed_s: float | None = None
) -> ExecutorPlan:
    return ExecutorPlan(slots, node, registered_s, removed_s)


def stage(
    durations_s: Sequence[float] | np.ndarray,
    *,
    cpu_s: Sequence[float] | np.ndarray | None = None,
    **options: object,
) -> StagePlan:
    """Return a stage with one task for each duration, launched in the order given."""
    durations = np.array(durations_s, dtype=float)
    cpu = np.zeros_like(durations) if cpu_s is None else np.array(cpu_s, dtype=float)
    causes = np.zeros((len(CAUSES), len(durations)))
    causes[CAUSES.index("cpu")] = cpu
    causes[CAUSES.index("other")] = durations - cpu
    options = {
        "id": "",
        "name": "",
        "job": "job",
        "priority": 0,
        "tasks": len(durations),
        "weights": np.ones(len(durations)),
        "causes_s": causes,
        "launch_order": np.arange(len(durations)) / len(durations),
    } | options
    return StagePlan(**options)  # type: ignore[arg-type]


def plan(
    nodes: Sequence[tuple[StagePlan | float, Sequence[int]]],
    executors: Sequence[ExecutorPlan],
    node_cores: Sequence[int] | None = None,
) -> Plan:
    """Return a plan of stages and delays (a number), each with the positions of its predecessors.

    Stages that come first get slots first.
    """
    stages: list[StagePlan] = []
    delays, stage_of = [], []
    for element, _ in nodes:
        is_stage = isinstance(element, StagePlan)
        delays.append(0.0 if is_stage else float(element))
        stage_of.append(len(stages) if is_stage else -1)
        if is_stage:
            stages.append(replace(element, id=f"stage-{len(stages)}", priority=len(stages)))
    successors: list[list[int]] = [[] for _ in nodes]
    for head, (_, tails) in enumerate(nodes):
        for tail in tails:
            successors[tail].append(head)
    if node_cores is None:
        node_cores = [PLENTY] * (max((e.node for e in executors), default=0) + 1)
    slots = sum(e.slots for e in executors)
    return Plan(
        ids=tuple(f"node-{i}" for i in range(len(nodes))),
        delay_s=tuple(delays),
        stage_of=tuple(stage_of),
        successors=tuple(map(tuple, successors)),
        waits_for=tuple(len(tails) for _, tails in nodes),
        stages=tuple(stages),
        executors=tuple(executors),
        node_cores=tuple(node_cores),
        cores=max(1, slots),
        cores_known=False,
        slots=slots,
    )


def slots_at_once(count: int) -> list[ExecutorPlan]:
    """Return one executor that is there from the start."""
    return [executor(count)]


# -- at random -----------------------------------------------------------------------------------


@st.composite
def plans(
    draw: st.DrawFn,
    *,
    boundaries: bool = True,
    late: bool = False,
    leaving: bool = False,
    limited: bool = False,
    sharing: Literal["nowhere", "everywhere", "somewhere"] = "nowhere",
    extras: bool = False,
    driver: bool = False,
) -> Plan:
    """Draw an acyclic plan; times are continuous, so that no two events coincide by chance.

    Parameters
    ----------
    boundaries
        With nodes of no length, like the starts and ends of jobs.
    late, leaving
        With executors that register later, or leave.
    limited
        With stages that cannot use all slots.
    sharing
        Which nodes have fewer cores than slots.
    extras
        With warm-up, dispatch and handling, and executors that are cold at first.
    driver
        With a driver that needs time to launch tasks, sometimes longer for some stages.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    executors = []
    for _ in range(draw(st.integers(1, 4))):
        registered_s = rng.uniform(0, 3) if late and draw(st.booleans()) else 0.0
        removed_s = registered_s + rng.uniform(0, 5) if leaving and draw(st.booleans()) else None
        slots = draw(st.integers(2 if sharing == "everywhere" else 1, 3))
        node = draw(st.integers(0, 2))
        executors.append(executor(slots, node=node, registered_s=registered_s, removed_s=removed_s))
    nodes: list[tuple[StagePlan | float, list[int]]] = []
    kinds = st.sampled_from(["stage", "stage", "delay", "boundary"] if boundaries else ["stage", "delay"])
    for i in range(draw(st.integers(1, 7))):
        predecessors = sorted(draw(st.sets(st.integers(0, i - 1), max_size=3))) if i else []
        match draw(kinds):
            case "stage":
                options: dict[str, object] = {}
                if limited and draw(st.booleans()):
                    options["usable_slots"] = draw(st.integers(1, 6))
                if extras:
                    warm_up_s = rng.uniform(0, 1)
                    options |= {
                        "warm_up_s": warm_up_s,
                        "warm_up_cpu_s": warm_up_s * rng.uniform(),
                        "dispatch_s": rng.uniform(0, 0.2),
                        "handling_s": rng.uniform(0, 0.3) if draw(st.booleans()) else 0.0,
                    }
                if driver and draw(st.booleans()):
                    options["launch_interval_s"] = rng.uniform(0.05, 1)
                nodes.append((_random_stage(rng, draw(st.integers(1, 9)), options), predecessors))
            case "delay":
                nodes.append((rng.uniform(0.1, 3), predecessors))
            case "boundary":
                nodes.append((0.0, predecessors))
    cores = [PLENTY] * 3
    for node in {e.node for e in executors} if sharing != "nowhere" else ():
        slots = sum(e.slots for e in executors if e.node == node)
        cores[node] = draw(st.integers(1, slots - 1 if sharing == "everywhere" else slots))
    made = plan(nodes, executors, cores)
    if driver and draw(st.booleans()):
        made = replace(made, driver_launch_s=rng.uniform(0.01, 0.5))
    if extras and draw(st.booleans()):
        cold_s = rng.uniform(0, 1)
        made = replace(made, cold_s=cold_s, cold_cpu_s=cold_s * rng.uniform())
    return made


@st.composite
def eventful_plans(draw: st.DrawFn) -> Plan:
    """Draw a plan whose executors are allocated or lost, whose tasks are copied, or all of it."""
    made = draw(plans(late=True, limited=True, sharing="somewhere", extras=True, driver=True))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kinds = draw(st.sets(st.sampled_from(["allocation", "speculation", "losses"]), min_size=1))
    if "allocation" in kinds:
        limit, slots = draw(st.integers(1, 6)), draw(st.integers(1, 3))
        least = draw(st.integers(0, limit))
        policy = Allocation(
            slots=slots,
            limit=limit,
            initial=draw(st.integers(least, limit)),
            least=least,
            backlog_s=rng.uniform(0, 1),
            sustained_s=rng.uniform(0.01, 1),
            idle_s=rng.uniform(0, 2),
            ratio=rng.uniform(0.2, 1),
            tracking=draw(st.booleans()),
            first_s=rng.uniform(0, 1),
            start_s=rng.uniform(0, 1),
        )
        made = replace(made, executors=(), allocation=policy, slots=limit * slots)
    if "speculation" in kinds:
        policy_of_copies = Speculation(rng.uniform(0.05, 1), rng.uniform(0.5, 3), rng.uniform(), 0.1)
        made = replace(made, speculation=policy_of_copies)
    if "losses" in kinds:
        times_s = sorted(rng.uniform(0, 8, draw(st.integers(1, 4))).tolist())
        service = draw(st.booleans())
        made = replace(
            made, losses_s=tuple(times_s), shuffle_service=service, executor_start_s=rng.uniform(0, 2)
        )
    return made


def plan_with_losses(seed: int) -> Plan:
    """Return a random plan of stages that read each other, whose executors die while it runs.

    Not drawn by hypothesis, which likes small examples: here most losses take output that is needed.
    """
    rng = np.random.default_rng(seed)
    extras, driver, shared = rng.random(3) < 0.5
    nodes: list[tuple[StagePlan | float, list[int]]] = []
    for i in range(rng.integers(2, 8)):
        options: dict[str, object] = {}
        if extras:
            options = {"warm_up_s": rng.uniform(), "dispatch_s": rng.uniform(0, 0.2)}
            options["handling_s"] = rng.uniform(0, 0.3) if rng.random() < 0.5 else 0.0
        before = rng.choice(i, size=min(i, rng.integers(1, 3)), replace=False).tolist() if i else []
        if i and rng.random() < 0.25:
            nodes.append((rng.uniform(0.1, 2), before))
        else:
            nodes.append((_random_stage(rng, int(rng.integers(2, 10)), options), before))
    executors = [executor(int(rng.integers(1, 4)), node=n) for n in range(rng.integers(2, 5))]
    cores = [max(1, e.slots - 1) if shared and rng.random() < 0.5 else PLENTY for e in executors]
    made = plan(nodes, executors, cores)
    if driver:
        made = replace(made, driver_launch_s=rng.uniform(0.01, 0.2))
    made = replace(made, executor_start_s=rng.uniform(0, 2), shuffle_service=bool(rng.random() < 0.2))
    undisturbed_s = simulate(made, np.random.default_rng(0)).response_time_s
    times_s = np.sort(rng.uniform(0, 1.3 * undisturbed_s, rng.integers(1, 5)))
    return replace(made, losses_s=tuple(times_s.tolist()))


def _random_stage(rng: np.random.Generator, tasks: int, options: dict[str, object]) -> StagePlan:
    durations = rng.lognormal(0, 0.7, tasks)
    causes = rng.dirichlet(np.ones(len(CAUSES)), tasks).T * durations
    return stage(durations, causes_s=causes, **options)
