"""Replications put together to a prediction."""

from __future__ import annotations

import statistics
from typing import Any

import pytest

from pertract import dsl
from pertract.errors import UsageError
from pertract.simulate import Options, Prediction, predict

from .models import demand, group, model, profile, stage, workers


def varied(**fields: Any) -> dsl.PerformanceModel:
    """Return a model whose replications differ: 20 tasks out of 7 groups, in random order."""
    spread = (0.41, 0.53, 0.67, 0.89, 1.13, 1.49, 1.88)
    uneven = profile(weights=(1.0,) * 7, demands=(demand(spread=spread),))
    job = dsl.Job(id="j", nodes=(stage(count=20),))
    nodes = (dsl.Delay(id="d", delay_s=1.0), job)
    return model(nodes=nodes, edges=(("d", "j"),), profiles=(uneven,), **fields)


def predicted(described: dsl.PerformanceModel, replications: int = 5, **options: Any) -> Prediction:
    return predict(described, Options(**options), replications=replications)


def test_a_model_without_variation_is_predicted_exactly() -> None:
    """1 s of the driver, then 3 tasks of 1, 2 and 3 s side by side."""
    prediction = predicted(model())
    assert (
        prediction.response_time_s.mean,
        prediction.response_time_s.std,
        prediction.response_time_s.ci95,
    ) == (4.0, 0.0, (4.0, 4.0))
    assert prediction.job_span_s.mean == 3.0
    assert prediction.task_cpu_utilisation.mean == pytest.approx(6 / (8 * 4))
    assert prediction.cpu_utilisation.mean == pytest.approx(6 / (8 * 4))


def test_stages_tell_their_times_and_those_of_their_tasks() -> None:
    (only,) = predicted(model()).stages
    assert (only.id, only.job, only.tasks, only.start_s, only.end_s) == ("s", "j", 3, 1.0, 4.0)
    assert (only.task_mean_s, only.task_p95_s, only.task_max_s) == pytest.approx((2.0, 3.0, 3.0))


def test_work_beside_tasks_counts_for_the_cpu_of_executors_only() -> None:
    beside = dsl.ExecutorProfile(start_core_seconds=2.0, per_task_core_second=0.5)
    prediction = predicted(model(executor_profile=beside))
    assert prediction.cpu_utilisation.mean == pytest.approx((6 * 1.5 + 2 * 2) / (8 * 4))
    assert prediction.task_cpu_utilisation.mean == pytest.approx(6 / (8 * 4))


def test_what_runs_all_the_time_counts_as_long_as_executors_are_there() -> None:
    always = dsl.ExecutorProfile(per_second_cores=0.25)
    executors = (group(1, 4, removed_s=3.0), group(1, 4, registered_s=0.5))
    prediction = predicted(model(executor_profile=always, executors=executors))
    assert prediction.response_time_s.mean == pytest.approx(4.0)
    assert prediction.cpu_utilisation.mean == pytest.approx((6 + 0.25 * (3 + 3.5)) / (8 * 4))


def test_measured_cpu_outside_tasks_narrows_the_interval_of_the_utilisation() -> None:
    widths = []
    run = {"application_id": "a", "source": "a", "digest": "d", "jobs": 1, "stages": 1, "tasks": 3}
    run |= {"response_time_s": 4.0, "job_span_s": 3.0, "executors": 2, "slots": 8, "cpu_utilisation": 0.2}
    for basis in ("prior", "measured"):
        described = model(executor_profile=dsl.ExecutorProfile(basis=basis))
        described = described.model_copy(update={"runs": (dsl.Run.model_validate(run),)})
        found = predicted(described).cpu_utilisation
        widths.append(found.interval90[1] - found.interval90[0])
    assert widths[1] < widths[0]


@pytest.mark.parametrize("node_cores", [None, 2])
def test_the_series_averages_to_the_utilisation(node_cores: int | None) -> None:
    beside = dsl.ExecutorProfile(start_core_seconds=0.5, per_task_core_second=0.125)
    executors = (group(1, 4, removed_s=3.0), group(1, 4, registered_s=0.5))
    described = varied(executor_profile=beside, executors=executors)
    prediction = predict(described, Options(node_cores=node_cores), replications=1)
    times_s, values = zip(*prediction.cpu_series, strict=True)
    assert times_s[-1] == pytest.approx(prediction.response_time_s.mean)
    assert statistics.mean(values) == pytest.approx(prediction.cpu_utilisation.mean)
    assert max(values) <= 1.0 + 1e-9


def test_the_breakdown_adds_up_to_the_mean_response_time() -> None:
    prediction = predicted(varied())
    assert sum(prediction.breakdown_s.values()) == pytest.approx(prediction.response_time_s.mean)


def test_the_utilisation_of_machines_is_at_most_one_and_told_if_it_reaches_that() -> None:
    beside = dsl.ExecutorProfile(per_task_core_second=50.0)
    prediction = predicted(model(executor_profile=beside))
    assert prediction.cpu_utilisation.mean == 1.0
    assert any("all cores" in text for text in prediction.warnings)


def test_the_utilisation_of_slots_may_exceed_one() -> None:
    beside = dsl.ExecutorProfile(per_task_core_second=50.0)
    cluster = (workers(2, 4, cores_known=False),)
    prediction = predicted(model(executor_profile=beside, cluster=cluster))
    assert prediction.cpu_utilisation.mean == pytest.approx(6 * 51 / (8 * 4))
    assert not any("all cores" in text for text in prediction.warnings)


# -- randomness ----------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_prediction() -> None:
    described = varied()
    assert predicted(described) == predicted(described)


def test_another_seed_gives_another_prediction() -> None:
    described = varied()
    times = {predict(described, Options(), replications=3, seed=s).response_time_s.mean for s in range(4)}
    assert len(times) == 4


def test_more_replications_begin_with_the_same_ones() -> None:
    described = varied()
    sums = [predicted(described, count).response_time_s.mean * count for count in (1, 2, 3)]
    single = [sums[0], sums[1] - sums[0], sums[2] - sums[1]]
    assert predicted(described, 3).response_time_s.p50 == pytest.approx(statistics.median(single))
    assert predicted(described, 3).response_time_s.std == pytest.approx(statistics.stdev(single))


def test_progress_is_told_after_every_replication() -> None:
    told: list[tuple[int, int]] = []
    predict(model(), Options(), replications=3, progress=lambda *numbers: told.append(numbers))
    assert told == [(1, 3), (2, 3), (3, 3)]


# -- precision -----------------------------------------------------------------------------------


def test_a_model_without_variation_is_precise_after_the_fewest_replications() -> None:
    assert predict(model(), Options(), precision=0.01).replications == 5


@pytest.mark.parametrize("precision", [0.05, 0.02])
def test_replications_stop_as_soon_as_the_mean_is_precise(precision: float) -> None:
    described = varied()
    prediction = predict(described, Options(), precision=precision)
    before = predicted(described, prediction.replications - 1).response_time_s
    for known, expected in ((prediction.response_time_s, True), (before, False)):
        assert expected == (known.ci95[1] - known.mean <= precision * known.mean)
    assert 5 < prediction.replications < 1000


def test_a_precision_out_of_reach_stops_at_the_most_replications(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pertract.simulate.prediction.MOST_REPLICATIONS", 12)
    assert predict(varied(), Options(), precision=1e-9).replications == 12


@pytest.mark.parametrize("precision", [0.0, -0.1, 1.0, float("nan")])
def test_a_precision_is_a_share(precision: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        predict(model(), Options(), precision=precision)


@pytest.mark.parametrize("replications", [0, -3])
def test_there_is_at_least_one_replication(replications: int) -> None:
    with pytest.raises(UsageError, match="above zero"):
        predict(model(), Options(), replications=replications)


def test_a_seed_is_not_negative() -> None:
    with pytest.raises(UsageError, match="seed"):
        predict(model(), Options(), seed=-1)


# -- what-if -------------------------------------------------------------------------------------


def test_twice_the_slots_halve_the_waves() -> None:
    even = profile(demands=(demand(spread=(1, 1, 1)),))
    job = dsl.Job(id="j", nodes=(stage(count=32),))
    described = model(nodes=(job,), profiles=(even,))
    assert predicted(described).response_time_s.mean == 8.0
    assert predicted(described, executors=4).response_time_s.mean == 4.0


def test_fewer_cores_than_slots_slow_tasks_down() -> None:
    even = profile(demands=(demand(spread=(1, 1, 1)),))
    job = dsl.Job(id="j", nodes=(stage(count=8),))
    described = model(nodes=(job,), profiles=(even,))
    assert predicted(described).response_time_s.mean == 2.0
    prediction = predicted(described, node_cores=2)
    assert prediction.response_time_s.mean == pytest.approx(4.0)
    assert prediction.cpu_utilisation.mean == pytest.approx(1.0)


def test_an_application_without_stages_is_what_its_driver_does() -> None:
    prediction = predicted(model(nodes=(dsl.Delay(id="d", delay_s=3.0),)))
    assert (prediction.response_time_s.mean, prediction.cpu_utilisation.mean) == (3.0, 0.0)
    assert prediction.stages == ()


def test_job_span_is_first_job_start_to_last_job_end() -> None:
    jobs = tuple(dsl.Job(id=name, nodes=(stage(f"s-{name}"),)) for name in "ab")
    delays = tuple(dsl.Delay(id=f"d{i}", delay_s=1.0) for i in range(3))
    edges = (("d0", "a"), ("a", "d1"), ("d1", "b"), ("b", "d2"))
    prediction = predicted(model(nodes=(*delays, *jobs), edges=edges))
    assert (prediction.response_time_s.mean, prediction.job_span_s.mean) == (9.0, 7.0)


def test_a_delay_whose_name_looks_like_a_job_boundary_does_not_count_for_the_job_span() -> None:
    delays = (dsl.Delay(id="warm-up:start", delay_s=1.0), dsl.Delay(id="clean-up:end", delay_s=5.0))
    job = dsl.Job(id="j", nodes=(stage(),))
    edges = (("warm-up:start", "j"), ("j", "clean-up:end"))
    assert predicted(model(nodes=(*delays, job), edges=edges)).job_span_s.mean == 3.0


# -- warnings ------------------------------------------------------------------------------------


def test_an_incomplete_log_is_told() -> None:
    prediction = predicted(model(completeness=dsl.Completeness(tasks_expected=200, tasks_seen=150)))
    assert prediction.warnings == ("the log was not complete: the log holds 150 of 200 tasks (75.0%)",)


def test_pools_are_told_to_be_taken_as_equal_where_jobs_compete() -> None:
    jobs = tuple(dsl.Job(id=name, pool=name, nodes=(stage(f"s-{name}"),)) for name in "ab")
    competing = predicted(model(nodes=jobs, scheduler_mode="FAIR"))
    assert any("weights" in text for text in competing.warnings)
    assert predicted(model(nodes=jobs)).warnings == ()


def test_fair_scheduling_makes_no_difference_to_jobs_one_after_the_other() -> None:
    jobs = tuple(dsl.Job(id=name, pool=name, nodes=(stage(f"s-{name}"),)) for name in "ab")
    assert predicted(model(nodes=jobs, edges=[("a", "b")], scheduler_mode="FAIR")).warnings == ()


def test_a_model_that_does_not_repeat_its_own_run_is_told() -> None:
    replay = dsl.Replay(response_time_s=20, error=1.0, job_span_s=19, job_span_error=1.0)
    assert any("+100%" in text for text in predicted(model(replay=replay)).warnings)
