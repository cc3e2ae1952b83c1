"""Run Pertract and the tool it is compared with, and measure them from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEER_FOLDER = ROOT / "out" / "peer"
PEER_PACKAGES = ("spark-rapids-user-tools==26.8.4", "pyspark==3.5.*")
PEER_MAIN = "com.nvidia.spark.rapids.tool.profiling.ProfileMain"
_OPENED = (
    "java.lang",
    "java.lang.invoke",
    "java.lang.reflect",
    "java.io",
    "java.net",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "sun.nio.ch",
    "sun.nio.cs",
    "sun.security.action",
    "sun.util.calendar",
)
"""Packages of java.base that Spark 3.5 needs on Java 17; its own launcher opens the same."""


@dataclass(frozen=True)
class Measured:
    """One finished process."""

    wall_s: float
    cpu_s: float
    """User and system time of the process and of the children it waited for."""
    peak_mb: float
    """Largest resident memory of the process or of one of its children, MiB."""
    exit_code: int
    output: str

    @property
    def last_line(self) -> str:
        """The last line printed that is not empty."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else ""


def run(command: Sequence[str | Path]) -> Measured:
    """Run a process to its end; what it prints goes to a file, so that it never waits for us."""
    with tempfile.TemporaryFile() as printed:
        begin = time.perf_counter()
        process = subprocess.Popen([str(c) for c in command], stdout=printed, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        output = printed.read().decode(errors="replace")
    cpu_s = used.ru_utime + used.ru_stime
    return Measured(wall_s, cpu_s, used.ru_maxrss / 1024, process.returncode, output)


def succeeded(command: Sequence[str | Path]) -> Measured:
    """Run a process that has to succeed."""
    done = run(command)
    if done.exit_code:
        sys.exit(f"exit code {done.exit_code} of: {' '.join(map(str, command))}\n{done.output[-2000:]}")
    return done


def extract_command(log: Path, model: Path, *options: str) -> list[str | Path]:
    """Return the command with which a user makes a model."""
    return [Path(sys.executable).with_name("pertract"), "extract", log, "-o", model, *options]


@dataclass(frozen=True)
class Peer:
    """The core of spark-rapids-tools, and the Spark it needs."""

    jar: Path
    spark_jars: Path

    def command(self, log: Path, output: Path) -> list[str | Path]:
        """Return the command that profiles one log."""
        opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED]
        path = f"{self.jar}{os.pathsep}{self.spark_jars}/*"
        return ["java", *opened, "-cp", path, PEER_MAIN, "--csv", "-o", output, log]


def peer(wheel: Path | None = None, spark_jars: Path | None = None) -> Peer:
    """Return the tool to compare with; what is not given is downloaded from the package index.

    Parameters
    ----------
    wheel
        Of ``spark-rapids-user-tools``; holds the tool's core as a jar.
    spark_jars
        The folder ``pyspark/jars`` of an installed ``pyspark==3.5.*``.
    """
    PEER_FOLDER.mkdir(parents=True, exist_ok=True)
    wheel = wheel or _downloaded(PEER_PACKAGES[0], "spark_rapids_user_tools-*.whl")
    return Peer(_core_of(wheel), spark_jars or _spark_jars())


def _core_of(wheel: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        (inner,) = (n for n in archive.namelist() if "/rapids-4-spark-tools" in n and n.endswith(".jar"))
        jar = PEER_FOLDER / Path(inner).name
        jar.write_bytes(archive.read(inner))
    return jar


def _spark_jars() -> Path:
    jars = PEER_FOLDER / "spark-jars"
    if not jars.is_dir():
        source = _downloaded(PEER_PACKAGES[1], "pyspark-*.tar.gz")
        partial = PEER_FOLDER / "spark-jars.partial"
        partial.mkdir(exist_ok=True)
        with tarfile.open(source) as archive:
            for member in archive:
                if "/deps/jars/" in member.name and member.name.endswith(".jar"):
                    member.name = Path(member.name).name
                    archive.extract(member, partial, filter="data")
        partial.rename(jars)
    return jars


def _downloaded(requirement: str, pattern: str) -> Path:
    found = sorted(PEER_FOLDER.glob(pattern))
    if not found:
        print(f"downloading {requirement}", flush=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", PEER_FOLDER]
        succeeded([*pip, requirement])
        found = sorted(PEER_FOLDER.glob(pattern))
    return found[-1]
