"""Keep what a cluster answers, for people who write readers and for the fast tests.

usage: python -m tests.integration.hadoop.capture CLUSTER-FOLDER OUT

Runs Spark in both deploy modes and MapReduce with both forms of its history on a cluster that runs, and
writes the answers of every interface before, while and after, logs, histories and images of the name space.
"""

import contextlib
import json
import random
import shutil
import sys
import urllib.error
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import applications
from .cluster import Cluster, attached

MEMORIES = ("512m", "1g", "1536m", "2g")
"""What executors are asked to have, where it is recorded how many YARN grants."""


def put_words(cluster: Cluster, lines: int = 60000, name: str = "words") -> str:
    """Write a text to HDFS and return its place there."""
    draw = random.Random(1)
    text = "\n".join(" ".join(f"w{draw.randrange(5000)}" for _ in range(12)) for _ in range(lines))
    local = cluster.folder / f"{name}.txt"
    local.write_text(text + "\n")
    cluster.run("fs", "-mkdir", "-p", f"/data/{name}")
    cluster.run("fs", "-put", "-f", local, f"/data/{name}/part-0.txt")
    return f"/data/{name}"


def keep(cluster: Cluster, url: str, paths: Mapping[str, str], out: Path) -> None:
    """Write answers as JSON and XML; what is not there leaves no file."""
    out.mkdir(parents=True, exist_ok=True)
    for name, path in paths.items():
        for kind in ("json", "xml"):
            with contextlib.suppress(urllib.error.HTTPError):
                answer = cluster.get(url, path, accept=f"application/{kind}")
                text = json.dumps(answer, indent=1) if kind == "json" else answer
                (out / f"{name}.{kind}").write_text(text)


def of_cluster() -> dict[str, str]:
    """Return the paths of a ResourceManager that need no application."""
    names = ("info", "metrics", "nodes", "scheduler", "apps", "appstatistics", "scheduler-conf")
    return {name: f"ws/v1/cluster/{name}" for name in names}


def of_application(app: str) -> dict[str, str]:
    """Return the paths of a ResourceManager about an application."""
    attempts = f"ws/v1/cluster/apps/{app}/appattempts"
    attempt = f"{attempts}/appattempt_{app.removeprefix('application_')}_000001"
    return {
        f"{app}": f"ws/v1/cluster/apps/{app}",
        f"{app}-appattempts": attempts,
        f"{app}-containers": f"{attempt}/containers",
    }


def keep_running(cluster: Cluster, app: str, out: Path) -> None:
    """Keep what can be asked while an application runs."""
    keep(cluster, cluster.rm, {**of_cluster(), **of_application(app)}, out / "rm-running")
    for index, url in enumerate(cluster.node_managers):
        paths = {name: f"ws/v1/node/{name}" for name in ("info", "apps", "containers")}
        keep(cluster, url, paths, out / f"nm-{index}-running")


def keep_timeline(cluster: Cluster, app: str, out: Path) -> None:
    """Keep what the timeline says of an application."""
    attempts = f"ws/v1/applicationhistory/apps/{app}/appattempts"
    attempt = f"{attempts}/appattempt_{app.removeprefix('application_')}_000001"
    paths = {
        "apps": "ws/v1/applicationhistory/apps",
        app: f"ws/v1/applicationhistory/apps/{app}",
        f"{app}-appattempts": attempts,
        f"{app}-containers": f"{attempt}/containers",
    }
    keep(cluster, cluster.timeline, paths, out / "timeline")


def keep_history(cluster: Cluster, app: str, out: Path) -> None:
    """Keep what the job history says of a job."""
    job = app.replace("application", "job")
    root = "ws/v1/history/mapreduce/jobs"
    paths = {"info": "ws/v1/history/info", "jobs": root, job: f"{root}/{job}"}
    paths |= {
        f"{job}-{name}": f"{root}/{job}/{name}" for name in ("counters", "conf", "tasks", "jobattempts")
    }
    keep(cluster, cluster.jhs, paths, out / "jhs")
    tasks = cluster.get(cluster.jhs, f"{root}/{job}/tasks")["tasks"]["task"]
    per_task = {
        f"{task['id']}{name.replace('/', '-')}": f"{root}/{job}/tasks/{task['id']}{name}"
        for task in tasks
        for name in ("", "/counters", "/attempts")
    }
    keep(cluster, cluster.jhs, per_task, out / "jhs" / "tasks")


def keep_files(cluster: Cluster, place: str, out: Path) -> None:
    """Keep what HDFS says of its files, over REST and as images."""
    operations = ("LISTSTATUS", "GETFILESTATUS", "GETCONTENTSUMMARY", "GETQUOTAUSAGE")
    paths = {f"{op}": f"webhdfs/v1{place}?op={op}" for op in operations}
    paths |= {f"{op}-root": f"webhdfs/v1/?op={op}" for op in operations}
    one = f"webhdfs/v1{place}/part-0.txt?op="
    paths |= {f"{op}-file": one + op for op in (*operations, "GETFILEBLOCKLOCATIONS", "GET_BLOCK_LOCATIONS")}
    folder = out / "webhdfs"
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in paths.items():
        with contextlib.suppress(urllib.error.HTTPError):
            (folder / f"{name}.json").write_text(json.dumps(cluster.get(cluster.namenode, path), indent=1))
    with contextlib.suppress(urllib.error.HTTPError):
        cluster.get(cluster.namenode, f"webhdfs/v1{place}-absent?op=LISTSTATUS")
    (folder / "jmx-FSNamesystem.json").write_text(
        json.dumps(
            cluster.get(cluster.namenode, "jmx?qry=Hadoop:service=NameNode,name=FSNamesystem*"), indent=1
        )
    )
    images = out / "fsimage"
    images.mkdir(exist_ok=True)
    cluster.run("dfsadmin", "-safemode", "enter")
    cluster.run("dfsadmin", "-saveNamespace")
    cluster.run("dfsadmin", "-safemode", "leave")
    cluster.run("dfsadmin", "-fetchImage", images)
    (image,) = images.glob("fsimage_*")
    for form, name in (
        ("XML", "fsimage.xml"),
        ("Delimited", "fsimage.tsv"),
        ("FileDistribution", "sizes.txt"),
    ):
        cluster.run("oiv", "-p", form, "-i", image, "-o", images / name)
    (images / "ls-R.txt").write_text(cluster.run("fs", "-ls", "-R", "/"))


def grants(
    cluster: Cluster,
    place: str,
    *,
    asked: int,
    queue: str = "default",
    cores: int = 1,
    memories: Sequence[str] = MEMORIES,
) -> list[dict[str, Any]]:
    """Record how many executors YARN grants for each memory."""
    rows = []
    for memory in memories:
        name = f"grant-{queue}-{memory}-{cores}-{asked}"
        wish = applications.Asked(asked, memory, cores, queue, longest_wait_s=1)
        with applications.spark(cluster, name, place, wish) as running:
            containers = running.await_granted()
            report = running.report
            scheduler = cluster.get(cluster.rm, "ws/v1/cluster/scheduler")
            running.stop()  # executors that still start are not waited for
            rows.append(
                {
                    "application": running.id,
                    "queue": queue,
                    "executor_memory": memory,
                    "executor_cores": cores,
                    "executors_asked": asked,
                    "executors_granted": len(containers) - 1,
                    "allocated_mb": report["allocatedMB"],
                    "allocated_vcores": report["allocatedVCores"],
                    "containers": [
                        {
                            "id": each["containerId"],
                            "node": each["assignedNodeId"],
                            "memory_mb": int(each["allocatedMB"]),
                            "vcores": int(each["allocatedVCores"]),
                        }
                        for each in containers
                    ],
                    "scheduler": scheduler,
                }
            )
    return rows


def keep_all(cluster: Cluster, out: Path) -> None:
    """Run applications and keep everything."""
    out.mkdir(parents=True, exist_ok=True)
    place = put_words(cluster)
    keep(cluster, cluster.rm, of_cluster(), out / "rm-idle")
    done: list[str] = []
    with applications.spark(
        cluster, "spark-client", place, applications.Asked(3, longest_wait_s=60)
    ) as running:
        running.await_words()
        keep_running(cluster, running.id, out)
        running.finish()
        running.await_logs()
        done.append(running.id)
    wish = applications.Asked(2, "1g", 2, "batch", "cluster", longest_wait_s=60)
    with applications.spark(cluster, "spark-cluster", place, wish) as running:
        running.await_granted()
        running.finish()
        running.await_logs()
        done.append(running.id)
    for form in ("binary", "json"):
        with applications.wordcount(cluster, f"wordcount-{form}", place, jhist=form) as running:
            running.finish()
            running.await_logs()
            done.append(running.id)
    keep(cluster, cluster.rm, of_cluster(), out / "rm-after")
    for app in done:
        keep(cluster, cluster.rm, of_application(app), out / "rm-after")
        keep_timeline(cluster, app, out)
        (out / "yarn-logs").mkdir(exist_ok=True)
        (out / "yarn-logs" / f"{app}.txt").write_text(cluster.run("logs", "-applicationId", app))
        cluster.run("logs", "-applicationId", app, "-out", out / "yarn-logs-out" / app)
    for app in done[2:]:
        keep_history(cluster, app, out)
    keep_files(cluster, place, out)
    cluster.run("fs", "-get", "/history/done", out / "jhist")
    cluster.run("fs", "-get", "/logs", out / "aggregated")
    for folder in ("logs", "events", "conf"):
        shutil.copytree(cluster.folder / folder, out / folder, dirs_exist_ok=True)
    for submitted in cluster.folder.glob("*.out"):
        shutil.copy(submitted, out / "logs")


if __name__ == "__main__":
    keep_all(attached(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve())
