"""What a real cluster told becomes the cluster of the model, and what is missing is said."""

from pathlib import Path

import pytest

import pertract
from pertract.extract import build_model
from pertract.extract.hardware import Hardware
from pertract.extract.yarn import with_cluster
from pertract.sources import yarn
from pertract.sources.yarn import Application, Node, Size
from pertract.units import GIB, MIB

DATA = Path(__file__).parents[3] / "data" / "yarn"
APPLICATION = "application_1795302742954_0004"


@pytest.fixture(scope="module")
def run():
    return pertract.read_run(DATA / f"{APPLICATION}_1.zstd")


def built(run, *sources, change=None, hardware=None):
    snapshot = yarn.read([DATA / source for source in sources], application=APPLICATION)
    if change is not None:
        change(snapshot)
    model = build_model(run, source="x", hardware=hardware)
    return with_cluster(model, run, snapshot, hardware)


@pytest.fixture(scope="module")
def whole(run):
    model, problems = built(run, "rm", "timeline", "logs", "conf")
    assert problems == []
    return model


def test_nodes_with_all_their_memory_and_vcores(whole):
    groups = {group.id: group for group in whole.resources.nodes}
    assert {name: (g.count, g.vcores, g.container_memory_bytes // MIB) for name, g in groups.items()} == {
        "workers-4-vcores-4096-mib": (2, 4, 4096),
        "workers-2-vcores-3072-mib": (1, 2, 3072),
    }
    assert not any(group.cores_known for group in groups.values())
    assert groups["workers-4-vcores-4096-mib"].racks == ("/default-rack",)
    assert any("not the cores of machines" in note for note in whole.completeness.notes)


def test_the_manager(whole):
    manager = whole.resources.manager
    assert (manager.version, manager.scheduler, manager.calculator) == ("3.4.2", "capacity", "memory")
    assert (manager.minimum.memory_bytes, manager.maximum.memory_bytes) == (512 * MIB, 3072 * MIB)
    assert (manager.heartbeat_s, manager.containers_per_heartbeat) == (0.5, 1)
    assert {q.path: (q.capacity, q.maximum, q.user_limit_factor) for q in manager.queues} == {
        "root": (1, 1, None),
        "root.default": (0.6, 1, 2),
        "root.batch": (0.4, 0.5, 2),
    }


def test_what_was_asked_for_and_how_long_it_took(whole):
    request, manager = whole.execution.configuration.containers, whole.resources.manager
    assert (request.queue, request.deploy_mode, request.executors) == ("root.batch", "cluster", 2)
    assert (request.executor.memory_bytes, request.executor.vcores) == (1024 * MIB + 384 * MIB, 2)
    assert request.requested_s == pytest.approx(4.5, abs=1)
    assert len(manager.allocation_delays_s) == len(manager.start_delays_s) == 2
    assert all(0 < delay < 5 for delay in manager.allocation_delays_s)
    for group in whole.execution.configuration.executors:
        assert request.requested_s <= group.allocated_s < group.registered_s < group.released_s


def test_executors_are_on_the_nodes_of_their_containers(whole):
    hosts = ["127.0.0.2", "127.0.0.3", "127.0.0.4"]
    snapshot = yarn.read([DATA / "logs"])
    told = {c.id: hosts.index(c.host) for c in snapshot.containers_of(APPLICATION)}
    numbers = {group.node for group in whole.execution.configuration.executors}
    assert len(numbers) == 2
    assert max(numbers) < 3
    assert whole.execution.configuration.containers.master_node in range(3)
    assert len(told) == 4


def test_what_was_accounted(whole):
    (run,) = whole.runs
    assert (run.vcore_seconds, run.memory_byte_seconds / MIB) == (127, 167238)
    assert any("container-seconds" in note for note in whole.completeness.notes)


def test_the_resource_manager_alone_tells_no_delays(run):
    model, problems = built(run, "rm")
    assert problems == []
    assert model.resources.manager.start_delays_s == ()
    assert any("no source tells when the containers" in note for note in model.completeness.notes)
    assert any("nothing tells its resource calculator" in note for note in model.completeness.notes)


def test_the_timeline_service_shows_how_vcores_are_counted(run):
    model, _ = built(run, "rm", "timeline")
    assert any("DefaultResourceCalculator" in note for note in model.completeness.notes)
    assert len(model.resources.manager.start_delays_s) == 2


def forget(snapshot):
    snapshot.applications.pop(APPLICATION)
    for key in [key for key in snapshot.attempts if key[0] == APPLICATION]:
        del snapshot.attempts[key]


def test_an_application_that_the_resource_manager_forgot(run):
    model, (problem,) = built(run, "rm", change=forget)
    assert f"{APPLICATION} is not known to the ResourceManager any more" in problem
    assert sum(group.count for group in model.resources.nodes) == 3
    assert f"YARN: {problem}" in model.completeness.notes
    assert model.runs[0].vcore_seconds is None


def test_nothing_could_be_read(run):
    model, problems = built(run, "nowhere")
    assert len(problems) == 1
    assert "no such file" in problems[0]
    assert model.resources.manager is None
    assert model.resources == build_model(run, source="x").resources


def test_nodes_that_do_not_run_are_left_out_and_told(run):
    def lose(snapshot):
        snapshot.nodes["gone:1"] = Node("gone:1", host="gone", state="LOST", memory_bytes=0, vcores=0)

    model, _ = built(run, "rm", change=lose)
    assert sum(group.count for group in model.resources.nodes) == 3
    assert any("(1 lost)" in note for note in model.completeness.notes)


def test_hosts_that_left_have_a_group_of_their_own(run):
    def leave(snapshot):
        for node in snapshot.nodes.values():
            node.host, node.id = f"new-{node.host}", f"new-{node.id}"

    model, _ = built(run, "rm", change=leave)
    gone = model.resources.nodes[-1]
    assert (gone.id, gone.count, gone.vcores) == ("workers-unknown-to-yarn", 2, None)
    assert {group.node for group in model.execution.configuration.executors} == {3, 4}


def other(snapshot, **fields):
    usual = {"queue": "root.default", "submitted_s": 0.0, "finished_s": 4e9}
    snapshot.applications["application_1_0001"] = Application("application_1_0001", **usual | fields)


def test_what_others_held_on_average(run):
    def busy(snapshot):
        other(snapshot, memory_byte_s=4e9 * GIB, vcore_s=2 * 4e9)

    model, _ = built(run, "rm", change=busy)
    used = {queue.path: queue.used for queue in model.resources.manager.queues}
    assert (used["root.default"].memory_bytes, used["root.default"].vcores) == (GIB, 2)
    assert used["root.batch"] is None
    assert any("other applications held 1 GiB and 2 vcores" in note for note in model.completeness.notes)


@pytest.mark.parametrize("fields", [{"finished_s": 1.0}, {"submitted_s": 4e9}, {"finished_s": None}])
def test_applications_of_another_time_count_for_nothing(run, fields):
    def idle(snapshot):
        other(snapshot, memory_byte_s=1e20, vcore_s=1e10, **fields)

    model, _ = built(run, "rm", change=idle)
    assert all(queue.used is None for queue in model.resources.manager.queues)


def test_a_running_application_holds_what_it_holds_now(run):
    def busy(snapshot):
        other(snapshot, finished_s=None, allocated=Size(3 * GIB, 3))

    model, _ = built(run, "rm", change=busy)
    assert model.resources.manager.queue("root.default").used.memory_bytes == 3 * GIB


def test_a_queue_that_is_no_more(run):
    def rename(snapshot):
        snapshot.applications[APPLICATION].queue = "root.old"

    model, _ = built(run, "rm", change=rename)
    assert model.execution.configuration.containers.queue == "root.old"
    assert model.resources.manager.queue("root.old") is not None
    assert any("none of those that the scheduler has now" in note for note in model.completeness.notes)


def test_container_seconds_that_do_not_add_up_are_told(run):
    def stretch(snapshot):
        snapshot.applications[APPLICATION].vcore_s = 150.0

    model, _ = built(run, "rm", "logs", change=stretch)
    assert any("add up to 127 vcore-seconds, but 150" in note for note in model.completeness.notes)


HARDWARE = {
    "schema": "pertract/hardware/1",
    "nodes": [
        {"hosts": ["127.0.0.4"], "cores": 1, "processing_rate": 2},
        {"hosts": ["127.*"], "cores": 2, "memory_gib": 8, "drives": {"count": 2, "read_mb_per_s": 100}},
        {"role": "master", "count": 1, "cores": 4},
    ],
    "network": {"gbit_per_s": 10, "latency_s": 0.001},
}


def test_hardware_completes_the_nodes(run):
    model, _ = built(run, "rm", hardware=Hardware.model_validate(HARDWARE))
    by_role = {group.role: [] for group in model.resources.nodes}
    for group in model.resources.nodes:
        by_role[group.role].append((group.count, group.cores, group.vcores, group.processing_rate))
    assert by_role == {"worker": [(2, 2, 4, 1), (1, 1, 2, 2)], "master": [(1, 4, None, 1)]}
    assert all(group.cores_known for group in model.resources.nodes)
    assert model.resources.network.bandwidth_bytes_per_s == 1.25e9
    assert model.resources.workers[0].drives.write_bytes_per_s == 1e8
    assert not any("cores of machines" in note for note in model.completeness.notes)
