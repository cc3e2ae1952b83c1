"""What single elements of the language accept and refuse."""

import pytest
from pydantic import ValidationError

from pertract import dsl

CPU = {"resource": "cpu", "activity": "compute", "unit": "core_seconds", "mean": {"constant": 1.0}}


def test_elements_cannot_be_changed(minimal):
    with pytest.raises(ValidationError, match="frozen"):
        minimal.name = "another"
    with pytest.raises(ValidationError, match="frozen"):
        minimal.execution.jobs[0].nodes[0].partitions.count = 9


def test_lists_of_a_model_cannot_be_changed(minimal):
    assert isinstance(minimal.execution.nodes, tuple)
    assert isinstance(minimal.profiles.stages[0].weights, tuple)


def test_every_element_refuses_unknown_fields():
    elements = [getattr(dsl, name) for name in dsl.__all__ if isinstance(getattr(dsl, name), type)]
    assert len(elements) > 20
    for element in elements:
        with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
            element.model_validate({"no_such_field": 1})


@pytest.mark.parametrize("identifier", ["", "x" * 201])
def test_identifiers_have_1_to_200_characters(identifier):
    with pytest.raises(ValidationError, match="character"):
        dsl.Delay(id=identifier, delay_s=1)


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_durations_are_finite_and_not_negative(value):
    with pytest.raises(ValidationError):
        dsl.Delay(id="d", delay_s=value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_replay_error_is_a_finite_number(value):
    with pytest.raises(ValidationError):
        dsl.Replay(response_time_s=1, error=value, job_span_s=1, job_span_error=0)


def test_a_replay_error_may_be_negative():
    assert dsl.Replay(response_time_s=1, error=-0.2, job_span_s=1, job_span_error=0).error == -0.2


def test_spread_has_as_many_values_as_weights():
    with pytest.raises(ValidationError, match=r"demands\.0\.spread: has 1 value, .* has 2 weights"):
        dsl.StageProfile(id="p", weights=(1, 1), demands=({**CPU, "spread": (1.0,)},))


def test_launch_order_has_as_many_values_as_weights():
    with pytest.raises(ValidationError, match=r"launch_order: has 1 value, .* has 2 weights"):
        dsl.StageProfile(id="p", weights=(1, 1), launch_order=(0.5,), demands=())


def test_a_profile_has_at_least_one_group_of_tasks():
    with pytest.raises(ValidationError, match="weights"):
        dsl.StageProfile(id="p", weights=(), demands=())


@pytest.mark.parametrize("ratio", [0, 1.01])
def test_usable_slots_are_a_share_above_zero(ratio):
    with pytest.raises(ValidationError, match="usable_slots_ratio"):
        dsl.StageProfile(id="p", weights=(1,), demands=(), usable_slots_ratio=ratio)


def test_entering_volume_is_storage_and_shuffle_input_without_output():
    volumes = dsl.Volumes(
        input_bytes=1,
        shuffle_read_local_bytes=10,
        shuffle_read_remote_bytes=100,
        shuffle_write_bytes=1000,
        output_bytes=10000,
    )
    assert volumes.entering_bytes == 111


def test_size_of_a_workload_is_that_of_its_files(valid_model):
    assert valid_model("diamond").workload.size_bytes == 600_000_000


def test_workers_leave_out_masters(valid_model):
    assert [group.id for group in valid_model("shared-cores").resources.workers] == ["workers"]


def test_jobs_and_stages_leave_out_delays(valid_model):
    execution = valid_model("concurrent-jobs").execution
    assert [job.id for job in execution.jobs] == ["job-0", "job-1"]
    assert [stage.id for stage in execution.stages] == ["write", "report", "export"]


@pytest.mark.parametrize(("seen", "expected", "ratio"), [(0, 0, 1.0), (3, 4, 0.75), (0, 4, 0.0)])
def test_completeness_is_the_share_of_tasks_seen(seen, expected, ratio):
    assert dsl.Completeness(tasks_seen=seen, tasks_expected=expected).ratio == ratio


def test_the_schema_version_is_called_schema_in_documents(minimal):
    assert minimal.model_dump()["schema"] == dsl.SCHEMA_VERSION == minimal.schema_version
