"""From events to records, for complete applications and for what Spark versions leave out."""

import re

import pytest

from pertract.sources import spark as spark_source


@pytest.fixture
def read(write_log):
    return lambda events: spark_source.read(write_log(events))


def noted(run, pattern):
    return any(re.search(pattern, note) for note in (*run.missing, *run.notes))


def without(event, *names):
    return {key: value for key, value in event.items() if key not in names}


def test_without_application_end_the_last_event_stands_for_it(read, spark):
    run = read(spark.small_app()[:-1])
    assert run.response_time_s == 3.2
    assert run.missing == ["the application end is not in the log; the last event stands for it"]


def test_without_application_start_the_first_event_stands_for_it(read, spark):
    events = [e for e in spark.small_app() if e["Event"] != "SparkListenerApplicationStart"]
    run = read(events)
    assert run.response_time_s == 3.5  # from the executor at 0.5 s to the end at 4 s
    assert run.jobs[0].submitted_s == 0.5
    assert (run.application_id, run.name) == ("unknown", "unnamed")
    assert run.missing == ["the application start is not in the log; the first event stands for it"]


def test_name_and_identifier_come_from_the_properties_where_the_start_is_lost(read, spark):
    head = [spark.environment(spark__app__id="app-7", spark__app__name="sort"), spark.executor_added("1")]
    run = read([*head, *spark.whole_job(0, 1000), spark.app_end(4000)])
    assert (run.application_id, run.name) == ("app-7", "sort")


def test_a_lost_job_start_is_made_up_from_stages_by_time(read, spark):
    lost = spark.whole_job(0, 1000)[1:]
    run = read([*spark.head(), *lost, *spark.whole_job(1, 5000), spark.app_end(9000)])
    first, second = run.jobs
    assert (first.id, first.imputed, first.finished, first.succeeded) == (0, True, True, True)
    assert (first.submitted_s, first.completed_s) == pytest.approx((1.01, 3.2))
    assert [s.id for s in first.stages] == [0]
    assert not second.imputed
    assert noted(run, "job starts are lost; 1 of their stages")


def test_stages_of_no_job_are_not_used(read, spark):
    orphan = spark.whole_job(5, 4000)[1:-1]
    run = read([*spark.head(), *spark.whole_job(0, 1000), *orphan, spark.app_end(9000)])
    assert [s.id for s in run.stages] == [0]
    assert noted(run, "no job in the log; not used")


def test_a_stage_without_end_ends_with_its_last_task(read, spark):
    events = [e for e in spark.small_app() if e["Event"] != "SparkListenerStageCompleted"]
    run = read(events)
    assert run.stages[0].completed_s == pytest.approx(3.1)
    assert noted(run, r"^1 stage without an end in the log")


def test_a_stage_never_announced_is_made_from_its_tasks(read, spark):
    events = [e for e in spark.small_app() if "StageSubmitted" not in e["Event"]]
    events = [e for e in events if "StageCompleted" not in e["Event"]]
    (stage,) = read(events).stages
    assert (stage.submitted_s, stage.completed_s) == pytest.approx((1.1, 3.1))


def test_a_job_without_end_ends_with_its_last_stage(read, spark):
    run = read([*spark.head(), *spark.whole_job(0, 1000), *spark.whole_job(1, 4000)[:-1]])
    assert [job.finished for job in run.jobs] == [True, False]
    assert run.jobs[1].completed_s == pytest.approx(6.11)
    assert noted(run, r"^1 job without an end in the log")


def test_a_failed_job_is_finished_but_did_not_succeed(read, spark):
    events = spark.small_app()
    events[-2] = spark.job_end(0, 3200, result="JobFailed")
    (job,) = read(events).jobs
    assert (job.finished, job.succeeded) == (True, False)


def test_job_times_missing_in_old_logs_come_from_stages(read, spark):
    events = spark.small_app()
    events[4] = spark.job_start(0, None, [spark.stage_info(0)])
    events[-2] = spark.job_end(0, None)
    (job,) = read(events).jobs
    assert (job.submitted_s, job.completed_s) == pytest.approx((1.01, 3.11))
    assert job.finished


def test_a_resubmitted_task_is_no_new_work(read, spark):
    repeated = spark.task_end(0, 1100, 2100, reason="Resubmitted")
    events = spark.small_app()
    run = read([*events[:-3], repeated, *events[-3:]])
    assert run.events["SparkListenerTaskEnd"] == 3
    assert (run.tasks, run.tasks_ended) == (2, 2)
    assert run.stages[0].summary.weights.sum() == 2


@pytest.mark.parametrize(
    "how", [{"reason": "TaskKilled", "killed": True}, {"killed": True}, {"reason": "ExceptionFailure"}]
)
def test_killed_twins_and_failures_hold_slots_but_do_not_succeed(read, spark, how):
    events = spark.small_app()
    run = read([*events[:-3], spark.task_end(0, 2200, 3050, **how), *events[-3:]])
    summary = run.stages[0].summary
    assert (run.tasks, summary.succeeded) == (2, 2)
    assert summary.weights.sum() == 3
    assert sorted(summary.duration_s.tolist()) == pytest.approx([0.85, 1.0, 2.0])


def test_a_twin_that_ends_after_its_stage_is_not_used(read, spark):
    events = spark.small_app()
    late = spark.task_end(0, 1100, 3500, reason="TaskKilled", killed=True)
    run = read([*events[:-1], late, events[-1]])
    assert run.stages[0].summary.weights.sum() == 2
    assert noted(run, "1 task ends? came after")


@pytest.mark.parametrize("absent", [True, False])
def test_a_task_without_metrics_counts_as_its_duration(read, spark, absent):
    lost = spark.task_end(0, 1100, 2600, reason="ExecutorLostFailure", metrics=None)
    if absent:
        lost = without(lost, "Task Metrics")
    events = spark.small_app()
    summary = read([*events[:-3], lost, *events[-3:]]).stages[0].summary
    assert summary.duration_s.tolist() == pytest.approx([1.0, 1.5, 2.0])
    assert summary.parts_s["other"][1] == pytest.approx(1.5)
    assert summary.parts_s["cpu"][1] == 0


@pytest.mark.parametrize(
    "metric", ["Shuffle Read Metrics", "Shuffle Write Metrics", "Input Metrics", "Output Metrics"]
)
def test_null_for_a_group_of_metrics_is_as_good_as_none(read, spark, metric):
    events = [*spark.head(), *spark.whole_job(0, 1000, metrics={metric: None}), spark.app_end(4000)]
    run = read(events)
    assert (run.malformed_lines, run.tasks) == (0, 2)


def test_a_finish_before_the_launch_counts_as_no_time(read, spark):
    tasks = [(100, 1100), (900, 400)]
    run = read([*spark.head(), *spark.whole_job(0, 1000, tasks=tasks), spark.app_end(4000)])
    summary = run.stages[0].summary
    assert summary.duration_s.tolist() == [0.0, 1.0]
    assert summary.last_finish_s == pytest.approx(2.1)
    assert all((values >= 0).all() for values in summary.parts_s.values())


def test_negative_metrics_count_as_nothing(read, spark):
    negative = {
        "Executor Run Time": -5,
        "Executor CPU Time": -7_000_000,
        "JVM GC Time": -1,
        "Executor Deserialize Time": -3,
        "Peak Execution Memory": -1,
        "Input Metrics": {"Bytes Read": -10, "Records Read": -10},
    }
    run = read([*spark.head(), *spark.whole_job(0, 1000, metrics=negative), spark.app_end(4000)])
    summary = run.stages[0].summary
    assert all((values >= 0).all() for values in summary.parts_s.values())
    assert all(volume == 0 for volume in summary.volumes.values())
    assert (summary.peak_memory_bytes == 0).all()
    assert run.task_cpu_s is None or run.task_cpu_s >= 0


def test_reversed_times_never_give_negative_durations(read, spark):
    events = [
        *spark.head(),
        spark.job_start(0, 3000, [spark.stage_info(0)]),
        spark.stage_submitted(0, 2900),
        spark.task_end(0, 2500, 2000),
        spark.task_end(0, 2600, 2700),
        spark.stage_completed(0, 2900, 2400),
        spark.job_end(0, 1000),
        spark.app_end(-100),
    ]
    run = read(events)
    assert run.response_time_s == 0.0
    assert run.job_span_s >= 0
    (job,) = run.jobs
    assert job.completed_s >= job.submitted_s >= 0
    assert job.stages[0].completed_s >= job.stages[0].submitted_s >= 0


def test_a_clock_before_application_start_gives_no_negative_times(read, spark):
    run = read([*spark.head(), *spark.whole_job(0, -5000), *spark.whole_job(1, 1000), spark.app_end(4000)])
    for record in (*run.jobs, *run.stages):
        assert 0 <= record.submitted_s <= record.completed_s
    assert all(executor.added_s >= 0 for executor in run.executors)


def test_spark_before_2_1_recorded_no_cpu_time(read, spark):
    metrics = {"Executor CPU Time": 0, "JVM GC Time": 100}
    run = read([*spark.head(), *spark.whole_job(0, 1000, metrics=metrics), spark.app_end(4000)])
    summary = run.stages[0].summary
    assert run.task_cpu_s is None
    assert not summary.cpu_recorded
    assert summary.parts_s["cpu"].tolist() == pytest.approx([0.9, 1.9])  # what is not known to be waiting
    assert summary.parts_s["gc"].tolist() == pytest.approx([0.1, 0.1])


def test_task_cpu_includes_deserialisation_and_garbage_collection(read, spark):
    metrics = {
        "Executor CPU Time": 300_000_000,
        "Executor Deserialize CPU Time": 50_000_000,
        "JVM GC Time": 20,
    }
    run = read([*spark.head(), *spark.whole_job(0, 1000, metrics=metrics), spark.app_end(4000)])
    assert run.task_cpu_s == pytest.approx(2 * 0.37)


def test_a_second_attempt_of_a_stage_is_a_record_of_its_own(read, spark):
    events = [
        *spark.head(),
        spark.job_start(0, 1000, [spark.stage_info(0)]),
        spark.stage_submitted(0, 1000),
        spark.task_end(0, 1100, 2000),
        spark.task_end(0, 1100, 2100, reason="FetchFailed", metrics=None),
        spark.stage_completed(0, 1000, 2100, failure="fetch failed"),
        spark.stage_submitted(0, 2200, 1, attempt=1),
        spark.task_end(0, 2300, 3000, attempt=1),
        spark.stage_completed(0, 2200, 3010, 1, attempt=1),
        spark.job_end(0, 3100),
        spark.app_end(4000),
    ]
    first, second = read(events).stages
    assert [(s.attempt, s.failed, s.summary.succeeded) for s in (first, second)] == [
        (0, True, 1),
        (1, False, 1),
    ]


def test_a_stage_listed_by_two_jobs_belongs_to_the_first_active_one(read, spark):
    shared = [spark.stage_info(0), spark.stage_info(1, parents=[0])]
    run = read(
        [
            *spark.head(),
            spark.job_start(0, 1000, shared),
            spark.stage_submitted(0, 1000),
            spark.task_end(0, 1100, 1500),
            spark.stage_completed(0, 1000, 1500),
            spark.job_end(0, 1600),
            spark.job_start(1, 2000, shared),
            spark.stage_submitted(1, 2000),
            spark.task_end(1, 2100, 2500),
            spark.stage_completed(1, 2000, 2500),
            spark.job_end(1, 2600),
        ]
    )
    assert [[s.id for s in job.stages] for job in run.jobs] == [[0], [1]]
    assert run.jobs[1].stage_ids == (0, 1)


def test_job_group_pool_and_description_are_kept(read, spark):
    job = spark.whole_job(0, 1000)
    job[0]["Properties"] = {
        "spark.jobGroup.id": "g",
        "spark.scheduler.pool": "p",
        "spark.job.description": "count\n   words",
        "spark.sql.execution.id": "3",
    }
    (record,) = read([*spark.head(), *job]).jobs
    assert (record.group, record.pool, record.name) == ("g", "p", "count words")


def test_jobs_of_one_sql_execution_are_a_group(read, spark):
    job = spark.whole_job(0, 1000)
    job[0]["Properties"] = {"spark.sql.execution.id": "3"}
    (record,) = read([*spark.head(), *job]).jobs
    assert (record.group, record.name) == ("sql-3", "count at Main.scala:0")


def test_jobs_are_in_order_of_submission(read, spark):
    run = read([*spark.head(), *spark.whole_job(1, 5000), *spark.whole_job(0, 1000), spark.app_end(9000)])
    assert [job.id for job in run.jobs] == [0, 1]


def test_sql_executions_show_the_driver_at_work_after_the_last_job(read, spark):
    end = {
        "Event": "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd",
        "executionId": 0,
        "time": spark.START + 3700,
    }
    assert read([*spark.small_app()[:-1], end]).response_time_s == 3.7


def test_the_tasks_left_stand_for_lost_ones(read, spark):
    events = [event for event in spark.small_app() if event["Event"] != "SparkListenerTaskEnd"]
    one_left = spark.task_end(0, 1100, 2000)
    run = read([*events[:-3], one_left, *events[-3:]])
    summary = run.stages[0].summary
    assert (summary.succeeded, summary.lost, summary.weights.sum()) == (2, 1, 2)
    assert summary.last_finish_s == run.stages[0].completed_s
    assert noted(run, "^1 task lost; the others of the same stages stand for them")


def test_tasks_of_a_stage_that_failed_are_not_made_up(read, spark):
    events = spark.small_app()
    failed = spark.stage_completed(0, 1050, 3100, failure="no more disk", tasks=5)
    kept = [failed if event["Event"] == "SparkListenerStageCompleted" else event for event in events]
    assert read(kept).stages[0].summary.lost == 0


def test_a_lost_environment_is_told(write_log, spark):
    events = [event for event in spark.small_app() if event["Event"] != "SparkListenerEnvironmentUpdate"]
    run = spark_source.read(write_log(events))
    assert run.missing == ["the environment is not in the log; the defaults of Spark stand for it"]


def test_an_executor_that_nothing_announced_is_told(write_log, spark):
    lost = ("SparkListenerExecutorAdded", "SparkListenerBlockManagerAdded")
    events = [event for event in spark.small_app() if event["Event"] not in lost]
    run = spark_source.read(write_log(events))
    assert run.missing == ["1 executor without a start in the log; the first task stands for it"]
    assert [executor.tasks for executor in run.executors] == [2]
