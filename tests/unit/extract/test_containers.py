import pytest

from pertract.errors import UnrecognisedSource
from pertract.extract.containers import with_containers
from pertract.extract.settings import configuration
from pertract.sources.containers import Collections, ContainerLogs, ContainerRecord, Failure, Request
from pertract.units import GIB

NUMBER = "1700000000000_0007"
APPLICATION = f"application_{NUMBER}"


def container(number, **told):
    identifier = f"container_{NUMBER}_01_{number:06d}"
    return ContainerRecord(identifier, APPLICATION, **told)


def logs(*records, **more):
    return ContainerLogs(("logs.txt",), {r.id: r for r in records}, **more)


@pytest.fixture
def run(records):
    stage = records.stage(0, [(5, 9)])
    executors = [records.executor("1", added=4.0), records.executor("2", host="host-2", added=5.0)]
    found = records.run([records.job(0, 5, 9, [stage])], 10, executors=executors)
    found.application_id = APPLICATION
    return found


def test_executors_get_containers_and_times_beside_their_registration(run):
    one = container(2, executor="1", launched_s=1000.0, registered_s=1003.0, began_s=1001.0, ended_s=1010.0)
    found = with_containers(run, logs(one)).executors
    assert (found[0].container, found[0].allocated_s, found[0].released_s) == (one.id, 1.0, 11.0)
    assert (found[1].container, found[1].allocated_s) == (None, None)
    assert run.executors[0].container is None


def test_clocks_that_disagree_tell_no_times(run):
    one = container(2, executor="1", launched_s=9000.0, registered_s=1003.0, ended_s=1000.0)
    found = with_containers(run, logs(one)).executors[0]
    assert (found.container, found.allocated_s, found.released_s) == (one.id, None, None)


def test_attempts_number_executors_anew_and_the_last_counts(run):
    first = ContainerRecord(f"container_{NUMBER}_01_000002", APPLICATION, executor="1")
    last = ContainerRecord(f"container_{NUMBER}_02_000002", APPLICATION, executor="1")
    assert with_containers(run, logs(last, first)).executors[0].container == last.id


def test_the_times_reach_the_model(run):
    one = container(2, executor="1", launched_s=1000.0, registered_s=1003.0, ended_s=1010.0)
    groups = configuration(with_containers(run, logs(one))).executors
    assert [(g.count, g.allocated_s, g.released_s) for g in groups] == [(1, 1.0, 11.0), (1, None, None)]


def test_what_has_no_place_in_the_language_is_said(run):
    one = container(2, executor="1", began_s=0.0, ended_s=100.0, exit_status=143)
    one.collections = Collections(3, 2.0, 1.5, 1, GIB)
    one.failures = {"java.io.IOException": Failure("java.io.IOException", "full", 2)}
    lost = container(3, executor="9", began_s=0.0, ended_s=50.0)
    given = logs(one, lost, requests={APPLICATION: [Request(2, 4, 5 * GIB)]}, notes=["logs.txt ends early"])
    assert with_containers(run, given).notes == [
        "containers: logs.txt ends early",
        "containers: the master asked YARN for 2 executors, each with 4 cores and 5 GiB with overhead",
        f"containers: executor 1 in {one.id}",
        f"containers: 1 container ran executors that the event log does not know, such as executor 9"
        f" in {lost.id}",
        "containers: 2 executors lived 50 to 100 s",
        f"containers: executor 1 in {one.id} ended with status 143",
        "containers: 1 executor paused 3 times for garbage collection, together 2.00 s, 2.0% of their lives,"
        " the longest 1.500 s; most of the heap in use was 1 GiB",
        "containers: java.io.IOException was thrown 2 times in 1 container: full",
    ]


def test_logs_of_another_application_are_refused(run):
    run.application_id = "application_1700000000000_0008"
    with pytest.raises(
        UnrecognisedSource, match=r"containers of application_.*_0007, but the event log is of"
    ) as caught:
        with_containers(run, logs(container(1)))
    assert "yarn logs -applicationId application_1700000000000_0008" in caught.value.hint


def test_logs_that_do_not_tell_their_application_are_used(run):
    alone = ContainerRecord("stderr", None, executor="1", began_s=1.0, ended_s=2.0)
    found = with_containers(run, logs(alone))
    assert found.executors[0].container is None
    assert found.notes == ["containers: the executor lived 1 s"]
