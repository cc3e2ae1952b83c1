"""The application of sleeping tasks, compiled against the Spark that is here."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cluster.standalone import Installation, find_spark, make_folders

SOURCE = Path(__file__).with_name("SleepingJobs.java")


@dataclass(frozen=True)
class Program(Installation):
    """Spark's folder and the application compiled against its jars."""

    jar: Path
    classes: Path
    """Archive of loaded classes, which executors write and read."""


def install(home: Path | None, folder: Path) -> Program:
    """Find Spark, compile the application and return both.

    Raises
    ------
    SystemExit
        If Spark or Java's compiler are absent.
    """
    home = find_spark(home).home
    if shutil.which("javac") is None:
        raise SystemExit("No javac on the PATH: recording needs a Java 17 development kit.")
    make_folders(folder)
    classes = folder / "classes"
    classes.mkdir(exist_ok=True)
    subprocess.run(["javac", "-cp", f"{home}/jars/*", "-d", str(classes), str(SOURCE)], check=True)
    jar = folder / "sleeping-jobs.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for file in classes.glob("*.class"):
            archive.write(file, file.name)
    return Program(home, jar, folder / "executor.jsa")
