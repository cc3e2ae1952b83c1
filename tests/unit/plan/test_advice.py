"""Settings for a point and what in the application costs time, each by simulation."""

from __future__ import annotations

import pytest

from pertract.plan.changes import Change
from pertract.plan.cost import Tariff
from pertract.plan.effects import Effect, effect
from pertract.plan.tuning import memory_text
from pertract.simulate import Options, predict
from pertract.simulate.document import prediction_document

from .models import MIB, chain, compared, demand, dsl, group, model, profile, stage, workers


def times(application, change=None, **options):
    return predict(application, Options(**options), replications=2, change=change).response_time_s.mean


def test_even_tasks_take_the_mean_time():
    skewed = chain(24, spread=(0.5, 1.0, 1.5))
    assert times(skewed, executors=6) == pytest.approx(1 + 3.0)
    assert times(skewed, Change("even_tasks", ("s",)), executors=6) == pytest.approx(1 + 2.0)
    assert times(skewed, Change("even_tasks", ("other",)), executors=6) == pytest.approx(1 + 3.0)


def test_another_number_of_tasks_divides_the_same_work():
    assert times(chain(24), Change("tasks", ("s",), 8)) == pytest.approx(1 + 6.0)
    assert times(chain(24), Change("tasks", ("s",), 48)) == pytest.approx(1 + 6 * 1.0)


def test_a_driver_without_delays_and_with_free_launches():
    assert times(chain(24), Change("no_driver_delays")) == pytest.approx(6.0)
    slow = chain(24)
    driver = slow.profiles.driver.model_copy(update={"launch_s": 0.5})
    slow = slow.model_copy(update={"profiles": slow.profiles.model_copy(update={"driver": driver})})
    assert times(slow) > 12
    assert times(slow, Change("free_launches")) == pytest.approx(7.0)


def test_a_change_leaves_the_calibration_run_as_it_was():
    busy = model(
        nodes=(dsl.Job(id="j", nodes=(stage(count=24),)),),
        profiles=(profile(weights=(8.0,) * 3, demands=(demand(), demand("shuffle_fetch"))),),
        cluster=(workers(2, 2),),
    )
    same = predict(busy, Options(), replications=1, change=lambda application: application)
    assert same.response_time_s == predict(busy, Options(), replications=1).response_time_s


def documents(*times_s):
    return [
        prediction_document(predict(chain(24, task_s=t), Options(price_per_node_hour=1.0), replications=2))
        for t in times_s
    ]


def test_an_effect_compares_replication_by_replication():
    before, after = documents(2.0, 1.0)
    found = effect(before, after, Tariff("USD"))
    assert (found.without_s, found.with_s) == (pytest.approx(7.0), pytest.approx(4.0))
    assert found.change == pytest.approx(-3 / 7)
    assert found.ci95 == (pytest.approx(-3 / 7), pytest.approx(-3 / 7))
    assert found.cost_change == pytest.approx(-3 / 7)
    assert found.is_gain
    assert not effect(after, before, Tariff("USD")).is_gain


def test_what_may_be_chance_is_no_gain():
    assert not Effect(10.0, 9.0, -0.1, (-0.3, 0.1), None).is_gain
    assert not Effect(10.0, 9.99, -0.001, (-0.002, -0.0005), None).is_gain


def test_partitions_are_tuned_where_stages_follow_the_setting():
    # 8 slots and 9 tasks: a second wave for one task.
    shuffled = chain(9, rule="shuffle_partitions", task_s=8.0).model_copy()
    found = compared(shuffled, executors=2, advise=True, deadline_s=100.0).advice
    assert found is not None
    (partitions,) = [s for s in found.settings if s.key == "spark.sql.shuffle.partitions"]
    assert partitions.tuned
    assert int(partitions.value) % 8 == 0
    assert partitions.effect is not None
    assert partitions.effect.change < -0.3
    assert found.gain is not None
    assert found.gain.change == pytest.approx(partitions.effect.change)
    assert f"spark.sql.shuffle.partitions             {partitions.value}\n" in found.defaults
    assert f"--conf spark.sql.shuffle.partitions={partitions.value}" in found.submit


def test_what_was_asked_for_stays_and_is_compared_with_the_calibration_run():
    shuffled = chain(9, rule="shuffle_partitions", task_s=8.0)
    asked = {"spark.sql.shuffle.partitions": "12"}
    found = compared(shuffled, executors=4, executor_cores=2, settings=asked, advise=True).advice
    assert found is not None
    by_key = {setting.key: setting for setting in found.settings}
    assert by_key["spark.sql.shuffle.partitions"].value == "12"
    assert not by_key["spark.sql.shuffle.partitions"].tuned
    # Without it: 9 tasks on 8 slots, 2 x 8 s, where 12 tasks of 6 s take 2 x 6 s.
    assert by_key["spark.sql.shuffle.partitions"].effect.change == pytest.approx(13 / 17 - 1)
    assert by_key["spark.executor.instances"].value == "4"
    # Without it: 2 executors of 2 cores, three waves.
    assert by_key["spark.executor.instances"].effect.change == pytest.approx(13 / 19 - 1)
    assert by_key["spark.executor.cores"].effect.change == pytest.approx(13 / 7 - 1)
    assert by_key["spark.executor.memory"].effect is None
    assert found.gain is None


def test_executors_fill_their_nodes():
    single = model(
        nodes=(dsl.Job(id="j", nodes=(stage(count=48),)),),
        profiles=(profile(weights=(16.0,) * 3, demands=(demand(spread=(1.0, 1.0, 1.0)),)),),
        executors=(group(2, 1),),
        cluster=(workers(2, 4),),
    )
    found = compared(single, nodes=2, node_cores=8, advise=True).advice
    assert found is not None
    by_key = {setting.key: setting for setting in found.settings}
    slots = int(by_key["spark.executor.instances"].value) * int(by_key["spark.executor.cores"].value)
    assert slots == 16
    assert by_key["spark.executor.cores"].tuned
    assert found.gain is not None
    assert found.gain.change < -0.8
    heap = int(by_key["spark.executor.cores"].value)
    assert by_key["spark.executor.memory"].value == f"{heap}g"  # as much for a slot as before


def test_a_setting_that_the_calibration_run_cannot_be_compared_with_says_so():
    big = chain(24)
    found = compared(
        big, nodes=2, node_cores=2, node_memory_bytes=2**33, executor_cores=2, advise=True
    ).advice
    assert found is not None
    (cores,) = [setting for setting in found.settings if setting.key == "spark.executor.cores"]
    assert (cores.value, cores.effect) == ("2", None)  # executors of 4 cores do not fit
    assert cores.note == "with that of the calibration run it cannot be simulated"


def test_findings_say_what_they_gain():
    nodes = (
        dsl.Delay(id="d", delay_s=10.0),
        dsl.Job(id="j", nodes=(stage("s", count=24, name="join at A.scala:1"),)),
    )
    work = demand(mean={"task_bytes": 2.0 / MIB}, spread=(0.5, 0.5, 2.0))
    skewed = model(
        nodes=nodes,
        edges=(("d", "j"),),
        profiles=(profile(weights=(8.0,) * 3, demands=(work,), volumes={"input_bytes": 24 * MIB}),),
        cluster=(workers(2, 4, cores_known=False),),
    )
    found = compared(skewed, executors=12, advise=True).advice
    assert found is not None
    by_kind = {finding.kind: finding for finding in found.findings}
    assert by_kind["driver"].effect.change == pytest.approx(4 / 14 - 1)
    assert by_kind["skew"].effect.change == pytest.approx(12 / 14 - 1)
    assert "s (join at A.scala:1): the longest task takes 4.0 s, the mean one 2.0 s" in by_kind["skew"].text
    assert by_kind["tasks"].effect.change < -0.05
    assert "24 tasks cannot use 48 slots" in by_kind["tasks"].text
    assert by_kind["idle"].effect.change <= 0.05
    assert "instead of 12 would do" in by_kind["idle"].text
    changes = [f.effect.change for f in found.findings if f.kind != "idle"]
    assert changes == sorted(changes)


def test_stages_of_the_same_name_are_one_finding():
    stages = [stage(f"s{i}", count=8, name="treeAggregate at B.scala:2") for i in range(4)]
    jobs = tuple(dsl.Job(id=f"j{i}", nodes=(s,)) for i, s in enumerate(stages))
    repeated = model(
        nodes=jobs,
        edges=tuple((f"j{i}", f"j{i + 1}") for i in range(3)),
        profiles=(profile(weights=(8 / 3,) * 3, demands=(demand(spread=(0.5, 0.5, 2.0)),)),),
        cluster=(workers(2, 4, cores_known=False),),
    )
    found = compared(repeated, executors=2, advise=True).advice
    assert found is not None
    (skew,) = [finding for finding in found.findings if finding.kind == "skew"]
    assert skew.stages == ("s0", "s1", "s2", "s3")
    assert skew.text.startswith("4 stages treeAggregate at B.scala:2: ")


def test_work_that_does_not_follow_the_data_is_not_divided():
    constant = model(
        nodes=(dsl.Job(id="j", nodes=(stage(count=4),)),),
        profiles=(profile(weights=(4 / 3,) * 3, demands=(demand(mean={"constant": 5.0}),)),),
        cluster=(workers(2, 4, cores_known=False),),
    )
    found = compared(constant, executors=4, advise=True).advice
    assert found is not None
    assert not [finding for finding in found.findings if finding.kind == "tasks"]


def test_executors_that_stand_idle_can_come_and_go():
    nodes = (
        dsl.Job(id="a", nodes=(stage("wide", count=48),)),
        dsl.Job(id="b", nodes=(stage("narrow", count=1, profile="q"),)),
    )
    work = demand(mean={"constant": 20.0}, spread=(1.0, 1.0, 1.0))
    long = demand(mean={"constant": 600.0}, spread=(1.0, 1.0, 1.0))
    uneven = model(
        nodes=nodes,
        edges=(("a", "b"),),
        profiles=(
            profile(weights=(16.0,) * 3, demands=(work,)),
            profile("q", weights=(1 / 3,) * 3, demands=(long,)),
        ),
        cluster=(workers(2, 4, cores_known=False),),
    )
    found = compared(uneven, executors=12, advise=True).advice
    assert found is not None
    keys = {setting.key.removeprefix("spark.dynamicAllocation."): setting for setting in found.elastic}
    assert set(keys) == {"enabled", "minExecutors", "maxExecutors"}
    assert keys["maxExecutors"].value == "12"
    assert keys["enabled"].effect.change <= 0.05
    assert "fewer executor hours" in keys["enabled"].note
    assert "# spark.dynamicAllocation.maxExecutors" in found.defaults
    assert "dynamicAllocation" not in found.submit


def test_advice_is_for_the_recommended_point_or_the_nearest_miss():
    assert compared(chain(24), executors=[1, 3]).advice is None
    found = compared(chain(24), executors=[1, 3], deadline_s=20.0, advise=True)
    assert found.best is not None
    assert found.advice is not None
    assert (found.advice.point, found.advice.label) == (found.best.number, found.best.label)
    missed = compared(chain(24), executors=[1, 3], deadline_s=1.0, advise=True)
    assert missed.advice is not None
    assert missed.advice.point == 1


@pytest.mark.parametrize(
    ("size_bytes", "text"), [(4 * 2**30, "4g"), (1536 * MIB, "1536m"), (2**10, "1k"), (1000, "1000b")]
)
def test_sizes_of_memory_are_as_spark_reads_them(size_bytes, text):
    assert memory_text(size_bytes) == text
