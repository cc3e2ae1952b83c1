"""Micro-batches against the time until the next one."""

from __future__ import annotations

import pytest

from pertract import dsl
from pertract.simulate import Options, predict

from .models import demand, model, profile, stage


def stream_model(interval_s: float | None = 4.0, driver_s: float = 0.5) -> dsl.PerformanceModel:
    """Three batches of one task of 2 s, whose work is on records."""
    volumes = dsl.Volumes(input_records=100)
    work = profile(
        weights=(1.0,), demands=(demand(mean={"task_records": 0.02}, spread=(1.0,)),), volumes=volumes
    )
    jobs = tuple(
        dsl.Job(id=f"j{i}", group="run", batch=i, nodes=(stage(f"s{i}", 1, reads=("clicks",)),))
        for i in range(3)
    )
    source = dsl.OpenSource(arrival_rate_per_s=25.0, batch_interval_s=interval_s, batch_driver_s=driver_s)
    data = dsl.RecordData(id="clicks", name="clicks", mean_record_bytes=0, query="run", source=source)
    edges = (("j0", "j1"), ("j1", "j2"))
    made = model(nodes=jobs, edges=edges, profiles=(work,))
    return made.model_copy(update={"workload": dsl.DataWorkload(data=(data,))})


def test_a_batch_takes_its_jobs_and_the_driver() -> None:
    prediction = predict(stream_model(), Options(), replications=1)
    (stream,) = prediction.streams
    assert (stream.id, stream.batches, stream.arrival_rate_per_s) == ("clicks", 3, 25.0)
    assert stream.batch_s == pytest.approx(2.5)
    assert not stream.late
    assert prediction.warnings == ()


def test_more_data_are_more_records_in_a_batch_until_it_falls_behind() -> None:
    prediction = predict(stream_model(), Options(data_scale=1.5), replications=1)
    (stream,) = prediction.streams
    assert stream.arrival_rate_per_s == 37.5
    assert stream.batch_s == pytest.approx(3.5)
    assert not stream.late
    late = predict(stream_model(), Options(data_scale=2.0), replications=1)
    assert late.streams[0].batch_s == pytest.approx(4.5)
    assert late.streams[0].late
    assert "the stream clicks falls behind: a batch takes 4.5 s, but one begins every 4.0 s" in late.warnings


def test_batches_without_an_interval_are_never_late() -> None:
    (stream,) = predict(stream_model(None), Options(data_scale=9.0), replications=1).streams
    assert not stream.late


def test_work_on_records_is_not_said_to_stay() -> None:
    said = predict(stream_model(), Options(data_scale=2.0), replications=1).warnings
    assert not any("moved no measured bytes" in warning for warning in said)
    assert any("waits between the batches" in warning for warning in said)
