"""Exports come back as they were edited, and however they were written."""

from __future__ import annotations

from pathlib import Path

import pytest

from pertract import api, dsl
from pertract.errors import TransformError
from pertract.simulate import Options, predict
from pertract.transforms.pcm.importing import import_model

from .disguise import disguised
from .edits import (
    Files,
    with_capacity,
    with_data,
    with_delay,
    with_demand,
    with_processor,
    with_slots,
    with_tasks,
)

VALID = Path(__file__).resolve().parents[5] / "dsl" / "valid"


@pytest.fixture(scope="module")
def minimal() -> tuple[dsl.PerformanceModel, Files]:
    """Return a model in which the tasks of a stage are alike, and its export."""
    model = api.load(VALID / "minimal.yaml")
    stages = tuple(
        profile.model_copy(
            update={
                "demands": tuple(
                    d.model_copy(update={"spread": (1.0,) * len(d.spread)}) for d in profile.demands
                )
            }
        )
        for profile in model.profiles.stages
    )
    model = model.model_copy(update={"profiles": model.profiles.model_copy(update={"stages": stages})})
    made = api.export_pcm(model, effects=False)
    return made.model, made.files


def mean_s(files: Files) -> float:
    return predict(import_model(files, "pcm").model, Options(), replications=3).response_time_s.mean


def predicted_s(model: dsl.PerformanceModel, **options: float) -> float:
    return predict(model, Options(**options), replications=3).response_time_s.mean  # type: ignore[arg-type]


def test_an_export_comes_back(minimal):
    model, files = minimal
    found = import_model(files, "pcm").model
    assert mean_s(files) == pytest.approx(predicted_s(model), rel=1e-6)
    assert found.execution.framework == "Spark"
    assert [job.id for job in found.execution.jobs] == ["job-0"]
    assert [stage.partitions.count for stage in found.execution.stages] == [8, 4]
    assert found.workload.size_bytes == 1073741824


def test_slots_data_rates_and_cores_come_back(minimal):
    model, files = minimal
    before = mean_s(files)
    assert mean_s(with_data(files, 2.0 * 1073741824)) == pytest.approx(
        predicted_s(model, data_scale=2.0), rel=1e-6
    )
    assert mean_s(with_processor(files, "workers (2 nodes)", rate="4.0")) == pytest.approx(
        predicted_s(model, cpu_rate=4.0), rel=1e-6
    )
    assert mean_s(with_slots(files, 2)) > 1.3 * before
    one_core = with_processor(files, "workers (2 nodes)", numberOfReplicas=1)
    assert mean_s(one_core) > 1.5 * before


def test_tasks_demands_and_delays_come_back(minimal):
    model, files = minimal
    before = mean_s(files)
    [stage, _] = model.execution.stages
    changed = import_model(with_tasks(files, "read", "16"), "pcm").model
    assert changed.execution.stages[0].partitions.count == 2 * stage.partitions.count
    slower = with_demand(files, "combine", "compute", lambda text: f"({text}) * 10.0")
    compute = next(d for d in model.profiles.stages[1].demands if d.resource == "cpu")
    ten = import_model(slower, "pcm").model.profiles.stages[1].demands
    assert next(d for d in ten if d.resource == "cpu").mean == pytest.approx(
        {name: 10 * value for name, value in compute.mean.items()}, rel=1e-6
    )
    assert mean_s(with_delay(files, "driver-start", "5.0")) == pytest.approx(before + 3.0, rel=1e-6)


@pytest.mark.parametrize("name", ["minimal", "diamond", "concurrent-jobs", "shared-cores", "several-runs"])
def test_it_does_not_matter_how_a_model_is_written(name):
    files = api.export_pcm(api.load(VALID / f"{name}.yaml"), effects=False).files
    assert mean_s(disguised(files)) == pytest.approx(mean_s(files), rel=1e-6)


def test_a_stage_that_does_not_wait_for_its_tasks_is_refused(minimal):
    _, files = minimal
    with pytest.raises(TransformError, match="does not wait for all of its tasks") as refused:
        import_model(with_capacity(files, "read.done", "3"), "pcm")
    assert "capacity of 3" in str(refused.value)
