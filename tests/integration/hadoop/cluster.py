"""A cluster on loopback addresses: 127.0.0.1 is the master, 127.0.0.2 and so on are nodes."""

import contextlib
import json
import random
import shutil
import socket
import subprocess
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from . import settings
from .daemons import Daemons, end_processes_in

START_S = 240
"""How long a daemon may take to start on a busy machine."""
USER = "analyst"
"""Who runs applications."""
MAINS = {
    "namenode": "org.apache.hadoop.hdfs.server.namenode.NameNode",
    "datanode": "org.apache.hadoop.hdfs.server.datanode.DataNode",
    "resourcemanager": "org.apache.hadoop.yarn.server.resourcemanager.ResourceManager",
    "nodemanager": "org.apache.hadoop.yarn.server.nodemanager.NodeManager",
    "historyserver": "org.apache.hadoop.mapreduce.v2.hs.JobHistoryServer",
    "timeline": "org.apache.hadoop.yarn.server.applicationhistoryservice.ApplicationHistoryServer",
    "yarn": "org.apache.hadoop.yarn.client.cli.ApplicationCLI",
    "logs": "org.apache.hadoop.yarn.client.cli.LogsCLI",
    "fs": "org.apache.hadoop.fs.FsShell",
    "dfsadmin": "org.apache.hadoop.hdfs.tools.DFSAdmin",
    "examples": "org.apache.hadoop.examples.ExampleDriver",
    "oiv": "org.apache.hadoop.hdfs.tools.offlineImageViewer.OfflineImageViewerPB",
}
CANDIDATES = iter(random.sample(range(12000, 32000), 5000))
MASTER_PORTS = [
    "namenode",
    "namenode-http",
    "rm",
    "rm-scheduler",
    "rm-tracker",
    "rm-admin",
    "rm-http",
    "jhs",
    "jhs-rpc",
    "jhs-admin",
    "timeline",
    "timeline-rpc",
]


def free_ports(names: list[str], address: str) -> dict[str, int]:
    """Return a free port of an address for each name.

    They lie below those that systems give to outgoing connections, which could take one before its daemon
    does, and none is given twice.
    """
    found: dict[str, int] = {}
    for name in names:
        for port in CANDIDATES:
            with socket.socket() as tried, contextlib.suppress(OSError):
                tried.bind((address, port))
                found[name] = port
                break
    return found


@dataclass
class Cluster:
    """HDFS, YARN, job history and timeline; a context manager that ends them."""

    jars: Path
    folder: Path
    shape: settings.Shape = field(default_factory=settings.Shape)

    def __post_init__(self) -> None:
        self.ports = free_ports(MASTER_PORTS, "127.0.0.1")
        self.daemons = Daemons(self.folder / "logs")
        self.conf = self.folder / "conf"
        self.addresses = [f"127.0.0.{2 + index}" for index in range(len(self.shape.nodes))]

    @property
    def rm(self) -> str:
        """Address of the ResourceManager."""
        return f"http://127.0.0.1:{self.ports['rm-http']}"

    @property
    def jhs(self) -> str:
        """Address of the job history."""
        return f"http://127.0.0.1:{self.ports['jhs']}"

    @property
    def timeline(self) -> str:
        """Address of the timeline."""
        return f"http://127.0.0.1:{self.ports['timeline']}"

    @property
    def namenode(self) -> str:
        """Address of the NameNode's web server."""
        return f"http://127.0.0.1:{self.ports['namenode-http']}"

    @property
    def node_managers(self) -> list[str]:
        """Addresses of the web servers of NodeManagers."""
        nodes = self.get(self.rm, "ws/v1/cluster/nodes")["nodes"]["node"]
        return sorted(f"http://{node['nodeHTTPAddress']}" for node in nodes)

    def __enter__(self) -> "Cluster":
        (self.folder / "tmp").mkdir(parents=True)
        self._write_settings()
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        known = {"jars": str(self.jars), "ports": self.ports}
        (self.folder / "cluster.json").write_text(json.dumps(known))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End applications, daemons, and containers that are left."""
        self.daemons.stop()
        end_processes_in(self.folder)

    def get(self, url: str, path: str, accept: str = "application/json") -> Any:
        """Return the answer of a REST interface; text unless it is asked for as JSON."""
        request = urllib.request.Request(f"{url}/{path}", headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read().decode()
        return json.loads(body) if accept == "application/json" else body

    def run(self, main: str, *arguments: object) -> str:
        """Run a program of Hadoop's to its end and return what it prints."""
        done = subprocess.run(
            self.java(MAINS[main], *arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
            env=settings.environment(self.conf, USER),
            cwd=self.folder,
        )
        if done.returncode:
            raise RuntimeError(f"{main} {arguments} ended with {done.returncode}:\n{done.stderr[-3000:]}")
        return done.stdout

    def java(self, main: str, *arguments: object, conf: Path | None = None) -> list[str]:
        """Return the command of a program of Hadoop's."""
        java = shutil.which("java") or "java"
        return [
            java,
            *settings.JVM,
            f"-Djava.io.tmpdir={self.folder}/tmp",
            "-cp",
            f"{conf or self.conf}:{self.folder}/web:{self.jars}/*",
            main,
            *map(str, arguments),
        ]

    def _write_settings(self) -> None:
        shape, ports = self.shape, self.ports
        common = {
            "core-site.xml": settings.core(ports, self.folder),
            "hdfs-site.xml": settings.hdfs(ports, self.folder, shape),
            "yarn-site.xml": settings.yarn(ports, self.jars, shape),
            "mapred-site.xml": settings.mapred(ports, self.jars),
            "capacity-scheduler.xml": settings.capacity_scheduler(shape),
        }
        folders: dict[str, dict[str, dict[str, object]]] = {"conf": {}}
        folders["conf-master"] = {"yarn-site.xml": settings.timeline(ports) if shape.timeline else {}}
        for index, (address, node) in enumerate(zip(self.addresses, shape.nodes, strict=True)):
            own = free_ports(["nm", "localizer", "collector", "http"], address)
            folders[f"conf-{address}"] = {
                "yarn-site.xml": settings.node_manager(address, own, self.folder, node)
            }
            if index < shape.data_nodes:
                data = free_ports(["data", "http", "ipc"], "127.0.0.1")
                folders[f"conf-{address}"]["hdfs-site.xml"] = settings.data_node(address, data, self.folder)
        for name, more in folders.items():
            for file, properties in common.items():
                settings.write(self.folder / name / file, {**properties, **more.get(file, {})})
            (self.folder / name / "fair-scheduler.xml").write_text(settings.fair_scheduler(shape))
            (self.folder / name / "log4j.properties").write_text(settings.LOG4J)
        for name in ("hdfs", "datanode", "secondary"):  # their pages are in no jar, and REST needs none
            (self.folder / "web/webapps" / name).mkdir(parents=True)

    def _start(self) -> None:
        master = self.folder / "conf-master"
        formatted = subprocess.run(
            self.java(MAINS["namenode"], "-format", "-nonInteractive", conf=master),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=settings.environment(master, "hdfs"),
        )
        if formatted.returncode:
            raise RuntimeError(f"the NameNode cannot be formatted:\n{formatted.stderr[-2000:]}")
        self._daemon("namenode", "namenode", master, "hdfs")
        self._daemon("resourcemanager", "resourcemanager", master, "yarn")
        if self.shape.timeline:
            self._daemon("timeline", "timeline", master, "yarn")
        for index, address in enumerate(self.addresses):
            conf = self.folder / f"conf-{address}"
            if index < self.shape.data_nodes:
                self._daemon(f"datanode-{address}", "datanode", conf, "hdfs")
            self._daemon(f"nodemanager-{address}", "nodemanager", conf, "yarn")
        every = list(self.daemons.started)
        self.daemons.wait("the DataNodes", every, self._has_data_nodes, START_S)
        self.daemons.wait("the NodeManagers", every, self._has_nodes, START_S)
        self.run("fs", "-mkdir", "-p", "/logs", "/staging", "/history/done", "/history/intermediate", "/data")
        self._daemon("historyserver", "historyserver", master, "mapred")
        self.daemons.wait(
            "the job history",
            ["historyserver"],
            lambda: "historyInfo" in self.get(self.jhs, "ws/v1/history/info"),
            START_S,
        )
        if self.shape.timeline:
            self.daemons.wait(
                "the timeline",
                ["timeline"],
                lambda: bool(self.get(self.timeline, "ws/v1/timeline")),
                START_S,
            )

    def _daemon(self, name: str, main: str, conf: Path, user: str) -> None:
        self.daemons.start(name, self.java(MAINS[main], conf=conf), settings.environment(conf, user))

    def _has_data_nodes(self) -> bool:
        beans = self.get(self.namenode, "jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState")["beans"]
        return beans[0]["NumLiveDataNodes"] == self.shape.data_nodes and "on" not in self._safe_mode()

    def _safe_mode(self) -> str:
        found = self.get(self.namenode, "jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo")["beans"]
        return "on" if found[0]["Safemode"] else ""

    def _has_nodes(self) -> bool:
        metrics = self.get(self.rm, "ws/v1/cluster/metrics")["clusterMetrics"]
        return metrics["activeNodes"] == len(self.shape.nodes)


def attached(folder: Path) -> Cluster:
    """Return a cluster that another process has started in a folder."""
    known = json.loads((folder / "cluster.json").read_text())
    found = Cluster(Path(known["jars"]), folder)
    found.ports = known["ports"]
    return found
