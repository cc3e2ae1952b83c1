import pytest

from pertract.extract.profiles import build_profiles


@pytest.fixture
def profile(records):
    """Return a function that gives the profile of the first of some stages."""

    def build(*stages, **options):
        run = records.run([records.job(0, 0, 20, stages)], 20, **options)
        return build_profiles(run).stages[0]

    return build


def demands(profile):
    return {(d.resource, d.activity): d for d in profile.demands}


def mean(profile, resource, activity, task_bytes=0.0):
    coefficients = demands(profile)[resource, activity].mean
    return coefficients.get("constant", 0.0) + coefficients.get("task_bytes", 0.0) * task_bytes


def test_demands_without_bytes_are_constant_and_repeat_the_tasks(records, profile):
    found = profile(records.stage(0, [(0, 1), (0, 3)]))
    assert demands(found)["cpu", "compute"].mean == {"constant": pytest.approx(1.0)}  # half of 1 and 3 s
    assert demands(found)["cpu", "compute"].spread == pytest.approx((0.5, 1.5))
    assert found.weights == (1, 1)


def test_demands_of_a_stage_that_reads_grow_with_the_bytes(records, profile):
    found = profile(records.stage(0, [(0, 1), (0, 3)], read=500))
    assert set(demands(found)["cpu", "compute"].mean) == {"task_bytes"}
    assert mean(found, "cpu", "compute", task_bytes=500) == pytest.approx(1.0)


def test_waiting_in_a_stage_that_reads_storage_is_for_the_drive(records, profile):
    reading = profile(records.stage(0, [(0, 2)], read=500))
    assert mean(reading, "drive_read", "input", task_bytes=500) == pytest.approx(1.0)
    assert ("delay", "other") in demands(profile(records.stage(0, [(0, 2)])))


def test_waiting_in_a_python_stage_is_not_for_the_drive(records, profile):
    rdds = [(1, "PythonRDD", None, None)]
    assert ("delay", "other") in demands(profile(records.stage(0, [(0, 2)], read=500, rdds=rdds)))


def test_waiting_for_python_workers_is_mostly_their_cpu(records, profile):
    """2 s with 1 s of CPU in the log: of the other second, 0.8 s are the worker's."""
    rdds = [(1, "PythonRDD", None, None)]
    found = profile(records.stage(0, [(0, 2)], rdds=rdds))
    assert mean(found, "cpu", "python") == pytest.approx(0.8)
    assert mean(found, "delay", "other") == pytest.approx(0.2)


def test_the_demands_of_each_group_add_up_to_its_duration(records, profile):
    tasks = [(0.0, 1 + i / 10) for i in range(12)]
    found = profile(records.stage(0, tasks, read=50, slots={"1": 12}))
    for group in range(12):
        total = sum(
            mean(found, d.resource, d.activity, 50) * d.spread[group]
            for d in found.demands
            if d.unit != "bytes"
        )
        assert total == pytest.approx(1 + group / 10, rel=1e-4)


def test_time_between_tasks_is_dispatch(records, profile):
    tasks = [(i * 1.1, i * 1.1 + 1) for i in range(6)]
    found = profile(records.stage(0, tasks, slots={"1": 1}), executors=[records.executor(slots=1)])
    assert (found.dispatch_s, found.handling_s) == (pytest.approx(0.1), 0.0)


def test_an_end_noted_after_the_next_launch_is_handling(records, profile):
    tasks = [(i * 1.0, i * 1.0 + 1.1) for i in range(6)]
    found = profile(records.stage(0, tasks, slots={"1": 1}), executors=[records.executor(slots=1)])
    assert (found.dispatch_s, found.handling_s) == (0.0, pytest.approx(0.1))


def test_a_stage_beside_another_takes_the_usual_gap_of_stages_alone(records, profile):
    beside = records.stage(0, [(0, 1), (3, 4), (6, 7)], slots={"1": 1})
    other = records.stage(1, [(0.5, 7)], slots={"1": 1})
    alone = records.stage(2, [(10 + 1.25 * i, 11 + 1.25 * i) for i in range(5)], slots={"1": 1})
    found = profile(beside, other, alone, executors=[records.executor(slots=1)])
    assert found.dispatch_s == pytest.approx(0.25)


def test_failed_attempts_count_per_task(records, profile):
    stage = records.stage(0, [(0, 1)] * 6, count=4)
    object.__setattr__(stage.summary, "succeeded", 4)
    assert profile(stage).attempts_per_task == pytest.approx(1.5)


def test_a_stage_whose_tasks_all_failed_counts_attempts_by_its_tasks(records, profile):
    stage = records.stage(0, [(0, 1)] * 6, count=2, succeeded=False, failed=True)
    assert profile(stage).attempts_per_task == pytest.approx(3.0)


def test_slots_of_executors_that_get_only_the_first_wave_are_unusable(records, profile):
    tasks = [(s, s + 1) for s in range(8)] + [(0, 1, "2")] * 3
    executors = [records.executor(slots=1), records.executor("2", slots=3)]
    found = profile(records.stage(0, tasks, slots={"1": 1, "2": 3}), executors=executors)
    assert found.usable_slots_ratio == pytest.approx(0.25)


def test_a_single_wave_can_use_all_slots(records, profile):
    assert profile(records.stage(0, [(0, 1)] * 3)).usable_slots_ratio == 1.0


def test_stages_without_tasks_have_no_profile(records):
    stages = [records.stage(0, completed=1, count=5), records.stage(1, [(1, 2)])]
    run = records.run([records.job(0, 0, 2, stages)], 2)
    assert [p.id for p in build_profiles(run).stages] == ["stage-1"]
