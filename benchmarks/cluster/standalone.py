"""A standalone Spark cluster on this machine: a master, workers, and one JVM process per executor.

Only processes that were started here, and executors whose parent is one of them, are ever ended, by their
pid.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

START_S = 60
"""The longest a master or worker may take to start."""
SMALL_JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
"""Executors with few threads of their own: many of them share few cores."""
QUIET = """rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss.SSS} %p %c{1}: %m%n
logger.allocation.name = org.apache.spark.ExecutorAllocationManager
logger.allocation.level = info
"""
"""Two lines of text per task cost driver and executors more than the tasks."""


@dataclass(frozen=True)
class Installation:
    """A Spark that is installed here."""

    home: Path
    """The folder with its `jars` and `bin`."""

    @property
    def scala(self) -> str:
        """Version of Scala that Spark is built with."""
        (core,) = (self.home / "jars").glob("spark-core_*.jar")
        return core.name.removeprefix("spark-core_").partition("-")[0]

    def start(
        self,
        command: list[str],
        log: Path,
        *,
        address: str,
        folder: Path,
        piped: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[str]:
        """Start a program of Spark's with nothing of the user's own configuration.

        Parameters
        ----------
        command
            Program and arguments.
        log
            Where what it prints is written to.
        address
            The loopback address that Spark takes for a machine.
        folder
            From `make_folders`.
        piped
            Whether its output can be read, and only its errors go to the log.
        more
            Further variables of its environment.
        """
        environment = {
            **os.environ,
            "SPARK_HOME": str(self.home),
            "SPARK_SCALA_VERSION": self.scala,  # else workers look for it in a source tree
            "SPARK_CONF_DIR": str(folder / "conf"),
            "SPARK_LOCAL_DIRS": str(folder / "local"),
            "SPARK_LOCAL_IP": address,
            "SPARK_LOCAL_HOSTNAME": address,
            "SPARK_PUBLIC_DNS": address,
            "SPARK_USER": "spark",
            "HADOOP_USER_NAME": "spark",
            **(more or {}),
        }
        with log.open("w") as errors:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if piped else errors,
                stderr=errors,
                env=environment,
                text=True,
            )


def make_folders(folder: Path) -> None:
    """Make what every program of Spark's finds in its folder."""
    for name in ("conf", "local", "events"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "log4j2.properties").write_text(QUIET)  # an archive of classes wants an empty "conf"


def find_spark(home: Path | None = None) -> Installation:
    """Return Spark in a folder, else the one that came with the package `pyspark`.

    Raises
    ------
    SystemExit
        If Spark or Java are absent.
    """
    found = importlib.util.find_spec("pyspark")
    if home is None and found and found.origin:
        home = Path(found.origin).parent
    if home is None or not any((home / "jars").glob("spark-core_*.jar")):
        raise SystemExit(
            "No Spark here: pip install -e '.[integration]', or name its folder with --spark-home."
        )
    if shutil.which("java") is None:
        raise SystemExit("No java on the PATH: Spark needs Java 17.")
    return Installation(home)


@dataclass
class Cluster:
    """A master and its workers; a context manager that ends them."""

    spark: Installation
    folder: Path
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    master: str = ""

    def __enter__(self) -> Cluster:
        deploy = "org.apache.spark.deploy.master.Master"
        arguments = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        log = self._launch("master", "127.0.0.1", [deploy, *arguments], "Starting Spark master at ")
        self.master = log.split("Starting Spark master at ")[1].split()[0]
        return self

    def add_worker(self, cores: int, address: str = "", memory: str = "8g") -> None:
        """Start one more worker and wait until the master knows it.

        Without an address it gets a loopback address of its own, so that Spark takes it for a machine of
        its own.
        """
        address = address or f"127.0.0.{len(self.processes) + 1}"
        arguments = ["--host", address, "--webui-port", "0", "--cores", str(cores), "--memory", memory]
        work = ["--work-dir", str(self.folder / "work"), self.master]
        deploy = "org.apache.spark.deploy.worker.Worker"
        self._launch("worker", address, [deploy, *arguments, *work], "Successfully registered with master")

    def executors(self, application: str) -> dict[str, int]:
        """Return the pids of an application's executors by their identifiers."""
        found = {}
        for pid, line in self._children():
            words = line.split()
            if "--executor-id" in words and application in words:
                found[words[words.index("--executor-id") + 1]] = pid
        return found

    def _children(self) -> list[tuple[int, str]]:
        """Return pid and command line of what the processes started here have started."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
        ours = {process.pid for process in self.processes}
        rows = (line.split(None, 2) for line in listed.stdout.splitlines())
        return [(int(row[0]), row[2]) for row in rows if len(row) == 3 and int(row[1]) in ours]

    def _launch(self, name: str, address: str, words: list[str], ready: str) -> str:
        """Start a daemon, wait for a sentence in its log and return the log so far."""
        log = self.folder / f"{name}-{address}.log"
        command = ["java", "-Xmx256m", *SMALL_JVM.split(), "-cp", f"{self.spark.home}/jars/*", *words]
        process = self.spark.start(command, log, address=address, folder=self.folder)
        self.processes.append(process)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and process.poll() is None:
            if ready in (text := log.read_text(errors="replace")):
                return text
            time.sleep(0.1)
        self.close()
        raise SystemExit(f"The {name} at {address} does not start; see {log}.")

    def close(self) -> None:
        """End workers and master, and executors that outlive them."""
        executors = [pid for pid, line in self._children() if "--executor-id" in line]
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()
        for pid in executors:
            _await_end(pid)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _await_end(pid: int) -> None:
    """Give an executor time to notice that its worker has gone, then end it."""
    with contextlib.suppress(ProcessLookupError):
        for _ in range(50):
            os.kill(pid, 0)
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
