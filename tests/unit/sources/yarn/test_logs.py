"""Logs of ResourceManagers and NodeManagers."""

import gzip

import pytest

from pertract.extract.yarn import container_seconds
from pertract.sources import yarn
from pertract.sources.yarn import log, nm_log, rm_log
from pertract.sources.yarn.merge import merge
from pertract.units import MIB

APPLICATION = "application_1795302742954_0004"


def read(*lines, new=rm_log.new_log):
    found = new()
    found.read(line.encode() for line in lines)
    return found


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("2021-11-23 10:06:29,282 INFO a.B: c", 1637661989.282),
        ("2021-11-23T10:06:29.282 INFO a.B: c", 1637661989.282),
        ("21/11/23 10:06:29 INFO B: c", 1637661989.0),
        ('252823:e,11/23/2021 10:06:29,yarn,Tag,Pid="5" String1="21/11/23 10:06:29 INFO B: c"', 1637661989.0),
        ("21/13/23 10:06:29 INFO B: c", None),
        ("\tat org.apache.Hadoop.main", None),
    ],
)
def test_times_of_lines(line, seconds):
    assert log.local_time_s(line) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    "head",
    [
        "2021-11-23 10:06:29,282 INFO org.apache.hadoop.yarn.rmcontainer.RMContainerImpl: ",
        "21/11/23 10:06:29 INFO rmcontainer.RMContainerImpl: ",
        "2021-11-23 10:06:29,282 INFO  rmcontainer.RMContainerImpl (RMContainerImpl.java:handle(486)) - ",
        "2021-11-23 10:06:29,282 INFO [SchedulerEventDispatcher] rmcontainer.RMContainerImpl: ",
    ],
)
def test_lines_in_all_their_forms(head):
    name = "container_e26_1497832133857_0330_01_000002"
    found = read(f"{head}{name} Container Transitioned from NEW to ALLOCATED")
    assert int(found.snapshot.containers[name].allocated_s) == 1637661989


def test_container_seconds_of_a_real_log_are_those_that_were_accounted(data):
    snapshot = yarn.read([data / "logs/resourcemanager.log"])
    sums = container_seconds(snapshot, APPLICATION)
    assert (sums.containers, sums.vcore_s, sums.accounted_vcore_s) == (4, 127, 127)
    assert sums.memory_byte_s / MIB == pytest.approx(167238, abs=4)  # a millisecond each
    assert sums.agrees
    assert snapshot.notes == []
    assert snapshot.problems == []


def test_what_a_real_log_tells_besides(data):
    snapshot = yarn.read([data / "logs/resourcemanager.log"])
    assert {n.host: (n.memory_bytes // MIB, n.vcores) for n in snapshot.running_nodes()} == {
        "127.0.0.2": (4096, 4),
        "127.0.0.3": (4096, 4),
        "127.0.0.4": (3072, 2),
    }
    scheduler = snapshot.scheduler
    assert (scheduler.kind, scheduler.calculator) == ("capacity", "DefaultResourceCalculator")
    assert (scheduler.minimum_memory_bytes, scheduler.maximum_memory_bytes) == (512 * MIB, 3072 * MIB)
    (attempt,) = snapshot.attempts_of(APPLICATION)
    containers = snapshot.containers_of(APPLICATION)
    assert all(attempt.registered_s < c.allocated_s for c in containers[1:])
    assert all(c.allocated_s <= c.acquired_s <= c.running_s < c.finished_s for c in containers[:3])
    assert all(c.node and c.memory_bytes for c in containers)


def test_a_log_and_answers_agree_in_time(data):
    """The log has local times; its zone follows from the summary of an application."""
    told = yarn.read([data / "timeline"]).containers
    for container in yarn.read([data / "logs/resourcemanager.log"]).containers_of(APPLICATION):
        assert container.allocated_s == pytest.approx(told[container.id].allocated_s, abs=1.5)


def test_container_seconds_of_the_collected_log(samples):
    snapshot = yarn.read([samples / "rm_logs/rmLog.txt"])
    sums = container_seconds(snapshot, "application_1497832133857_0330")
    assert (sums.vcore_s, sums.accounted_vcore_s) == (705, 704)
    assert sums.agrees
    application = snapshot.applications["application_1497832133857_0330"]
    assert (application.queue, application.type, application.name) == (
        "PROD",
        "MAPREDUCE",
        "FraudDetection-1",
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "application_1 is submitted a second time"),
        (2, "a submission without APPID"),
        (4, "a container without CONTAINERID"),
        (6, "the summary of an application without appId"),
        (9, "without memory and vcores"),
    ],
)
def test_damaged_lines_are_counted_and_told(samples, number, said):
    snapshot = yarn.read([samples / f"rm_logs/invalidLog{number}.txt"])
    assert snapshot.problems == []
    assert "1 line cannot be understood" in snapshot.notes[0]
    assert said in snapshot.notes[0]


def test_a_name_that_programs_may_not_like_is_no_damage(samples):
    assert yarn.read([samples / "rm_logs/invalidLog7.txt"]).notes == []


def test_escaped_signs_in_a_summary():
    found = read(
        "2021-11-23 10:06:29,282 INFO a.RMAppManager$ApplicationSummary: appId=application_1_0001,"
        r"name=a\,b\=c,user=u,queue=q,state=FINISHED,finishTime=1637665589000,vcoreSeconds=3,"
        r"preemptedResources=<memory:0\, vCores:0>,applicationType=SPARK"
    )
    application = found.exact.applications["application_1_0001"]
    assert (application.name, application.vcore_s, application.type) == ("a,b=c", 3, "SPARK")
    assert found.offset_s() == -3600


def test_space_that_was_only_reserved_is_no_container():
    """A node kept room for an executor that was not needed in the end."""
    head = "2021-11-23 10:06:29,282 INFO a.RMContainerImpl: container_1_0001_01_00000"
    found = read(
        f"{head}1 Container Transitioned from NEW to ALLOCATED",
        f"{head}1 Container Transitioned from RUNNING to COMPLETED",
        f"{head}2 Container Transitioned from NEW to RESERVED",
        f"{head}2 Container Transitioned from RESERVED to KILLED",
        "2021-11-23 10:06:29,282 INFO a.RMAppManager$ApplicationSummary: appId=application_1_0001,"
        "finishTime=1637661989282,vcoreSeconds=0,memorySeconds=0",
    )
    merge(found.exact, found.snapshot, "x")
    assert container_seconds(found.exact, "application_1_0001").containers == 1


def test_nodes_that_left():
    found = read(
        "2021-11-23 10:06:29,282 INFO a.ResourceTrackerService: NodeManager from node h1(cmPort: 8041 "
        "httpPort: 8042) registered with capability: <memory:8192, vCores:8>, assigned nodeId h1:8041, "
        "node labels { gpu, fast } ",
        "2021-11-23 10:07:29,282 INFO a.RMNodeImpl: h1:8041 Node Transitioned from RUNNING to LOST",
    )
    (node,) = found.snapshot.nodes.values()
    assert (node.state, node.labels, node.memory_bytes) == ("LOST", ("gpu", "fast"), 8192 * MIB)


def test_a_log_without_a_hint_of_its_time_zone(tmp_path):
    path = tmp_path / "rm.log"
    path.write_text(
        "2021-11-23 10:06:29,282 INFO a.resourcemanager.RMContainerImpl: container_1_1_01_000001 Container "
        "Transitioned from NEW to ALLOCATED\n"
    )
    assert yarn.read([path]).notes == [
        "rm.log: nothing tells the time zone of its times, which are taken as UTC"
    ]


def test_a_node_managers_log(data):
    snapshot = yarn.read([data / "logs"])
    ran = [c for c in snapshot.containers_of(APPLICATION) if c.launched_s]
    assert ran
    assert all(c.localising_s <= c.launched_s < c.finished_s for c in ran)
    assert all(c.allocated_s - 1 < c.localising_s for c in ran)


def test_memory_and_cpu_of_a_container():
    name = "container_e07_1499990000000_0001_01_000002"
    head = "2017-07-14 00:00:01,000 INFO monitor.ContainersMonitorImpl: "
    usage = f"{head}Memory usage of ProcessTree 12 for container-id {name}: %s of 2 GB physical memory used"
    cpu = f"{head}Resource usage of ProcessTree 12 for container-id {name}: text %CPU: 1.0 %CPU-cores: 1.0 "
    found = read(
        usage % "1.5 GB",
        usage % "512.0 MB",
        cpu + "vCores-used: 1 of 8 Cumulative-CPU-ms: 12340",
        new=nm_log.new_log,
    )
    container = found.snapshot.containers[name]
    assert (container.peak_memory_bytes, container.cpu_s) == (1536 * MIB, pytest.approx(12.34))


def test_a_packed_log_that_breaks_off(data, tmp_path):
    packed = gzip.compress((data / "logs/resourcemanager.log").read_bytes())
    (tmp_path / "rm.log.gz").write_bytes(packed[: len(packed) // 2])
    snapshot = yarn.read([tmp_path])
    assert snapshot.containers
    assert "breaks off" in snapshot.notes[0]
