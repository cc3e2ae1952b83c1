"""Applications on a cluster: Spark's, from the package ``pyspark``, and an example of MapReduce."""

import contextlib
import importlib.util
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import settings
from .cluster import MAINS, USER, Cluster
from .jars import NoHadoop

SUBMIT_S = 300
"""How long an application may take to be accepted, and to end."""
STEADY_S = 6
"""How long no container must come until no more are taken to come; nodes report every half second."""
EXECUTOR_JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xlog:gc"
WORDS = Path(__file__).with_name("words.py")
DONE = {"FINISHED", "FAILED", "KILLED"}


def spark_home() -> Path:
    """Return the folder of Spark.

    Raises
    ------
    NoHadoop
        If ``pyspark`` is not installed.
    """
    found = importlib.util.find_spec("pyspark")
    if found is None or not found.origin:
        raise NoHadoop("no Spark here: install pyspark, as `make integration` does")
    return Path(found.origin).parent


@dataclass
class Asked:
    """What an application asks of YARN."""

    executors: int = 2
    memory: str = "512m"
    cores: int = 1
    queue: str = "default"
    deploy_mode: str = "client"
    settings: dict[str, str] = field(default_factory=dict)
    longest_wait_s: float = 20
    """How long to wait for executors that YARN may not grant."""


@dataclass
class Running:
    """An application that was submitted."""

    cluster: Cluster
    process: subprocess.Popen[bytes]
    output: Path
    """What the submitting program printed."""
    hold: Path
    """The file that lets it end."""

    @property
    def id(self) -> str:
        """Its identifier, once it was submitted."""
        deadline = time.monotonic() + SUBMIT_S
        while time.monotonic() < deadline:
            if found := re.search(r"Submitted application (application_\d+_\d+)", self.text):
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"the application was not submitted:\n{self.text[-3000:]}")

    @property
    def text(self) -> str:
        """What was printed so far."""
        return self.output.read_text(errors="replace")

    @property
    def report(self) -> dict[str, Any]:
        """What the ResourceManager says of it."""
        return dict(self.cluster.get(self.cluster.rm, f"ws/v1/cluster/apps/{self.id}")["app"])

    @property
    def containers(self) -> list[dict[str, Any]]:
        """Its running containers, as the ResourceManager lists them."""
        attempt = f"appattempt_{self.id.removeprefix('application_')}_000001"
        path = f"ws/v1/cluster/apps/{self.id}/appattempts/{attempt}/containers"
        found = self.cluster.get(self.cluster.rm, path).get("container", [])
        return [found] if isinstance(found, dict) else found  # a list of one is written as its element

    def await_words(self) -> int:
        """Wait until the words are counted and return how many executors registered."""
        deadline = time.monotonic() + SUBMIT_S
        driver = self.output.with_suffix(".driver")
        while time.monotonic() < deadline and self.process.poll() is None:
            printed = self.text + (driver.read_text() if driver.exists() else "")
            if "\nwords " in printed or printed.startswith("words "):
                found = re.search(r"^executors (\d+)$", printed, re.MULTILINE)
                assert found, printed[-2000:]
                return int(found[1])
            time.sleep(0.1)
        raise RuntimeError(f"the application does not come to its end:\n{self.text[-3000:]}")

    def await_granted(self) -> list[dict[str, Any]]:
        """Wait until YARN grants no more containers and return the running ones."""
        deadline = time.monotonic() + SUBMIT_S
        granted: list[dict[str, Any]] = []
        since = time.monotonic()
        while time.monotonic() < deadline:
            now = self.containers if self.report["state"] == "RUNNING" else []
            if len(now) != len(granted):
                granted, since = now, time.monotonic()
            if len(granted) > 1 and time.monotonic() - since > STEADY_S:
                return granted
            time.sleep(0.5)
        raise RuntimeError(f"the application gets no executors:\n{self.text[-3000:]}")

    def await_logs(self) -> None:
        """Wait until its logs are aggregated."""
        deadline = time.monotonic() + SUBMIT_S
        while self.report.get("logAggregationStatus") in ("NOT_START", "RUNNING"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"the logs of {self.id} are not aggregated")
            time.sleep(0.5)

    def finish(self) -> dict[str, Any]:
        """Let it end, wait until the ResourceManager knows, and return what it says of it."""
        self.hold.touch()
        return self._ended()

    def stop(self) -> dict[str, Any]:
        """End it before it has done its work, and the same."""
        self.process.terminate()
        return self._ended()

    def _ended(self) -> dict[str, Any]:
        try:
            self.process.wait(SUBMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        deadline = time.monotonic() + SUBMIT_S
        while (report := self.report)["state"] not in DONE and time.monotonic() < deadline:
            time.sleep(0.2)
        return report


@contextlib.contextmanager
def spark(cluster: Cluster, name: str, place: str, asked: Asked | None = None) -> Iterator[Running]:
    """Submit the application that counts words; it is ended on leaving."""
    asked = asked or Asked()
    home, folder = spark_home(), cluster.folder
    (folder / "events").mkdir(exist_ok=True)
    (folder / "spark-conf").mkdir(exist_ok=True)
    hold = folder / f"{name}.hold"
    memory = "512m"
    properties = {
        "spark.app.name": name,
        "spark.submit.deployMode": asked.deploy_mode,
        "spark.yarn.queue": asked.queue,
        "spark.yarn.jars": f"local:{home}/jars/*",
        "spark.yarn.populateHadoopClasspath": "false",
        "spark.yarn.am.memory": memory,
        "spark.yarn.am.extraJavaOptions": EXECUTOR_JVM,
        "spark.driver.memory": memory,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.executor.instances": str(asked.executors),
        "spark.executor.memory": asked.memory,
        "spark.executor.cores": str(asked.cores),
        "spark.executor.extraJavaOptions": EXECUTOR_JVM,
        "spark.yarn.scheduler.heartbeat.interval-ms": "500",
        "spark.yarn.report.interval": "500ms",
        "spark.yarn.submit.waitAppCompletion": "true",
        "spark.yarn.appMasterEnv.SPARK_LOCAL_IP": "127.0.0.1",
        "spark.yarn.appMasterEnv.PYSPARK_PYTHON": settings.environment(folder, USER)["PYSPARK_PYTHON"],
        "spark.ui.enabled": "false",
        "spark.scheduler.minRegisteredResourcesRatio": "0",  # the application waits itself
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": (folder / "events").as_uri(),
        **asked.settings,
    }
    options = [word for key, value in properties.items() for word in ("--conf", f"{key}={value}")]
    arguments = [place, str(asked.executors), str(asked.longest_wait_s), str(hold)]
    with _submitted(
        cluster,
        name,
        [str(home / "bin/spark-submit"), "--master", "yarn", *options, str(WORDS), *arguments],
        {"SPARK_HOME": str(home), "SPARK_CONF_DIR": str(folder / "spark-conf")},
        hold,
    ) as running:
        yield running


@contextlib.contextmanager
def wordcount(
    cluster: Cluster,
    name: str,
    place: str,
    *,
    queue: str = "default",
    reduces: int = 2,
    jhist: str = "binary",
) -> Iterator[Running]:
    """Submit the example of MapReduce that counts words; it is ended on leaving."""
    options = {
        "mapreduce.job.queuename": queue,
        "mapreduce.job.reduces": reduces,
        "mapreduce.jobhistory.jhist.format": jhist,
        "mapreduce.map.speculative": "false",  # so that it launches as many tasks as there are
        "mapreduce.reduce.speculative": "false",
        "mapreduce.job.name": name,
    }
    command = cluster.java(
        MAINS["examples"],
        "wordcount",
        *(word for key, value in options.items() for word in ("-D", f"{key}={value}")),
        place,
        f"/out-{name}",
    )
    with _submitted(cluster, name, command, {}, cluster.folder / f"{name}.hold") as running:
        yield running


@contextlib.contextmanager
def _submitted(
    cluster: Cluster, name: str, command: list[str], more: dict[str, str], hold: Path
) -> Iterator[Running]:
    output = cluster.folder / f"{name}.out"
    with output.open("wb") as file:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**settings.environment(cluster.conf, USER), **more},
            cwd=cluster.folder,
            start_new_session=True,
        )
    try:
        yield Running(cluster, process, output, hold)
    finally:
        hold.touch()
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
        if process.poll() is None:
            process.kill()
            process.wait()
