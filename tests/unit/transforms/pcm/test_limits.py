from __future__ import annotations

import pytest

from pertract import api, dsl
from pertract.transforms.pcm.limits import LIMITS

from .models import demand, job, model, one_stage, profile, stage

BY_NAME = {limit.name: limit for limit in LIMITS}


def changed(of: dsl.PerformanceModel, **fields: object) -> dsl.PerformanceModel:
    """Return a model with another configuration."""
    configuration = of.execution.configuration.model_copy(update=fields)
    return of.model_copy(
        update={"execution": of.execution.model_copy(update={"configuration": configuration})}
    )


def with_profiles(of: dsl.PerformanceModel, **fields: object) -> dsl.PerformanceModel:
    return of.model_copy(update={"profiles": of.profiles.model_copy(update=fields)})


def two_stages(**fields: object) -> dsl.PerformanceModel:
    return model(
        job("job-0", stage("a", 4), stage("b", 4, **fields), edges=[("a", "b")]),
        profiles=[profile("a", demand(1.0), tasks=4), profile("b", demand(1.0), tasks=4)],
    )


def memory() -> dsl.PerformanceModel:
    needed = dsl.Demand(
        resource="memory", activity="peak_execution", unit="bytes", mean={"constant": 1e6}, spread=(1.0,)
    )
    return model(
        job("job-0", stage("stage-0", 4)), profiles=[profile("stage-0", demand(1.0), needed, tasks=4)]
    )


def slow_start() -> dsl.PerformanceModel:
    of = two_stages()
    (node,) = of.execution.nodes
    edges = (node.edges[0].model_copy(update={"slow_start": dsl.SlowStart()}),)
    execution = of.execution.model_copy(update={"nodes": (node.model_copy(update={"edges": edges}),)})
    return of.model_copy(update={"execution": execution})


EXAMPLES = {
    "slow start": slow_start(),
    "memory": memory(),
    "locality": two_stages(locality=dsl.Locality(cached_by="a")),
    "barrier stages": two_stages(barrier=True),
    "dynamic allocation": changed(one_stage(), dynamic_allocation=dsl.DynamicAllocation()),
    "executors that leave": changed(
        one_stage(), executors=(dsl.ExecutorGroup(count=1, slots=4, removed_s=9.0),)
    ),
    "scheduler pools": changed(one_stage(), pools=(dsl.SchedulerPool(name="x", weight=2),)),
    "bandwidth of drives and network": one_stage(
        nodes_of=[dsl.NodeGroup(id="workers", count=1, cores=4, drives=dsl.Drives(read_bytes_per_s=1e8))]
    ),
    "CPU outside tasks": with_profiles(one_stage(), driver=dsl.DriverProfile(per_stage_core_seconds=1.0)),
    "cold executors": with_profiles(one_stage(), executor=dsl.ExecutorProfile(cold_s=1.0)),
}


def test_waits_near_blocks_are_left_out_with_those_near_cached_data():
    limit = BY_NAME["locality"]
    found = limit.without(two_stages(near_blocks=True))
    assert not any(stage.near_blocks for stage in found.execution.stages)


def test_every_limit_has_an_example():
    assert list(EXAMPLES) == list(BY_NAME)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_limit_takes_out_what_it_names_and_nothing_else(name):
    found = api.export_pcm(EXAMPLES[name], effects=False)
    assert name in [omission.name for omission in found.omissions]
    assert BY_NAME[name].without(found.model) is found.model
    assert BY_NAME[name].instead.endswith(".")


def test_a_model_without_any_of_it_stays_as_it_is():
    executor = dsl.ExecutorProfile()
    plain = with_profiles(one_stage(), executor=executor)
    assert api.export_pcm(plain, effects=False).omissions == ()
    assert api.export_pcm(plain, effects=False).model == plain


def test_the_effect_of_leaving_out_is_predicted():
    waiting = with_profiles(one_stage(tasks=4, seconds=2.0), executor=dsl.ExecutorProfile(cold_s=3.0))
    found = api.export_pcm(waiting)
    [cold] = [omission for omission in found.omissions if omission.name == "cold executors"]
    assert cold.response_time_change == pytest.approx(-0.6)
    assert found.response_time_s == pytest.approx(2.0)
    assert api.predict(found.model).response_time_s.mean == pytest.approx(2.0)


def test_as_many_executors_stay_as_there_were_at_one_time():
    groups = (
        dsl.ExecutorGroup(count=2, slots=4, removed_s=10.0),
        dsl.ExecutorGroup(count=2, slots=4, registered_s=10.0),
    )
    found = api.export_pcm(changed(one_stage(), executors=groups), effects=False).model
    assert found.execution.configuration.most_slots == 8
    assert all(group.removed_s is None for group in found.execution.configuration.executors)


def test_what_only_the_question_asks_for_is_left_out_too():
    settings = {"spark.speculation": "true"}
    found = api.export_pcm(one_stage(), effects=False, settings=settings, lose_executor_s=(1.0,))
    assert {"speculation", "lost executors"} <= {omission.name for omission in found.omissions}
