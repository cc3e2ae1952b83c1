import pytest

from pertract.errors import SourceError
from pertract.sources.yarn import answers, tree
from pertract.sources.yarn.records import Size, Snapshot
from pertract.units import MIB


def told(path) -> Snapshot:
    found = answers.read(tree.parse(path.read_bytes(), path.name))
    assert found is not None
    return found[0]


def test_nodes_have_what_is_used_and_what_is_left(data):
    idle, running = told(data / "rm/nodes.json"), told(data / "rm/nodes-running.xml")
    sizes = {"127.0.0.2": (4096, 4), "127.0.0.3": (4096, 4), "127.0.0.4": (3072, 2)}
    for snapshot in (idle, running):
        assert {n.host: (n.memory_bytes // MIB, n.vcores) for n in snapshot.running_nodes()} == sizes
    assert sum(node.containers for node in running.nodes.values()) > 0


def test_more_vcores_in_use_than_there_are():
    node = {"id": "h:1", "state": "RUNNING", "usedMemoryMB": 4096, "availMemoryMB": 0}
    node |= {"usedVirtualCores": 8, "availableVirtualCores": -4}
    snapshot, _ = answers.read({"nodes": {"node": node}})
    assert snapshot.nodes["h:1"].vcores == 4


def test_totals_that_are_cut_off_are_not_believed():
    metrics = {"totalMB": 11264, "totalVirtualCores": 12}
    metrics["totalClusterResourcesAcrossPartition"] = {"memory": 11264, "vCores": 10}
    assert answers.read({"clusterMetrics": metrics})[0].metrics.total_vcores == 10


def test_nodes_that_are_not_running_are_told_apart():
    nodes = [{"id": f"{s}:1", "state": s, "usedMemoryMB": 0, "availMemoryMB": 0} for s in ("LOST", "RUNNING")]
    snapshot, _ = answers.read({"nodes": {"node": nodes}})
    assert [node.id for node in snapshot.running_nodes()] == ["RUNNING:1"]


def test_labels_in_both_forms():
    for written in (["gpu"], "gpu", ["gpu", ""]):
        assert answers.read({"node": {"id": "h:1", "nodeLabels": written}})[0].nodes["h:1"].labels == ("gpu",)


@pytest.mark.parametrize("empty", [None, "", {}, {"app": []}])
def test_no_applications(empty):
    snapshot, _ = answers.read({"apps": empty})
    assert snapshot.applications == {}
    assert snapshot.applications_listed


def test_an_application_that_ended(data):
    (application,) = told(data / "rm/application_1795302742954_0004.json").applications.values()
    assert (application.vcore_s, application.memory_byte_s / MIB) == (127, 167238)
    assert application.queue == "root.batch"
    assert application.type == "SPARK"
    assert application.node_label is None  # "<Not set>"
    assert application.finished_s - application.submitted_s == pytest.approx(59.274)


def test_containers_of_the_timeline_service(data):
    containers = told(data / "timeline/application_1795302742954_0004-containers.json").containers.values()
    assert len(containers) == 4
    assert all(c.finished_s > c.allocated_s and c.vcores == 1 for c in containers)


def test_documented_containers_have_numbers_as_strings(samples):
    path = samples / "rest_docs/rm/ws_v1_cluster_apps_appid_appattempts_appAttemptId_containers.json"
    (container,) = told(path).containers.values()
    assert (container.memory_bytes, container.vcores, container.host) == (1536 * MIB, 1, "host.domain.com")
    assert container.finished_s is None
    assert container.exit_status is None


def test_a_real_answer_about_a_node(samples):
    (node,) = told(samples / "rest_cluster_a/nodeinfo.json").nodes.values()
    assert (node.memory_bytes, node.vcores, node.rack) == (49152 * MIB, 24, "/rowb/rack12")


def test_a_real_answer_about_applications(samples):
    found = told(samples / "rest_cluster_a/sparkcompleteapp.json").applications
    first = found["application_1479196259121_1041"]
    assert (first.vcore_s, first.containers, first.allocated) == (443798, 3, Size(7168 * MIB, 3))


def test_answers_about_the_whole_cluster(samples):
    assert told(samples / "rest_cluster_a/clusterinfo.json").info.version == "0.23.1-SNAPSHOT"
    metrics = told(samples / "rest_cluster_b/cluster_metrics.json").metrics
    assert (metrics.total_memory_bytes, metrics.total_vcores) == (729088 * MIB, 96)
    documented = told(samples / "rest_docs/rm/ws_v1_cluster_metrics.xml").metrics
    assert (documented.total_memory_bytes, documented.total_vcores) == (17408 * MIB, 8)


def test_json_and_xml_of_the_same_answer_tell_the_same(samples):
    compared = 0
    for folder in ("rm", "ats1", "nm"):
        for xml in (samples / "rest_docs" / folder).glob("*.xml"):
            twin = xml.with_suffix(".json")
            try:
                both = [answers.read(tree.parse(path.read_bytes(), path.name)) for path in (xml, twin)]
            except (SourceError, FileNotFoundError):
                continue
            if None in both:
                assert both == [None, None], xml.name
                continue
            one, other = (found for found, _ in both)
            for part in ("nodes", "applications", "attempts", "containers"):
                if "nodes" not in xml.name:  # the documentation names other hosts in its XML
                    assert set(getattr(one, part)) == set(getattr(other, part)), xml.name
                assert len(getattr(one, part)) == len(getattr(other, part)), xml.name
            assert (one.scheduler and len(one.scheduler.queues)) == (
                other.scheduler and len(other.scheduler.queues)
            )
            compared += 1
    assert compared >= 10


REFUSED = {
    "appinfobyteint": "neither JSON nor XML",
    "ws_v1_cluster_apps_application_1326821518301_0005_appattempts.xml": "damaged XML at line 10",
    "submit-reservation.json": "damaged JSON at line 5",
}
NOTHING = ("jobInfo", "jobcounts", "mrjob", "mrconf", "new_application", "reservation", "profiles")


def test_every_sample_is_read_or_refused_in_a_sentence(samples):
    """All answers of the collection, by what they are."""
    count = 0
    for folder in (
        "rest_cluster_a",
        "rest_cluster_b",
        "rest_docs/rm",
        "rest_docs/nm",
        "rest_docs/ats1",
        "rest_docs/ats2",
        "rm_submit",
    ):
        for path in sorted((samples / folder).iterdir()):
            count += 1
            if path.name in REFUSED:
                with pytest.raises(SourceError, match=REFUSED[path.name]):
                    tree.parse(path.read_bytes(), path.name)
                continue
            found = answers.read(tree.parse(path.read_bytes(), path.name))
            assert (found is None) == any(name in path.name for name in NOTHING), path.name
            assert found is None or found[0].notes == [], path.name
    assert count == 68


def test_entities_of_the_second_timeline_service(samples):
    snapshot = told(samples / "rest_docs/ats2/ws_v2_timeline_clusters_cluster_4.json")
    assert len(snapshot.applications) == 2
    assert snapshot.applications["application_1465246237936_0001"].submitted_s == pytest.approx(
        1465246348.599
    )


def test_entities_that_the_resource_manager_writes():
    entity = {
        "type": "YARN_CONTAINER",
        "id": "container_1465246237936_0001_01_000002",
        "createdtime": 1465246348599,
        "events": [{"id": "YARN_RM_CONTAINER_FINISHED", "timestamp": 1465246358599}],
        "info": {
            "YARN_CONTAINER_ALLOCATED_MEMORY": 2048,
            "YARN_CONTAINER_ALLOCATED_VCORE": 2,
            "YARN_CONTAINER_ALLOCATED_HOST": "h",
            "YARN_CONTAINER_ALLOCATED_PORT": 45454,
        },
    }
    snapshot, what = answers.read([entity])
    (container,) = snapshot.containers.values()
    assert "YARN_CONTAINER" in what
    assert (container.node, container.memory_bytes, container.vcores) == ("h:45454", 2048 * MIB, 2)
    assert container.finished_s - container.allocated_s == pytest.approx(10)
