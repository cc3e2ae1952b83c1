from pathlib import Path

import numpy as np
import pytest

from pertract.dsl import text
from pertract.evaluate import Case, validate
from pertract.fit.coarse import fit_totals
from pertract.fit.coarse_model import coarse_model
from pertract.fit.totals import settings_of
from pertract.simulate import Options, measured_parameters, predict

from .cases import CALIBRATION, case, model, run, time_s

MODEL = model()


def test_every_run_is_predicted_in_its_own_configuration():
    (row,) = validate(MODEL, [case(8, 6.0, cpu_utilisation=0.5)], replications=1).rows
    options = Options(executors=8, executor_cores=1, data_scale=3.0)
    predicted = predict(MODEL, options, replications=1).response_time_s
    compared = row.comparisons["response_time_s"]
    assert (compared.predicted, compared.interval90) == (predicted.mean, predicted.interval90)
    assert compared.measured == time_s(8, 6.0)
    assert compared.error == pytest.approx(predicted.mean / time_s(8, 6.0) - 1)


def test_nothing_measured_of_a_run_changes_its_prediction():
    slow = case(8, 6.0, response_time_s=9999.0, job_span_s=1.0, cpu_utilisation=1.0)
    one, other = validate(MODEL, [case(8, 6.0), slow], replications=1).rows
    predicted = [row.comparisons["response_time_s"].predicted for row in (one, other)]
    assert predicted[0] == predicted[1]


def test_calibration_runs_are_shown_and_never_counted():
    cases = [*(case(*setting) for setting in CALIBRATION), case(8, 1.0), case(8, 4.0)]
    validation = validate(MODEL, cases, replications=1)
    assert [row.role for row in validation.rows] == ["calibration"] * 4 + ["prediction"] * 2
    errors = [row.comparisons["response_time_s"].error for row in validation.rows[4:]]
    summary = validation.summary["response_time_s"]
    assert summary.runs == 2
    assert summary.mean == pytest.approx(np.mean(np.abs(errors)))
    assert summary.bias == pytest.approx(np.mean(errors))
    assert {b.summary.runs for b in validation.baselines} == {2}
    assert len(validation.predicted) == 2


def test_the_summary_is_that_of_absolute_errors():
    measured = (50.0, 60.0, 70.0, 200.0)
    validation = validate(MODEL, [case(8, 1.0, response_time_s=t) for t in measured], replications=1)
    (predicted,) = {row.comparisons["response_time_s"].predicted for row in validation.rows}
    sizes = np.abs(predicted / np.array(measured) - 1)
    low, high = validation.rows[0].comparisons["response_time_s"].interval90
    summary = validation.summary["response_time_s"]
    assert summary.median == pytest.approx(np.median(sizes))
    assert summary.p90 == pytest.approx(np.quantile(sizes, 0.9))
    assert summary.max == pytest.approx(sizes.max())
    assert summary.coverage == np.mean([low <= t <= high for t in measured])


def test_only_what_was_measured_and_can_be_predicted_is_compared():
    plain, spanned = validate(MODEL, [case(8), case(8, job_span_s=20.0, cpu_utilisation=0.5)]).rows
    assert set(plain.comparisons) == {"response_time_s"}
    # This model knows nothing of CPU: no error of -100 % is made up.
    assert set(spanned.comparisons) == {"response_time_s", "job_span_s"}


def test_runs_that_cannot_be_predicted_say_why():
    unknown_unit = MODEL.runs[0].model_copy(update={"data_size": None})
    blind = MODEL.model_copy(update={"runs": (unknown_unit,)})
    (row,) = validate(blind, [case(8, 6.0)]).rows
    assert "unit of 'data_size'" in row.reason
    assert validate(MODEL, [Case(run(8), unusable="no log")]).rows[0].reason == "no log"
    too_many = validate(MODEL, [case(2_000_000)])
    assert "--executors must lie between 1 and 10,000" in too_many.rows[0].reason
    assert too_many.failed == too_many.rows
    assert too_many.summary == {}
    assert too_many.baselines == ()


def test_baselines_are_fitted_to_the_same_calibration_runs():
    validation = validate(MODEL, [case(8, 4.0), case(16, 2.0)], replications=1)
    errors = {b.name: b.summary for b in validation.baselines}
    assert errors["Amdahl"].max == pytest.approx(0, abs=1e-6)  # the runs follow Amdahl's law
    nearest = time_s(4, 2.0)
    assert errors["same as measured"].max == pytest.approx(
        max(nearest / time_s(8, 4) - 1, nearest / time_s(16, 2) - 1)
    )


def test_a_model_of_one_run_has_no_fitted_baselines():
    alone = MODEL.model_copy(update={"runs": MODEL.runs[:1]})
    found = {b.name: b for b in validate(alone, [case(8, 4.0)], replications=1).baselines}
    assert found["Ernest"].summary is None
    assert "two different" in found["Ernest"].note


def test_progress_is_told_after_every_run():
    told = []
    validate(MODEL, [case(8), case(8), case(16)], replications=1, progress=lambda *args: told.append(args))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_parameter_that_is_no_number_leaves_only_its_run_out():
    document = Path(__file__).parents[3] / "dsl" / "valid" / "several-runs.yaml"
    looping = text.parse(document.read_text(encoding="utf-8"), name=document.name)
    (parameter,) = measured_parameters(looping)
    value = looping.execution.loops[0].value
    cases = [
        Case(run(2, None, labels={parameter: told}, response_time_s=77.0))
        for told in (f"{value:g}", f"{3 * value:g}", "many")
    ]
    usual, longer, wrong = validate(looping, cases, replications=1).rows
    times = [row.comparisons["response_time_s"].predicted for row in (usual, longer)]
    assert times[1] > times[0]
    assert "is 'many', not a number" in wrong.reason


def test_utilisation_is_compared_relative_to_the_same_cores():
    busy = [run(n, d, cpu_utilisation=0.5, node_cores=4, nodes=n) for n, d in CALIBRATION]
    known = coarse_model(fit_totals(settings_of(busy)), name="app", source="runs.csv", digest="sha256:0")
    of_nodes, of_slots = (
        case(8, 2.0, cpu_utilisation=used, node_cores=4, nodes=8, cpu_cores=cores)
        for used, cores in ((0.4, 32), (1.6, 8))
    )
    one, other = (
        row.comparisons["cpu_utilisation"]
        for row in validate(known, [of_nodes, of_slots], replications=1).rows
    )
    assert other.predicted == pytest.approx(4 * one.predicted)
    assert other.error == pytest.approx(one.error)
    assert other.inside == one.inside
