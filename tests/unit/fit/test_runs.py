"""Several runs make one model that knows the laws behind them."""

from __future__ import annotations

import pytest

import pertract
from pertract import dsl
from pertract.errors import FitError
from pertract.fit.runs import CalibrationRun, fit_runs

from .applications import CPU_CONSTANT, CPU_PER_BYTE, GIB, HANDED_PER_TASK, calibration, run


def demand(model: dsl.PerformanceModel, stage: str) -> dsl.Demand:
    return next(p for p in model.profiles.stages if p.id == stage).demands[0]


@pytest.mark.parametrize("sizes", [(1.0, 2.0), (1.0, 2.0, 4.0), (4.0, 1.0, 2.0, 3.0)])
def test_predictions_for_other_data_are_those_of_a_run_with_that_data(sizes: tuple[float, ...]) -> None:
    model = fit_runs(calibration(*sizes))
    scale = 8.0 / max(sizes)
    predicted = pertract.predict(model, replications=3, data_scale=scale)
    truth = pertract.predict(run(8.0), replications=3)
    assert predicted.response_time_s.mean == pytest.approx(truth.response_time_s.mean, rel=0.01)
    assert [s.tasks for s in predicted.stages] == [s.tasks for s in truth.stages]


def test_one_run_alone_assumes_growth_per_byte_and_misses() -> None:
    alone = pertract.predict(run(2.0), replications=3, data_scale=4.0)
    truth = pertract.predict(run(8.0), replications=3)
    assert abs(alone.response_time_s.mean / truth.response_time_s.mean - 1) > 0.1


def test_the_run_with_most_data_gives_the_structure() -> None:
    model = fit_runs(calibration(1.0, 4.0, 2.0))
    assert [r.data_bytes / GIB for r in model.runs] == [4.0, 1.0, 2.0]
    assert model.workload.size_bytes == 4 * GIB


def test_laws_are_found() -> None:
    model = fit_runs(calibration(1.0, 2.0, 4.0))
    # Splits have one size: constant and per byte cannot be told apart, so per byte is kept.
    assert demand(model, "read0").mean == pytest.approx(
        {"task_bytes": CPU_PER_BYTE + CPU_CONSTANT / (GIB / 8)}, rel=1e-3
    )
    assert demand(model, "train2").mean == pytest.approx({"task_data": 2.0}, rel=1e-3)
    assert demand(model, "combine1").mean == pytest.approx({"task_bytes": CPU_PER_BYTE}, rel=1e-3)
    start = model.execution.nodes[0]
    assert isinstance(start, dsl.Delay)
    assert start.law == pytest.approx({"constant": 1.0, "data": 8.0}, rel=0.02)


def test_results_of_constant_size_do_not_grow_with_the_size_of_splits() -> None:
    runs = []
    for size in (1.0, 2.0, 4.0):
        model = run(size)
        read = model.profiles.stages[0].volumes.model_copy(
            update={"shuffle_write_bytes": 8 * HANDED_PER_TASK}
        )
        stage = model.execution.jobs[0].nodes[0].model_copy(update={"partitions": dsl.Partitions(count=8)})
        first = model.execution.jobs[0].model_copy(
            update={"nodes": (stage, model.execution.jobs[0].nodes[1])}
        )
        execution = model.execution.model_copy(
            update={"nodes": (model.execution.nodes[0], first, *model.execution.nodes[2:])}
        )
        profiles = list(model.profiles.stages)
        profiles[0] = profiles[0].model_copy(update={"volumes": read, "weights": (8,)})
        runs.append(
            CalibrationRun(
                model.model_copy(
                    update={
                        "execution": execution,
                        "profiles": model.profiles.model_copy(update={"stages": tuple(profiles)}),
                    }
                )
            )
        )
    edge = fit_runs(runs).execution.jobs[0].edges[0]
    assert edge.law == pytest.approx({"tail_partitions": HANDED_PER_TASK})


def test_runs_with_other_numbers_of_rounds_match() -> None:
    model = fit_runs([CalibrationRun(run(1.0, rounds=2)), CalibrationRun(run(2.0, rounds=5))])
    fits = {stage: demand(model, stage).fit for stage in ("train2", "train3", "train5")}
    assert fits["train2"] is not None
    assert fits["train2"].runs == 2
    assert fits["train3"] is not None
    assert fits["train3"].runs == 2
    assert fits["train5"] is None
    assert any("have no counterpart in" in note for note in model.completeness.notes)


def test_runs_of_another_application_are_refused() -> None:
    other = run(1.0, name="other")
    jobs = tuple(
        job.model_copy(update={"name": f"something else {i}"}) for i, job in enumerate(other.execution.jobs)
    )
    other = other.model_copy(
        update={
            "execution": other.execution.model_copy(
                update={"nodes": (other.execution.nodes[0], *jobs), "edges": ()}
            )
        }
    )
    with pytest.raises(FitError, match="other and app-2-2-2 are not runs of the same application") as caught:
        fit_runs([CalibrationRun(run(2.0)), CalibrationRun(other)])
    assert caught.value.hint


def test_a_run_that_is_given_twice_is_refused() -> None:
    with pytest.raises(FitError, match="given twice"):
        fit_runs(calibration(1.0, 2.0, 1.0))


def test_the_data_size_of_all_runs_is_needed_or_of_none() -> None:
    with pytest.raises(FitError, match="its data size is not given"):
        fit_runs([CalibrationRun(run(1.0), 1.0), CalibrationRun(run(2.0))])


def test_data_sizes_have_a_unit_in_common() -> None:
    with pytest.raises(FitError, match="1e-09 to 100, have no unit in common"):
        fit_runs([CalibrationRun(run(1.0), 100.0), CalibrationRun(run(2.0), 1e-9)])


def test_data_sizes_take_the_place_of_volumes() -> None:
    model = fit_runs([CalibrationRun(run(1.0), 10), CalibrationRun(run(2.0), 20, {"iterations": "7"})])
    assert [r.data_size for r in model.runs] == [20, 10]
    assert model.runs[0].labels == {"iterations": "7"}
    prediction = pertract.predict(model, replications=2, data_bytes=40)
    assert prediction.configuration.data_scale == 2.0


def test_of_repetitions_the_median_one_gives_the_structure_and_all_the_demands() -> None:
    runs = []
    for number, factor in enumerate((0.8, 1.0, 1.3)):
        model = run(1.0, name=f"repetition-{number}")
        profiles = [
            p.model_copy(
                update={
                    "demands": tuple(
                        d.model_copy(update={"mean": {k: v * factor for k, v in d.mean.items()}})
                        for d in p.demands
                    )
                }
            )
            for p in model.profiles.stages
        ]
        first = model.runs[0].model_copy(update={"response_time_s": 10.0 * factor})
        runs.append(
            CalibrationRun(
                model.model_copy(
                    update={
                        "profiles": model.profiles.model_copy(update={"stages": tuple(profiles)}),
                        "runs": (first,),
                    }
                )
            )
        )
    fitted = fit_runs(runs)
    assert fitted.runs[0].source == "repetition-1"
    cpu = demand(fitted, "combine1")
    assert cpu.mean["task_bytes"] == pytest.approx(CPU_PER_BYTE * (0.8 + 1.0 + 1.3) / 3, rel=0.05)
    assert cpu.fit is not None
    assert cpu.fit.error > 0.1


def test_a_prediction_says_what_it_rests_on() -> None:
    model = fit_runs(calibration(1.0, 2.0, 4.0))
    inside = pertract.predict(model, replications=2, data_scale=0.7).support
    outside = pertract.predict(model, replications=2, data_scale=4.0).support
    again = pertract.predict(model, replications=2, data_scale=0.5).support
    assert (inside.kind, outside.kind, again.kind) == ("interpolation", "extrapolation", "replay")
    assert "0.7 times the data, between calibration runs" in inside.why
    assert "4 times the data of the calibration run with most" in outside.why
    assert again.error_above < inside.error_above < outside.error_above
    assert any("calibrated on 3 runs with 3 data sizes" in why for why in inside.why)


def test_without_a_second_point_the_model_is_that_of_the_run() -> None:
    single = run(2.0)
    fitted = fit_runs([CalibrationRun(single)])
    assert fitted.profiles == single.profiles
    assert fitted.execution == single.execution


def test_cpu_outside_tasks_is_that_of_a_run_that_measured_it() -> None:
    runs = calibration(1.0, 2.0, 4.0)
    measured = dsl.ExecutorProfile(start_core_seconds=3.0, basis="measured")
    for position, sampled in enumerate(runs):
        if sampled.model.workload.size_bytes == GIB:
            profiles = sampled.model.profiles.model_copy(update={"executor": measured})
            model = sampled.model.model_copy(update={"profiles": profiles})
            runs[position] = CalibrationRun(model, sampled.data_size, sampled.labels)
    found = fit_runs(runs).profiles
    assert found.executor == measured
    assert found.driver.basis == "prior"
