"""The whole document, and that replaying it repeats what was measured."""

from dataclasses import replace

import pytest

from pertract.errors import NoUsableRun
from pertract.extract import build_model
from pertract.simulate import Options, predict


def model_of(run):
    return build_model(replace(run, digest="sha256:0"), source="log")


def replayed_s(run):
    found = predict(model_of(run), Options(), replications=3).response_time_s
    assert found.std == pytest.approx(0.0, abs=1e-6)
    return found.mean


def sequential_jobs(records):
    """Make three jobs in a row with gaps of every kind; all tasks fit in one wave of 4 slots."""
    first = [
        records.stage(0, [(2.3, 3), (2.3, 4.1), (2.3, 3.5)], submitted=2.2),
        records.stage(1, [(4.25, 6), (4.25, 5)], submitted=4.2, parents=[0]),
    ]
    second = [
        records.stage(2, [(7.5, 8)], submitted=7.1),
        records.stage(3, [(8.0, 9.123)], submitted=8.0, parents=[2]),
    ]
    third = [records.stage(4, [(12.003, 12.005)] * 4)]
    return [
        records.job(0, 2.1, 6.2, first),
        records.job(1, 7, 9.5, second),
        records.job(2, 12, 12.5, third),
    ]


@pytest.mark.parametrize("response", [12.5, 12.75, 20])
def test_a_sequential_application_is_replayed_in_exactly_its_time(records, response):
    run = records.run(sequential_jobs(records), response)
    assert replayed_s(run) == pytest.approx(response, abs=1e-4)


def test_gaps_of_a_millisecond_are_conserved(records):
    """The shortest time the log can tell; applications of many small jobs consist of them."""
    jobs = [
        records.job(i, i + 0.001, i + 1, [records.stage(i, [(i + 0.002, i + 1)], submitted=i + 0.001)])
        for i in range(1, 40)
    ]
    assert replayed_s(records.run(jobs, 40)) == pytest.approx(40, abs=1e-3)


def test_a_sequential_application_of_several_waves_is_replayed_in_exactly_its_time(records):
    tasks = [(1 + wave, 2 + wave) for wave in range(5) for _ in range(4)]
    job = records.job(0, 0.5, 6.5, [records.stage(0, tasks, submitted=0.6)])
    assert replayed_s(records.run([job], 7)) == pytest.approx(7, abs=1e-4)


def test_gaps_between_waves_are_replayed(records):
    tasks = [(1 + 1.2 * wave, 2 + 1.2 * wave) for wave in range(5) for _ in range(4)]
    job = records.job(0, 0.5, 6.9, [records.stage(0, tasks, submitted=0.6)])
    assert replayed_s(records.run([job], 7.5)) == pytest.approx(7.5, abs=1e-3)


def test_warm_up_is_replayed(records):
    tasks = [(1, 4)] * 4 + [(4 + wave, 5 + wave) for wave in range(3) for _ in range(4)]
    job = records.job(0, 1, 7, [records.stage(0, tasks)])
    assert replayed_s(records.run([job], 8)) == pytest.approx(8, abs=1e-3)


def test_forked_jobs_with_slots_for_all_are_replayed_in_exactly_their_time(records):
    spans = [(1, 2), (3, 7), (3, 6), (8, 9)]
    jobs = [records.job(i, b, e, [records.stage(i, [(b, e)])]) for i, (b, e) in enumerate(spans)]
    assert replayed_s(records.run(jobs, 10)) == pytest.approx(10, abs=1e-4)


def test_a_diamond_is_replayed_in_exactly_its_time(records):
    stages = [
        records.stage(0, [(1, 2)]),
        records.stage(1, [(2, 4)], parents=[0]),
        records.stage(2, [(2, 5)], parents=[0]),
        records.stage(3, [(5.5, 6)], parents=[1, 2], submitted=5.1),
    ]
    assert replayed_s(records.run([records.job(0, 1, 6.25, stages)], 7)) == pytest.approx(7, abs=1e-4)


def test_a_failed_attempt_and_its_retry_are_replayed_in_exactly_their_time(records):
    stages = [
        records.stage(0, [(1, 2), (1, 3)], failed=True, succeeded=False),
        records.stage(0, [(4, 5)], attempt=1),
        records.stage(1, [(5, 6)], parents=[0]),
    ]
    assert replayed_s(records.run([records.job(0, 1, 6, stages)], 7)) == pytest.approx(7, abs=1e-4)


def test_stages_that_the_log_lost_are_replayed_by_their_length(records):
    stages = [
        records.stage(0, submitted=1, completed=4, count=9),
        records.stage(1, [(4, 5)], submitted=4, parents=[0]),
    ]
    assert replayed_s(records.run([records.job(0, 1, 5, stages)], 6)) == pytest.approx(6, abs=1e-4)


def test_executors_that_start_late_are_replayed(records):
    job = records.job(0, 1, 8, [records.stage(0, [(5, 8)], submitted=1.5)])
    run = records.run([job], 9, executors=[records.executor(added=5.0)])
    assert replayed_s(run) == pytest.approx(9, abs=1e-4)


def test_the_run_tells_what_was_measured(records):
    run = records.run(sequential_jobs(records), 20, cpu=8.0)
    (measured,) = model_of(run).runs
    assert (measured.jobs, measured.stages, measured.tasks) == (3, 5, 11)
    assert (measured.response_time_s, measured.job_span_s) == (20.0, pytest.approx(10.4))
    assert (measured.executors, measured.slots) == (1, 4)
    assert measured.task_cpu_utilisation == pytest.approx(0.1)
    assert (measured.source, measured.digest, measured.application_id) == ("log", "sha256:0", "app-1")


def test_imputed_jobs_are_not_counted(records):
    jobs = sequential_jobs(records)
    jobs[1].imputed = True
    assert model_of(records.run(jobs, 20)).runs[0].jobs == 2


def test_cpu_that_was_not_recorded_is_unknown_and_noted(records):
    job = records.job(0, 0, 2, [records.stage(0, [(0, 2)], cpu_recorded=False)])
    model = model_of(records.run([job], 2, cpu=None))
    assert model.runs[0].task_cpu_utilisation is None
    assert any("recorded no CPU time" in note for note in model.completeness.notes)


def test_completeness_counts_tasks_expected_and_seen(records):
    stages = [
        records.stage(0, [(0, 1)] * 3, count=4),
        records.stage(1, [(1, 2)] * 5, count=4),  # a speculative twin does not make up for stage 0
        records.stage(2, [(2, 3)], count=9, failed=True),
        records.stage(3, submitted=3, completed=4, count=2),
    ]
    found = model_of(records.run([records.job(0, 0, 4, stages)], 4, notes=["something"])).completeness
    assert (found.tasks_expected, found.tasks_seen) == (10, 7)
    assert found.ratio == pytest.approx(0.7)
    assert found.notes == ("something",)


def test_a_complete_log_is_complete(records):
    found = model_of(records.run(sequential_jobs(records), 20)).completeness
    assert (found.ratio, found.notes) == (1.0, ())


def test_an_absurd_clock_is_noted(records):
    found = model_of(records.run(sequential_jobs(records), 8e7)).completeness
    assert any("more than a year" in note for note in found.notes)


@pytest.mark.parametrize("stages", [[], [{"completed": 2, "count": 3}]])
def test_jobs_without_any_task_are_refused(records, stages):
    job = records.job(0, 0, 2, [records.stage(i, **stage) for i, stage in enumerate(stages)])
    with pytest.raises(NoUsableRun, match=r"^log: its jobs executed no task"):
        model_of(records.run([job], 2))
