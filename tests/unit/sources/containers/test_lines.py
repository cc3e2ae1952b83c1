import json

import pytest

from pertract.sources.containers import ContainerLogs, ContainerRecord, Failure, Request
from pertract.sources.containers.lines import read_lines
from pertract.units import GIB, MIB

APPLICATION = "application_1700000000000_0007"
MASTER, ONE, TWO = (f"container_1700000000000_0007_01_00000{n}" for n in (1, 2, 3))


def taken(text, kind="stderr", container=MASTER):
    """Return the container whose log a text is, and all that it tells of."""
    record, into = ContainerRecord(container, APPLICATION), ContainerLogs()
    into.containers[container] = record
    read_lines((line.encode() for line in text.splitlines(keepends=True)), kind, record, into)
    return record, into


def test_an_executor():
    record, _ = taken(
        "SLF4J: Class path contains multiple bindings\n"
        "26/11/21 23:18:29 INFO CoarseGrainedExecutorBackend: Started daemon with process name: 28778@host\n"
        "26/11/21 23:18:34 INFO YarnCoarseGrainedExecutorBackend: Successfully registered with driver\n"
        "26/11/21 23:18:34 INFO Executor: Starting executor ID 2 on host node-1\n"
        "26/11/21 23:18:41 INFO YarnCoarseGrainedExecutorBackend: Got assigned task 0\n"
        "26/11/21 23:18:41 INFO YarnCoarseGrainedExecutorBackend: Got assigned task 1\n"
        "26/11/21 23:19:58 INFO ShutdownHookManager: Shutdown hook called\n",
        container=ONE,
    )
    assert (record.executor, record.host, record.tasks, record.is_master) == ("2", "node-1", 2, False)
    assert (record.life_s, record.ended_s - record.registered_s) == (89, 84)


@pytest.mark.parametrize(
    ("sentence", "request_"),
    [
        (
            "YarnAllocator: Will request 2 executor container(s) for  ResourceProfile Id: 0, each with 2"
            " core(s) and 1408 MB memory. with custom resources: <memory:1408, vCores:2>",
            Request(2, 2, 1408 * MIB),
        ),
        (
            "YarnAllocator: Will request 16 executor container(s), each with 5 core(s) and 28160 MB memory"
            " (including 2560 MB of overhead)",
            Request(16, 5, 28160 * MIB),
        ),
        (
            "yarn.YarnAllocator: Will request 3 executor containers, each with 1 cores and 1408 MB memory"
            " including 384 MB overhead",
            Request(3, 1, 1408 * MIB),
        ),
    ],
)
def test_what_masters_ask_for(sentence, request_):
    record, into = taken(f"17/06/09 20:10:40 INFO {sentence}\n")
    assert into.requests == {APPLICATION: [request_]}
    assert record.is_master


def test_a_master_tells_of_containers_of_executors():
    record, into = taken(
        f"26/11/21 23:18:24 INFO YarnAllocator: Launching container {ONE} on host node-2 for executor with"
        " ID 1 for ResourceProfile Id 0\n"
        f"26/11/21 23:18:25 INFO YarnAllocator: Launching container {TWO} for on host node-3\n"
        f"26/11/21 23:19:58 INFO YarnAllocator: Completed container {ONE} on host: node-2 (state: COMPLETE,"
        " exit status: 143)\n"
    )
    one, two = into.containers[ONE], into.containers[TWO]
    assert (one.executor, one.host, one.exit_status) == ("1", "node-2", 143)
    assert (two.executor, two.host, two.exit_status) == (None, "node-3", None)
    assert two.launched_s - one.launched_s == 1
    assert record.executor is None


def test_the_script_that_started_an_executor():
    record, _ = taken(
        'exec >"${PRELAUNCH_OUT}"\nexport CONTAINER_ID="x"\n'
        "exec /bin/bash -c \"$JAVA_HOME/bin/java -server -Xmx4g '-Xlog:gc' org.apache.spark.executor."
        "YarnCoarseGrainedExecutorBackend --driver-url spark://x --executor-id 12 --hostname node-4 --cores 3"
        ' --app-id application_1700000000000_0007 1>stdout 2>stderr"\n',
        kind="launch_container.sh",
    )
    assert (record.executor, record.host, record.cores, record.heap_bytes) == ("12", "node-4", 3, 4 * GIB)


@pytest.mark.parametrize(
    "stamp",
    ["26/05/21 10:00:00", "2026-05-21 10:00:00,250", "2026-05-21T10:00:00.250Z", "[2026/05/21 10:00:00]"],
)
def test_time_stamps(stamp):
    record, _ = taken(f"{stamp} INFO A: first\n{stamp.replace('10:00:00', '10:02:00')} INFO A: last\n")
    assert record.life_s == 120


@pytest.mark.parametrize("stamp", ["26/13/21 10:00:00", "26/05/21 25:00:00"])
def test_what_is_no_time(stamp):
    assert taken(f"{stamp} INFO A: first\n")[0].life_s is None


def test_lines_of_json():
    lines = [
        {
            "ts": "2026-05-21T10:00:00.250Z",
            "level": "INFO",
            "msg": "Starting executor ID 3 on host n",
            "logger": "a.B",
        },
        {
            "ts": "2026-05-21T10:00:04.250Z",
            "level": "ERROR",
            "msg": "Exception in task 0",
            "exception": {"class": "java.io.IOException", "msg": "full"},
            "logger": "a.B",
        },
    ]
    record, _ = taken("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    assert (record.executor, record.life_s) == ("3", 4)
    assert record.failures == {"java.io.IOException": Failure("java.io.IOException", "full")}


def test_exceptions_are_counted_by_class_and_causes_are_not():
    record, _ = taken(
        "26/05/21 10:00:00 ERROR Executor: Exception in task 0.0 in stage 1.0 (TID 3)\n"
        "java.lang.OutOfMemoryError: Java heap space\n"
        "\tat java.util.Arrays.copyOf(Arrays.java:3332)\n"
        "Caused by: java.io.IOException: disk\n"
        "org.apache.spark.SparkException: Job aborted\n"
        "java.lang.OutOfMemoryError\n"
        'Exception in thread "main" org.apache.spark.SparkException: again\n'
    )
    assert record.failures == {
        "java.lang.OutOfMemoryError": Failure("java.lang.OutOfMemoryError", "Java heap space", 2),
        "org.apache.spark.SparkException": Failure("org.apache.spark.SparkException", "Job aborted", 2),
    }


def test_the_node_managers_own_logs_tell_nothing():
    assert taken("java.io.IOException: x\n26/05/21 10:00:00 x\n", kind="directory.info")[0].failures == {}
