"""Who executed tasks, and how many at once, for every way a cluster tells it."""

import pytest

from pertract.sources import spark as spark_source

OVERLAPPING = [(100, 1100), (150, 1100), (200, 1200), (1300, 1500)]  # three at a time


@pytest.fixture
def executors(write_log, spark):
    """Return a function that reads the executors of a one-job application."""

    def read(announcements, properties, *, executor="driver", tasks=OVERLAPPING):
        events = [
            spark.log_start(),
            spark.app_start(),
            spark.environment(**properties),
            *announcements,
            *spark.whole_job(0, 1000, tasks=tasks, executor=executor),
            spark.app_end(9000),
        ]
        return spark_source.read(write_log(events)).executors

    return read


@pytest.mark.parametrize(
    ("master", "slots"),
    [
        ("local", 1),
        ("local[4]", 4),
        ("local[4, 2]", 4),
        ("local[*]", 3),
        ("local[*,2]", 3),
        ("*********(redacted)", 3),
    ],
)
def test_local_mode_takes_slots_from_the_master_or_from_the_tasks_at_once(executors, master, slots):
    (driver,) = executors([], {"spark__master": master})
    assert (driver.id, driver.slots, driver.tasks) == ("driver", slots, 4)


def test_without_properties_slots_are_the_tasks_at_once(executors):
    (driver,) = executors([], {})
    assert driver.slots == 3


def test_announced_cores_come_before_properties(executors, spark):
    properties = {"spark__master": "local[8]"}
    (driver,) = executors([spark.executor_added("driver", cores=5)], properties)
    assert driver.slots == 5


def test_two_cpus_per_task_halve_the_slots_of_an_executor(executors, spark):
    (one,) = executors([spark.executor_added("1", cores=8)], {"spark__task__cpus": "2"}, executor="1")
    assert one.slots == 4


@pytest.mark.parametrize(
    ("properties", "executor"),
    [({"spark__master": "local[4]"}, "driver"), ({"spark__executor__cores": "4"}, "1")],
)
def test_two_cpus_per_task_halve_the_slots_known_from_properties(executors, properties, executor):
    tasks = [(100, 1100), (1200, 2000)]
    (one,) = executors([], {**properties, "spark__task__cpus": "2"}, executor=executor, tasks=tasks)
    assert one.slots == 2


def test_old_logs_announce_executors_as_block_managers(executors, spark):
    announcements = [spark.block_manager("<driver>", 10), spark.block_manager("0", 300, host="h7")]
    (one,) = executors(announcements, {"spark__executor__cores": "6"}, executor="0")
    assert (one.id, one.host, one.slots, one.added_s) == ("0", "h7", 6, 0.3)


def test_a_driver_that_runs_no_tasks_is_no_executor(executors, spark):
    announcements = [spark.executor_added("driver"), spark.executor_added("1", at=700, cores=4)]
    assert [e.id for e in executors(announcements, {}, executor="1")] == ["1"]


def test_an_announced_executor_without_tasks_counts(executors, spark):
    announcements = [spark.executor_added("1"), spark.executor_added("2", at=100)]
    assert [(e.id, e.tasks) for e in executors(announcements, {}, executor="1")] == [("1", 4), ("2", 0)]


def test_a_block_manager_alone_is_no_executor(executors, spark):
    announcements = [spark.executor_added("1"), spark.block_manager("9")]
    assert [e.id for e in executors(announcements, {}, executor="1")] == ["1"]


def test_an_executor_never_announced_is_there_from_its_first_ended_task(executors):
    (one,) = executors([], {"spark__executor__cores": "4"}, executor="1")
    assert (one.host, one.slots, one.added_s) == ("host-1", 4, 1.1)


def test_executors_come_and_go(executors, spark):
    announcements = [spark.executor_added("2", at=800), spark.executor_added("1", at=300)]
    announcements.append(spark.executor_removed("2", at=850))
    first, second = executors(announcements, {}, executor="1")
    assert (first.id, first.added_s, first.removed_s) == ("1", 0.3, None)
    assert (second.id, second.added_s, second.removed_s) == ("2", 0.8, 0.85)


@pytest.mark.parametrize("cpus", ["0", "-1", "many", "*********(redacted)"])
def test_a_nonsense_number_of_cpus_per_task_counts_as_one(executors, spark, cpus):
    (one,) = executors([spark.executor_added("1", cores=4)], {"spark__task__cpus": cpus}, executor="1")
    assert one.slots == 4


def test_a_task_whose_end_was_noted_late_does_not_overlap_the_next(executors, write_log, spark):
    """The driver logs an end 50 ms late; the executor's own run time shows that the slot was free."""
    tasks = [(100, 1150, 1000), (1110, 2000, 890)]
    events = [
        *spark.head()[:2],
        spark.job_start(0, 0, [spark.stage_info(0)]),
        spark.stage_submitted(0, 0),
        *(
            spark.task_end(0, launch, finish, metrics={"Executor Run Time": run})
            for launch, finish, run in tasks
        ),
        spark.stage_completed(0, 0, 2000),
        spark.job_end(0, 2000),
    ]
    assert spark_source.read(write_log(events)).executors[0].slots == 1


def test_a_number_of_cores_that_no_machine_has_counts_as_unknown(executors, spark):
    tasks = [(100, 1100), (200, 1000), (1200, 2000)]
    (one,) = executors([spark.executor_added("1", cores=10**14)], {}, executor="1", tasks=tasks)
    assert one.slots == 2
