"""The document of a coarse fit: what is simulated is what was fitted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pertract import dsl
from pertract.dsl import text
from pertract.fit.coarse import fit_totals
from pertract.fit.coarse_model import coarse_model
from pertract.fit.totals import settings_of
from pertract.simulate import Options, predict

from .rows import run


def made(runs):
    fit = fit_totals(settings_of(runs))
    return fit, coarse_model(fit, name="app", source="runs.csv", digest="sha256:0")


def simulated(model, **options):
    return predict(model, Options(**options), replications=1)


@st.composite
def tables(draw):
    """Runs of one workload on a few clusters, with or without data, partitions, cores and CPU."""
    slots, cores = draw(st.sampled_from([(1, None), (4, 8), (4, 4), (4, 2)]))
    amounts = draw(st.sampled_from([(None,), (1.0, 2.5), (3.0, 7.0, 20.0)]))
    with_cpu, splits = draw(st.booleans()), draw(st.sampled_from([None, 16]))
    runs = []
    for nodes in draw(st.sampled_from([(1, 2, 4), (3, 5, 8, 9)])):
        for data in amounts:
            amount = data or 1.0
            time_s = draw(st.floats(5, 20)) + draw(st.floats(50, 90)) * amount / (nodes * slots)
            runs.append(
                run(
                    nodes,
                    data,
                    time_s,
                    executors=nodes,
                    cores_per_executor=slots,
                    node_cores=cores,
                    job_span_s=time_s - 3,
                    cpu_utilisation=draw(st.floats(0.1, 0.95)) if with_cpu else None,
                    partitions=None if splits is None else round(splits * amount),
                )
            )
    return runs


@settings(max_examples=60, deadline=None, derandomize=True)
@given(tables(), st.integers(1, 40), st.floats(0.2, 5.0))
def test_the_simulated_time_is_the_fitted_formula(runs, nodes, scale):
    fit, model = made(runs)
    reference = fit.reference
    slots = nodes * reference.slots_per_executor
    predicted = simulated(model, nodes=nodes, data_scale=scale).response_time_s.mean
    formula = fit.response_time_s(executors=nodes, slots=slots, data=scale * reference.data)
    # Where executors use more CPU than their slots, they compete for cores, more or less than as measured.
    competing = model.profiles.executor.per_task_core_second > 0
    assert predicted == pytest.approx(formula, rel=0.05 if competing else 1e-6)


def test_the_document_can_be_written_and_read():
    _, model = made([run(n, d, 10 + 90 * d / n) for n in (1, 2, 4) for d in (1.0, 2.0)])
    assert text.parse(text.to_yaml(model), name="model") == model


def test_every_run_is_among_the_calibration_runs_the_reference_first():
    _, model = made([run(n, d, 10 + 90 * d / n) for n in (1, 2, 4) for d in (1.0, 2.0)])
    assert len(model.runs) == 6
    first = model.runs[0]
    assert (first.application_id, first.slots, first.data_size) == ("4-2.0", 4, 2.0)
    quality = model.profiles.stages[0].demands[0].fit
    assert (quality.runs, quality.points) == (6, 6)


def test_bytes_can_be_asked_for():
    runs = [run(n, d, 10 + 9e-9 * d / n, data_column="data_bytes") for n in (1, 2) for d in (1e9, 2e9)]
    _, model = made(runs)
    assert simulated(model, data_bytes=6e9).configuration.data_scale == 3


def test_cpu_is_shared_among_tasks_and_executors():
    runs = [
        run(n, d, 10 + 90 * d / n, node_cores=4, cpu_utilisation=90 * d / n * 0.5 / (10 + 90 * d / n))
        for n in (1, 2, 4)
        for d in (2.0, 4.0)
    ]
    _, model = made(runs)
    for case in runs:
        predicted = simulated(model, nodes=case.nodes, data_scale=case.data_size / 4.0)
        assert predicted.cpu_utilisation.mean == pytest.approx(case.cpu_utilisation, rel=0.15)
    assert model.completeness.warning is None


def test_busier_cores_than_slots_are_work_of_executors_beside_tasks():
    runs = [
        run(n, None, 90 / n, executors=n, cores_per_executor=2, node_cores=8, cpu_utilisation=0.4)
        for n in (1, 2, 4)
    ]
    _, model = made(runs)
    assert model.profiles.executor.per_task_core_second > 0
    assert simulated(model, nodes=2).cpu_utilisation.mean == pytest.approx(0.4, rel=0.2)


def test_without_utilisation_the_model_says_that_it_knows_none():
    _, model = made([run(n, None, 90 / n) for n in (1, 2, 4)])
    assert "CPU" in model.completeness.warning
    assert [d.resource for d in model.profiles.stages[0].demands] == ["delay"]


def test_time_outside_jobs_is_told_apart_where_the_table_has_job_spans():
    runs = [run(n, None, 20 + 90 / n, job_span_s=12 + 90 / n) for n in (1, 2, 4, 8, 16, 32)]
    _, model = made(runs)
    prediction = simulated(model)
    assert prediction.response_time_s.mean - prediction.job_span_s.mean == pytest.approx(8)
    without = made([run(n, None, 20 + 90 / n) for n in (1, 2, 4)])[1]
    assert isinstance(without.execution.nodes[0], dsl.Job)
