"""Random models go to PCM and come back with the same prediction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract import api, dsl
from pertract.simulate import Options, predict
from pertract.transforms.pcm.importing import import_model

from .strategies_pcm import models
from .strategies_plan import examples


def mean_s(model: dsl.PerformanceModel, **options: float) -> float:
    return predict(model, Options(**options), replications=1).response_time_s.mean  # type: ignore[arg-type]


@examples(60)
@given(models())
def test_a_model_comes_back(model):
    made = api.export_pcm(model, effects=False)
    again = import_model(made.files, "pcm").model
    assert mean_s(again) == pytest.approx(mean_s(made.model), rel=1e-5)


@examples(30)
@given(models(), st.integers(1, 4), st.sampled_from([0.5, 1.0, 3.0]))
def test_a_configuration_comes_back(model, executors, data_scale):
    made = api.export_pcm(model, effects=False, executors=executors, data_scale=data_scale)
    again = import_model(made.files, "pcm").model
    expected = mean_s(made.model, executors=executors, data_scale=data_scale)
    assert mean_s(again) == pytest.approx(expected, rel=1e-5)
