"""A real Hadoop: what Pertract reads from its interfaces and logs is what Hadoop and the applications said.

Starts a ResourceManager, three NodeManagers, a NameNode, two DataNodes, a job history and a timeline on
loopback addresses, and runs Spark on YARN and an example of MapReduce there.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from pertract.sources import containers
from pertract.units import MIB

from .hadoop import applications, capture, jars, settings
from .hadoop.cluster import Cluster

ROOT = Path(__file__).resolve().parents[2]
SHAPE = settings.Shape(nodes=(settings.Node(4096, 4), settings.Node(4096, 4), settings.Node(4352, 2)))
"""Nodes that differ, on each of which the master leaves room for as many executors of the sizes asked for:
on which it is placed is a matter of heartbeats."""
MANY = 20
"""Executors that no memory setting lets the cluster grant."""

pytestmark = pytest.mark.slow


def pertract(*arguments):
    """Run the command line and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pertract", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def extract(out, *arguments):
    """Extract a model and return it as it was written."""
    pertract("extract", *arguments, "-o", out, "-q")
    return yaml.safe_load(out.read_text())


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    try:
        applications.spark_home()
        found = jars.find(ROOT / "out/hadoop")
    except jars.NoHadoop as why:
        pytest.skip(str(why))
    with Cluster(found, tmp_path_factory.mktemp("hadoop") / "cluster", SHAPE) as running:
        yield running
        pids = [process.pid for process in running.daemons.started.values()]
    assert pids
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.fixture(scope="module")
def place(cluster):
    return capture.put_words(cluster)


@dataclass
class Evidence:
    """What was said of an application of Spark while it ran and after."""

    id: str
    log: Path
    registered: int
    """Executors that the application counted itself."""
    containers: list
    """Its running containers, as the ResourceManager listed them."""
    nodes: list
    scheduler: dict
    live: dict
    """The model that was extracted while it ran."""
    report: dict
    """What the ResourceManager says after its end."""
    text: Path
    """What ``yarn logs`` prints."""


@pytest.fixture(scope="module")
def spark(cluster, place, tmp_path_factory):
    folder = tmp_path_factory.mktemp("spark")
    wish = applications.Asked(3, longest_wait_s=applications.SUBMIT_S)
    with applications.spark(cluster, "counted", place, wish) as running:
        registered = running.await_words()
        listed = running.containers
        nodes = cluster.get(cluster.rm, "ws/v1/cluster/nodes")["nodes"]["node"]
        scheduler = cluster.get(cluster.rm, "ws/v1/cluster/scheduler")["scheduler"]["schedulerInfo"]
        log = cluster.folder / "events" / f"{running.id}.inprogress"
        live = extract(folder / "live.yaml", log, "--yarn", cluster.rm)
        report = running.finish()
        running.await_logs()
    text = folder / "yarn-logs.txt"
    text.write_text(cluster.run("logs", "-applicationId", running.id))
    log = log.with_suffix("")
    return Evidence(running.id, log, registered, listed, nodes, scheduler, live, report, text)


@pytest.fixture(scope="module")
def job(cluster, place):
    with applications.wordcount(cluster, "words", place) as running:
        report = running.finish()
        running.await_logs()
    assert report["finalStatus"] == "SUCCEEDED", running.text[-2000:]
    return running


def offered(model):
    """Return memory in MB and vcores of every node of a model."""
    return Counter(
        {
            (group["container_memory_bytes"] // MIB, group["vcores"]): group["count"]
            for group in model["resources"]["nodes"]
        }
    )


def test_hadoop_and_spark_do_what_they_are_asked_for(cluster, spark):
    assert spark.report["finalStatus"] == "SUCCEEDED"
    assert spark.registered == len(spark.containers) - 1 == 3
    resources = [node["totalResource"] for node in spark.nodes]
    assert Counter(settings.Node(r["memory"], r["vCores"]) for r in resources) == Counter(cluster.shape.nodes)
    assert sum(node["numContainers"] for node in spark.nodes) == len(spark.containers)


def test_the_live_cluster_is_read_as_yarn_says(cluster, spark):
    model = spark.live
    resources = [node["totalResource"] for node in spark.nodes]
    assert offered(model) == Counter((r["memory"], r["vCores"]) for r in resources)
    told = {f"root.{q['queueName']}": q for q in spark.scheduler["queues"]["queue"]}
    read = {q["path"]: q for q in model["resources"]["manager"]["queues"] if q["path"] != "root"}
    assert read.keys() == told.keys()
    for path, queue in told.items():
        assert read[path].get("capacity", 1) == pytest.approx(queue["capacity"] / 100)
        assert read[path].get("maximum", 1) == pytest.approx(queue["maxCapacity"] / 100)
    executors = sum(group["count"] for group in model["execution"]["configuration"]["executors"])
    assert executors == len(spark.containers) - 1
    asked = model["execution"]["configuration"]["containers"]
    assert asked["executors"] == 3
    rounded = (
        -(-asked["executor"]["memory_bytes"] // (cluster.shape.minimum_mb * MIB)) * cluster.shape.minimum_mb
    )
    assert {int(each["allocatedMB"]) for each in spark.containers} == {rounded}


def test_after_the_end_yarn_accounts_for_it(cluster, spark, tmp_path):
    model = extract(tmp_path / "model.yaml", spark.log, "--yarn", cluster.rm, "--yarn", cluster.timeline)
    (run,) = model["runs"]
    # YARN adds up whole seconds; a container that is handed back unused may be counted after the end.
    assert run["vcore_seconds"] == pytest.approx(spark.report["vcoreSeconds"], rel=0.01)
    assert run["memory_byte_seconds"] == pytest.approx(spark.report["memorySeconds"] * MIB, rel=0.01)
    groups = model["execution"]["configuration"]["executors"]
    assert all(0 < group["allocated_s"] < group["registered_s"] for group in groups)


def test_logs_on_disk_say_the_same_as_the_live_cluster(cluster, spark, tmp_path):
    log = cluster.daemons.log("resourcemanager")
    model = extract(tmp_path / "model.yaml", spark.log, "--yarn", log, "--yarn", cluster.conf)
    assert offered(model) == offered(spark.live)
    manager, live = model["resources"]["manager"], spark.live["resources"]["manager"]
    for share in ("capacity", "maximum"):
        told, read = ({q["path"]: q.get(share, 1) for q in each["queues"]} for each in (live, manager))
        assert read == pytest.approx(told)
    assert (manager["minimum"], manager["maximum"]) == (live["minimum"], live["maximum"])


@pytest.mark.parametrize("memory", capture.MEMORIES)
def test_as_many_executors_are_predicted_as_yarn_grants(cluster, place, spark, tmp_path, memory):
    model = tmp_path / "model.yaml"
    extract(model, spark.log, "--yarn", cluster.rm)
    (row,) = capture.grants(cluster, place, asked=MANY, memories=[memory])
    assert 0 < row["executors_granted"] < MANY
    answer = json.loads(
        pertract("predict", model, "--executor-memory", memory, "--executors", MANY, "--format", "json")
    )
    assert answer["configuration"]["executors"] == row["executors_granted"]


def test_files_and_blocks_are_those_of_the_name_node(cluster, place, spark, tmp_path):
    model = extract(tmp_path / "model.yaml", spark.log, "--hdfs", cluster.namenode)
    asked = f"webhdfs/v1{place}?op=GETCONTENTSUMMARY"
    summary = cluster.get(cluster.namenode, asked)["ContentSummary"]
    (status,) = cluster.get(cluster.namenode, f"webhdfs/v1{place}?op=LISTSTATUS")["FileStatuses"][
        "FileStatus"
    ]
    (data,) = [data for data in model["workload"]["data"] if data["kind"] == "file"]
    sizes = data["storage"]["sizes"]
    assert sum(each["count"] for each in sizes) == summary["fileCount"]
    assert sum(each["count"] * each["size_bytes"] for each in sizes) == summary["length"]
    assert data["storage"]["block_bytes"] == status["blockSize"]
    assert data["placement"]["replication"] == status["replication"]
    assert data["placement"]["data_nodes"] == cluster.shape.data_nodes


def test_mapreduce_is_read_from_its_history_and_from_its_server(cluster, job, tmp_path):
    said = {kind: int(re.search(rf"Launched {kind} tasks=(\d+)", job.text)[1]) for kind in ("map", "reduce")}
    identifier = job.id.replace("application", "job")
    url = f"ws/v1/history/mapreduce/jobs/{identifier}"
    answer = cluster.get(cluster.jhs, url)["job"]
    assert (answer["mapsTotal"], answer["reducesTotal"]) == (said["map"], said["reduce"])
    cluster.run("fs", "-get", "/history/done", tmp_path)
    (history,) = tmp_path.rglob(f"{identifier}-*.jhist")
    for source in ([history], [cluster.jhs, "--app", identifier]):
        model = extract(tmp_path / "model.yaml", *source)
        counts = {
            node["profile"].split("-")[0]: node["partitions"]["count"]
            for job_node in model["execution"]["nodes"]
            if job_node["kind"] == "job"
            for node in job_node["nodes"]
            if node["kind"] == "stage"
        }
        assert counts == said


def test_logs_of_containers_agree_with_event_log_and_timeline(cluster, spark, tmp_path):
    read = containers.read([spark.text])
    assert read.applications == [spark.id]
    of_executors = {c.executor: c for c in read.containers.values() if c.executor}
    urls = {}
    for line in spark.log.read_text().splitlines():
        event = json.loads(line)
        if event["Event"] == "SparkListenerExecutorAdded":
            (name,) = set(re.findall(r"container_\d+_\d+_\d+_\d+", str(event["Executor Info"]["Log Urls"])))
            urls[event["Executor ID"]] = name
    assert {executor: c.id for executor, c in of_executors.items()} == urls
    assert {c.id for c in read.containers.values()} == {c["containerId"] for c in spark.containers}
    number = spark.id.removeprefix("application_")
    path = f"ws/v1/applicationhistory/apps/{spark.id}/appattempts/appattempt_{number}_000001/containers"
    for told in cluster.get(cluster.timeline, path)["container"]:
        if told["containerId"] not in read.containers:  # granted beyond what was asked for, and handed back
            assert told["containerId"] not in urls.values()
            continue
        container = read.containers[told["containerId"]]
        assert told["assignedNodeId"].startswith(container.host + ":")
        assert container.life_s <= (told["finishedTime"] - told["startedTime"]) / 1000 + 1
    assert all(c.tasks and c.collections.count and c.heap_bytes == 512 * MIB for c in of_executors.values())
    model = extract(tmp_path / "model.yaml", spark.log, "--containers", spark.text)
    groups = model["execution"]["configuration"]["executors"]
    assert all(group["allocated_s"] < group["registered_s"] < group["released_s"] for group in groups)


def test_every_form_of_container_logs_tells_the_same(cluster, spark, tmp_path):
    text = containers.read([spark.text])
    cluster.run("logs", "-applicationId", spark.id, "-out", tmp_path / "out")
    assert containers.read([tmp_path / "out"]).containers == text.containers
