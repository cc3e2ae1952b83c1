"""Applications handed to Spark: on a cluster started here, or on any other master."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cluster.standalone import Cluster, Installation, make_folders

from . import sample

HERE = Path(__file__).resolve().parent
OWN = "own"
"""Master of a cluster that is started here and ended afterwards."""
ADDRESS = "127.0.0.1"
"""Of all processes of our own cluster: Spark takes them for one machine, which they are."""


@dataclass(frozen=True)
class Ended:
    """An application that ended well."""

    answer: dict[str, Any]
    """What `application.py` wrote."""
    submit_s: float
    """Duration of the whole command, start included, as HiBench measures it."""
    ended_s: float
    """Since the epoch."""
    sampler: sample.Sampler | None
    """None where the system tells nothing about its processes."""
    events: list[Path]
    """Event logs that it wrote."""


class Submitter(AbstractContextManager["Submitter"]):
    """Submits applications, one at a time; a context manager that ends what it started."""

    def __init__(
        self, spark: Installation, master: str, work: Path, settings: dict[str, str], longest_s: float
    ) -> None:
        """Prepare; nothing is started before `start`.

        Parameters
        ----------
        spark
            The Spark to submit with.
        master
            As `spark-submit` knows it, or `OWN`.
        work
            Folder for all that is not a result.
        settings
            Spark properties of every application.
        longest_s
            After so long, an application is ended.
        """
        self.spark, self.master, self.work = spark, master, work
        self.settings, self.longest_s = settings, longest_s
        self._cluster: Cluster | None = None
        make_folders(work)
        self._code = work / "hibench-workloads.zip"
        with zipfile.ZipFile(self._code, "w") as archive:
            for file in (HERE.parent / "__init__.py", HERE / "__init__.py", *HERE.glob("workloads/*.py")):
                archive.write(file, file.relative_to(HERE.parents[1]))

    @property
    def is_own(self) -> bool:
        """Whether the cluster is started here."""
        return self.master == OWN

    def start(self, cores: int, memory_mb: int) -> None:
        """Start a cluster with one worker that has this much for executors, if it is to be our own."""
        if self.is_own:
            self._cluster = Cluster(self.spark, self.work).__enter__()
            self._cluster.add_worker(cores, ADDRESS, f"{memory_mb}m")

    def __exit__(self, *_: object) -> None:
        if self._cluster is not None:
            self._cluster.close()

    def submit(
        self, name: str, label: str, request: dict[str, Any], settings: dict[str, str], *, logged: bool = True
    ) -> Ended:
        """Run an application and return when it has ended.

        Parameters
        ----------
        name
            Its name for Spark.
        label
            Of its folder.
        request
            For `application.py`.
        settings
            Spark properties of this application only.
        logged
            Whether it writes an event log.

        Raises
        ------
        SystemExit
            If it fails.
        """
        folder = self.work / "runs" / f"{label}-{time.time():.0f}"
        events = folder / "events"
        events.mkdir(parents=True)
        answer = folder / "answer.json"
        asked = folder / "request.json"
        asked.write_text(json.dumps(request | {"answer": str(answer)}))
        log = {
            "spark.eventLog.enabled": str(logged).lower(),
            "spark.eventLog.dir": events.as_uri(),
            "spark.eventLog.compress": "false",
            "spark.eventLog.rolling.enabled": "false",
        }
        command = [str(self.spark.home / "bin" / "spark-submit"), "--name", name]
        command += ["--master", self._cluster.master if self._cluster else self.master]
        command += ["--py-files", str(self._code)]
        for key, value in {**self._usual(), **self.settings, **settings, **log}.items():
            command += ["--conf", f"{key}={value}"]
        output = folder / "driver.log"
        began_s = time.monotonic()
        driver = self._start([*command, str(HERE / "application.py"), str(asked)], output)
        guard = threading.Timer(self.longest_s, driver.kill)
        guard.start()
        sampler = sample.Sampler(driver.pid) if sample.is_possible() else None
        try:
            if sampler:
                with sampler:
                    driver.wait()
            driver.wait()
        finally:
            guard.cancel()
            if driver.poll() is None:
                driver.kill()
                driver.wait()
        submit_s, ended_s = time.monotonic() - began_s, time.time()
        if driver.returncode != 0 or not answer.exists():
            tail = "\n".join(output.read_text(errors="replace").splitlines()[-15:])
            raise SystemExit(f"The application '{label}' failed; see {output}, which ends with:\n{tail}")
        written = sorted(file for file in events.iterdir() if not file.name.startswith("."))
        return Ended(json.loads(answer.read_text()), submit_s, ended_s, sampler, written)

    def _usual(self) -> dict[str, str]:
        """Return the properties that every application has unless told otherwise."""
        usual = {"spark.ui.enabled": "false", "spark.dynamicAllocation.enabled": "false"}
        if self.is_own:
            options = f"-XX:+UseSerialGC -Dlog4j2.configurationFile={self.work}/log4j2.properties"
            usual |= {
                "spark.driver.host": ADDRESS,
                "spark.driver.extraJavaOptions": options,
                "spark.executor.extraJavaOptions": options,
            }
        return usual

    def _start(self, command: list[str], log: Path) -> subprocess.Popen[str]:
        is_here = self.is_own or self.master.startswith("local")  # elsewhere, Python lies in another place
        python = {"PYSPARK_PYTHON" if is_here else "PYSPARK_DRIVER_PYTHON": sys.executable}
        if self.is_own:
            return self.spark.start(command, log, address=ADDRESS, folder=self.work, more=python)
        environment = {**python, **os.environ, "SPARK_HOME": str(self.spark.home)}
        with log.open("w") as file:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=environment, text=True
            )
