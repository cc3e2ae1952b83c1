"""Closed forms: maps and reduces of known length on a known number of slots."""

from __future__ import annotations

import pytest

from pertract import dsl
from pertract.simulate import Options, predict
from pertract.simulate.slow_start import fetched_s, most_running

HALF = dsl.SlowStart(completed_ratio=0.05, slots_ratio=0.5)


def demand(resource: str, activity: str, mean_s: float) -> dsl.Demand:
    unit = "core_seconds" if resource == "cpu" else "seconds"
    return dsl.Demand.model_validate(
        {
            "resource": resource,
            "activity": activity,
            "unit": unit,
            "mean": {"constant": mean_s},
            "spread": (1,),
        }
    )


def model(
    *,
    maps: int,
    reduces: int,
    slots: int,
    map_s: float = 10.0,
    fetch_s: float = 4.0,
    reduce_s: float = 3.0,
    wait_s: float = 0.0,
    rules: dsl.SlowStart | None = HALF,
) -> dsl.PerformanceModel:
    """Return a job whose maps compute, and whose reduces wait for a container, fetch and compute."""
    stages = [
        dsl.Stage(id=name, profile=name, partitions=dsl.Partitions(count=count, rule=rule))
        for name, count, rule in (("map", maps, "input_splits"), ("reduce", reduces, "shuffle_partitions"))
    ]
    waiting = [demand("delay", "scheduling", wait_s)] if wait_s else []
    doing = [demand("network", "shuffle_fetch", fetch_s), demand("cpu", "compute", reduce_s)]
    profiles = (
        dsl.StageProfile(id="map", weights=(maps,), demands=(demand("cpu", "compute", map_s),)),
        dsl.StageProfile(id="reduce", weights=(reduces,), demands=(*waiting, *doing)),
    )
    job = dsl.Job(
        id="job", nodes=tuple(stages), edges=(dsl.Edge(tail="map", head="reduce", slow_start=rules),)
    )
    return dsl.PerformanceModel(
        name="job",
        execution=dsl.ExecutionArchitecture(
            framework="MapReduce",
            configuration=dsl.ApplicationConfiguration(
                executors=(dsl.ExecutorGroup(count=slots, slots=1),), shuffle_partitions=reduces
            ),
            nodes=(job,),
        ),
        profiles=dsl.ResourceProfiles(stages=profiles),
        resources=dsl.ResourceArchitecture(
            nodes=(dsl.NodeGroup(id="workers", count=1, cores=slots, cores_known=False),)
        ),
    )


def times(of: dsl.PerformanceModel, **options: object):
    found = predict(of, Options(**options), replications=2)  # type: ignore[arg-type]
    return found, {stage.id: (stage.start_s, stage.end_s) for stage in found.stages}


def test_without_slow_start_reduces_follow_the_last_map():
    found, stages = times(model(maps=4, reduces=2, slots=4, rules=None))
    assert stages["reduce"] == pytest.approx((10, 17))
    assert found.response_time_s.mean == pytest.approx(17)


def test_all_maps_that_end_together_leave_everything_to_fetch():
    found, stages = times(model(maps=4, reduces=2, slots=8))
    assert stages["map"] == pytest.approx((0, 10))
    assert stages["reduce"] == pytest.approx((10, 17))  # 5 % of the maps have ended only with the last one
    assert found.response_time_s.mean == pytest.approx(17)


def test_reduces_fetch_while_the_second_wave_of_maps_runs():
    # Maps end at 10 (6) and at 20 (6) on 8 slots of which 2 are the reduces' from 10 on. Half of the output
    # is fetched by then; of the fetch of 4 s, 2 s are left at 20.
    found, stages = times(model(maps=12, reduces=2, slots=8, rules=dsl.SlowStart(slots_ratio=0.25)))
    assert stages["map"] == pytest.approx((0, 20))
    assert stages["reduce"][0] == pytest.approx(10)
    # 8 of 12 maps end at 10, 4 at 20: a third is left to fetch.
    assert stages["reduce"][1] == pytest.approx(20 + 4 / 3 + 3)
    assert found.response_time_s.mean == pytest.approx(20 + 4 / 3 + 3)


def test_a_container_that_is_waited_for_delays_the_fetch_only():
    _, stages = times(model(maps=4, reduces=1, slots=4, wait_s=2.0))
    assert stages["reduce"] == pytest.approx((10, 10 + 2 + 4 + 3))


def test_reduces_never_take_the_last_slot_of_maps():
    of = model(maps=20, reduces=10, slots=1)
    found, stages = times(of)
    assert stages["map"][1] == pytest.approx(200)
    assert found.response_time_s.mean == pytest.approx(200 + 10 * 7)
    few, _ = times(model(maps=20, reduces=10, slots=2, rules=dsl.SlowStart(completed_ratio=0, slots_ratio=1)))
    assert few.response_time_s.mean < 300


def test_the_settings_of_mapreduce_change_the_schedule():
    of = model(maps=12, reduces=2, slots=8)
    late, stages = times(of, settings={"mapreduce.job.reduce.slowstart.completedmaps": "1"})
    assert stages["reduce"][0] == pytest.approx(20)
    early, _ = times(of)
    assert early.response_time_s.mean < late.response_time_s.mean
    _, many = times(of, settings={"mapreduce.job.reduces": "8"})
    assert many["reduce"][1] > 20
    found, _ = times(of, settings={"mapreduce.job.reduces": "8"})
    assert {stage.id: stage.tasks for stage in found.stages} == {"map": 12, "reduce": 8}


def test_more_data_means_more_maps():
    found, _ = times(model(maps=12, reduces=2, slots=8), data_scale=2.0)
    assert {stage.id: stage.tasks for stage in found.stages} == {"map": 24, "reduce": 2}


def test_the_breakdown_adds_up_where_stages_overlap():
    found, _ = times(model(maps=13, reduces=3, slots=5))
    assert sum(found.breakdown_s.values()) == pytest.approx(found.response_time_s.mean)
    assert min(found.breakdown_s.values()) >= 0


def test_the_cores_of_nodes_are_shared_with_early_reduces():
    of = model(maps=12, reduces=2, slots=8)
    alone, _ = times(of, node_cores=8)
    crowded, _ = times(of, node_cores=4)
    assert crowded.response_time_s.mean > alone.response_time_s.mean


def test_settings_of_another_framework_are_refused():
    with pytest.raises(Exception, match="no effect on an application of MapReduce"):
        times(model(maps=2, reduces=1, slots=1), settings={"spark.task.cpus": "2"})


@pytest.mark.parametrize(
    ("start_s", "fetch_s", "ends_s", "expected_s"),
    [
        (0, 4, [2, 4], 6),  # half at 2, the other half at 4: 2 s are left then
        (0, 4, [10, 10], 14),  # nothing was there before
        (11, 4, [2, 4], 15),  # all was there
        (0, 0, [2, 4], 4),
        (3, 4, [], 7),
    ],
)
def test_fetching_ends(start_s, fetch_s, ends_s, expected_s):
    assert fetched_s(start_s, fetch_s, ends_s) == pytest.approx(expected_s)


@pytest.mark.parametrize(
    ("ended", "running", "pending", "most"),
    [
        (0, 10, 10, 0),  # nothing has ended
        (1, 10, 9, 1),  # 5 % of 20 have ended: 5 % of the slots, rounded up to none but a whole one
        (10, 5, 5, 10),  # half have ended, and maps need no more than what is left
        (4, 10, 26, 2),
        (19, 1, 0, None),  # every map has a slot
    ],
)
def test_most_reduces_while_maps_run(ended, running, pending, most):
    found = most_running(slots=20, ended=ended, running=running, pending=pending, rules=HALF)
    assert found == most
