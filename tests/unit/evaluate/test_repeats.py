"""Runs of the same configuration and the noise between them."""

from __future__ import annotations

import json

import pytest

from pertract.evaluate import validate, validation_document
from pertract.evaluate.repeats import repeated

from .cases import case, model


def test_runs_of_a_configuration_are_compared_together() -> None:
    runs = [case(8, row=2, response_time_s=20.0), case(8, row=3, response_time_s=24.0), case(16, row=4)]
    validation = validate(model(), runs, replications=2)
    (configuration,) = repeated(validation)
    assert [row.run.row for row in configuration.rows] == [2, 3]
    found = configuration.quantities["response_time_s"]
    predicted = validation.rows[0].comparisons["response_time_s"].predicted
    assert (found.runs, found.measured, found.predicted) == (2, 22.0, predicted)
    assert found.rmse**2 == pytest.approx(((20 - predicted) ** 2 + (24 - predicted) ** 2) / 2)
    assert found.run_to_run == pytest.approx(2.0)
    assert found.error == pytest.approx(predicted / 22 - 1)


def test_the_document_has_them() -> None:
    runs = [case(8, row=2, response_time_s=20.0), case(8, row=3, response_time_s=24.0), case(16, row=4)]
    document = validation_document(validate(model(), runs, replications=2))
    (configuration,) = json.loads(json.dumps(document))["repeats"]
    assert configuration["rows"] == [2, 3]
    assert set(configuration["response_time_s"]) == {
        "runs",
        "measured",
        "predicted",
        "rmse",
        "error",
        "run_to_run",
    }


def test_a_single_run_repeats_nothing() -> None:
    assert repeated(validate(model(), [case(8), case(16)], replications=2)) == ()
