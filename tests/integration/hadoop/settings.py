"""The configuration files of a small cluster."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

HEAP = "-Xmx160m"
JVM = (
    HEAP,
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xshare:auto",
    "-Djava.net.preferIPv4Stack=true",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",  # what proxies of Guice and cglib ask of Java 17
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/java.net=ALL-UNNAMED",
)
"""Small JVMs: eight of them share few cores."""
CALCULATORS = {
    "memory": "org.apache.hadoop.yarn.util.resource.DefaultResourceCalculator",
    "dominant": "org.apache.hadoop.yarn.util.resource.DominantResourceCalculator",
}
SCHEDULERS = {
    "capacity": "org.apache.hadoop.yarn.server.resourcemanager.scheduler.capacity.CapacityScheduler",
    "fair": "org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair.FairScheduler",
}
LOG4J = """log4j.rootLogger=INFO,console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.target=System.err
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%d{ISO8601} %p %c: %m%n
# what a container really used of memory and CPU
log4j.logger.org.apache.hadoop.yarn.server.nodemanager.containermanager.monitor.ContainersMonitorImpl.audit=DEBUG
"""


@dataclass(frozen=True)
class Node:
    """What a NodeManager offers."""

    memory_mb: int
    vcores: int


@dataclass(frozen=True)
class Shape:
    """What a cluster is asked to be."""

    nodes: tuple[Node, ...] = (Node(4096, 4), Node(4096, 4), Node(3072, 2))
    data_nodes: int = 2
    scheduler: str = "capacity"
    """A key of `SCHEDULERS`."""
    calculator: str = "memory"
    """A key of `CALCULATORS`; of the capacity scheduler."""
    minimum_mb: int = 512
    maximum_mb: int = 3072
    queues: Mapping[str, tuple[int, int]] = field(
        default_factory=lambda: {"default": (60, 100), "batch": (40, 50)}
    )
    """Share and largest share of each queue, percent."""
    user_limit_factor: float = 2
    """How much of a queue's share one user may have."""
    am_percent: float = 0.5
    """How much of a queue masters of applications may have."""
    timeline: bool = True


def write(folder: Path, properties: Mapping[str, object]) -> None:
    """Write a configuration file of Hadoop's."""
    rows = "".join(
        f"  <property><name>{escape(name)}</name><value>{escape(str(value))}</value></property>\n"
        for name, value in properties.items()
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text(f'<?xml version="1.0"?>\n<configuration>\n{rows}</configuration>\n')


def core(ports: Mapping[str, int], folder: Path) -> dict[str, object]:
    """Return what every program reads."""
    return {
        "fs.defaultFS": f"hdfs://127.0.0.1:{ports['namenode']}",
        "hadoop.tmp.dir": folder / "tmp",
        "hadoop.proxyuser.root.hosts": "*",
        "hadoop.proxyuser.root.groups": "*",
    }


def hdfs(ports: Mapping[str, int], folder: Path, shape: Shape) -> dict[str, object]:
    """Return the configuration of the NameNode and of clients."""
    return {
        "dfs.replication": min(2, shape.data_nodes),
        "dfs.blocksize": 1 << 20,
        "dfs.namenode.fs-limits.min-block-size": 1 << 16,
        "dfs.permissions.enabled": "false",
        "dfs.namenode.name.dir": (folder / "name").as_uri(),
        "dfs.namenode.http-address": f"127.0.0.1:{ports['namenode-http']}",
        "dfs.namenode.rpc-bind-host": "127.0.0.1",
        "dfs.namenode.datanode.registration.ip-hostname-check": "false",
        "dfs.namenode.heartbeat.recheck-interval": 10000,
        "dfs.webhdfs.enabled": "true",
        "dfs.heartbeat.interval": 1,
        "dfs.client.use.datanode.hostname": "false",
        "dfs.namenode.safemode.extension": 0,
    }


def data_node(address: str, ports: Mapping[str, int], folder: Path) -> dict[str, object]:
    """Return what one DataNode has for itself.

    It listens where its connections come from: the NameNode hands that address out.
    """
    return {
        "dfs.datanode.data.dir": (folder / f"data-{address}").as_uri(),
        "dfs.datanode.hostname": address,
        "dfs.datanode.address": f"127.0.0.1:{ports['data']}",
        "dfs.datanode.http.address": f"127.0.0.1:{ports['http']}",
        "dfs.datanode.ipc.address": f"127.0.0.1:{ports['ipc']}",
    }


def yarn(ports: Mapping[str, int], jars: Path, shape: Shape) -> dict[str, object]:
    """Return the configuration of the ResourceManager and of clients."""
    scheduling: dict[str, object] = {
        "yarn.resourcemanager.scheduler.class": SCHEDULERS[shape.scheduler],
        "yarn.scheduler.minimum-allocation-mb": shape.minimum_mb,
        "yarn.scheduler.maximum-allocation-mb": shape.maximum_mb,
        "yarn.scheduler.minimum-allocation-vcores": 1,
        "yarn.scheduler.maximum-allocation-vcores": max(node.vcores for node in shape.nodes),
    }
    if shape.scheduler == "fair":
        scheduling["yarn.scheduler.increment-allocation-mb"] = shape.minimum_mb
    return {
        "yarn.resourcemanager.hostname": "127.0.0.1",
        "yarn.resourcemanager.bind-host": "127.0.0.1",
        "yarn.resourcemanager.address": f"127.0.0.1:{ports['rm']}",
        "yarn.resourcemanager.scheduler.address": f"127.0.0.1:{ports['rm-scheduler']}",
        "yarn.resourcemanager.resource-tracker.address": f"127.0.0.1:{ports['rm-tracker']}",
        "yarn.resourcemanager.admin.address": f"127.0.0.1:{ports['rm-admin']}",
        "yarn.resourcemanager.webapp.address": f"127.0.0.1:{ports['rm-http']}",
        "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms": 500,
        "yarn.resourcemanager.am.max-attempts": 1,
        **scheduling,
        "yarn.log-aggregation-enable": "true",
        "yarn.log-aggregation.retain-seconds": -1,
        "yarn.nodemanager.remote-app-log-dir": "/logs",
        "yarn.nodemanager.pmem-check-enabled": "false",
        "yarn.nodemanager.vmem-check-enabled": "false",
        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage": 100,
        "yarn.nodemanager.aux-services": "mapreduce_shuffle",
        "yarn.nodemanager.aux-services.mapreduce_shuffle.class": "org.apache.hadoop.mapred.ShuffleHandler",
        "yarn.nodemanager.container-monitor.interval-ms": 1000,
        "yarn.nodemanager.resourcemanager.minimum.version": "NONE",
        "yarn.application.classpath": f"{jars}/*",
        # Clients do not speak to the timeline; only the ResourceManager tells it (see `timeline`).
        "yarn.timeline-service.enabled": "false",
    }


def timeline(ports: Mapping[str, int]) -> dict[str, object]:
    """Return what ResourceManager and timeline have for themselves."""
    return {
        "yarn.timeline-service.enabled": "true",
        "yarn.timeline-service.hostname": "127.0.0.1",
        "yarn.timeline-service.address": f"127.0.0.1:{ports['timeline-rpc']}",
        "yarn.timeline-service.webapp.address": f"127.0.0.1:{ports['timeline']}",
        "yarn.timeline-service.generic-application-history.enabled": "true",
        "yarn.timeline-service.store-class": "org.apache.hadoop.yarn.server.timeline.MemoryTimelineStore",
        "yarn.system-metrics-publisher.enabled": "true",
        "yarn.resourcemanager.system-metrics-publisher.enabled": "true",
        "yarn.rm.system-metrics-publisher.emit-container-events": "true",
    }


def node_manager(address: str, ports: Mapping[str, int], folder: Path, node: Node) -> dict[str, object]:
    """Return what one NodeManager has for itself."""
    return {
        "yarn.nodemanager.hostname": address,
        "yarn.nodemanager.address": f"{address}:{ports['nm']}",
        "yarn.nodemanager.localizer.address": f"{address}:{ports['localizer']}",
        "yarn.nodemanager.collector-service.address": f"{address}:{ports['collector']}",
        "yarn.nodemanager.webapp.address": f"{address}:{ports['http']}",
        "yarn.nodemanager.resource.memory-mb": node.memory_mb,
        "yarn.nodemanager.resource.cpu-vcores": node.vcores,
        "yarn.nodemanager.local-dirs": folder / f"local-{address}",
        "yarn.nodemanager.log-dirs": folder / f"userlogs-{address}",
    }


def mapred(ports: Mapping[str, int], jars: Path) -> dict[str, object]:
    """Return the configuration of MapReduce and of its job history."""
    opens = " ".join(option for option in JVM if option.startswith("--"))
    small = f"-XX:+UseSerialGC -XX:TieredStopAtLevel=1 {opens}"
    return {
        "mapreduce.framework.name": "yarn",
        "mapreduce.application.classpath": f"{jars}/*",
        "yarn.app.mapreduce.am.resource.mb": 512,
        "yarn.app.mapreduce.am.command-opts": f"-Xmx256m {small}",
        "yarn.app.mapreduce.am.staging-dir": "/staging",
        "mapreduce.map.memory.mb": 512,
        "mapreduce.reduce.memory.mb": 1024,
        "mapreduce.map.java.opts": f"-Xmx200m {small}",
        "mapreduce.reduce.java.opts": f"-Xmx300m {small}",
        "mapreduce.task.io.sort.mb": 16,
        "mapreduce.jobhistory.address": f"127.0.0.1:{ports['jhs-rpc']}",
        "mapreduce.jobhistory.admin.address": f"127.0.0.1:{ports['jhs-admin']}",
        "mapreduce.jobhistory.webapp.address": f"127.0.0.1:{ports['jhs']}",
        "mapreduce.shuffle.port": 0,
        "mapreduce.jobhistory.move.interval-ms": 1000,
        "mapreduce.jobhistory.done-dir": "/history/done",
        "mapreduce.jobhistory.intermediate-done-dir": "/history/intermediate",
    }


def capacity_scheduler(shape: Shape) -> dict[str, object]:
    """Return the queues of the capacity scheduler."""
    prefix = "yarn.scheduler.capacity"
    found: dict[str, object] = {
        f"{prefix}.resource-calculator": CALCULATORS[shape.calculator],
        f"{prefix}.maximum-am-resource-percent": shape.am_percent,
        f"{prefix}.maximum-applications": 100,
        f"{prefix}.node-locality-delay": 0,
        f"{prefix}.root.queues": ",".join(shape.queues),
    }
    for name, (share, largest) in shape.queues.items():
        found |= {
            f"{prefix}.root.{name}.capacity": share,
            f"{prefix}.root.{name}.maximum-capacity": largest,
            f"{prefix}.root.{name}.user-limit-factor": shape.user_limit_factor,
            f"{prefix}.root.{name}.state": "RUNNING",
        }
    return found


def fair_scheduler(shape: Shape) -> str:
    """Return the queues of the fair scheduler."""
    queues = "".join(
        f'  <queue name="{name}">\n    <weight>{share}</weight>\n'
        f"    <maxAMShare>{shape.am_percent}</maxAMShare>\n  </queue>\n"
        for name, (share, _) in shape.queues.items()
    )
    policy = "drf" if shape.calculator == "dominant" else "fair"
    default = f"  <defaultQueueSchedulingPolicy>{policy}</defaultQueueSchedulingPolicy>\n"
    return f'<?xml version="1.0"?>\n<allocations>\n{queues}{default}</allocations>\n'


def environment(conf: Path, user: str) -> dict[str, str]:
    """Return the variables of a program of the cluster, with nothing of the user's own configuration."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HADOOP_", "YARN_", "HDFS_", "MAPRED_", "SPARK_", "PYSPARK_"))
    }
    return {
        **kept,
        "HADOOP_CONF_DIR": str(conf),
        "YARN_CONF_DIR": str(conf),
        "HADOOP_USER_NAME": user,
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "127.0.0.1",
    }
