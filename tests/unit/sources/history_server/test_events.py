import pytest

from pertract.sources.history_server import answers, events
from pertract.sources.spark import events as ev


def date(at):
    return f"2020-01-01T00:00:{at:02d}.000GMT"


def told(**parts):
    attempt = answers.Attempt(start_time=date(0), end_time=date(50), app_spark_version="3.1.1")
    return events.Told(answers.Application("app-1", "sort"), attempt, **parts)


def names(**parts):
    """Return the events between start and end as short names with their number."""
    short = []
    for name, event in list(events.events(told(**parts)))[3:-1]:
        number = event.info.id if isinstance(event, ev.StageEvent) else getattr(event, "id", "")
        short.append(f"{name.removeprefix('SparkListener')} {number}".strip())
    return short


def stage(number, begun, ended, **more):
    dates = {"submission_time": date(begun), "completion_time": date(ended)}
    return answers.Stage(number, **{"status": "COMPLETE", **dates, **more})


def job(number, begun, ended, stages, **more):
    return answers.Job(
        number,
        submission_time=date(begun),
        completion_time=date(ended),
        stage_ids=stages,
        **{"status": "SUCCEEDED", "name": f"count at {number}", **more},
    )


def job_start(**parts):
    return next(e for name, e in events.events(told(**parts)) if name == "SparkListenerJobStart")


def test_the_frame_of_an_application():
    (start, begun, environment, end) = events.events(told(properties={"spark.master": "local"}))
    assert start == ("SparkListenerLogStart", ev.LogStart("3.1.1"))
    assert begun[1].time_ms == answers.millis(date(0))
    assert environment[1].properties == {"spark.master": "local"}
    assert end[1].time_ms == answers.millis(date(50))


def test_one_job_after_the_other_in_the_same_second():
    jobs = [job(1, 5, 9, [1]), job(0, 1, 5, [0])]
    assert names(jobs=jobs, stages=[stage(1, 5, 9), stage(0, 1, 5)]) == [
        "JobStart 0",
        "StageSubmitted 0",
        "StageCompleted 0",
        "JobEnd 0",
        "JobStart 1",
        "StageSubmitted 1",
        "StageCompleted 1",
        "JobEnd 1",
    ]


def test_a_job_that_took_no_time():
    assert names(jobs=[job(0, 5, 5, [0])], stages=[stage(0, 5, 5)]) == [
        "JobStart 0",
        "StageSubmitted 0",
        "StageCompleted 0",
        "JobEnd 0",
    ]


def test_a_job_without_times_surrounds_its_stages():
    old = answers.Job(0, stage_ids=[0], status="SUCCEEDED")
    found = names(jobs=[old], stages=[stage(0, 5, 9)])
    assert found == ["JobStart 0", "StageSubmitted 0", "StageCompleted 0", "JobEnd 0"]


def test_what_goes_on_has_no_end_and_what_was_skipped_no_events():
    running = answers.Job(0, submission_time=date(1), stage_ids=[0, 1, 2], status="RUNNING")
    stages = [
        answers.Stage(0, status="SKIPPED"),
        answers.Stage(1, status="ACTIVE", submission_time=date(3)),
        answers.Stage(2, status="PENDING"),
    ]
    assert names(jobs=[running], stages=stages) == ["JobStart 0", "StageSubmitted 1"]


def test_executors_come_and_go():
    executors = [
        answers.Executor("driver", "here:1", 0, date(1)),
        answers.Executor("1", "[::1]:4040", 2, date(2), date(9)),
        answers.Executor("2", "no-port", 2),
    ]
    found = list(events.events(told(executors=executors)))[3:-1]
    assert [name for name, _ in found] == [
        "SparkListenerBlockManagerAdded",
        "SparkListenerExecutorAdded",
        "SparkListenerExecutorRemoved",
    ]
    assert found[1][1].info == ev.ExecutorInfo("[::1]", 2)


@pytest.mark.parametrize(
    ("written", "host"),
    [("h:1", "h"), ("h", "h"), ("10.0.0.1:7", "10.0.0.1"), ("[::1]:7", "[::1]"), ("::1", "::1")],
)
def test_hosts_without_ports(written, host):
    assert answers.Executor("1", written).host == host


def test_what_a_job_tells_of_itself():
    execution = answers.SqlExecution(4, "FAILED", date(1), 5, failed_job_ids=[0])
    stages = [stage(0, 2, 3, scheduling_pool="fast"), answers.Stage(1, scheduling_pool="default")]
    described = job(0, 1, 5, [0, 1], description="sorting", job_group="g", status="FAILED")
    start = job_start(jobs=[described], stages=stages, executions=[execution])
    assert start.properties == {
        "spark.job.description": "sorting",
        "spark.jobGroup.id": "g",
        "spark.sql.execution.id": "4",
        "spark.scheduler.pool": "fast",
    }
    assert [info.name for info in start.stages] == ["", "count at 0"]


def test_an_execution_that_goes_on_has_no_end():
    executions = [answers.SqlExecution(0, "RUNNING", date(1), 5), answers.SqlExecution(1, "COMPLETED")]
    assert names(executions=executions) == ["SQLExecutionStart 0"]


def test_a_failed_stage_has_a_reason():
    parts = {"jobs": [job(0, 1, 5, [0])], "stages": [stage(0, 1, 5, status="FAILED")]}
    (completed,) = [e for name, e in events.events(told(**parts)) if name == "SparkListenerStageCompleted"]
    assert completed.info.failure == "unknown"


@pytest.mark.parametrize(
    ("more", "result_ms"),
    [
        ({}, 0),
        ({"getting_result_time": 30}, 970),
        ({"result_fetch_start": "2020-01-01T00:00:00.950GMT"}, 950),
    ],
)
def test_the_moment_of_getting_the_result(more, result_ms):
    begin = answers.millis(date(0))
    task = answers.Task(launch_time=date(0), duration=1000, status="SUCCESS", **more)
    end = events.task_end(stage(0, 0, 2), task)
    assert (end.info.finish_ms - begin, end.info.result_ms - begin if result_ms else 0) == (1000, result_ms)
    assert end.metrics is None


@pytest.mark.parametrize(
    "task",
    [
        answers.Task(launch_time=date(0), duration=5, status="RUNNING"),
        answers.Task(launch_time=date(0), status="SUCCESS"),
        answers.Task(launch_time="soon", duration=5, status="SUCCESS"),
    ],
)
def test_a_task_that_has_not_ended(task):
    assert events.task_end(stage(0, 0, 2), task) is None
