"""Compiling a model: graph, number of tasks, demands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pertract import dsl
from pertract.errors import SimulationError
from pertract.simulate import Options, Plan, compile_plan, resolve
from pertract.simulate.stage import CAUSES, StagePlan

from .models import demand, model, profile, stage, workers


def compiled(options: dict[str, Any] | None = None, **fields: Any) -> Plan:
    described = model(**fields)
    return compile_plan(described, resolve(described, Options(**(options or {}))))[0]


def only_stage(
    options: dict[str, Any] | None = None, *, job_stage: dsl.Stage | None = None, **fields: Any
) -> StagePlan:
    """Return the compiled stage of a model that has one, with a profile of these fields."""
    job = dsl.Job(id="j", nodes=(job_stage or stage(),))
    configuration = {k: fields.pop(k) for k in ("default_parallelism", "shuffle_partitions") if k in fields}
    return compiled(options, nodes=(job,), profiles=(profile(**fields),), **configuration).stages[0]


def seconds(plan: StagePlan, cause: str) -> list[float]:
    return plan.causes_s[CAUSES.index(cause)].tolist()


# -- graph ---------------------------------------------------------------------------------------


def test_jobs_become_two_boundaries_around_their_stages() -> None:
    plan = compiled()
    assert {"d", "j:start", "j:end", "s"} == set(plan.ids)
    position = {name: i for i, name in enumerate(plan.ids)}
    successors = {name: {plan.ids[s] for s in plan.successors[i]} for name, i in position.items()}
    assert {"d": {"j:start"}, "j:start": {"s"}, "s": {"j:end"}, "j:end": set()} == successors
    assert {n: plan.waits_for[i] for n, i in position.items()} == {"d": 0, "j:start": 1, "s": 1, "j:end": 1}
    assert {n: plan.delay_s[i] for n, i in position.items()} == {
        "d": 1.0,
        "j:start": 0.0,
        "s": 0.0,
        "j:end": 0.0,
    }
    assert [plan.stages[i].id for i in plan.stage_of if i >= 0] == ["s"]


def test_stages_of_earlier_jobs_have_smaller_priorities() -> None:
    jobs = (
        dsl.Job(id="first", nodes=(stage("a"), stage("b"))),
        dsl.Job(id="second", nodes=(stage("c"), stage("d"))),
    )
    plan = compiled(nodes=jobs)
    by_priority = sorted(plan.stages, key=lambda s: s.priority)
    assert [s.id for s in by_priority] == ["a", "b", "c", "d"]
    assert [s.job for s in by_priority] == ["first", "first", "second", "second"]


def test_utilisation_is_relative_to_the_cores_of_all_workers() -> None:
    plan = compiled({"nodes": 4}, cluster=(workers(2, 16),))
    assert plan.cores == 64
    assert plan.cores_known


def test_work_beside_tasks_follows_the_speed_of_cores() -> None:
    beside = dsl.ExecutorProfile(start_core_seconds=6.0, per_task_core_second=0.25)
    plan = compiled({"cpu_rate": 2.0}, executor_profile=beside)
    assert (plan.background.start_core_s, plan.background.per_task_core_s) == (3.0, 0.25)


def test_collecting_garbage_follows_what_tasks_allocate() -> None:
    beside = dsl.ExecutorProfile(
        per_task_core_second=0.25, per_second_cores=0.5, per_allocated_gb_core_seconds=0.3
    )
    plain = profile()
    allocating = plain.model_copy(
        update={"volumes": plain.volumes.model_copy(update={"allocated_bytes": 4 * 10**9})}
    )
    tasks_core_s = sum(s.tasks * float(np.average(s.cpu_s, weights=s.weights)) for s in compiled().stages)
    for options, factor in (({}, 1.0), ({"cpu_rate": 2.0}, 1.0), ({"executors": 8}, 1.0)):
        plan = compiled(options, executor_profile=beside, profiles=[allocating])
        assert plan.background.per_task_core_s == pytest.approx(0.25 + factor * 0.3 * 4 / tasks_core_s)
    assert compiled({"cpu_rate": 2.0}, executor_profile=beside).background.per_second_cores == 0.25


# -- number of tasks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "options", "expected"),
    [
        ("fixed", {"data_scale": 3.0, "executors": 8}, 10),
        ("input_splits", {}, 10),
        ("input_splits", {"data_scale": 3.0}, 30),
        ("input_splits", {"data_scale": 0.01}, 1),
        ("input_splits", {"executors": 8}, 10),
        ("total_slots", {}, 10),
        ("total_slots", {"executors": 8}, 40),
        ("total_slots", {"executors": 1}, 5),
        ("total_slots", {"executors": 1, "executor_cores": 1}, 1),
        ("total_slots", {"data_scale": 3.0}, 10),
        ("shuffle_partitions", {}, 200),
        ("shuffle_partitions", {"settings": {"spark.sql.shuffle.partitions": "64"}}, 64),
        ("shuffle_partitions", {"settings": {"spark.default.parallelism": "64"}}, 200),
        ("default_parallelism", {}, 16),
        ("default_parallelism", {"settings": {"spark.default.parallelism": "64"}}, 64),
        ("default_parallelism", {"settings": {"spark.sql.shuffle.partitions": "64"}}, 16),
    ],
)
def test_the_partition_rule_decides_the_number_of_tasks(
    rule: str, options: dict[str, Any], expected: int
) -> None:
    compiled_stage = only_stage(
        options, job_stage=stage(count=10, rule=rule), default_parallelism=16, shuffle_partitions=200
    )
    assert expected == compiled_stage.tasks


@pytest.mark.parametrize("rule", ["shuffle_partitions", "default_parallelism"])
def test_without_the_setting_the_number_stays_as_measured(rule: str) -> None:
    assert only_stage(job_stage=stage(count=10, rule=rule)).tasks == 10


def test_attempts_that_failed_or_were_beaten_are_run_as_well() -> None:
    assert only_stage(job_stage=stage(count=10), attempts_per_task=1.2).tasks == 12


# -- demands -------------------------------------------------------------------------------------


def test_a_demand_is_the_mean_times_the_spread() -> None:
    assert only_stage().duration_s.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("resource", "activity", "cause"),
    [
        ("delay", "scheduling", "scheduling"),
        ("delay", "deserialisation", "scheduling"),
        ("delay", "result", "scheduling"),
        ("cpu", "compute", "cpu"),
        ("cpu", "deserialisation", "cpu"),
        ("cpu", "garbage_collection", "gc"),
        ("drive_read", "input", "drive"),
        ("drive_write", "shuffle_write", "drive"),
        ("network", "shuffle_fetch", "network"),
        ("delay", "other", "other"),
    ],
)
def test_each_demand_has_its_cause(resource: str, activity: str, cause: str) -> None:
    plan = only_stage(demands=(demand(activity, resource=resource),))
    assert seconds(plan, cause) == [1.0, 2.0, 3.0]
    assert plan.causes_s.sum() == 6.0


def test_demands_of_one_cause_add_up_group_by_group() -> None:
    demands = (demand(spread=(0.5, 1.0, 1.5)), demand(mean={"constant": 1.0}, spread=(1.0, 1.0, 1.0)))
    assert seconds(only_stage(demands=demands), "cpu") == [2.0, 3.0, 4.0]


def test_cpu_is_computing_and_garbage_collection() -> None:
    demands = tuple(
        demand(activity, mean={"constant": mean}, spread=(1, 1, 1))
        for activity, mean in (("compute", 2.0), ("garbage_collection", 0.5), ("input", 4.0))
    )
    plan = only_stage(demands=demands)
    assert plan.cpu_s.tolist() == [2.5] * 3
    assert plan.duration_s.tolist() == [6.5] * 3


def test_bytes_take_no_time() -> None:
    memory = demand("peak_execution", mean={"constant": 1e9}, resource="memory")
    assert only_stage(demands=(demand(), memory)).duration_s.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("option", "affected"),
    [
        ("cpu_rate", {"compute", "garbage_collection"}),
        ("drive_rate", {"input", "shuffle_write"}),
        ("network_rate", {"shuffle_fetch"}),
    ],
)
def test_a_rate_divides_the_demands_of_its_resource_and_no_others(option: str, affected: set[str]) -> None:
    for activity in ("compute", "garbage_collection", "input", "shuffle_write", "shuffle_fetch", "other"):
        plan = only_stage({option: 2.0}, demands=(demand(activity),))
        expected = [0.5, 1.0, 1.5] if activity in affected else [1.0, 2.0, 3.0]
        assert expected == plan.duration_s.tolist(), activity


def test_warm_up_follows_the_speed_of_cores_but_dispatch_and_handling_do_not() -> None:
    plan = only_stage(
        {"cpu_rate": 2.0}, warm_up_s=3.0, warm_up_core_seconds=2.0, dispatch_s=0.25, handling_s=0.5
    )
    assert (plan.warm_up_s, plan.warm_up_cpu_s, plan.dispatch_s, plan.handling_s) == (1.5, 1.0, 0.25, 0.5)


def test_demands_per_byte_grow_with_the_data_of_a_task() -> None:
    """Twice the data in the same number of tasks: 2 s + 4 s per measured volume."""
    fields: dict[str, Any] = {
        "demands": (demand(mean={"constant": 2.0, "task_bytes": 0.04}, spread=(1, 1, 1)),),
        "volumes": dsl.Volumes(input_bytes=200, shuffle_read_local_bytes=60, shuffle_read_remote_bytes=40),
    }
    assert only_stage(**fields).duration_s == pytest.approx([6.0] * 3)
    assert only_stage({"data_scale": 2.0}, **fields).duration_s == pytest.approx([10.0] * 3)


def test_demands_per_byte_stay_where_tasks_grow_with_the_data() -> None:
    fields: dict[str, Any] = {
        "demands": (demand(mean={"task_bytes": 0.04}, spread=(1, 1, 1)),),
        "volumes": dsl.Volumes(input_bytes=300),
        "job_stage": stage(count=3, rule="input_splits"),
    }
    assert only_stage({"data_scale": 4.0}, **fields).duration_s == pytest.approx(
        only_stage(**fields).duration_s
    )


def test_more_tasks_divide_the_same_bytes() -> None:
    fields: dict[str, Any] = {
        "demands": (demand(mean={"task_bytes": 0.04}, spread=(1, 1, 1)),),
        "volumes": dsl.Volumes(shuffle_read_local_bytes=300),
        "job_stage": stage(count=3, rule="shuffle_partitions"),
        "shuffle_partitions": 3,
    }
    more = only_stage({"settings": {"spark.sql.shuffle.partitions": "12"}}, **fields)
    assert more.duration_s == pytest.approx(only_stage(**fields).duration_s / 4)


def test_demands_may_follow_the_numbers_of_tasks_and_executors() -> None:
    demands = (demand(mean={"partitions": 0.5, "executors": 0.25}, spread=(1, 1, 1)),)
    plan = only_stage({"executors": 8}, job_stage=stage(count=10), demands=demands)
    assert plan.duration_s.tolist() == [7.0] * 3


def test_stages_without_bytes_are_told_when_the_data_changes() -> None:
    stages = (stage("a"), stage("b", profile="q"))
    described = model(
        nodes=(dsl.Job(id="j", nodes=stages),),
        profiles=(profile("p"), profile("q", volumes=dsl.Volumes(input_bytes=1))),
    )
    for scale, expected in ((1.0, []), (2.0, ["1 of 2 stages moved no measured bytes"])):
        _, assumed = compile_plan(described, resolve(described, Options(data_scale=scale)))
        assert expected == [text.partition(";")[0] for text in assumed]


# -- slots ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ratio", "expected"), [(1.0, None), (0.5, 4), (0.4, 3), (0.01, 1)])
def test_usable_slots_are_a_share_of_all(ratio: float, expected: int | None) -> None:
    assert expected == only_stage(usable_slots_ratio=ratio).usable_slots


def test_usable_slots_follow_the_configuration() -> None:
    assert only_stage({"executors": 8}, usable_slots_ratio=0.5).usable_slots == 16


def test_the_order_of_launch_is_taken_from_the_profile() -> None:
    assert only_stage().launch_order is None
    order = only_stage(launch_order=(0.9, 0.5, 0.1)).launch_order
    assert order is not None
    assert np.asarray(order).tolist() == [0.9, 0.5, 0.1]


def test_more_tasks_than_fit_into_memory_are_refused_before_they_are_made() -> None:
    described = model(nodes=(dsl.Job(id="j", nodes=(stage(rule="input_splits"),)),))
    with pytest.raises(SimulationError, match="s would have"):
        compile_plan(described, resolve(described, Options(data_scale=1e9)))


def test_joined_partitions_grow_with_data_and_slots() -> None:
    """1 GiB on 8 slots: 16 partitions of 64 MiB; three times the data: 48; 32 slots: one each."""
    mib = 2**20
    joined = stage(count=16, rule="adaptive")
    described = model(
        nodes=(dsl.Job(id="j", nodes=(joined,)),),
        profiles=(profile(volumes={"shuffle_read_remote_bytes": 1024 * mib}),),
        adaptive=dsl.AdaptiveExecution(),
    )
    tasks = {
        key: compile_plan(described, resolve(described, Options(**options)))[0].stages[0].tasks
        for key, options in {"as": {}, "data": {"data_scale": 3.0}, "slots": {"executors": 8}}.items()
    }
    assert tasks == {"as": 16, "data": 48, "slots": 32}


def test_fetching_takes_as_long_as_the_share_of_blocks_on_other_nodes_says() -> None:
    """On 2 nodes half of the blocks are elsewhere, on 4 nodes three quarters, on one none."""
    described = model(
        profiles=(profile(demands=(demand("shuffle_fetch"),), volumes={"shuffle_read_remote_bytes": 10}),)
    )

    def network_s(nodes: int) -> float:
        compiled, _ = compile_plan(described, resolve(described, Options(nodes=nodes)))
        return float(compiled.stages[0].causes_s[CAUSES.index("network")].mean())

    assert [network_s(n) for n in (2, 4, 1)] == pytest.approx([2.0, 3.0, 0.0])


def test_blocks_that_were_all_local_are_told_on_more_nodes() -> None:
    described = model(
        profiles=(profile(volumes={"shuffle_read_local_bytes": 10}),), cluster=(workers(count=1),)
    )
    for nodes, told in ((1, False), (2, True)):
        _, assumed = compile_plan(described, resolve(described, Options(nodes=nodes)))
        assert any("on their own node" in text for text in assumed) == told


def test_tasks_that_will_spill_are_told() -> None:
    """1 GiB of heap leaves 434 MiB, so 109 MiB for each of 4 slots; a task needs up to 90 MiB."""
    peak = demand("peak_execution", {"task_bytes": 1.0}, resource="memory", spread=(0.5, 1.0, 1.5))
    bytes_ = {"shuffle_read_remote_bytes": 3 * 60 * 2**20}
    described = model(profiles=(profile(demands=(demand(), peak), volumes=bytes_),))
    for options, told in (({}, False), ({"data_scale": 1.1}, False), ({"data_scale": 2.0}, True)):
        _, assumed = compile_plan(described, resolve(described, Options(**options)))
        assert any("spilling" in text for text in assumed) == told
    smaller = Options(executor_memory_bytes=2**29)
    assert any("spilling" in text for text in compile_plan(described, resolve(described, smaller))[1])


def test_more_tasks_than_slots_that_must_start_together_are_an_error() -> None:
    with pytest.raises(SimulationError, match="9 tasks of s must start together, but there are only 8 slots"):
        only_stage(job_stage=stage(count=9, barrier=True))
    assert only_stage(job_stage=stage(count=8, barrier=True)).barrier


# -- cached data -----------------------------------------------------------------------------------


def with_cached_data(shares: tuple[float, ...] = (0.9, 0.1), **options: Any) -> tuple[Plan, list[str]]:
    """Return the plan of a stage that caches data and one that reads them, on two executors."""
    stages = (
        stage("a", cached_on=shares),
        stage("b", locality=dsl.Locality(cached_by="a")),
    )
    job = dsl.Job(id="job", nodes=stages, edges=(dsl.Edge(tail="a", head="b"),))
    made = model(nodes=[job])
    return compile_plan(made, resolve(made, Options(**options)))


def test_tasks_wait_for_cached_data_only_where_it_can_matter() -> None:
    made, _ = with_cached_data()
    assert made.locality is not None
    assert made.stepwise
    assert with_cached_data(executors=1)[0].locality is None
    assert with_cached_data(settings={"spark.locality.wait": "0"})[0].locality is None
    assert compiled().locality is None


def test_cached_data_lie_where_they_lay_while_the_executors_are_the_same() -> None:
    made, warnings = with_cached_data()
    assert (made.stages[0].cached_on, warnings) == ((0.9, 0.1), [])
    for options in ({"executors": 4}, {"executor_cores": 2}):
        made, warnings = with_cached_data(**options)
        assert made.stages[0].cached_on == ()
        assert any("cached lay unevenly" in warning for warning in warnings)
    assert not any("unevenly" in warning for warning in with_cached_data((0.6, 0.4), executors=4)[1])
    assert with_cached_data((0.0,))[0].stages[0].cached_on == ()


# -- start ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measured_s", "executors", "expected_s"),
    [
        (8.0, 1, 8.0),  # the node had time for (9 + 3) / 2 = 6 s of work
        (8.0, 4, 10.5),  # (9 + 4 x 3) / 2
        (3.0, 1, 3.0),  # starting took half as much as the prior says
        (3.0, 4, 5.25),
    ],
)
def test_a_first_delay_lasts_as_long_as_starting_on_the_node_takes(
    measured_s: float, executors: int, expected_s: float
) -> None:
    described = model(
        nodes=(dsl.Delay(id="d", delay_s=measured_s), dsl.Job(id="j", nodes=(stage(),))),
        edges=(("d", "j"),),
        executors=(dsl.ExecutorGroup(count=1, slots=1),),
        cluster=(workers(count=1, cores=2),),
        executor_profile=dsl.ExecutorProfile(start_core_seconds=3.0),
    )
    driver = dsl.DriverProfile(beside_executors=True, start_core_seconds=9.0)
    described = described.model_copy(
        update={"profiles": described.profiles.model_copy(update={"driver": driver})}
    )
    options = Options(executors=executors, nodes=1, node_cores=2)
    plan, _ = compile_plan(described, resolve(described, options))
    assert plan.delay_s[plan.ids.index("d")] == pytest.approx(expected_s)
